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

        kept = [self.callers[at] for at in self.caller.tolist()]
        frame = pd.DataFrame(
            {
                "caller": self.caller + 1,
                "masked": [one.caller for one in kept],
                "segment": [one.segment for one in kept],
                "day": [_iso(day) for day in self.day.tolist()],
                "number": [self.numbers[at] for at in self.number.tolist()],
                "calls": self.calls,
            }
        )
        keys = ["calls", "caller", "day"]
        return frame.sort_values(
            keys, ascending=[False, True, True], kind="stable", ignore_index=True
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

        rows: dict[tuple[int, int], list[int]] = {}
        lists = self._lists("caller", "number", "day", "calls")
        for caller, number, day, calls in zip(*lists, strict=True):
            row = rows.setdefault((caller, number), [0, 0, 0, 0])
            row[0] += calls
            row[1] += 1
            if calls > row[3]:
                row[2:] = day, calls
        made = [
            (caller + 1, *self.callers[caller], self.numbers[at], calls, days, _iso(day), most)
            for (caller, at), (calls, days, day, most) in rows.items()
        ]
        made.sort(key=lambda row: (-row[7], row[0], row[6]))
        names = ["caller", "masked", *Caller._fields[1:], "number", "calls", "days"]
        return pd.DataFrame(made, columns=[*names, "busiest_day", "day_calls"])

    @cached_property
    def by_segment_and_day(self) -> pd.DataFrame:
        """Segment, province, city, operator, day, number, calls, callers; most calls first."""
        import pandas as pd

        rows: dict[tuple[Any, ...], list[int]] = {}
        lists = self._lists("caller", "day", "number", "calls")
        for caller, day, number, calls in zip(*lists, strict=True):
            row = rows.setdefault((*self.callers[caller][1:], day, number), [0, 0])
            row[0] += calls
            row[1] += 1
        made = [
            (*where, _iso(day), self.numbers[at], *row) for (*where, day, at), row in rows.items()
        ]
        made.sort(key=lambda row: (-row[6], row[:6]))
        names = [*Caller._fields[1:], "day", "number", "calls", "callers"]
        return pd.DataFrame(made, columns=names)

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

    def _lists(self, *names: str) -> list[list[int]]:
        return [getattr(self, name).tolist() for name in names]


def _iso(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()
