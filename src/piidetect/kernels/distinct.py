# SPDX-License-Identifier: Apache-2.0
"""Distinct keys, exactly, with what is known of each (bits, joined by `or`).

Two steps, both in cache: rows are scattered by the top bits of their key into chains of small
chunks (:func:`scatter`), then each chain is put through a hash table of its own (:func:`collect`).
The keys are SipHash values, so their bits need no further mixing.

A row is three words: the whole key, and its bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import kernel

#: Chains of chunks; a key's chain is its top ten bits.
CHAINS = 1024
#: Rows of a chunk.
CHUNK = 512
#: Slots of the smallest hash table.
SMALLEST = 64


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
    used: int,
) -> int:
    """Append rows to their chains: those with non-zero bits and a key of the share.

    Args:
        key0: uint64[n]; the key 0, 0 is none and left out.
        key1: uint64[n].
        bits: uint64[n]; 0 for rows to leave out.
        share: the share wanted, of ``shares``.
        shares: how many shares the keys are split into, at most 65,536.
        pool: uint64[chunks, CHUNK, 3]: the chunks.
        before: int64[chunks], the chunk before each in its chain, -1 for none.
        last: int64[CHAINS], the last chunk of each chain, -1 for none.
        fill: int64[CHAINS], rows in the last chunk of each chain.
        used: the first chunk that is free.

    Returns:
        The first chunk that is free after this; the caller provides enough for all rows.
    """
    for i in range(key0.size):
        if bits[i] == 0 or (key0[i] == 0 and key1[i] == 0):
            continue
        part = np.int64((key0[i] >> np.uint64(32)) & np.uint64(0xFFFF))
        if shares > 1 and part * shares >> 16 != share:
            continue
        chain = np.int64(key0[i] >> np.uint64(54))
        chunk, row = last[chain], fill[chain]
        if chunk < 0 or row == CHUNK:
            before[used] = chunk
            chunk, row = used, 0
            last[chain] = used
            used += 1
        pool[chunk, row, 0] = key0[i]
        pool[chunk, row, 1] = key1[i]
        pool[chunk, row, 2] = bits[i]
        fill[chain] = row + 1
    return used


@kernel
def longest(last: Any, fill: Any, before: Any) -> int:
    """Return how many rows the longest chain has; the arguments are as for :func:`collect`."""
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


@kernel
def collect(
    begin: int,
    end: int,
    pool: Any,
    before: Any,
    last: Any,
    fill: Any,
    table: Any,
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
        table: uint64[slots, 3], zeros, and again afterwards; ``slots`` is a power of two, at least
            twice the rows of the longest chain.
        out: uint64[n], with room for every row of the chains.
    """
    number = 0
    for chain in range(begin, end):
        rows = 0
        for pile in range(last.shape[0]):
            chunk, filled = last[pile, chain], fill[pile, chain]
            while chunk >= 0:
                rows += filled
                chunk, filled = before[chunk], CHUNK
        size = SMALLEST
        while size < 2 * rows:
            size *= 2
        for pile in range(last.shape[0]):
            chunk, filled = last[pile, chain], fill[pile, chain]
            while chunk >= 0:
                for row in range(filled):
                    word0, word1 = pool[chunk, row, 0], pool[chunk, row, 1]
                    slot = np.int64(word0) & (size - 1)
                    while True:
                        if table[slot, 2] == 0:
                            table[slot, 0], table[slot, 1] = word0, word1
                            table[slot, 2] = pool[chunk, row, 2]
                            break
                        if table[slot, 0] == word0 and table[slot, 1] == word1:
                            table[slot, 2] |= pool[chunk, row, 2]
                            break
                        slot = (slot + 1) & (size - 1)
                chunk, filled = before[chunk], CHUNK
        for slot in range(size):
            if table[slot, 2] != 0:
                out[number] = table[slot, 2]
                number += 1
                table[slot, 2] = 0
    return number


@kernel
def value_bits(
    entity: Any,
    verdict: Any,
    detail: Any,
    valid: int,
    doubtful: int,
    doubted: int,
    tally: Any,
    out: Any,
) -> None:
    """Write what each finding says of its value, 0 where it is left out.

    Bits 0-31 are the detail, 32-39 the entity, 40 is set for a valid finding, 41 for a doubtful
    one.

    Args:
        entity: uint8[n].
        verdict: uint8[n].
        detail: int32[n].
        valid: the verdict of valid findings.
        doubtful: the verdicts that are doubtful, bit v for verdict v.
        doubted: the entities of which doubtful findings matter, bit e for entity e.
        tally: int64[256, 256], where findings are counted by entity and verdict.
        out: uint64[n].
    """
    for i in range(entity.size):
        tally[entity[i], verdict[i]] += 1
        flag = 0
        if verdict[i] == valid:
            flag = 1 << 40
        elif (doubtful >> verdict[i]) & 1 and (doubted >> entity[i]) & 1:
            flag = 1 << 41
        what = np.int64(entity[i]) << 32 | np.int64(detail[i])
        out[i] = np.uint64(flag | what) if flag else np.uint64(0)


@kernel
def tally_values(bits: Any, ids: int, tags: Any) -> int:
    """Count distinct values by what is known of them, and gather the details of valid IDs.

    Args:
        bits: uint64[n], as :func:`value_bits` gives them, joined; the first of them are replaced by
            the details of valid IDs.
        ids: the entities that are IDs, bit e for entity e.
        tags: int64[1024], where values are counted by their bits from 32 on.

    Returns:
        How many details there are.
    """
    number = 0
    for i in range(bits.size):
        tag = np.int64(bits[i] >> np.uint64(32))
        tags[tag] += 1
        entity = tag & 255
        if tag & 256 and entity < 64 and (ids >> entity) & 1:
            bits[number] = bits[i] & np.uint64(0xFFFFFFFF)
            number += 1
    return number
