# SPDX-License-Identifier: Apache-2.0
"""Scan the cells of a block: numbers, e-mail addresses and columns that are known as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.checks import INVALID_LENGTH, PRECISION_LOST, UNCHECKED, VALID
from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.email import email_start, email_stop
from piidetect.kernels.fold import TOO_LONG, fold_cell
from piidetect.kernels.keys import flush_keys, queue_key
from piidetect.kernels.plain import encode, is_plain
from piidetect.kernels.recognise import emit, fill_sieve
from piidetect.kernels.runs import scan_cell
from piidetect.kernels.simd import between_bits, equal_bits, trailing_zeros
from piidetect.kernels.values import BIRTH_DATE, DATE, GESTATION_WEEKS, _check
from piidetect.schema import ENTITY_NUMBER

_MOBILE = ENTITY_NUMBER["CN_MOBILE"]
_LANDLINE = ENTITY_NUMBER["CN_LANDLINE"]
_LANES = 32
_STEP = 48  # windows of 64 bytes overlap by 16
_LEAST_DIGITS = 7
_MOST_VALUE = 1000
_WHOLE_NUMBERS = 3  # to a spreadsheet: entities 0..2 (resident ID, mobile, bank card)


@inlined
def may_hold_number(digits: Any, links: Any) -> bool:
    """Tell whether a window of 64 bytes may hold a number.

    `digits` has a bit for each digit, `links` for each space, dash or closing bracket. Every number
    that is recognized has seven digits in a row, or one of those between groups of at least three:
    so dates, times, amounts and house numbers needn't be looked at.
    """
    two = digits & (digits >> np.uint64(1))
    four = two & (two >> np.uint64(2))
    if four & (four >> np.uint64(3)):
        return True
    three_on = two & (digits >> np.uint64(2))
    three_back = two & (digits << np.uint64(1))
    return (links & (three_back << np.uint64(2)) & (three_on >> np.uint64(1))) != 0


@inlined
def survey(data: Any, begin: int, stop: int) -> Any:
    """Tell what a cell may hold: numbers (or masked ones), e-mail addresses, nothing to be folded.

    Windows of 64 bytes overlap by 16, so that what a number needs lies within one.
    """
    number = False
    ats, stars, wides = np.uint64(0), np.uint64(0), np.uint64(0)
    leads = np.uint64(0)
    position = begin
    while position < stop:
        digits, links = np.uint64(0), np.uint64(0)
        for half in range(2):
            at = position + half * _LANES
            left = stop - at
            if left <= 0:
                break
            bits = between_bits(data, at, 48, 10)
            link = equal_bits(data, at, 32) | equal_bits(data, at, 45) | equal_bits(data, at, 41)
            mail = equal_bits(data, at, 64)
            star = equal_bits(data, at, 42)
            wide = equal_bits(data, at, 0xEF)
            leads |= wide
            if wide:  # full-width digits, dash and closing bracket
                third = between_bits(data, at + 2, 0x90, 10)
                third |= equal_bits(data, at + 2, 0x8D) | equal_bits(data, at + 2, 0x89)
                wide &= equal_bits(data, at + 1, 0xBC) & third
            blank = equal_bits(data, at, 0xE3)
            if blank:  # U+3000
                wide |= blank & equal_bits(data, at + 1, 0x80) & equal_bits(data, at + 2, 0x80)
            if left < _LANES:
                inside = (np.uint64(1) << np.uint64(left)) - np.uint64(1)
                bits &= inside
                mail &= inside
                star &= inside
                wide &= inside
            wides |= wide
            digits |= bits << np.uint64(half * _LANES)
            links |= link << np.uint64(half * _LANES)
            ats |= mail
            stars |= star
        number = number or may_hold_number(digits, links)
        position += 2 * _LANES if stop - position <= 2 * _LANES else _STEP
    return number or (wides | stars) != 0, ats != 0, (leads | wides | stars) == 0


@inlined
def scan_emails(
    data: Any, begin: int, stop: int, where: Any, plan: Any, out: Any, scratch: Any
) -> None:
    """Find the e-mail addresses of a cell; the canonical form is lower case."""
    position = begin
    while position < stop:
        bits = equal_bits(data, position, 64)
        left = stop - position
        if left < _LANES:
            bits &= (np.uint64(1) << np.uint64(left)) - np.uint64(1)
        while bits:
            at = position + trailing_zeros(bits)
            bits &= bits - np.uint64(1)
            start = email_start(data, begin, at)
            end = email_stop(data, at, stop)
            if start == at or end == at:
                continue
            value = scratch.value
            for index in range(end - start):
                byte = data[start + index]
                value[index] = byte | 32 if 65 <= byte <= 90 else byte
            entity, none = np.int64(plan.email), np.int64(0)
            emit(start, end, entity, np.int64(VALID), none, where, out)
            queue_key(value, none, end - start, entity, out.count[0] - 1, plan, out, scratch)
        position += _LANES


@kernel
def trim(data: Any, begin: int, stop: int) -> Any:
    """Cut spaces and tabs off both ends of a span."""
    while begin < stop and (data[begin] == 32 or data[begin] == 9):
        begin += 1
    while stop > begin and (data[stop - 1] == 32 or data[stop - 1] == 9):
        stop -= 1
    return begin, stop


@kernel
def is_scientific(data: Any, begin: int, stop: int) -> bool:
    """Tell whether a cell is a whole number that a spreadsheet wrote as `3.30106E+17`."""
    if stop - begin < 6 or not 49 <= data[begin] <= 57 or data[begin + 1] != 46:
        return False
    position = begin + 2
    while position < stop and 48 <= data[position] <= 57:
        position += 1
    if position + 4 != stop or data[position] not in (69, 101) or data[position + 1] != 43:
        return False
    return data[position + 2] == 49 and 48 <= data[position + 3] <= 57


@inlined
def whole_cell(
    data: Any,
    begin: int,
    stop: int,
    entity: int,
    unfolded: bool,
    where: Any,
    plan: Any,
    out: Any,
    scratch: Any,
) -> None:
    """Check a cell of a column that is recognized by heading and values, and write its finding.

    The key is that of the canonical form: a date as a number, else the folded text in UTF-8.
    """
    profile = plan.column_profile[where[1]]
    source, first, last = data, begin, stop
    verdict: Any = np.int64(VALID)
    if not is_plain(data, begin, stop, profile, unfolded):
        codes, number = scratch.codes, scratch.number
        number[0] = 0
        count = fold_cell(data, begin, stop, codes)
        verdict = np.int64(_check(codes, count, profile, plan.today, number))
        begin, stop = trim(data, begin, stop)
        first, last = begin, min(stop, begin + _MOST_VALUE)
        if number[0] > 0 and profile in (BIRTH_DATE, DATE, GESTATION_WEEKS):  # however written
            source, first, last = number.view(np.uint8), np.int64(0), np.int64(8)
        elif count < TOO_LONG:
            source, first = scratch.value, np.int64(0)
            last = encode(codes, count, scratch.value)
    if verdict != 0:
        emit(begin, stop, entity, verdict, np.int64(0), where, out)
        queue_key(source, first, last, entity, out.count[0] - 1, plan, out, scratch)


@inlined
def odd_cell(
    data: Any, begin: int, stop: int, entity: int, where: Any, plan: Any, out: Any, scratch: Any
) -> None:
    """Write what a cell of an ID, mobile or card column holds in which no number was found.

    Scientific notation has lost its digits; 7 or 8 digits in a phone column are a landline without
    its area code; other digits have the wrong length.
    """
    begin, stop = trim(data, begin, stop)
    if is_scientific(data, begin, stop):
        emit(begin, stop, entity, np.int64(PRECISION_LOST), np.int64(0), where, out)
        return
    digits = 0
    for position in range(begin, stop):
        byte = data[position]
        if byte == 32 or byte == 45:
            continue
        if not 48 <= byte <= 57:
            return
        digits += 1
    if digits < _LEAST_DIGITS:
        return
    verdict = np.int64(INVALID_LENGTH)
    if entity == _MOBILE and digits <= _LEAST_DIGITS + 1:
        entity, verdict = np.int64(_LANDLINE), np.int64(UNCHECKED)
    end = min(stop, begin + _MOST_VALUE)
    emit(begin, stop, entity, verdict, np.int64(0), where, out)
    queue_key(data, begin, end, entity, out.count[0] - 1, plan, out, scratch)


@kernel
def scan_block(
    data: Any,
    cell_start: Any,
    cell_stop: Any,
    cell_column: Any,
    row_cell: Any,
    row_start: Any,
    first_row: int,
    plan: Any,
    tables: Any,
    out: Any,
    scratch: Any,
    row_finding: Any,
) -> None:
    """Write the findings of all cells in the order of rows.

    Args:
        data: uint8[size + 64], UTF-8.
        cell_start: int64[C].
        cell_stop: int64[C].
        cell_column: uint16[C].
        row_cell: int64[R+1].
        row_start: int64[R].
        first_row: number of the first row.
        plan: `Plan`.
        tables: `Tables`.
        out: `Out`, to be filled.
        scratch: `Scratch` of this thread.
        row_finding: int64[R+1], filled with the first finding of each row.
    """
    fill_sieve(tables.placeholder, scratch.sieve)
    for row in range(row_start.size):
        row_finding[row] = out.count[0]
        for cell in range(row_cell[row], row_cell[row + 1]):
            begin, stop = cell_start[cell], cell_stop[cell]
            if begin >= stop:
                continue
            column = np.int64(cell_column[cell])
            where = (first_row + row, column, row_start[row])
            before = out.count[0]
            unfolded = False
            if stop - begin > 5:
                number, mail, unfolded = survey(data, begin, stop)
                if number:
                    scan_cell(data, begin, stop, where, plan, tables, out, scratch)
                if mail and plan.email >= 0:
                    scan_emails(data, begin, stop, where, plan, out, scratch)
            entity = np.int64(plan.column_entity[column])
            if out.count[0] > before or entity < 0:
                continue
            if plan.column_profile[column] > 0:
                whole_cell(data, begin, stop, entity, unfolded, where, plan, out, scratch)
            elif entity < _WHOLE_NUMBERS:
                odd_cell(data, begin, stop, entity, where, plan, out, scratch)
    row_finding[row_start.size] = out.count[0]
    flush_keys(
        scratch.words,
        scratch.place,
        scratch.filled,
        scratch.lane_words,
        scratch.result,
        plan.k0,
        plan.k1,
        out.key0,
        out.key1,
    )
