# SPDX-License-Identifier: Apache-2.0
"""The tier by which a sample is stratified: the most sensitive kind of information in a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.schema import ENTITY_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: Categories, the most sensitive first; others follow by name.
ORDER: tuple[str, ...] = ("health", "financial", "identity", "contact", "basic")
NO_TIER = "none"


def tiers(categories: Mapping[str, Sequence[str]]) -> Callable[[int], str]:
    """Return the function that gives the tier of a mask.

    Args:
        categories: entity → its categories, as the case has them.
    """
    bits: dict[str, int] = {}
    for entity, names in categories.items():
        for name in names:
            bits[name] = bits.get(name, 0) | 1 << ENTITY_NUMBER[entity]
    rank = {name: place for place, name in enumerate(ORDER)}
    order = sorted(bits, key=lambda name: (rank.get(name, len(rank)), name))

    def tier(mask: int) -> str:
        return next((name for name in order if mask & bits[name]), NO_TIER)

    return tier
