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
from piidetect.kernels.forms import MOST_CODES, class_of, judge, word_hash
from piidetect.kernels.keys import queue_key
from piidetect.kernels.lone import LEAD, is_alnum, wide_ascii
from piidetect.kernels.plain import encode, three_bytes
from piidetect.kernels.plan import (
    END,
    LOST,
    OVERRULED,
    RANK,
    RECOGNIZER,
    START,
    UNSURE,
    VERDICT,
)
from piidetect.kernels.recognise import emit, has_word
from piidetect.kernels.runs import alnum_at
from piidetect.kernels.simd import load_word, trailing_zeros

_REACH = 40  # bytes before a value in which a word that names it must stand
_NEAR = 15  # and in which it must end
_MOST_LEAD = 63
_DOT = 46


@kernel
def code_at(data: Any, position: int, stop: int) -> Any:
    """Return the folded code point at a position and its bytes; what isn't UTF-8 is U+FFFD."""
    byte = np.int64(data[position])
    if byte < 0x80:
        return byte, 1
    size = 2 if byte < 0xE0 else (3 if byte < 0xF0 else 4)
    if byte < 0xC0 or position + size > stop:
        return 0xFFFD, 1
    code = byte & (0xFF >> (size + 1))
    for index in range(1, size):
        code = code << 6 | (np.int64(data[position + index]) & 0x3F)
    if 0xFF01 <= code <= 0xFF5E:
        code -= 0xFEE0
    return (32 if code == 0x3000 else code), size


@kernel
def capital(code: int) -> int:
    """Return the capital of a small ASCII letter, all else as it is."""
    return code - 32 if 97 <= code <= 122 else code


@kernel
def is_dropped(code: int, rule: int, drop: Any) -> bool:
    """Tell whether a character says nothing: brackets, 字第…号."""
    found = False
    for place in range(drop.shape[1]):
        found = found or code == drop[rule, place]
    return found


@inlined
def longest(data: Any, start: int, stop: int, recognizer: int, forms: Any, word: Any) -> Any:
    """Run a pattern from `start`; return where its longest match ends and the characters of its value.

    One separator may stand between two characters. `word` gets the value without them.
    """
    state = np.int64(forms.start[recognizer])
    position, count, best, size = start, 0, np.int64(-1), 0
    skipped, upper, rule = False, forms.capital[recognizer], np.int64(forms.rule[recognizer])
    while position < stop and count < MOST_CODES:
        code, width = code_at(data, position, stop)
        kind = class_of(code, forms.kind, forms.edge, forms.edge_class)
        following = np.int64(forms.moves[state, kind])
        if following == 0:
            if skipped or count == 0 or code > 255 or not forms.separator[recognizer, code]:
                break
            skipped = True
        else:
            state, skipped = following, False
            if not is_dropped(code, rule, forms.drop):
                word[count] = capital(code) if upper else code
                count += 1
            if forms.accepts[state] and not alnum_at(data, position + width, stop):
                best, size = position + width, count
        position += width
    return best, size


@kernel
def goes_on(data: Any, begin: int, start: int, end: int, stop: int) -> bool:
    """Tell whether a match is part of something longer: `.5` behind it, `0.` before it, one group more.

    A mark that the match has between its groups doesn't stand at its edges with a group beyond.
    """
    for edge in range(2):
        at = end if edge == 1 else start - 1
        beyond = at + 1 if edge == 1 else at - 1
        if at < begin or at >= stop or beyond < begin or beyond >= stop:
            continue
        mark = np.int64(data[at])
        if mark not in (46, 45, 58, 64, 95) or not is_alnum(np.int64(data[beyond])):
            continue
        if mark == 64:
            return True
        if mark == _DOT and 48 <= data[beyond] <= 57:
            return True
        for position in range(start, end):
            if data[position] == mark:
                return True
    return False


@kernel
def end_of_word(data: Any, position: int, size: int, ending: Any) -> int:
    """Return the number of the words' end that the `size` bytes before `position` are, 0 for none."""
    last = load_word(data, position - size) & ((np.uint64(1) << np.uint64(8 * size)) - np.uint64(1))
    return np.int64(ending[word_hash(last, size)])


@kernel
def named_from(data: Any, begin: int, start: int, ending: Any, whose: Any, named: Any) -> int:
    """Return how far back a word may stand that names the value at `start`, `start` where none does.

    No number of two digits, line end, comma, semicolon or full stop may stand between. Words are told
    by the hash of their last bytes; `named` gets the bits of the recognizers that have such a word.
    """
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
    return first < last and has_word(data, low, start, first, last, edge, words)


@kernel
def put_claim(
    start: int, end: int, recognizer: int, verdict: int, rank: int, claims: Any, claimed: Any
) -> None:
    """Put a claim on the list; of two on one span the lower rank wins, the other is marked as lost."""
    count = np.int64(claimed[0])
    if count >= claims.shape[0]:
        return
    lost = False
    for index in range(count):
        over = claims[index, START] < end and start < claims[index, END]
        lost = lost or (over and claims[index, LOST] == 0 and claims[index, RANK] <= rank)
    for index in range(count):
        if not lost and claims[index, START] < end and start < claims[index, END]:
            claims[index, LOST] = 1
    claims[count, START], claims[count, END] = start, end
    claims[count, RECOGNIZER], claims[count, VERDICT] = recognizer, verdict
    claims[count, RANK], claims[count, LOST] = rank, np.int64(lost)
    claimed[0] = count + 1


@inlined
def claim(
    data: Any,
    low: int,
    start: int,
    end: int,
    size: int,
    recognizer: int,
    where: Any,
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
        known = plan.column_context[where[1]] >> entity & np.uint64(1) == 1
        if not known and low < start:
            first, last = forms.word_first[recognizer], forms.word_first[recognizer + 1]
            known = is_named(data, low, start, first, last, forms.word_edge, forms.words)
        if known and verdict == UNCHECKED and not forms.fixed[form]:
            verdict = np.int64(VALID)
        if known or forms.alone[recognizer] >> verdict & 1:
            rank = forms.precedence[recognizer] + (UNSURE if verdict == UNCHECKED else 0)
            put_claim(start, end, recognizer, verdict, rank, scratch.claims, scratch.claimed)


@kernel
def lead_length(data: Any, position: int, stop: int) -> Any:
    """Return how many ASCII or full-width letters and digits stand in a row, 63 at most; if only digits."""
    count, digits = 0, 0
    while position < stop and count < _MOST_LEAD:
        byte = np.int64(data[position])
        width = 1
        if byte == LEAD:
            byte, width = wide_ascii(data, position, stop), 3
        if not is_alnum(byte):
            break
        digits += byte <= 57
        position += width
        count += 1
    return count, digits == count


@inlined
def find_words(
    data: Any, begin: int, stop: int, where: Any, plan: Any, tables: Any, scratch: Any
) -> None:
    """List what the patterns claim in a cell in `scratch.claims`."""
    forms, named = plan.forms, scratch.named
    position, inside = begin, False
    scratch.claimed[0] = 0
    while position < stop:
        byte = np.int64(data[position])
        if 0xE1 <= byte <= 0xEE and position + 3 <= stop:  # full-width forms begin with 0xEF
            code = three_bytes(data, position)
            if code != 0x3000 and not forms.begins[code]:
                inside = False
                position += 3
                continue
        elif byte < 0x80 and not forms.begins[byte]:
            inside = is_alnum(byte)
            position += 1
            continue
        code, width = code_at(data, position, stop)
        alnum = is_alnum(code)
        if not (alnum and inside):
            kind = class_of(code, forms.kind, forms.edge, forms.edge_class)
            lead, only_digits, low = 0, False, np.int64(-1)
            if alnum:
                lead, only_digits = lead_length(data, position, stop)
            for group in range(forms.first.shape[1]):
                bits = forms.first[kind, group] & forms.lead[lead, group]
                alone = forms.alone_first[group]
                if only_digits:
                    alone &= forms.alone_digits[lead, group]
                alone |= plan.column_forms[where[1], group]
                if bits & ~alone:
                    if low < 0:
                        low = named_from(data, begin, position, forms.ending, forms.whose, named)
                    bits &= alone | named[group]
                while bits:
                    recognizer = group * 64 + trailing_zeros(bits)
                    bits &= bits - np.uint64(1)
                    end, size = longest(data, position, stop, recognizer, forms, scratch.word)
                    if end > 0 and not goes_on(data, begin, position, end, stop):
                        if low < 0:
                            low = named_from(
                                data, begin, position, forms.ending, forms.whose, named
                            )
                        claim(
                            data, low, position, end, size, recognizer, where, plan, tables, scratch
                        )
        inside = alnum
        position += width


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


@inlined
def emit_claims(data: Any, before: int, where: Any, plan: Any, out: Any, scratch: Any) -> None:
    """Write the claims that no better finding, from `before` on, stands in the way of."""
    claims = scratch.claims
    known = min(np.int64(out.count[0]), out.row.size)
    for index in range(np.int64(scratch.claimed[0])):
        start, end = claims[index, START], claims[index, END]
        verdict = claims[index, VERDICT]
        lost = claims[index, LOST] == 1
        for at in range(before, known):
            first = np.int64(out.start[at]) + where[2]
            over = first < end and start < first + np.int64(out.length[at])
            lost = lost or (over and out.verdict[at] < OVERRULED)
        if lost and not plan.explained:
            continue
        verdict |= OVERRULED if lost else 0
        recognizer = claims[index, RECOGNIZER]
        _, size = longest(data, start, end, recognizer, plan.forms, scratch.word)
        emit_word(start, end, size, recognizer, verdict, where, plan, out, scratch)
