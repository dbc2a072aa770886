# SPDX-License-Identifier: Apache-2.0
"""Cells that can be told valid by their bytes as they stand: nothing folded, nothing trimmed.

That is most cells of most columns. What isn't plain goes through `fold.fold_cell` and
`values._check`; both ways give the same verdict and the same canonical bytes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.kernels.fold import ADDRESS_LOW, HAN, KINDS, MASK
from piidetect.kernels.simd import between_bits, count_bits, equal_bits
from piidetect.kernels.values import (
    ADDRESS,
    BIRTH_DATE,
    DATE,
    MEDICAL_RECORD_NUMBER,
    PERSON,
    VISIT_NUMBER,
    judge_day,
)
from piidetect.numbers.cell_text import MAX_CODES, MAX_PLACEHOLDER, PLACEHOLDERS
from piidetect.numbers.medical_record_number import LONGEST, LONGEST_VISIT
from piidetect.schema import Verdict

_VALID = int(Verdict.VALID)
_FIRST_HAN = 0xE4  # lead bytes of U+4000..U+9FFF
_LAST_HAN = 0xE9
_LEAST_ADDRESS = 4 * (MAX_PLACEHOLDER + 1)


def _starts() -> Any:
    """Return bool[65536]: the first characters of the placeholders, capitals too."""
    table = np.zeros(1 << 16, np.bool_)
    for text in PLACEHOLDERS:
        table[[ord(text[0]), ord(text[0].upper())]] = True
    return table


_STARTS = _starts()


@kernel
def may_be_absent(code: int) -> bool:
    """Tell whether some placeholder begins with this code point of the basic plane."""
    return _STARTS[code]


@kernel
def three_bytes(data: Any, position: int) -> int:
    """Decode a sequence of three bytes."""
    return (
        (np.int64(data[position]) & 0x0F) << 12
        | (np.int64(data[position + 1]) & 0x3F) << 6
        | (np.int64(data[position + 2]) & 0x3F)
    )


@kernel
def is_plain_person(data: Any, begin: int, stop: int) -> bool:
    """Tell whether a cell is a name of two to four hanzi that hides nothing."""
    size = stop - begin
    if size not in (6, 9, 12):
        return False
    for position in range(begin, stop, 3):
        if data[position] < _FIRST_HAN or data[position] > _LAST_HAN:
            return False
        if KINDS[three_bytes(data, position)] & (HAN | MASK) != HAN:
            return False
    return not may_be_absent(three_bytes(data, begin))


@kernel
def is_plain_address(data: Any, begin: int, stop: int) -> bool:
    """Tell whether a cell begins with a hanzi and names a place below the county.

    The caller knows that the cell has no asterisk and nothing to fold.
    """
    size = stop - begin
    if size < _LEAST_ADDRESS or size > MAX_CODES:
        return False
    last = np.int64(data[stop - 1])
    if last < 48 or last == 96 or last == 0xA0:
        return False
    if data[begin] < _FIRST_HAN or data[begin] > _LAST_HAN:
        return False
    position = begin
    while position + 3 <= stop:
        byte = np.int64(data[position])
        if byte < 0x80:
            position += 1
        elif byte >= 0xE0 and byte < 0xF0:
            if KINDS[three_bytes(data, position)] & ADDRESS_LOW:
                return True
            position += 3
        else:
            return False
    return False


@kernel
def is_plain_number(data: Any, begin: int, stop: int, longest: int) -> bool:
    """Tell whether a cell of ASCII capitals, digits and inner dashes is a record number."""
    size = stop - begin
    if size < 4 or size > longest or data[begin] == 45 or data[stop - 1] == 45:
        return False
    inside = (np.uint64(1) << np.uint64(size)) - np.uint64(1)
    digits = between_bits(data, begin, 48, 10) & inside
    letters = between_bits(data, begin, 65, 26)
    if (digits | letters | equal_bits(data, begin, 45)) & inside != inside:
        return False
    if count_bits(digits) < 3:
        return False
    if size <= MAX_PLACEHOLDER and may_be_absent(np.int64(data[begin])):
        return False
    if size == 8 or size == 11 or size == 15 or size == 18:  # may be a mobile, a date or an ID
        return digits | np.uint64(1) << np.uint64(size - 1) != inside
    return True


@kernel
def plain_day(data: Any, begin: int, stop: int) -> int:
    """Read a cell written as `2024-05-08` or `2024/05/08` as yyyymmdd; -1 where it isn't."""
    apart = data[begin + 4]
    if stop - begin != 10 or (apart != 45 and apart != 47) or data[begin + 7] != apart:
        return -1
    if between_bits(data, begin, 48, 10) & np.uint64(0x3FF) != np.uint64(0x36F):
        return -1
    value = np.int64(0)
    for place in (0, 1, 2, 3, 5, 6, 8, 9):
        value = value * 10 + np.int64(data[begin + place]) - 48
    return value


@kernel
def is_plain_day(data: Any, begin: int, stop: int, profile: int, today: int) -> bool:
    """Tell whether a cell of a column of dates is a valid one, plainly written."""
    day = plain_day(data, begin, stop)
    return day > 0 and judge_day(day, profile, today) == _VALID


@kernel
def holds_days(profile: int) -> bool:
    """Tell whether a profile is one of dates."""
    return profile == BIRTH_DATE or profile == DATE


@kernel
def encode(codes: Any, n: int, value: Any) -> int:
    """Write code points as UTF-8 into `value` uint8[4 * n]; return the number of bytes."""
    at = 0
    for i in range(n):
        c = codes[i]
        if c < 0x80:
            value[at] = c
            at += 1
        elif c < 0x800:
            value[at] = 0xC0 | c >> 6
            value[at + 1] = 0x80 | (c & 0x3F)
            at += 2
        elif c < 0x10000:
            value[at] = 0xE0 | c >> 12
            value[at + 1] = 0x80 | (c >> 6 & 0x3F)
            value[at + 2] = 0x80 | (c & 0x3F)
            at += 3
        else:
            value[at] = 0xF0 | c >> 18
            value[at + 1] = 0x80 | (c >> 12 & 0x3F)
            value[at + 2] = 0x80 | (c >> 6 & 0x3F)
            value[at + 3] = 0x80 | (c & 0x3F)
            at += 4
    return at


@kernel
def is_plain(data: Any, begin: int, stop: int, profile: int, unfolded: bool) -> bool:
    """Tell whether a cell is valid by its profile and is its own canonical form.

    Args:
        data: uint8[], UTF-8, readable for 32 bytes past `begin`.
        begin: first byte.
        stop: past the last byte.
        profile: see :mod:`piidetect.kernels.values`.
        unfolded: whether the cell is known to hold no asterisk, full-width form or U+3000.

    Returns:
        False where only `values._check` can tell.
    """
    if profile == PERSON:
        return is_plain_person(data, begin, stop)
    if profile == ADDRESS:
        return unfolded and is_plain_address(data, begin, stop)
    if profile == MEDICAL_RECORD_NUMBER:
        return is_plain_number(data, begin, stop, LONGEST)
    if profile == VISIT_NUMBER:
        return is_plain_number(data, begin, stop, LONGEST_VISIT)
    return False
