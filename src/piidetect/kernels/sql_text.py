# SPDX-License-Identifier: Apache-2.0
"""The text of SQL: words and white space, where a string ends, what its escapes stand for.

The rules stand in `kernels.sql_values`.
"""

from __future__ import annotations

from typing import Any

from piidetect.kernels.compiling import kernel
from piidetect.kernels.simd import LANES, equal_bits, load_word, trailing_zeros
from piidetect.kernels.split import stands_at

#: A place that says that more bytes are needed, or that the string or row is broken.
MORE, BROKEN = -1, -2

#: How the text of a value differs from what stands for it.
DOUBLED, ESCAPED, HEX = 1, 2, 4

#: Bytes that `load_word` takes.
_WORD = 8

_LF, _CR, _SPACE, _TAB = 10, 13, 32, 9
_QUOTE, _OPEN, _CLOSE, _SEMICOLON, _BACKSLASH = 39, 40, 41, 59, 92


@kernel
def is_word(byte: int) -> bool:
    """Say whether a byte is part of a word: a letter, digit, underscore or no ASCII."""
    letter = 65 <= (byte & 0xDF) <= 90
    return letter or 48 <= byte <= 57 or byte == 95 or byte >= 128


@kernel
def is_space(byte: int) -> bool:
    """Say whether a byte is white space."""
    return byte == _SPACE or 9 <= byte <= 13


@kernel
def skip_blanks(data: Any, p: int, size: int) -> int:
    """Return the place of the next byte that is no white space."""
    while p < size and is_space(data[p]):
        p += 1
    return p


@kernel
def goes_on(data: Any, p: int, size: int, header: Any) -> bool:
    """Say whether the statement's beginning stands at `p`, and a row after it."""
    length = header.size
    if length == 0 or p + length >= size or data[p + length] != _OPEN:
        return False
    if length < _WORD:
        return stands_at(data, p, header)
    for at in range(0, length - _WORD, _WORD):
        if load_word(data, p + at) != load_word(header, at):
            return False
    at = length - _WORD
    return load_word(data, p + at) == load_word(header, at)


@kernel
def word_at(data: Any, p: int, size: int, a: int, b: int, c: int) -> bool:
    """Say whether the three letters (upper case) stand at `p`, in either case."""
    if p + 3 > size:
        return False
    return data[p] & 0xDF == a and data[p + 1] & 0xDF == b and data[p + 2] & 0xDF == c


@kernel
def begins_statement(data: Any, p: int, size: int) -> bool:
    """Say whether a line at `p` begins as those between statements of a dump do."""
    if word_at(data, p, size, 73, 78, 83) or word_at(data, p, size, 67, 82, 69):
        return True  # INSert, CREate
    if word_at(data, p, size, 68, 82, 79) or word_at(data, p, size, 85, 78, 76):
        return True  # DROp, UNLock
    return p + 2 < size and data[p] == 45 and data[p + 1] == 45 and data[p + 2] == _SPACE


@kernel
def line_breaks(data: Any, p: int, row: int, size: int, final: bool, header: Any) -> int:
    """Return 1 if the string must end before the line at `p`, -1 where more bytes are needed."""
    if p + header.size + 3 > size and not final:
        return MORE
    if goes_on(data, p, size, header):
        return 1
    before = p - 2
    if before > row and data[before] == _CR:
        before -= 1
    if before > row and data[before] == _SEMICOLON and data[before - 1] == _CLOSE:
        return 1 if begins_statement(data, p, size) else 0
    return 0


@kernel
def string_end(
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
                return MORE, escapes
            if p + 1 >= size or data[p + 1] != _QUOTE:
                return p, escapes
            escapes |= DOUBLED
            p += 2
        elif byte == _BACKSLASH and backslash:
            escapes |= ESCAPED
            p += 2
        else:
            ends = line_breaks(data, p + 1, row, size, final, header)
            if ends:
                return (MORE if ends < 0 else BROKEN), escapes
            p += 1
    return (BROKEN if final else MORE), escapes


@kernel
def hex_digit(byte: int) -> int:
    """Return the value of a hexadecimal digit, or -1."""
    if 48 <= byte <= 57:
        return byte - 48
    if 65 <= (byte & 0xDF) <= 70:
        return (byte & 0xDF) - 55
    return -1


@kernel
def _from_hex(data: Any, start: int, stop: int) -> int:
    """Write the bytes of hexadecimal digits over them if they are text; return where it ends."""
    if (stop - start) % 2 or stop == start:
        return stop
    for p in range(start, stop, 2):
        high, low = hex_digit(data[p]), hex_digit(data[p + 1])
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
        data[at] = hex_digit(data[p]) << 4 | hex_digit(data[p + 1])
        at += 1
    return at


@kernel
def unescape(data: Any, start: int, stop: int, escapes: int) -> int:
    """Resolve the escapes of a value in place; return where it ends now."""
    if escapes == HEX:
        return _from_hex(data, start, stop)
    p, at = start, start
    while p < stop:
        byte = data[p]
        if byte == _QUOTE and p + 1 < stop and data[p + 1] == _QUOTE:
            p += 1
        elif byte == _BACKSLASH and escapes & ESCAPED and p + 1 < stop:
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
