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

from piidetect.kernels.compiling import inner, kernel
from piidetect.kernels.simd import LANES, equal_bits, trailing_zeros
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
_DOUBLED, _ESCAPED, _HEX = 1, 2, 4
_MORE, _BROKEN = -1, -2

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


@inner
def _is_word(byte: int) -> bool:
    """Say whether a byte is part of a word: a letter, digit, underscore or no ASCII."""
    letter = 65 <= (byte & 0xDF) <= 90
    return letter or 48 <= byte <= 57 or byte == 95 or byte >= 128


@inner
def _is_space(byte: int) -> bool:
    return byte == _SPACE or 9 <= byte <= 13


@inner
def _blanks(data: Any, p: int, size: int) -> int:
    """Return the place of the next byte that is no white space."""
    while p < size and _is_space(data[p]):
        p += 1
    return p


@inner
def _matches(data: Any, p: int, size: int, header: Any) -> bool:
    """Say whether the statement's beginning stands at `p`, and a row after it."""
    if header.size == 0 or p + header.size >= size or data[p + header.size] != _OPEN:
        return False
    for i in range(header.size):
        if data[p + i] != header[i]:
            return False
    return True


@inner
def _word_at(data: Any, p: int, size: int, a: int, b: int, c: int) -> bool:
    """Say whether the three letters (upper case) stand at `p`, in either case."""
    if p + 3 > size:
        return False
    return data[p] & 0xDF == a and data[p + 1] & 0xDF == b and data[p + 2] & 0xDF == c


@inner
def _begins_statement(data: Any, p: int, size: int) -> bool:
    """Say whether a line at `p` begins as those between statements of a dump do."""
    if _word_at(data, p, size, 73, 78, 83) or _word_at(data, p, size, 67, 82, 69):
        return True  # INSert, CREate
    if _word_at(data, p, size, 68, 82, 79) or _word_at(data, p, size, 85, 78, 76):
        return True  # DROp, UNLock
    return p + 2 < size and data[p] == 45 and data[p + 1] == 45 and data[p + 2] == _SPACE


@inner
def _line_breaks(data: Any, p: int, row: int, size: int, final: bool, header: Any) -> int:
    """Return 1 if the string must end before the line at `p`, -1 where more bytes are needed."""
    if p + header.size + 3 > size and not final:
        return _MORE
    if _matches(data, p, size, header):
        return 1
    before = p - 2
    if before > row and data[before] == _CR:
        before -= 1
    if before > row and data[before] == _SEMICOLON and data[before - 1] == _CLOSE:
        return 1 if _begins_statement(data, p, size) else 0
    return 0


@inner
def _string_end(
    data: Any, p: int, row: int, size: int, final: bool, backslash: bool, header: Any
) -> Any:
    """Return (place of the closing quote, escapes) of the string whose text begins at `p`."""
    escapes = 0
    while p < size:
        bits = equal_bits(data, p, _QUOTE) | equal_bits(data, p, _LF)
        if backslash:
            bits |= equal_bits(data, p, _BACKSLASH)
        if bits == 0:
            p += LANES
            continue
        p += trailing_zeros(bits)
        if p >= size:
            break
        byte = data[p]
        if byte == _QUOTE:
            if p + 1 >= size and not final:
                return _MORE, escapes
            if p + 1 >= size or data[p + 1] != _QUOTE:
                return p, escapes
            escapes |= _DOUBLED
            p += 2
        elif byte == _BACKSLASH and backslash:
            escapes |= _ESCAPED
            p += 2
        else:
            ends = _line_breaks(data, p + 1, row, size, final, header)
            if ends:
                return (_MORE if ends < 0 else _BROKEN), escapes
            p += 1
    return (_BROKEN if final else _MORE), escapes


@inner
def _is_null(data: Any, start: int, stop: int) -> bool:
    return (
        stop - start == 4
        and _word_at(data, start, stop, 78, 85, 76)
        and data[start + 3] & 0xDF == 76
    )


@inner
def _takes_first(data: Any, start: int, strings: int) -> bool:
    """Say whether the value of a function is its first string: the others are formats."""
    if strings == 1:
        return True
    if strings != 2:
        return False
    stop = start + 3
    if _word_at(data, start, stop, 84, 79, 95) or _word_at(data, start, stop, 83, 84, 82):
        return True  # TO_DATE, STR_TO_DATE
    return _word_at(data, start, stop, 82, 69, 80)  # REPLACE


@inner
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
            return start + 2, stop, _HEX
        return start, stop, 0
    bracket = False
    for p in range(start, first):
        if data[p] == _OPEN:
            bracket = True
        elif not (_is_word(data[p]) or _is_space(data[p])):
            return start, stop, 0
    if bracket:
        if (
            _is_word(data[start])
            and data[stop - 1] == _CLOSE
            and _takes_first(data, start, strings)
        ):
            return first + 1, close, escapes
        return start, stop, 0
    ends = last + 1 == stop or (data[last + 1] == 58 and data[last + 2] == 58)
    if strings != 1 or not ends:
        return start, stop, 0
    if first == start + 1 and data[start] & 0xDF == 88:
        return first + 1, close, _HEX
    return first + 1, close, escapes


@inner
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
            p = _blanks(data, p, size)
        start, depth, strings, escapes = p, 0, 0, 0
        first, close, last = p, p, p
        while True:
            if p >= size:
                return (_BROKEN if final else _MORE), column, restart
            byte = data[p]
            if byte == _QUOTE:
                restart = p
                raw = backslash or (p == start + 1 and data[start] & 0xDF == 69)
                end, found = _string_end(data, p + 1, row, size, final, raw, header)
                if end < 0:
                    return end, column, restart
                if depth == 0 and end + 1 < size and _is_word(data[end + 1]):
                    return _BROKEN, column, restart
                if strings == 0:
                    first, close, escapes = p, end, found
                strings += 1
                last = end
                p = end + 1
            elif byte == _OPEN:
                depth += 1
                p += 1
            elif byte == _CLOSE:
                if depth == 0:
                    break
                depth -= 1
                p += 1
            elif byte == _COMMA and depth == 0:
                break
            elif byte == _SEMICOLON and depth == 0:
                return _BROKEN, column, restart
            else:
                p += 1
        if store and column < spans.shape[1]:
            stop = p
            while stop > start and _is_space(data[stop - 1]):
                stop -= 1
            begin, end, found = _span(data, start, stop, first, close, last, strings, escapes)
            spans[0, column] = begin
            spans[1, column] = end
            spans[2, column] = found
        column += 1
        p += 1
        if data[p - 1] == _CLOSE:
            return p, column, restart


@inner
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
                q = _blanks(data, q + 1, limit)
                if q >= limit:
                    break
                if data[q] == _OPEN:
                    return p + 1
        elif byte == _LF:
            ends = _line_breaks(data, p + 1, row, size, final, header)
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
    return size if final else _MORE


@inner
def _digit(byte: int) -> int:
    """Return the value of a hexadecimal digit, or -1."""
    if 48 <= byte <= 57:
        return byte - 48
    if 65 <= (byte & 0xDF) <= 70:
        return (byte & 0xDF) - 55
    return -1


@inner
def _from_hex(data: Any, start: int, stop: int) -> int:
    """Write the bytes of hexadecimal digits over them if they are text; return where it ends."""
    if (stop - start) % 2 or stop == start:
        return stop
    for p in range(start, stop, 2):
        high, low = _digit(data[p]), _digit(data[p + 1])
        if high < 0 or low < 0:
            return stop
        byte = high << 4 | low
        if (
            (byte < 32 and byte != _TAB and byte != _LF and byte != _CR)
            or byte == 127
            or byte > 247
        ):
            return stop
    at = start
    for p in range(start, stop, 2):
        data[at] = _digit(data[p]) << 4 | _digit(data[p + 1])
        at += 1
    return at


@inner
def _unescape(data: Any, start: int, stop: int, escapes: int) -> int:
    """Resolve the escapes of a value in place; return where it ends now."""
    if escapes == _HEX:
        return _from_hex(data, start, stop)
    p, at = start, start
    while p < stop:
        byte = data[p]
        if byte == _QUOTE and p + 1 < stop and data[p + 1] == _QUOTE:
            p += 1
        elif byte == _BACKSLASH and escapes & _ESCAPED and p + 1 < stop:
            p += 1
            byte = data[p]
            if byte == 110:  # n
                byte = _LF
            elif byte == 116:
                byte = _TAB
            elif byte == 114:
                byte = _CR
            elif byte == 48:
                byte = 0
            elif byte == 98:
                byte = 8
            elif byte == 90:
                byte = 26
        data[at] = byte
        at += 1
        p += 1
    for q in range(at, stop):
        data[q] = 0x1F
    return at


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
    reason = np.int64(NEED)
    while True:
        here = _blanks(data, p, size)
        if here >= size:
            reason = END if final else NEED
            break
        byte = data[here]
        if byte == _COMMA:
            p = here + 1
            continue
        if byte == _SEMICOLON:
            p = _blanks(data, here + 1, size)
            if not _matches(data, p, size, header):
                reason = END
                break
            p += header.size
            continue
        if byte != _OPEN:
            if _matches(data, here, size, header):
                p = here + header.size
                continue
            p = here
            reason = NEED if here + header.size >= size and not final else OTHER
            break
        if number >= limit:
            p, reason = here, FULL
            break
        after, width, restart = _row(data, here, size, final, backslash, header, spans, store)
        if after - here > ROW_BYTES or (after == _MORE and size - here > ROW_BYTES):
            after, restart = _BROKEN, here
        broken = after == _BROKEN
        if broken:
            after = _after_broken(data, here, restart, size, final, header)
        if after == _MORE:
            p, reason = here, NEED
            break
        tally[4] = width
        text = broken or (n_columns > 0 and width != n_columns) or width > spans.shape[1]
        if text:
            tally[2] += 1
            tally[3] += after - here >= ROW_BYTES - 4
        if store:
            rows.row_start[number] = here
            rows.row_kind[number] = _TEXT if text else _PARSED
            if text:
                rows.cell_start[cell] = here
                rows.cell_stop[cell] = after
                rows.cell_column[cell] = TEXT_COLUMN
                cell += 1
            else:
                for column in range(width):
                    start, stop = spans[0, column], spans[1, column]
                    if spans[2, column]:
                        stop = _unescape(data, start, stop, spans[2, column])
                    rows.cell_start[cell + column] = start
                    rows.cell_stop[cell + column] = stop
                    rows.cell_column[cell + column] = column
                cell += width
            rows.row_cell[number + 1] = cell
        number += 1
        p = after
    tally[0], tally[1] = number, cell
    return p, reason
