# SPDX-License-Identifier: Apache-2.0
"""Cells that hold one number in groups, behind +86 or behind an apostrophe, and nothing else.

What is settled here comes out as the run scanner would have it; all else is its.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.lone import check_digits
from piidetect.kernels.simd import equal_bits

_APOSTROPHE = 39
_PLUS = 43
_LETTER_X = 88
_EIGHT, _SIX = 56, 54
_ID_LENGTH = 18
_MOBILE_LENGTH = 11
_COUNTRY = 2  # digits of 86
_ONE = np.uint64(1)


def _at(*places: int) -> np.uint64:
    """Return a word with these bits set."""
    return np.uint64(sum(1 << place for place in places))


_PLUS_86 = _at(0)
_PLUS_86_APART = _at(0, 3)
_THREE_FOUR_FOUR = _at(3, 8)
_SIX_EIGHT_FOUR = _at(6, 15)
_SIX_EIGHT_FOUR_X = _at(6, 15, 19)
_FOURS = _at(4, 9, 14)
_FOURS_AND_THREE = _at(4, 9, 14, 19)


@kernel
def squeeze(data: Any, begin: int, stop: int, value: Any) -> int:
    """Copy the digits and X of a cell to `value`; return how many they are."""
    count = 0
    for position in range(begin, stop):
        byte = np.int64(data[position])
        value[count] = byte
        count += np.int64((48 <= byte <= 57) | (byte == _LETTER_X))
    return count


@inlined
def is_grouped(data: Any, begin: int, size: int, other: Any) -> bool:
    """Tell whether a cell is written as one number is: 3-4-4, 6-8-4, fours, or behind (+)86.

    `other` has a bit for each byte of the cell that is no digit.
    """
    if size == 13 and other == 0:
        return data[begin] == _EIGHT and data[begin + 1] == _SIX
    links = equal_bits(data, begin, 32) | equal_bits(data, begin, 45)
    if size == 14 or size == 15:
        known = other == (_PLUS_86 if size == 14 else _PLUS_86_APART)
        known = known and data[begin] == _PLUS and data[begin + 1] == _EIGHT
        return known and data[begin + 2] == _SIX and other & ~_ONE & ~links == 0
    if size == 20 and other == _SIX_EIGHT_FOUR_X and data[begin + 19] == _LETTER_X:
        return _SIX_EIGHT_FOUR & ~links == 0
    known = size == 13 and other == _THREE_FOUR_FOUR
    known = known or (size == 20 and other == _SIX_EIGHT_FOUR)
    known = known or (size == 19 and other == _FOURS)
    return (known or (size == 23 and other == _FOURS_AND_THREE)) and other & ~links == 0


@inlined
def grouped_number(
    data: Any, begin: int, size: int, other: Any, plan: Any, tables: Any, sieve: Any, value: Any
) -> bool:
    """Tell whether a cell is one valid number in groups; its digits are left in `value`."""
    if not is_grouped(data, begin, size, other):
        return False
    count = squeeze(data, begin, begin + size, value)
    first = behind_country_code(count)
    fits = plan.quick[count - first] >= 0 and (first == 0 or plan.quick[count] == -1)
    return fits and check_digits(value, first, count, tables, plan.today, sieve)


@kernel
def behind_country_code(count: int) -> int:
    """Return where the number begins among so many digits of a cell in groups."""
    return _COUNTRY if count == _MOBILE_LENGTH + _COUNTRY else 0


@kernel
def digits_in_groups(size: int) -> int:
    """Return how many digits the number has that fills a cell of so many bytes in groups."""
    if size <= 15:
        return np.int64(_MOBILE_LENGTH)
    if size == 20:
        return np.int64(_ID_LENGTH)
    return np.int64(16 if size == 19 else 19)


@inlined
def is_quoted_number(
    data: Any, begin: int, size: int, other: Any, plan: Any, tables: Any, sieve: Any
) -> bool:
    """Tell whether a cell is one valid number behind the apostrophe by which a sheet keeps digits."""
    if data[begin] != _APOSTROPHE or plan.quick[size - 1] < 0:
        return False
    closing = size == _ID_LENGTH + 1 and data[begin + size - 1] == _LETTER_X
    if other != _ONE and not (closing and other == _ONE | _ONE << np.uint64(_ID_LENGTH)):
        return False
    return check_digits(data, begin + 1, begin + size, tables, plan.today, sieve)
