# SPDX-License-Identifier: Apache-2.0
"""Put the findings of a block together in the order of its rows; key and describe the quick ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.checks import VALID
from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.details import day_detail, is_phone, is_placed, number_detail
from piidetect.kernels.evidence import note_number
from piidetect.kernels.grouped import behind_country_code, digits_in_groups, squeeze
from piidetect.kernels.keys import flush_keys, queue_key
from piidetect.kernels.plain import holds_days, plain_day
from piidetect.kernels.survey import (
    QUICK_CELL,
    QUICK_GROUPED,
    QUICK_MAIL,
    QUICK_NUMBER,
    QUICK_QUOTED,
    SLOW,
)
from piidetect.schema import ENTITY_NUMBER

_MOST_LENGTH = 0xFFFF
_BIRTH = ENTITY_NUMBER["DATE_OF_BIRTH"]


@inlined
def _copy(slow: Any, source: int, out: Any, at: int) -> None:
    """Copy one finding."""
    out.row[at] = slow.row[source]
    out.column[at] = slow.column[source]
    out.entity[at] = slow.entity[source]
    out.verdict[at] = slow.verdict[source]
    out.start[at] = slow.start[source]
    out.length[at] = slow.length[source]
    out.detail[at] = slow.detail[source]
    out.key0[at] = slow.key0[source]
    out.key1[at] = slow.key1[source]


@inlined
def _quick_entity(way: int, size: int, column: int, plan: Any) -> int:
    """Return the entity of a quick item."""
    if way == QUICK_NUMBER:
        return np.int64(plan.quick[size])
    if way == QUICK_GROUPED:
        return np.int64(plan.quick[digits_in_groups(size)])
    if way == QUICK_QUOTED:
        return np.int64(plan.quick[size - 1])
    if way == QUICK_MAIL:
        return np.int64(plan.email)
    return np.int64(plan.column_entity[column])


@inlined
def _value(data: Any, begin: int, stop: int, way: int, profile: int, scratch: Any) -> Any:
    """Return where the value to be keyed stands: an array, its first byte, past its last byte."""
    source, first, last = data, begin, stop
    if way == QUICK_GROUPED:
        source, last = scratch.value, squeeze(data, begin, stop, scratch.value)
        first = behind_country_code(last)
    elif way == QUICK_CELL and holds_days(profile):
        scratch.number[0] = plain_day(data, begin, stop)
        source, first, last = scratch.number.view(np.uint8), np.int64(0), np.int64(8)
    return source, first, last


@inlined
def _put(
    block: Any, row: int, column: int, begin: int, stop: int, entity: int, out: Any, at: int
) -> None:
    """Write what is found at a place: a valid value, its detail and its key still to come."""
    out.row[at] = block.first_row + row
    out.column[at] = column
    out.start[at] = begin - block.row_start[row]
    out.length[at] = min(stop - begin, _MOST_LENGTH)
    out.entity[at] = entity
    out.verdict[at] = VALID
    out.key0[at] = np.uint64(0)
    out.key1[at] = np.uint64(0)


@inlined
def _take_slow(
    slow: Any,
    source: int,
    block: Any,
    row: int,
    digits: Any,
    sequences: Any,
    out: Any,
    at: int,
) -> int:
    """Take over a finding of `scan_items`; return 1 if it is a valid phone, else 0."""
    _copy(slow, source, out, at)
    start = block.row_start[row] + np.int64(out.start[at])
    size, entity = np.int64(out.length[at]), np.int64(out.entity[at])
    valid = out.verdict[at] == VALID
    if valid and is_placed(entity):
        out.detail[at] = number_detail(block.data, start, size, entity, digits)
    column = min(np.int64(out.column[at]), sequences.shape[0] - 1)
    note_number(block.data, start, size, entity, sequences[column])
    return np.int64(valid and is_phone(entity))


@inlined
def _look_up(phones: Any, waiting: Any, count: int, detail: Any) -> None:
    """Look up where phones belong: all together, so that the processor fetches many at a time."""
    for index in range(count):
        at = np.int64(waiting[index])
        detail[at] = phones[detail[at]]


@kernel
def gather(
    block: Any,
    items: Any,
    count: int,
    slow: Any,
    plan: Any,
    phones: Any,
    out: Any,
    scratch: Any,
    row_finding: Any,
    sequences: Any,
    waiting: Any,
) -> None:
    """Write the findings of all items in order.

    Args:
        block: `Block` of C cells in R rows.
        items: `Items` that `survey_block` and `scan_items` have filled.
        count: how many they are.
        slow: `Out` of `scan_items`.
        plan: `Plan`.
        phones: int32[1_010_000], `tables.lookups.phone_details`.
        out: `Out` with room for all, to be filled.
        scratch: `Scratch` of this thread.
        row_finding: int64[R+1], filled with the first finding of each row.
        sequences: int64[columns + 1, evidence.FIELDS], zeros, filled with the sequence of each column;
            positions past them are the last one.
        waiting: int32[n+1], room for all findings.
    """
    data, columns = block.data, sequences.shape[0] - 1
    at, taken, next_row, phone = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for item in range(count):
        row, way = np.int64(items.row[item]), np.int64(items.way[item])
        while next_row <= row:
            row_finding[next_row] = at
            next_row += 1
        if way & SLOW:
            for _ in range(items.detail[item]):
                waiting[phone] = at
                phone += _take_slow(slow, taken, block, row, scratch.digits, sequences, out, at)
                taken += 1
                at += 1
            continue
        cell = items.cell[item]
        begin, stop = block.cell_start[cell], block.cell_stop[cell]
        column = np.int64(block.cell_column[cell])
        entity = _quick_entity(way, stop - begin, column, plan)
        begin += np.int64(way == QUICK_QUOTED)
        source, first, last = _value(data, begin, stop, way, plan.column_profile[column], scratch)
        _put(block, row, column, begin, stop, entity, out, at)
        if entity == _BIRTH:
            out.detail[at] = day_detail(scratch.number[0])
        else:
            out.detail[at] = number_detail(source, first, last - first, entity, scratch.digits)
            waiting[phone] = at
            phone += np.int64(is_phone(entity))
            if way != QUICK_GROUPED:
                note_number(data, first, last - first, entity, sequences[min(column, columns)])
        queue_key(source, first, last, entity, at, plan, out, scratch)
        at += 1
    while next_row < row_finding.size:
        row_finding[next_row] = at
        next_row += 1
    out.count[0] = at
    flush_keys(plan, out, scratch)
    _look_up(phones, waiting, phone, out.detail)


@kernel
def tally_items(block: Any, items: Any, count: int, plan: Any, columns: int, counts: Any) -> None:
    """Count the quick items by column, entity and verdict, without making findings of them.

    Args:
        block: `Block`.
        items: `Items` that `survey_block` and `scan_items` have filled.
        count: how many they are.
        plan: `Plan`.
        columns: positions from here on are counted as one.
        counts: int64[(columns + 1) * 1024], as `plan.tally_findings` has it.
    """
    for item in range(count):
        way = np.int64(items.way[item])
        if way & SLOW == 0:
            cell = items.cell[item]
            column: Any = np.int64(block.cell_column[cell])
            if way == QUICK_CELL:
                entity = np.int64(plan.column_entity[column])
            else:
                size = block.cell_stop[cell] - block.cell_start[cell]
                entity = _quick_entity(way, size, column, plan)
            counts[min(column, columns) * 1024 + entity * 16 + VALID] += 1
