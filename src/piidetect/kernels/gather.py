# SPDX-License-Identifier: Apache-2.0
"""Put the findings of a block together in the order of its rows, and key the quick ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.checks import VALID
from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.details import day_detail
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
def _judge(entity: int, day: int, out: Any, at: int) -> None:
    """Write what is found at a place: a valid value (of a birth date the day), its key still to come."""
    out.entity[at] = entity
    out.verdict[at] = VALID
    out.detail[at] = day_detail(day) if entity == _BIRTH else np.int64(0)
    out.key0[at] = np.uint64(0)
    out.key1[at] = np.uint64(0)


@kernel
def gather(
    block: Any,
    items: Any,
    count: int,
    slow: Any,
    plan: Any,
    out: Any,
    scratch: Any,
    row_finding: Any,
) -> None:
    """Write the findings of all items in order.

    Args:
        block: `Block` of C cells in R rows.
        items: `Items` that `survey_block` and `scan_items` have filled.
        count: how many they are.
        slow: `Out` of `scan_items`.
        plan: `Plan`.
        out: `Out` with room for all, to be filled.
        scratch: `Scratch` of this thread.
        row_finding: int64[R+1], filled with the first finding of each row.
    """
    data = block.data
    at, taken, next_row = np.int64(0), np.int64(0), np.int64(0)
    for item in range(count):
        row, way = np.int64(items.row[item]), np.int64(items.way[item])
        while next_row <= row:
            row_finding[next_row] = at
            next_row += 1
        detail = np.int64(items.detail[item])
        if way & SLOW:
            for _ in range(detail):
                _copy(slow, taken, out, at)
                taken += 1
                at += 1
            continue
        cell = items.cell[item]
        begin, stop = block.cell_start[cell], block.cell_stop[cell]
        column = np.int64(block.cell_column[cell])
        entity = _quick_entity(way, stop - begin, column, plan)
        source, first, last = data, begin, stop
        if way == QUICK_QUOTED:
            begin += 1
            first = begin
        elif way == QUICK_GROUPED:
            source, last = scratch.value, squeeze(data, begin, stop, scratch.value)
            first = behind_country_code(last)
        elif way == QUICK_CELL and holds_days(plan.column_profile[column]):
            scratch.number[0] = plain_day(data, begin, stop)
            source, first, last = scratch.number.view(np.uint8), np.int64(0), np.int64(8)
        out.row[at] = block.first_row + row
        out.column[at] = column
        out.start[at] = begin - block.row_start[row]
        out.length[at] = min(stop - begin, _MOST_LENGTH)
        _judge(entity, scratch.number[0], out, at)
        queue_key(source, first, last, entity, at, plan, out, scratch)
        at += 1
    while next_row < row_finding.size:
        row_finding[next_row] = at
        next_row += 1
    out.count[0] = at
    flush_keys(plan, out, scratch)


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
            size = block.cell_stop[cell] - block.cell_start[cell]
            entity = _quick_entity(way, size, column, plan)
            counts[min(column, columns) * 1024 + entity * 16 + VALID] += 1
