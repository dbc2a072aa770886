# SPDX-License-Identifier: Apache-2.0
"""The structural index of delimited text: where rows and cells begin and end.

What is a row is said in `kernels.split`; here the plain rows are split 64 bytes at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.kernels.simd import LANES, equal_bits, trailing_zeros
from piidetect.kernels.split import (
    FIELD_BYTES,
    NEED,
    TALLY,
    Grammar,
    Rows,
    empty_rows,
    grammar,
    index_row,
    is_blank,
    is_delimiter,
)
from piidetect.schema import TEXT_COLUMN, RowKind

__all__ = ["TALLY", "Grammar", "Rows", "empty_rows", "grammar", "index_block"]

_LF, _CR = 10, 13
_PARSED, _TEXT, _BLANK = int(RowKind.PARSED), int(RowKind.TEXT), int(RowKind.BLANK)


@kernel
def _marks(data: Any, base: int, first: int, quote: int) -> Any:
    """Return the bits of the delimiter's first byte, LF and the quote in 64 bytes."""
    low = equal_bits(data, base, first) | equal_bits(data, base, _LF)
    high = equal_bits(data, base + LANES, first) | equal_bits(data, base + LANES, _LF)
    if quote:
        low |= equal_bits(data, base, quote)
        high |= equal_bits(data, base + LANES, quote)
    return low | (high << np.uint64(LANES))


@kernel
def index_block(data: Any, row: int, size: int, final: bool, g: Any, rows: Any) -> Any:
    """Index the rows of `data[row:size]` that are complete; return (rows, cells, next row).

    `data` has 64 zero bytes after `size`. `final` says that the source ends at `size`; otherwise a
    row that needs more bytes is left for the next block. It stops, too, when `rows` is full. The
    plain rows are split here from a bit mask of 64 bytes at a time; as soon as a row is anything
    else (line breaks in quotes, stray quotes, wrong number of cells, blank, ...), `index_row` decides.
    """
    number, cell, n = np.int64(0), np.int64(0), g.n_columns
    room = min(rows.cell_start.size, rows.cell_stop.size) - n - 1
    delimiter, quote, blank = g.delimiter, g.quote, g.blank
    cell_start, cell_stop, cell_column = rows.cell_start, rows.cell_stop, rows.cell_column
    row_cell, row_start, row_kind = rows.row_cell, rows.row_start, rows.row_kind
    limit, tally, spans = row_start.size, rows.tally, rows.spans
    title = g.heading_stop[0] if g.heading_stop.size else np.int64(-1)  # length of its first cell
    letter = g.heading[0] if g.heading.size else np.uint8(0)
    width = delimiter.size
    first = delimiter[0] if width else np.uint8(_LF)
    while row < size and number < limit and cell <= room:
        base, field, column, opened, closed, skip = row, row, 0, False, -1, -1
        plain = not g.bare_cr
        while plain and base < size:
            bits = _marks(data, base, first, quote)
            if size - base < 64:
                bits &= (np.uint64(1) << np.uint64(size - base)) - np.uint64(1)
            while bits:
                p = base + trailing_zeros(bits)
                bits &= bits - np.uint64(1)
                byte = data[p]
                if opened:
                    if byte == quote:
                        if p == skip:
                            continue
                        if data[p + 1] == quote:
                            skip = p + 1
                        elif data[p + 1] == _LF or is_delimiter(data, p + 1, delimiter):
                            opened, closed = False, p
                        elif data[p + 1] == _CR and data[p + 2] == _LF:
                            opened, closed = False, p
                        else:
                            plain = False
                            break
                    elif byte == _LF:
                        plain = False
                        break
                    continue
                if byte == _LF or byte == first:
                    if byte != _LF and width > 1:
                        if p < field or not is_delimiter(data, p, delimiter):
                            continue
                    start, stop = field, p
                    if closed >= 0:
                        start, stop, closed = field + 1, closed, -1
                    elif byte == _LF and p > row and data[p - 1] == _CR:
                        stop = p - 1
                    if column < n:
                        cell_start[cell + column] = start
                        cell_stop[cell + column] = stop
                        cell_column[cell + column] = column
                    column += 1
                    field = p + width
                    if byte != _LF:
                        continue
                    if column != n or p - row > FIELD_BYTES:
                        plain = False
                        break
                    starts = blank[data[row]] or data[row] == first
                    if starts and is_blank(data, row, p, blank, delimiter):
                        plain = False
                        break
                    if cell_stop[cell] - cell_start[cell] == title:
                        if title == 0 or data[cell_start[cell]] == letter:  # a heading, perhaps
                            plain = False
                            break
                    row_start[number] = row
                    row_kind[number] = _PARSED
                    number += 1
                    cell += n
                    row_cell[number] = cell
                    row = field = p + 1
                    column = 0
                    if number >= limit or cell > room:
                        return number, cell, row
                elif p == field:
                    opened = True
            base += 64
        if row < size:
            after, stop, kind, note = index_row(data, row, size, final, g, spans)
            if after == NEED:
                break
            row_start[number] = row
            row_kind[number] = kind
            if kind == _PARSED:
                for column in range(n):
                    cell_start[cell + column] = spans[0, column]
                    cell_stop[cell + column] = spans[1, column]
                    cell_column[cell + column] = column
                cell += n
                tally[3] += note
            elif kind == _TEXT:
                cell_start[cell] = row
                cell_stop[cell] = stop
                cell_column[cell] = TEXT_COLUMN
                cell += 1
                tally[0] += 1
                tally[4] += note // 2
            else:
                tally[1 if kind == _BLANK else 2] += 1
            row = after
            number += 1
            row_cell[number] = cell
    return number, cell, row
