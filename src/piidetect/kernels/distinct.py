# SPDX-License-Identifier: Apache-2.0
"""Distinct 128-bit keys, exactly, with what is known of each (bits, joined by `or`).

Two steps, both in cache: rows are scattered by the top byte of their key into chains of small
chunks (:func:`scatter`), then each of the 256 chains is put through a hash table of its own
(:func:`collect`). The keys are SipHash values, so their bits need no further mixing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from piidetect.kernels.compiling import kernel

#: Chains of chunks; a key's chain is its top byte.
CHAINS = 256
#: Rows of a chunk.
CHUNK = 2048


@kernel
def scatter(
    key0: Any,
    key1: Any,
    bits: Any,
    share: int,
    shares: int,
    pool0: Any,
    pool1: Any,
    pool_bits: Any,
    before: Any,
    last: Any,
    fill: Any,
    used: int,
) -> int:
    """Append rows to their chains: those with non-zero bits and a key of the share.

    Args:
        key0: uint64[n]; the key 0, 0 is none and left out.
        key1: uint64[n].
        bits: uint64[n], 0 for rows to leave out.
        share: the share wanted, of ``shares`` (rows with ``key0 % shares == share``).
        shares: how many shares there are.
        pool0: uint64[chunks, CHUNK], as pool1 and pool_bits: the chunks.
        pool1: see pool0.
        pool_bits: see pool0.
        before: int64[chunks], the chunk before each in its chain, -1 for none.
        last: int64[CHAINS], the last chunk of each chain, -1 for none.
        fill: int64[CHAINS], rows in the last chunk of each chain.
        used: chunks in use.

    Returns:
        The chunks in use after this; the caller provides enough for all rows.
    """
    for i in range(key0.size):
        if bits[i] == 0 or (key0[i] == 0 and key1[i] == 0):
            continue
        if shares > 1 and key0[i] % np.uint64(shares) != np.uint64(share):
            continue
        chain = np.int64(key0[i] >> np.uint64(56))
        chunk, row = last[chain], fill[chain]
        if chunk < 0 or row == CHUNK:
            before[used] = chunk
            chunk, row = used, 0
            last[chain] = used
            used += 1
        pool0[chunk, row] = key0[i]
        pool1[chunk, row] = key1[i]
        pool_bits[chunk, row] = bits[i]
        fill[chain] = row + 1
    return used


@njit(nogil=True, cache=True)  # it makes the tables
def collect(
    pool0: Any, pool1: Any, pool_bits: Any, before: Any, last: Any, fill: Any, out: Any
) -> int:
    """Write the joined bits of each distinct key to ``out`` and return how many there are.

    Args:
        pool0: as :func:`scatter` filled it, and so pool1, pool_bits, before, last and fill.
        pool1: see pool0.
        pool_bits: see pool0.
        before: see pool0.
        last: see pool0.
        fill: see pool0.
        out: uint64[n], with room for every row.
    """
    table0 = np.empty(0, np.uint64)
    table1 = np.empty(0, np.uint64)
    place = np.empty(0, np.int64)
    number = 0
    for chain in range(CHAINS):
        chunk, rows = last[chain], fill[chain]
        total = 0
        while chunk >= 0:
            total += rows
            chunk, rows = before[chunk], CHUNK
        size = 64
        while size < 2 * total:
            size *= 2
        if size > place.size:
            table0 = np.empty(size, np.uint64)
            table1 = np.empty(size, np.uint64)
            place = np.empty(size, np.int64)
        place[:size] = -1
        chunk, rows = last[chain], fill[chain]
        while chunk >= 0:
            for row in range(rows):
                key0, key1 = pool0[chunk, row], pool1[chunk, row]
                slot = np.int64(key0 & np.uint64(size - 1))
                while place[slot] >= 0 and (table0[slot] != key0 or table1[slot] != key1):
                    slot = (slot + 1) & (size - 1)
                if place[slot] >= 0:
                    out[place[slot]] |= pool_bits[chunk, row]
                else:
                    table0[slot], table1[slot], place[slot] = key0, key1, number
                    out[number] = pool_bits[chunk, row]
                    number += 1
            chunk, rows = before[chunk], CHUNK
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
