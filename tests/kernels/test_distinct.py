# SPDX-License-Identifier: Apache-2.0
"""Distinct keys equal a dictionary's, whatever the shares, skew and chunk borders."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piidetect.count.key_sets import KeySet, Pairs
from piidetect.kernels import distinct
from piidetect.schema import Verdict

WORD = (1 << 64) - 1


def joined(key0, key1, bits, *, width, shares=1, piles=1, pieces=1):
    """Keys and joined bits of the distinct keys, by the kernels, sorted."""
    found = []
    each = len(key0) // distinct.CHUNK + distinct.CHAINS + 1
    for share in range(shares):
        pool = np.empty((piles * each, distinct.CHUNK, width), np.uint64)
        before = np.empty(piles * each, np.int64)
        last = np.full((piles, distinct.CHAINS), -1, np.int64)
        fill = np.zeros((piles, distinct.CHAINS), np.int64)
        for pile, rows in enumerate(np.array_split(np.arange(len(key0)), piles)):
            used = np.array([pile * each])
            for part in np.array_split(rows, 2):
                columns = (key0[part], key1[part], bits[part], share, shares)
                distinct.scatter(*columns, pool, before, last[pile], fill[pile], used)
        for piece in range(pieces):
            begin, end = [distinct.CHAINS * end // pieces for end in (piece, piece + 1)]
            rows = np.zeros(2, np.int64)
            distinct.rows_of(begin, end, before, last, fill, rows)
            total, longest = rows.tolist()
            table = np.full(1 << max(63, 2 * longest).bit_length(), 7, np.uint32)
            keys, out = np.empty((total, 2), np.uint64), np.empty(total, np.uint64)
            number = distinct.collect(begin, end, pool, before, last, fill, table, keys, out)
            whole = keys[:number].tolist() if width == distinct.WIDE else [None] * number
            found += zip(whole, out[:number].tolist(), strict=True)
    return sorted(found)


def by_dictionary(key0, key1, bits, *, width):
    joined_bits = {}
    for word0, word1, bit in zip(key0.tolist(), key1.tolist(), bits.tolist(), strict=True):
        if bit and (word0 or word1):
            joined_bits[word0, word1] = joined_bits.get((word0, word1), 0) | bit
    whole = width == distinct.WIDE
    return sorted((list(key) if whole else None, bit) for key, bit in joined_bits.items())


def arrays(rows):
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return [np.array(column, np.uint64) for column in columns]


WORDS = st.sampled_from([0, 1, 2, 63, 64, 255, 1 << 53, 1 << 54, (1 << 54) + 64, 1 << 63, WORD])
WIDTHS = pytest.mark.parametrize("width", [distinct.NARROW, distinct.WIDE])


@WIDTHS
@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(
        st.tuples(WORDS, WORDS, st.sampled_from([0, 1, 7, distinct.CHAINS - 1, WORD])), max_size=60
    ),
    shares=st.integers(1, 4),
    piles=st.integers(1, 3),
    pieces=st.integers(1, 3),
)
def test_equal_to_a_dictionary(width, rows, shares, piles, pieces):
    key0, key1, bits = arrays(rows)
    if width == distinct.NARROW:
        bits = bits & np.uint64(distinct.CHAINS - 1)
    found = joined(key0, key1, bits, width=width, shares=shares, piles=piles, pieces=pieces)
    assert found == by_dictionary(key0, key1, bits, width=width)


@WIDTHS
@pytest.mark.parametrize("bit", range(64))
def test_keys_that_differ_in_one_bit_are_two(width, bit):
    key0, key1 = np.array([5, 5], np.uint64), np.array([0, 1 << bit], np.uint64)
    bits = np.array([1, 2], np.uint64)
    assert [bits for _, bits in joined(key0, key1, bits, width=width)] == [1, 2]
    found = joined(key1, key0, bits, width=width)
    assert sorted(bits for _, bits in found) == [1, 2]


@WIDTHS
@pytest.mark.parametrize("different", [1, 5, 3_000, 20_000])
@pytest.mark.parametrize("bits_of_key", [8, 64])
def test_chains_longer_than_a_chunk(width, different, bits_of_key):
    # 8 bits: all keys in one chain
    random = np.random.default_rng(different)
    number = random.integers(0, different, 20_000)
    key0 = random.integers(0, 1 << bits_of_key, different, np.uint64, endpoint=bits_of_key < 64)
    key0, key1 = key0[number], number.astype(np.uint64)
    most = 42 if width == distinct.WIDE else distinct.CHAIN_BITS
    bits = np.uint64(1) << random.integers(0, most, 20_000).astype(np.uint64)
    found = joined(key0, key1, bits, width=width, shares=2, piles=3, pieces=2)
    assert found == by_dictionary(key0, key1, bits, width=width)


def test_what_findings_say_of_their_value():
    rows = [
        (0, Verdict.VALID, 7, 7 << 10 | 1 << 8),
        (0, Verdict.VALID, -1, 0xFFFFFFFF << 10 | 1 << 8),
        (3, Verdict.VALID, 5, 1 << 8 | 3),  # the detail matters for IDs only
        (0, Verdict.UNCHECKED, 7, 7 << 10 | 1 << 9),
        (3, Verdict.UNCHECKED, 0, 0),  # and so does doubt
        (0, Verdict.MASKED, 0, 0),
        (64, Verdict.UNCHECKED, 0, 0),
        (0, 255, 0, 0),
        (255, Verdict.VALID, 2**31 - 1, 1 << 8 | 255),
    ]
    entity, verdict, detail, expected = (list(column) for column in zip(*rows, strict=True))
    tally = np.zeros(1 << 16, np.int64)
    number = [len(rows)]
    words = np.empty(KeySet.words(number, distinct.NARROW), np.uint64)
    narrow = KeySet(number, (0, 1), distinct.NARROW, words)
    words = np.empty(KeySet.words(number, distinct.WIDE), np.uint64)
    wide = KeySet(number, (0, 1), distinct.WIDE, words)
    distinct.scatter_values(
        np.array(entity, np.uint8),
        np.array(verdict, np.uint8),
        np.array(detail, np.int32),
        np.arange(1, len(rows) + 1, dtype=np.uint64),
        np.zeros(len(rows), np.uint64),
        int(Verdict.VALID),
        1 << Verdict.UNCHECKED,
        1 << 0,
        tally,
        0,
        1,
        *narrow.chains(0),
        *wide.chains(0),
    )
    found = {}
    for keys, bits in narrow.distinct(0, 1):
        found |= dict(zip((keys[:, 0] >> distinct.CHAIN_BITS).tolist(), bits.tolist(), strict=True))
    ids = {}
    for keys, bits in wide.distinct(0, 1):
        ids |= dict(zip(keys[:, 0].tolist(), bits.tolist(), strict=True))
    named = {number: bits for number, bits in enumerate(expected, 1) if bits}
    assert ids == {number: bits for number, bits in named.items() if not bits & 255}
    assert found == {number: bits for number, bits in named.items() if bits & 255}
    assert tally.sum() == len(rows)
    assert tally[Verdict.VALID] == 2
    assert tally[3 * 256 + Verdict.VALID] == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS), max_size=60))
def test_pairs_are_counted_as_by_a_counter(rows):
    pairs = Pairs()
    words = [np.array(column, np.uint64) for column in zip(*rows, strict=True)]
    for part in np.array_split(np.arange(len(rows)), 3):
        if part.size:
            pairs.add(*(column[part] for column in words))
    assert pairs.total() == Counter(rows)


def test_more_pairs_than_the_table_holds():
    random = np.random.default_rng(5)
    words = random.integers(0, 200, (2, 60_000), np.uint64)
    pairs = Pairs()
    pairs.add(*words)
    assert pairs.total() == Counter(zip(*words.tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(WORDS, WORDS), max_size=30), st.lists(st.tuples(WORDS, WORDS)))
def test_keys_held_by_a_table(entered, asked):
    entered = sorted(entered - {(0, 0)})
    table = np.zeros((1 << (2 * len(entered)).bit_length(), 2), np.uint64)
    distinct.enter(*words_of(entered), table)
    out = np.full(len(asked), 9, np.uint64)
    distinct.held(*words_of(asked), table, out)
    assert out.tolist() == [int(key in entered) for key in asked]


def words_of(pairs):
    return [np.array([pair[at] for pair in pairs], np.uint64) for at in (0, 1)]
