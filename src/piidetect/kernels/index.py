# SPDX-License-Identifier: Apache-2.0
"""The structural index of delimited text: where rows and cells begin and end.

What is a row is said in `kernels.split`. Here the places of all delimiters and line feeds of a stretch
are listed first, 64 bytes at a time; then a row with as many of them as the table has columns is
plain, and its cells are copied off the list. Rows with quotes are split one by one, and as soon as a
row is anything else (stray quotes, wrong number of cells, blank, long, ...), `index_row` decides.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.simd import LANES, count_bits, equal_bits, trailing_zeros
from piidetect.kernels.split import (
    FIELD_BREAKS,
    FIELD_BYTES,
    NEED,
    STRETCH,
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
_AT_ONCE = 6
_PARSED, _TEXT, _BLANK = int(RowKind.PARSED), int(RowKind.TEXT), int(RowKind.BLANK)


@inlined
def _equal_64(data: Any, base: int, byte: int) -> Any:
    """Return the bits of a byte in 64 bytes."""
    high = equal_bits(data, base + LANES, byte)
    return equal_bits(data, base, byte) | (high << np.uint64(LANES))


@kernel
def _mark(
    data: Any, row: int, size: int, first: int, quote: int, marks: Any, feeds: Any, quotes: Any
) -> Any:
    """List what ends a cell in STRETCH bytes from `row` on.

    `marks` gets the places of delimiters and line feeds, `feeds` the numbers of the marks that are
    line feeds, `quotes` the places of quotes; `count` and `size` close these two. Returns how many marks and
    line feeds there are.
    """
    count, lines, open_, base = np.int64(0), np.int64(0), np.int64(0), row
    end = min(size, row + STRETCH)
    while base < end:
        inside = ~np.uint64(0)
        if end - base < 64:
            inside = (np.uint64(1) << np.uint64(end - base)) - np.uint64(1)
        line = _equal_64(data, base, _LF) & inside
        bits = line | _equal_64(data, base, first) & inside
        if quote:
            other = _equal_64(data, base, quote) & inside
            while other:
                quotes[open_] = base + trailing_zeros(other)
                open_ += 1
                other &= other - np.uint64(1)
        while line:
            below = (line & (~line + np.uint64(1))) - np.uint64(1)
            feeds[lines] = count + count_bits(bits & below)
            lines += 1
            line &= line - np.uint64(1)
        at, found = count, count_bits(bits)
        for _ in range(_AT_ONCE):  # most have no more; the surplus is written over
            marks[at] = base + trailing_zeros(bits)
            bits &= bits - np.uint64(1)
            at += 1
        while bits:
            marks[at] = base + trailing_zeros(bits)
            bits &= bits - np.uint64(1)
            at += 1
        count += found
        base += 64
    quotes[open_], feeds[lines] = size, count
    return count, lines


@inlined
def _is_special(
    data: Any, row: int, p: int, length: int, title: int, letter: int, g: Any, first: int
) -> bool:
    """Tell whether a row that ends at `p` may be blank, long or the heading: `index_row` knows.

    `length` is that of its first cell, `title` and `letter` the heading's.
    """
    if p - row > FIELD_BYTES:
        return True
    starts = g.blank[data[row]] or data[row] == first
    if starts and is_blank(data, row, p, g.blank, g.delimiter):
        return True
    return length == title and (title == 0 or data[row] == letter or data[row] == g.quote)


@inlined
def _one_row(
    data: Any,
    row: int,
    field: int,
    column: int,
    size: int,
    g: Any,
    rows: Any,
    cell: int,
    first: int,
) -> Any:
    """Split the row at `row`, of which `column` cells up to `field` are split, but for quotes plain.

    Returns where its line feed stands, -1 where it isn't plain.
    """
    delimiter, quote, n = g.delimiter, g.quote, g.n_columns
    width = delimiter.size
    base, opened, closed, skip = field, False, np.int64(-1), np.int64(-1)
    end, breaks = np.int64(-1), 0
    plain = not g.bare_cr
    while plain and end < 0 and base < size:
        bits = _equal_64(data, base, first) | _equal_64(data, base, _LF)
        if quote:
            bits |= _equal_64(data, base, quote)
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
                    breaks += 1
                    if breaks > FIELD_BREAKS:
                        plain = False
                        break
                continue
            if byte == _LF or byte == first:
                if byte != _LF and width > 1:
                    if p < field or not is_delimiter(data, p, delimiter):
                        continue
                start, stop = field, p
                if closed >= 0:
                    start, stop, closed = field + 1, closed, np.int64(-1)
                elif byte == _LF and p > row and data[p - 1] == _CR:
                    stop = p - 1
                if column < n:
                    rows.cell_start[cell + column] = start
                    rows.cell_stop[cell + column] = stop
                    rows.cell_column[cell + column] = column
                column += 1
                field = p + width
                if byte == _LF:
                    plain = column == n
                    end = p
                    break
            elif p == field:
                opened, breaks = True, 0
        base += 64
    return end if plain else np.int64(-1)


@kernel
def _other_row(
    data: Any, row: int, size: int, final: bool, g: Any, rows: Any, number: int, cell: int
) -> Any:
    """Let `index_row` split a row and enter what it gives; return (next row or NEED, cells)."""
    after, stop, kind, note = index_row(data, row, size, final, g, rows.spans)
    if after == NEED:
        return after, cell
    tally = rows.tally
    rows.row_start[number] = row
    rows.row_kind[number] = kind
    if kind == _PARSED:
        for column in range(g.n_columns):
            rows.cell_start[cell + column] = rows.spans[0, column]
            rows.cell_stop[cell + column] = rows.spans[1, column]
            rows.cell_column[cell + column] = column
        tally[3] += note
        return after, cell + g.n_columns
    if kind == _TEXT:
        rows.cell_start[cell] = row
        rows.cell_stop[cell] = stop
        rows.cell_column[cell] = TEXT_COLUMN
        tally[0] += 1
        tally[4] += note // 2
        return after, cell + 1
    tally[1 if kind == _BLANK else 2] += 1
    return after, cell


@kernel
def index_block(data: Any, row: int, size: int, final: bool, g: Any, rows: Any) -> Any:
    """Index the rows of `data[row:size]` that are complete; return (rows, cells, next row).

    `data` has 64 zero bytes after `size`. `final` says that the source ends at `size`; otherwise a
    row that needs more bytes is left for the next block. It stops, too, when `rows` is full.
    """
    number, cell, n = np.int64(0), np.int64(0), g.n_columns
    room = min(rows.cell_start.size, rows.cell_stop.size) - n - 1
    cell_start, cell_stop, cell_column = rows.cell_start, rows.cell_stop, rows.cell_column
    row_cell, row_start, row_kind = rows.row_cell, rows.row_start, rows.row_kind
    marks, feeds, quotes = rows.marks, rows.feeds, rows.quotes
    limit = row_start.size
    title = g.heading_stop[0] if g.heading_stop.size else np.int64(-1)  # length of its first cell
    letter = g.heading[0] if g.heading.size else np.uint8(0)
    first = g.delimiter[0] if g.delimiter.size else np.uint8(_LF)
    listed = g.delimiter.size <= 1 and not g.bare_cr  # whether the list tells what a row is
    count, lines, mark, line = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    quote = np.int64(0)
    marked = row  # up to where lines are listed
    quotes[0] = size
    while row < size and number < limit and cell <= room:
        if listed and row >= marked:
            count, lines = _mark(data, row, size, first, g.quote, marks, feeds, quotes)
            mark = line = quote = np.int64(0)
            marked = marks[feeds[lines - 1]] + 1 if lines else row + 1
        while line < lines and number < limit and cell <= room:
            last = feeds[line]
            p = marks[last]
            if (
                last - mark + 1 != n
                or quotes[quote] < p
                or _is_special(data, row, p, marks[mark] - row, title, letter, g, first)
            ):
                break
            start = row
            for column in range(n):
                stop = marks[mark + column]
                cell_start[cell + column] = start
                cell_stop[cell + column] = stop
                cell_column[cell + column] = column
                start = stop + 1
            cell += n
            if p > row and data[p - 1] == _CR:
                cell_stop[cell - 1] = p - 1
            row_start[number] = row
            row_kind[number] = _PARSED
            number += 1
            row_cell[number] = cell
            row = p + 1
            mark = last + 1
            line += 1
        if row >= size or number >= limit or cell > room or (line >= lines > 0):
            continue
        field, column = row, np.int64(0)
        while mark < count and column < n and marks[mark] < quotes[quote] and mark < feeds[line]:
            cell_start[cell + column] = field
            cell_stop[cell + column] = marks[mark]
            cell_column[cell + column] = column
            field = marks[mark] + 1
            column += 1
            mark += 1
        p = _one_row(data, row, field, column, size, g, rows, cell, first)
        if p >= 0 and not _is_special(
            data, row, p, cell_stop[cell] - cell_start[cell], title, letter, g, first
        ):
            row_start[number] = row
            row_kind[number] = _PARSED
            row = p + 1
            cell += n
        else:
            after, cell = _other_row(data, row, size, final, g, rows, number, cell)
            if after == NEED:
                break
            row = after
        number += 1
        row_cell[number] = cell
        while quotes[quote] < row:
            quote += 1
        while mark < count and marks[mark] < row:
            mark += 1
        while line < lines and feeds[line] < mark:
            line += 1
    return number, cell, row
