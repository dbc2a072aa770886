# SPDX-License-Identifier: Apache-2.0
"""Keys, one at a time and many at once, against the plain SipHash."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piidetect.kernels import keys, rows
from piidetect.kernels.compiling import kernel
from piidetect.kernels.plan import Plan, new_out, new_records, new_scratch
from piidetect.numbers import siphash

KEY = bytes(range(16))
K0, K1 = (np.uint64(int.from_bytes(KEY[at : at + 8], "little")) for at in (0, 8))
ENTITY = 7


@kernel
def _queue_all(data, edges, plan, out, scratch):
    for place in range(edges.size - 1):
        keys.queue_key(data, edges[place], edges[place + 1], ENTITY, place, plan, out, scratch)
    keys.flush_keys(plan, out, scratch)


def padded(values):
    data = np.frombuffer(b"".join(values) + bytes(64), np.uint8)
    edges = np.cumsum([0, *map(len, values)]).astype(np.int64)
    return data, edges


def halves(digest):
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


@given(st.lists(st.binary(max_size=300), max_size=40))
def test_queued_keys_are_those_of_the_plain_hash(values):
    data, edges = padded(values)
    none = np.zeros(1, np.uint8)
    unused = dict.fromkeys(Plan._fields, none)
    plan = Plan(**unused | {"email": 0, "today": 0, "k0": K0, "k1": K1, "keyed": 1, "explained": 0})
    out, scratch = new_out(len(values)), new_scratch()
    _queue_all(data, edges, plan, out, scratch)
    prefix = ENTITY.to_bytes(8, "little")
    found = list(zip(out.key0.tolist(), out.key1.tolist(), strict=True))
    assert found == [halves(siphash.siphash_2_4_128(prefix + value, KEY)) for value in values]
    assert not scratch.filled.any()


CELL = st.binary(max_size=60) | st.binary(min_size=4000, max_size=4200)


@given(st.lists(st.lists(CELL, max_size=4), min_size=1, max_size=11))
def test_content_keys_are_the_same_one_by_one_and_together(table):
    data, edges = padded([cell for row in table for cell in row])
    first = np.cumsum([0, *map(len, table)]).astype(np.int64)
    made, scratch = new_records(len(table)), rows.new_row_scratch()
    rows.content_keys(
        data, edges[:-1], edges[1:], first, K0, K1, made,
        scratch.words, scratch.lane_words, scratch.result,
    )  # fmt: skip
    for row in range(len(table)):
        alone = rows.long_key(data, edges[:-1], edges[1:], first[row], first[row + 1], K0, K1)
        assert (made.content0[row], made.content1[row]) == tuple(alone)


def test_content_key_of_whole_words_is_a_plain_hash():
    # the closing word of a lone cell is the closing word of SipHash itself
    data, edges = padded([b"0123456789"])
    key = rows.long_key(data, edges[:-1], edges[1:], 0, 1, K0, K1)
    assert tuple(map(int, key)) == halves(siphash.siphash_2_4_128(b"0123456789", KEY))
