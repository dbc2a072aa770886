# SPDX-License-Identifier: Apache-2.0
"""Walk through the statements of an SQL dump: runs of rows of a table, and the text between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.sources.sql_statements import (
    LONGEST_HEADER,
    Columns,
    Other,
    Rows,
    Schema,
    is_telling,
    read_statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from piidetect.kernels.sql_rows import SqlRows
    from piidetect.sources.feed import Feed, Piece

#: Rows by which the width of a table without named columns is told.
_FIRST_ROWS = 20


@dataclass(slots=True, eq=False)
class Shape:
    """A table, told by its name and the columns that its statements give.

    `header` are the columns' names, None if the dump doesn't tell them; `values` is the number of
    values of a row.
    """

    table: str
    header: Columns | None
    values: int
    copy: bool


class Run(NamedTuple):
    """Rows of a table that stand together, as far as they were seen at once.

    `begin` in `piece` is where they begin, with the statement's beginning if it was seen, `first`
    where the first row may begin and `stop` where they end; `rows` is what the kernel found.
    """

    shape: Shape
    piece: Piece
    begin: int
    first: int
    stop: int
    rows: SqlRows


class Text(NamedTuple):
    """Text between the rows that must be scanned: from `begin` to `stop` in `piece`."""

    piece: Piece
    begin: int
    stop: int


@dataclass(slots=True)
class Walker:
    """Goes through a dump.

    `room` makes the arrays for rows of a shape in so many bytes, and says how many rows they take.
    `only` takes all rows for those of one table; `shape` is the one whose rows come first where the
    walk begins between rows.
    """

    backslash: bool
    room: Callable[[Shape, int], tuple[SqlRows, int]]
    only: Shape | None = None
    shape: Shape | None = None
    schema: Schema = field(default_factory=Schema)
    shapes: list[Shape] = field(default_factory=list)
    again: bytes = b""
    open_end: bool = False  # the dump ended within the rows of a statement
    _by_statement: dict[bytes, Shape] = field(default_factory=dict)
    _by_columns: dict[tuple[str, Columns | None, int, bool], Shape] = field(default_factory=dict)

    def walk(self, feed: Feed, *, all_of_it: bool = True) -> Iterator[Run | Text]:
        """Yield runs and texts in order; only those of the first piece unless `all_of_it`."""
        piece, p = feed.read(), 0
        while True:
            final = piece.final
            while p < piece.size:
                if self.shape is None:
                    p = yield from self._statement(piece, p, final=final)
                else:
                    p = yield from self._rows(piece, p, p, final=final)
                if p < 0:
                    p = -p - 1
                    break
            if final and p < piece.size:
                yield from self._text(piece, p, piece.size)
            if piece.final or not all_of_it:
                return
            feed.keep(piece, p)
            piece, p = feed.read(), 0

    def _text(self, piece: Piece, begin: int, stop: int) -> Iterator[Text]:
        """Yield text that must be scanned."""
        if is_telling(piece.data[begin:stop].tobytes()):
            yield Text(piece, begin, stop)

    def _statement(self, piece: Piece, p: int, *, final: bool) -> Generator[Run | Text, None, int]:
        """Take the statement at `p`; return where to go on, or -1 - that place to read more."""
        view = piece.data.data
        while p < piece.size and piece.data[p] in b" \t\r\n\v\f;":
            p += 1
        if p == piece.size:
            return p
        statement = read_statement(view, p, piece.size, self.schema, final=final)
        if statement is None:
            return -1 - p
        if isinstance(statement, Other):
            if statement.telling:
                yield Text(piece, p, statement.stop)
            return statement.stop
        shape = self._shape_of(statement, piece, final=final)
        if shape is None:
            return -1 - p
        self.shape, self.again = shape, statement.again
        return (yield from self._rows(piece, p, statement.stop, final=final))

    def _rows(
        self, piece: Piece, begin: int, p: int, *, final: bool
    ) -> Generator[Run | Text, None, int]:
        """Take rows from `p` on; return where to go on, or -1 - that place to read more."""
        from piidetect.kernels.sql_rows import END, FULL, NEED, OTHER

        shape = self.shape
        assert shape is not None
        first, reason = p, FULL
        while reason == FULL:
            rows, limit = self.room(shape, piece.size - p)
            p, reason = self._index(piece, p, shape, rows, limit, final=final)
            yield Run(shape, piece, begin, first, p, rows)
            begin = first = p
        if final and p >= piece.size:
            self._note_end(piece, shape)
        if reason == END or (reason == OTHER and not self._goes_on(piece, p)):
            self.shape = None
            return p
        if reason == OTHER:
            return (yield from self._between(piece, p, final=final))
        return -1 - p if reason == NEED else p

    def _note_end(self, piece: Piece, shape: Shape) -> None:
        """Note whether the dump ends within rows: the last statement isn't closed."""
        tail = piece.data[max(0, piece.size - 64) : piece.size].tobytes().rstrip(b" \t\r\n\0")
        closed = b"\\." if shape.copy else b";"
        self.open_end = not tail.endswith(
            (closed,) if self.backslash or shape.copy else (b";", b")")
        )

    def _index(
        self, piece: Piece, p: int, shape: Shape, rows: SqlRows, limit: int, *, final: bool
    ) -> tuple[int, int]:
        """Let the kernel index rows from `p` on; return (place to go on, why it stopped)."""
        if shape.copy:
            from piidetect.kernels.sql_copy import index_copy

            return index_copy(piece.data, p, piece.size, final, shape.values, limit, rows)  # type: ignore[no-any-return]
        from piidetect.kernels.sql_rows import index_values

        again = np.frombuffer(self.again, np.uint8)
        args = (again, self.backslash, shape.values, limit, rows)
        return index_values(piece.data, p, piece.size, final, *args)  # type: ignore[no-any-return]

    def _goes_on(self, piece: Piece, p: int) -> bool:
        """Say whether a comment stands at `p` after which rows may go on."""
        return piece.data[p : p + 2].tobytes() in {b"/*", b"--"}

    def _between(self, piece: Piece, p: int, *, final: bool) -> Generator[Text, None, int]:
        """Take a comment between rows; return where to go on, or -1 - that place to read more."""
        view = piece.data.data
        comment = read_statement(view, p, piece.size, self.schema, final=final)
        if comment is None:
            return -1 - p
        if isinstance(comment, Other) and comment.telling:
            yield Text(piece, p, comment.stop)
        return comment.stop

    def _shape_of(self, statement: Rows, piece: Piece, *, final: bool) -> Shape | None:
        """Return the table of a statement; None if more bytes are needed to tell it."""
        if self.only is not None:
            return self.only
        key = statement.again
        if key and key in self._by_statement:
            return self._by_statement[key]
        columns, width = statement.columns, 0
        if columns is None:
            width = self._width(statement, piece, final=final)
            if width < 0:
                return None
            known = self.schema.columns(statement.table)
            if known is not None and width in {0, len(known)}:
                columns = known
        width = max(1, width) if columns is None else len(columns)
        name = (statement.table, columns, width, statement.copy)
        shape = self._by_columns.get(name)
        if shape is None:
            shape = Shape(statement.table, columns, width, statement.copy)
            self._by_columns[name] = shape
            self.shapes.append(shape)
        if key:
            self._by_statement[key] = shape
        return shape

    def _width(self, statement: Rows, piece: Piece, *, final: bool) -> int:
        """Return how many values the first rows have, 0 if that can't be told, -1 to read more."""
        from piidetect.kernels.sql_rows import empty_sql_rows

        shape = Shape("", None, 0, statement.copy)
        rows = empty_sql_rows(0, 0)
        self.again = statement.again
        for limit in range(1, _FIRST_ROWS):
            rows.tally[:] = 0
            self._index(piece, statement.stop, shape, rows, limit, final=final)
            number, _, unparsed, _, width = (int(count) for count in rows.tally)
            if number < limit:
                if not final and piece.size - statement.stop < 4 * LONGEST_HEADER:
                    return -1
                return 0
            if not unparsed:
                return width
        return 0
