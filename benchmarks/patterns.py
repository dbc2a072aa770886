# SPDX-License-Identifier: Apache-2.0
"""Patterns and words that the contenders share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Found = dict[str, object]
    Work = Callable[[], Found]

RESIDENT_ID = (
    "[1-8][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)
MOBILE = "(?:86)?1[3-9][0-9]{9}"
CARD = "[3-6][0-9]{15,18}"
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
RUN = "[0-9]{10,18}[0-9Xx]"  # holds all three; told apart by length afterwards
GROUPED = "[0-9]{6}[ -][0-9]{8}[ -][0-9]{3}[0-9Xx]|1[0-9]{2}[ -][0-9]{4}[ -][0-9]{4}"
GROUPED += "|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{2,3})?"
WIDE = "[０-９]{10,18}[０-９Ｘ]"
FOLD = {chr(0xFF10 + i): str(i) for i in range(10)} | {"Ｘ": "X"}
ASCII_EDGE = r"(?-u:\b)"  # the Unicode \b fails beside hanzi and is many times slower
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
GROUPS = ("CN_RESIDENT_ID", "CN_MOBILE", "CN_BANK_CARD", "EMAIL_ADDRESS")


class Skipped(Exception):  # not an error: the reason stands in the summary
    """A contender can't run here; the message says why."""


def is_gb18030(path: Path) -> bool:
    """Tell the encoding by the name that corpora.py gives."""
    return ".gb18030." in path.name
