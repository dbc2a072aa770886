# SPDX-License-Identifier: Apache-2.0
"""Run patterns as automata over text: where a value may begin, and how far its match goes."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.forms import MOST_CODES, PRECEDES, class_of
from piidetect.kernels.lone import LEAD, is_alnum, wide_ascii
from piidetect.kernels.plain import three_bytes
from piidetect.kernels.runs import alnum_at
from piidetect.kernels.simd import LANES, between_bits, equal_bits, trailing_zeros

#: Letters and digits in a row that are told apart; so many stand for more.
MOST_LEAD = 63

_DOT = 46


@kernel
def code_at(data: Any, position: int, stop: int) -> Any:
    """Return the folded code point at a position and its bytes; what isn't UTF-8 is U+FFFD."""
    byte = np.int64(data[position])
    if byte < 0x80:
        return byte, 1
    size = 2 if byte < 0xE0 else (3 if byte < 0xF0 else 4)
    if byte < 0xC0 or position + size > stop:
        return 0xFFFD, 1
    code = byte & (0xFF >> (size + 1))
    for index in range(1, size):
        code = code << 6 | (np.int64(data[position + index]) & 0x3F)
    if 0xFF01 <= code <= 0xFF5E:
        code -= 0xFEE0
    return (32 if code == 0x3000 else code), size


@kernel
def capital(code: int) -> int:
    """Return the capital of a small ASCII letter, all else as it is."""
    return code - 32 if 97 <= code <= 122 else code


@kernel
def is_dropped(code: int, rule: int, drop: Any) -> bool:
    """Tell whether a character says nothing: brackets, 字第…号."""
    found = False
    for place in range(drop.shape[1]):
        found = found or code == drop[rule, place]
    return found


@inlined
def longest(data: Any, start: int, stop: int, recognizer: int, forms: Any, word: Any) -> Any:
    """Run a pattern from `start`; return where its longest match ends and the characters of its value.

    One separator may stand between two characters. `word` gets the value without them.
    """
    state = np.int64(forms.start[recognizer])
    position, count, best, size = start, 0, np.int64(-1), 0
    skipped, upper, rule = False, forms.capital[recognizer], np.int64(forms.rule[recognizer])
    while position < stop and count < MOST_CODES:
        code, width = code_at(data, position, stop)
        kind = class_of(code, forms.kind, forms.edge, forms.edge_class)
        following = np.int64(forms.moves[state, kind])
        if following == 0:
            if skipped or count == 0 or code > 255 or not forms.separator[recognizer, code]:
                break
            skipped = True
        else:
            state, skipped = following, False
            if not is_dropped(code, rule, forms.drop):
                word[count] = capital(code) if upper else code
                count += 1
            if forms.accepts[state] and not alnum_at(data, position + width, stop):
                best, size = position + width, count
        position += width
    return best, size


@kernel
def is_label(data: Any, begin: int, last: int) -> bool:
    """Tell whether the letters and digits up to `last` are more than hexadecimal: the MAC of `MAC:00:1B`."""
    position, more = last, False
    while position >= begin and is_alnum(np.int64(data[position])):
        more = more or capital(np.int64(data[position])) > 70
        position -= 1
    return more


@kernel
def goes_on(data: Any, begin: int, start: int, end: int, stop: int) -> bool:
    """Tell whether a match is part of something longer: `.5` behind it, `0.` before it, one group more.

    A mark that the match has between its groups doesn't stand at its edges with a group beyond.
    """
    for edge in range(2):
        at = end if edge == 1 else start - 1
        beyond = at + 1 if edge == 1 else at - 1
        if at < begin or at >= stop or beyond < begin or beyond >= stop:
            continue
        mark = np.int64(data[at])
        if mark not in (46, 45, 58, 64, 95) or not is_alnum(np.int64(data[beyond])):
            continue
        if mark == 58 and edge == 0 and is_label(data, begin, beyond):
            continue
        if mark == 64:
            return True
        if mark == _DOT and 48 <= data[beyond] <= 57:
            return True
        for position in range(start, end):
            if data[position] == mark:
                return True
    return False


@kernel
def lead_length(data: Any, position: int, stop: int) -> Any:
    """Return how many ASCII or full-width letters and digits stand in a row, 63 at most; if only digits.

    And where they end.
    """
    digit = between_bits(data, position, 48, 10)
    letter = between_bits(data, position, 65, 26) | between_bits(data, position, 97, 26)
    run = min(trailing_zeros(~(digit | letter)), stop - position)
    if run < LANES and (position + run == stop or data[position + run] != LEAD):
        return run, trailing_zeros(~digit) >= run, position + run
    count, digits = 0, 0
    while position < stop and count < MOST_LEAD:
        byte = np.int64(data[position])
        width = 1
        if byte == LEAD:
            byte, width = wide_ascii(data, position, stop), 3
        if not is_alnum(byte):
            break
        digits += byte <= 57
        position += width
        count += 1
    return count, digits == count, position


@kernel
def next_alnum(data: Any, position: int, stop: int) -> int:
    """Return where the next letter or digit is, or a full-width form, `stop` where none is."""
    while position < stop:
        bits = between_bits(data, position, 48, 10) | equal_bits(data, position, LEAD)
        bits |= between_bits(data, position, 97, 26) | between_bits(data, position, 65, 26)
        if bits:
            return min(position + trailing_zeros(bits), stop)
        position += LANES
    return stop


@kernel
def step_back(data: Any, begin: int, position: int, reach: int) -> int:
    """Return the place `reach` characters before `position`, not before `begin`."""
    while reach > 0 and position > begin:
        position -= 1
        while position > begin and data[position] & 0xC0 == 0x80:
            position -= 1
        reach -= 1
    return position


@kernel
def precedes(data: Any, begin: int, position: int, begins: Any) -> bool:
    """Tell whether what stands right before `position` may stand before the first letter of a value."""
    if position == begin:
        return False
    byte = np.int64(data[position - 1])
    if byte < 0x80:
        return begins[byte] & PRECEDES != 0
    if position - 3 < begin or data[position - 3] < 0xE0:
        return True
    code = three_bytes(data, position - 3)
    return code >= 0xFF00 or code == 0x3000 or begins[code] & PRECEDES != 0
