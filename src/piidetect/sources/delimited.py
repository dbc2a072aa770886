# SPDX-License-Identifier: Apache-2.0
"""Delimited text and plain text: rows of cells, straight from the bytes of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from piidetect.errors import SourceError
from piidetect.kernels import index
from piidetect.kernels.cells import PADDING, Block
from piidetect.schema import RowKind
from piidetect.sources import dialect as dialects
from piidetect.sources import samples
from piidetect.sources.alerts import Alert
from piidetect.sources.feed import Feed, Piece
from piidetect.sources.ledger import Ledger
from piidetect.sources.registry import Match
from piidetect.sources.sample_blocks import joined, regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options

_TABULAR = (".csv", ".tsv", ".tab", ".psv")


@dataclass(slots=True)
class DelimitedSource:
    """A file of delimited text, or of lines; see `piidetect.sources.OpenSource`."""

    path: str
    format: str
    encoding: str
    header: list[str] | None
    n_columns: int
    dialect: dict[str, str]
    content: Content
    bom: int
    decided: bool
    rules: dialects.Dialect
    options: Options
    ledger: Ledger = field(default_factory=Ledger)
    alerts: list[Alert] = field(default_factory=list)
    bad_row: int | None = None  # the first with an undecodable sequence
    text_row: tuple[int, int] | None = None  # the first that was scanned as text, and its place

    def sample(self) -> Block:
        """Return up to 2,100 parsed rows from head, middle and tail as one block."""
        with self.content.open() as file:
            texts = _texts(samples.read_samples(file, self.content.bytes), self.encoding, self.bom)
        blocks = []
        for number, (text, final) in enumerate(texts):
            start = self.rules.heading_stop if number == 0 else 0
            data, rows = dialects.rows_of(text[start:], self.rules.grammar, final=final)
            blocks.append(regular(data[: len(text) - start], rows))
        return joined(blocks)

    def blocks(self) -> Iterator[Block]:
        """Read the file once and yield its rows; `ledger` and `alerts` are filled meanwhile.

        Raises:
            SourceError: The file can't be opened any more.
        """
        self.ledger, self.alerts = Ledger(), []
        self.bad_row = self.text_row = None
        grammar = self.rules.grammar
        with self.content.open() as file:
            feed = Feed(
                file,
                self.encoding,
                self.decided,
                self.options.block_bytes,
                self.ledger,
                digesting=self.options.digest,
            )
            feed.skip(self.bom)
            piece, position = feed.read(), 0
            if self.rules.heading is not None:
                while piece.size <= self.rules.heading_stop and not piece.final:
                    feed.keep(piece, 0)
                    piece = feed.read()
                yield from self._preamble(piece, grammar)
                position = self.rules.heading_stop
            while True:
                rows, number, cells, after = self._index(piece, position, grammar)
                if not piece.final:
                    feed.keep(piece, after)
                    piece.data[after : after + PADDING] = 0
                if number:
                    yield self._block(piece, rows, number, cells, after)
                if piece.final:
                    break
                piece, position = feed.read(), 0
            self.encoding = feed.encoding
        self._close()

    def _preamble(self, piece: Piece, grammar: index.Grammar) -> Iterator[Block]:
        """Yield the rows above the heading, if there are any."""
        stop = self.rules.heading_start
        if stop:
            data = np.concatenate((piece.data[:stop], np.zeros(PADDING, np.uint8)))
            above = piece._replace(data=data, size=stop, final=True)
            rows, number, cells, after = self._index(above, 0, grammar)
            if number:
                yield self._block(above, rows, number, cells, after)

    def _index(
        self, piece: Piece, position: int, grammar: index.Grammar
    ) -> tuple[index.Rows, int, int, int]:
        """Index a piece with as much room as it takes; return (rows, rows, cells, next row)."""
        lines = int(piece.size / max(1.0, self.rules.bytes_per_row) * 1.2) + 64
        while True:
            rows = index.empty_rows(lines, self.n_columns)
            number, cells, after = index.index_block(
                piece.data, position, piece.size, piece.final, grammar, rows
            )
            if number < lines or after == piece.size:
                return rows, number, cells, after
            lines *= 2

    def _block(self, piece: Piece, rows: index.Rows, number: int, cells: int, stop: int) -> Block:
        """Return the block of the rows and enter them in the ledger."""
        ledger = self.ledger
        start = rows.row_start[:number]
        block = Block(
            piece.data[: stop + PADDING],
            rows.cell_start[:cells],
            rows.cell_stop[:cells],
            rows.cell_column[:cells],
            rows.row_cell[: number + 1],
            start,
            piece.offsets(start),
            rows.row_kind[:number],
            ledger.rows,
        )
        if ledger.undecodable and self.bad_row is None:
            self.bad_row = _row_at(block, piece, stop, ledger.undecodable_offsets[0])
        unparsed, blank, repeated, repaired, cut = (int(count) for count in rows.tally)
        if unparsed and self.text_row is None:
            row = int(np.argmax(block.row_kind == RowKind.TEXT))
            self.text_row = (ledger.rows + row, int(block.row_offset[row]))
        ledger.rows += number
        ledger.rows_unparsed += unparsed
        ledger.rows_blank += blank
        ledger.rows_repeated_header += repeated
        ledger.quotes_repaired += repaired
        ledger.lines_cut += cut
        return block

    def _alert(
        self, code: str, message: str, row: int | None = None, byte_offset: int | None = None
    ) -> None:
        self.alerts.append(Alert(self.path, code, message, row, byte_offset))

    def _close(self) -> None:
        """Compare the ledger with the file and say what a reader must know."""
        ledger, size = self.ledger, self.content.bytes
        if self.text_row and ledger.rows_unparsed > ledger.lines_cut:
            message = (
                f"{ledger.rows_unparsed} rows don't have {self.n_columns} cells; "
                "each was scanned as one text"
            )
            self._alert("rows_unparsed", message, *self.text_row)
        if ledger.undecodable:
            message = f"{ledger.undecodable} sequences are no {self.encoding} and were replaced"
            self._alert("undecodable", message, self.bad_row, ledger.undecodable_offsets[0])
        if ledger.nul_bytes:
            self._alert("nul_bytes", f"{ledger.nul_bytes} NUL characters were kept as they are")
        if ledger.lines_cut:
            self._alert("lines_cut", f"{ledger.lines_cut} lines over 16 MiB were cut there")
        if ledger.status == "partial":
            self._alert("read_error", ledger.reason, None, ledger.bytes)
        elif ledger.bytes < size:
            ledger.status = "partial"
            ledger.reason = f"the file was {size} bytes long and ended at {ledger.bytes}"
            self._alert("truncated", ledger.reason, None, ledger.bytes)
        elif ledger.bytes > size:
            message = f"the file grew from {size} to {ledger.bytes} bytes while it was read"
            self._alert("grew", message, None, size)
        if not ledger.bytes:
            self._alert("empty", "the file is empty")


def _row_at(block: Block, piece: Piece, stop: int, offset: int) -> int | None:
    """Return the number of the row that `offset` of the source lies in, if it is in the block."""
    end = int(piece.offsets(np.array([stop]))[0])
    if not int(block.row_offset[0]) <= offset < end:
        return None
    return block.first_row + int(np.searchsorted(block.row_offset, offset, "right")) - 1


def sniff(head: Head) -> Match:
    """Say that any text can be read."""
    encoding, _, _ = head.encoding
    no_text = samples.binary([samples.Sample(0, head.raw, head.whole)], encoding)
    return Match.NO if no_text else Match.ANY


def open_content(content: Content, _head: Head, options: Options) -> list[DelimitedSource]:
    """Find out encoding and dialect of a text.

    Raises:
        SourceError: The file can't be read or is no text.
    """
    pieces = samples.samples_of(content)
    encoding, bom, decided = samples.choose_encoding(pieces)
    no_text = samples.binary(pieces, encoding)
    if no_text:
        message = f"unsupported format: {no_text}"
        raise SourceError(message)
    texts = _texts(pieces, encoding, bom)
    rules = dialects.sniff(
        [text for text, _ in texts],
        complete=len(texts) == 1,
        known=options.known,
        tabular=content.name.lower().endswith(_TABULAR),
    )
    kind = "tsv" if rules.delimiter == b"\t" else "csv"
    if not rules.delimiter and rules.heading is None:
        kind = "text"
    source = DelimitedSource(
        path=content.locator,
        format=kind,
        encoding=encoding,
        header=rules.names(),
        n_columns=rules.n_columns,
        dialect={
            "delimiter": rules.delimiter.decode("utf-8"),
            "quote": rules.quote.decode("ascii"),
            "line_end": rules.line_end,
        },
        content=content,
        bom=bom,
        decided=decided,
        rules=rules,
        options=options,
    )
    return [source]


def _texts(pieces: list[samples.Sample], encoding: str, bom: int) -> list[tuple[bytes, bool]]:
    """Return the samples as UTF-8 from their first full line on, and whether each is the end."""
    texts = []
    for piece in pieces:
        raw = piece.raw[bom:] if piece.offset == 0 else piece.raw
        text, _ = samples.decode(raw, encoding, final=piece.last)
        if piece.offset:
            feed = text.find(b"\n")
            text = text[(feed if feed >= 0 else text.find(b"\r")) + 1 :]
        texts.append((text, piece.last))
    return texts
