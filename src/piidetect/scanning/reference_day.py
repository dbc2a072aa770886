# SPDX-License-Identifier: Apache-2.0
"""The day at which ages are counted and after which nobody can have been born."""

from __future__ import annotations

import datetime as dt

from piidetect.errors import ArgumentError


def reference_day(given: dt.date | str | None) -> dt.date:
    """Return the reference date: as given, as ``YYYY-MM-DD``, or today.

    Raises:
        ArgumentError: it is no date.
    """
    if given is None:
        return dt.datetime.now().astimezone().date()
    if isinstance(given, dt.datetime):
        return given.date()
    if isinstance(given, dt.date):
        return given
    try:
        return dt.date.fromisoformat(given)
    except (TypeError, ValueError):
        msg = f"reference_date: {given!r} is no date; give YYYY-MM-DD, e.g. 2024-03-31"
        raise ArgumentError(msg) from None


def as_number(day: dt.date) -> int:
    """Return a date as kernels take it, yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day
