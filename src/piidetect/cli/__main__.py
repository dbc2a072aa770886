# SPDX-License-Identifier: Apache-2.0
"""``python -m piidetect.cli``."""

from __future__ import annotations

from piidetect.cli import main

main()
