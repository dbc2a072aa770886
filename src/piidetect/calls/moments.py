# SPDX-License-Identifier: Apache-2.0
"""When a call was made: the day and, where the cell says it, the hour, in Beijing time.

A time without a zone is taken as it stands; one with a zone, and seconds or milliseconds since 1970,
are turned into Beijing time.

    >>> (
    ...     moment_of("1915-06-01 08:05:00"),
    ...     moment_of("1915年6月1日 下午3时5分"),
    ...     moment_of("19150601080500"),
    ... )
    ((19150601, 8), (19150601, 15), (19150601, 8))
    >>> moment_of("1915/6/1"), moment_of("2011-04-21T17:30:37Z"), moment_of("1303378237194")
    ((19150601, -1), (20110422, 1), (20110421, 17))
    >>> moment_of("00:03:10") is None, moment_of("1915-06-31 08:00") is None
    (True, True)
"""

from __future__ import annotations

import datetime as dt
import re

from piidetect.numbers import date
from piidetect.numbers.cell_text import fold, is_digits

#: No hour is known.
NO_HOUR = -1

_BEIJING = dt.timezone(dt.timedelta(hours=8))
_CLOCK = re.compile(
    r"[ T日号](上午|下午|[AP]M)? ?(\d{1,2})[:时点](\d{1,2})?.*?([AP]M)?$", re.IGNORECASE
)
_ZONED = re.compile(r"T?\d\d:\d\d.*?(Z|[+-]\d\d:?\d\d)$")
_SECONDS, _MILLISECONDS = 10, 13
_HOURS, _NOON = 24, 12


def moment_of(text: str) -> tuple[int, int] | None:
    """Return yyyymmdd and the hour (``NO_HOUR`` where there is none), None where it is no day."""
    folded = " ".join(fold(text).split())
    if is_digits(folded) and len(folded) in (_SECONDS, _MILLISECONDS):
        seconds = int(folded) // (1000 if len(folded) == _MILLISECONDS else 1)
        return _of(dt.datetime.fromtimestamp(seconds, _BEIJING))
    day = date.parse(folded)
    year, month, rest = day // 10_000, day // 100 % 100, day % 100
    if day < 0 or day in date.NO_DATES or not date.is_real(year, month, rest):
        return None
    if _ZONED.search(folded):
        try:
            return _of(dt.datetime.fromisoformat(folded).astimezone(_BEIJING))
        except (ValueError, OverflowError):
            return None
    return day, _hour(folded)


def _of(when: dt.datetime) -> tuple[int, int]:
    return when.year * 10_000 + when.month * 100 + when.day, when.hour


def _hour(folded: str) -> int:
    """Return the hour of a cell that begins with a day."""
    if is_digits(folded):
        return int(folded[8:10]) if len(folded) > len("yyyymmdd") else NO_HOUR
    found = _CLOCK.search(folded)
    if not found:
        return NO_HOUR
    half, hour = (found[1] or found[4] or "").upper(), int(found[2])
    if half in ("下午", "PM") and hour < _NOON:
        hour += _NOON
    elif half in ("上午", "AM") and hour == _NOON:
        hour = 0
    return hour if hour < _HOURS else NO_HOUR
