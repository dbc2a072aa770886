# SPDX-License-Identifier: Apache-2.0
"""The rows of delimited text: what is a row, and what are its cells.

What is a row does not depend on how the source is cut into blocks:

1. A row is parsed strictly: a quote opens a field only at the field's start; inside, two quotes
   stand for one, and a quote before a delimiter, a line end or the end of the source closes. A
   quoted field with line breaks has at most 256 of them and 64 KiB.
2. Where that fails, or spans lines without giving the table's number of cells, the row is the
   physical line, split without quotes; a cell loses one pair of outer quotes.
3. Extra cells that are empty are dropped. Another number of cells than the table has makes the row
   one text (RowKind.TEXT).
4. LF and CRLF end a line. A bare CR ends a line if the source's line ends are CR, or if the line up
   to the LF isn't a row of the table, or if no LF comes within 64 KiB; else it belongs to its cell.
5. A row of white space, delimiters and quotes is blank; one that equals the heading repeats it.
6. A line of more than 16 MiB is cut into texts of that size.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from piidetect.kernels.simd import LANES, equal_bits, trailing_zeros
from piidetect.schema import TEXT_COLUMN, RowKind

_LF, _CR = 10, 13
_PARSED, _TEXT = int(RowKind.PARSED), int(RowKind.TEXT)
_BLANK, _REPEATED = int(RowKind.BLANK), int(RowKind.REPEATED_HEADER)

#: Limits of a quoted field that has line breaks; the first one also bounds the search for an LF.
FIELD_BYTES, FIELD_BREAKS = 1 << 16, 256
#: A longer line is cut.
LINE_BYTES = 1 << 24

NEED, _MALFORMED = -1, -2

#: What `Rows.tally` counts, by position.
TALLY = ("unparsed", "blank", "repeated_header", "repaired", "cut")


class Grammar(NamedTuple):
    """How a source's text is split; see :func:`grammar`."""

    delimiter: np.ndarray  # uint8[0..4]
    blank: np.ndarray  # bool[256]: bytes that leave a row blank
    heading: np.ndarray  # uint8[]: the heading's cells, joined
    heading_stop: np.ndarray  # int64[n_columns or 0]: where each ends in `heading`
    quote: int  # 0: quotes mean nothing
    bare_cr: bool
    n_columns: int


class Rows(NamedTuple):
    """What `index_block` fills.

    int64 `cell_start`, `cell_stop`, uint16 `cell_column` [C]; int64 `row_cell` [R + 1],
    `row_start` [R], uint8 `row_kind` [R]; int64 `tally` [5], counts by the names in TALLY.
    """

    cell_start: np.ndarray
    cell_stop: np.ndarray
    cell_column: np.ndarray
    row_cell: np.ndarray
    row_start: np.ndarray
    row_kind: np.ndarray
    tally: np.ndarray


def grammar(
    delimiter: bytes,
    quote: bytes,
    n_columns: int,
    *,
    heading: tuple[bytes, ...] = (),
    bare_cr: bool = False,
) -> Grammar:
    """Return a grammar; `delimiter` is empty for one column, `quote` for text without quotes.

    `heading` holds the raw cells of the heading (quotes inside stay doubled), or nothing.
    """
    blank = np.zeros(256, np.bool_)
    blank[list(b" \t\r\n\v\f" + quote)] = True
    if len(delimiter) == 1:
        blank[delimiter[0]] = True
    return Grammar(
        delimiter=np.frombuffer(delimiter, np.uint8),
        blank=blank,
        heading=np.frombuffer(b"".join(heading), np.uint8),
        heading_stop=np.cumsum([len(cell) for cell in heading], dtype=np.int64),
        quote=quote[0] if quote else 0,
        bare_cr=bare_cr,
        n_columns=n_columns,
    )


def empty_rows(rows: int, cells: int) -> Rows:
    """Return room for `rows` rows and `cells` cells."""
    return Rows(
        np.empty(cells, np.int64),
        np.empty(cells, np.int64),
        np.empty(cells, np.uint16),
        np.zeros(rows + 1, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.uint8),
        np.zeros(len(TALLY), np.int64),
    )


@njit(nogil=True, cache=True)
def is_delimiter(data: Any, position: int, delimiter: Any) -> bool:
    """Say whether the delimiter stands at `position`."""
    if delimiter.size == 0:
        return False
    for i in range(delimiter.size):
        if data[position + i] != delimiter[i]:
            return False
    return True


@njit(nogil=True, cache=True)
def is_blank(data: Any, position: int, stop: int, blank: Any, delimiter: Any) -> bool:
    """Say whether `data[position:stop]` is white space, quotes and delimiters only."""
    while position < stop:
        if blank[data[position]]:
            position += 1
        elif delimiter.size > 1 and is_delimiter(data, position, delimiter):
            position += delimiter.size
        else:
            return False
    return True


@njit(nogil=True, cache=True)
def _is_heading(data: Any, g: Any, rows: Any, cell: int) -> bool:
    """Say whether the row whose first cell is number `cell` has the heading's cells."""
    begin = 0
    for column in range(g.heading_stop.size):
        start = rows.cell_start[cell + column]
        length = g.heading_stop[column] - begin
        if rows.cell_stop[cell + column] - start != length:
            return False
        for i in range(length):
            if data[start + i] != g.heading[begin + i]:
                return False
        begin += length
    return g.heading_stop.size > 0


@njit(nogil=True, cache=True)
def _find(data: Any, byte: int, other: int, position: int, stop: int) -> int:
    """Return where `byte` or `other` next stands in `data[position:stop]`, or -1."""
    while position < stop:
        bits = equal_bits(data, position, byte) | equal_bits(data, position, other)
        if bits:
            found = position + trailing_zeros(bits)
            return found if found < stop else -1
        position += LANES
    return -1


@njit(nogil=True, cache=True)
def _line_end(data: Any, p: int, row: int, size: int, final: bool, bare_cr: bool) -> Any:
    """Return (end of the text, start of the next line) if a line ends at `p`, else (-1, 0).

    (-1, -1) says that the byte after `p` is needed.
    """
    byte = data[p]
    if byte == _LF:
        if p > row and data[p - 1] == _CR:
            return p - 1, p + 1
        return p, p + 1
    if byte == _CR and bare_cr:
        if p + 1 == size:
            return (p, p + 1) if final else (-1, NEED)
        return p, p + 2 if data[p + 1] == _LF else p + 1
    return -1, 0


@njit(nogil=True, cache=True)
def _line(data: Any, row: int, size: int, final: bool, bare_cr: bool) -> Any:
    """Return (end of the text, start of the next line, ended by CR) of the line at `row`.

    The start is -1 where more bytes are needed, -2 where the line is too long and is cut.
    """
    line_feed, carriage = np.int64(_LF), np.int64(_CR)
    far = row + FIELD_BYTES
    found = np.int64(-1)
    if not bare_cr:
        found = _find(data, line_feed, line_feed, row, min(size, far + 1))
        bare_cr = found < 0 and size > far and _find(data, carriage, carriage, row, far) >= 0
    if bare_cr:
        found = _find(data, carriage, line_feed, row, min(size, row + LINE_BYTES))
    elif found < 0:
        found = _find(data, line_feed, line_feed, far + 1, min(size, row + LINE_BYTES))
    if found >= 0:
        stop, after = _line_end(data, found, row, size, final, bare_cr)
        return stop, after, bare_cr
    if size - row > LINE_BYTES:
        stop = row + LINE_BYTES
        while data[stop] & 0xC0 == 0x80 and stop > row + LINE_BYTES - 4:
            stop -= 1
        return stop, _MALFORMED, bare_cr
    if not final:
        return size, NEED, bare_cr
    return (size - 1 if data[size - 1] == _CR else size), size, bare_cr


@njit(nogil=True, cache=True)
def _quoted(
    data: Any, start: int, size: int, final: bool, bare_cr: bool, delimiter: Any, quote: int
) -> Any:
    """Return (closing quote, line breaks) of the quoted field that opens at `start`.

    The closing quote is -1 where more bytes are needed, -2 where the field is malformed.
    """
    breaks = 0
    p = start + 1
    while p < size:
        byte = data[p]
        if byte == _CR and bare_cr and p + 1 == size and not final:
            return NEED, breaks
        if byte == _LF or (byte == _CR and bare_cr and data[p + 1] != _LF):
            breaks += 1
            if breaks > FIELD_BREAKS:
                return _MALFORMED, breaks
        if breaks > 0 and p - start > FIELD_BYTES:
            return _MALFORMED, breaks
        if byte == quote:
            if p + 1 + delimiter.size > size and not final:
                return NEED, breaks
            if p + 1 == size:
                return p, breaks
            if data[p + 1] == quote:
                p += 2
                continue
            after = data[p + 1]
            closes = after == _LF or is_delimiter(data, p + 1, delimiter)
            if after == _CR:
                if p + 2 == size and not final:
                    return NEED, breaks
                closes = closes or bare_cr or p + 2 == size or data[p + 2] == _LF
            return (p, breaks) if closes else (_MALFORMED, breaks)
        p += 1
    return (_MALFORMED, breaks) if final else (NEED, breaks)


@njit(nogil=True, cache=True)
def _split(
    data: Any, row: int, size: int, final: bool, bare_cr: bool, quotes: bool, g: Any, rows: Any,
    cell: int,
) -> Any:  # fmt: skip
    """Split the row at `row`; return (next row, cells, line breaks inside, extras that hold text).

    Up to `n_columns` cells are written from number `cell` on. The next row is -1 where more bytes
    are needed, -2 where the row is malformed.
    """
    delimiter, quote, n = g.delimiter, g.quote, g.n_columns
    cell_start, cell_stop, cell_column = rows.cell_start, rows.cell_stop, rows.cell_column
    count, breaks, extra = 0, 0, False
    field = row
    while True:
        start, stop, p = field, -1, field
        if quotes and field < size and data[field] == quote:
            stop, inside = _quoted(data, field, size, final, bare_cr, delimiter, quote)
            if stop < 0:
                return stop, 0, 0, False
            breaks += inside
            start, p = field + 1, stop + 1
        ended, after = -1, 0
        while p < size:
            if data[p] == _LF or data[p] == _CR:
                ended, after = _line_end(data, p, row, size, final, bare_cr)
                if after != 0:
                    break
            elif is_delimiter(data, p, delimiter):
                break
            p += 1
        if p >= size:
            ended, after = (size - 1 if data[size - 1] == _CR else size), size
        if after == NEED or (p >= size and not final):
            return NEED, 0, 0, False
        if stop < 0:
            stop = ended if after else p
            if not quotes and quote and stop - start >= 2:
                if data[start] == quote and data[stop - 1] == quote:
                    start, stop = start + 1, stop - 1
        if count < n:
            cell_start[cell + count] = start
            cell_stop[cell + count] = stop
            cell_column[cell + count] = count
        elif stop > start:
            extra = True
        count += 1
        if after:
            return after, count, breaks, extra
        field = p + delimiter.size


@njit(nogil=True, cache=True)
def _attempt(
    data: Any, row: int, line: int, size: int, final: bool, bare_cr: bool, g: Any, rows: Any,
    cell: int,
) -> Any:  # fmt: skip
    """Return (next row, RowKind, repaired) of the row at `row`; the next line begins at `line`.

    A parsed row's cells are written from number `cell` on. The next row is -1 where more bytes are
    needed.
    """
    after, fits, repaired = NEED, False, False
    for turn in range(2):  # with quotes, then without; one call, so that numba compiles one
        after, count, breaks, extra = _split(
            data, row, size, final, bare_cr, turn == 0, g, rows, cell
        )
        if after == NEED:
            return NEED, _TEXT, False
        fits = count >= g.n_columns and not extra
        repaired = fits and turn == 1
        if after != _MALFORMED and (breaks == 0 or fits):
            break
    if is_blank(data, row, after, g.blank, g.delimiter):
        return after, _BLANK, False
    if not fits:
        return line, _TEXT, False
    if _is_heading(data, g, rows, cell):
        return after, _REPEATED, False
    return after, _PARSED, repaired


@njit(nogil=True, cache=True)
def index_row(
    data: Any, row: int, size: int, final: bool, g: Any, rows: Any, number: int, cell: int
) -> Any:
    """Index the row at `row` as number `number`; return (next row or -1, next cell)."""
    line = _line(data, row, size, final, g.bare_cr)
    if line[1] == NEED:
        return NEED, cell
    stop, after, bare_cr = line
    kind, repaired = _TEXT, False
    if after == _MALFORMED:
        rows.tally[4] += 1
        after = stop
    else:
        for _ in range(2):  # a second time where a bare CR may end the line
            begin, kind, repaired = _attempt(data, row, after, size, final, bare_cr, g, rows, cell)
            if begin == NEED:
                return NEED, cell
            carriage = -1
            if kind == _TEXT and not bare_cr:
                carriage = _find(data, np.int64(_CR), np.int64(_CR), row, stop)
            if carriage < 0:
                after = begin
                break
            stop, after, bare_cr = carriage, carriage + 1, True
    rows.row_start[number] = row
    rows.row_kind[number] = kind
    if kind == _TEXT:
        rows.cell_start[cell] = row
        rows.cell_stop[cell] = stop
        rows.cell_column[cell] = TEXT_COLUMN
        rows.tally[0] += 1
        cell += 1
    elif kind == _BLANK:
        rows.tally[1] += 1
    elif kind == _REPEATED:
        rows.tally[2] += 1
    else:
        rows.tally[3] += repaired
        cell += g.n_columns
    rows.row_cell[number + 1] = cell
    return after, cell
