# SPDX-License-Identifier: Apache-2.0
"""The rows of SQL INSERT statements: where rows and values begin and end.

What is a row does not depend on how the source is cut into blocks:

1. A row is `(value, value, …)`. A value is text up to the comma or closing bracket on its level;
   brackets and strings nest. Two quotes in a string stand for one; a backslash escapes the next
   character where the dialect says so, and in strings that E stands before.
2. A value that is one string (also after a prefix such as N, E, X, _utf8mb4 or DATE, before a cast
   with `::`, or as the only string of a function such as CAST or of TO_DATE and its kin) is the text
   of that string. NULL is an empty cell. Everything else is taken as it stands.
3. Escapes are resolved in the block; a hexadecimal value (0x…, X'…') that holds text becomes it.
4. A string is broken where a letter or digit follows its closing quote, or where a line in it begins
   as the statement does, or where the line before ended a statement and this one begins another. The
   row is then one text (RowKind.TEXT) from its bracket to the next `),(`, `);` or `)` at a line's
   end, sought from where the broken string opened. So is a row with another number of values.
5. A row of more than 16 MiB is cut into texts of about that size, where it cuts no number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.split import CUT_BYTES, cut_place
from piidetect.kernels.sql_text import (
    BROKEN,
    MORE,
    goes_on,
    line_breaks,
    skip_blanks,
    unescape,
)
from piidetect.kernels.sql_values import MARKS, bare_span, note_marks, plain_value, read_value
from piidetect.schema import TEXT_COLUMN, RowKind

#: What `index_values` ends with.
NEED, FULL, END, OTHER = 0, 1, 2, 3

#: A longer row is cut.
ROW_BYTES = 1 << 24

#: Values of a row at most.
MOST_COLUMNS = 4096

_PARSED, _TEXT = int(RowKind.PARSED), int(RowKind.TEXT)
_LF, _CR, _SPACE, _TAB = 10, 13, 32, 9
_OPEN, _CLOSE, _COMMA, _SEMICOLON = 40, 41, 44, 59

#: What `SqlRows.tally` counts, by position; `width` is the number of values of the last row.
TALLY = ("rows", "cells", "unparsed", "cut", "width")


class SqlRows(NamedTuple):
    """What `index_values` fills, all of it or, where `cell_start` is empty, only `tally`.

    Fields as in `kernels.split.Rows`; int64 `spans` [3, MOST_COLUMNS]: of the row at hand, the values
    with escapes; int64 `marks` [MARKS]: what may end a value.
    """

    cell_start: np.ndarray
    cell_stop: np.ndarray
    cell_column: np.ndarray
    row_cell: np.ndarray
    row_start: np.ndarray
    row_kind: np.ndarray
    tally: np.ndarray
    spans: np.ndarray
    marks: np.ndarray


def empty_sql_rows(rows: int, n_columns: int) -> SqlRows:
    """Return room for `rows` rows of up to `n_columns` values; 0 rows for counting only."""
    cells = (rows + 1) * max(n_columns, 1) if rows else 0
    return SqlRows(
        np.empty(cells, np.int64),
        np.empty(cells, np.int64),
        np.empty(cells, np.uint16),
        np.zeros(rows + 1, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.uint8),
        np.zeros(len(TALLY), np.int64),
        np.zeros((3, MOST_COLUMNS), np.int64),
        np.empty(MARKS, np.int64),
    )


@kernel
def _after_broken(data: Any, row: int, p: int, size: int, final: bool, header: Any) -> int:
    """Return where a broken row ends, sought from `p`, or -1 where more bytes are needed."""
    most = row + ROW_BYTES
    limit = min(size, most)
    while p < limit:
        byte = data[p]
        if byte == _CLOSE:
            q = p + 1
            while q < limit and (data[q] == _SPACE or data[q] == _TAB):
                q += 1
            if q >= limit:
                break
            if data[q] == _SEMICOLON or data[q] == _LF or data[q] == _CR:
                return p + 1
            if data[q] == _COMMA:
                q = skip_blanks(data, q + 1, limit)
                if q >= limit:
                    break
                if data[q] == _OPEN:
                    return p + 1
        elif byte == _LF:
            ends = line_breaks(data, p + 1, row, size, final, header)
            if ends > 0:
                return p + 1
            if ends < 0:
                break
        p += 1
    if size >= most:
        return cut_place(data, most)
    return size if final else MORE


@inlined
def store_row(
    rows: Any, number: int, cell: int, start: int, stop: int, text: bool, width: int
) -> int:
    """Enter a row whose `width` values are stored, or one text, as row `number`; return the next cell."""
    rows.row_start[number] = start
    rows.row_kind[number] = _TEXT if text else _PARSED
    if text:
        rows.cell_start[cell] = start
        rows.cell_stop[cell] = stop
        rows.cell_column[cell] = TEXT_COLUMN
        width = 1
    cell += width
    rows.row_cell[number + 1] = cell
    return cell


@inlined
def store_value(
    rows: Any, cell: int, column: int, start: int, stop: int, escapes: int, escaped: int
) -> int:
    """Enter the value of a column, whose row begins at `cell`; return how many have escapes."""
    rows.cell_start[cell + column] = start
    rows.cell_stop[cell + column] = stop
    rows.cell_column[cell + column] = column
    if escapes:
        rows.spans[0, escaped] = cell + column
        rows.spans[1, escaped] = escapes
        escaped += 1
    return escaped


@inlined
def _separator(data: Any, p: int, size: int, final: bool, header: Any) -> Any:
    """Go to the next row from `p`; return (place, FULL if one is there, else why there is none)."""
    reason = -1
    while reason < 0:
        here = skip_blanks(data, p, size)
        byte = data[here]
        if here >= size:
            reason = END if final else NEED
        elif byte == _OPEN:
            p, reason = here, FULL
        elif byte == _COMMA:
            p = here + 1
        elif byte == _SEMICOLON:
            p = skip_blanks(data, here + 1, size)
            if goes_on(data, p, size, header):
                p += header.size
            else:
                reason = END
        elif goes_on(data, here, size, header):
            p = here + header.size
        else:
            p = here
            reason = NEED if here + header.size >= size and not final else OTHER
    return p, reason


@kernel
def _unescape_all(data: Any, rows: Any, escaped: int) -> None:
    """Resolve the escapes of so many values."""
    for i in range(escaped):
        cell = rows.spans[0, i]
        start, stop = rows.cell_start[cell], rows.cell_stop[cell]
        rows.cell_stop[cell] = unescape(data, start, stop, rows.spans[1, i])


@inlined
def _row(
    data: Any,
    row: int,
    size: int,
    final: bool,
    backslash: bool,
    header: Any,
    rows: Any,
    cell: int,
    most: int,
    listed: int,
    edge: int,
    mark: int,
) -> Any:
    """Split the row whose bracket opens at `row`; store the first `most` values from `cell` on.

    Marks are listed from `listed` up to `edge`, `mark` is the number of the next one. Returns (place
    after the row or MORE or BROKEN, values, how many have escapes, place of a break, listed, edge, mark).
    """
    marks = rows.marks
    p, width, escaped, restart = row + 1, np.int64(0), np.int64(0), row
    going = True
    while going:
        if data[p] <= _SPACE:
            p = skip_blanks(data, p, size)
        while True:
            if p >= edge:
                listed, edge, mark = p, note_marks(data, p, size, backslash, marks), np.int64(0)
            while marks[mark] < p:
                mark += 1
            end, start, stop, escapes, last = plain_value(data, p, mark, marks, size)
            if end >= 0 or marks[last] < size or edge == size or listed == p:
                break
            edge = p  # the value reaches beyond the list: list from it on
        if end >= 0:
            mark = last
            if stop < end:
                restart = start - 1
            elif most:
                start, stop, escapes = bare_span(data, start, stop)
        else:
            end, start, stop, escapes, opened = read_value(
                data, p, row, size, final, backslash, header, most > 0
            )
            restart = max(restart, opened)
        going = end >= 0 and data[end] != _CLOSE
        p = end + 1 if end >= 0 else end
        if width < most:
            escaped = store_value(rows, cell, width, start, stop, escapes, escaped)
        width += end >= 0
    return p, width, escaped, restart, listed, edge, mark


@kernel
def index_values(
    data: Any,
    p: int,
    size: int,
    final: bool,
    header: Any,
    backslash: bool,
    n_columns: int,
    limit: int,
    rows: Any,
) -> Any:
    """Index rows of a statement from `p` on; return (place to go on, why it stopped).

    `data` has 64 zero bytes after `size`; `header` is the statement from its first word to VALUES:
    statements that begin the same way go on without a stop. At most `limit` rows are taken; if rows
    are stored, `n_columns` isn't 0. Reasons: NEED (more bytes), FULL, END (of the statement; a
    statement or its white space is next), OTHER (something that is no row, such as a comment or
    ON DUPLICATE KEY).
    """
    store = rows.cell_start.size > 0
    most = min(n_columns, MOST_COLUMNS) if store else np.int64(0)
    tally = rows.tally
    number, cell = tally[0], tally[1]
    listed, edge, mark = p, p, np.int64(0)  # where marks are listed, and the next of them
    while True:
        p, reason = _separator(data, p, size, final, header)
        if reason != FULL or number >= limit:
            break
        here = p
        p, width, escaped, restart, listed, edge, mark = _row(
            data, p, size, final, backslash, header, rows, cell, most, listed, edge, mark
        )
        if p - here > ROW_BYTES or (p == MORE and size - here > ROW_BYTES):
            p, restart = BROKEN, here
        broken = p == BROKEN
        if broken:
            p = _after_broken(data, here, restart, size, final, header)
        if p == MORE:
            p, reason = here, NEED
            break
        tally[4] = width
        text = broken or (n_columns > 0 and width != n_columns) or width > MOST_COLUMNS
        if text:
            tally[2] += 1
            tally[3] += p - here >= ROW_BYTES - CUT_BYTES
        elif escaped:
            _unescape_all(data, rows, escaped)
        if store:
            cell = store_row(rows, number, cell, here, p, text, width)
        number += 1
    tally[0], tally[1] = number, cell
    return p, reason
