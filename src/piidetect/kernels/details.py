# SPDX-License-Identifier: Apache-2.0
"""What of a number is kept beside its key: the `detail` of a finding, packed into 31 bits.

Of an ID its place, day of birth and sex, of a date of birth the day, of a phone its place and operator.
The layout is described in :mod:`piidetect.schema`; nothing in it depends on the edition of a table, so
a case is read as it was meant when the tables have changed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.checks import eight_digits
from piidetect.kernels.compiling import inlined, kernel
from piidetect.schema import (
    DAYS_OF_MONTH,
    DAYS_OF_YEAR,
    ENTITY_NUMBER,
    FIRST_YEAR,
    NO_PLACE,
    PLACE_SHIFT,
)

_IDENTITY = ENTITY_NUMBER["CN_RESIDENT_ID"]
_MOBILE = ENTITY_NUMBER["CN_MOBILE"]
_LANDLINE = ENTITY_NUMBER["CN_LANDLINE"]
_ID_LENGTH = 18
_OLD_ID_LENGTH = 15
_MOBILE_LENGTH = 11
_ONE = 49
_OLD_CENTURY = 19_000_000
_SEGMENTS = 1_000_000  # prefixes of seven digits, the first one being 1,000,000
_LAST_SHORT_AREA = 29  # area codes of three digits: 010, 020 to 029
_FIRST_WIDE = 0x90  # last byte of the full-width zero, EF BC 90


@inlined
def day_detail(date: int) -> int:
    """Return the detail of a date yyyymmdd."""
    months = date // 100
    year = date // 10_000
    month, day = months - 100 * year, date - 100 * months
    return ((year - FIRST_YEAR) * DAYS_OF_YEAR + (month - 1) * DAYS_OF_MONTH + day - 1) * 2


@inlined
def identity_detail(place: int, birth: int, order: int) -> int:
    """Return the detail of an ID: four digits of its division, yyyymmdd, number of that day."""
    return (place - NO_PLACE) << PLACE_SHIFT | day_detail(birth) | (order & 1)


@kernel
def digits_of(data: Any, start: int, stop: int, digits: Any) -> int:
    """Gather the ASCII and full-width digits of a span in `digits`; return how many they are."""
    count = np.int64(0)
    for position in range(start, stop):
        digit = np.int64(data[position]) - 48
        if digit > 9:
            wide = position >= start + 2 and data[position - 1] == 0xBC
            digit = np.int64(data[position]) - _FIRST_WIDE if wide else np.int64(-1)
        if 0 <= digit <= 9 and count < digits.size - 8:
            digits[count] = 48 + digit
            count += 1
    return count


@kernel
def slow_detail(data: Any, start: int, stop: int, entity: int, digits: Any) -> int:
    """Return what `number_detail` does for a number with separators, a prefix or wide digits.

    Args:
        data: uint8[], UTF-8.
        start: first byte.
        stop: past the last byte.
        entity: of an ID, a mobile or a landline that is valid.
        digits: uint8[48], room.
    """
    count = digits_of(data, start, stop, digits)
    if entity == _IDENTITY:
        if count >= _ID_LENGTH - 1:  # the last one may be an X
            birth, order = eight_digits(digits, 6), np.int64(digits[16])
        elif count == _OLD_ID_LENGTH:
            birth = eight_digits(digits, 6) // 100 + _OLD_CENTURY
            order = np.int64(digits[14])
        else:
            return 0
        return identity_detail(eight_digits(digits, 0) // 10_000, birth, order)
    if entity == _MOBILE:
        first = 0
        while first + _MOBILE_LENGTH < count and digits[first] != _ONE:  # 0, 86, 0086
            first += 1
        prefix = eight_digits(digits, first) // 10 - _SEGMENTS
        return prefix if 0 <= prefix < _SEGMENTS else np.int64(0)
    code = eight_digits(digits, 0) // 10_000
    if code // 10 <= _LAST_SHORT_AREA:
        code //= 10
    return _SEGMENTS + code


@inlined
def is_phone(entity: int) -> bool:
    """Tell whether an entity is one of phones."""
    return entity == _MOBILE or entity == _LANDLINE


@inlined
def is_placed(entity: int) -> bool:
    """Tell whether numbers of an entity say where they come from."""
    return entity == _IDENTITY or is_phone(entity)


@inlined
def number_detail(data: Any, start: int, size: int, entity: int, digits: Any) -> int:
    """Return the detail of a valid ID; of a mobile or landline its index in `phone_details`; else 0.

    Args:
        data: uint8[], UTF-8, readable for 8 bytes past the number.
        start: first byte.
        size: bytes.
        entity: its number.
        digits: uint8[48], room.
    """
    if not is_placed(entity):
        return np.int64(0)
    head = eight_digits(data, start)
    if head >= 0:
        if entity == _MOBILE and size == _MOBILE_LENGTH:
            return head // 10 - _SEGMENTS
        if entity == _IDENTITY and size == _ID_LENGTH:
            birth = eight_digits(data, start + 6)
            if birth >= 0:
                return identity_detail(head // 10_000, birth, np.int64(data[start + 16]))
    return slow_detail(data, start, start + size, entity, digits)
