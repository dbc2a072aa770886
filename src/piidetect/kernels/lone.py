# SPDX-License-Identifier: Apache-2.0
"""Digits that stand alone: most are a number as they are, or none at a glance.

What is settled here comes out as the run scanner and the checks would have it; all else is theirs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.checks import (
    FIRST_BIRTH_YEAR,
    IOT_SEGMENT,
    eight_digits,
    is_date,
    luhn,
    mod_11_2,
)
from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.recognise import is_placeholder_value
from piidetect.kernels.simd import LANES

LEAD = 0xEF  # first byte of U+F000..U+FFFF, where the full-width forms are
_U3000 = 0xE3  # first byte of the wide space
SPACE = 32
DASH = 45
BRACKET = 41
DOT = 46
STAR = 42
_LINKS = (SPACE, DASH, BRACKET, DOT, STAR, LEAD, _U3000)
_MOST_IDLE = 6
_BEFORE_X = 17
_MOBILE_LENGTH = 11
_ID_LENGTH = 18
_LETTER_X = 88
_NINE = 57
_ONE_DIGIT = 49


@kernel
def is_alnum(byte: int) -> bool:
    """Tell whether a byte is an ASCII letter or digit."""
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


@kernel
def wide_ascii(data: Any, position: int, stop: int) -> int:
    """Return the ASCII byte of a full-width form (U+FF01..U+FF5E) at `position`, 0 where none is."""
    if position + 3 > stop or data[position] != LEAD:
        return 0
    second, third = np.int64(data[position + 1]), np.int64(data[position + 2])
    if second == 0xBC and 0x81 <= third <= 0xBF:
        return third - 0x60
    if second == 0xBD and 0x80 <= third <= 0x9E:
        return third - 0x20
    return 0


@kernel
def alnum_before(data: Any, begin: int, position: int) -> bool:
    """Tell whether a letter or digit, ASCII or full-width, ends at `position`."""
    if position > begin and is_alnum(np.int64(data[position - 1])):
        return True
    return position - 3 >= begin and is_alnum(wide_ascii(data, position - 3, position))


@inlined
def is_idle(data: Any, begin: int, start: int, stop: int, run: int) -> bool:
    """Tell whether a run of ASCII digits can't be, or begin, a number.

    What ends in a letter is part of a word (but for the X of an ID). Up to six digits are too few,
    unless letters stand before them or something follows that links or masks digits.
    """
    if run == 0 or run >= LANES or start + run >= stop:
        return False
    after = np.int64(data[start + run])
    letter = 65 <= after & 0xDF <= 90
    if letter and run != _BEFORE_X and after not in (88, 120):
        return True
    if run > _MOST_IDLE or letter or after in _LINKS:
        return False
    return start == begin or not 65 <= np.int64(data[start - 1]) & 0xDF <= 90


@inlined
def is_lone(data: Any, begin: int, start: int, stop: int, run: int) -> bool:
    """Tell whether a run has 11 or 18 ASCII digits and nothing is linked to it or beside it."""
    if run not in (_MOBILE_LENGTH, _ID_LENGTH) or start + run > stop:
        return False
    if start + run < stop:
        after = np.int64(data[start + run])
        if after in _LINKS or 65 <= after & 0xDF <= 90:
            return False
    return start == begin or not (data[start - 1] == DOT or alnum_before(data, begin, start))


@inlined
def check_digits(data: Any, begin: int, stop: int, tables: Any, today: int, sieve: Any) -> bool:
    """Tell whether a run of digits is a valid ID (18), mobile (11) or else card, no placeholder.

    All bytes are known to be digits, but for the X of an ID: so this does without most of what
    `kernels.checks` has to ask; what it calls valid is valid there.
    """
    size = stop - begin
    head = eight_digits(data, begin)
    if size == _ID_LENGTH:
        born, tail = eight_digits(data, begin + 6), eight_digits(data, begin + 8)
        good = tables.region[head // 100] != 0 and mod_11_2(data, begin)
        good = good and FIRST_BIRTH_YEAR * 10000 <= born <= today and data[begin] != _NINE
        good = good and is_date(born // 10000, born // 100 % 100, born % 100)
        last = np.int64(data[stop - 1])
        value = (head * 100_000_000 + tail) * 100 + np.int64(data[stop - 2]) * 10 + last - 528
        if last == _LETTER_X:
            return good
    elif size == _MOBILE_LENGTH:
        kind = tables.segment[head // 1000]
        good = data[begin] == _ONE_DIGIT and kind != 0 and kind != IOT_SEGMENT
        value = head * 10 + np.int64(data[begin + 8]) - 48
        value = value * 100 + np.int64(data[begin + 9]) * 10 + np.int64(data[begin + 10]) - 528
    else:
        issuer = head // 100
        good = (tables.iin[issuer] >> np.uint32(size)) & np.uint32(1) == 1 and issuer // 100 != 8986
        good = good and luhn(data, begin, stop)
        if size > _ID_LENGTH:
            return good
        value = head * 100_000_000 + eight_digits(data, begin + 8)
        for position in range(begin + 16, stop):
            value = value * 10 + np.int64(data[position]) - 48
    return good and not is_placeholder_value(value, tables.placeholder, sieve)
