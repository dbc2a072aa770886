# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, hypergeom

from piidetect.sampling.bounds import (
    SCALE,
    binomial_lower,
    binomial_upper,
    hypergeometric_lower,
    hypergeometric_upper,
)

FIVE, TEN, ONE = Fraction(5, 100), Fraction(10, 100), Fraction(1, 100)


# Tables of exact binomial limits (two-sided 95 and 99 %), as printed in textbooks to four places.
@pytest.mark.parametrize(
    ("draws", "hits", "alpha", "low", "high"),
    [
        (10, 0, FIVE, 0.0000, 0.3085),
        (10, 1, FIVE, 0.0025, 0.4450),
        (10, 3, FIVE, 0.0667, 0.6525),
        (10, 5, FIVE, 0.1871, 0.8129),
        (20, 2, FIVE, 0.0123, 0.3170),
        (20, 10, FIVE, 0.2720, 0.7280),
        (50, 1, FIVE, 0.0005, 0.1065),
        (100, 5, FIVE, 0.0164, 0.1128),
        (100, 50, FIVE, 0.3983, 0.6017),
        (10, 0, ONE, 0.0000, 0.4113),
    ],
)
def test_published_limits(draws, hits, alpha, low, high):
    assert float(binomial_lower(draws, hits, alpha)) == pytest.approx(low, abs=6e-5)
    assert float(binomial_upper(draws, hits, alpha)) == pytest.approx(high, abs=6e-5)


def test_the_rule_of_three():
    # Nothing found among n: the one-sided 95 % limit is near 3/n (two-sided error of 10 %).
    assert float(binomial_upper(300, 0, TEN)) == pytest.approx(1 - 0.05 ** (1 / 300), abs=1e-8)


@given(st.integers(1, 3000), st.floats(0, 1), st.sampled_from([FIVE, TEN, ONE]))
def test_binomial_bounds_are_those_of_scipy_rounded_outwards(draws, share, alpha):
    hits = round(draws * share)
    low, high = float(binomial_lower(draws, hits, alpha)), float(binomial_upper(draws, hits, alpha))
    side = float(alpha) / 2
    exact_low = beta.ppf(side, hits, draws - hits + 1) if hits else 0.0
    exact_high = beta.ppf(1 - side, hits + 1, draws - hits) if hits < draws else 1.0
    assert exact_low - 1.001 / SCALE <= low <= exact_low + 1e-12
    assert exact_high - 1e-12 <= high <= exact_high + 1.001 / SCALE


@given(st.data(), st.integers(1, 10**7), st.sampled_from([FIVE, ONE]))
def test_hypergeometric_bounds_are_the_first_and_last_not_ruled_out(data, population, alpha):
    draws = data.draw(st.integers(1, min(population, 800)))
    hits = data.draw(st.integers(0, draws))
    low = hypergeometric_lower(population, draws, hits, alpha)
    high = hypergeometric_upper(population, draws, hits, alpha)
    side = float(alpha) / 2
    assert hits <= low <= high <= population - (draws - hits)
    near = 1 - 1e-6  # scipy's own error
    if hits:
        assert hypergeom.sf(hits - 1, population, low, draws) > side * near
        assert low == hits or hypergeom.sf(hits - 1, population, low - 1, draws) <= side / near
    if hits < draws:
        assert hypergeom.cdf(hits, population, high, draws) > side * near
        last = population - (draws - hits)
        assert high == last or hypergeom.cdf(hits, population, high + 1, draws) <= side / near


@given(st.integers(1, 40), st.data())
def test_small_populations_by_counting_all_samples(population, data):
    draws = data.draw(st.integers(1, population))
    hits = data.draw(st.integers(0, draws))

    def tail(marked):
        ways = range(hits, min(draws, marked) + 1)
        good = sum(comb(marked, i) * comb(population - marked, draws - i) for i in ways)
        return Fraction(good, comb(population, draws))

    possible = [marked for marked in range(population + 1) if tail(marked) > FIVE / 2]
    assert hypergeometric_lower(population, draws, hits, FIVE) == min(possible)


def test_who_looks_at_everything_knows_everything():
    assert hypergeometric_lower(50, 50, 20, FIVE) == hypergeometric_upper(50, 50, 20, FIVE) == 20


def test_millions_of_records_take_no_time_and_stay_exact():
    assert hypergeometric_lower(11_000_000, 5000, 4870, FIVE) == 10_661_242
    assert hypergeometric_upper(11_000_000, 5000, 4870, FIVE) == 10_760_546
