# SPDX-License-Identifier: Apache-2.0
"""Dates in folded cells: the kernel of :mod:`piidetect.numbers.date`."""

from __future__ import annotations

from typing import Any

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.fold import TIME, kind_of
from piidetect.schema import Verdict

_VALID = int(Verdict.VALID)
_DATE = int(Verdict.INVALID_DATE)
_PLACEHOLDER = int(Verdict.PLACEHOLDER)
_UNCHECKED = int(Verdict.UNCHECKED)


@kernel
def digits_at(codes: Any, n: int, at: int, most: int) -> tuple[int, int]:
    """Return the number of up to `most` digits at `at`, and the position after it."""
    value = 0
    i = at
    while i < n and i - at < most and 48 <= codes[i] <= 57:
        value = value * 10 + codes[i] - 48
        i += 1
    return (value if i > at else -1), i


@kernel
def _is_time(codes: Any, n: int, at: int, joined: bool) -> bool:
    if at < n and not joined and codes[at] != 32 and codes[at] != 84:
        return False
    for i in range(at, n):
        if not kind_of(codes[i]) & TIME:
            return False
    return True


@inlined
def _parse_digits(codes: Any, n: int, run: int) -> int:
    head, _ = digits_at(codes, n, 0, 8)
    if run == 6:
        return head * 100 if n == 6 else -1
    if run == 8:
        return head if _is_time(codes, n, 8, False) else -1
    if (run != 12 and run != 14) or n != run:
        return -1
    hours, _ = digits_at(codes, n, 8, 2)
    minutes, _ = digits_at(codes, n, 10, 2)
    seconds, _ = digits_at(codes, n, 12, 2)
    return head if hours < 24 and minutes < 60 and seconds < 60 else -1


@kernel
def parse_date(codes: Any, n: int) -> int:
    """Return yyyymmdd (day 00 where there is none) or -1 (`numbers.date.parse`)."""
    if n < 6:
        return -1
    year, at = digits_at(codes, n, 0, 4)
    if at != 4:
        return -1
    run = 4
    while run < n and run < 15 and 48 <= codes[run] <= 57:
        run += 1
    if run > 4:
        return _parse_digits(codes, n, run)
    separator = codes[4]
    chinese = separator == 0x5E74
    if not chinese and separator != 45 and separator != 46 and separator != 47:
        return -1
    month, at = digits_at(codes, n, 5, 2)
    if month < 0:
        return -1
    value = year * 10_000 + month * 100
    if at == n or (chinese and at + 1 == n and codes[at] == 0x6708):
        return value
    if codes[at] != (0x6708 if chinese else separator):
        return -1
    day, at = digits_at(codes, n, at + 1, 2)
    if day < 0:
        return -1
    joined = False
    if chinese and at < n and (codes[at] == 0x65E5 or codes[at] == 0x53F7):
        at += 1
        joined = True
    return value + day if _is_time(codes, n, at, joined) else -1


@kernel
def is_real_day(value: int) -> bool:
    """Return whether the day yyyymmdd stands in the Gregorian calendar."""
    year = value // 10_000
    month = value // 100 % 100
    day = value % 100
    if year < 1 or month < 1 or month > 12 or day < 1:
        return False
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return day <= (29 if leap else 28)
    if month == 4 or month == 6 or month == 9 or month == 11:
        return day <= 30
    return day <= 31


@kernel
def judge_date(value: int, earliest: int, latest: int) -> int:
    """Return the verdict on a parsed date; `latest` 0 sets no limit (`numbers.date.verdict`)."""
    if (
        value == 19000101
        or value == 18991230
        or value == 18991231
        or value == 99991231
        or value == 10101
        or value == 17530101
    ):
        return _PLACEHOLDER
    month = value // 100 % 100
    whole = value % 100 > 0 or month < 1 or month > 12
    first = value if whole else value + 1
    if not is_real_day(first) or first < earliest or (latest > 0 and value > latest):
        return _DATE
    return _VALID if whole else _UNCHECKED
