# SPDX-License-Identifier: Apache-2.0
"""Map one source: read its blocks, detect in threads, hand the results on in the order of rows."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Self, TypeVar

from piidetect.columns import infer
from piidetect.columns.births import all_born_after
from piidetect.detection import BlockResult, Setup, Tally, detect_block, set_up, verdict_name
from piidetect.detection.blocks import EXEMPLARS, tallies_of
from piidetect.detection.evidence import Evidence
from piidetect.errors import ArgumentError
from piidetect.recognizer import load_recognizers
from piidetect.scanning.reading import reading
from piidetect.schema import ENTITIES, TEXT_COLUMN, Verdict
from piidetect.sources import Options, open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from piidetect.case import PartWriter
    from piidetect.columns import Column
    from piidetect.kernels.cells import Block
    from piidetect.recognizer import Recognizer
    from piidetect.sources import OpenSource

T = TypeVar("T")

_VALID = int(Verdict.VALID)
_AHEAD = 3  # blocks that wait while all threads have one, so that none waits for the reader


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is: bytes read of all sources, rows so far, and the source it is at."""

    bytes_done: int
    bytes_total: int
    rows_done: int
    source: str


def _at_once() -> None:
    """Don't wait."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How sources are mapped: recognizers, reference date yyyymmdd, key, threads, roles, reading.

    `ready` returns when detection may start (the kernels of a first run are compiled).
    """

    recognizers: tuple[Recognizer, ...]
    today: int
    key: bytes
    threads: int
    roles: bool
    options: Options
    ready: Callable[[], None] = _at_once


def prepare(source: OpenSource, rules: Rules) -> tuple[tuple[Column, ...], Setup]:
    """Infer the columns of a source from its heading and sample, and set up detection.

    Raises:
        ArgumentError: the reference date is before the births of all in a column of IDs.
    """
    sample = source.sample()
    columns = infer(source.header, sample, rules.recognizers, roles=rules.roles)
    late = all_born_after(columns, sample, rules.today)
    if late is not None:
        msg = (
            f"{source.path}, column {late.header!r}: all {late.ids} ID numbers that were looked at are "
            f"of births after the reference date {_day(rules.today)}, the earliest in "
            f"{late.birth // 10000}; give the day of the seizure with --reference-date"
        )
        raise ArgumentError(msg)
    return columns, set_up(rules.recognizers, columns, today=rules.today, key=rules.key)


def _day(number: int) -> str:
    return f"{number // 10000}-{number // 100 % 100:02d}-{number % 100:02d}"


def results(
    source: OpenSource,
    setup: Setup,
    threads: int,
    tell: Callable[[int], None] | None = None,
    known: Container[Tally] = (),
) -> Iterator[BlockResult]:
    """Return the results of a source's blocks in order.

    With more threads than one the caller's thread reads and splits while others detect; some
    more blocks are under way than there are threads. For tallies that are `known` when a block's
    turn comes no masked texts are made; add those of which the results so far gave enough.
    """
    return _in_order(source, lambda block: detect_block(block, setup, known=known), threads, tell)


def _in_order(
    source: OpenSource,
    work: Callable[[Block], T],
    threads: int,
    tell: Callable[[int], None] | None = None,
) -> Iterator[T]:
    """Yield what `work` makes of a source's blocks, in order."""
    blocks = source.blocks()
    first = list(islice(blocks, 2))
    if threads == 1 or len(first) < 2:  # noqa: PLR2004 - one block needs no threads
        for block in chain(first, blocks):
            result = work(block)
            if tell is not None:
                tell(block.row_start.size)
            yield result
        return
    waiting: deque[Any] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="piidetect") as pool:
        try:
            for block in chain(first, blocks):
                waiting.append(pool.submit(work, block))
                if tell is not None:
                    tell(block.row_start.size)
                while len(waiting) > threads + _AHEAD or (waiting and waiting[0].done()):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()


class _Writing:
    """Writes results to a part in order; where there are threads, behind the back of the one that reads."""

    def __init__(self, part: PartWriter, threads: int) -> None:
        self._part = part
        self._pool = ThreadPoolExecutor(1, "piidetect") if threads > 1 else None
        self._waiting: deque[Any] = deque()

    def __enter__(self) -> Self:
        return self

    def write(self, result: BlockResult) -> None:
        """Write a result, now or soon; what failed before is raised here or at the end."""
        if self._pool is None:
            self._part.write(result.records, result.findings)
            return
        if len(self._waiting) > 1:
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(self._part.write, result.records, result.findings))

    def __exit__(self, kind: object, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=kind is not None)
            while kind is None and self._waiting:
                self._waiting.popleft().result()


def map_source(
    source: OpenSource,
    rules: Rules,
    part: PartWriter,
    tell: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Write a source's part, all but its closing; return what `part.json` says of it."""
    columns, setup = prepare(source, rules)
    rules.ready()
    tallies: dict[Tally, int] = {}
    shown: dict[Tally, list[tuple[int, str]]] = {}
    known: set[Tally] = set()  # grows in the order of blocks, so the first texts are kept
    evidence = Evidence(setup)
    with _Writing(part, rules.threads) as tables:
        for result in results(source, setup, rules.threads, tell, known):
            tables.write(result)
            evidence.add(*result.evidence)
            for tally, count in result.tallies.items():
                tallies[tally] = tallies.get(tally, 0) + count
            for tally, texts in result.exemplars.items():
                kept = shown.setdefault(tally, [])
                kept.extend(texts[: EXEMPLARS - len(kept)])
                if len(kept) == EXEMPLARS:
                    known.add(tally)
    ledger = source.ledger
    return {
        "path": source.path,
        "format": source.format,
        "encoding": source.encoding,
        "bytes": ledger.bytes,
        "sha256": ledger.sha256,
        "rows": part.rows,
        "rows_unparsed": ledger.rows_unparsed,
        "status": ledger.status,
        "reason": ledger.reason,
        "header": source.header,
        "dialect": dict(source.dialect),
        "ledger": _shallow(ledger),
        "columns": [_column(column, tallies, part.rows, setup.names) for column in columns],
        "alerts": [_shallow(alert) for alert in source.alerts],
        "exemplars": _exemplars(shown, setup.names),
        "checks": evidence.shown(),
    }


def _shallow(value: Any) -> dict[str, Any]:
    """Return a dataclass as a dict; `asdict` copies what it holds, which is most of a small part's time."""
    return {one.name: getattr(value, one.name) for one in fields(value)}


def _column(
    column: Column, tallies: dict[Tally, int], rows: int, names: tuple[str, ...]
) -> dict[str, Any]:
    """Return a column for `part.json` with the share of its rows that hold a valid value."""
    if column.entity:
        wanted = [names.index(column.entity)]
    else:
        wanted = [entity for at, entity, verdict in tallies if at == column.position]
    counts = [tallies.get((column.position, entity, _VALID), 0) for entity in set(wanted)]
    share = round(min(max(counts, default=0) / rows, 1.0), 6) if rows else 0.0
    return {**_shallow(column), "share_valid": share}


def _exemplars(
    shown: dict[Tally, list[tuple[int, str]]], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the masked texts for `part.json`, by column, entity and verdict."""
    return [
        {
            "column": None if column == TEXT_COLUMN else column,
            "entity": names[entity],
            "verdict": verdict_name(verdict),
            "text": text,
            "row": row,
        }
        for (column, entity, verdict), texts in sorted(shown.items())
        for row, text in texts
    ]


def detect_only(
    path: str, *, threads: int = 1, today: int = 99991231
) -> dict[tuple[str, str], int]:
    """Read a file and detect in it, write nothing; return (entity, verdict) → findings.

    For measurements: this is the scan less the digest, the keys, the case folder and the counting.
    """
    recognizers = load_recognizers()
    source = open_source(path, options=replace(reading(recognizers), digest=False))
    columns = infer(source.header, source.sample(), recognizers)
    setup = set_up(recognizers, columns, today=today, key=None)
    counts: dict[tuple[str, str], int] = {}
    for tallies in _in_order(source, lambda block: tallies_of(block, setup), threads):
        for (_, entity, verdict), count in tallies.items():
            name = (ENTITIES[entity], verdict_name(verdict))
            counts[name] = counts.get(name, 0) + count
    return counts
