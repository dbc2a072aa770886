# SPDX-License-Identifier: Apache-2.0
"""The run scanner: groups of digits in cells, with boundary, folding and separators done once.

A group is a maximal run of ASCII or full-width digits (with a closing X where 17 digits want one).
It counts only where no ASCII or full-width letter or digit stands beside it. Groups that one space
or dash links form a chain; certain shapes of neighbouring groups are tried as one number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from piidetect.kernels.plan import LONGEST, MOST_GROUPS, MOST_LETTERS
from piidetect.kernels.recognise import mark_masked, recognise
from piidetect.kernels.simd import between_bits, equal_bits, keep_apart, trailing_zeros

_LANES = 32
_LEAD = 0xEF  # first byte of U+F000..U+FFFF, where the full-width forms are
_SPACE = 32
_DASH = 45
_DOT = 46
_STAR = 42
_PLUS = 43


@njit(nogil=True, cache=True)
def next_digit(data: Any, position: int, stop: int) -> int:
    """Return where the next ASCII or full-width digit begins, `stop` where none does."""
    while position < stop:
        bits = between_bits(data, position, 48, 10)
        wide = equal_bits(data, position, _LEAD)
        if wide:
            third = between_bits(data, position + 2, 0x90, 10)
            bits |= wide & equal_bits(data, position + 1, 0xBC) & third
        left = stop - position
        if left < _LANES:
            bits &= (np.uint64(1) << np.uint64(left)) - np.uint64(1)
        if bits:
            return position + trailing_zeros(bits)
        position += _LANES
    return stop


@njit(nogil=True, cache=True)
def is_alnum(byte: int) -> bool:
    """Tell whether a byte is an ASCII letter or digit."""
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


@njit(nogil=True, cache=True)
def wide_ascii(data: Any, position: int, stop: int) -> int:
    """Return the ASCII byte of a full-width form (U+FF01..U+FF5E) at `position`, 0 where none is."""
    if position + 3 > stop or data[position] != _LEAD:
        return 0
    second, third = np.int64(data[position + 1]), np.int64(data[position + 2])
    if second == 0xBC and 0x81 <= third <= 0xBF:
        return third - 0x60
    if second == 0xBD and 0x80 <= third <= 0x9E:
        return third - 0x20
    return 0


@njit(nogil=True, cache=True)
def alnum_before(data: Any, begin: int, position: int) -> bool:
    """Tell whether a letter or digit, ASCII or full-width, ends at `position`."""
    if position > begin and is_alnum(np.int64(data[position - 1])):
        return True
    return position - 3 >= begin and is_alnum(wide_ascii(data, position - 3, position))


@njit(nogil=True, cache=True)
def alnum_at(data: Any, position: int, stop: int) -> bool:
    """Tell whether a letter or digit, ASCII or full-width, begins at `position`."""
    if position >= stop:
        return False
    return is_alnum(np.int64(data[position])) or is_alnum(wide_ascii(data, position, stop))


@njit(nogil=True, cache=True)
def take_digits(data: Any, position: int, stop: int, compact: Any, at: int) -> Any:
    """Fold digits into `compact[at:]`; return where they end and how many they are.

    No more than LONGEST + 1 are stored: that many are too many.
    """
    count = 0
    while position < stop:
        byte = np.int64(data[position])
        if 48 <= byte <= 57:
            width = 1
        elif byte == _LEAD:
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


@njit(nogil=True, cache=True)
def letter_x(data: Any, position: int, stop: int) -> int:
    """Return the width of an X (ASCII or full-width, either case) that ends a number, else 0."""
    if position >= stop:
        return 0
    byte = np.int64(data[position])
    width = 1
    if byte == _LEAD:
        byte = wide_ascii(data, position, stop)
        width = 3
    if byte not in (88, 120) or alnum_at(data, position + width, stop):
        return 0
    return width


@njit(nogil=True, cache=True)
def is_fraction(data: Any, begin: int, position: int) -> bool:
    """Tell whether the digits at `position` are decimals: `12.5…`, but not the `1.` of a list."""
    if position - 2 < begin or data[position - 1] != _DOT:
        return False
    before = np.int64(data[position - 2])
    if before < 48 or before > 57:
        return False
    listed = before != 48 and not (position - 3 >= begin and is_alnum(np.int64(data[position - 3])))
    return not listed


@njit(nogil=True, cache=True)
def float_tail(data: Any, position: int, stop: int) -> int:
    """Length of a tail `.0` that a spreadsheet left behind a whole number.

    0 where there is none, -1 where real decimals follow.
    """
    if position + 1 >= stop or data[position] != _DOT:
        return 0
    at = position + 1
    zeros = True
    while at < stop and 48 <= data[at] <= 57:
        zeros = zeros and data[at] == 48
        at += 1
    if at == position + 1:
        return 0
    return at - position if zeros and not alnum_at(data, at, stop) else -1


@njit(nogil=True, cache=True)
def separator(data: Any, position: int, stop: int) -> int:
    """Width of one space or dash (ASCII or full-width) with a digit behind it, else 0."""
    if position + 1 >= stop:
        return 0
    byte = np.int64(data[position])
    width = 0
    if byte in (_SPACE, _DASH):
        width = 1
    elif wide_ascii(data, position, stop) == _DASH:
        width = 3
    elif byte == 0xE3 and position + 3 <= stop and data[position + 1] == 0x80:
        width = 3 if data[position + 2] == 0x80 else 0  # U+3000
    if width == 0 or position + width >= stop:
        return 0
    after = np.int64(data[position + width])
    if after == _LEAD:
        after = wide_ascii(data, position + width, stop)
    return width if 48 <= after <= 57 else 0


@njit(nogil=True, cache=True)
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


@njit(nogil=True, cache=True)
def scan_cell(
    data: Any, begin: int, stop: int, where: Any, plan: Any, tables: Any, out: Any, scratch: Any
) -> None:
    """Find the numbers of one cell; `where` is (row, column, start of the row).

    Numbers that kernels hand on are never literals, or numba compiles a copy for each.
    """
    keep_apart()
    compact, first = scratch.compact, scratch.first
    groups = none = np.int64(0)
    first[0] = 0
    position = next_digit(data, begin, stop)
    while position < stop:
        at = first[groups]
        letters = 0
        glued = alnum_before(data, begin, position)
        if glued:
            letters = letters_before(data, begin, position)
            for index in range(letters):
                compact[at + index] = data[position - letters + index] & 0xDF
        end, count = take_digits(data, position, stop, compact, at + letters)
        linked_x = count == 3 and groups >= 2 and first[groups] - first[groups - 2] == 14
        if count == 17 or linked_x:
            width = letter_x(data, end, stop)
            if width:
                compact[at + letters + count] = 88
                count += 1
                end += width
        dead = count > LONGEST or (glued and letters == 0) or alnum_at(data, end, stop)
        tail = float_tail(data, end, stop)
        dead = dead or tail < 0 or is_fraction(data, begin, position)
        if dead or letters:
            resolve(data, begin, groups, where, plan, tables, out, scratch)
            if not dead:
                first[1] = letters + count
                for index in range(letters + count):
                    compact[index] = compact[at + index]
                recognise(
                    data, begin, position - letters, end, none, letters + count, letters, none,
                    where, plan, tables, out, scratch,
                )
            groups = none
            position = next_digit(data, end + max(tail, 0), stop)
            continue
        starred = data[end] == _STAR and end < stop
        scratch.start[groups] = position
        scratch.stop[groups] = end
        first[groups + 1] = at + count
        groups += 1
        width = separator(data, end, stop)
        if width == 0 or groups >= MOST_GROUPS or starred:
            if starred:
                resolve(data, begin, groups - 1, where, plan, tables, out, scratch)
                end = mark_masked(data, begin, position, end, stop, where, plan, out)
            else:
                resolve(data, begin, groups, where, plan, tables, out, scratch)
            groups = none
        position = next_digit(data, end + max(tail, 0), stop)
    resolve(data, begin, groups, where, plan, tables, out, scratch)


@njit(nogil=True, cache=True)
def resolve(
    data: Any, begin: int, groups: int, where: Any, plan: Any, tables: Any, out: Any, scratch: Any
) -> None:
    """Read a chain of groups from the left: the longest number that is one, else the group alone."""
    keep_apart()
    none = np.int64(0)
    index = none
    while index < groups:
        joined = 0
        if groups - index >= 2:
            joined = join(data, begin, index, groups, where, plan, tables, out, scratch)
        if joined == 0:
            first, last = scratch.first[index], scratch.first[index + 1]
            recognise(
                data, begin, scratch.start[index], scratch.stop[index], first, last, none, none,
                where, plan, tables, out, scratch,
            )
            joined = 1
        index += joined


@njit(nogil=True, cache=True)
def join(
    data: Any, begin: int, index: int, groups: int, where: Any, plan: Any, tables: Any, out: Any, scratch: Any
) -> int:
    """Try the groups from `index` on as one number; return how many groups it took, 0 for none."""
    keep_apart()
    first = scratch.first
    skip = 0
    size = first[index + 1] - first[index]
    prefix = size == 2 or size == 4
    if prefix:  # 86 or 0086
        at = first[index + 1] - 2
        prefix = scratch.compact[at] == 56 and scratch.compact[at + 1] == 54
        prefix = prefix and (size == 2 or (scratch.compact[at - 2] == 48 and scratch.compact[at - 1] == 48))
        skip = 1 if prefix else 0
    span = scratch.start[index]
    if skip and span > begin and data[span - 1] == _PLUS:
        span -= 1
    most = min(groups - index - skip, 5)
    for count in range(most, 0 if skip else 1, -1):
        start = index + skip
        if not shape_fits(first, start, count, scratch.compact, skip):
            continue
        if recognise(
            data, begin, span, scratch.stop[start + count - 1], first[start],
            first[start + count], np.int64(0), np.int64(1), where, plan, tables, out, scratch,
        ):
            return count + skip
    return 0


@njit(nogil=True, cache=True)
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
    if a != 4 or b != 4 or c != 4:
        return False
    d = first[start + 4] - first[start + 3]
    if count == 4:
        return d == 4
    e = first[start + 5] - first[start + 4]
    return d == 4 and 1 <= e <= 3
