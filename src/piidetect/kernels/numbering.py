# SPDX-License-Identifier: Apache-2.0
"""Joins keys of several tables exactly: equal keys get one number, or know where the others are.

Rows are scattered by the top bits of their key into chains of small chunks, then each chain is put
through a hash table of its own that fits into the cache. The keys are SipHash values, so their bits
need no further mixing. A row is three words: the key, and a tag that says whose it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.distinct import in_share, wanted
from piidetect.schema import ENTITY_NUMBER, Verdict

#: Chains of chunks; a key's chain is its top ten bits.
CHAINS = 1024
#: Rows of a chunk.
CHUNK = 512
#: Bits of a tag of :func:`scatter_findings`: record, place, entity, own, side.
PLACE, ENTITY, OWN, SIDE, USED = 40, 45, 51, 52, 53
#: Places that a table's third word tells apart on each side, and where the entity stands in it.
PLACES = 28
#: Stands for an entity in the tag of a subject's name and address together.
PAIR = 62

_VALID = int(Verdict.VALID)
_PERSON = ENTITY_NUMBER["PERSON"]
_ADDRESS = ENTITY_NUMBER["CN_ADDRESS"]
_MOST_ADDRESSES = 8
_PAIR_TAG = np.uint64((PLACES - 1) << PLACE | PAIR << ENTITY | 1 << OWN)
_ODD0, _ODD1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_ODD2, _ODD3 = np.uint64(0xD6E8FEB86659FD93), np.uint64(0xA0761D6478BD642F)


@inlined
def append(
    key0: Any, key1: Any, tag: Any, pool: Any, before: Any, last: Any, fill: Any, used: int
) -> int:
    """Append a row to the chain of its key; return the first chunk that is free after it."""
    chain = np.int64(key0 >> np.uint64(54))
    chunk, row = last[chain], fill[chain]
    if chunk < 0 or row == CHUNK:
        before[used] = chunk
        chunk, row = used, 0
        last[chain] = used
        used += 1
    pool[chunk, row, 0] = key0
    pool[chunk, row, 1] = key1
    pool[chunk, row, 2] = tag
    fill[chain] = row + 1
    return used


@kernel
def scatter_keys(
    key0: Any,
    key1: Any,
    chosen: Any,
    first: int,
    share: int,
    shares: int,
    pool: Any,
    before: Any,
    last: Any,
    fill: Any,
    used: int,
) -> int:
    """Append the chosen keys to their chains, tagged with `first` + their place + 1.

    Args:
        key0: uint64[n]; the key 0, 0 is none.
        key1: uint64[n].
        chosen: bool[n].
        first: number of the first row.
        share: the share wanted, of `shares`.
        shares: how many shares the keys are split into.
        pool: uint64[chunks, CHUNK, 3]: the chunks, enough for all rows.
        before: int64[chunks], the chunk before each in its chain, -1 for none.
        last: int64[CHAINS], the last chunk of each chain, -1 for none.
        fill: int64[CHAINS], rows in the last chunk of each chain.
        used: the first chunk that is free.

    Returns:
        the first chunk that is free after this.
    """
    for i in range(key0.size):
        a, b = key0[i], key1[i]
        if chosen[i] and wanted(a, b, share, shares):
            used = append(a, b, np.uint64(first + i + 1), pool, before, last, fill, used)
    return used


@kernel
def encode_findings(
    column: Any, entity: Any, verdict: Any, place: Any, own: Any, keyed: Any, out: Any
) -> None:
    """Write for each finding a code of place, entity and own, as in a tag; 0 for what doesn't matter.

    Args:
        column: uint16[n].
        entity: uint8[n], below 62.
        verdict: uint8[n].
        place: uint8[65536], the place of each column, below 28.
        own: bool[65536], whether a column speaks of the subject.
        keyed: bool[256], by entity.
        out: uint16[n].
    """
    for i in range(column.size):
        what, where = np.int64(entity[i]), np.int64(column[i])
        mine = own[where]
        paired = mine and (what == _PERSON or what == _ADDRESS)
        out[i] = 0
        if np.int64(verdict[i]) == _VALID and (keyed[what] or paired):
            out[i] = 1 << USED - PLACE | np.int64(mine) << OWN - PLACE | what << 5 | place[where]


@kernel
def scatter_findings(
    row: Any,
    key0: Any,
    key1: Any,
    code: Any,
    keyed: Any,
    first: int,
    side: int,
    share: int,
    shares: int,
    pool: Any,
    before: Any,
    last: Any,
    fill: Any,
    used: int,
    state: Any,
    held: Any,
) -> int:
    """Append the values of keyed entities, and each record's own name with each of its addresses.

    A record may go on in the next call; a call without rows ends the last one.

    Args:
        row: uint32[n], sorted.
        key0: uint64[n].
        key1: uint64[n].
        code: uint16[n], see `encode_findings`.
        keyed: bool[256], by entity.
        first: number of the record of row 0.
        side: 0 for the case before, 1 for the case after.
        share: as for `scatter_keys`.
        shares: see there.
        pool: see there.
        before: see there.
        last: see there.
        fill: see there.
        used: see there.
        state: int64[3]: the record at hand (-1 for none), its names so far, its addresses so far.
        held: uint64[2 + 2 * 8]: the keys of its name and addresses.
    """
    whose = np.uint64(side) << np.uint64(SIDE) | np.uint64(1) << np.uint64(USED)
    pair = _PAIR_TAG | whose
    size, at, names, found = row.size, state[0], state[1], state[2]
    for i in range(max(size, 1)):
        if size == 0 or np.int64(row[i]) != at:
            if names > 0:
                for j in range(found):
                    a = held[0] * _ODD0 + held[2 + 2 * j] * _ODD1
                    b = held[1] * _ODD2 + held[3 + 2 * j] * _ODD3
                    if in_share(a, share, shares):
                        tag = pair | np.uint64(first + at)
                        used = append(a, b, tag, pool, before, last, fill, used)
            names, found, at = 0, 0, -1
            if size == 0:
                break
            at = np.int64(row[i])
        if code[i] == 0:
            continue
        a, b = key0[i], key1[i]
        what = np.int64(code[i]) >> 5 & 63
        if what == _PERSON:
            if names == 0:
                held[0], held[1] = a, b
            names += 1
        elif what == _ADDRESS and found < _MOST_ADDRESSES:
            held[2 + 2 * found], held[3 + 2 * found] = a, b
            found += 1
        if keyed[what] and wanted(a, b, share, shares):
            tag = np.uint64(code[i]) << np.uint64(PLACE) | whose | np.uint64(first + at)
            used = append(a, b, tag, pool, before, last, fill, used)
    state[0], state[1], state[2] = at, names, found
    return used


@kernel
def longest(last: Any, fill: Any, before: Any) -> int:
    """Return how many rows the longest chain has; the arguments are as for `match_chains`."""
    most = 0
    for chain in range(CHAINS):
        rows = 0
        for pile in range(last.shape[0]):
            chunk, filled = last[pile, chain], fill[pile, chain]
            while chunk >= 0:
                rows += filled
                chunk, filled = before[chunk], CHUNK
        most = max(most, rows)
    return most


@inlined
def slot_of(key0: Any, key1: Any, table: Any) -> int:
    """Return the slot of a key, or the free one that it may take; the third word isn't 0 in use."""
    end = table.shape[0] - 1
    slot = np.int64(key0 & np.uint64(end))
    while table[slot, 2] != 0 and (table[slot, 0] != key0 or table[slot, 1] != key1):
        slot = (slot + 1) & end
    return slot


@kernel
def match_chains(
    begin: int,
    end: int,
    pool: Any,
    before: Any,
    last: Any,
    fill: Any,
    table: Any,
    flags_before: Any,
    flags_after: Any,
    out: Any,
) -> int:
    """Join the places of equal values, and mark the records of which one is on the other side.

    Args:
        begin: the first chain.
        end: the chain after the last one.
        pool: as `scatter_findings` filled it, and so `before`.
        before: see pool.
        last: int64[piles, CHAINS], of all piles that go together.
        fill: int64[piles, CHAINS], see last.
        table: uint64[slots, 3], zeros, and again afterwards; `slots` is a power of two, at least
            twice the rows of the longest chain.
        flags_before: uint8[records of the case before]: 1 is written where the subject's own value
            is in the case after.
        flags_after: uint8[records of the case after], the other way round.
        out: uint64[n], with room for every row of the chains: the entity in the top bits, then 28
            bits of places before, then 28 of places after.

    Returns:
        how many distinct values were written to `out`.
    """
    number = 0
    low = (np.uint64(1) << np.uint64(PLACES)) - np.uint64(1)
    for chain in range(begin, end):
        for step in range(2):
            for pile in range(last.shape[0]):
                chunk, filled = last[pile, chain], fill[pile, chain]
                while chunk >= 0:
                    for i in range(filled):
                        key0, key1, tag = pool[chunk, i, 0], pool[chunk, i, 1], pool[chunk, i, 2]
                        slot = slot_of(key0, key1, table)
                        side = (tag >> np.uint64(SIDE)) & np.uint64(1)
                        if step == 0:
                            shift = (tag >> np.uint64(PLACE)) & np.uint64(31)
                            if side == 0:
                                shift += np.uint64(PLACES)
                            entity = (tag >> np.uint64(ENTITY)) & np.uint64(63)
                            table[slot, 0], table[slot, 1] = key0, key1
                            table[slot, 2] |= np.uint64(1) << shift
                            table[slot, 2] |= entity << np.uint64(2 * PLACES)
                        elif (tag >> np.uint64(OWN)) & np.uint64(1) != 0:
                            places = table[slot, 2]
                            record = np.int64(
                                tag & ((np.uint64(1) << np.uint64(PLACE)) - np.uint64(1))
                            )
                            if side == 0 and places & low != 0:
                                flags_before[record] = 1
                            elif side != 0 and (places >> np.uint64(PLACES)) & low != 0:
                                flags_after[record] = 1
                    chunk, filled = before[chunk], CHUNK
        for slot in range(table.shape[0]):
            if table[slot, 2] != 0:
                out[number] = table[slot, 2]
                number += 1
                table[slot, 2] = 0
    return number


@kernel
def number_chains(
    begin: int,
    end: int,
    pool: Any,
    before: Any,
    last: Any,
    fill: Any,
    table: Any,
    base: int,
    out: Any,
) -> int:
    """Write the number of each row's key, `base` and up, to `out[tag - 1]`; return how many there are.

    Args:
        begin: as for `match_chains`.
        end: see there.
        pool: as `scatter_keys` filled it, and so `before`.
        before: see there.
        last: see there.
        fill: see there.
        table: see there.
        base: the first number.
        out: int32[rows].
    """
    number = 0
    for chain in range(begin, end):
        for pile in range(last.shape[0]):
            chunk, filled = last[pile, chain], fill[pile, chain]
            while chunk >= 0:
                for i in range(filled):
                    key0, key1, tag = pool[chunk, i, 0], pool[chunk, i, 1], pool[chunk, i, 2]
                    slot = slot_of(key0, key1, table)
                    if table[slot, 2] == 0:
                        number += 1
                        table[slot, 0], table[slot, 1] = key0, key1
                        table[slot, 2] = np.uint64(number)
                    out[np.int64(tag) - 1] = base + np.int64(table[slot, 2]) - 1
                chunk, filled = before[chunk], CHUNK
        for slot in range(table.shape[0]):
            table[slot, 2] = 0
    return number


@kernel
def join_bits(numbers: Any, bits: Any, out: Any) -> None:
    """Join `bits[i]` into `out[numbers[i]]` by `or`; a number of -1 is passed over."""
    for i in range(numbers.size):
        if numbers[i] >= 0:
            out[numbers[i]] |= bits[i]
