# SPDX-License-Identifier: Apache-2.0
"""What a column says for or against its numbers, block by block: sequences, and agreement in a row.

Both are sums, or fit together at the borders of blocks (:mod:`piidetect.detection.evidence`), so the
size of blocks and the number of threads change nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.checks import VALID, eight_digits
from piidetect.kernels.compiling import inlined, kernel
from piidetect.schema import ENTITY_NUMBER, PLACE_SHIFT

_IDENTITY = ENTITY_NUMBER["CN_RESIDENT_ID"]
_MOBILE = ENTITY_NUMBER["CN_MOBILE"]
_CARD = ENTITY_NUMBER["CN_BANK_CARD"]
_BIRTH = ENTITY_NUMBER["DATE_OF_BIRTH"]

#: Columns of the table of sequences. RUN is how many numbers the last run has so far, HEAD how many the
#: first one has; RUN is reset and HEAD is final once BROKEN.
COUNT, FIRST, LAST, STEPS, LONGEST, HEAD, RUN, BROKEN, SHORT, LONG = range(10)
FIELDS = 10

#: What a column is compared with: the sex, the birth date or the place of the ID.
SEX, BIRTH, REGION = 0, 1, 2
AGREE, DISAGREE, NOT_COMPARABLE = 0, 1, 2

_FIRST_PLACE = 1099
_DAY = (1 << PLACE_SHIFT) - 1
_CAPITAL = 0xDF


@inlined
def body_of(data: Any, start: int, size: int, entity: int) -> int:
    """Return a number without its check digit, -1 where it isn't written as digits alone."""
    if entity == _MOBILE:
        if size != 11:
            return -1
        head, rest = eight_digits(data, start), eight_digits(data, start + 3)
        return head * 1000 + rest % 1000 if head >= 0 and rest >= 0 else -1
    if size < 16 or size > 19:
        return -1
    head, tail = eight_digits(data, start), eight_digits(data, start + size - 9)
    middle = np.int64(0)
    for position in range(start + 8, start + size - 9):
        digit = np.int64(data[position]) - 48
        if digit < 0 or digit > 9:
            return -1
        middle = middle * 10 + digit
    if head < 0 or tail < 0:
        return -1
    scale = np.int64(1)
    for _ in range(size - 17):
        scale *= 10
    return (
        (head * scale + middle) * 100_000_000 + tail
        if size > 16
        else head * 10_000_000 + (tail % 10_000_000)
    )


@inlined
def note_number(data: Any, start: int, size: int, entity: int, own: Any) -> None:
    """Follow the numbers of a column from row to row.

    Args:
        data: uint8[], UTF-8, readable for 8 bytes past the number.
        start: first byte of the column's next number.
        size: its bytes.
        entity: its entity: only IDs, mobiles and cards are followed.
        own: int64[FIELDS], the column's sequence so far.
    """
    value = np.int64(-1)
    if entity == _IDENTITY or entity == _MOBILE or entity == _CARD:
        value = body_of(data, start, size, entity)
    if value >= 0:
        if own[COUNT] == 0:
            own[FIRST], own[HEAD], own[RUN], own[LONGEST] = value, 1, 1, 1
            own[SHORT], own[LONG] = size, size
        else:
            step = value - own[LAST]
            if step == 1 or step == -1:
                own[STEPS] += 1
                own[RUN] += 1
                own[LONGEST] = max(own[LONGEST], own[RUN])
            else:
                own[RUN] = 1
                own[BROKEN] = 1
            own[HEAD] += 1 - own[BROKEN]
            own[SHORT] = min(own[SHORT], size)
            own[LONG] = max(own[LONG], size)
        own[COUNT] += 1
        own[LAST] = value


@kernel
def sex_of(data: Any, begin: int, stop: int) -> int:
    """Return 1 for a man, 0 for a woman, -1 where a cell says neither (GB/T 2261.1, and words)."""
    while begin < stop and (data[begin] == 32 or data[begin] == 34 or data[begin] == 39):
        begin += 1
    size = stop - begin
    if size < 1:
        return -1
    byte = np.int64(data[begin])
    if size >= 3 and byte == 0xE7 and data[begin + 1] == 0x94 and data[begin + 2] == 0xB7:
        return 1  # 男
    if size >= 3 and byte == 0xE5 and data[begin + 1] == 0xA5 and data[begin + 2] == 0xB3:
        return 0  # 女
    alone = size == 1 or data[begin + 1] == 32 or data[begin + 1] == 45
    if byte & _CAPITAL == 77 and (alone or data[begin + 1] & _CAPITAL == 65):
        return 1
    if byte & _CAPITAL == 70 and (alone or data[begin + 1] & _CAPITAL == 69):
        return 0
    if alone and byte == 49:
        return 1
    return 0 if alone and byte == 50 else -1


@kernel
def provinces_of(data: Any, begin: int, stop: int, words: Any, bits: Any) -> Any:
    """Return a bit for each province (first two digits of the code less 10) that a cell may mean.

    Args:
        data: uint8[], UTF-8.
        begin: first byte.
        stop: past the last byte.
        words: int64[n], sorted: the first two hanzi of provinces and cities, as 6 bytes.
        bits: uint64[n, 2]: their provinces.
    """
    none = np.uint64(0)
    if stop - begin < 6:
        return none, none
    code = np.int64(0)
    digits = True
    for position in range(begin, begin + 6):
        byte = np.int64(data[position])
        digits = digits and 48 <= byte <= 57
        code = code << 8 | byte
    if digits:
        ends = stop - begin == 6 or not 48 <= np.int64(data[begin + 6]) <= 57
        number = (np.int64(data[begin]) - 48) * 10 + np.int64(data[begin + 1]) - 58
        if not ends or number < 1:
            return none, none
        one = np.uint64(1) << np.uint64(number & 63)
        return (one, none) if number < 64 else (none, one)
    low, high = 0, words.size
    while low < high:
        middle = (low + high) // 2
        if words[middle] < code:
            low = middle + 1
        else:
            high = middle
    if low < words.size and words[low] == code:
        return bits[low, 0], bits[low, 1]
    return none, none


@inlined
def cell_at(block: Any, row: int, column: int) -> int:
    """Return the cell of a column in a row, -1 where the row has none."""
    first, last = block.row_cell[row], block.row_cell[row + 1]
    cell = first + column
    if cell < last and block.cell_column[cell] == column:
        return cell
    for other in range(first, last):
        if block.cell_column[other] == column:
            return other
    return -1


@inlined
def compared(
    block: Any, row: int, pair: Any, detail: int, birth: int, words: Any, bits: Any
) -> int:
    """Tell whether a row's ID agrees with the other column of a pair."""
    if pair[2] == BIRTH:
        if birth == 0:
            return NOT_COMPARABLE
        return AGREE if birth == detail & _DAY & ~1 else DISAGREE
    cell = cell_at(block, row, pair[1])
    if cell < 0:
        return NOT_COMPARABLE
    begin, stop = block.cell_start[cell], block.cell_stop[cell]
    if pair[2] == SEX:
        sex = sex_of(block.data, begin, stop)
        if sex < 0:
            return NOT_COMPARABLE
        return AGREE if sex == detail & 1 else DISAGREE
    low, high = provinces_of(block.data, begin, stop, words, bits)
    if low | high == 0:
        return NOT_COMPARABLE
    own = ((detail >> PLACE_SHIFT) + _FIRST_PLACE) // 100 - 10
    mine = low if own < 64 else high
    return AGREE if (mine >> np.uint64(own & 63)) & np.uint64(1) else DISAGREE


@kernel
def note_agreements(
    block: Any, out: Any, first: Any, pairs: Any, words: Any, bits: Any, counts: Any
) -> None:
    """Count the rows in which an ID agrees with the sex, birth date or region beside it.

    Args:
        block: `Block` of R rows.
        out: `Out` of its findings, their details filled.
        first: int64[R+1], the first finding of each row.
        pairs: int64[p, 3]: column of the ID, other column, what it holds.
        words: see `provinces_of`.
        bits: see `provinces_of`.
        counts: int64[p, 3], added to: rows that agree, disagree, can't be compared.
    """
    for row in range(block.row_start.size):
        if first[row] == first[row + 1]:
            continue
        for which in range(pairs.shape[0]):
            pair = pairs[which]
            detail, birth = np.int64(0), np.int64(0)
            for at in range(first[row], first[row + 1]):
                if out.verdict[at] != VALID or out.detail[at] == 0:
                    continue
                if out.entity[at] == _IDENTITY and out.column[at] == pair[0]:
                    detail = np.int64(out.detail[at])
                elif out.entity[at] == _BIRTH and out.column[at] == pair[1]:
                    birth = np.int64(out.detail[at])
            if detail != 0:
                counts[which, compared(block, row, pair, detail, birth, words, bits)] += 1
