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
6. A line of more than 16 MiB is cut into texts of about that size, where it cuts no number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import intrinsic

from piidetect.kernels.compiling import kernel
from piidetect.kernels.simd import LANES, equal_bits, trailing_zeros
from piidetect.schema import RowKind

_LF, _CR = 10, 13
_PARSED, _TEXT = int(RowKind.PARSED), int(RowKind.TEXT)
_BLANK, _REPEATED = int(RowKind.BLANK), int(RowKind.REPEATED_HEADER)

#: Limits of a quoted field that has line breaks; the first one also bounds the search for an LF.
FIELD_BYTES, FIELD_BREAKS = 1 << 16, 256
#: Bytes whose delimiters are listed at a time.
STRETCH = 1 << 14
#: A longer line is cut.
LINE_BYTES = 1 << 24

#: How far before that a place is sought where no number is cut.
CUT_BYTES = 1 << 10

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
    `row_start` [R], uint8 `row_kind` [R]; int64 `tally` [5], counts by the names in TALLY; int64
    `spans` [2, n_columns], starts and stops of the cells of the row that is being split; `marks`,
    `feeds`, `quotes` int64 [STRETCH + 9] are lists of a stretch, see `kernels.index`.
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
    feeds: np.ndarray
    quotes: np.ndarray


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


def empty_rows(rows: int, n_columns: int) -> Rows:
    """Return room for `rows` rows of up to `n_columns` cells."""
    cells = (rows + 1) * n_columns + 1
    return Rows(
        np.empty(cells, np.int64),
        np.empty(cells, np.int64),
        np.empty(cells, np.uint16),
        np.zeros(rows + 1, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.uint8),
        np.zeros(len(TALLY), np.int64),
        np.empty((2, n_columns), np.int64),
        np.empty(STRETCH + 9, np.int64),
        np.empty(STRETCH + 9, np.int64),
        np.empty(STRETCH + 9, np.int64),
    )


@kernel
def is_delimiter(data: Any, position: int, delimiter: Any) -> bool:
    """Say whether the delimiter stands at `position`."""
    return delimiter.size > 0 and stands_at(data, position, delimiter)


@kernel
def stands_at(data: Any, position: int, text: Any) -> bool:
    """Say whether the bytes of `text` stand at `position`; they lie within `data`."""
    for i in range(text.size):
        if data[position + i] != text[i]:
            return False
    return True


@kernel
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


@kernel
def _is_heading(data: Any, heading: Any, heading_stop: Any, spans: Any) -> bool:
    """Say whether a row has the heading's cells."""
    begin = 0
    for column in range(heading_stop.size):
        start = spans[0, column]
        length = heading_stop[column] - begin
        if spans[1, column] - start != length:
            return False
        for i in range(length):
            if data[start + i] != heading[begin + i]:
                return False
        begin += length
    return heading_stop.size > 0


@kernel
def _find(data: Any, byte: int, other: int, position: int, stop: int) -> int:
    """Return where `byte` or `other` next stands in `data[position:stop]`, or -1."""
    while position < stop:
        bits = equal_bits(data, position, byte) | equal_bits(data, position, other)
        if bits:
            found = position + trailing_zeros(bits)
            return found if found < stop else -1
        position += LANES
    return -1


@kernel
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


@kernel
def _is_open(byte: int) -> bool:
    """Say whether a byte is an ASCII letter or digit, or may belong to a full-width one."""
    return 48 <= byte <= 57 or 65 <= (byte & 0xDF) <= 90 or byte == 0xEF


@kernel
def cut_place(data: Any, most: int) -> int:
    """Return where text is cut, at `most` or up to CUT_BYTES before, so that no number is cut.

    It lies between characters neither of which is a letter or digit; where there is no such place, at
    the last character.
    """
    for place in range(most, most - CUT_BYTES, -1):
        if data[place] & 0xC0 != 0x80 and not (_is_open(data[place]) or _is_open(data[place - 1])):
            if data[place - 1] < 0x80 or data[place - 3] != 0xEF:
                return place
    place = most
    while data[place] & 0xC0 == 0x80 and place > most - 4:
        place -= 1
    return place


@kernel
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
        return cut_place(data, row + LINE_BYTES), _MALFORMED, bare_cr
    if not final:
        return size, NEED, bare_cr
    return (size - 1 if data[size - 1] == _CR else size), size, bare_cr


@kernel
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


@kernel
def _split(
    data: Any, row: int, size: int, final: bool, bare_cr: bool, quotes: bool,
    delimiter: Any, quote: int, spans: Any,
) -> Any:  # fmt: skip
    """Split the row at `row`; return (next row, cells, line breaks inside, extras that hold text).

    As many cells as the table has are written to `spans`. The next row is -1 where more bytes are
    needed, -2 where the row is malformed.
    """
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
        if count < spans.shape[1]:
            spans[0, count] = start
            spans[1, count] = stop
        elif stop > start:
            extra = True
        count += 1
        if after:
            return after, count, breaks, extra
        field = p + delimiter.size


@intrinsic
def _keep_apart(typing_context: Any) -> Any:
    """`_keep_apart()`: the kernel that calls this is not inlined into others."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), code


@kernel
def index_row(data: Any, row: int, size: int, final: bool, g: Any, spans: Any) -> Any:
    """Split the row at `row`; return (next row, end of its line, RowKind, note).

    The cells of a parsed row are written to `spans`. The next row is -1 where more bytes are
    needed. The note is 1 for a row whose quotes are broken, 2 for a line that was cut.
    """
    _keep_apart()  # from the fast loop, which needs the registers
    delimiter, quote = g.delimiter, g.quote
    stop, line, bare_cr = _line(data, row, size, final, g.bare_cr)
    if line == NEED:
        return NEED, stop, _TEXT, 0
    if line == _MALFORMED:
        return stop, stop, _TEXT, 2
    quotes = quote != 0  # else a NUL would be taken for one
    while True:
        after, count, breaks, extra = _split(
            data, row, size, final, bare_cr, quotes, delimiter, quote, spans
        )
        if after == NEED:
            return NEED, stop, _TEXT, 0
        fits = count >= spans.shape[1] and not extra
        if quotes and (after == _MALFORMED or (breaks > 0 and not fits)):
            quotes = False
            continue
        if is_blank(data, row, after, g.blank, delimiter):
            return after, stop, _BLANK, 0
        if fits:
            if _is_heading(data, g.heading, g.heading_stop, spans):
                return after, stop, _REPEATED, 0
            return after, stop, _PARSED, 1 if quote and not quotes else 0
        carriage = -1
        if not bare_cr:  # a second time where a bare CR may end the line
            carriage = _find(data, np.int64(_CR), np.int64(_CR), row, stop)
        if carriage < 0:
            return line, stop, _TEXT, 0
        stop, line, bare_cr, quotes = carriage, carriage + 1, True, quote != 0
