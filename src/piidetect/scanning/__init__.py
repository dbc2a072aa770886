# SPDX-License-Identifier: Apache-2.0
"""The order of the stages, written once: sources, columns, detect, case folder."""

from __future__ import annotations

from piidetect.scanning.cases import scan
from piidetect.scanning.parts import Progress, detect_only
from piidetect.scanning.texts import Finding, detect

__all__ = ["Finding", "Progress", "detect", "detect_only", "scan"]
