# SPDX-License-Identifier: Apache-2.0
"""What the scan kernel gets and gives: the plan, the tables, the findings of a block.

Tuples of arrays, so that kernels stay free of objects. :mod:`piidetect.detection` makes the plan from
the recognizers and the columns.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.kernels.forms import MOST_CODES, Forms
from piidetect.kernels.keys import MOST_WORDS
from piidetect.kernels.simd import HASH_LANES
from piidetect.numbers.cell_text import MAX_CODES

#: Longest run of digits that can be a number; longer ones are none.
LONGEST = 40

#: Most letters that may stand before the digits of a number.
MOST_LETTERS = 4

#: Room for the claims of patterns in a block at first.
SOME_CLAIMS = 4096

#: Bytes that a claim or a finding reaches at most.
FARTHEST = 4096

#: Recognizers of patterns at most; they are numbers from `FIRST_PATTERN` on in a byte.
MOST_PATTERNS = 192

#: Columns of `Scratch.claims`: span (bytes of the block), recognizer, verdict, rank, whether it lost,
#: the item that it is in.
START, END, RECOGNIZER, VERDICT, RANK, LOST, ITEM = range(7)

#: Added to the precedence of what only has a shape: everything else goes first.
UNSURE = 1000

#: Bit of a verdict: another claim on the span won (only where `Plan.explained`).
OVERRULED = 128

#: Validators by the number that the plan knows them by; order is free, 0 is none.
VALIDATORS: tuple[str, ...] = (
    "",
    "resident_id",
    "foreign_permanent_resident_id",
    "mobile",
    "landline",
    "bank_card",
    "service_number",
)


class Plan(NamedTuple):
    """Recognizers and columns as arrays; r counts recognizers of the kind `shape`.

    `class_first` int32[(MOST_LETTERS+1) * (LONGEST+1) + 1] and `class_recognizer` int32[]: the
    recognizers of each (letters, digits) in order of precedence; `validator`, `entity` uint8[r];
    `word_first` int32[r+1], `word_edge` int32[w+1], `words` uint8[]: context words; `column_entity`
    int16[65536]: entity of a column, -1 where none; `column_context` uint64[65536]: bits of the
    entities that a column's role speaks for; `column_profile` uint8[65536]: value profile of a
    column that is recognized as a whole, 0 where none; `email` int: entity of e-mail addresses,
    -1 where off; `quick` int16[LONGEST+1]: by the digits of a cell that holds nothing else the entity
    of the recognizer that has the first claim, where `survey` can run its check; -1 where it can't,
    -2 where nothing claims that many digits, -3 where only a heading, a word or other groups speak
    for it; `token` bool[(MOST_LETTERS+1) * (LONGEST+1)]: whether a
    pattern may claim a cell of so many letters and then digits without a heading; `column_forms` uint64[65536, w]: bits of
    the patterns that a column's role speaks for; `precedence` int32[r]; `forms`: what recognizers of patterns look for; `today` yyyymmdd; `k0`, `k1`: the key;
    `keyed`: 0 where nobody asks for keys; `explained`: 1 where findings carry the number of their
    recognizer as detail and claims that lost are written, too; `everywhere`: 1 where patterns may find
    something in any cell (those of a user's own), so that none is settled at a glance.
    """

    class_first: np.ndarray
    class_recognizer: np.ndarray
    validator: np.ndarray
    entity: np.ndarray
    word_first: np.ndarray
    word_edge: np.ndarray
    words: np.ndarray
    column_entity: np.ndarray
    column_context: np.ndarray
    column_profile: np.ndarray
    email: int
    quick: np.ndarray
    token: np.ndarray
    column_forms: np.ndarray
    precedence: np.ndarray
    forms: Forms
    today: int
    k0: np.uint64
    k1: np.uint64
    keyed: int
    explained: int
    everywhere: int


class Items(NamedTuple):
    """Cells of a block that hold something or may, as arrays of equal capacity, in order.

    `cell`, `row` int32[n]: which; `way` uint8[n]: how it is settled (`kernels.survey`); `detail`
    int32[n]: of a slow item how many findings it gave.
    """

    cell: np.ndarray
    row: np.ndarray
    way: np.ndarray
    detail: np.ndarray


class Out(NamedTuple):
    """Findings as arrays of equal capacity; `count` int64[1] is how many there are."""

    count: np.ndarray
    row: np.ndarray
    column: np.ndarray
    entity: np.ndarray
    verdict: np.ndarray
    start: np.ndarray
    length: np.ndarray
    detail: np.ndarray
    key0: np.ndarray
    key1: np.ndarray


class Scratch(NamedTuple):
    """Room for the groups of digits of one chain, one canonical value and values to be hashed.

    `words` uint64[(MOST_WORDS+1) * MOST_WORDS * HASH_LANES] are the words of values that wait for their
    hash, by number of words (`keys.queue_key`); `filled` int64[MOST_WORDS+1] how many wait, `place`
    int64[(MOST_WORDS+1) * lanes] whose they are; `lane_words` and `result` what
    `simd.hash_lanes` gets and gives; `digits` uint8[48] a number without its separators; `sieve`
    uint64[64] bits of the placeholders' hashes;
    `word` int32[] a compact value; `claims` int64[c, 7]: what patterns claim in a block
    (`words.list_claims`), `claimed` int64[2]: the first claim on the cell at hand and the one after its last;
    `named` uint64[]: bits of the patterns that a word may name.
    """

    compact: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    first: np.ndarray
    value: np.ndarray
    codes: np.ndarray
    number: np.ndarray
    digits: np.ndarray
    words: np.ndarray
    filled: np.ndarray
    place: np.ndarray
    lane_words: np.ndarray
    result: np.ndarray
    sieve: np.ndarray
    word: np.ndarray
    claims: np.ndarray
    claimed: np.ndarray
    named: np.ndarray


def new_out(capacity: int) -> Out:
    """Make room for `capacity` findings."""
    return Out(
        count=np.zeros(1, np.int64),
        row=np.empty(capacity, np.uint32),
        column=np.empty(capacity, np.uint16),
        entity=np.empty(capacity, np.uint8),
        verdict=np.empty(capacity, np.uint8),
        start=np.empty(capacity, np.uint32),
        length=np.empty(capacity, np.uint16),
        detail=np.empty(capacity, np.int32),
        key0=np.empty(capacity, np.uint64),
        key1=np.empty(capacity, np.uint64),
    )


def new_items(capacity: int) -> Items:
    """Make room for `capacity` items."""
    return Items(
        cell=np.empty(capacity, np.int32),
        row=np.empty(capacity, np.int32),
        way=np.empty(capacity, np.uint8),
        detail=np.empty(capacity, np.int32),
    )


#: Words of the sieve of placeholders (`recognise.fill_sieve`), a power of two.
SIEVE_WORDS = 64

#: Groups of one chain; a longer chain is resolved in pieces of this size.
MOST_GROUPS = 32


def new_scratch() -> Scratch:
    """Make the scratch space of one call."""
    return Scratch(
        compact=np.zeros((MOST_GROUPS + 1) * (LONGEST + MOST_LETTERS) + 64, np.uint8),
        start=np.zeros(MOST_GROUPS + 1, np.int64),
        stop=np.zeros(MOST_GROUPS + 1, np.int64),
        first=np.zeros(MOST_GROUPS + 2, np.int64),
        value=np.zeros(4 * MAX_CODES + 64, np.uint8),
        codes=np.zeros(MAX_CODES + 16, np.int32),
        number=np.zeros(2, np.int64),
        digits=np.zeros(48, np.uint8),
        words=np.zeros((MOST_WORDS + 1) * MOST_WORDS * HASH_LANES, np.uint64),
        filled=np.zeros(MOST_WORDS + 1, np.int64),
        place=np.zeros((MOST_WORDS + 1) * HASH_LANES, np.int64),
        lane_words=np.zeros(HASH_LANES, np.int64),
        result=np.zeros(2 * HASH_LANES, np.uint64),
        sieve=np.zeros(SIEVE_WORDS, np.uint64),
        word=np.zeros(MOST_CODES + 1, np.int32),
        claims=np.zeros((SOME_CLAIMS, ITEM + 1), np.int64),
        claimed=np.zeros(2, np.int64),
        named=np.zeros(MOST_PATTERNS // 64, np.uint64),
    )


class Records(NamedTuple):
    """The records of a block as arrays of one length, named as in `schema.schemas()["records"]`."""

    mask: np.ndarray
    flaws: np.ndarray
    content0: np.ndarray
    content1: np.ndarray
    info0: np.ndarray
    info1: np.ndarray
    subject_kind: np.ndarray
    subject0: np.ndarray
    subject1: np.ndarray
    contact0: np.ndarray
    contact1: np.ndarray


def new_records(rows: int) -> Records:
    """Make room for the records of `rows` rows."""
    types = {"flaws": np.uint16, "subject_kind": np.uint8}
    return Records(*(np.empty(rows, types.get(name, np.uint64)) for name in Records._fields))


@kernel
def tally_findings(out: Any, count: int, columns: int, counts: Any, places: Any) -> None:
    """Count findings by column, entity and verdict, and keep the first places of each.

    Args:
        out: `Out`.
        count: how many findings.
        columns: positions from here on are counted as one.
        counts: int64[(columns + 1) * 1024], to be filled; the index is column * 1024 + entity * 16
            + verdict.
        places: int64[len(counts), k], the first k findings of each.
    """
    for at in range(count):
        column: Any = min(np.int64(out.column[at]), columns)
        code = column * 1024 + np.int64(out.entity[at]) * 16 + np.int64(out.verdict[at])
        known = counts[code]
        if known < places.shape[1]:
            places[code, known] = at
        counts[code] = known + 1
