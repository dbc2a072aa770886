# SPDX-License-Identifier: Apache-2.0
"""Exact confidence bounds for a share that was estimated from a sample.

Two models: draws with replacement or from an endless population (binomial; C. J. Clopper and
E. S. Pearson, Biometrika 26, 1934) and draws without replacement from `population` records
(hypergeometric). Both are found by bisection on sums of integers, so no bound is ever on the wrong
side; floating point only says where to look first. Binomial bounds are rounded outwards to eight
decimals.

>>> float(binomial_lower(10, 10, Fraction(5, 100)))
0.69150289
>>> hypergeometric_lower(1000, 10, 10, Fraction(5, 100))
696
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, lgamma, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Binomial bounds are multiples of one part in this many.
SCALE = 10**8
#: What adds nothing to a float, and what is taken out of a sum before it is too large for one.
_NOTHING, _MUCH = 1e-17, 1e200


def binomial_lower(draws: int, hits: int, alpha: Fraction) -> Fraction:
    """Return the Clopper-Pearson lower bound of a two-sided interval, rounded down.

    Args:
        draws: how many were drawn.
        hits: how many of them have the property.
        alpha: the two-sided error, e.g. 5/100 for 95 % confidence; each side gets half of it.
    """
    if not hits:
        return Fraction(0)
    limit = alpha / 2
    ways = _log_comb(draws, hits)

    def within(share: int) -> bool:
        """Tell whether P(at least `hits`) is at most `limit`."""
        rest = SCALE - share
        term = comb(draws, hits) * share**hits * rest ** (draws - hits)
        most = limit.numerator * SCALE**draws // limit.denominator
        return _sum_within(term, steps(share), most)

    def roughly(share: int) -> bool:
        first = ways + hits * log(share / SCALE) + (draws - hits) * log(1 - share / SCALE)
        return first + _log_relative_sum(steps(share)) <= log(limit)

    def steps(share: int) -> Iterator[tuple[int, int]]:
        rest = SCALE - share
        return (((draws - at) * share, (at + 1) * rest) for at in range(hits, draws))

    # At the share hits/draws the median is `hits`, so that the tail is at least one half there.
    high = min(hits * SCALE // draws + 1, SCALE)
    return Fraction(_last_within(0, high, within, roughly), SCALE)


def binomial_upper(draws: int, hits: int, alpha: Fraction) -> Fraction:
    """Return the Clopper-Pearson upper bound of a two-sided interval, rounded up."""
    return 1 - binomial_lower(draws, draws - hits, alpha)


def hypergeometric_lower(population: int, draws: int, hits: int, alpha: Fraction) -> int:
    """Return the smallest number of records with the property that the sample doesn't rule out.

    Args:
        population: how many records there are.
        draws: how many of them were drawn, without replacement.
        hits: how many of the drawn have the property.
        alpha: the two-sided error; each side gets half of it.
    """
    if not hits:
        return 0
    limit = alpha / 2
    ways = comb(population, draws)
    log_ways = _log_comb(population, draws)

    def within(marked: int) -> bool:
        """Tell whether P(at least `hits`) is at most `limit` if so many have the property."""
        first = start(marked)
        term = comb(marked, first) * comb(population - marked, draws - first)
        most = limit.numerator * ways // limit.denominator
        return _sum_within(term, steps(marked), most)

    def roughly(marked: int) -> bool:
        first = start(marked)
        term = _log_comb(marked, first) + _log_comb(population - marked, draws - first)
        return term - log_ways + _log_relative_sum(steps(marked)) <= log(limit)

    def start(marked: int) -> int:
        return max(hits, draws - (population - marked))

    def steps(marked: int) -> Iterator[tuple[int, int]]:
        spare = population - marked - draws + 1
        numbers = range(start(marked), min(draws, marked))
        return (((marked - at) * (draws - at), (at + 1) * (spare + at)) for at in numbers)

    return _last_within(hits - 1, population - (draws - hits), within, roughly) + 1


def hypergeometric_upper(population: int, draws: int, hits: int, alpha: Fraction) -> int:
    """Return the largest number of records with the property that the sample doesn't rule out."""
    return population - hypergeometric_lower(population, draws, draws - hits, alpha)


def _last_within(
    low: int, high: int, within: Callable[[int], bool], roughly: Callable[[int], bool]
) -> int:
    """Return the last number that is within; `low` is, `high` isn't, and there is one change.

    `roughly` says nearly the same and is fast: it finds where to look.
    """
    first, last = low, high
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if roughly(middle) else (first, middle)
    step = 1
    for place in (first + 1, first):
        if low < place < high:
            low, high = (place, high) if within(place) else (low, place)
    while high - low > 1:  # only where the rough answer was wrong
        place = low + step if low >= first else max(low + 1, high - step)
        place = place if low < place < high else (low + high) // 2
        low, high = (place, high) if within(place) else (low, place)
        step *= 4
    return low


def _sum_within(term: int, steps: Iterator[tuple[int, int]], most: int) -> bool:
    """Tell whether a sum is at most `most`: each term is the one before * up / down.

    The ratio falls from term to term: what is to come is less than a geometric series.
    """
    total = term
    for up, down in steps:
        if total > most:
            return False
        if up < down and (most - total) * (down - up) >= term * up:
            return True
        term = term * up // down
        total += term
    return total <= most


def _log_relative_sum(steps: Iterator[tuple[int, int]]) -> float:
    """Return the logarithm of the sum in parts of its first term."""
    taken_out, term, total = 0.0, 1.0, 1.0
    for up, down in steps:
        term *= up / down
        total += term
        if term < total * _NOTHING:
            break
        if term > _MUCH:
            taken_out += log(term)
            total, term = total / term, 1.0
    return taken_out + log(total)


def _log_comb(number: int, some: int) -> float:
    return lgamma(number + 1) - lgamma(some + 1) - lgamma(number - some + 1)
