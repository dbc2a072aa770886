# SPDX-License-Identifier: Apache-2.0
"""SipHash-2-4 with 128 bits of output (Aumasson, Bernstein 2012): the key of a value.

A plain hash of a phone number is reversed by trying all of them; this one needs the 16-byte key.
The vector is the first one that the authors publish for a key of bytes 0 to 15:

    >>> siphash_2_4_128(b"", bytes(range(16))).hex()
    'a3817f04ba25a8e66df67214c7550293'
"""

from __future__ import annotations

from typing import Final

_MASK: Final = (1 << 64) - 1
_KEY_BYTES: Final = 16
_WORD_BYTES: Final = 8
_State = tuple[int, int, int, int]


def _rotate(word: int, count: int) -> int:
    return ((word << count) | (word >> (64 - count))) & _MASK


def _rounds(state: _State, count: int) -> _State:
    v0, v1, v2, v3 = state
    for _ in range(count):
        v0 = (v0 + v1) & _MASK
        v1 = _rotate(v1, 13) ^ v0
        v0 = _rotate(v0, 32)
        v2 = (v2 + v3) & _MASK
        v3 = _rotate(v3, 16) ^ v2
        v0 = (v0 + v3) & _MASK
        v3 = _rotate(v3, 21) ^ v0
        v2 = (v2 + v1) & _MASK
        v1 = _rotate(v1, 17) ^ v2
        v2 = _rotate(v2, 32)
    return v0, v1, v2, v3


def siphash_2_4_128(data: bytes, key: bytes) -> bytes:
    """Return the 16-byte keyed hash of `data`.

    Args:
        data: any bytes.
        key: 16 bytes.

    Raises:
        ValueError: the key hasn't 16 bytes.
    """
    if len(key) != _KEY_BYTES:
        raise ValueError("the key must have 16 bytes")
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    state: _State = (
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D ^ 0xEE,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    )
    whole = len(data) - len(data) % _WORD_BYTES
    words = [int.from_bytes(data[at : at + 8], "little") for at in range(0, whole, _WORD_BYTES)]
    words.append((len(data) & 0xFF) << 56 | int.from_bytes(data[whole:], "little"))
    for word in words:
        v0, v1, v2, v3 = _rounds((state[0], state[1], state[2], state[3] ^ word), 2)
        state = (v0 ^ word, v1, v2, v3)
    state = _rounds((state[0], state[1], state[2] ^ 0xEE, state[3]), 4)
    low = state[0] ^ state[1] ^ state[2] ^ state[3]
    state = _rounds((state[0], state[1] ^ 0xDD, state[2], state[3]), 4)
    high = state[0] ^ state[1] ^ state[2] ^ state[3]
    return low.to_bytes(8, "little") + high.to_bytes(8, "little")


def value_key(data: bytes, key: bytes) -> tuple[int, int]:
    """Return the hash of `data` as the two unsigned words ``key0, key1`` of a finding."""
    digest = siphash_2_4_128(data, key)
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")
