# SPDX-License-Identifier: Apache-2.0
"""A table of an SQL dump, and the text between the rows of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from piidetect.errors import SourceError
from piidetect.kernels.cells import PADDING, Block
from piidetect.schema import RowKind
from piidetect.sources.alerts import Alert
from piidetect.sources.extents import Extents
from piidetect.sources.feed import Feed
from piidetect.sources.ledger import Ledger
from piidetect.sources.lines import LINE_BYTES, lines_of
from piidetect.sources.rows import Row, RowSource, block_of_rows
from piidetect.sources.sample_blocks import joined, regular
from piidetect.sources.sql_walk import Run, Shape, Walker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from piidetect.kernels.sql_rows import SqlRows
    from piidetect.sources.content import Content
    from piidetect.sources.options import Options
    from piidetect.sources.sql import Found, Outline

#: Bytes of each of the three samples.
_SAMPLE_BYTES = 1 << 18


@dataclass(slots=True)
class SqlTable:
    """A table of a dump; see `piidetect.sources.OpenSource`."""

    path: str
    encoding: str
    header: list[str] | None
    n_columns: int
    content: Content
    shape: Shape
    found: Found
    outline: Outline
    options: Options
    share: int
    format: str = "sql"
    dialect: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    alerts: list[Alert] = field(default_factory=list)
    text_row: tuple[int, int] | None = None  # the first that was scanned as text, and its place

    @classmethod
    def of(
        cls,
        content: Content,
        path: str,
        shape: Shape,
        found: Found,
        outline: Outline,
        options: Options,
        share: int,
    ) -> SqlTable:
        """Return a table whose rows lie where `found` says."""
        return cls(
            path=path,
            encoding=outline.encoding,
            header=None if shape.header is None else list(shape.header),
            n_columns=shape.values,
            content=content,
            shape=shape,
            found=found,
            outline=outline,
            options=options,
            share=share,
            dialect={
                "statement": "COPY" if shape.copy else "INSERT",
                "escape": "backslash" if shape.copy or outline.backslash else "quote",
            },
        )

    def sample(self) -> Block:
        """Return up to 2,100 parsed rows from head, middle and tail as one block."""
        points = self.found.points
        chosen = sorted({points[0], points[len(points) // 2], points[-1]})
        start = np.array(self.found.start, np.int64)
        stop = np.array(self.found.stop, np.int64)
        blocks, read_to = [], -1
        with self.content.open() as file:
            for point in chosen:
                first = int(np.searchsorted(stop, point, "right"))
                if first == stop.size or point < read_to:
                    continue
                begin = start[first:].copy()
                begin[0] = point
                stream = Extents(file, begin, stop[first:])
                feed = self._feed(stream, Ledger(), _SAMPLE_BYTES)
                for one in self._walker(self.shape).walk(feed, all_of_it=False):
                    if isinstance(one, Run):
                        data = one.piece.data[: one.piece.size]
                        blocks.append(regular(data, _counted(one.rows)))
                read_to = int(stream.offsets(np.array([feed.ledger.bytes - 1]))[0])
        return joined(blocks) if blocks else block_of_rows([], 0)

    def blocks(self) -> Iterator[Block]:
        """Read the rows of the table; `ledger` and `alerts` are filled meanwhile.

        Raises:
            SourceError: The file can't be opened any more.
        """
        whole = self.outline.ledger
        self.ledger, self.alerts = Ledger(sha256=whole.sha256, status=whole.status), []
        self.ledger.reason, self.text_row = whole.reason, None
        inner = Ledger()
        with self.content.open() as file:
            starts, stops = self.found.start, self.found.stop
            stream = Extents(file, np.array(starts, np.int64), np.array(stops, np.int64))
            feed = self._feed(stream, inner, self.options.block_bytes)
            last: Run | None = None
            try:
                for one in self._walker(None).walk(feed):
                    self.ledger.bytes = inner.bytes
                    if isinstance(one, Run) and one.rows.tally[0]:
                        if last is not None:
                            yield self._block(last, stream, copy=last.piece is one.piece)
                        last = one
            except SourceError as error:
                self.ledger.status, self.ledger.reason = "partial", f"reading stopped: {error}"
                self.alerts.append(Alert(self.path, "read_error", self.ledger.reason))
            if last is not None:
                yield self._block(last, stream, copy=False)
        self._close(inner, stream)

    def _feed(self, stream: Extents, ledger: Ledger, step: int) -> Feed:
        """Return what decodes the table's bytes."""
        file, encoding = cast("BinaryIO", stream), self.outline.encoding
        return Feed(file, encoding, True, step, ledger, exact=True, digesting=False)

    def _walker(self, shape: Shape | None) -> Walker:
        """Return what goes through the rows; they come first if `shape` is given."""
        return Walker(self.outline.backslash, self._room, only=self.shape, shape=shape)

    def _room(self, shape: Shape, size: int) -> tuple[SqlRows, int]:
        """Return as much room for rows as so many bytes are likely to take."""
        from piidetect.kernels.sql_rows import empty_sql_rows

        each = max(2.0 * shape.values, self.found.bytes / max(1, self.found.rows))
        rows = int(size / each * 1.2) + 64
        return empty_sql_rows(rows, shape.values), rows

    def _block(self, run: Run, stream: Extents, *, copy: bool) -> Block:
        """Return the block of a run's rows and enter them in the ledger.

        It holds the bytes of the piece unless `copy` says that more rows of the piece come.
        """
        rows, piece = _counted(run.rows), run.piece
        offsets = stream.offsets(piece.offsets(rows.row_start))
        data = piece.data[: run.stop + PADDING]
        if copy:
            base = int(rows.row_start[0])
            data = data[base:].copy()
            rows.cell_start[:] -= base
            rows.cell_stop[:] -= base
            rows.row_start[:] -= base
        data[-PADDING:] = 0
        block = Block(
            data,
            rows.cell_start,
            rows.cell_stop,
            rows.cell_column,
            rows.row_cell,
            rows.row_start,
            offsets,
            rows.row_kind,
            self.ledger.rows,
        )
        unparsed, cut = int(rows.tally[2]), int(rows.tally[3])
        if unparsed and self.text_row is None:
            row = int(np.argmax(block.row_kind == RowKind.TEXT))
            self.text_row = (self.ledger.rows + row, int(block.row_offset[row]))
        self.ledger.rows += int(rows.tally[0])
        self.ledger.rows_unparsed += unparsed
        self.ledger.lines_cut += cut
        return block

    def _close(self, inner: Ledger, stream: Extents) -> None:
        """Say what a reader must know."""
        ledger = self.ledger
        ledger.bytes = self.share
        ledger.undecodable, ledger.nul_bytes = inner.undecodable, inner.nul_bytes
        places = np.array(inner.undecodable_offsets, np.int64)
        ledger.undecodable_offsets = [int(place) for place in stream.offsets(places)]
        if self.text_row:
            message = (
                f"{ledger.rows_unparsed} rows don't have {self.n_columns} values or a broken string; "
                "each was scanned as one text"
            )
            self.alerts.append(Alert(self.path, "rows_unparsed", message, *self.text_row))
        if ledger.lines_cut:
            message = f"{ledger.lines_cut} rows over 16 MiB were cut there"
            self.alerts.append(Alert(self.path, "lines_cut", message))


def _counted(rows: SqlRows) -> SqlRows:
    """Return what was filled of the arrays."""
    number, cells = int(rows.tally[0]), int(rows.tally[1])
    return rows._replace(
        cell_start=rows.cell_start[:cells],
        cell_stop=rows.cell_stop[:cells],
        cell_column=rows.cell_column[:cells],
        row_cell=rows.row_cell[: number + 1],
        row_start=rows.row_start[:number],
        row_kind=rows.row_kind[:number],
    )


class TextBetween:
    """The text of a dump that stands in no row but must be scanned."""

    @staticmethod
    def of(content: Content, found: Found, outline: Outline, share: int) -> RowSource:
        """Return the lines as rows that are scanned as text."""

        def rows(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Row]:
            whole = outline.ledger
            ledger.sha256, ledger.status, ledger.reason = whole.sha256, whole.status, whole.reason
            yield from _lines(content, found, outline.encoding)
            ledger.bytes = share

        return RowSource(
            path=content.locator,
            format="sql",
            header=None,
            n_columns=1,
            rows=rows,
            encoding=outline.encoding,
        )


def _lines(content: Content, found: Found, encoding: str) -> Iterator[Row]:
    """Yield the lines in the extents, blank ones left out; an extent ends a line."""
    with content.open() as file:
        for start, stop in zip(found.start, found.stop, strict=True):
            stream = Extents(file, np.array([start], np.int64), np.array([stop], np.int64))
            yield from _lines_of(stream, encoding)


def _lines_of(stream: Extents, encoding: str) -> Iterator[Row]:
    """Yield the lines of one extent."""
    step = min(LINE_BYTES, stream.bytes + 1)
    reading = cast("BinaryIO", stream)
    feed = Feed(reading, encoding, True, step, Ledger(), exact=True, digesting=False)
    for place, line in lines_of(feed):
        offset = int(stream.offsets(np.array([place], np.int64))[0])
        yield Row(offset, [line.strip()], RowKind.TEXT)
