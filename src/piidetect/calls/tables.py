# SPDX-License-Identifier: Apache-2.0
"""The tables of a call log, made of its count; no caller's number is in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from piidetect.calls.counting import DAY_BITS, HOUR_BITS, NUMBER_BITS
from piidetect.calls.protected import hidden
from piidetect.numbers import mobile
from piidetect.tables import area_codes
from piidetect.tables.names import area_region, mobile_region, operator_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    import pandas as pd

    from piidetect.calls.counting import Counting

_NUMBERS, _HOURS, _DAYS = (1 << NUMBER_BITS) - 1, (1 << HOUR_BITS) - 1, (1 << DAY_BITS) - 1
_SEGMENT = 7


class Caller(NamedTuple):
    """What is kept of a caller: hidden number, segment, province, city, operator; '' where unknown."""

    caller: str
    segment: str
    province: str
    city: str
    operator: str


@lru_cache(maxsize=1 << 16)
def _of_segment(segment: str) -> tuple[str, str, str]:
    """Return province, city and operator of a mobile segment."""
    region = mobile_region(segment)
    return region.province, region.city, operator_of(segment)


def _kept(number: str) -> Caller:
    """Return what is kept of a number in its one form; '' is a number that can't be read."""
    if len(number) == mobile.LENGTH and number[0] == "1":
        return Caller(hidden(number), number[:_SEGMENT], *_of_segment(number[:_SEGMENT]))
    code = next((number[:n] for n in (3, 4) if number[:n] in area_codes()), "")
    if code and len(number) > _SEGMENT:
        region = area_region(code)
        segment = number[:_SEGMENT] if len(number) >= mobile.LENGTH else code
        return Caller(hidden(number), segment, region.province, region.city, "")
    return Caller(hidden(number), "", "", "", "")


@dataclass(frozen=True)
class CallTables:
    """Calls by caller, day and number, each combination once.

    Attributes:
        numbers: the protected numbers as they are shown, in the order given.
        callers: what is kept of each caller, most calls first; the first one has the ordinal 1.
        caller: int64[n], place of the caller in ``callers``.
        day: int64[n], the day as ordinal (``date.fromordinal``).
        number: int64[n], place of the number in ``numbers``.
        calls: int64[n], how many.
        hour_keys: int64[m], day << 15 | (hour + 1) << 10 | place of the number; hour + 1 is 0 for none.
        hour_calls: int64[m], how many.
    """

    numbers: tuple[str, ...]
    callers: tuple[Caller, ...]
    caller: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]
    calls: npt.NDArray[np.int64]
    hour_keys: npt.NDArray[np.int64]
    hour_calls: npt.NDArray[np.int64]

    @classmethod
    def of(cls, counting: Counting) -> CallTables:
        """Return the tables of a count; callers rank by calls, then by number, so by no order of rows."""
        keys, calls = counting.calls.counted()
        names = list(counting.callers)
        caller = keys >> (DAY_BITS + NUMBER_BITS)
        totals = np.zeros(len(names), np.int64)
        np.add.at(totals, caller, calls)
        order = sorted(range(len(names)), key=lambda at: (-int(totals[at]), names[at]))
        rank = np.zeros(len(names), np.int64)
        rank[order] = np.arange(len(names))
        day, number = keys >> NUMBER_BITS & _DAYS, keys & _NUMBERS
        ranked = rank[caller] if names else caller
        sort = np.lexsort((number, day, ranked))
        columns = (ranked[sort], day[sort], number[sort], calls[sort])
        kept = tuple(_kept(names[at]) for at in order)
        return cls(counting.protected.shown, kept, *columns, *counting.hours.counted())

    @cached_property
    def total(self) -> int:
        """All calls to protected numbers."""
        return int(self.calls.sum())

    @cached_property
    def by_caller_and_day(self) -> pd.DataFrame:
        """Caller (ordinal from 1 up), masked, segment, day, number, calls; most calls first."""
        import pandas as pd

        # sorted by caller, day and number already: a stable sort by calls keeps that
        order = np.argsort(-self.calls, kind="stable")
        caller = self.caller[order]
        masked, segment = (_texts(one[at] for one in self.callers) for at in (0, 1))
        return pd.DataFrame(
            {
                "caller": caller + 1,
                "masked": masked[caller],
                "segment": segment[caller],
                "day": _days(self.day[order]),
                "number": _texts(self.numbers)[self.number[order]],
                "calls": self.calls[order],
            }
        )

    @cached_property
    def by_day(self) -> pd.DataFrame:
        """Day, number, calls, callers, the busiest hour of the day (-1: none known) and its calls."""
        import pandas as pd

        rows: dict[tuple[int, int], list[int]] = {}
        for day, number, calls in zip(*self._lists("day", "number", "calls"), strict=True):
            row = rows.setdefault((day, number), [0, 0, -1, 0])
            row[0] += calls
            row[1] += 1
        keys = self.hour_keys.tolist()
        for key, calls in zip(keys, self.hour_calls.tolist(), strict=True):
            row = rows[key >> (HOUR_BITS + NUMBER_BITS), key & _NUMBERS]
            hour = (key >> NUMBER_BITS & _HOURS) - 1
            if hour >= 0 and calls > row[3]:
                row[2:] = hour, calls
        names = ["day", "number", "calls", "callers", "hour", "hour_calls"]
        made = [(_iso(day), self.numbers[at], *row) for (day, at), row in sorted(rows.items())]
        return pd.DataFrame(made, columns=names)

    @cached_property
    def by_number(self) -> pd.DataFrame:
        """Number, calls, callers, days, the busiest day (the first of several) and its calls."""
        import pandas as pd

        days = self.by_day
        rows: list[tuple[Any, ...]] = []
        for at, shown in enumerate(self.numbers):
            own = days[days["number"] == shown]
            callers = int(np.unique(self.caller[self.number == at]).size)
            first = own.loc[own["calls"].idxmax()] if len(own) else None
            busiest = ("", 0) if first is None else (str(first["day"]), int(first["calls"]))
            rows.append((shown, int(own["calls"].sum()), callers, len(own), *busiest))
        names = ["number", "calls", "callers", "days", "busiest_day", "day_calls"]
        return pd.DataFrame(rows, columns=names)

    @cached_property
    def by_caller(self) -> pd.DataFrame:
        """Caller, masked, segment, province, city, operator, number, calls, days, busiest day, its calls."""
        import pandas as pd

        own = self.caller << NUMBER_BITS | self.number
        first = np.lexsort(
            (self.day, -self.calls, own)
        )  # of each its busiest day, the first of several
        own = own[first]
        starts = np.flatnonzero(np.concatenate([[True], own[1:] != own[:-1]])[: own.size])
        calls = np.add.reduceat(self.calls[first], starts) if own.size else self.calls
        days = np.diff(np.append(starts, own.size))
        busiest = first[starts]
        caller, number = self.caller[busiest], self.number[busiest]
        order = np.lexsort((self._number_rank[number], caller, -calls))
        caller, number, busiest = caller[order], number[order], busiest[order]
        kept = {
            name: _texts(one[at] for one in self.callers)[caller]
            for at, name in enumerate(("masked", *Caller._fields[1:]))
        }
        return pd.DataFrame(
            {
                "caller": caller + 1,
                **kept,
                "number": _texts(self.numbers)[number],
                "calls": calls[order],
                "days": days[order],
                "busiest_day": _days(self.day[busiest]),
                "day_calls": self.calls[busiest],
            }
        )

    @cached_property
    def by_segment_and_day(self) -> pd.DataFrame:
        """Segment, province, city, operator, day, number, calls, callers; most calls first."""
        import pandas as pd

        places = sorted({one[1:] for one in self.callers})
        code_of = {where: code for code, where in enumerate(places)}
        code = np.array([code_of[one[1:]] for one in self.callers], np.int64)[self.caller]
        key = (code << DAY_BITS | self.day) << NUMBER_BITS | self._number_rank[self.number]
        keys, at, callers = np.unique(key, return_inverse=True, return_counts=True)
        calls = np.zeros(keys.size, np.int64)
        np.add.at(calls, at, self.calls)
        order = np.argsort(-calls, kind="stable")
        keys = keys[order]
        where = keys >> (DAY_BITS + NUMBER_BITS)
        return pd.DataFrame(
            {
                **{
                    name: _texts(one[column] for one in places)[where]
                    for column, name in enumerate(Caller._fields[1:])
                },
                "day": _days(keys >> NUMBER_BITS & _DAYS),
                "number": _texts(sorted(self.numbers))[keys & _NUMBERS],
                "calls": calls[order],
                "callers": callers[order],
            }
        )

    @cached_property
    def by_hour(self) -> pd.DataFrame:
        """Hour of the day (-1: the cell has none), number, calls over all days."""
        import pandas as pd

        rows: dict[tuple[int, int], int] = {}
        for key, calls in zip(self.hour_keys.tolist(), self.hour_calls.tolist(), strict=True):
            where = (key >> NUMBER_BITS & _HOURS) - 1, key & _NUMBERS
            rows[where] = rows.get(where, 0) + calls
        made = [(hour, self.numbers[at], calls) for (hour, at), calls in sorted(rows.items())]
        return pd.DataFrame(made, columns=["hour", "number", "calls"])

    @cached_property
    def _number_rank(self) -> npt.NDArray[np.int64]:
        """The place of each number among the numbers in order."""
        rank = np.zeros(len(self.numbers), np.int64)
        order = sorted(range(len(self.numbers)), key=lambda at: self.numbers[at])
        rank[order] = np.arange(len(self.numbers))
        return rank

    def _lists(self, *names: str) -> list[list[int]]:
        return [getattr(self, name).tolist() for name in names]


def _texts(texts: Iterable[str]) -> npt.NDArray[np.object_]:
    """Return texts as an array to take from: each text is held once."""
    found = list(texts)
    array = np.empty(len(found), object)
    array[:] = found
    return array


def _days(days: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    different, place = np.unique(days, return_inverse=True)
    return _texts(_iso(day) for day in different.tolist())[place]


def _iso(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()
