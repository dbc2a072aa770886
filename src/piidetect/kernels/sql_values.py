# SPDX-License-Identifier: Apache-2.0
"""The values of a row of an SQL statement: where each ends, and what it stands for.

The rules stand in `kernels.sql_rows`. The quotes, commas, brackets and line feeds of a stretch are
listed first (`note_marks`), 64 bytes at a time; a value that is plain by the list is taken off it
(`plain_value`), and all others are read byte by byte (`read_value`), which is the rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.simd import LANES, between_bits, count_bits, equal_bits, trailing_zeros
from piidetect.kernels.sql_text import (
    BROKEN,
    DOUBLED,
    ESCAPED,
    HEX,
    MORE,
    is_space,
    is_word,
    string_end,
    word_at,
)

#: Bytes whose marks are listed at a time.
STRETCH = 1 << 14

#: Room for the marks of a stretch, and what is written over.
MARKS = STRETCH + 64

_AT_ONCE = 8
_LF = 10
_QUOTE, _OPEN, _CLOSE, _COMMA, _SEMICOLON, _BACKSLASH = 39, 40, 41, 44, 59, 92


@inlined
def _marks_at(data: Any, p: int, backslash: bool) -> Any:
    """Return the bits of what may end a value or a string in 32 bytes."""
    bits = between_bits(data, p, _QUOTE, 3) | equal_bits(data, p, _COMMA)
    bits |= equal_bits(data, p, _LF) | equal_bits(data, p, _SEMICOLON)
    if backslash:
        bits |= equal_bits(data, p, _BACKSLASH)
    return bits


@kernel
def note_marks(data: Any, p: int, size: int, backslash: bool, marks: Any) -> int:
    """List what may end a value or a string in STRETCH bytes from `p` on; return where the list ends.

    `marks` gets the places of quotes, brackets, commas, semicolons and line feeds, of backslashes if
    they escape, and `size` twice.
    """
    count, end = np.int64(0), min(size, p + STRETCH)
    while p < end:
        bits = _marks_at(data, p, backslash)
        bits |= _marks_at(data, p + LANES, backslash) << np.uint64(LANES)
        if end - p < 64:
            bits &= (np.uint64(1) << np.uint64(end - p)) - np.uint64(1)
        at, found = count, count_bits(bits)
        for _ in range(_AT_ONCE):  # most have no more; the surplus is written over
            marks[at] = p + trailing_zeros(bits)
            bits &= bits - np.uint64(1)
            at += 1
        while bits:
            marks[at] = p + trailing_zeros(bits)
            bits &= bits - np.uint64(1)
            at += 1
        count += found
        p += 64
    marks[count] = marks[count + 1] = size
    return end


@inlined
def plain_value(data: Any, p: int, mark: int, marks: Any, size: int) -> Any:
    """Take the value at `p` off the list; return (its end, start, stop, escapes, mark).

    The end is -1 where it isn't plain: a number or word, or a string, also one behind N, that a comma
    or the row's bracket follows at once. `mark` is the first of the list that doesn't lie before `p`,
    or, where the value reaches beyond the list, one of `size`.
    """
    start, stop, end, escapes = p, p, np.int64(-1), 0
    place = marks[mark]
    byte = data[place]
    if byte == _COMMA or byte == _CLOSE:
        stop = end = place
    elif byte == _QUOTE and (place == p or (place == p + 1 and data[p] & 0xDF == 78)):
        start = place + 1
        while True:
            mark += 1
            place = marks[mark]
            byte = data[place]
            if byte == _QUOTE:
                if marks[mark + 1] != place + 1:
                    break
                byte = data[place + 1]
                if byte == _COMMA or byte == _CLOSE:
                    mark += 1
                    stop, end = place, place + 1
                    break
                if byte != _QUOTE:
                    break
                escapes |= DOUBLED
                mark += 1
            elif byte == _BACKSLASH:
                escapes |= ESCAPED
                if marks[mark + 1] == place + 1:
                    mark += 1
            elif byte == _LF or place == size:
                break
    return end, start, stop, escapes, mark


@kernel
def bare_span(data: Any, start: int, stop: int) -> Any:
    """Return (start, stop, escapes) of the text of a value without strings."""
    while stop > start and is_space(data[stop - 1]):
        stop -= 1
    if (
        stop - start == 4
        and word_at(data, start, stop, 78, 85, 76)
        and data[start + 3] & 0xDF == 76
    ):
        return start, start, 0
    if stop - start > 2 and data[start] == 48 and data[start + 1] & 0xDF == 88:
        return start + 2, stop, HEX
    return start, stop, 0


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
        return bare_span(data, start, stop)
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


@kernel
def read_value(
    data: Any, p: int, row: int, size: int, final: bool, backslash: bool, header: Any, store: bool
) -> Any:
    """Read the value at `p`; return (its end or MORE or BROKEN, start, stop, escapes, restart).

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
