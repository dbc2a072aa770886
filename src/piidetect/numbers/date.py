# SPDX-License-Identifier: Apache-2.0
"""Dates in a cell: 19900307, 1990-03-07, 1990/3/7, 1990.03.07, 1990年3月7日, with a time or not.

The value of a date is the integer yyyymmdd. A cell with a year and month only (``1990-03``) has the
day 00 and is ``unchecked``. Dates that systems write for "no date" (1900-01-01, 9999-12-31 …) are
``placeholder``; a birth date before 1850 or after `today` is ``invalid_date``.

    >>> parse("1905/1/5 10:30:00"), parse("19050105"), parse("1905年1月5日")
    (19050105, 19050105, 19050105)
    >>> validate("1905.01.05")
    '1905-01-05'
    >>> verdict("1905-02-30").name, verdict("2030-01-01", today=20260101).name
    ('INVALID_DATE', 'INVALID_DATE')
    >>> verdict("1900-01-01").name, verdict("1905-01").name, verdict("5月").name
    ('PLACEHOLDER', 'UNCHECKED', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import MAX_CODES, fold, is_digits, is_placeholder
from piidetect.numbers.verdict_errors import raise_unless_usable
from piidetect.schema import Verdict

#: Dates that stand for "no date".
NO_DATES = (10101, 17530101, 18991230, 18991231, 19000101, 99991231)

#: Characters that a time of day after the date may hold.
TIME_CHARACTERS = frozenset("0123456789:.+-ZTAMPamp 时分秒点上下午")

#: First birth date that is taken for one.
EARLIEST = 18500101

#: How far after today a due date may lie, as yyyymmdd difference: two years.
AHEAD = 20000

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_real(year: int, month: int, day: int) -> bool:
    """Return whether the day stands in the Gregorian calendar (year 1 to 9999)."""
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return leap or (month, day) != (2, 29)


def _take(text: str, at: int, most: int) -> tuple[int, int]:
    """Return the number of up to `most` ASCII digits at `at` and the position after it."""
    stop = at
    while stop < len(text) and stop - at < most and "0" <= text[stop] <= "9":
        stop += 1
    return (int(text[at:stop]) if stop > at else -1), stop


def _ends(text: str, at: int, *, joined: bool = False) -> bool:
    if at == len(text):
        return True
    if not joined and text[at] not in " T":
        return False
    return all(c in TIME_CHARACTERS for c in text[at:])


def _parse_digits(text: str, run: int) -> int:
    if run == 6:
        return int(text[:6]) * 100 if len(text) == run else -1
    if run not in (8, 12, 14):
        return -1
    value = int(text[:8])
    if run == 8:
        return value if _ends(text, run) else -1
    if len(text) != run:
        return -1
    seconds = text[12:] or "00"
    return value if text[8:10] < "24" and text[10:12] < "60" and seconds < "60" else -1


def parse(text: str) -> int:
    """Return yyyymmdd (day 00 where the cell has no day), or -1 where the cell isn't a date.

    The day isn't looked up in the calendar.
    """
    folded = fold(text)
    if len(folded) > MAX_CODES:
        return -1
    year, at = _take(folded, 0, 4)
    if at != 4 or len(folded) < 6:
        return -1
    run = 4
    while run < len(folded) and run < 15 and "0" <= folded[run] <= "9":
        run += 1
    if run > 4:
        return _parse_digits(folded, run)
    separator = folded[4]
    if separator not in "-/.年":
        return -1
    month, at = _take(folded, 5, 2)
    if month < 0:
        return -1
    chinese = separator == "年"
    if at == len(folded) or (chinese and folded[at:] == "月"):
        return year * 10_000 + month * 100
    if folded[at] != ("月" if chinese else separator):
        return -1
    day, at = _take(folded, at + 1, 2)
    if day < 0:
        return -1
    if chinese and at < len(folded) and folded[at] in "日号":
        return year * 10_000 + month * 100 + day if _ends(folded, at + 1, joined=True) else -1
    return year * 10_000 + month * 100 + day if _ends(folded, at) else -1


def _judge(value: int, earliest: int, latest: int) -> Verdict:
    if value in NO_DATES:
        return Verdict.PLACEHOLDER
    year, month, day = value // 10_000, value // 100 % 100, value % 100
    whole = day > 0 or not 1 <= month <= 12
    if not is_real(year, month, day if whole else 1):
        return Verdict.INVALID_DATE
    if value + (not whole) < earliest or (latest and value > latest):
        return Verdict.INVALID_DATE
    return Verdict.VALID if whole else Verdict.UNCHECKED


def verdict(text: str, *, today: int = 0, birth: bool = True) -> Verdict:
    """Return the verdict on a cell of a date column; never raises.

    Args:
        text: the cell.
        today: the reference date as yyyymmdd; 0 sets no upper limit.
        birth: a birth date may not lie after `today`; other dates may by two years and must lie
            after 1900-01-01.
    """
    folded = fold(text)
    if is_placeholder(folded):
        return Verdict.NONE
    if len(folded) > MAX_CODES:
        return Verdict.INVALID_LENGTH
    if "*" in folded:
        return Verdict.MASKED
    value = parse(folded)
    if value < 0:
        return Verdict.INVALID_FORMAT
    if birth:
        return _judge(value, EARLIEST, today)
    return _judge(value, 19000102, today + AHEAD if today else 0)


def validate(text: str, *, today: int = 0) -> str:
    """Return the birth date as yyyy-mm-dd (yyyy-mm where the cell has no day).

    Raises:
        ValidationError: the cell isn't a date, or the date can't be.
    """
    raise_unless_usable(verdict(text, today=today))
    return format(text)


def is_valid(text: str, *, today: int = 0) -> bool:
    """Return whether `text` is a whole date that can be a birth date; never raises."""
    return verdict(text, today=today) is Verdict.VALID


def compact(text: str) -> str:
    """Return the date as yyyymmdd, or the folded text where it isn't a date."""
    value = parse(text)
    return fold(text) if value < 0 else f"{value:08d}"


def format(text: str) -> str:  # noqa: A001
    """Return the date as yyyy-mm-dd, or the folded text where it isn't a date."""
    number = compact(text)
    if len(number) != 8 or not is_digits(number):
        return number
    return f"{number[:4]}-{number[4:6]}" + ("" if number[6:] == "00" else f"-{number[6:]}")
