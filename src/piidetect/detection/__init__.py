# SPDX-License-Identifier: Apache-2.0
"""Detect: from blocks of cells to findings with a verdict and records with their keys."""

from __future__ import annotations

from piidetect.detection.blocks import BlockResult, Tally, detect_block, find, verdict_name
from piidetect.detection.plan import Setup, in_order, set_up

__all__ = [
    "BlockResult",
    "Setup",
    "Tally",
    "detect_block",
    "find",
    "in_order",
    "set_up",
    "verdict_name",
]
