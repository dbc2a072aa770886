# SPDX-License-Identifier: Apache-2.0
"""Find values by patterns in a text, and check cells of columns that are known to hold them.

A value begins and ends where no ASCII or full-width letter or digit stands beside it. At each such
place the patterns that may begin there are run as automata; the longest match of each counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.checks import INVALID_FORMAT, INVALID_LENGTH, UNCHECKED, VALID
from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.forms import (
    BEGINS,
    ENDS,
    EVERYWHERE,
    class_of,
    judge,
    word_hash,
)
from piidetect.kernels.keys import queue_key
from piidetect.kernels.lone import LEAD, is_alnum
from piidetect.kernels.matching import (
    MOST_LEAD,
    code_at,
    goes_on,
    lead_length,
    longest,
    next_alnum,
    precedes,
    step_back,
)
from piidetect.kernels.plain import encode, three_bytes
from piidetect.kernels.plan import (
    END,
    FARTHEST,
    ITEM,
    LOST,
    OVERRULED,
    RANK,
    RECOGNIZER,
    START,
    VERDICT,
)
from piidetect.kernels.recognise import emit, has_word
from piidetect.kernels.runs import alnum_at
from piidetect.kernels.simd import load_word, trailing_zeros
from piidetect.kernels.survey import HAS_WORD, SLOW

_REACH = 40  # bytes before a value in which a word that names it must stand
_NEAR = 15  # and in which it must end
_WORDS = HAS_WORD | SLOW


@kernel
def end_of_word(data: Any, position: int, size: int, ending: Any) -> int:
    """Return the number of the words' end that the `size` bytes before `position` are, 0 for none."""
    last = load_word(data, position - size) & ((np.uint64(1) << np.uint64(8 * size)) - np.uint64(1))
    return np.int64(ending[word_hash(last, size)])


@kernel
def named_from(data: Any, begin: int, start: int, forms: Any, named: Any) -> int:
    """Return how far back a word may stand that names the value at `start`, `start` where none does.

    No number of two digits, line end, comma, semicolon or full stop may stand between. Words are told
    by the hash of their last bytes; `named` gets the bits of the recognizers that have such a word.
    """
    ending, whose, begins = forms.ending, forms.whose, forms.begins
    low, found = start, False
    named[:] = np.uint64(0)
    while low > begin and start - low < (_REACH if found else _NEAR):
        one = np.int64(data[low - 1])
        room = low - begin
        first, second, width = 0, 0, 1
        if one < 0x80:
            digit = 48 <= one <= 57
            if one in (10, 13, 44, 59) or (digit and room > 1 and 48 <= data[low - 2] <= 57):
                break
            if is_alnum(one):
                first = end_of_word(data, low, 2, ending) if room > 1 else 0
                second = end_of_word(data, low, 3, ending) if room > 2 else 0
        elif room > 2 and data[low - 3] >= 0xE0:
            three, two = np.int64(data[low - 3]), np.int64(data[low - 2])
            comma = three == 0xEF and two == 0xBC and one in (0x8C, 0x9B)
            if comma or (three == 0xE3 and two == 0x80 and one in (0x81, 0x82)):
                break
            width = 3
            if begins[three_bytes(data, low - 3)] & ENDS:
                first = end_of_word(data, low, 4, ending) if room > 3 else 0
                second = end_of_word(data, low, 6, ending) if room > 5 else 0
        if first + second > 0:
            found = True
            for group in range(whose.shape[1]):
                named[group] |= whose[first, group] | whose[second, group]
        low -= width
    return low if found else start


@kernel
def is_named(data: Any, low: int, start: int, first: int, last: int, edge: Any, words: Any) -> bool:
    """Tell whether one of the words `first:last` stands between: it names the value at `start`."""
    return first < last and has_word(data, low, start, first, last, edge, words, True)


@kernel
def put_claim(
    start: int, end: int, recognizer: int, verdict: int, rank: int, claims: Any, claimed: Any
) -> None:
    """Put a claim on the list; of two on one span the lower rank wins, the other is marked as lost.

    Claims come in the order of their beginnings. Past the capacity only the count grows.
    """
    first, count = np.int64(claimed[0]), np.int64(claimed[1])
    claimed[1] = count + 1
    if count >= claims.shape[0]:
        return
    lost, near = False, count
    while near > first and claims[near - 1, START] > start - FARTHEST:
        near -= 1
        over = claims[near, START] < end and start < claims[near, END]
        lost = lost or (over and claims[near, LOST] == 0 and claims[near, RANK] <= rank)
    for index in range(near, count):
        if not lost and claims[index, START] < end and start < claims[index, END]:
            claims[index, LOST] = 1
    claims[count, START], claims[count, END] = start, end
    claims[count, RECOGNIZER], claims[count, VERDICT] = recognizer, verdict
    claims[count, RANK], claims[count, LOST] = rank, np.int64(lost)


@inlined
def claim(
    data: Any,
    low: int,
    start: int,
    end: int,
    size: int,
    recognizer: int,
    column: int,
    plan: Any,
    tables: Any,
    scratch: Any,
) -> None:
    """Judge a match and put it on the list of claims, if it is one.

    `low` is where its clause begins, past `start` where no word can name it.
    """
    forms, word = plan.forms, scratch.word
    verdict, form = judge(
        word, size, np.int64(forms.rule[recognizer]), forms, tables.region, plan.today
    )
    if verdict != INVALID_FORMAT and verdict != INVALID_LENGTH:
        entity = np.uint64(forms.entity[recognizer])
        known = plan.column_context[column] >> entity & np.uint64(1) == 1
        if not known and low < start:
            first, last = forms.word_first[recognizer], forms.word_first[recognizer + 1]
            known = is_named(data, low, start, first, last, forms.word_edge, forms.words)
        if known and verdict == UNCHECKED and not forms.fixed[form]:
            verdict = np.int64(VALID)
        if known or forms.alone[recognizer] >> verdict & 1:
            rank = np.int64(forms.precedence[recognizer])
            rank += np.int64(forms.unsure[recognizer]) if verdict == UNCHECKED else 0
            put_claim(start, end, recognizer, verdict, rank, scratch.claims, scratch.claimed)


@kernel
def first_place(data: Any, begin: int, ahead: int, stop: int, forms: Any) -> int:
    """Return from where on a value may begin, `ahead` being the next letter or digit; `stop` for nowhere."""
    reach = np.int64(forms.reach[0])
    if ahead == stop and reach < EVERYWHERE:
        return stop
    if reach < EVERYWHERE and not precedes(data, begin, ahead, forms.begins):
        return ahead
    return np.int64(step_back(data, begin, ahead, reach))


@kernel
def idle_bytes(data: Any, position: int, stop: int, begins: Any) -> int:
    """Return the bytes of a character that no value begins with, 0 where one may begin."""
    byte = np.int64(data[position])
    if 0xE1 <= byte <= 0xEE and position + 3 <= stop:  # full-width forms begin with 0xEF
        code = three_bytes(data, position)
        return 3 if code != 0x3000 and begins[code] & BEGINS == 0 else 0
    return 1 if byte < 0x80 and begins[byte] & BEGINS == 0 and not is_alnum(byte) else 0


@kernel
def class_behind(data: Any, position: int, stop: int, lead: int, forms: Any) -> int:
    """Return the class of what stands behind `lead` letters and digits, -1 where nothing does."""
    if lead == 0 or lead == MOST_LEAD or position >= stop:
        return -1
    code, _ = code_at(data, position, stop)
    return class_of(code, forms.kind, forms.edge, forms.edge_class)


@inlined
def find_words(
    data: Any, begin: int, stop: int, column: int, plan: Any, tables: Any, scratch: Any
) -> None:
    """Put what the patterns claim in a cell on the list in `scratch.claims`."""
    forms, named = plan.forms, scratch.named
    position, ahead = begin, begin - 1
    while position < stop:
        if position > ahead:
            ahead = next_alnum(data, position, stop)
            position = first_place(data, position, ahead, stop, forms)
            if position == stop:
                break
        idle = idle_bytes(data, position, stop, forms.begins)
        if idle > 0:
            position += idle
            continue
        code, width = code_at(data, position, stop)
        kind = class_of(code, forms.kind, forms.edge, forms.edge_class)
        lead, only_digits, low, beyond = 0, False, np.int64(-1), position + width
        if is_alnum(code):
            lead, only_digits, beyond = lead_length(data, position, stop)
        following = class_behind(data, beyond, stop, lead, forms)
        for group in range(forms.first.shape[1]):
            bits = forms.first[kind, group]
            onward = forms.onward[lead, group]
            if 0 < lead < MOST_LEAD:
                onward &= forms.follow[following, group] if following >= 0 else np.uint64(0)
            bits &= forms.whole[lead, group] | onward
            alone = forms.alone_first[kind, group]
            if only_digits:
                alone &= forms.alone_digits[lead, group]
            alone |= plan.column_forms[column, group]
            if bits & ~alone:
                if low < 0:
                    low = named_from(data, begin, position, forms, named)
                bits &= alone | named[group]
            while bits:
                recognizer = group * 64 + trailing_zeros(bits)
                bits &= bits - np.uint64(1)
                end, size = longest(data, position, stop, recognizer, forms, scratch.word)
                if end > 0 and not goes_on(data, begin, position, end, stop):
                    if low < 0:
                        low = named_from(data, begin, position, forms, named)
                    claim(data, low, position, end, size, recognizer, column, plan, tables, scratch)
        position = beyond
        while lead == MOST_LEAD and alnum_at(data, position, stop):
            position += 3 if data[position] == LEAD else 1


@kernel
def list_claims(block: Any, items: Any, count: int, plan: Any, tables: Any, scratch: Any) -> None:
    """List what patterns claim in the slow items in `scratch.claims`, cell by cell.

    `scratch.claimed[1]` gets how many they are; where that is more than there is room for, the
    caller makes room and tries again. For the arguments see `blocks.scan_items`.
    """
    data, claims, claimed = block.data, scratch.claims, scratch.claimed
    claimed[1] = 0
    for item in range(count):
        if items.way[item] & _WORDS != _WORDS:
            continue
        cell, before = items.cell[item], np.int64(claimed[1])
        claimed[0] = before
        column = np.int64(block.cell_column[cell])
        find_words(
            data, block.cell_start[cell], block.cell_stop[cell], column, plan, tables, scratch
        )
        if claimed[1] > claims.shape[0]:
            return
        for index in range(before, np.int64(claimed[1])):
            claims[index, ITEM] = item


@kernel
def value_bytes(word: Any, count: int, rule: int, forms: Any, value: Any) -> int:
    """Write what makes the key of a compact value into `value`, in UTF-8; return its length."""
    most = np.int64(forms.keep[rule])
    return np.int64(encode(word, min(count, most) if most > 0 else count, value))


@kernel
def detail_of(word: Any, recognizer: int, forms: Any, explained: int) -> int:
    """Return the detail of a finding: its recognizer where that is asked for, else the rule's flag."""
    if explained:
        return recognizer + 1
    flag = forms.flag[forms.rule[recognizer]]
    return np.int64(flag[0] > 0 and word[0] == flag[0] and word[1] == flag[1])


@inlined
def emit_word(
    start: int,
    end: int,
    size: int,
    recognizer: int,
    verdict: int,
    where: Any,
    plan: Any,
    out: Any,
    scratch: Any,
) -> None:
    """Write the finding of a compact value in `scratch.word`."""
    forms, word = plan.forms, scratch.word
    entity = np.int64(forms.entity[recognizer])
    detail = detail_of(word, recognizer, forms, plan.explained)
    emit(start, end, entity, verdict, detail, where, out)
    rule = np.int64(forms.rule[recognizer])
    last = value_bytes(word, size, rule, forms, scratch.value)
    queue_key(scratch.value, np.int64(0), last, entity, out.count[0] - 1, plan, out, scratch)


@kernel
def stands_in_the_way(start: int, end: int, near: int, last: int, row: int, out: Any) -> bool:
    """Tell whether a finding of `near:last`, which are in order, has some of a span."""
    over = False
    while near < last and np.int64(out.start[near]) + row < end:
        stop = np.int64(out.start[near]) + row + np.int64(out.length[near])
        over = over or (start < stop and out.verdict[near] < OVERRULED)
        near += 1
    return over


@inlined
def emit_claims(
    data: Any, before: int, middle: int, where: Any, plan: Any, out: Any, scratch: Any
) -> None:
    """Write the claims on a cell that no better finding stands in the way of.

    The other findings are those from `before` on: numbers, and from `middle` on e-mail addresses.
    """
    claims = scratch.claims
    known = min(np.int64(out.count[0]), out.row.size)
    middle = min(middle, known)
    number, mail = min(before, known), middle
    for index in range(np.int64(scratch.claimed[0]), np.int64(scratch.claimed[1])):
        start, end = claims[index, START], claims[index, END]
        verdict = claims[index, VERDICT]
        lost = claims[index, LOST] == 1
        while number < middle and np.int64(out.start[number]) + where[2] <= start - FARTHEST:
            number += 1
        while mail < known and np.int64(out.start[mail]) + where[2] <= start - FARTHEST:
            mail += 1
        lost = lost or stands_in_the_way(start, end, number, middle, where[2], out)
        lost = lost or stands_in_the_way(start, end, mail, known, where[2], out)
        if lost and not plan.explained:
            continue
        verdict |= OVERRULED if lost else 0
        recognizer = claims[index, RECOGNIZER]
        _, size = longest(data, start, end, recognizer, plan.forms, scratch.word)
        emit_word(start, end, size, recognizer, verdict, where, plan, out, scratch)
