# SPDX-License-Identifier: Apache-2.0
"""Scan the cells that the survey left: numbers, e-mail addresses, columns known as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.canonical import canonical
from piidetect.kernels.checks import INVALID_LENGTH, PRECISION_LOST, UNCHECKED, VALID
from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.details import day_detail
from piidetect.kernels.email import read_email
from piidetect.kernels.fields import is_covered, scan_field
from piidetect.kernels.fold import TOO_LONG, fold_cell
from piidetect.kernels.forms import FIRST_PATTERN
from piidetect.kernels.keys import flush_keys, queue_key
from piidetect.kernels.lone import LEAD
from piidetect.kernels.plain import encode
from piidetect.kernels.plan import ITEM
from piidetect.kernels.recognise import emit
from piidetect.kernels.runs import scan_cell
from piidetect.kernels.simd import LANES, equal_bits, trailing_zeros
from piidetect.kernels.survey import HAS_MAIL, HAS_NUMBER, SLOW
from piidetect.kernels.values import BIRTH_DATE, DATE, GESTATION_WEEKS, _check
from piidetect.kernels.words import emit_claims
from piidetect.schema import ENTITY_NUMBER

_MOBILE = ENTITY_NUMBER["CN_MOBILE"]
_LANDLINE = ENTITY_NUMBER["CN_LANDLINE"]
_LEAST_DIGITS = 7
_MOST_VALUE = 1000
_WHOLE_NUMBERS = 3  # to a spreadsheet: entities 0..2 (resident ID, mobile, bank card)


@inlined
def scan_emails(
    data: Any, begin: int, stop: int, where: Any, plan: Any, out: Any, scratch: Any
) -> None:
    """Find the e-mail addresses of a cell; the canonical form is lower case."""
    position, value = begin, scratch.value
    while position < stop:
        bits = equal_bits(data, position, 64) | (
            equal_bits(data, position, LEAD)
            & equal_bits(data, position + 1, 0xBC)
            & equal_bits(data, position + 2, 0xA0)
        )
        left = stop - position
        if left < LANES:
            bits &= (np.uint64(1) << np.uint64(left)) - np.uint64(1)
        while bits:
            at = position + trailing_zeros(bits)
            bits &= bits - np.uint64(1)
            start, end, size = read_email(data, begin, at, stop, value)
            if size == 0:
                continue
            entity, none = np.int64(plan.email), np.int64(0)
            emit(start, end, entity, np.int64(VALID), none, where, out)
            queue_key(value, none, size, entity, out.count[0] - 1, plan, out, scratch)
        position += LANES


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
    where: Any,
    plan: Any,
    out: Any,
    scratch: Any,
) -> None:
    """Check a cell of a column that is recognized by heading and values, and write its finding.

    The key is that of the canonical form: a date as a number, else the text in its one spelling.
    """
    profile = plan.column_profile[where[1]]
    codes, number = scratch.codes, scratch.number
    number[0] = 0
    count = fold_cell(data, begin, stop, codes)
    verdict = np.int64(_check(codes, count, profile, plan.today, number))
    begin, stop = trim(data, begin, stop)
    source, first, last = data, begin, min(stop, begin + _MOST_VALUE)
    if number[0] > 0 and profile in (BIRTH_DATE, DATE, GESTATION_WEEKS):  # however written
        source, first, last = number.view(np.uint8), np.int64(0), np.int64(8)
    elif count < TOO_LONG:
        source, first = scratch.value, np.int64(0)
        last = encode(codes, canonical(codes, count, profile), scratch.value)
    detail = np.int64(0)
    if profile == BIRTH_DATE and verdict == VALID:
        detail = day_detail(number[0])
    if verdict != 0:
        emit(begin, stop, entity, verdict, detail, where, out)
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
def scan_items(
    block: Any,
    items: Any,
    count: int,
    plan: Any,
    tables: Any,
    out: Any,
    scratch: Any,
) -> None:
    """Write the findings of the slow items in order; `items.detail` gets how many each gave.

    Args:
        block: `Block` of C cells in R rows.
        items: `Items` as `survey_block` made them.
        count: how many they are.
        plan: `Plan`.
        tables: `Tables`.
        out: `Out`, to be filled.
        scratch: `Scratch` of this thread, its sieve filled; its claims as `list_claims` made them.
    """
    data, claims, claimed = block.data, scratch.claims, scratch.claimed
    last = np.int64(claimed[1])
    if last < claims.shape[0]:
        claims[last, ITEM] = -1  # what stands behind them is of another block
    claimed[1] = 0
    for item in range(count):
        way = np.int64(items.way[item])
        if way & SLOW == 0:
            continue
        cell, row = items.cell[item], items.row[item]
        begin, stop = block.cell_start[cell], block.cell_stop[cell]
        column = np.int64(block.cell_column[cell])
        where = (block.first_row + row, column, block.row_start[row])
        before = np.int64(out.count[0])
        first = np.int64(claimed[1])
        claimed[0] = first
        while first < claims.shape[0] and claims[first, ITEM] == item:
            first += 1
        claimed[1] = first
        if way & HAS_NUMBER:
            scan_cell(data, begin, stop, where, plan, tables, out, scratch)
        middle = np.int64(out.count[0])
        if way & HAS_MAIL:
            scan_emails(data, begin, stop, where, plan, out, scratch)
        if claimed[0] < first:
            emit_claims(data, before, middle, where, plan, out, scratch)
        entity = np.int64(plan.column_entity[column])
        if plan.column_profile[column] >= FIRST_PATTERN:
            if not is_covered(begin, stop, before, entity, where[2], out):
                scan_field(data, begin, stop, where, plan, tables, out, scratch)
        elif out.count[0] == before and entity >= 0:
            if plan.column_profile[column] > 0:
                whole_cell(data, begin, stop, entity, where, plan, out, scratch)
            elif entity < _WHOLE_NUMBERS:
                odd_cell(data, begin, stop, entity, where, plan, out, scratch)
        items.detail[item] = out.count[0] - before
    flush_keys(plan, out, scratch)
    claimed[1] = last
