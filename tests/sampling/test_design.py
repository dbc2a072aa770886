# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect.errors import ArgumentError
from piidetect.sampling.bounds import hypergeometric_lower, hypergeometric_upper
from piidetect.sampling.design import MOST, Range, Size, allocate, combine, method, plan, slack

FIVE = Fraction(5, 100)
strata = st.lists(st.integers(1, 10**6), min_size=1, max_size=12)


@given(strata, st.integers(1, 5000))
def test_allocation_is_proportional_and_sums_up(records, size):
    if size < len(records):
        with pytest.raises(ArgumentError, match=r"--size"):
            allocate(records, size)
        return
    drawn = allocate(records, size)
    assert sum(drawn) == min(size, sum(records))
    assert all(1 <= some <= number for some, number in zip(drawn, records, strict=True))


@given(strata, st.integers(12, 3000))
def test_allocation_does_not_depend_on_the_order_but_for_ties(records, size):
    records = sorted(set(records))
    assert sorted(allocate(records, size)) == sorted(allocate(records[::-1], size))


def test_large_strata_get_their_share_to_a_record():
    assert allocate([500, 300, 200], 100) == [50, 30, 20]
    assert allocate([70_000, 3000, 5], 100) == [95, 4, 1]


@pytest.mark.parametrize("size", [0, -1, MOST + 1])
def test_sizes_that_nobody_can_look_at_are_refused(size):
    with pytest.raises(ArgumentError, match=r"1 to 50,000"):
        allocate([1_000_000], size)


def test_one_stratum_has_the_hypergeometric_bounds():
    found = combine([Size(1000, 50)], [45], [47], FIVE)
    low, high = hypergeometric_lower(1000, 50, 45, FIVE), hypergeometric_upper(1000, 50, 47, FIVE)
    assert found == Range(low, high)


def test_even_weights_lose_nothing_and_uneven_ones_are_taken_off():
    even = [Size(5000, 50), Size(3000, 30), Size(2000, 20)]
    assert slack(even) == 0
    assert method(even, FIVE) == "pooled"
    uneven = [Size(9000, 50), Size(1000, 50)]
    assert slack(uneven) == Fraction(4, 10)
    assert method(uneven, FIVE) == "summed"


@pytest.mark.parametrize(
    ("sizes", "true"),
    [
        ([Size(5000, 50), Size(3000, 30), Size(2000, 20)], [4900, 2700, 1000]),
        ([Size(5000, 48), Size(3000, 31), Size(2000, 21)], [2500, 2999, 20]),
        ([Size(9000, 50), Size(1000, 50)], [8000, 100]),
        ([Size(700, 40), Size(12, 1), Size(8, 1)], [690, 0, 8]),
    ],
)
def test_the_bounds_hold_at_least_as_often_as_promised(sizes, true):
    """Draws 1,500 samples from a known truth; misses are rarer than 2.5 % on each side."""
    rng = np.random.default_rng(7)
    rounds = 1500
    columns = [
        rng.hypergeometric(marked, size.records - marked, size.drawn, rounds)
        for size, marked in zip(sizes, true, strict=True)
    ]
    outcomes, times = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    too_high = too_low = 0
    for outcome, number in zip(outcomes.tolist(), times.tolist(), strict=True):
        found = combine(sizes, outcome, outcome, FIVE)
        too_high += number * (found.low > sum(true))
        too_low += number * (found.high < sum(true))
    allowed = rounds * 0.025 + 3 * (rounds * 0.025) ** 0.5
    assert too_high <= allowed
    assert too_low <= allowed


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(1, 30)), min_size=1, max_size=4), st.data()
)
def test_low_is_at_most_high_and_what_was_seen_is_certain(pairs, data):
    sizes = [Size(max(records, drawn), drawn) for records, drawn in pairs]
    least = [data.draw(st.integers(0, size.drawn)) for size in sizes]
    most = [data.draw(st.integers(few, size.drawn)) for few, size in zip(least, sizes, strict=True)]
    found = combine(sizes, least, most, FIVE)
    total, drawn = sum(size.records for size in sizes), sum(size.drawn for size in sizes)
    assert sum(least) <= found.low <= found.high <= total - drawn + sum(most)


def test_a_true_record_more_never_lowers_a_bound():
    sizes = [Size(5000, 50), Size(3000, 31)]
    before = Range(0, 0)
    for hits in range(51):
        found = combine(sizes, [hits, 10], [hits, 10], FIVE)
        assert found.low >= before.low
        assert found.high >= before.high
        before = found


@pytest.mark.parametrize("records", [[379_525], [3000, 200, 70_000, 5], [40, 2]])
def test_the_planned_size_is_precise_and_one_less_is_not(records):
    precision, expected = Fraction(5, 100), Fraction(1, 2)
    size = plan(records, precision, expected, FIVE)

    def width(size):
        drawn = allocate(records, size)
        hits = [int(expected * some + Fraction(1, 2)) for some in drawn]
        sizes = [Size(number, some) for number, some in zip(records, drawn, strict=True)]
        found = combine(sizes, hits, hits, FIVE)
        return Fraction(found.high - found.low, sum(records))

    assert width(size) <= 2 * precision
    assert size == len(records) or width(size - 1) > 2 * precision


def test_a_textbook_size():
    # 384 is the usual answer for +-5 % by the normal approximation; exact bounds need a little more.
    assert 384 <= plan([10**6], Fraction(5, 100), Fraction(1, 2), FIVE) <= 410


def test_a_precision_beyond_people_is_refused():
    with pytest.raises(ArgumentError, match=r"less precision"):
        plan([10**7], Fraction(1, 1000), Fraction(1, 2), FIVE)
