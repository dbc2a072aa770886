# SPDX-License-Identifier: Apache-2.0
"""Detect in one block: the map stage. Pure, so that blocks may go to threads in any order."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.arrow_arrays import as_arrow
from piidetect.detection.evidence import agreements_of
from piidetect.detection.masking import mask
from piidetect.kernels.blocks import scan_items
from piidetect.kernels.evidence import FIELDS
from piidetect.kernels.gather import gather, tally_items
from piidetect.kernels.plan import (
    ITEM,
    Items,
    Out,
    Records,
    Scratch,
    new_items,
    new_out,
    new_records,
    new_scratch,
    tally_findings,
)
from piidetect.kernels.rows import FEW, RowScratch, new_row_scratch, summarise_rows
from piidetect.kernels.survey import survey_block
from piidetect.kernels.words import list_claims
from piidetect.schema import TEXT_COLUMN, Verdict, schemas
from piidetect.tables.lookups import phone_details

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    import pyarrow as pa

    from piidetect.detection.plan import Setup
    from piidetect.kernels.cells import Block

#: Masked exemplars kept for each column, entity and verdict.
EXEMPLARS = 3

_VERDICTS = 16
_ENTITIES = 64
_LOCAL = threading.local()

#: (column, entity, verdict): numbers as in the findings table.
Tally = tuple[int, int, int]


class BlockResult(NamedTuple):
    """What a block gives: two Arrow tables (`schema.schemas`), counts and a few masked texts.

    `exemplars` holds (row, masked text) of the first findings of each tally, `evidence` what
    `detection.evidence` adds up.
    """

    records: pa.RecordBatch
    findings: pa.RecordBatch
    tallies: Mapping[Tally, int]
    exemplars: Mapping[Tally, list[tuple[int, str]]]
    evidence: tuple[np.ndarray, np.ndarray]


class _Room:
    """What a thread works in: scratch, the items of a block, the findings of the slow ones."""

    def __init__(self, cells: int) -> None:
        self.scratch: Scratch = new_scratch()
        self.items: Items = new_items(cells)
        self.slow: Out = new_out(cells // 4 + 64)


class Found(NamedTuple):
    """The findings of a block as arrays; int64[R+1], the first one of each row; sequences by column.

    `sequences` is int64[columns + 1, `kernels.evidence.FIELDS`].
    """

    out: Out
    first: np.ndarray
    sequences: np.ndarray


def find(block: Block, setup: Setup) -> Found:
    """Return the findings of a block."""
    room, count = _scan(block, setup)
    size = count + int(room.slow.count[0])
    out = new_out(size)
    first = np.empty(block.row_start.size + 1, np.int64)
    sequences = np.zeros((setup.columns + 1, FIELDS), np.int64)
    gather(
        block,
        room.items,
        count,
        room.slow,
        setup.plan,
        phone_details(),
        out,
        room.scratch,
        first,
        sequences,
        np.empty(size + 1, np.int32),
    )
    return Found(out, first, sequences)


def _scan(block: Block, setup: Setup) -> tuple[_Room, int]:
    """Return the room of this thread with the items of a block and its slow findings; how many items."""
    room = _room(block.cell_start.size)
    plan, tables, scratch, items = setup.plan, setup.tables, room.scratch, room.items
    count = survey_block(block, plan, tables, scratch, items)
    while True:
        list_claims(block, items, count, plan, tables, scratch)
        claims = int(scratch.claimed[1])
        if claims <= scratch.claims.shape[0]:
            break
        room.scratch = scratch = scratch._replace(claims=_room_for_claims(2 * claims))
    while True:
        slow = room.slow
        slow.count[0] = 0
        scan_items(block, items, count, plan, tables, slow, scratch)
        found = int(slow.count[0])
        if found <= slow.row.size:
            return room, count
        room.slow = new_out(found)


def _room_for_claims(count: int) -> np.ndarray:
    return np.zeros((count, ITEM + 1), np.int64)


def _room(cells: int) -> _Room:
    """Return the room of this thread, for so many cells."""
    room: _Room | None = getattr(_LOCAL, "room", None)
    if room is None or room.items.cell.size < cells:
        room = _LOCAL.room = _Room(cells)
    return room


def _row_scratch(first: np.ndarray) -> RowScratch:
    """Return the room for rows of this thread; `first` is the first finding of each row."""
    scratch: RowScratch | None = getattr(_LOCAL, "rows", None)
    if scratch is None:
        scratch = _LOCAL.rows = new_row_scratch()
    longest = int(np.diff(first).max(initial=0))
    if longest > FEW:
        return scratch._replace(table=np.empty(1 << (2 * longest).bit_length(), np.int64))
    return scratch


def detect_block(
    block: Block, setup: Setup, *, exemplars: bool = True, known: Container[Tally] = ()
) -> BlockResult:
    """Find, judge and key what a block holds.

    Args:
        block: rows of cells.
        setup: made by `set_up` for the block's source.
        exemplars: whether to keep masked texts.
        known: the tallies of which enough masked texts are kept already.
    """
    return result_of(block, setup, find(block, setup), exemplars=exemplars, known=known)


def result_of(
    block: Block,
    setup: Setup,
    found: Found,
    *,
    exemplars: bool = True,
    known: Container[Tally] = (),
) -> BlockResult:
    """Make records and counts of what :func:`find` found in a block."""
    rows = block.row_start.size
    out, first, sequences = found
    made = new_records(rows)
    summarise_rows(
        block.data,
        block.cell_start,
        block.cell_stop,
        block.row_cell,
        first,
        setup.whose,
        setup.plan.k0,
        setup.plan.k1,
        out,
        made,
        _row_scratch(first),
    )
    records, findings = _batches(block, out, made)
    count = int(out.count[0])
    tallies, places = _tally(out, count, setup.columns)
    shown = {
        tally: [_masked(block, out, place, setup.names) for place in some]
        for tally, some in places.items()
        if exemplars and tally not in known
    }
    evidence = sequences, agreements_of(block, out, first, setup)
    return BlockResult(records, findings, tallies, shown, evidence)


def _batches(block: Block, out: Out, made: Records) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the tables of records and findings."""
    import pyarrow as pa

    count = int(out.count[0])
    findings = pa.RecordBatch.from_arrays(
        [as_arrow(getattr(out, name)[:count]) for name in schemas()["findings"].names],
        schema=schemas()["findings"],
    )
    own: dict[str, np.ndarray] = {
        "row": np.arange(block.first_row, block.first_row + block.row_start.size, dtype=np.uint32),
        "offset": block.row_offset.astype(np.uint64),
        "kind": block.row_kind,
    }
    records = pa.RecordBatch.from_arrays(
        [
            as_arrow(own[name] if name in own else getattr(made, name))
            for name in schemas()["records"].names
        ],
        schema=schemas()["records"],
    )
    return records, findings


def tallies_of(block: Block, setup: Setup) -> dict[Tally, int]:
    """Count what a block holds by column, entity and verdict; make no records of it."""
    room, count = _scan(block, setup)
    counts = np.zeros((setup.columns + 1) * _ENTITIES * _VERDICTS, np.int64)
    tally_items(block, room.items, count, setup.plan, setup.columns, counts)
    places = np.empty((counts.size, 0), np.int64)  # nobody asks where they stand
    tally_findings(room.slow, int(room.slow.count[0]), setup.columns, counts, places)
    return {_key(one, setup.columns): int(counts[one]) for one in np.flatnonzero(counts).tolist()}


def _tally(out: Out, count: int, columns: int) -> tuple[dict[Tally, int], dict[Tally, list[int]]]:
    """Count the findings by column, entity and verdict; return the first of each, too."""
    counts = np.zeros((columns + 1) * _ENTITIES * _VERDICTS, np.int64)
    places = np.empty((counts.size, EXEMPLARS), np.int64)
    tally_findings(out, count, columns, counts, places)
    tallies: dict[Tally, int] = {}
    first: dict[Tally, list[int]] = {}
    for one in np.flatnonzero(counts).tolist():
        tally = _key(one, columns)
        tallies[tally] = int(counts[one])
        first[tally] = places[one, : min(tallies[tally], EXEMPLARS)].tolist()
    return tallies, first


def _key(place: int, columns: int) -> Tally:
    """Return whose count stands at a place of the counts."""
    position, rest = divmod(place, _ENTITIES * _VERDICTS)
    column = TEXT_COLUMN if position == columns else position
    return column, rest // _VERDICTS, rest % _VERDICTS


def _masked(block: Block, out: Out, place: int, names: tuple[str, ...]) -> tuple[int, str]:
    """Return the row and the masked text of one finding."""
    row = int(out.row[place])
    begin = int(block.row_start[row - block.first_row]) + int(out.start[place])
    raw = block.data[begin : begin + int(out.length[place])].tobytes()
    entity = names[int(out.entity[place])]
    return row, mask(raw.decode("utf-8", "replace"), entity)


def verdict_name(verdict: int) -> str:
    """Return the name of a verdict as reports write it."""
    return Verdict(verdict).name.lower()
