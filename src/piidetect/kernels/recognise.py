# SPDX-License-Identifier: Apache-2.0
"""One span, one winner: which recognizer claims a compact number, and the finding it makes."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.checks import (
    INVALID_CHECKSUM,
    INVALID_DATE,
    INVALID_FORMAT,
    INVALID_LENGTH,
    PRECISION_LOST,
    UNASSIGNED,
    UNCHECKED,
    UNKNOWN_REGION,
    VALID,
    birth_number,
    check_bank_card,
    check_foreign_permanent_resident_id,
    check_landline,
    check_mobile,
    check_resident_id,
    check_service_number,
    decimal,
)
from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.keys import queue_key
from piidetect.kernels.plan import (
    END,
    FARTHEST,
    LONGEST,
    LOST,
    OVERRULED,
    RANK,
    SIEVE_WORDS,
    START,
    UNSURE,
    VALIDATORS,
)
from piidetect.kernels.simd import LANES, equal_bits, trailing_zeros
from piidetect.schema import Verdict

_RESIDENT = VALIDATORS.index("resident_id")
_FOREIGN = VALIDATORS.index("foreign_permanent_resident_id")
_MOBILE = VALIDATORS.index("mobile")
_LANDLINE = VALIDATORS.index("landline")
_CARD = VALIDATORS.index("bank_card")
_SERVICE = VALIDATORS.index("service_number")
_PLACEHOLDER = int(Verdict.PLACEHOLDER)
_NONE = 0
_FIRST_PLAUSIBLE = 1850_00_00
_LAST_PLAUSIBLE = 2099_99_99
_ID_LENGTH = 18
_OLD_ID_LENGTH = 15
_WORD_REACH = 48  # bytes before a number in which a context word counts: 16 hanzi
_MOST_LENGTH = 0xFFFF
_SIEVE_SHIFT = 64 - (64 * SIEVE_WORDS - 1).bit_length()


@inlined
def check(validator: int, compact: Any, first: int, last: int, tables: Any, today: int) -> int:
    """Run the check of one validator."""
    if validator == _RESIDENT:
        return check_resident_id(compact, first, last, tables.region, today)
    if validator == _MOBILE:
        return check_mobile(compact, first, last, tables.segment)
    if validator == _CARD:
        return check_bank_card(compact, first, last, tables.iin)
    if validator == _LANDLINE:
        return check_landline(compact, first, last, tables.area)
    if validator == _FOREIGN:
        return check_foreign_permanent_resident_id(compact, first, last, today)
    if validator == _SERVICE:
        return check_service_number(compact, first, last)
    return _NONE


@inlined
def claims_alone(
    validator: int, verdict: int, compact: Any, first: int, last: int, joined: int, tables: Any
) -> bool:
    """Tell whether a number is claimed without any heading or word that names it.

    18 digits with a plausible date are an ID, valid or not; what only its context can tell (an
    unassigned mobile, a card that fails Luhn, an unspaced landline) waits for that context.
    """
    if validator == _RESIDENT:
        if verdict in (VALID, UNCHECKED):
            return True
        if last - first == _OLD_ID_LENGTH:
            return False
        if verdict == INVALID_DATE:
            return tables.region[decimal(compact, first, first + 6)] == 1
        if verdict == UNKNOWN_REGION:
            return True
        birth = birth_number(compact, first, last)
        plausible = _FIRST_PLAUSIBLE <= birth <= _LAST_PLAUSIBLE
        return verdict in (INVALID_CHECKSUM, PRECISION_LOST) and plausible
    if validator == _FOREIGN:
        return verdict == VALID
    if validator == _LANDLINE:
        return verdict == VALID and joined == 1
    if validator == _SERVICE:
        return joined == 1
    return verdict == VALID


@kernel
def is_glued(data: Any, begin: int, at: int) -> bool:
    """Tell whether a Latin word that begins at `at` goes on before it."""
    first, before = np.int64(data[at]), np.int64(data[at - 1]) if at > begin else np.int64(0)
    small, digit = 97 <= before <= 122, 48 <= before <= 57
    if not (65 <= first <= 90 or 97 <= first <= 122):
        return False
    return digit or 65 <= before <= 90 or (small and first >= 97)


@kernel
def has_word(
    data: Any,
    begin: int,
    start: int,
    first: int,
    last: int,
    edges: Any,
    words: Any,
    whole: bool,
) -> bool:
    """Tell whether one of the words `first:last` stands shortly before `start` in the cell.

    With `whole` one of Latin letters must not be the end of other letters and digits, but for a capital
    behind a small letter: `userQQ`.
    """
    low = max(begin, start - _WORD_REACH)
    if low >= start:
        return False
    for word in range(first, last):
        left, right = edges[word], edges[word + 1]
        size = right - left
        position = low
        while position <= start - size:
            bits = equal_bits(data, position, words[left])
            bits &= equal_bits(data, position + size - 1, words[right - 1])
            room = start - size + 1 - position
            if room < LANES:
                bits &= (np.uint64(1) << np.uint64(room)) - np.uint64(1)
            while bits:
                at = position + trailing_zeros(bits)
                bits &= bits - np.uint64(1)
                index = 1
                while index < size and data[at + index] == words[left + index]:
                    index += 1
                if index == size and not (whole and is_glued(data, begin, at)):
                    return True
            position += LANES
    return False


@inlined
def in_context(data: Any, begin: int, start: int, recognizer: int, column: int, plan: Any) -> bool:
    """Tell whether the column or a word before the number says what it is."""
    if plan.column_context[column] >> np.uint64(plan.entity[recognizer]) & np.uint64(1):
        return True
    first, last = plan.word_first[recognizer], plan.word_first[recognizer + 1]
    words = plan.words
    return has_word(data, begin, start, first, last, plan.word_edge, words, False)


@kernel
def without_prefix(compact: Any, first: int, last: int, dashed: bool) -> int:
    """Return where a mobile begins behind 86, 0086 or a dialled 0; `first` where none does.

    Behind a dash no 0 is dialled: the last group of a GUID looks like that.
    """
    size = last - first
    if size == 13 and compact[first] == 56 and compact[first + 1] == 54:
        return first + 2
    if size == 12 and compact[first] == 48 and not dashed:
        return first + 1
    if size == 15 and decimal(compact, first, first + 4) == 86:
        return first + 4
    return first


@inlined
def claimed_as(
    data: Any,
    begin: int,
    start: int,
    stop: int,
    first: int,
    last: int,
    joined: int,
    recognizer: int,
    where: Any,
    plan: Any,
    tables: Any,
    scratch: Any,
) -> int:
    """Return the verdict with which a recognizer claims a number, by its context; 0 where it doesn't."""
    compact, validator = scratch.compact, plan.validator[recognizer]
    verdict = check(validator, compact, first, last, tables, plan.today)
    claimed = verdict not in (INVALID_FORMAT, INVALID_LENGTH)
    alone = claimed and claims_alone(validator, verdict, compact, first, last, joined, tables)
    if claimed and (verdict == UNCHECKED or not alone):
        if validator == _CARD and verdict == UNASSIGNED:  # only a column can say that
            held = plan.column_context[where[1]] >> np.uint64(plan.entity[recognizer])
            known = held & np.uint64(1) == 1
        else:
            known = in_context(data, begin, start, recognizer, where[1], plan)
        if known and verdict == UNCHECKED:
            verdict = VALID
        claimed = known or (verdict == UNCHECKED and alone)
    placeholders, sieve = tables.placeholder, scratch.sieve
    if verdict == VALID and is_placeholder(compact, first, last, placeholders, sieve):
        verdict = _PLACEHOLDER
    if claimed and scratch.claimed[0] < scratch.claimed[1]:
        rank = plan.precedence[recognizer] + (UNSURE if verdict == UNCHECKED else 0)
        claimed = not outranks(start, stop, rank, scratch.claims, scratch.claimed)
    return verdict if claimed else _NONE


@inlined
def recognise(
    data: Any,
    begin: int,
    start: int,
    stop: int,
    first: int,
    last: int,
    letters: int,
    joined: int,
    where: Any,
    plan: Any,
    tables: Any,
    out: Any,
    scratch: Any,
) -> bool:
    """Find the recognizer that claims `compact[first:last]` and write its finding.

    Returns whether one did. The recognizers of a length are tried in order of precedence.
    """
    compact, won = scratch.compact, False
    size = last - first
    if size > LONGEST or size < 7:
        return False
    if letters == 0:
        before = np.int64(data[start - 1]) if start > begin else np.int64(0)
        inner = without_prefix(compact, first, last, before == 45)
        if inner > first and check_mobile(compact, inner, last, tables.segment) == VALID:
            first, size = inner, last - inner
            start -= before == 43
    cell = letters * (LONGEST + 1) + size - letters
    for index in range(plan.class_first[cell], plan.class_first[cell + 1]):
        recognizer = plan.class_recognizer[index]
        verdict = claimed_as(
            data, begin, start, stop, first, last, joined, recognizer, where, plan, tables, scratch
        )
        if verdict == _NONE:
            continue
        verdict |= OVERRULED if won else 0
        emit_number(start, stop, first, last, recognizer, verdict, where, plan, out, scratch)
        won = True
        if not plan.explained:
            break
    return won


@kernel
def outranks(start: int, stop: int, rank: int, claims: Any, claimed: Any) -> bool:
    """Tell whether a pattern has a better claim on part of a span; it wins then."""
    low, high = np.int64(claimed[0]), np.int64(claimed[1])
    last, better = high, False
    while low < high:  # the first that may reach so far
        middle = (low + high) // 2
        if claims[middle, START] <= start - FARTHEST:
            low = middle + 1
        else:
            high = middle
    while low < last and claims[low, START] < stop:
        over = start < claims[low, END]
        better = better or (over and claims[low, RANK] < rank and claims[low, LOST] == 0)
        low += 1
    return better


@kernel
def sieve_bit(value: int) -> int:
    """Return which of the bits of the sieve a number has."""
    return np.int64((np.uint64(value) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(_SIEVE_SHIFT))


@kernel
def fill_sieve(placeholders: Any, sieve: Any) -> None:
    """Set the bits of all placeholders; a number without its bit is none."""
    sieve[:] = np.uint64(0)
    for index in range(placeholders.size):
        bit = sieve_bit(placeholders[index])
        sieve[bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)


@kernel
def is_placeholder(compact: Any, first: int, last: int, placeholders: Any, sieve: Any) -> bool:
    """Tell whether the digits are a number that everybody types where they have none."""
    if last - first > _ID_LENGTH:
        return False
    return is_placeholder_value(decimal(compact, first, last), placeholders, sieve)


@kernel
def is_placeholder_value(value: int, placeholders: Any, sieve: Any) -> bool:
    """Tell the same of a number."""
    bit = sieve_bit(value)
    if (sieve[bit >> 6] >> np.uint64(bit & 63)) & np.uint64(1) == 0:
        return False
    low, high = 0, placeholders.size
    while low < high:
        middle = (low + high) // 2
        if placeholders[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < placeholders.size and placeholders[low] == value


@inlined
def emit(
    start: int,
    stop: int,
    entity: int,
    verdict: int,
    detail: int,
    where: Any,
    out: Any,
) -> None:
    """Write one finding without a key; past the capacity only the count grows, and the caller tries again."""
    at = out.count[0]
    out.count[0] = at + 1
    if at >= out.row.size:
        return
    out.row[at] = where[0]
    out.column[at] = where[1]
    out.entity[at] = entity
    out.verdict[at] = verdict
    out.start[at] = start - where[2]
    out.length[at] = min(stop - start, _MOST_LENGTH)
    out.detail[at] = detail
    out.key0[at] = np.uint64(0)
    out.key1[at] = np.uint64(0)


@inlined
def emit_number(
    start: int,
    stop: int,
    first: int,
    last: int,
    recognizer: int,
    verdict: int,
    where: Any,
    plan: Any,
    out: Any,
    scratch: Any,
) -> None:
    """Write the finding of a compact number with the key of its canonical value."""
    compact, entity = scratch.compact, np.int64(plan.entity[recognizer])
    source = compact
    if plan.validator[recognizer] == _RESIDENT:
        if last - first == _OLD_ID_LENGTH:
            upgrade(compact, first, scratch.value)
            source = scratch.value
            first, last = np.int64(0), np.int64(_ID_LENGTH)
    emit(start, stop, entity, verdict, np.int64(0), where, out)
    if verdict != PRECISION_LOST:
        queue_key(source, first, last, entity, out.count[0] - 1, plan, out, scratch)


@kernel
def upgrade(compact: Any, first: int, value: Any) -> None:
    """Write the 18-digit form of a 15-digit resident ID (born 19xx) into `value`."""
    total = 0
    weight = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for index in range(17):
        if index < 6:
            byte = np.int64(compact[first + index])
        elif index == 6:
            byte = 49
        elif index == 7:
            byte = 57
        else:
            byte = np.int64(compact[first + index - 2])
        value[index] = byte
        total += (byte - 48) * weight[index]
    last = (12 - total % 11) % 11
    value[17] = 88 if last == 10 else 48 + last
