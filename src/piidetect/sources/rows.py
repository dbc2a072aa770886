# SPDX-License-Identifier: Apache-2.0
"""Tables whose rows come one by one from Python code: JSON, workbooks, databases, messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.errors import SourceError
from piidetect.kernels.cells import PADDING, SEPARATOR, Block
from piidetect.schema import TEXT_COLUMN, RowKind
from piidetect.sources.alerts import Alert
from piidetect.sources.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: Rows of a sample, cells and bytes of a block at most.
_SAMPLE_ROWS = 2100
_BLOCK_CELLS = 1 << 17
_BLOCK_BYTES = 1 << 22


class Row(NamedTuple):
    """One row: where it begins in the source, its cells, how it was split.

    `offset` is a byte offset, or the row's number where the format has no bytes of its own for it.
    A parsed row has as many cells as the table has columns; a RowKind.TEXT row has one, which is
    scanned as text and counted as unparsed; a row whose cells are all empty counts as blank.
    """

    offset: int
    cells: list[str]
    kind: RowKind = RowKind.PARSED


@dataclass(slots=True)
class RowSource:
    """A table whose rows are Python strings; see `piidetect.sources.OpenSource`.

    `rows` is called with the ledger and the alerts to fill and gives the rows anew each time. It
    has to set the ledger's `bytes` and `sha256` (and `status` and `reason` where it stops early)
    before it ends; rows are counted here. A SourceError raised by it ends the table as partial.
    `faster` gives the same rows as blocks, whose `first_row` is set here.
    """

    path: str
    format: str
    header: list[str] | None
    n_columns: int
    rows: Callable[[Ledger, list[Alert]], Iterable[Row]]
    encoding: str = ""
    dialect: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    alerts: list[Alert] = field(default_factory=list)
    faster: Callable[[Ledger, list[Alert]], Iterable[Block]] | None = None

    def sample(self) -> Block:
        """Return the first parsed rows as one block."""
        taken: list[Row] = []
        try:
            rows = (row for row in self.rows(Ledger(), []) if row.kind == RowKind.PARSED)
            taken.extend(islice(rows, _SAMPLE_ROWS))
        except SourceError:
            pass  # `blocks` will say so
        return block_of_rows(taken, 0)

    def blocks(self) -> Iterator[Block]:
        """Yield the rows; `ledger` and `alerts` are filled meanwhile."""
        self.ledger, self.alerts = Ledger(), []
        for block in self._blocks():
            first = self.ledger.rows
            self._count(block)
            yield block._replace(first_row=first)
        if self.ledger.rows_unparsed:
            message = f"{self.ledger.rows_unparsed} pieces could not be split into cells; each was scanned as one text"
            self.alerts.append(Alert(self.path, "rows_unparsed", message))
        if not self.ledger.rows:
            self.alerts.append(Alert(self.path, "empty", "the table has no rows"))

    def _blocks(self) -> Iterator[Block]:
        """Yield the rows; where reading stops say so."""
        blocks = self.faster(self.ledger, self.alerts) if self.faster else self._batches()
        try:
            yield from blocks
        except SourceError as error:
            self.ledger.status, self.ledger.reason = "partial", f"reading stopped: {error}"
            self.alerts.append(Alert(self.path, "read_error", self.ledger.reason))

    def _batches(self) -> Iterator[Block]:
        """Yield the rows in blocks of bounded size."""
        most = max(1, _BLOCK_CELLS // max(1, self.n_columns))
        taken: list[Row] = []
        size = 0
        try:
            for row in self.rows(self.ledger, self.alerts):
                taken.append(row)
                size += sum(map(len, row.cells))
                if len(taken) >= most or size >= _BLOCK_BYTES:
                    yield block_of_rows(taken, 0)
                    taken, size = [], 0
        except SourceError:
            if taken:
                yield block_of_rows(taken, 0)
            raise
        if taken:
            yield block_of_rows(taken, 0)

    def _count(self, block: Block) -> None:
        """Enter the rows of a block in the ledger."""
        kinds = np.bincount(block.row_kind, minlength=len(RowKind))
        self.ledger.rows += block.row_kind.size
        self.ledger.rows_unparsed += int(kinds[RowKind.TEXT])
        self.ledger.rows_blank += int(kinds[RowKind.BLANK])
        self.ledger.rows_repeated_header += int(kinds[RowKind.REPEATED_HEADER])


def block_of_rows(rows: list[Row], first_row: int) -> Block:
    """Return rows of Python strings as a block."""
    cells = [cell.encode("utf-8", "surrogatepass") for row in rows for cell in row.cells]
    data = bytes([SEPARATOR]).join([*cells, bytes(PADDING)])
    return block_of_cells(
        np.frombuffer(bytearray(data), np.uint8),
        np.fromiter(map(len, cells), np.int64, len(cells)),
        np.fromiter((len(row.cells) for row in rows), np.int64, len(rows)),
        np.fromiter((row.kind for row in rows), np.uint8, len(rows)),
        np.fromiter((row.offset for row in rows), np.int64, len(rows)),
        first_row,
    )


def block_of_cells(
    data: np.ndarray,
    lengths: np.ndarray,
    widths: np.ndarray,
    kind: np.ndarray,
    offset: np.ndarray,
    first_row: int,
) -> Block:
    """Return a block of cells that lie one after the other, each followed by a separator.

    `data` uint8 with PADDING zeros at its end; `lengths` int64[C] of the cells, `widths` int64[R]:
    cells of the rows; `kind` uint8[R], in which rows without text become blank; `offset` int64[R].
    """
    stop = np.cumsum(lengths + 1) - 1
    start = stop - lengths
    row_cell = np.concatenate(([0], np.cumsum(widths)))
    place = np.arange(lengths.size) - np.repeat(row_cell[:-1], widths)
    column = np.where(np.repeat(kind == RowKind.TEXT, widths), TEXT_COLUMN, place)
    row_start = np.append(start, data.size - PADDING)[row_cell[:-1]]
    edges = np.concatenate(([0], np.cumsum(lengths)))[row_cell]
    kind[(kind == RowKind.PARSED) & (np.diff(edges) == 0)] = RowKind.BLANK
    return Block(
        data=data,
        cell_start=start,
        cell_stop=stop,
        cell_column=column.astype(np.uint16),
        row_cell=row_cell.astype(np.int64),
        row_start=row_start.astype(np.int64),
        row_offset=offset,
        row_kind=kind,
        first_row=first_row,
    )


def block_of_table(data: np.ndarray, lengths: np.ndarray, width: int) -> Block:
    """Return a block of rows that all have `width` cells; data and lengths as `block_of_cells`."""
    rows = lengths.size // width if width else 0
    widths = np.full(rows, width, np.int64)
    kind = np.full(rows, RowKind.PARSED, np.uint8)
    return block_of_cells(data, lengths, widths, kind, np.arange(rows, dtype=np.int64), 0)
