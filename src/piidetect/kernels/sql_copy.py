# SPDX-License-Identifier: Apache-2.0
r"""The rows of PostgreSQL's COPY … FROM stdin: lines of values between tabs, up to a line `\.`.

``\N`` alone is a null and becomes an empty cell; ``\t``, ``\n``, ``\\``, ``\nnn`` (octal) and ``\xhh``
are resolved in the block. A line with another number of values is one text. A line of more than
16 MiB is cut. Data without their last line end where a line begins like a statement and has another
number of values.
"""

from __future__ import annotations

from typing import Any

from piidetect.kernels.compiling import kernel
from piidetect.kernels.simd import LANES, equal_bits, trailing_zeros
from piidetect.kernels.split import cut_place
from piidetect.kernels.sql_rows import END, FULL, NEED, ROW_BYTES, store_row
from piidetect.kernels.sql_text import begins_statement, hex_digit, word_at

_LF, _CR, _TAB, _BACKSLASH, _DOT = 10, 13, 9, 92, 46


@kernel
def _resolve(data: Any, start: int, stop: int) -> int:
    """Resolve the escapes of a value in place; return where it ends now."""
    if stop - start == 2 and data[start + 1] == 78:  # \N
        return start
    p, at = start, start
    while p < stop:
        byte = data[p]
        p += 1
        if byte == _BACKSLASH and p < stop:
            byte = data[p]
            p += 1
            if 48 <= byte <= 55:
                byte -= 48
                for _ in range(2):
                    if p < stop and 48 <= data[p] <= 55:
                        byte = (byte * 8 + data[p] - 48) & 0xFF
                        p += 1
            elif byte == 120 and p < stop and hex_digit(data[p]) >= 0:
                byte = hex_digit(data[p])
                p += 1
                if p < stop and hex_digit(data[p]) >= 0:
                    byte = byte * 16 + hex_digit(data[p])
                    p += 1
            elif byte == 110:
                byte = _LF
            elif byte == 116:
                byte = _TAB
            elif byte == 114:
                byte = _CR
            elif byte == 98:
                byte = 8
            elif byte == 102:
                byte = 12
            elif byte == 118:
                byte = 11
        data[at] = byte
        at += 1
    for q in range(at, stop):
        data[q] = 0x1F
    return at


@kernel
def _store_all(data: Any, rows: Any, cell: int, width: int) -> None:
    """Store the values of a row from `cell` on, without their escapes."""
    spans = rows.spans
    for column in range(width):
        start, stop = spans[0, column], spans[1, column]
        if spans[2, column]:
            stop = _resolve(data, start, stop)
        rows.cell_start[cell + column] = start
        rows.cell_stop[cell + column] = stop
        rows.cell_column[cell + column] = column


@kernel
def _line(data: Any, row: int, size: int, spans: Any) -> Any:
    """Split the line at `row`; return (place of its LF or -1, values)."""
    p, start, column, escaped = row, row, 0, 0
    while p < size:
        bits = equal_bits(data, p, _TAB) | equal_bits(data, p, _LF)
        bits |= equal_bits(data, p, _BACKSLASH)
        if bits == 0:
            p += LANES
            continue
        p += trailing_zeros(bits)
        if p >= size:
            break
        byte = data[p]
        if byte == _BACKSLASH:
            escaped = 1
            p += 2 if p + 1 < size and data[p + 1] == _BACKSLASH else 1
            continue
        if column < spans.shape[1]:
            spans[0, column] = start
            spans[1, column] = p
            spans[2, column] = escaped
        column += 1
        if byte == _LF:
            return p, column
        p += 1
        start, escaped = p, 0
    if column < spans.shape[1]:
        spans[0, column] = start
        spans[1, column] = size
        spans[2, column] = escaped
    return -1, column + 1


@kernel
def index_copy(
    data: Any, p: int, size: int, final: bool, n_columns: int, limit: int, rows: Any
) -> Any:
    """Index lines of COPY data from `p` on; return (place to go on, why it stopped).

    `data` has 64 zero bytes after `size`; `rows` is a `sql_values.SqlRows`. At most `limit` rows are
    taken. Reasons: NEED (more bytes), FULL, END (the data ended).
    """
    store = rows.cell_start.size > 0
    tally, spans = rows.tally, rows.spans
    number, cell = tally[0], tally[1]
    while True:
        if p >= size:
            reason = END if final else NEED
            break
        if number >= limit:
            reason = FULL
            break
        line, width = _line(data, p, size, spans)
        cut = line < 0 and size - p > ROW_BYTES
        if line < 0 and not final and not cut:
            reason = NEED
            break
        stop, after = (line, line + 1) if line >= 0 else (size, size)
        if cut:
            stop = after = cut_place(data, p + ROW_BYTES)
            tally[3] += 1
        if stop > p and data[stop - 1] == _CR:
            stop -= 1
            if not cut and width <= spans.shape[1]:
                spans[1, width - 1] = stop
        if stop - p == 2 and data[p] == _BACKSLASH and data[p + 1] == _DOT:
            p, reason = after, END
            break
        if n_columns > 0 and width != n_columns:
            if begins_statement(data, p, size) or word_at(data, p, size, 67, 79, 80):  # COPY
                reason = END
                break
        tally[4] = width
        text = cut or (n_columns > 0 and width != n_columns) or width > spans.shape[1]
        tally[2] += text
        if store:
            if not text:
                _store_all(data, rows, cell, width)
            cell = store_row(rows, number, cell, p, stop, text, width)
        number += 1
        p = after
    tally[0], tally[1] = number, cell
    return p, reason
