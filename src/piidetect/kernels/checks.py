# SPDX-License-Identifier: Apache-2.0
"""Checks of compact numbers: one small kernel for each `numbers` module that has a rule.

A check gets the folded, separator-free bytes that the run scanner made (what `numbers.x.compact`
gives) and answers with a :class:`piidetect.schema.Verdict`. It allocates nothing, never raises,
reads nothing outside its span, knows neither recognizers nor columns and gets the reference date
passed in. Guards go from cheap to dear: length, format, check digit, components.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.kernels.simd import load_word, weigh
from piidetect.schema import Verdict

VALID = int(Verdict.VALID)
INVALID_LENGTH = int(Verdict.INVALID_LENGTH)
INVALID_FORMAT = int(Verdict.INVALID_FORMAT)
INVALID_CHECKSUM = int(Verdict.INVALID_CHECKSUM)
INVALID_DATE = int(Verdict.INVALID_DATE)
UNKNOWN_REGION = int(Verdict.UNKNOWN_REGION)
UNASSIGNED = int(Verdict.UNASSIGNED)
PRECISION_LOST = int(Verdict.PRECISION_LOST)
SERVICE_NUMBER = int(Verdict.SERVICE_NUMBER)
IOT = int(Verdict.IOT)
UNCHECKED = int(Verdict.UNCHECKED)

FIRST_BIRTH_YEAR = 1850
IOT_SEGMENT = 2  # kind of a number segment for the Internet of Things

_weighed = weigh((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4))  # the 17th weight is 2
_EVERY_SECOND = np.uint64(0x00FF00FF00FF00FF)  # of eight digits that end a number
_LETTER_X = 88
_ZERO = 48
_ID_LENGTH = 18
_OLD_ID_LENGTH = 15


@kernel
def eight_digits(compact: Any, at: int) -> int:
    """Read eight ASCII digits at once; other bytes make it -1.

    Pairs, then fours, then all: each multiplication adds neighbours in parallel.
    """
    word = load_word(compact, at)
    high = word & np.uint64(0xF0F0F0F0F0F0F0F0)
    carried = (word + np.uint64(0x0606060606060606)) & np.uint64(0xF0F0F0F0F0F0F0F0)
    threes = np.uint64(0x3030303030303030)
    if high != threes or carried != threes:
        return -1
    word &= np.uint64(0x0F0F0F0F0F0F0F0F)
    word = (word * np.uint64(2561)) >> np.uint64(8)
    word = ((word & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
    word = ((word & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)
    return np.int64(word)


@kernel
def decimal(compact: Any, start: int, stop: int) -> int:
    """Read ASCII digits as a number; other bytes make it -1."""
    value = 0
    position = start
    while position + 8 <= stop:
        eight = eight_digits(compact, position)
        if eight < 0:
            return -1
        value = value * 100_000_000 + eight
        position += 8
    while position < stop:
        digit = np.int64(compact[position]) - _ZERO
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
        position += 1
    return value


@kernel
def is_date(year: int, month: int, day: int) -> bool:
    """Tell whether the Gregorian calendar has that day."""
    if month < 1 or month > 12 or day < 1 or day > 31:
        return False
    if month in (4, 6, 9, 11):
        return day <= 30
    if month == 2:
        leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
        return day <= (29 if leap else 28)
    return True


@kernel
def birth_number(compact: Any, start: int, stop: int) -> int:
    """Return the birth date of an 18- or 15-digit number as yyyymmdd, 0 where it is no date."""
    if stop - start == _ID_LENGTH:
        date = eight_digits(compact, start + 6)
    else:
        date = decimal(compact, start + 6, start + 12)
        date = date + 19_000_000 if date >= 0 else -1
    if date < 10000 or not is_date(date // 10000, date // 100 % 100, date % 100):
        return 0
    return date


@kernel
def mod_11_2(compact: Any, start: int) -> bool:
    """ISO 7064 MOD 11-2 over 17 digits and their check character."""
    total = _weighed(compact, start) + (np.int64(compact[start + 16]) - _ZERO) * 2
    check = (12 - total % 11) % 11
    last = np.int64(compact[start + 17])
    return last == _LETTER_X if check == 10 else last == check + _ZERO


@kernel
def luhn(compact: Any, start: int, stop: int) -> bool:
    """Luhn's check (ISO/IEC 7812-1 annex B) over digits, the last one being the check digit."""
    total = 0
    position = stop
    while position - 8 >= start:
        position -= 8
        word = load_word(compact, position) & np.uint64(0x0F0F0F0F0F0F0F0F)
        twice = (word & _EVERY_SECOND) << np.uint64(1)
        above = ((twice + np.uint64(0x0076007600760076)) >> np.uint64(7)) & np.uint64(
            0x0001000100010001
        )
        word = (word & ~_EVERY_SECOND) + twice - above * np.uint64(9)
        total += np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
    double = False
    while position > start:
        position -= 1
        digit = np.int64(compact[position]) - _ZERO
        if double:
            digit = digit * 2 - (9 if digit > 4 else 0)
        total += digit
        double = not double
    return total % 10 == 0


@kernel
def check_resident_id(compact: Any, start: int, stop: int, region: Any, today: int) -> int:
    """公民身份号码 (GB 11643-1999), 18 or 15 digits.

    Args:
        compact: uint8[n], ASCII, upper-case X.
        start: first byte.
        stop: past the last byte.
        region: uint8[1_000_000], 1 where a division code was ever in force.
        today: the reference date, yyyymmdd.

    Returns:
        VALID, INVALID_LENGTH, INVALID_FORMAT, INVALID_CHECKSUM, PRECISION_LOST (a wrong check
        digit behind three zeros, as a spreadsheet leaves it), INVALID_DATE, UNKNOWN_REGION, or
        UNCHECKED for a 15-digit number that only lacks a check digit.
    """
    size = stop - start
    if size not in (_ID_LENGTH, _OLD_ID_LENGTH):
        return INVALID_LENGTH
    head = eight_digits(compact, start)
    if size == _ID_LENGTH:
        middle, rest = eight_digits(compact, start + 8), decimal(compact, start + 16, start + 17)
    else:
        middle, rest = decimal(compact, start + 8, stop), 0
    if head < 0 or middle < 0 or rest < 0:
        return INVALID_FORMAT
    birth = birth_number(compact, start, stop)
    if size == _ID_LENGTH:
        last = compact[stop - 1]
        if last != _LETTER_X and (last < _ZERO or last > _ZERO + 9):
            return INVALID_FORMAT
        if not mod_11_2(compact, start):
            zeros = decimal(compact, start + 15, stop) == 0
            return PRECISION_LOST if zeros and birth else INVALID_CHECKSUM
    if birth == 0 or birth > today or birth < FIRST_BIRTH_YEAR * 10000:
        return INVALID_DATE
    if region[head // 100] == 0:
        return UNKNOWN_REGION
    return VALID if size == _ID_LENGTH else UNCHECKED


@kernel
def check_foreign_permanent_resident_id(compact: Any, start: int, stop: int, today: int) -> int:
    """外国人永久居留身份证: 18 characters from 9 (2023), or three letters and 12 digits (before).

    The old form has no check digit: it is UNCHECKED when its digits 5-10 are a date.
    """
    size = stop - start
    if size == _ID_LENGTH:
        if compact[start] != _ZERO + 9:
            return INVALID_FORMAT
        last = compact[stop - 1]
        is_digit = last >= _ZERO and last <= _ZERO + 9
        if decimal(compact, start, stop - 1) < 0 or not (last == _LETTER_X or is_digit):
            return INVALID_FORMAT
        if not mod_11_2(compact, start):
            return INVALID_CHECKSUM
        birth = birth_number(compact, start, stop)
        if birth == 0 or birth > today or birth < FIRST_BIRTH_YEAR * 10000:
            return INVALID_DATE
        return VALID
    if size != _OLD_ID_LENGTH:
        return INVALID_LENGTH
    for position in range(start, start + 3):
        if compact[position] < 65 or compact[position] > 90:
            return INVALID_FORMAT
    return UNCHECKED if decimal(compact, start + 3, stop) >= 0 else INVALID_FORMAT


@kernel
def check_mobile(compact: Any, start: int, stop: int, segment: Any) -> int:
    """移动电话号码, 11 digits, by `segment` uint8[100_000] over the first five digits.

    13 digits of an Internet-of-things segment are IOT.
    """
    size = stop - start
    if size not in (11, 13):
        return INVALID_LENGTH
    if decimal(compact, start, stop) < 0 or compact[start] != _ZERO + 1:
        return INVALID_FORMAT
    kind = segment[decimal(compact, start, start + 5)]
    if size == 13:
        return IOT if kind == IOT_SEGMENT else INVALID_LENGTH
    if kind == IOT_SEGMENT:
        return IOT
    return VALID if kind else UNASSIGNED


@kernel
def check_landline(compact: Any, start: int, stop: int, area: Any) -> int:
    """固定电话号码 with its area code, 10 to 12 digits; `area` as in `tables.Tables`."""
    size = stop - start
    if size < 10 or size > 12:
        return INVALID_LENGTH
    if decimal(compact, start, stop) < 0 or compact[start] != _ZERO:
        return INVALID_FORMAT
    for width in (3, 4):
        allowed = area[decimal(compact, start, start + width)]
        own = allowed & (1 if width == 3 else 2)
        subscriber = size - width
        fits = (subscriber == 7 and allowed & 4) or (subscriber == 8 and allowed & 8)
        if own and fits:
            first = compact[start + width]
            return VALID if first >= _ZERO + 2 and first <= _ZERO + 8 else UNASSIGNED
    return UNASSIGNED


@kernel
def check_bank_card(compact: Any, start: int, stop: int, iin: Any) -> int:
    """银行卡号: issuer number with that length (`iin`, as in `tables.Tables`), then Luhn."""
    size = stop - start
    if size < 13 or size > 19:
        return INVALID_LENGTH
    number = decimal(compact, start, start + 6)
    if number < 0 or decimal(compact, start + 6, stop) < 0:
        return INVALID_FORMAT
    if number // 100 == 8986 or (iin[number] >> np.uint32(size)) & np.uint32(1) == 0:
        return UNASSIGNED
    return VALID if luhn(compact, start, stop) else INVALID_CHECKSUM


@kernel
def check_service_number(compact: Any, start: int, stop: int) -> int:
    """400/800 numbers, 10 digits: a trade's number, never a person's."""
    if stop - start != 10:
        return INVALID_LENGTH
    number = decimal(compact, start, stop)
    if number < 0 or number // 10_000_000 not in (400, 800):
        return INVALID_FORMAT
    return SERVICE_NUMBER
