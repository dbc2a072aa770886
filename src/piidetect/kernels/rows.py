# SPDX-License-Identifier: Apache-2.0
"""What a record holds, from its findings: mask, flaws, keys of content, information and subject."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.keys import absorb, finish, hash_bytes, opening
from piidetect.kernels.simd import HASH_LANES, hash_lanes, load_word
from piidetect.schema import ENTITY_NUMBER, SubjectKind, Verdict

_VALID = int(Verdict.VALID)
_RESIDENT = ENTITY_NUMBER["CN_RESIDENT_ID"]
_FOREIGN = ENTITY_NUMBER["CN_FOREIGN_PERMANENT_RESIDENT_ID"]
_PERSON = ENTITY_NUMBER["PERSON"]
_ADDRESS = ENTITY_NUMBER["CN_ADDRESS"]
_MOBILE = ENTITY_NUMBER["CN_MOBILE"]
_LANDLINE = ENTITY_NUMBER["CN_LANDLINE"]
_EMAIL = ENTITY_NUMBER["EMAIL_ADDRESS"]
_KIND_NONE = int(SubjectKind.NONE)
_KIND_ID = int(SubjectKind.ID)
_KIND_NAME_CONTACT = int(SubjectKind.NAME_CONTACT)
_KIND_NAME_ADDRESS = int(SubjectKind.NAME_ADDRESS)
_KIND_CONTACT = int(SubjectKind.CONTACT)
_KIND_NAME = int(SubjectKind.NAME)
_PAIR = np.uint64(0xFFFF)  # prefix of a key that is made of two keys
_NOBODY = -1
_STAFF = 0  # ranks of columns by whose they are
_OTHER = 1
_LANES = HASH_LANES

#: Most words of a row whose content is hashed together with other rows.
MOST_WORDS = 512

#: Findings of a row that are compared one by one.
FEW = 64


class RowScratch(NamedTuple):
    """Room for `summarise_rows`: words of some rows, how many they are, their keys, a pair of keys.

    `table` int64[a power of two, at least twice the findings of the longest row] is of use only
    where a row has more than FEW: there each value is looked up, not compared with all others.
    """

    words: np.ndarray
    lane_words: np.ndarray
    result: np.ndarray
    pair: np.ndarray
    table: np.ndarray


def new_row_scratch() -> RowScratch:
    """Make the room of one thread."""
    return RowScratch(
        words=np.zeros(_LANES * (MOST_WORDS + 2), np.uint64),
        lane_words=np.zeros(_LANES, np.int64),
        result=np.zeros(2 * _LANES, np.uint64),
        pair=np.zeros(6, np.uint64),
        table=np.zeros(1, np.int64),
    )


@kernel
def put_words(
    data: Any, cell_start: Any, cell_stop: Any, first: int, last: int, words: Any, at: int
) -> int:
    """Write the words of the cells `first:last`, trimmed of spaces, to every `_LANES`th of `words[at:]`.

    Words of 8 bytes; each cell closes with a word that holds its last 0-7 bytes and its length, so
    that the borders between cells count; the format that the cells came in doesn't. Returns the
    number of words, or one more than MOST_WORDS where there are more.
    """
    count = 0
    for cell in range(first, last):
        begin, stop = cell_start[cell], cell_stop[cell]
        while begin < stop and data[begin] == 32:
            begin += 1
        while stop > begin and data[stop - 1] == 32:
            stop -= 1
        if count + (stop - begin) // 8 >= MOST_WORDS:
            return MOST_WORDS + 1
        position = begin
        while position + 8 <= stop:
            words[at + _LANES * count] = load_word(data, position)
            count += 1
            position += 8
        rest = (np.uint64(1) << np.uint64(8 * (stop - position))) - np.uint64(1)
        closing = np.uint64((stop - begin) & 0xFF) << np.uint64(56)
        words[at + _LANES * count] = (load_word(data, position) & rest) | closing
        count += 1
    return count


@kernel
def long_key(
    data: Any, cell_start: Any, cell_stop: Any, first: int, last: int, k0: Any, k1: Any
) -> Any:
    """Hash the words that `put_words` gives of a row that has too many."""
    v0, v1, v2, v3 = opening(k0, k1)
    for cell in range(first, last):
        begin, stop = cell_start[cell], cell_stop[cell]
        while begin < stop and data[begin] == 32:
            begin += 1
        while stop > begin and data[stop - 1] == 32:
            stop -= 1
        position = begin
        while position + 8 <= stop:
            v0, v1, v2, v3 = absorb(v0, v1, v2, v3, load_word(data, position))
            position += 8
        rest = (np.uint64(1) << np.uint64(8 * (stop - position))) - np.uint64(1)
        closing = np.uint64((stop - begin) & 0xFF) << np.uint64(56)
        v0, v1, v2, v3 = absorb(v0, v1, v2, v3, (load_word(data, position) & rest) | closing)
    return finish(v0, v1, v2, v3)


@kernel
def content_keys(
    data: Any,
    cell_start: Any,
    cell_stop: Any,
    row_cell: Any,
    k0: Any,
    k1: Any,
    records: Any,
    words: Any,
    lane_words: Any,
    result: Any,
) -> None:
    """Write the keys of what the rows hold: SipHash-2-4-128 of their words, `_LANES` rows at a time."""
    rows = row_cell.size - 1
    for row in range(0, rows, _LANES):
        lanes = min(_LANES, rows - row)
        most = 0
        for lane in range(_LANES):
            count = 0
            if lane < lanes:
                first, last = row_cell[row + lane], row_cell[row + lane + 1]
                count = put_words(data, cell_start, cell_stop, first, last, words, lane)
            lane_words[lane] = count
            most = max(most, min(count, MOST_WORDS))
        hash_lanes(words, 0, most, lane_words, k0, k1, result)
        for lane in range(lanes):
            at = row + lane
            key = result[lane], result[_LANES + lane]
            if lane_words[lane] > MOST_WORDS:
                first, last = row_cell[at], row_cell[at + 1]
                key = long_key(data, cell_start, cell_stop, first, last, k0, k1)
            records.content0[at], records.content1[at] = key


@inlined
def pair_key(a: int, b: int, out: Any, words: Any, k0: Any, k1: Any) -> Any:
    """Key of two findings' keys; `words` is room for 4 uint64 and 8 bytes past them."""
    words[0], words[1] = out.key0[a], out.key1[a]
    words[2], words[3] = out.key0[b], out.key1[b]
    return hash_bytes(words.view(np.uint8), np.int64(0), np.int64(32), k0, k1, _PAIR, True)


@inlined
def better(candidate: int, known: int, out: Any, whose: Any) -> int:
    """Of two findings the one that is the subject's own, else the one that is nobody's; first wins."""
    if known == _NOBODY or whose[out.column[candidate]] > whose[out.column[known]]:
        return candidate
    return known


@kernel
def in_table(at: int, out: Any, table: Any) -> bool:
    """Tell whether a finding with this key is in a hash table of findings; else put it in."""
    most = np.uint64(table.size - 1)
    slot = out.key0[at] & most
    while table[slot] != _NOBODY:
        known = table[slot]
        if out.key0[known] == out.key0[at] and out.key1[known] == out.key1[at]:
            return True
        slot = (slot + np.uint64(1)) & most
    table[slot] = at
    return False


@inlined
def gather(first: int, last: int, out: Any, whose: Any, records: Any, row: int, table: Any) -> Any:
    """Sum up the findings `first:last` of one record; return its subject's ID, name, address, contact."""
    if last - first > FEW:
        table[:] = _NOBODY
    mask, flaws = np.uint64(0), 0
    info0, info1 = np.uint64(0), np.uint64(0)
    person, name, address, contact = _NOBODY, _NOBODY, _NOBODY, _NOBODY
    for at in range(first, last):
        verdict, entity = np.int64(out.verdict[at]), np.int64(out.entity[at])
        if verdict != _VALID:
            flaws |= 1 << verdict
            continue
        rank = whose[out.column[at]]
        if not rank_counts(rank, entity):
            continue
        bit = np.uint64(1) << np.uint64(entity)
        seen = False
        if last - first > FEW:
            seen = in_table(at, out, table)
        elif mask & bit:  # a value can't have been seen before its entity
            for earlier in range(first, at):
                if out.key0[earlier] == out.key0[at] and out.key1[earlier] == out.key1[at]:
                    counts = rank_counts(whose[out.column[earlier]], entity)
                    seen = seen or (counts and out.verdict[earlier] == _VALID)
        mask |= bit
        if not seen:
            info0 += out.key0[at]
            info1 += out.key1[at]
        if entity == _RESIDENT or entity == _FOREIGN:
            person = better(at, person, out, whose)
        elif rank <= _OTHER:
            continue
        elif entity == _PERSON:
            name = better(at, name, out, whose)
        elif entity == _ADDRESS:
            address = better(at, address, out, whose)
        elif entity == _MOBILE or entity == _LANDLINE or entity == _EMAIL:
            known = contact
            contact = better(at, contact, out, whose)
            if (
                known != _NOBODY
                and contact == known
                and contact_rank(entity) > contact_rank(out.entity[known])
            ):
                contact = at
    records.mask[row], records.flaws[row] = mask, flaws
    records.info0[row], records.info1[row] = info0, info1
    return person, name, address, contact


@kernel
def rank_counts(rank: int, entity: int) -> bool:
    """Tell whether a value says something of the record's persons: contacts and names of staff don't."""
    named = entity in (_PERSON, _ADDRESS, _MOBILE, _LANDLINE, _EMAIL)
    return rank != _STAFF or not named


@kernel
def contact_rank(entity: int) -> int:
    """A mobile is a better contact than a landline, which is a better one than an e-mail."""
    if entity == _MOBILE:
        return 3
    return 2 if entity == _LANDLINE else 1


@kernel
def summarise_rows(
    data: Any,
    cell_start: Any,
    cell_stop: Any,
    row_cell: Any,
    row_finding: Any,
    whose: Any,
    k0: Any,
    k1: Any,
    out: Any,
    records: Any,
    scratch: Any,
) -> None:
    """Fill the records of a block.

    Args:
        data: uint8[size + 64].
        cell_start: int64[C].
        cell_stop: int64[C].
        row_cell: int64[R+1].
        row_finding: int64[R+1], first finding of each row.
        whose: uint8[65536]: 3 for a column of the subject, 2 for nobody's in particular, 1 for
            another person's, 0 for staff's or an organisation's.
        k0: low half of the key.
        k1: high half.
        out: `Out`, the block's findings.
        records: `Records` with room for R rows.
        scratch: `RowScratch` of this thread.
    """
    content_keys(
        data,
        cell_start,
        cell_stop,
        row_cell,
        k0,
        k1,
        records,
        scratch.words,
        scratch.lane_words,
        scratch.result,
    )
    for row in range(row_cell.size - 1):
        person, name, address, contact = gather(
            row_finding[row], row_finding[row + 1], out, whose, records, row, scratch.table
        )
        kind, key = _KIND_NONE, (np.uint64(0), np.uint64(0))
        if person != _NOBODY:
            kind, key = _KIND_ID, (out.key0[person], out.key1[person])
        elif name != _NOBODY and contact != _NOBODY:
            kind, key = _KIND_NAME_CONTACT, pair_key(name, contact, out, scratch.pair, k0, k1)
        elif name != _NOBODY and address != _NOBODY:
            kind, key = _KIND_NAME_ADDRESS, pair_key(name, address, out, scratch.pair, k0, k1)
        elif contact != _NOBODY:
            kind, key = _KIND_CONTACT, (out.key0[contact], out.key1[contact])
        elif name != _NOBODY:
            kind, key = _KIND_NAME, (out.key0[name], out.key1[name])
        records.subject_kind[row] = kind
        records.subject0[row], records.subject1[row] = key
        if contact != _NOBODY:
            records.contact0[row], records.contact1[row] = out.key0[contact], out.key1[contact]
        else:
            records.contact0[row], records.contact1[row] = np.uint64(0), np.uint64(0)
