# SPDX-License-Identifier: Apache-2.0
"""Distinct keys, exactly, with what is known of each (bits, joined by `or`).

Two steps, both in cache: rows are scattered by the top bits of their key into chains of small
chunks (:func:`scatter`, :func:`scatter_values`), then each chain is put through a hash table of its own (:func:`collect`).
The keys are SipHash values, so their bits need no further mixing.

A row is three words: the whole key, and its bits; or two where the bits fit into the room that the
top bits of the key leave, which the chain knows anyway.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel

#: What a key's top bits are: the number of its chain.
CHAIN_BITS = 10
#: Chains of chunks.
CHAINS = 1 << CHAIN_BITS
#: Rows of a chunk.
CHUNK = 256
#: Slots of the smallest hash table.
SMALLEST = 64
#: Words of a row whose bits are below CHAINS, and of any row.
NARROW = 2
WIDE = 3
#: Slots of a table of groups, and how many of them may be taken.
GROUP_SLOTS = 4096
MOST_GROUPS = 3072

_SHIFT = np.uint64(CHAIN_BITS)
_TOP = np.uint64(64 - CHAIN_BITS)
_LOW = np.uint64(CHAINS - 1)
_TAGS = 1024
_MIX0 = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xC2B2AE3D27D4EB4F)


@inlined
def append(
    key0: Any, key1: Any, bits: Any, pool: Any, before: Any, last: Any, fill: Any, used: Any
) -> None:
    """Append a row to its chain; the arguments are as for :func:`scatter`."""
    chain = np.int64(key0 >> _TOP)
    chunk, row = last[chain], fill[chain]
    if chunk < 0 or row == CHUNK:
        before[used[0]] = chunk
        chunk, row = used[0], 0
        last[chain] = chunk
        used[0] += 1
    pool[chunk, row, 1] = key1
    if pool.shape[2] == WIDE:
        pool[chunk, row, 0] = key0
        pool[chunk, row, 2] = bits
    else:
        pool[chunk, row, 0] = key0 << _SHIFT | bits
    fill[chain] = row + 1


@inlined
def in_share(key0: Any, share: int, shares: int) -> bool:
    """Tell whether a key belongs to a share of the key space; at most 65,536 shares."""
    return np.int64((key0 >> np.uint64(32)) & np.uint64(0xFFFF)) * shares >> 16 == share


@inlined
def wanted(key0: Any, key1: Any, share: int, shares: int) -> bool:
    """Tell whether a key is one and of the share."""
    if key0 == 0 and key1 == 0:
        return False
    return shares == 1 or in_share(key0, share, shares)


@kernel
def scatter(
    key0: Any,
    key1: Any,
    bits: Any,
    share: int,
    shares: int,
    pool: Any,
    before: Any,
    last: Any,
    fill: Any,
    used: Any,
) -> None:
    """Append rows to their chains: those with non-zero bits and a key of the share.

    Args:
        key0: uint64[n]; the key 0, 0 is none and left out.
        key1: uint64[n].
        bits: uint64[n]; 0 for rows to leave out, below CHAINS where rows are narrow.
        share: the share wanted, of ``shares``.
        shares: how many shares the keys are split into, at most 65,536.
        pool: uint64[chunks, CHUNK, NARROW or WIDE]: the chunks.
        before: int64[chunks], the chunk before each in its chain, -1 for none.
        last: int64[CHAINS], the last chunk of each chain, -1 for none.
        fill: int64[CHAINS], rows in the last chunk of each chain.
        used: int64[1], the first chunk that is free; the caller provides enough for all rows.
    """
    for i in range(key0.size):
        if bits[i] != 0 and wanted(key0[i], key1[i], share, shares):
            append(key0[i], key1[i], bits[i], pool, before, last, fill, used)


@kernel
def scatter_values(
    entity: Any,
    verdict: Any,
    detail: Any,
    key0: Any,
    key1: Any,
    valid: int,
    doubtful: int,
    ids: int,
    tally: Any,
    share: int,
    shares: int,
    pool: Any,
    before: Any,
    last: Any,
    fill: Any,
    used: Any,
    id_pool: Any,
    id_before: Any,
    id_last: Any,
    id_fill: Any,
    id_used: Any,
) -> None:
    """Append what findings say of their values to chains: IDs to wide ones, others to narrow ones.

    Bits 0-7 are the entity, 8 is set for a valid finding, 9 for a doubtful one; 10-41 are the
    detail of an ID. Findings that are neither valid nor doubtful are left out.

    Args:
        entity: uint8[n].
        verdict: uint8[n].
        detail: int32[n].
        key0: as for :func:`scatter`.
        key1: see key0.
        valid: the verdict of valid findings.
        doubtful: the verdicts that are doubtful, bit v for verdict v; of other values than IDs
            doubt doesn't matter.
        ids: the entities that are IDs, bit e for entity e.
        tally: int64[65536], where findings are counted by entity * 256 + verdict.
        share: as for :func:`scatter`.
        shares: see share.
        pool: the narrow chains, and so the next four; as for :func:`scatter`.
        before: see pool.
        last: see pool.
        fill: see pool.
        used: see pool.
        id_pool: the wide chains of IDs, and so the next four.
        id_before: see id_pool.
        id_last: see id_pool.
        id_fill: see id_pool.
        id_used: see id_pool.
    """
    for i in range(entity.size):
        number, judged = np.int64(entity[i]), np.int64(verdict[i])
        tally[number << 8 | judged] += 1
        is_id = number < 64 and (ids >> number) & 1 == 1
        flag = 0
        if judged == valid:
            flag = 1 << 8
        elif is_id and judged < 64 and (doubtful >> judged) & 1:
            flag = 1 << 9
        if flag == 0 or not wanted(key0[i], key1[i], share, shares):
            continue
        bits = np.uint64(flag | number)
        if is_id:
            bits |= np.uint64(np.uint32(detail[i])) << np.uint64(10)
            append(key0[i], key1[i], bits, id_pool, id_before, id_last, id_fill, id_used)
        else:
            append(key0[i], key1[i], bits, pool, before, last, fill, used)


@inlined
def rows_in(chain: int, before: Any, last: Any, fill: Any) -> int:
    """Return the rows of a chain in all piles."""
    rows = 0
    for pile in range(last.shape[0]):
        chunk, filled = last[pile, chain], fill[pile, chain]
        while chunk >= 0:
            rows += filled
            chunk, filled = before[chunk], CHUNK
    return rows


@kernel
def rows_of(begin: int, end: int, before: Any, last: Any, fill: Any, result: Any) -> None:
    """Write the rows of the chains ``begin:end``: all of them, and the longest's.

    The arguments are as for :func:`collect`; ``result`` is int64[2].
    """
    result[0] = result[1] = 0
    for chain in range(begin, end):
        rows = rows_in(chain, before, last, fill)
        result[0] += rows
        result[1] = max(result[1], rows)


@kernel
def collect(
    begin: int,
    end: int,
    pool: Any,
    before: Any,
    last: Any,
    fill: Any,
    table: Any,
    keys: Any,
    out: Any,
) -> int:
    """Write the joined bits of each distinct key to ``out`` and return how many there are.

    Args:
        begin: the first chain.
        end: the chain after the last one.
        pool: as :func:`scatter` filled it, and so ``before``.
        before: see pool.
        last: int64[piles, CHAINS]: those of all calls of :func:`scatter` that go together.
        fill: int64[piles, CHAINS], see last.
        table: uint32[slots], room for the numbers of distinct keys; ``slots`` is a power of two, at
            least twice the rows of the longest chain.
        keys: uint64[n, 2], with room for every row of the chains: gets the distinct keys, whole
            where rows are wide.
        out: uint64[n].
    """
    wide = pool.shape[2] == WIDE
    tail = np.uint64(0) if wide else _LOW  # bits that aren't the key's
    shift = np.uint64(0) if wide else _SHIFT
    number = 0
    for chain in range(begin, end):
        rows = rows_in(chain, before, last, fill)
        size = SMALLEST
        while size < 2 * rows:
            size *= 2
        table[:size] = 0
        first = number
        for pile in range(last.shape[0]):
            chunk, filled = last[pile, chain], fill[pile, chain]
            while chunk >= 0:
                for row in range(filled):
                    word0, word1 = pool[chunk, row, 0], pool[chunk, row, 1]
                    bits = pool[chunk, row, 2] if wide else word0 & tail
                    word0 &= ~tail
                    slot = np.int64(word0 >> shift) & (size - 1)
                    while True:
                        known = np.int64(table[slot])
                        if known == 0:
                            keys[number, 0], keys[number, 1] = word0, word1
                            out[number] = bits
                            number += 1
                            table[slot] = number - first
                            break
                        at = first + known - 1
                        if keys[at, 0] == word0 and keys[at, 1] == word1:
                            out[at] |= bits
                            break
                        slot = (slot + 1) & (size - 1)
                chunk, filled = before[chunk], CHUNK
    return number


@kernel
def tally_values(bits: Any, tags: Any) -> None:
    """Count distinct values by entity and flags.

    Args:
        bits: uint64[n], as :func:`scatter_values` gives them, joined.
        tags: int64[1024], where values are counted by their lowest ten bits.
    """
    for i in range(bits.size):
        tags[np.int64(bits[i]) & (_TAGS - 1)] += 1


@kernel
def tally_groups(word0: Any, word1: Any, begin: int, table: Any) -> int:
    """Count pairs of words that are alike.

    Args:
        word0: uint64[n].
        word1: uint64[n].
        begin: the first pair to be counted.
        table: uint64[GROUP_SLOTS + 1, 3]: the pairs and how often they were seen, zeros at first;
            the last row's last word is how many different ones there are.

    Returns:
        Where it stopped: n, or before it where the table is full and has to be emptied.
    """
    for i in range(begin, word0.size):
        mixed = (word0[i] + word1[i] * _MIX1) * _MIX0
        slot = np.int64(mixed >> np.uint64(52))
        while True:
            if table[slot, 2] == 0:
                if table[GROUP_SLOTS, 2] == MOST_GROUPS:
                    return i
                table[GROUP_SLOTS, 2] += 1
                table[slot, 0], table[slot, 1] = word0[i], word1[i]
                break
            if table[slot, 0] == word0[i] and table[slot, 1] == word1[i]:
                break
            slot = (slot + 1) & (GROUP_SLOTS - 1)
        table[slot, 2] += 1
    return word0.size


@kernel
def enter(key0: Any, key1: Any, table: Any) -> None:
    """Put different keys into a hash table.

    Args:
        key0: uint64[n]; none of the keys is 0, 0.
        key1: uint64[n].
        table: uint64[slots, 2], zeros; ``slots`` is a power of two, at least twice n.
    """
    for i in range(key0.size):
        slot = np.int64(key0[i]) & (table.shape[0] - 1)
        while table[slot, 0] != 0 or table[slot, 1] != 0:
            slot = (slot + 1) & (table.shape[0] - 1)
        table[slot, 0], table[slot, 1] = key0[i], key1[i]


@kernel
def held(key0: Any, key1: Any, table: Any, out: Any) -> None:
    """Write 1 to ``out``, uint64[n], for keys that :func:`enter` put into the table, else 0."""
    for i in range(key0.size):
        slot = np.int64(key0[i]) & (table.shape[0] - 1)
        out[i] = 0
        while table[slot, 0] != 0 or table[slot, 1] != 0:
            if table[slot, 0] == key0[i] and table[slot, 1] == key1[i]:
                out[i] = 1
                break
            slot = (slot + 1) & (table.shape[0] - 1)
