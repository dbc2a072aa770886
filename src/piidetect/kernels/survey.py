# SPDX-License-Identifier: Apache-2.0
"""The first look at the cells of a block: most hold nothing, or one number and nothing else.

Those are settled here, a few vector comparisons each. What needs the run scanner, the search for
e-mail addresses or the folding of a whole cell is put on the list for `kernels.blocks`. Nothing here
finds what those would not: a shortcut is taken only where the outcome is the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.email import is_file_ending
from piidetect.kernels.forms import FIRST_PATTERN
from piidetect.kernels.grouped import grouped_number, is_quoted_number
from piidetect.kernels.lone import check_digits
from piidetect.kernels.plain import holds_days, is_plain, is_plain_day, is_plain_person
from piidetect.kernels.plan import LONGEST, MOST_LETTERS
from piidetect.kernels.recognise import fill_sieve
from piidetect.kernels.simd import (
    LANES,
    between_bits,
    count_bits,
    equal_bits,
    leading_zeros,
    sign_bits,
    trailing_zeros,
)
from piidetect.kernels.values import PERSON

#: How an item is settled: bits for what needs `kernels.blocks`, else the kind of the whole cell.
SLOW = 1
HAS_NUMBER = 2
HAS_MAIL = 4
QUICK_NUMBER = 8
QUICK_MAIL = 16
QUICK_CELL = 24
QUICK_GROUPED = 32
QUICK_QUOTED = 40
HAS_WORD = 64

_QUICK = 56  # a bit of it is set where a whole cell is settled

_STEP = 48  # windows of 64 bytes overlap by 16
_LEAST_SIZE = 5  # bytes that hold neither a number nor an e-mail address
_LEAST_IN_WINDOW = 6
_LEAST_DIGITS = 7  # of a number
_LEAST_GROUPED = 11
_NOT_ALONE = -3
_LEAST_COLONS = 3
_LEAST_DEGREES = 10
_WHOLE_NUMBERS = 3  # to a spreadsheet: entities 0..2 (resident ID, mobile, bank card)
_ID_LENGTH = 18
_LONG_MOBILE = 13  # 86 and eleven digits
_LETTER_X = 88
_ONE = np.uint64(1)


@inlined
def may_hold_number(digits: Any, links: Any) -> bool:
    """Tell whether a window of 64 bytes may hold a number.

    `digits` has a bit for each digit, `links` for each space, dash or closing bracket. Every number
    that is recognized has seven digits in a row, or one of those between groups of at least three:
    so dates, times, amounts and house numbers needn't be looked at (`holds_dotted` knows the exception).
    """
    two = digits & (digits >> np.uint64(1))
    four = two & (two >> np.uint64(2))
    if four & (four >> np.uint64(3)):
        return True
    three_on = two & (digits >> np.uint64(2))
    three_back = two & (digits << np.uint64(1))
    return (links & (three_back << np.uint64(2)) & (three_on >> np.uint64(1))) != 0


@inlined
def holds_dotted(data: Any, position: int, digits: Any) -> bool:
    """Tell whether a window of 64 bytes holds groups as in `138.0013.8001`."""
    dots = equal_bits(data, position, 46)
    dots |= equal_bits(data, position + LANES, 46) << np.uint64(LANES)
    two = digits & (digits >> np.uint64(1))
    four = two & (two >> np.uint64(2))
    behind = (digits << np.uint64(1)) & (two << np.uint64(3))  # three digits before it
    ahead = (four >> np.uint64(1)) & (four >> np.uint64(6))
    return (dots & (dots >> np.uint64(5)) & behind & ahead) != 0


@inlined
def may_hold_word(
    letters: Any, digits: Any, ats: Any, dots: Any, colons: Any, wide: Any, marked: bool
) -> bool:
    """Tell whether a window of 64 bytes may hold a value that a pattern finds in a text.

    `wide` has a bit for each byte that is no ASCII. That is five letters and digits in a row beside a
    hanzi, a colon, an equals sign or a bracket; a letter before a hanzi;
    eight in a row of which some are letters and some digits, or 15 digits; or the dots and colons of
    an address of a network, or of coordinates.
    """
    if letters & (wide >> _ONE):
        return True
    alnum = letters | digits
    two = alnum & (alnum >> np.uint64(1))
    four = two & (two >> np.uint64(2))
    if four & (alnum >> np.uint64(4)) and marked:
        return True
    if four & (four >> np.uint64(4)):
        if letters & ((digits << _ONE) | (digits >> _ONE)) and ats == 0:
            return True
        two = digits & (digits >> np.uint64(1))
        four = two & (two >> np.uint64(2))
        eight = four & (four >> np.uint64(4))
        if eight & (eight >> np.uint64(7)):
            return True
    if count_bits(colons) >= _LEAST_COLONS:
        return True
    points, known = count_bits(dots), count_bits(digits)
    return (points >= 3 and known >= 4) or (points >= 2 and known >= _LEAST_DEGREES)


@inlined
def wide_bits(data: Any, at: int) -> Any:
    """Return bits of full-width letters, digits, at sign, dash, closing bracket and asterisk."""
    second = equal_bits(data, at + 1, 0xBC)
    third = between_bits(data, at + 2, 0x90, 10) | between_bits(data, at + 2, 0xA0, 27)
    third |= equal_bits(data, at + 2, 0x8D) | between_bits(data, at + 2, 0x89, 2)
    return second & third | ~second & between_bits(data, at + 2, 0x81, 26)


@inlined
def survey(data: Any, begin: int, stop: int) -> Any:
    """Tell what a cell may hold: numbers (or masked ones), e-mail addresses, nothing to be folded.

    Windows of 64 bytes overlap by 16, so that what a number needs lies within one.
    """
    number, word = False, False
    ats, odd, leads = np.uint64(0), np.uint64(0), np.uint64(0)
    position = begin
    while position < stop:
        digits, links, marks = np.uint64(0), np.uint64(0), np.uint64(0)
        letters, dots, colons, wides = np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
        for half in range(2):
            at = position + half * LANES
            left = stop - at
            if left <= 0:
                break
            inside = ~np.uint64(0) if left >= LANES else (_ONE << np.uint64(left)) - _ONE
            bits = between_bits(data, at, 48, 10) & inside
            ats |= equal_bits(data, at, 64) & inside
            odd |= equal_bits(data, at, 42) & inside
            small = between_bits(data, at, 97, 26) | between_bits(data, at, 65, 26)
            letters |= (small & inside) << np.uint64(half * LANES)
            dots |= (equal_bits(data, at, 46) & inside) << np.uint64(half * LANES)
            colon = between_bits(data, at, 58, 4) & inside
            colons |= colon << np.uint64(half * LANES)
            marks |= colon | (equal_bits(data, at, 40) & inside)
            wide = sign_bits(data, at) & inside
            wides |= wide << np.uint64(half * LANES)
            if wide:
                marks |= _ONE
                wide = equal_bits(data, at, 0xEF) & inside
                leads |= wide
                if wide:
                    odd |= wide & wide_bits(data, at)
                    second = equal_bits(data, at + 1, 0xBC)
                    ats |= wide & second & equal_bits(data, at + 2, 0xA0)
                blank = equal_bits(data, at, 0xE3) & inside
                if blank:  # U+3000
                    blank &= equal_bits(data, at + 1, 0x80) & equal_bits(data, at + 2, 0x80)
                    odd |= blank
            digits |= bits << np.uint64(half * LANES)
            if bits:
                link = equal_bits(data, at, 32) | equal_bits(data, at, 45)
                link |= equal_bits(data, at, 41)
                links |= link << np.uint64(half * LANES)
        found = count_bits(digits)
        if found >= _LEAST_IN_WINDOW:
            number = number or may_hold_number(digits, links)
            if found >= _LEAST_GROUPED and not number:
                number = holds_dotted(data, position, digits)
        word = word or may_hold_word(letters, digits, ats, dots, colons, wides, marks != 0)
        position += 2 * LANES if stop - position <= 2 * LANES else _STEP
    return number or odd != 0, ats != 0, (leads | odd) == 0, word or odd != 0


@kernel
def is_plain_mail(data: Any, begin: int, size: int) -> bool:
    """Tell whether a cell of up to 32 bytes is one e-mail address in small letters and no more.

    `size` bytes from `begin`, one of them an `@`. What `kernels.email` would find is the whole cell.
    """
    inside = (_ONE << np.uint64(size)) - _ONE
    at = equal_bits(data, begin, 64) & inside
    dot = equal_bits(data, begin, 46) & inside
    dash = equal_bits(data, begin, 45) & inside
    letter = between_bits(data, begin, 97, 26) & inside
    digit = between_bits(data, begin, 48, 10) & inside
    under = equal_bits(data, begin, 95) & inside
    first = letter | digit | under
    if at & (at - _ONE) or (first | dot | dash | at) != inside or first & _ONE == 0:
        return False
    local = at - _ONE
    domain = inside & ~(local | at)
    if under & domain or dot & (dot >> _ONE) or dot & (at >> _ONE):
        return False
    edge = at | dot & domain
    around = (edge << _ONE) | (edge >> _ONE) & domain | _ONE << np.uint64(size - 1)
    marks = (dot | dash) & domain
    if marks & around or dot & domain == 0:
        return False
    # the last label: its letters reach from the end of the cell down to a dot
    missing = ~letter << np.uint64(64 - size)
    run = leading_zeros(missing)
    if run < 2 or (dot >> np.uint64(size - 1 - run)) & _ONE != _ONE:
        return False
    return not is_file_ending(data, begin + size - run, begin + size)


@inlined
def hides_no_number(data: Any, begin: int, size: int, context: Any, plan: Any) -> bool:
    """Tell whether a plain e-mail address begins with digits that are no number, and has no other.

    Such are the addresses made of a QQ number. `context` has the bits of the column's entities.
    """
    digits = between_bits(data, begin, 48, 10) & ((_ONE << np.uint64(size)) - _ONE)
    run = trailing_zeros(~digits)
    if run < _LEAST_DIGITS or data[begin + run] != 64:
        return False
    few = count_bits(digits) - run < _LEAST_DIGITS
    return (
        few
        and plan.quick[run] <= _NOT_ALONE + 1
        and context & ~(_ONE << np.uint64(plan.email)) == 0
    )


@inlined
def one_token(
    data: Any, begin: int, size: int, plan: Any, tables: Any, sieve: Any, value: Any
) -> int:
    """Settle a cell of 6 to 32 bytes that is one number, or letters and then digits.

    Returns its way, 0 where it holds no number, -1 where it is no such cell.
    """
    inside = (_ONE << np.uint64(size)) - _ONE
    digits = between_bits(data, begin, 48, 10) & inside
    letters = trailing_zeros(digits)
    closing = size == _ID_LENGTH and digits == inside >> _ONE
    if digits == inside or (closing and data[begin + size - 1] == _LETTER_X):
        quick = plan.quick[size]
        if quick >= 0 and check_digits(data, begin, begin + size, tables, plan.today, sieve):
            return QUICK_NUMBER
        if size == _LONG_MOBILE and grouped_number(
            data, begin, size, np.uint64(0), plan, tables, sieve, value
        ):
            return QUICK_GROUPED
        word = SLOW | HAS_WORD if plan.token[size] or closing else 0
        return word | SLOW | HAS_NUMBER if quick != -2 or closing else word
    if 0 < letters <= MOST_LETTERS and (digits ^ inside) >> np.uint64(letters) == 0:
        head = between_bits(data, begin, 65, 26) | between_bits(data, begin, 97, 26)
        if head & inside == inside ^ digits:
            at = letters * (LONGEST + 1) + size - letters
            word = SLOW | HAS_WORD if plan.token[at] else 0
            return (
                word | SLOW | HAS_NUMBER
                if plan.class_first[at] < plan.class_first[at + 1]
                else word
            )
    if count_bits(digits) >= _LEAST_GROUPED:
        other = digits ^ inside
        if grouped_number(data, begin, size, other, plan, tables, sieve, value):
            return QUICK_GROUPED
        if is_quoted_number(data, begin, size, other, plan, tables, sieve):
            return QUICK_QUOTED
    return -1


@inlined
def settle(
    data: Any, begin: int, stop: int, column: int, plan: Any, tables: Any, sieve: Any, value: Any
) -> int:
    """Return the way of a cell, 0 where it holds nothing."""
    size, way, unfolded = stop - begin, 0, False
    profile = np.int64(plan.column_profile[column])
    if plan.everywhere == 0:
        if profile == PERSON and is_plain_person(
            data, begin, stop
        ):  # hanzi only: nothing else in it
            return QUICK_CELL
        if holds_days(profile) and is_plain_day(data, begin, stop, profile, plan.today):
            return QUICK_CELL
    if size > _LEAST_SIZE:
        way, unfolded = -1, True
        if size <= LANES and plan.everywhere == 0:
            way = one_token(data, begin, size, plan, tables, sieve, value)
        if way < 0:
            number, mail, unfolded, word = survey(data, begin, stop)
            way = SLOW | HAS_NUMBER if number else 0
            way |= SLOW | HAS_WORD if word else 0
            if mail and plan.email >= 0:
                context = plan.column_context[column]
                if (
                    size <= LANES
                    and plan.everywhere == 0
                    and (not number or hides_no_number(data, begin, size, context, plan))
                ):
                    if is_plain_mail(data, begin, size):
                        return QUICK_MAIL
                way |= SLOW | HAS_MAIL
    if plan.everywhere == 1 or (profile >= FIRST_PATTERN and way & _QUICK == 0):
        return way | SLOW | HAS_WORD
    if way > 0:
        return way
    entity = np.int64(plan.column_entity[column])
    if entity < 0:
        return 0
    if profile > 0:
        return QUICK_CELL if is_plain(data, begin, stop, profile, unfolded) else SLOW
    return SLOW if entity < _WHOLE_NUMBERS and size > _LEAST_SIZE else 0


@kernel
def survey_block(block: Any, plan: Any, tables: Any, scratch: Any, items: Any) -> int:
    """List the cells that hold something or may, in order; return how many they are.

    Args:
        block: `Block` of C cells in R rows.
        plan: `Plan`.
        tables: `Tables`.
        scratch: `Scratch` of this thread; its sieve is filled.
        items: `Items` of at least C, to be filled.
    """
    sieve, value = scratch.sieve, scratch.value
    fill_sieve(tables.placeholder, sieve)
    data, row_cell, count = block.data, block.row_cell, 0
    for row in range(row_cell.size - 1):
        for cell in range(row_cell[row], row_cell[row + 1]):
            begin, stop = block.cell_start[cell], block.cell_stop[cell]
            if begin >= stop:
                continue
            column = np.int64(block.cell_column[cell])
            way = settle(data, begin, stop, column, plan, tables, sieve, value)
            if way == 0:
                continue
            items.cell[count] = cell
            items.row[count] = row
            items.way[count] = way
            items.detail[count] = 0
            count += 1
    return count
