# SPDX-License-Identifier: Apache-2.0
"""Call logs of sources: how often protected numbers were called, by day, caller and segment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from piidetect.calls.counting import Counting, new_ledger
from piidetect.calls.headings import HEADINGS, columns_of
from piidetect.calls.protected import PROTECTED, Protected
from piidetect.calls.tables import CallTables
from piidetect.columns import known_headings
from piidetect.errors import ArgumentError, SourceError
from piidetect.recognizer import load_recognizers
from piidetect.sources import (
    Alert,
    Options,
    Server,
    Skipped,
    find,
    is_url,
    locator,
    open_sources,
    read_url,
)
from piidetect.sources.database_url import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from piidetect.sources import OpenSource


@dataclass(frozen=True)
class SourceCalls:
    """A table that was counted.

    Attributes:
        path: its locator.
        sha256: digest of the source.
        columns: headings (or positions from 1) by ``caller``, ``callee``, ``time``.
        ledger: rows = counted + blank + repeated_header + unparsed + no_number + other_number + no_time.
        complete: whether it was read to its end.
    """

    path: str
    sha256: str
    columns: Mapping[str, str]
    ledger: Mapping[str, int]
    complete: bool


@dataclass(frozen=True)
class CallLog(CallTables):
    """The calls to protected numbers in one or more sources.

    Attributes:
        sources: the tables that were counted, in the order of their names.
        skipped: what is no call log or can't be read: locator → why.
    """

    sources: tuple[SourceCalls, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def ledger(self) -> dict[str, int]:
        """The ledgers of all sources together."""
        total = new_ledger()
        for one in self.sources:
            for name, number in one.ledger.items():
                total[name] += number
        return total


def call_log(
    paths_or_table: Any,
    *,
    numbers: Iterable[str] = PROTECTED,
    caller: str | None = None,
    callee: str | None = None,
    time: str | None = None,
    block_bytes: int | None = None,
) -> CallLog:
    """Count the calls to protected numbers.

    Nothing of a caller but an ordinal, the first seven digits and the place is kept.

    Args:
        paths_or_table: as for `scan`: a path, several paths, or a table in memory. Tables that are no
            call log are left out and listed.
        numbers: the protected numbers.
        caller: heading of the column, or its position from 1 up; told by the usual headings by default.
        callee: the same of the number that was called.
        time: the same of the time of the call.
        block_bytes: how much is read at a time; no figure depends on it.

    Raises:
        ArgumentError: a number can't be used, or no table is a call log: what was looked for.
    """
    counting = Counting(Protected(numbers))
    asked = {"caller": caller, "callee": callee, "time": time}
    given = {name: str(value) for name, value in asked.items() if value is not None}
    options = Options(
        known=known_headings(load_recognizers()), block_bytes=block_bytes or Options().block_bytes
    )
    reading = _Reading(counting, given, options, [], {})
    for one in _sources(paths_or_table, reading.skipped):
        reading.read(one)
    if not reading.sources:
        raise ArgumentError(_no_call_log(reading.skipped))
    return CallLog(
        **vars(CallTables.of(counting)),
        sources=tuple(sorted(reading.sources, key=lambda one: one.path)),
        skipped=dict(sorted(reading.skipped.items())),
    )


@dataclass
class _Reading:
    """Reads sources one after the other into one count."""

    counting: Counting
    given: dict[str, str]
    options: Options
    sources: list[SourceCalls]
    skipped: dict[str, str]

    def read(self, source: Any) -> None:
        """Count all tables of a source."""
        try:
            for opened in open_sources(source, options=self.options):
                if isinstance(opened, Skipped):
                    self.skipped[opened.path] = opened.message
                elif isinstance(opened, Alert):
                    self.skipped[opened.source] = opened.message
                else:
                    self._table(opened)
        except SourceError as error:
            self.skipped[getattr(source, "locator", "table")] = str(error)

    def _table(self, opened: OpenSource) -> None:
        columns = columns_of(opened.header, opened.sample, self.given)
        if isinstance(columns, list):
            self.skipped[opened.path] = f"no column of {', '.join(columns)} was found"
            for _ in opened.blocks():  # what lies behind it in the same file is read next
                pass
            return
        ledger, broken = new_ledger(), False
        try:
            for block in opened.blocks():
                self.counting.take(block, columns, ledger)
        except SourceError:  # what was read until then is counted, and said to be a part
            broken = True
        header = opened.header or []
        names = {
            what: header[at] if at < len(header) else str(at + 1)
            for what, at in columns._asdict().items()
        }
        complete = opened.ledger.status == "complete" and not broken
        one = SourceCalls(opened.path, opened.ledger.sha256 or "", names, ledger, complete)
        self.sources.append(one)


def _sources(paths_or_table: Any, skipped: dict[str, str]) -> Sequence[Any]:
    """Return files and servers, or the table.

    Raises:
        ArgumentError: there is nothing to read.
    """
    if hasattr(paths_or_table, "__arrow_c_stream__"):
        return [paths_or_table]
    single = isinstance(paths_or_table, (str, os.PathLike))
    try:
        paths = [os.fspath(one) for one in ([paths_or_table] if single else paths_or_table)]
    except TypeError:
        msg = f"call_log takes paths or a table (pyarrow, polars, pandas), not {type(paths_or_table).__name__}"
        raise ArgumentError(msg) from None
    if not paths:
        raise ArgumentError("no path was given; name at least one file or folder")
    alerts: list[Alert] = []
    found: list[Any] = [*find([path for path in paths if not is_url(path)], alerts)]
    skipped.update({alert.source: alert.message for alert in alerts})
    password = os.environ.get(PASSWORD_VARIABLE)
    found += [Server(read_url(path), password) for path in paths if is_url(path)]
    if not found:
        why = "; ".join(f"{path}: {text}" for path, text in sorted(skipped.items()))
        shown = ", ".join(locator(path) for path in paths)
        raise ArgumentError(
            why or f"{shown}: no files were found; give a file, or a folder that holds some"
        )
    return found


def _no_call_log(skipped: Mapping[str, str]) -> str:
    """Say what was looked for, and the remedy."""
    most = 5
    shown = [f"{path}: {why}" for path, why in sorted(skipped.items())[:most]]
    if len(skipped) > most:
        shown.append(f"and {len(skipped) - most} more")
    looked = "; ".join(f"{what}: {', '.join(known[:6])} …" for what, known in HEADINGS.items())
    remedy = "name the columns: --caller NAME --callee NAME --time NAME (or their positions, 1 2 3)"
    return "\n  ".join(["there is no call log;", *shown, f"looked for {looked}", remedy])
