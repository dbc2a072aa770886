# SPDX-License-Identifier: Apache-2.0
"""A row of very many findings: each value counts once, found by table or one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect.detection import blocks, set_up
from piidetect.kernels import rows
from piidetect.kernels.cells import block_from_texts
from piidetect.recognizer import load_recognizers

SETUP = set_up(load_recognizers(), (), today=20260101, key=bytes(range(16)))
NUMBERS = st.lists(st.integers(0, 60).map("138{:08}".format), min_size=rows.FEW + 1, max_size=200)


def information(text):
    records = blocks.detect_block(block_from_texts([text]), SETUP).records
    return records["info0"].to_pylist(), records["info1"].to_pylist()


@given(NUMBERS)
def test_each_value_counts_once(numbers):
    distinct = sorted(set(numbers))
    assert len(distinct) <= rows.FEW  # compared one by one
    assert information("，".join(numbers)) == information("，".join(distinct))


def test_a_row_of_a_hundred_thousand_values_takes_no_hours():
    numbers = [f"139{n % 70_000:08}" for n in range(100_000)]
    low, high = (np.array(part, np.uint64) for part in information("，".join(numbers)))
    total = [information(number) for number in numbers[:70_000:7_000]]
    assert low.size == high.size == 1
    assert all(one != (low.tolist(), high.tolist()) for one in total)


@pytest.mark.parametrize("count", [rows.FEW, rows.FEW + 1])
def test_both_ways_meet(count):
    numbers = [f"137{n:08}" for n in range(count)]
    assert information("，".join(numbers)) == information("，".join(reversed(numbers)))
