# SPDX-License-Identifier: Apache-2.0
"""The vectors that the authors of SipHash publish for 128 bits: key 00..0f, input 00..n-1."""

from __future__ import annotations

import pytest

from piidetect.numbers.siphash import siphash_2_4_128, value_key

KEY = bytes(range(16))
VECTORS = [
    "a3817f04ba25a8e66df67214c7550293",
    "da87c1d86b99af44347659119b22fc45",
    "8177228da4a45dc7fca38bdef60affe4",
    "9c70b60c5267a94e5f33b6b02985ed51",
    "f88164c12d9c8faf7d0f6e7c7bcd5579",
    "1368875980776f8854527a07690e9627",
    "14eeca338b208613485ea0308fd7a15e",
    "a1f1ebbed8dbc153c0b84aa61ff08239",
    "3b62a9ba6258f5610f83e264f31497b4",
    "264499060ad9baabc47f8b02bb6d71ed",
    "00110dc378146956c95447d3f3d0fbba",
    "0151c568386b6677a2b4dc6f81e5dc18",
    "d626b266905ef35882634df68532c125",
    "9869e247e9c08b10d029934fc4b952f7",
    "31fcefac66d7de9c7ec7485fe4494902",
    "5493e99933b0a8117e08ec0f97cfc3d9",
]


@pytest.mark.parametrize("length", range(len(VECTORS)))
def test_published_vectors(length):
    assert siphash_2_4_128(bytes(range(length)), KEY).hex() == VECTORS[length]


def test_the_words_of_a_key():
    low, high = value_key(b"", KEY)
    assert (low, high) == (0xE6A825BA047F81A3, 0x930255C71472F66D)


@pytest.mark.parametrize("key", [b"", bytes(15), bytes(17)])
def test_a_key_has_16_bytes(key):
    with pytest.raises(ValueError, match="16 bytes"):
        siphash_2_4_128(b"x", key)
