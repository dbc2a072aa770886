# SPDX-License-Identifier: Apache-2.0
"""Distinct keys equal a dictionary's, whatever the shares, skew and chunk borders."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piidetect.kernels import distinct
from piidetect.schema import Verdict

WORD = (1 << 64) - 1


def joined(key0, key1, bits, *, shares=1, piles=1, pieces=1):
    """Sorted bits of the distinct keys, by the kernels."""
    found = []
    each = len(key0) // distinct.CHUNK + distinct.CHAINS + 1
    for share in range(shares):
        pool = np.empty((piles * each, distinct.CHUNK, 3), np.uint64)
        before = np.empty(piles * each, np.int64)
        last = np.full((piles, distinct.CHAINS), -1, np.int64)
        fill = np.zeros((piles, distinct.CHAINS), np.int64)
        for pile, rows in enumerate(np.array_split(np.arange(len(key0)), piles)):
            used = pile * each
            for part in np.array_split(rows, 2):
                columns = (key0[part], key1[part], bits[part], share, shares)
                used = distinct.scatter(*columns, pool, before, last[pile], fill[pile], used)
        slots = 1 << max(63, 2 * int(distinct.longest(last, fill, before))).bit_length()
        table = np.zeros((slots, 3), np.uint64)
        out = np.empty(len(key0), np.uint64)
        for piece in range(pieces):
            ends = [distinct.CHAINS * end // pieces for end in (piece, piece + 1)]
            number = distinct.collect(*ends, pool, before, last, fill, table, out)
            found += out[:number].tolist()
            assert not table[:, 2].any()
    return sorted(found)


def by_dictionary(key0, key1, bits):
    held = {}
    for word0, word1, bit in zip(key0.tolist(), key1.tolist(), bits.tolist(), strict=True):
        if bit and (word0 or word1):
            held[word0, word1] = held.get((word0, word1), 0) | bit
    return sorted(held.values())


def arrays(rows):
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return [np.array(column, np.uint64) for column in columns]


WORDS = st.sampled_from([0, 1, 2, 63, 64, 255, 1 << 54, (1 << 54) + 64, 1 << 63, WORD])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(WORDS, WORDS, st.sampled_from([0, 1, 7, 1 << 41, WORD])), max_size=60),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_equal_to_a_dictionary(rows, shares, piles, pieces):
    columns = arrays(rows)
    options = {"shares": shares, "piles": piles, "pieces": pieces}
    assert joined(*columns, **options) == by_dictionary(*columns)


@pytest.mark.parametrize("bit", range(64))
def test_keys_that_differ_in_one_bit_are_two(bit):
    key0, key1 = np.array([5, 5], np.uint64), np.array([0, 1 << bit], np.uint64)
    bits = np.array([1, 2], np.uint64)
    assert joined(key0, key1, bits) == [1, 2]
    assert joined(key1, key0, bits) == [1, 2]


@pytest.mark.parametrize("different", [1, 5, 3_000, 20_000])
@pytest.mark.parametrize("bits_of_key", [8, 64])
def test_chains_longer_than_a_chunk(different, bits_of_key):
    # 8 bits: all keys in one chain
    random = np.random.default_rng(different)
    number = random.integers(0, different, 20_000)
    key0 = random.integers(0, 1 << bits_of_key, different, np.uint64, endpoint=bits_of_key < 64)
    key0, key1 = key0[number], number.astype(np.uint64)
    bits = np.uint64(1) << random.integers(0, 42, 20_000).astype(np.uint64)
    found = joined(key0, key1, bits, shares=2, piles=3, pieces=2)
    assert found == by_dictionary(key0, key1, bits)


def test_what_findings_say_of_their_value():
    rows = [
        (0, Verdict.VALID, 7, 1 << 40 | 7),
        (3, Verdict.VALID, 0, 1 << 40 | 3 << 32),
        (0, Verdict.UNCHECKED, 7, 1 << 41 | 7),
        (3, Verdict.UNCHECKED, 0, 0),  # doubt matters for entity 0 only
        (0, Verdict.MASKED, 0, 0),
        (255, Verdict.VALID, 2**31 - 1, 1 << 40 | 255 << 32 | 2**31 - 1),
    ]
    entity, verdict, detail, expected = (list(column) for column in zip(*rows, strict=True))
    tally = np.zeros((256, 256), np.int64)
    out = np.empty(len(rows), np.uint64)
    distinct.value_bits(
        np.array(entity, np.uint8),
        np.array(verdict, np.uint8),
        np.array(detail, np.int32),
        int(Verdict.VALID),
        1 << Verdict.UNCHECKED,
        1 << 0,
        tally,
        out,
    )
    assert out.tolist() == expected
    assert tally.sum() == len(rows)
    assert tally[0, Verdict.VALID] == tally[3, Verdict.VALID] == 1
