# SPDX-License-Identifier: Apache-2.0
"""ZipCrypto, the old encryption of ZIP archives, by whose library form one would wait for hours.

Source: PKWARE APPNOTE 6.3, section 6.1: three 32-bit keys, stepped by CRC-32 and a linear
congruence with each plain byte.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

#: Bytes before the data of a member; the last one tells most wrong passwords.
HEADER_BYTES = 12


def _crc_table() -> np.ndarray:
    """Return the table of CRC-32, uint32[256]."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(0xEDB88320), table >> 1)
    return table.astype(np.uint32)


_TABLE = _crc_table()


def keys_of(password: bytes) -> np.ndarray:
    """Return the three keys for a password, uint32[3]."""
    keys = np.array([0x12345678, 0x23456789, 0x34567890], np.uint32)
    _step(np.frombuffer(password, np.uint8), keys, _TABLE)
    return keys


def decrypt(data: bytes, keys: np.ndarray) -> bytes:
    """Return the plain bytes of the next piece of a member; `keys` go on with it."""
    plain = np.empty(len(data), np.uint8)
    _decrypt(np.frombuffer(data, np.uint8), plain, keys, _TABLE)
    return plain.tobytes()


def encrypt(data: bytes, keys: np.ndarray) -> bytes:
    """Return the encrypted bytes of the next piece of a member; `keys` go on with it."""
    secret = np.empty(len(data), np.uint8)
    _encrypt(np.frombuffer(data, np.uint8), secret, keys, _TABLE)
    return secret.tobytes()


@njit(nogil=True, cache=True)
def _next(k0: Any, k1: Any, k2: Any, byte: Any, table: Any) -> Any:
    k0 = table[(k0 ^ byte) & 0xFF] ^ (k0 >> np.uint32(8))
    k1 = np.uint32((np.uint64(k1 + np.uint32(k0 & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF)
    k2 = table[(k2 ^ (k1 >> np.uint32(24))) & 0xFF] ^ (k2 >> np.uint32(8))
    return k0, k1, k2


@njit(nogil=True, cache=True)
def _step(data: Any, keys: Any, table: Any) -> None:
    k0, k1, k2 = keys[0], keys[1], keys[2]
    for i in range(data.size):
        k0, k1, k2 = _next(k0, k1, k2, np.uint32(data[i]), table)
    keys[0], keys[1], keys[2] = k0, k1, k2


@njit(nogil=True, cache=True)
def _decrypt(data: Any, plain: Any, keys: Any, table: Any) -> None:
    k0, k1, k2 = keys[0], keys[1], keys[2]
    for i in range(data.size):
        low = (k2 | np.uint32(2)) & np.uint32(0xFFFF)
        byte = np.uint8(data[i] ^ np.uint8((low * (low ^ np.uint32(1))) >> np.uint32(8) & 0xFF))
        plain[i] = byte
        k0, k1, k2 = _next(k0, k1, k2, np.uint32(byte), table)
    keys[0], keys[1], keys[2] = k0, k1, k2


@njit(nogil=True, cache=True)
def _encrypt(data: Any, secret: Any, keys: Any, table: Any) -> None:
    k0, k1, k2 = keys[0], keys[1], keys[2]
    for i in range(data.size):
        low = (k2 | np.uint32(2)) & np.uint32(0xFFFF)
        secret[i] = data[i] ^ np.uint8((low * (low ^ np.uint32(1))) >> np.uint32(8) & 0xFF)
        k0, k1, k2 = _next(k0, k1, k2, np.uint32(data[i]), table)
    keys[0], keys[1], keys[2] = k0, k1, k2
