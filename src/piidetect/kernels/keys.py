# SPDX-License-Identifier: Apache-2.0
"""SipHash-2-4-128: keyed hashes of values, so that nothing raw leaves the detect stage.

The algorithm and the vectors it is tested against: J.-P. Aumasson and D. J. Bernstein, "SipHash: a
fast short-input PRF", 2012, and the 128-bit variant of the same authors. Scalar twin:
:mod:`piidetect.numbers.siphash`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.kernels.simd import load_word

_C0 = np.uint64(0x736F6D6570736575)
_C1 = np.uint64(0x646F72616E646F6D ^ 0xEE)  # 0xee marks the variant with 128 bits of output
_C2 = np.uint64(0x6C7967656E657261)
_C3 = np.uint64(0x7465646279746573)
_FINISH = np.uint64(0xEE)
_FINISH_SECOND = np.uint64(0xDD)
_ZERO = np.uint64(0)
_WORD = 8


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
    v0, v1, v2, v3 = k0 ^ _C0, k1 ^ _C1, k0 ^ _C2, k1 ^ _C3
    size = stop - start
    if prefixed:
        v3 ^= prefix
        v0, v1, v2, v3 = rounds(v0, v1, v2, v3, 2)
        v0 ^= prefix
    position = start
    while position + _WORD <= stop:
        word = load_word(data, position)
        v3 ^= word
        v0, v1, v2, v3 = rounds(v0, v1, v2, v3, 2)
        v0 ^= word
        position += _WORD
    left = stop - position
    last = _ZERO
    if left:
        last = load_word(data, position) & ((np.uint64(1) << np.uint64(8 * left)) - np.uint64(1))
    total = size + (_WORD if prefixed else 0)
    last |= np.uint64(total & 0xFF) << np.uint64(56)
    v3 ^= last
    v0, v1, v2, v3 = rounds(v0, v1, v2, v3, 2)
    v0 ^= last
    v2 ^= _FINISH
    v0, v1, v2, v3 = rounds(v0, v1, v2, v3, 4)
    low = v0 ^ v1 ^ v2 ^ v3
    v1 ^= _FINISH_SECOND
    v0, v1, v2, v3 = rounds(v0, v1, v2, v3, 4)
    return low, v0 ^ v1 ^ v2 ^ v3
