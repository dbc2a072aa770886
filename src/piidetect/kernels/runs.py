# SPDX-License-Identifier: Apache-2.0
"""The run scanner: groups of digits in cells, with boundary, folding and separators done once.

A group is a maximal run of ASCII or full-width digits (with a closing X where 17 digits want one).
It counts only where no ASCII or full-width letter or digit stands beside it. Groups that one space
or dash links form a chain; certain shapes of neighbouring groups are tried as one number. Dots link
groups of 3, 4 and 4 digits only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.checks import VALID
from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.keys import queue_key
from piidetect.kernels.lone import (
    BRACKET,
    DASH,
    DOT,
    LEAD,
    SPACE,
    STAR,
    alnum_before,
    check_digits,
    is_alnum,
    is_idle,
    is_lone,
    wide_ascii,
)
from piidetect.kernels.masked import is_wide_star, mark_masked
from piidetect.kernels.plan import LONGEST, MOST_GROUPS, MOST_LETTERS
from piidetect.kernels.recognise import emit, recognise
from piidetect.kernels.simd import LANES, between_bits, copy_lanes, equal_bits, trailing_zeros

_PLUS = 43
_MOST_JOINED = 5
_ONE = 49  # the digit
_DOTTED = 13  # bytes of 138.0013.8001


@inlined
def next_digit(data: Any, position: int, stop: int) -> int:
    """Return where the next ASCII or full-width digit begins, `stop` where none does."""
    while position < stop:
        bits = between_bits(data, position, 48, 10)
        wide = equal_bits(data, position, LEAD)
        if wide:
            third = between_bits(data, position + 2, 0x90, 10)
            bits |= wide & equal_bits(data, position + 1, 0xBC) & third
        left = stop - position
        if left < LANES:
            bits &= (np.uint64(1) << np.uint64(left)) - np.uint64(1)
        if bits:
            return position + trailing_zeros(bits)
        position += LANES
    return stop


@kernel
def alnum_at(data: Any, position: int, stop: int) -> bool:
    """Tell whether a letter or digit, ASCII or full-width, begins at `position`."""
    if position >= stop:
        return False
    return is_alnum(np.int64(data[position])) or is_alnum(wide_ascii(data, position, stop))


@inlined
def take_digits(data: Any, position: int, stop: int, compact: Any, at: int) -> Any:
    """Fold digits into `compact[at:]`; return where they end and how many they are.

    No more than LONGEST + 1 are stored: that many are too many.
    """
    run = trailing_zeros(~between_bits(data, position, 48, 10))
    if position + run >= stop:
        run = stop - position
    if 0 < run < LANES and (position + run == stop or data[position + run] != LEAD):
        copy_lanes(data, position, compact, at)
        return position + run, run
    count = 0
    while position < stop:
        byte = np.int64(data[position])
        if 48 <= byte <= 57:
            width = 1
        elif byte == LEAD:
            byte = wide_ascii(data, position, stop)
            if byte < 48 or byte > 57:
                break
            width = 3
        else:
            break
        if count <= LONGEST:
            compact[at + count] = byte
            count += 1
        position += width
    return position, count


@kernel
def letter_x(data: Any, position: int, stop: int) -> int:
    """Return the width of an X (ASCII or full-width, either case) that ends a number, else 0."""
    if position >= stop:
        return 0
    byte = np.int64(data[position])
    width = 1
    if byte == LEAD:
        byte = wide_ascii(data, position, stop)
        width = 3
    if byte not in (88, 120) or alnum_at(data, position + width, stop):
        return 0
    return width


@kernel
def is_fraction(data: Any, begin: int, position: int) -> bool:
    """Tell whether the digits at `position` are decimals: `12.5…`, but not the `1.` of a list."""
    if position - 2 < begin or data[position - 1] != DOT:
        return False
    before = np.int64(data[position - 2])
    if before < 48 or before > 57:
        return False
    listed = before != 48 and not (position - 3 >= begin and is_alnum(np.int64(data[position - 3])))
    return not listed


@kernel
def float_tail(data: Any, position: int, stop: int) -> int:
    """Length of a tail `.0` that a spreadsheet left behind a whole number.

    0 where there is none, -1 where real decimals follow.
    """
    if position + 1 >= stop or data[position] != DOT:
        return 0
    at = position + 1
    zeros = True
    while at < stop and 48 <= data[at] <= 57:
        zeros = zeros and data[at] == 48
        at += 1
    if at == position + 1:
        return 0
    return at - position if zeros and not alnum_at(data, at, stop) else -1


@kernel
def separator(data: Any, position: int, stop: int) -> int:
    """Width of what links two groups, with a digit behind it, else 0.

    One space or dash, or the bracket that closes an area code, each ASCII or full-width.
    """
    if position + 1 >= stop:
        return 0
    byte = np.int64(data[position])
    width = 0
    if byte in (SPACE, DASH, BRACKET):
        width = 1
    elif wide_ascii(data, position, stop) in (DASH, BRACKET):
        width = 3
    elif byte == 0xE3 and position + 3 <= stop and data[position + 1] == 0x80:
        width = 3 if data[position + 2] == 0x80 else 0  # U+3000
    if width == 0 or position + width >= stop:
        return 0
    after = np.int64(data[position + width])
    if after == LEAD:
        after = wide_ascii(data, position + width, stop)
    return width if 48 <= after <= 57 else 0


@kernel
def letters_before(data: Any, begin: int, position: int) -> int:
    """How many ASCII letters stand right before the digits; 0 where the token isn't only those."""
    at = position
    while at > begin and position - at <= MOST_LETTERS:
        byte = np.int64(data[at - 1])
        if not (65 <= byte <= 90 or 97 <= byte <= 122):
            break
        at -= 1
    count = position - at
    return 0 if count > MOST_LETTERS or alnum_before(data, begin, at) else count


@inlined
def scan_cell(
    data: Any, begin: int, stop: int, where: Any, plan: Any, tables: Any, out: Any, scratch: Any
) -> None:
    """Find the numbers of one cell; `where` is (row, column, start of the row)."""
    first = scratch.first
    groups = 0
    first[0] = 0
    position = next_digit(data, begin, stop)
    while position < stop:
        start = position
        dotted = data[start] == _ONE and data[start + 3] == DOT and groups < MOST_GROUPS - 3
        dotted = dotted and is_dotted(data, begin, start, stop)
        if groups == 0 and not dotted:
            run = trailing_zeros(~between_bits(data, start, 48, 10))
            if is_idle(data, begin, start, stop, run):
                position = next_digit(data, start + run, stop)
                continue
            if is_lone(data, begin, start, stop, run) and plan.quick[run] >= 0:
                end = start + run
                if check_digits(data, start, end, tables, plan.today, scratch.sieve):
                    entity, none = np.int64(plan.quick[run]), np.int64(0)
                    emit(start, end, entity, np.int64(VALID), none, where, out)
                    queue_key(data, start, end, entity, out.count[0] - 1, plan, out, scratch)
                    position = next_digit(data, end, stop)
                    continue
        starred, letters = False, 0
        if dotted:
            take_dotted(data, start, groups, scratch)
            groups += 3
            position, dead = start + _DOTTED, False
        else:
            position, count, letters = take_group(data, begin, start, stop, groups, scratch)
            dead = count == 0
            starred = not dead and position < stop
            starred = starred and (data[position] == STAR or is_wide_star(data, position, stop))
            if not dead and not starred:
                scratch.start[groups] = start - letters
                scratch.stop[groups] = position
                first[groups + 1] = first[groups] + letters + count
                groups += 1
        tail = 0 if dead else max(float_tail(data, position, stop), 0)
        ends = dead or starred or dotted or letters > 0 or groups >= MOST_GROUPS
        if ends or separator(data, position, stop) == 0:
            resolve(data, begin, groups, letters, where, plan, tables, out, scratch)
            groups = 0
            if starred and letters == 0:
                position = mark_masked(data, begin, start, position, stop, where, plan, out)
        position = next_digit(data, position + tail, stop)


@kernel
def is_dotted(data: Any, begin: int, start: int, stop: int) -> bool:
    """Tell whether the digits at `start` are written as `138.0013.8001` is, and no more."""
    end = start + _DOTTED
    if end > stop or data[start + 8] != DOT or alnum_before(data, begin, start):
        return False
    if between_bits(data, start, 48, 10) & np.uint64(0x1FFF) != np.uint64(0x1EF7):
        return False
    if start > begin and data[start - 1] == DOT:
        return False
    more = end + 1 < stop and data[end] == DOT and 48 <= data[end + 1] <= 57
    return not (more or alnum_at(data, end, stop))


@inlined
def take_dotted(data: Any, start: int, groups: int, scratch: Any) -> None:
    """Put the three groups of a dotted number into the scratch space, the last of a chain."""
    compact, first = scratch.compact, scratch.first
    place = start
    for size in (3, 4, 4):
        at = first[groups]
        for index in range(size):
            compact[at + index] = data[place + index]
        scratch.start[groups] = place
        scratch.stop[groups] = place + size
        first[groups + 1] = at + size
        groups += 1
        place += size + 1


@inlined
def take_group(data: Any, begin: int, start: int, stop: int, groups: int, scratch: Any) -> Any:
    """Fold one group into the scratch space.

    Returns where it ends, its digits (0 where it can't be part of a number), the letters before it.
    """
    compact, first = scratch.compact, scratch.first
    at = first[groups]
    letters = 0
    glued = alnum_before(data, begin, start)
    if glued:
        letters = letters_before(data, begin, start)
        for index in range(letters):
            compact[at + index] = data[start - letters + index] & 0xDF
    end, count = take_digits(data, start, stop, compact, at + letters)
    linked = count == 3 and groups >= 2 and first[groups] - first[groups - 2] == 14
    linked = linked or (count == 3 and groups >= 3 and first[groups] - first[groups - 3] == 14)
    if count == 17 or linked:
        width = letter_x(data, end, stop)
        if width:
            compact[at + letters + count] = 88
            count += 1
            end += width
    if end == stop and not glued and start == begin:
        return end, count if count <= LONGEST else 0, letters
    dead = count > LONGEST or (glued and letters == 0) or alnum_at(data, end, stop)
    if dead or float_tail(data, end, stop) < 0 or is_fraction(data, begin, start):
        return end, 0, letters
    return end, count, letters


@inlined
def resolve(
    data: Any,
    begin: int,
    groups: int,
    letters: int,
    where: Any,
    plan: Any,
    tables: Any,
    out: Any,
    scratch: Any,
) -> None:
    """Read a chain of groups from the left: the longest number that is one, else the group alone."""
    first, compact = scratch.first, scratch.compact
    index = 0
    while index < groups:
        skip = has_country_code(first, index, groups, compact)
        count = min(groups - index - skip, _MOST_JOINED)
        taken = 0
        while taken == 0:
            joined = 0 if count < 2 - skip else 1
            if joined == 1 and not shape_fits(first, index + skip, count, compact, skip):
                count -= 1
                continue
            group, size = (index + skip, count) if joined == 1 else (index, 1)
            start = scratch.start[index]
            if joined == 1 and skip == 1 and start > begin and data[start - 1] == _PLUS:
                start -= 1
            claimed = recognise(
                data,
                begin,
                start,
                scratch.stop[group + size - 1],
                first[group],
                first[group + size],
                letters,
                joined,
                where,
                plan,
                tables,
                out,
                scratch,
            )
            if claimed or joined == 0:
                taken = size + skip if joined == 1 else 1
            count -= 1
        index += taken


@kernel
def has_country_code(first: Any, index: int, groups: int, compact: Any) -> int:
    """Return 1 where the group is 86 or 0086 and another one follows, else 0."""
    size = first[index + 1] - first[index]
    if index + 1 >= groups or (size != 2 and size != 4):
        return 0
    at = first[index + 1] - 2
    if compact[at] != 56 or compact[at + 1] != 54:
        return 0
    return 1 if size == 2 or (compact[at - 2] == 48 and compact[at - 1] == 48) else 0


@kernel
def shape_fits(first: Any, start: int, count: int, compact: Any, prefixed: int) -> bool:
    """Tell whether `count` groups have the sizes in which some number is written."""
    a = first[start + 1] - first[start]
    if count == 1:
        return prefixed == 1 and a == 11
    b = first[start + 2] - first[start + 1]
    lead = compact[first[start]]
    if count == 2:
        area = (a == 3 and b == 8) or (a == 4 and (b in (7, 8)))
        return (lead == 48 and area) or (a == 6 and 10 <= b <= 13)
    c = first[start + 3] - first[start + 2]
    if count == 3:
        if lead == 49 and a == 3 and b == 4 and c == 4:
            return True
        service = a + b + c == 10 and a >= 3 and b >= 3 and c >= 3
        return (a == 6 and b == 8 and c == 4) or (a == 6 and b == 6 and c == 3) or service
    if (a != 4 and not (a == 6 and count == 4)) or b != 4 or c != 4:
        return False
    d = first[start + 4] - first[start + 3]
    if count == 4:
        return d == 4
    e = first[start + 5] - first[start + 4]
    return d == 4 and 1 <= e <= 3
