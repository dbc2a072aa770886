# SPDX-License-Identifier: Apache-2.0
"""Weeks of gestation (孕周): ``12``, ``12+3``, ``12周``, ``12周+3天``, ``孕12+3周``, ``12W3D``.

4 to 42 weeks and 0 to 6 days. The due date (预产期) is 280 days after the last menstrual period
(末次月经; Naegele's rule), by which the two columns check each other.

    >>> days("12+3"), days("孕12周"), days("39周+6天")
    (87, 84, 279)
    >>> validate("12周3天")
    '12+3'
    >>> verdict("43").name, verdict("12+7").name, verdict("12kg").name
    ('INVALID_FORMAT', 'INVALID_FORMAT', 'INVALID_FORMAT')
    >>> agrees(19050101, 19051008), agrees(19050101, 19050401)
    (True, False)
"""

from __future__ import annotations

import datetime

from piidetect.numbers.cell_text import MAX_CODES, fold, is_placeholder
from piidetect.numbers.verdict_errors import raise_unless_usable
from piidetect.schema import Verdict

FEWEST_WEEKS = 4
MOST_WEEKS = 42

#: Days from the last menstrual period to the due date, and how far records may stray from them.
TERM_DAYS = 280
TOLERANCE_DAYS = 14


def _split(folded: str) -> tuple[int, int]:
    """Return weeks and days, or (-1, -1) where the cell isn't a duration of gestation."""
    rest = folded.removeprefix("孕")
    at = 0
    while at < len(rest) and at < 2 and "0" <= rest[at] <= "9":
        at += 1
    if at == 0:
        return -1, -1
    weeks, rest = int(rest[:at]), rest[at:]
    named = rest[:1] in ("周", "W", "w")
    if named:
        rest = rest[1:]
    if not rest:
        return weeks, 0
    joined = rest[0] == "+"
    if joined:
        rest = rest[1:]
    if not (joined or named) or not "0" <= rest[:1] <= "6" or rest[:1] == "":
        return -1, -1
    if rest[1:] not in ("", "天", "D", "d", "周"):
        return -1, -1
    return weeks, int(rest[0])


def verdict(text: str) -> Verdict:
    """Return the verdict on a cell of a gestation column; never raises."""
    folded = fold(text)
    if is_placeholder(folded):
        return Verdict.NONE
    if len(folded) > MAX_CODES:
        return Verdict.INVALID_LENGTH
    weeks, _ = _split(folded)
    return Verdict.VALID if FEWEST_WEEKS <= weeks <= MOST_WEEKS else Verdict.INVALID_FORMAT


def days(text: str) -> int:
    """Return the duration in days.

    Raises:
        ValidationError: the cell isn't a duration of gestation.
    """
    raise_unless_usable(verdict(text))
    weeks, rest = _split(fold(text))
    return weeks * 7 + rest


def compact(text: str) -> str:
    """Return weeks, or weeks+days; the folded text where it can't be read."""
    folded = fold(text)
    weeks, rest = _split(folded)
    if weeks < 0:
        return folded
    return f"{weeks}+{rest}" if rest else str(weeks)


def validate(text: str) -> str:
    """Return the canonical duration.

    Raises:
        ValidationError: the cell isn't a duration of gestation.
    """
    raise_unless_usable(verdict(text))
    return compact(text)


def is_valid(text: str) -> bool:
    """Return whether `text` is a duration of gestation; never raises."""
    return verdict(text) is Verdict.VALID


def format(text: str) -> str:  # noqa: A001
    """Return the duration as it is written: the canonical form."""
    return compact(text)


def _day(value: int) -> datetime.date:
    return datetime.date(value // 10_000, value // 100 % 100, value % 100)


def agrees(last_period: int, due: int) -> bool:
    """Return whether a due date fits a last menstrual period, both real days as yyyymmdd."""
    distance = (_day(due) - _day(last_period)).days
    return abs(distance - TERM_DAYS) <= TOLERANCE_DAYS
