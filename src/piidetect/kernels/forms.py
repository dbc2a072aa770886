# SPDX-License-Identifier: Apache-2.0
"""Patterns of recognizers and rules of numbers as tables, and the kernels that run them.

A pattern says where a value begins and ends; the rule of its validator says what it is worth: forms
that it may have, each with a verdict, a check character, a date, a division code. Both are data
(:mod:`piidetect.recognizer.rules` makes the tables), so a new number with a check of a known kind adds
no kernel. Scalar twins: the modules in :mod:`piidetect.numbers`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from piidetect.kernels.checks import (
    FIRST_BIRTH_YEAR,
    INVALID_DATE,
    INVALID_FORMAT,
    INVALID_LENGTH,
    UNCHECKED,
    UNKNOWN_REGION,
    is_date,
)
from piidetect.kernels.compiling import kernel
from piidetect.schema import Verdict

#: Most code points of a value.
MOST_CODES = 256

#: Room of the tables for a check: characters of the number, and of its alphabet (0-9, A-Z).
MOST_CHECKED = 24
ALPHABET = 36

#: Bits of `Forms.begins`.
BEGINS, PRECEDES, ENDS = 1, 2, 4

#: `Forms.reach` where values may have no letter or digit.
EVERYWHERE = 1 << 30

#: `column_profile` of a column that a pattern recognizes: this and the number of its recognizer.
FIRST_PATTERN = 32

_PLACEHOLDER = int(Verdict.PLACEHOLDER)
_NOTHING = np.uint64(0)


class Forms(NamedTuple):
    """Patterns and rules; r counts recognizers, u rules, f forms, c checks, s states of all automata.

    Classes of characters: `kind` uint8[65536]; `edge` int32[k] and `edge_class` uint8[k] for the rest.
    Automata: `moves` uint16[s, classes] (0 is dead), `accepts` uint8[s].
    Recognizers: `start` uint16[r], `rule` uint8[r], `entity` uint8[r], `precedence` int32[r], `unsure`
    int32[r] (what is added to it for an unchecked value), `alone`
    uint16[r] (bit v: verdict v counts without heading or word), `separator` bool[r, 256], `capital`
    bool[r]; `first` uint64[classes, w]: bits of the recognizers whose values begin with that class; `whole`,
    `onward` uint64[64, w]: of those that may be so many ASCII letters and digits in a row, and of those that
    may go on behind so many, `follow` uint64[classes, w] with that class; `begins` uint8[65536]:
    BEGINS for code points that some value begins with, PRECEDES for what may stand right before the first
    letter or digit in one, ENDS for what ends a context word; `reach` int64[1]: characters before its first letter or digit that a
    value may have, EVERYWHERE where one needs no letter or digit; `alone_first`
    uint64[classes, w]: of `first` those that may count without heading or word, `alone_digits` uint64[64, w] the same where so
    many letters and digits in a row are digits all; `word_first`, `word_edge`, `words`: context
    words as in `Plan`; `ending` uint16[65536]: by the hash of their last bytes the number of
    that end, and `whose` uint64[n, w] by that the bits of the recognizers with such words.
    Rules: `rule_start` uint16[u], `sizes` uint64[u] (bit n: n characters are possible), `form_first`
    int32[u], `keep` int32[u] (characters that make the key, 0 for all), `drop` int32[u, 4] (characters
    that don't), `flag` int32[u, 2] (what begins so gets detail 1).
    Forms: `verdict`, `bad` (where the check fails) uint8[f]; `check`, `date`, `region`, `filler` int32[f]: the check and the
    places of date, division code and first repeated character, -1 where there is none; `digits`
    int32[f] of the division code; `fewest` int32[f] digits that make it sure; `fixed` bool[f]:
    a heading doesn't make it valid; `groups` bool[f]: it must have the groups of an IPv6 address.
    Checks: `part` int16[c, MOST_CHECKED, ALPHABET] what each character adds; `modulus`, `constant`,
    `at` int32[c]; `mark` uint8[c, ALPHABET]: the check character by remainder.
    """

    kind: np.ndarray
    edge: np.ndarray
    edge_class: np.ndarray
    moves: np.ndarray
    accepts: np.ndarray
    start: np.ndarray
    rule: np.ndarray
    entity: np.ndarray
    precedence: np.ndarray
    unsure: np.ndarray
    alone: np.ndarray
    separator: np.ndarray
    capital: np.ndarray
    first: np.ndarray
    whole: np.ndarray
    onward: np.ndarray
    follow: np.ndarray
    begins: np.ndarray
    reach: np.ndarray
    alone_first: np.ndarray
    alone_digits: np.ndarray
    word_first: np.ndarray
    word_edge: np.ndarray
    words: np.ndarray
    ending: np.ndarray
    whose: np.ndarray
    rule_start: np.ndarray
    sizes: np.ndarray
    form_first: np.ndarray
    keep: np.ndarray
    drop: np.ndarray
    flag: np.ndarray
    verdict: np.ndarray
    bad: np.ndarray
    check: np.ndarray
    date: np.ndarray
    region: np.ndarray
    filler: np.ndarray
    digits: np.ndarray
    fewest: np.ndarray
    fixed: np.ndarray
    groups: np.ndarray
    part: np.ndarray
    modulus: np.ndarray
    constant: np.ndarray
    at: np.ndarray
    mark: np.ndarray


@kernel
def word_hash(last: Any, size: int) -> int:
    """Return the place in `Forms.ending` of the last bytes of a context word, as a number and how many.

    Of words that end in a hanzi they are six, or four where there are no more; of others three or two.
    """
    mixed = (last ^ (np.uint64(size) << np.uint64(56))) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64(mixed >> np.uint64(48))


@kernel
def class_of(code: int, kind: Any, edge: Any, edge_class: Any) -> int:
    """Return the class of a code point."""
    if code < 0x10000:
        return np.int64(kind[code])
    low, high = 0, edge.size
    while low < high:
        middle = (low + high) // 2
        if edge[middle] <= code:
            low = middle + 1
        else:
            high = middle
    return np.int64(edge_class[low - 1])


@kernel
def index_of(code: int) -> int:
    """Return the place of an ASCII digit or capital in the alphabet, -1 where it is neither."""
    if 48 <= code <= 57:
        return code - 48
    return code - 55 if 65 <= code <= 90 else -1


@kernel
def number_at(word: Any, at: int, digits: int) -> int:
    """Read digits as a number, -1 where one isn't."""
    value = 0
    for position in range(at, at + digits):
        digit = np.int64(word[position]) - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@kernel
def passes(word: Any, count: int, check: int, part: Any, constant: Any, modulus: Any) -> int:
    """Return the remainder of the weighted sum, -1 where a character has no weight."""
    total = np.int64(constant[check])
    for position in range(min(count, MOST_CHECKED)):
        index = index_of(np.int64(word[position]))
        if index >= 0:
            total += part[check, position, index]
    return total % np.int64(modulus[check])


@kernel
def has_ipv6_groups(word: Any, count: int) -> bool:
    """Tell whether hexadecimal digits and colons are eight groups of up to four, or fewer and one `::`."""
    groups, digits, gaps, colons = 0, 0, 0, 0
    for position in range(count):
        if word[position] == 58:
            colons += 1
            if colons == 2:
                gaps += 1
            if colons > 2 or (colons == 1 and position == 0 and word[1] != 58):
                return False
            digits = 0
        else:
            groups += digits == 0
            digits += 1
            colons = 0
            if digits > 4:
                return False
    if colons == 1 or gaps > 1:
        return False
    return groups <= 7 if gaps == 1 else groups == 8


@kernel
def judge(word: Any, count: int, rule: int, forms: Any, region: Any, today: int) -> Any:
    """Return verdict and form of a compact value.

    Args:
        word: int32[], code points, letters as the rule has them.
        count: how many.
        rule: number of the rule.
        forms: `Forms`.
        region: uint8[1_000_000] as in `tables.Tables`.
        today: the reference date, yyyymmdd.

    Returns:
        A verdict and the form's number, -1 where the value has none.
    """
    state = np.int64(forms.rule_start[rule])
    for position in range(count):
        code = np.int64(word[position])
        kind = class_of(code, forms.kind, forms.edge, forms.edge_class)
        state = np.int64(forms.moves[state, kind])
    label = np.int64(forms.accepts[state]) if state > 0 else 0
    if label == 0:
        bit = np.uint64(1) << np.uint64(min(count, 63))
        return INVALID_FORMAT if forms.sizes[rule] & bit else INVALID_LENGTH, -1
    form = np.int64(forms.form_first[rule]) + label - 1
    if forms.groups[form] and not has_ipv6_groups(word, count):
        return INVALID_FORMAT, -1
    filler = np.int64(forms.filler[form])
    if filler >= 0:
        position = filler + 1
        while position < count and word[position] == word[filler]:
            position += 1
        if position == count:
            return _PLACEHOLDER, form
    check = np.int64(forms.check[form])
    if check >= 0:
        remainder = passes(word, count, check, forms.part, forms.constant, forms.modulus)
        if forms.mark[check, remainder] != word[forms.at[check]]:
            return np.int64(forms.bad[form]), form
    date = np.int64(forms.date[form])
    if date >= 0:
        day = number_at(word, date, 8)
        real = day > 0 and is_date(day // 10000, day // 100 % 100, day % 100)
        if not real or day > today or day < FIRST_BIRTH_YEAR * 10000:
            return INVALID_DATE, form
    place = np.int64(forms.region[form])
    if place >= 0:
        digits = np.int64(forms.digits[form])
        code = number_at(word, place, digits)
        code = code * 10000 if digits == 2 else code
        if code < 0 or region[code] == 0:
            return UNKNOWN_REGION, form
    digits = 0
    for position in range(count):
        digits += 48 <= word[position] <= 57
    if digits < forms.fewest[form]:
        return UNCHECKED, form
    return np.int64(forms.verdict[form]), form
