# SPDX-License-Identifier: Apache-2.0
"""SipHash-2-4-128: keyed hashes of values, so that nothing raw leaves the detect stage.

The algorithm and the vectors it is tested against: J.-P. Aumasson and D. J. Bernstein, "SipHash: a
fast short-input PRF", 2012, and the 128-bit variant of the same authors. Scalar twin:
:mod:`piidetect.numbers.siphash`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.simd import HASH_LANES, hash_lanes, load_word

_C0 = np.uint64(0x736F6D6570736575)
_C1 = np.uint64(0x646F72616E646F6D ^ 0xEE)  # 0xee marks the variant with 128 bits of output
_C2 = np.uint64(0x6C7967656E657261)
_C3 = np.uint64(0x7465646279746573)
_FINISH = np.uint64(0xEE)
_FINISH_SECOND = np.uint64(0xDD)
_ZERO = np.uint64(0)
_WORD = 8
_LANES = HASH_LANES

#: Most words of a value (its prefix and closing word included) that is hashed together with others.
MOST_WORDS = 24


@kernel
def _rotate(word: Any, count: int) -> Any:
    return (word << np.uint64(count)) | (word >> np.uint64(64 - count))


@kernel
def rounds(v0: Any, v1: Any, v2: Any, v3: Any, count: int) -> Any:
    """Run `count` SipRounds on the state of four uint64."""
    for _ in range(count):
        v0 = v0 + v1
        v1 = _rotate(v1, 13) ^ v0
        v0 = _rotate(v0, 32)
        v2 = v2 + v3
        v3 = _rotate(v3, 16) ^ v2
        v0 = v0 + v3
        v3 = _rotate(v3, 21) ^ v0
        v2 = v2 + v1
        v1 = _rotate(v1, 17) ^ v2
        v2 = _rotate(v2, 32)
    return v0, v1, v2, v3


@kernel
def opening(k0: Any, k1: Any) -> Any:
    """Return the state before the first word."""
    return k0 ^ _C0, k1 ^ _C1, k0 ^ _C2, k1 ^ _C3


@kernel
def absorb(v0: Any, v1: Any, v2: Any, v3: Any, word: Any) -> Any:
    """Take one word into the state."""
    v0, v1, v2, v3 = rounds(v0, v1, v2, v3 ^ word, 2)
    return v0 ^ word, v1, v2, v3


@kernel
def finish(v0: Any, v1: Any, v2: Any, v3: Any) -> Any:
    """Return both halves of the hash of a state that has taken all words."""
    v0, v1, v2, v3 = rounds(v0, v1, v2 ^ _FINISH, v3, 4)
    low = v0 ^ v1 ^ v2 ^ v3
    v0, v1, v2, v3 = rounds(v0, v1 ^ _FINISH_SECOND, v2, v3, 4)
    return low, v0 ^ v1 ^ v2 ^ v3


@kernel
def hash_bytes(
    data: Any, start: int, stop: int, k0: Any, k1: Any, prefix: Any, prefixed: bool
) -> Any:
    """Hash `data[start:stop]`, behind the 8 bytes of `prefix` where `prefixed`.

    Args:
        data: uint8[n], readable for 8 bytes past `stop`.
        start: first byte.
        stop: past the last byte.
        k0: low half of the key, uint64, little-endian.
        k1: high half.
        prefix: uint64 that is hashed first, as 8 little-endian bytes (the entity).
        prefixed: whether there is a prefix.

    Returns:
        The two uint64 halves of the hash, as they stand in memory little-endian.
    """
    v0, v1, v2, v3 = opening(k0, k1)
    size = stop - start
    if prefixed:
        v0, v1, v2, v3 = absorb(v0, v1, v2, v3, prefix)
    position = start
    while position + _WORD <= stop:
        v0, v1, v2, v3 = absorb(v0, v1, v2, v3, load_word(data, position))
        position += _WORD
    left = stop - position
    last = _ZERO
    if left:
        last = load_word(data, position) & ((np.uint64(1) << np.uint64(8 * left)) - np.uint64(1))
    total = size + (_WORD if prefixed else 0)
    last |= np.uint64(total & 0xFF) << np.uint64(56)
    v0, v1, v2, v3 = absorb(v0, v1, v2, v3, last)
    return finish(v0, v1, v2, v3)


@inlined
def queue_key(
    data: Any, start: int, stop: int, prefix: int, place: int, plan: Any, out: Any, scratch: Any
) -> None:
    """Hash `data[start:stop]` behind `prefix` into the keys of finding `place`, now or a little later.

    Values of the same number of words wait until they fill the lanes: see `simd.hash_lanes`. `flush_keys`
    hashes what still waits. `data` is readable for 8 bytes past `stop`.
    """
    size = stop - start
    count = size // _WORD + 2
    if plan.keyed and place < out.key0.size:
        if count > MOST_WORDS:
            key = hash_bytes(data, start, stop, plan.k0, plan.k1, np.uint64(prefix), True)
            out.key0[place], out.key1[place] = key
        else:
            filled = scratch.filled
            lane = filled[count]
            words = scratch.words
            at = _LANES * MOST_WORDS * count + lane
            words[at] = np.uint64(prefix)
            position = start
            for _ in range(count - 2):
                at += _LANES
                words[at] = load_word(data, position)
                position += _WORD
            rest = (np.uint64(1) << np.uint64(8 * (stop - position))) - np.uint64(1)
            closing = np.uint64((size + _WORD) & 0xFF) << np.uint64(56)
            words[at + _LANES] = (load_word(data, position) & rest) | closing
            scratch.place[_LANES * count + lane] = place
            filled[count] = lane + 1
            if lane == _LANES - 1:
                hash_waiting(count, plan, out, scratch)


@inlined
def hash_waiting(count: int, plan: Any, out: Any, scratch: Any) -> None:
    """Hash the values of `count` words that wait; `hash_bucket` gets no tuples, they cost a call."""
    hash_bucket(
        count,
        scratch.words,
        scratch.place,
        scratch.filled,
        scratch.lane_words,
        scratch.result,
        plan.k0,
        plan.k1,
        out.key0,
        out.key1,
    )


@kernel
def hash_bucket(
    count: int,
    words: Any,
    place: Any,
    filled: Any,
    counts: Any,
    result: Any,
    k0: Any,
    k1: Any,
    key0: Any,
    key1: Any,
) -> None:
    """Hash the values of `count` words that wait, and write their keys."""
    for lane in range(_LANES):
        counts[lane] = count
    hash_lanes(words, _LANES * MOST_WORDS * count, count, counts, k0, k1, result)
    for lane in range(filled[count]):
        finding = place[_LANES * count + lane]
        key0[finding], key1[finding] = result[lane], result[_LANES + lane]
    filled[count] = 0


@inlined
def flush_keys(plan: Any, out: Any, scratch: Any) -> None:
    """Hash all values that still wait."""
    for count in range(MOST_WORDS + 1):
        if scratch.filled[count] > 0:
            hash_waiting(count, plan, out, scratch)
