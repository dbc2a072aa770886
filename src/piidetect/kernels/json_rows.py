# SPDX-License-Identifier: Apache-2.0
r"""JSON objects that are written alike: where their values begin and end.

A template is an object's text with its values left out: the pieces of text between them, byte for byte,
with their white space. Objects of a dump come from one program, so a few templates fit nearly all. What
fits none is left to a parser; so is a value that isn't plain JSON (NaN, a lone surrogate, an escape
that there isn't), so that an object that is taken here has the cells which the parser gives it.

1. Objects follow each other after spaces, tabs, line ends, commas, NUL and RS.
2. A value is a string, a number (its digits stand as written), true, false, or null (an empty cell).
3. Escapes of a string are resolved in the block, once the whole object fits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.kernels.simd import LANES, equal_bits, trailing_zeros
from piidetect.kernels.sql_text import hex_digit

_QUOTE, _BACKSLASH, _COMMA, _MINUS, _DOT, _ZERO = 34, 92, 44, 45, 46, 48


class Templates(NamedTuple):
    """The templates, end to end.

    uint8 `text` of all pieces, the i-th between `edge[i]` and `edge[i + 1]`; the pieces of template t
    are those from `first[t]` to `first[t + 1]`, and the value after piece i goes to `column[i]`
    (int64, ascending within a template; -1 after the last piece).
    """

    text: np.ndarray
    edge: np.ndarray
    first: np.ndarray
    column: np.ndarray


class ObjectRows(NamedTuple):
    """What `index_objects` fills: fields as in `kernels.split.Rows`, and spans int64[3, columns]."""

    cell_start: np.ndarray
    cell_stop: np.ndarray
    row_start: np.ndarray
    spans: np.ndarray


def room_for(rows: int, columns: int) -> ObjectRows:
    """Return room for so many rows."""
    return ObjectRows(
        np.empty(rows * columns, np.int64),
        np.empty(rows * columns, np.int64),
        np.empty(rows, np.int64),
        np.empty((3, columns), np.int64),
    )


@kernel
def _digits(data: Any, p: int, size: int) -> int:
    """Return where the digits from `p` on end."""
    while p < size and 48 <= data[p] <= 57:
        p += 1
    return p


@kernel
def _number(data: Any, p: int, size: int) -> int:
    """Return where the number at `p` ends, -1 where there is none."""
    if data[p] == _MINUS:
        p += 1
    begin = p
    p = _digits(data, p, size)
    if p == begin or (data[begin] == _ZERO and p > begin + 1):
        return -1
    if data[p] == _DOT:
        begin = p + 1
        p = _digits(data, begin, size)
        if p == begin:
            return -1
    if data[p] & 0xDF == 69:  # e
        begin = p + 1
        if data[begin] == _MINUS or data[begin] == 43:
            begin += 1
        p = _digits(data, begin, size)
        if p == begin:
            return -1
    return p


@kernel
def _code_unit(data: Any, p: int, size: int) -> int:
    r"""Return the value of the four hexadecimal digits of a \\u at `p`, -1 where there are none."""
    if p + 4 > size:
        return -1
    value = 0
    for q in range(p, p + 4):
        digit = hex_digit(data[q])
        if digit < 0:
            return -1
        value = value << 4 | digit
    return value


@kernel
def _escape_stop(data: Any, p: int, size: int) -> int:
    """Return where the escape whose backslash stands at `p` ends, -1 where it is none."""
    byte = data[p + 1]
    if byte == 117:  # u
        unit = _code_unit(data, p + 2, size)
        if unit < 0 or 0xDC00 <= unit < 0xE000:
            return -1
        if 0xD800 <= unit < 0xDC00:
            if p + 12 > size or data[p + 6] != _BACKSLASH or data[p + 7] != 117:
                return -1
            low = _code_unit(data, p + 8, size)
            return p + 12 if 0xDC00 <= low < 0xE000 else -1
        return p + 6
    if byte == _QUOTE or byte == _BACKSLASH or byte == 47:
        return p + 2
    if byte == 98 or byte == 102 or byte == 110 or byte == 114 or byte == 116:  # b f n r t
        return p + 2
    return -1


@kernel
def _string(data: Any, p: int, size: int) -> Any:
    """Return (place of the closing quote or -1, whether it has escapes) of the text from `p` on."""
    escapes = 0
    while p < size:
        bits = equal_bits(data, p, _QUOTE) | equal_bits(data, p, _BACKSLASH)
        if bits == 0:
            p += LANES
            continue
        p += trailing_zeros(bits)
        if p >= size:
            break
        if data[p] == _QUOTE:
            return p, escapes
        escapes = 1
        p = _escape_stop(data, p, size)
        if p < 0:
            break
    return -1, escapes


@kernel
def _stands(data: Any, p: int, a: int, b: int, c: int) -> bool:
    """Say whether three bytes stand at `p`."""
    return data[p] == a and data[p + 1] == b and data[p + 2] == c


@kernel
def _write(data: Any, at: int, unit: int) -> int:
    """Write a character as UTF-8; return the place after it."""
    if unit < 0x80:
        data[at] = unit
        at += 1
    elif unit < 0x800:
        data[at] = 0xC0 | unit >> 6
        data[at + 1] = 0x80 | unit & 0x3F
        at += 2
    elif unit < 0x10000:
        data[at] = 0xE0 | unit >> 12
        data[at + 1] = 0x80 | unit >> 6 & 0x3F
        data[at + 2] = 0x80 | unit & 0x3F
        at += 3
    else:
        data[at] = 0xF0 | unit >> 18
        data[at + 1] = 0x80 | unit >> 12 & 0x3F
        data[at + 2] = 0x80 | unit >> 6 & 0x3F
        data[at + 3] = 0x80 | unit & 0x3F
        at += 4
    return at


@kernel
def _resolve(data: Any, start: int, stop: int) -> int:
    """Resolve the escapes of a string in place; return where it ends now."""
    p, at = start, start
    while p < stop:
        byte = int(data[p])
        p += 1
        if byte != _BACKSLASH:
            data[at] = byte
            at += 1
            continue
        byte = int(data[p])
        p += 1
        if byte == 117:
            unit = _code_unit(data, p, stop)
            p += 4
            if 0xD800 <= unit < 0xDC00:
                low = _code_unit(data, p + 2, stop)
                p += 6
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
            at = _write(data, at, unit)
            continue
        if byte == 98:
            byte = 8
        elif byte == 102:
            byte = 12
        elif byte == 110:
            byte = 10
        elif byte == 114:
            byte = 13
        elif byte == 116:
            byte = 9
        data[at] = byte
        at += 1
    for q in range(at, stop):
        data[q] = 0x1F
    return at


@kernel
def _fits(data: Any, p: int, size: int, templates: Any, number: int, spans: Any) -> int:
    """Lay the object at `p` on a template; return where it ends, -1 where it doesn't fit."""
    text, edge = templates.text, templates.edge
    last = templates.first[number + 1] - 1
    filled = 0
    for piece in range(templates.first[number], last + 1):
        begin, length = edge[piece], edge[piece + 1] - edge[piece]
        if p + length >= size + (piece == last):
            return -1
        for i in range(length):
            if data[p + i] != text[begin + i]:
                return -1
        p += length
        if piece == last:
            break
        start, escapes = p, 0
        byte = data[p]
        if byte == _QUOTE:
            start = p + 1
            stop, escapes = _string(data, start, size)
            p = stop + 1
        elif byte == 116 and _stands(data, p + 1, 114, 117, 101):  # true
            stop = p = p + 4
        elif byte == 102 and _stands(data, p + 1, 97, 108, 115) and data[p + 4] == 101:  # false
            stop = p = p + 5
        elif byte == 110 and _stands(data, p + 1, 117, 108, 108):  # null
            stop = start
            p += 4
        else:
            stop = p = _number(data, p, size)
        if stop < 0:
            return -1
        while (
            filled < templates.column[piece]
        ):  # an absent value is empty, where the last one ended
            spans[0, filled] = start
            spans[1, filled] = start
            spans[2, filled] = 0
            filled += 1
        spans[0, filled] = start
        spans[1, filled] = stop
        spans[2, filled] = escapes
        filled += 1
    for column in range(filled, spans.shape[1]):
        spans[0, column] = p
        spans[1, column] = p
        spans[2, column] = 0
    return p


@kernel
def index_objects(data: Any, p: int, size: int, templates: Any, most: int, rows: Any) -> Any:
    """Index objects from `p` on; return (place of what doesn't fit, rows).

    `data` has 64 zero bytes after `size`; at most as many rows are taken as there is room. An object of more than `most` bytes isn't taken.
    """
    spans = rows.spans
    width = spans.shape[1]
    kinds = templates.first.size - 1
    number, recent = 0, 0
    while number < rows.row_start.size:
        while p < size and (
            data[p] == 32
            or 9 <= data[p] <= 10
            or data[p] == 13
            or data[p] == _COMMA
            or data[p] == 0
            or data[p] == 30
        ):
            p += 1
        if p >= size or data[p] != 123:
            break
        after = _fits(data, p, size, templates, recent, spans)
        if after < 0:
            for other in range(kinds):
                if other != recent:
                    after = _fits(data, p, size, templates, other, spans)
                    if after >= 0:
                        recent = other
                        break
        if after < 0 or after - p > most:
            break
        cell = number * width
        for column in range(width):
            if spans[2, column]:
                spans[1, column] = _resolve(data, spans[0, column], spans[1, column])
            rows.cell_start[cell + column] = spans[0, column]
            rows.cell_stop[cell + column] = spans[1, column]
        rows.row_start[number] = p
        number += 1
        p = after
    return p, number
