# SPDX-License-Identifier: Apache-2.0
"""Fail if a file named on the command line is larger than 256 KiB."""

from __future__ import annotations

import sys
from pathlib import Path

LIMIT_BYTES = 256 * 1024

large = [name for name in sys.argv[1:] if Path(name).stat().st_size > LIMIT_BYTES]
sys.exit("\n".join(f"{name} is larger than 256 KiB" for name in large) or 0)
