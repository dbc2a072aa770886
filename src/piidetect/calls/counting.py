# SPDX-License-Identifier: Apache-2.0
"""Count the calls of sources: per day, protected number and caller, exact and block by block."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.calls.cells import parsed_rows, spans, text_of
from piidetect.calls.moments import moment_of
from piidetect.calls.protected import number_of
from piidetect.schema import RowKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    import numpy.typing as npt

    from piidetect.calls.headings import Columns
    from piidetect.calls.protected import Protected
    from piidetect.kernels.cells import Block

    T = TypeVar("T")

#: Why a row isn't a counted call, in the order of the ledger.
LEFT_OUT = ("blank", "repeated_header", "unparsed", "no_number", "other_number", "no_time")

#: A key is caller << 32 | day << 10 | number, an hour's key day << 15 | (hour + 1) << 10 | number.
NUMBER_BITS, HOUR_BITS, DAY_BITS = 10, 5, 22

_PENDING = 1 << 20
_REMEMBERED = 1 << 16


class Tally:
    """How often each key was added, in arrays: 16 bytes a different key."""

    def __init__(self) -> None:
        self._keys: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._counts: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._pending: list[npt.NDArray[np.int64]] = []
        self._waiting = 0

    def add(self, keys: Iterable[int]) -> None:
        """Add keys, each once."""
        self._pending.append(np.fromiter(keys, np.int64))
        self._waiting += self._pending[-1].size
        if self._waiting >= max(_PENDING, self._keys.size):
            self.counted()

    def counted(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the different keys, ascending, and how often each was added."""
        new = np.concatenate([np.zeros(0, np.int64), *self._pending])
        self._pending, self._waiting = [], 0
        if new.size:
            keys, place = np.unique(np.concatenate([self._keys, new]), return_inverse=True)
            counts = np.zeros(keys.size, np.int64)
            np.add.at(counts, place[: self._counts.size], self._counts)
            counts += np.bincount(place[self._counts.size :], minlength=keys.size)
            self._keys, self._counts = keys, counts
        return self._keys, self._counts


class _Remembered(dict[bytes, object]):
    """What a function gives for a cell's bytes; forgotten when it gets too much."""

    def __init__(self, function: Callable[[str], object]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, cell: bytes) -> object:
        if len(self) >= _REMEMBERED:
            self.clear()
        value = self[cell] = self._function(text_of(cell))
        return value


class _Call(NamedTuple):
    day: int
    hour: int


def _when(text: str) -> _Call | None:
    """Return the day as ordinal and the hour, -1 for none; None for no time."""
    found = moment_of(text)
    if found is None:
        return None
    day, hour = found
    return _Call(dt.date(day // 10_000, day // 100 % 100, day % 100).toordinal(), hour)


@dataclass
class Counting:
    """The count as it goes: calls by caller, day and number; by day, hour and number.

    Attributes:
        protected: the numbers that count.
        callers: the callers' numbers, by their place in keys; '' is a caller that can't be read.
        calls: tally of calls.
        hours: tally of calls by hour.
    """

    protected: Protected
    callers: dict[str, int] = field(default_factory=dict)
    calls: Tally = field(default_factory=Tally)
    hours: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self._called = _Remembered(self.protected.called)
        self._when = _Remembered(_when)
        self._caller = _Remembered(number_of)

    def take(self, block: Block, columns: Columns, ledger: dict[str, int]) -> None:
        """Count the rows of a block and enter them in a ledger: ``rows``, ``counted``, :data:`LEFT_OUT`."""
        kinds = np.bincount(block.row_kind, minlength=len(RowKind)).tolist()
        ledger["rows"] += block.row_kind.size
        ledger["blank"] += kinds[RowKind.BLANK]
        ledger["repeated_header"] += kinds[RowKind.REPEATED_HEADER]
        ledger["unparsed"] += kinds[RowKind.TEXT]
        rows = parsed_rows(block)
        raw = block.data.tobytes()

        def values(column: int, rows: npt.NDArray[np.int64], known: _Remembered) -> list[object]:
            start, stop = spans(block, rows, column)
            return [known[raw[a:b]] for a, b in zip(start.tolist(), stop.tolist(), strict=True)]

        called = values(columns.callee, rows, self._called)
        places = np.array([-2 if one is None else one for one in called], np.int64)
        ledger["no_number"] += int((places == -2).sum())  # noqa: PLR2004 - as set above
        ledger["other_number"] += int((places == -1).sum())
        rows, places = rows[places >= 0], places[places >= 0]
        when = values(columns.time, rows, self._when)
        timed = np.array([one is not None for one in when], bool)
        ledger["no_time"] += int((~timed).sum())
        ledger["counted"] += int(timed.sum())
        callers = values(columns.caller, rows[timed], self._caller)
        self._add(callers, [one for one in when if isinstance(one, _Call)], places[timed].tolist())

    def _add(self, callers: list[object], when: list[_Call], places: list[int]) -> None:
        known = self.callers
        numbers = [known.setdefault(str(one), len(known)) for one in callers]
        self.calls.add(
            (caller << DAY_BITS | one.day) << NUMBER_BITS | place
            for caller, one, place in zip(numbers, when, places, strict=True)
        )
        self.hours.add(
            (one.day << HOUR_BITS | one.hour + 1) << NUMBER_BITS | place
            for one, place in zip(when, places, strict=True)
        )


def new_ledger() -> dict[str, int]:
    """Return an empty ledger; rows = counted + all that is left out."""
    return dict.fromkeys(("rows", *LEFT_OUT, "counted"), 0)
