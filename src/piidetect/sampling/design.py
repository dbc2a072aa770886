# SPDX-License-Identifier: Apache-2.0
"""How many records are drawn from each stratum, and what a stratified sample says of the whole.

The combined bounds hold whatever the shares in the strata are:

one
    One stratum: the exact hypergeometric bounds.
pooled
    The number of hits of a stratified sample is a sum of independent trials (a hypergeometric
    number is one too), so its tails lie within those of the binomial distribution of the same mean
    (W. Hoeffding, Annals of Mathematical Statistics 27, 1956, theorem 4) as long as that mean is one
    or more away from it. The Clopper-Pearson bounds of the sample as one therefore hold for the share
    weighted by the sample; the share of the whole differs from that by no more than the sum of the
    amounts by which strata are represented too strongly (`slack`), which is taken off.
summed
    The bounds of the strata, each at the confidence that leaves the wanted one for all together
    (Bonferroni), added up.

Which of the last two is used is decided by the sizes alone, before any answer is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from statistics import NormalDist
from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError
from piidetect.sampling.bounds import (
    binomial_lower,
    binomial_upper,
    hypergeometric_lower,
    hypergeometric_upper,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The most records that a sample may have: more is no longer a sample that people look at.
MOST = 50_000


@dataclass(frozen=True)
class Size:
    """The size of a stratum and of the sample from it."""

    records: int
    drawn: int


@dataclass(frozen=True)
class Range:
    """A number of records, at least and at most."""

    low: int
    high: int


def allocate(records: Sequence[int], size: int) -> list[int]:
    """Return how many to draw from each stratum: proportionally, at least one, all if there are fewer.

    Raises:
        ArgumentError: the size is less than the number of strata or more than may be drawn.
    """
    strata = [number for number in records if number]
    if not 1 <= size <= MOST:
        raise ArgumentError(f"sample size {size} is not usable; give 1 to {MOST:,} records")
    if size < len(strata):
        raise ArgumentError(
            f"sample size {size} is less than the {len(strata)} strata (source x tier), of which "
            f"each needs a record; give --size {len(strata)} or more"
        )
    total, size = sum(strata), min(size, sum(strata))
    drawn = [min(1, number) for number in records]
    # Each of those left goes where the share is furthest behind (largest remainder); order breaks ties.
    wanted = [Fraction(size * number, total) if total else Fraction(0) for number in records]
    for place, number in enumerate(records):
        drawn[place] = max(drawn[place], min(number, floor(wanted[place])))
    while sum(drawn) > size:
        over = max(
            (place for place in range(len(drawn)) if drawn[place] > 1),
            key=lambda place: (drawn[place] - wanted[place], -place),
        )
        drawn[over] -= 1
    while sum(drawn) < size:
        behind = max(
            (place for place in range(len(drawn)) if drawn[place] < records[place]),
            key=lambda place: (wanted[place] - drawn[place], -place),
        )
        drawn[behind] += 1
    return drawn


def method(sizes: Sequence[Size], alpha: Fraction) -> str:
    """Return how the strata are combined: ``one``, ``pooled`` or ``summed``; no answer is used."""
    if len(sizes) == 1:
        return "one"
    hits = [size.drawn for size in sizes]
    pooled, summed = _pooled(sizes, hits, hits, alpha), _summed(sizes, hits, hits, alpha)
    return "pooled" if pooled.low >= summed.low else "summed"


def combine(
    sizes: Sequence[Size], least: Sequence[int], most: Sequence[int], alpha: Fraction
) -> Range:
    """Return how many records of all strata have the property, at least and at most.

    Args:
        sizes: the strata.
        least: for each, how many of the drawn surely have it (for the lower bound).
        most: for each, how many may have it (for the upper bound).
        alpha: the two-sided error.
    """
    how = method(sizes, alpha)
    if how == "pooled":
        return _pooled(sizes, least, most, alpha)
    return _summed(sizes, least, most, alpha)


def slack(sizes: Sequence[Size]) -> Fraction:
    """Return the sum of the amounts by which strata are represented too strongly in the sample."""
    records, drawn = sum(one.records for one in sizes), sum(one.drawn for one in sizes)
    shares = (Fraction(one.drawn, drawn) - Fraction(one.records, records) for one in sizes)
    return sum((share for share in shares if share > 0), Fraction(0))


def _pooled(
    sizes: Sequence[Size], least: Sequence[int], most: Sequence[int], alpha: Fraction
) -> Range:
    records, drawn = sum(one.records for one in sizes), sum(one.drawn for one in sizes)
    few, many = sum(least), sum(most)
    low = min(binomial_lower(drawn, few, alpha), Fraction(max(few - 1, 0), drawn)) - slack(sizes)
    high = max(binomial_upper(drawn, many, alpha), Fraction(min(many + 1, drawn), drawn))
    high += slack(sizes)
    # What was seen is so for certain.
    seen, unseen = few, records - sum(one.drawn for one in sizes) + many
    return Range(max(ceil(low * records), seen), min(floor(high * records), unseen))


def _summed(
    sizes: Sequence[Size], least: Sequence[int], most: Sequence[int], alpha: Fraction
) -> Range:
    each = alpha / len(sizes)
    low = sum(
        hypergeometric_lower(one.records, one.drawn, few, each)
        for one, few in zip(sizes, least, strict=True)
    )
    high = sum(
        hypergeometric_upper(one.records, one.drawn, many, each)
        for one, many in zip(sizes, most, strict=True)
    )
    return Range(low, high)


def plan(records: Sequence[int], precision: Fraction, expected: Fraction, alpha: Fraction) -> int:
    """Return the smallest sample with which the combined bounds are within the precision.

    Args:
        records: the sizes of the strata.
        precision: half of the width that the combined interval may have, as a share.
        expected: the share of hits that is expected; one half is the worst case.
        alpha: the two-sided error.

    Raises:
        ArgumentError: no sample that people can look at is precise enough.
    """
    strata = [number for number in records if number]
    total = sum(strata)

    def precise(size: int) -> bool:
        drawn = allocate(strata, size)
        sizes = [Size(number, some) for number, some in zip(strata, drawn, strict=True)]
        hits = [floor(expected * some + Fraction(1, 2)) for some in drawn]
        found = combine(sizes, hits, hits, alpha)
        return found.high - found.low <= 2 * precision * total

    least, most = len(strata), min(total, MOST)
    guess = _guess(total, precision, expected, alpha)
    low, high = least - 1, min(max(guess, least), most)
    while not precise(high):
        if high == most:
            raise ArgumentError(
                f"precision {float(precision):g} needs more than {most:,} records with these "
                f"{len(strata)} strata; ask for less precision"
            )
        low, high = high, min(most, high + max(1, high // 4))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if precise(middle) else (middle, high)
    return high


def _guess(total: int, precision: Fraction, expected: Fraction, alpha: Fraction) -> int:
    """Return about how many are needed, by the normal approximation."""
    z = NormalDist().inv_cdf(1 - float(alpha) / 2)
    wanted = z * z * float(expected * (1 - expected)) / float(precision) ** 2 + 1
    return max(1, ceil(wanted / (1 + wanted / max(total, 1))))
