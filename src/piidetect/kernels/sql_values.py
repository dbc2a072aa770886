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
5. A row of more than 16 MiB is cut into texts of that size.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.sql_text import (
    BROKEN,
    HEX,
    MORE,
    goes_on,
    is_space,
    is_word,
    line_breaks,
    skip_blanks,
    string_end,
    unescape,
    word_at,
)
from piidetect.schema import TEXT_COLUMN, RowKind

#: What `index_values` ends with.
NEED, FULL, END, OTHER = 0, 1, 2, 3

#: A longer row is cut.
ROW_BYTES = 1 << 24

#: Values of a row at most.
MOST_COLUMNS = 4096

_PARSED, _TEXT = int(RowKind.PARSED), int(RowKind.TEXT)
_LF, _CR, _SPACE, _TAB = 10, 13, 32, 9
_QUOTE, _OPEN, _CLOSE, _COMMA, _SEMICOLON, _BACKSLASH = 39, 40, 41, 44, 59, 92

#: What `SqlRows.tally` counts, by position; `width` is the number of values of the last row.
TALLY = ("rows", "cells", "unparsed", "cut", "width")


class SqlRows(NamedTuple):
    """What `index_values` fills, all of it or, where `cell_start` is empty, only `tally`.

    Fields as in `kernels.split.Rows`; int64 `spans` [3, MOST_COLUMNS]: start, stop and escapes of
    the values of the row at hand.
    """

    cell_start: np.ndarray
    cell_stop: np.ndarray
    cell_column: np.ndarray
    row_cell: np.ndarray
    row_start: np.ndarray
    row_kind: np.ndarray
    tally: np.ndarray
    spans: np.ndarray


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
    )


@kernel
def _is_null(data: Any, start: int, stop: int) -> bool:
    return (
        stop - start == 4
        and word_at(data, start, stop, 78, 85, 76)
        and data[start + 3] & 0xDF == 76
    )


@kernel
def _takes_first(data: Any, start: int, strings: int) -> bool:
    """Say whether the value of a function is its first string: the others are formats."""
    if strings == 1:
        return True
    if strings != 2:
        return False
    stop = start + 3
    if word_at(data, start, stop, 84, 79, 95) or word_at(data, start, stop, 83, 84, 82):
        return True  # TO_DATE, STR_TO_DATE
    return word_at(data, start, stop, 82, 69, 80)  # REPLACE


@kernel
def _span(
    data: Any, start: int, stop: int, first: int, close: int, last: int, strings: int, escapes: int
) -> Any:
    """Return (start, stop, escapes) of a value's text.

    The value is `data[start:stop]`; its first string opens at `first` and closes at `close`, the
    last one at `last`.
    """
    if strings == 0:
        if _is_null(data, start, stop):
            return start, start, 0
        if stop - start > 2 and data[start] == 48 and data[start + 1] & 0xDF == 88:
            return start + 2, stop, HEX
        return start, stop, 0
    bracket = False
    for p in range(start, first):
        if data[p] == _OPEN:
            bracket = True
        elif not (is_word(data[p]) or is_space(data[p])):
            return start, stop, 0
    if bracket:
        if is_word(data[start]) and data[stop - 1] == _CLOSE and _takes_first(data, start, strings):
            return first + 1, close, escapes
        return start, stop, 0
    ends = last + 1 == stop or (data[last + 1] == 58 and data[last + 2] == 58)
    if strings != 1 or not ends:
        return start, stop, 0
    if first == start + 1 and data[start] & 0xDF == 88:
        return first + 1, close, HEX
    return first + 1, close, escapes


@inlined
def _value(
    data: Any, p: int, row: int, size: int, final: bool, backslash: bool, header: Any, store: bool
) -> Any:
    """Split the value at `p`; return (its end or MORE or BROKEN, start, stop, escapes, restart).

    `restart` is where its last string opens, or 0. Without `store` only end and restart are right.
    """
    start, depth, strings, escapes, restart = p, 0, 0, 0, 0
    first, close, last = p, p, p
    while True:
        if p >= size:
            p = BROKEN if final else MORE
            break
        byte = data[p]
        if byte == _QUOTE:
            restart = p
            raw = backslash or (p == start + 1 and data[start] & 0xDF == 69)
            end, found = string_end(data, p + 1, row, size, final, raw, header)
            if end < 0:
                p = end
                break
            if depth == 0 and end + 1 < size and is_word(data[end + 1]):
                p = BROKEN
                break
            if strings == 0:
                first, close, escapes = p, end, found
            strings += 1
            last = end
            p = end + 1
        elif byte == _OPEN:
            depth += 1
            p += 1
        elif depth == 0 and (byte == _CLOSE or byte == _COMMA):
            break
        elif byte == _SEMICOLON and depth == 0:
            p = BROKEN
            break
        else:
            depth -= byte == _CLOSE
            p += 1
    begin, stop = start, p
    if store and p >= 0:
        while stop > start and is_space(data[stop - 1]):
            stop -= 1
        begin, stop, escapes = _span(data, start, stop, first, close, last, strings, escapes)
    return p, begin, stop, escapes, restart


@kernel
def _row(
    data: Any,
    row: int,
    size: int,
    final: bool,
    backslash: bool,
    header: Any,
    spans: Any,
    store: bool,
) -> Any:
    """Split the row whose bracket opens at `row`; return (place after it, values, place of a break).

    The place after it is -1 where more bytes are needed, -2 where the row is broken.
    """
    p, column, restart = row + 1, 0, row
    while True:
        if data[p] <= _SPACE:
            p = skip_blanks(data, p, size)
        p, start, stop, escapes, opened = _value(
            data, p, row, size, final, backslash, header, store
        )
        restart = max(restart, opened)
        if p < 0:
            return p, column, restart
        if store and column < spans.shape[1]:
            spans[0, column] = start
            spans[1, column] = stop
            spans[2, column] = escapes
        column += 1
        p += 1
        if data[p - 1] == _CLOSE:
            return p, column, restart


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
        stop = most
        while data[stop] & 0xC0 == 0x80 and stop > most - 4:
            stop -= 1
        return stop
    return size if final else MORE


@kernel
def _unescape_all(data: Any, spans: Any, width: int) -> None:
    """Resolve the escapes of a row."""
    for column in range(width):
        if spans[2, column]:
            spans[1, column] = unescape(data, spans[0, column], spans[1, column], spans[2, column])


@inlined
def store_row(
    rows: Any, number: int, cell: int, start: int, stop: int, text: bool, width: int
) -> int:
    """Enter a row of `width` spans, or one text, as row `number`; return the next cell."""
    rows.row_start[number] = start
    rows.row_kind[number] = _TEXT if text else _PARSED
    if text:
        rows.cell_start[cell] = start
        rows.cell_stop[cell] = stop
        rows.cell_column[cell] = TEXT_COLUMN
        cell += 1
    else:
        for column in range(width):
            rows.cell_start[cell + column] = rows.spans[0, column]
            rows.cell_stop[cell + column] = rows.spans[1, column]
            rows.cell_column[cell + column] = column
        cell += width
    rows.row_cell[number + 1] = cell
    return cell


@kernel
def _separator(data: Any, p: int, size: int, final: bool, header: Any) -> Any:
    """Go to the next row from `p`; return (place, FULL if one is there, else why there is none)."""
    while True:
        here = skip_blanks(data, p, size)
        if here >= size:
            return p, END if final else NEED
        byte = data[here]
        if byte == _OPEN:
            return here, FULL
        if byte == _COMMA:
            p = here + 1
        elif byte == _SEMICOLON:
            p = skip_blanks(data, here + 1, size)
            if not goes_on(data, p, size, header):
                return p, END
            p += header.size
        elif goes_on(data, here, size, header):
            p = here + header.size
        else:
            return here, NEED if here + header.size >= size and not final else OTHER


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
    statements that begin the same way go on without a stop. At most `limit` rows are taken. Reasons:
    NEED (more bytes), FULL, END (of the statement; a statement or its white space is next), OTHER
    (something that is no row, such as a comment or ON DUPLICATE KEY).
    """
    store = rows.cell_start.size > 0
    tally, spans = rows.tally, rows.spans
    number, cell = tally[0], tally[1]
    while True:
        p, reason = _separator(data, p, size, final, header)
        if reason != FULL or number >= limit:
            break
        here = p
        after, width, restart = _row(data, here, size, final, backslash, header, spans, store)
        if after - here > ROW_BYTES or (after == MORE and size - here > ROW_BYTES):
            after, restart = BROKEN, here
        broken = after == BROKEN
        if broken:
            after = _after_broken(data, here, restart, size, final, header)
        if after == MORE:
            reason = NEED
            break
        tally[4] = width
        text = broken or (n_columns > 0 and width != n_columns) or width > spans.shape[1]
        if text:
            tally[2] += 1
            tally[3] += after - here >= ROW_BYTES - 4
        if store:
            if not text:
                _unescape_all(data, spans, width)
            cell = store_row(rows, number, cell, here, after, text, width)
        number += 1
        p = after
    tally[0], tally[1] = number, cell
    return p, reason
