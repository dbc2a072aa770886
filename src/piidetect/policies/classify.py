# SPDX-License-Identifier: Apache-2.0
"""The one tier of a record, by what it holds: the gravest of its entities and of their bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.count import Identifiability
from piidetect.count.identifiability import UNKNOWN_REGION, entity_bits
from piidetect.policies.categories import load_categories
from piidetect.policies.model import READINGS
from piidetect.policies.names import bits, held_by, known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from piidetect.policies.model import Bundle, Tiers

#: What a company is known by, and not a person.
COMPANY = ("CN_USCC", "CN_ORGANISATION_CODE")


class Classifier:
    """Gives each mask its tier under a policy, by reading.

    A mask may have :data:`~piidetect.count.identifiability.UNKNOWN_REGION`: it counts as a resident
    ID. An entity that categories.yaml doesn't name is in the last tier: all the rest is.
    """

    def __init__(self, body: Tiers) -> None:
        self._order = [tier.tier for tier in body.tiers]
        own = {name: tier.tier for tier in body.tiers for name in tier.entities}
        labels = load_categories().labels
        self._of: dict[str, dict[str, str]] = {}
        for reading in READINGS:
            self._of[reading] = {name: getattr(label, reading) for name, label in labels.items()}
            self._of[reading].update(own)
        self._bundles = [(bundle, [bits(names) for names in bundle.has]) for bundle in body.bundles]

    def tier(self, held: int, reading: str) -> str:
        """Return the tier of a record; the last one for whatever has none of its own."""
        mask = _mask(held)
        found = {self._of[reading].get(name, self._order[-1]) for name in held_by(mask)}
        found |= {getattr(bundle, reading) for bundle in self.bundles(held)}
        return next((tier for tier in self._order if tier in found), self._order[-1])

    def bundles(self, held: int) -> list[Bundle]:
        """Return the bundles that a record holds."""
        mask = _mask(held)
        return [bundle for bundle, sets in self._bundles if all(mask & one for one in sets)]

    def contested(self, held: int) -> tuple[list[str], list[Bundle]]:
        """Return the entities and bundles of a record on whose tier courts differ."""
        strict, expansive = (self._of[reading] for reading in READINGS)
        names = [n for n in held_by(_mask(held)) if strict.get(n) != expansive.get(n)]
        return names, [one for one in self.bundles(held) if one.strict != one.expansive]


def _mask(held: int) -> int:
    return held & ~UNKNOWN_REGION | (entity_bits("CN_RESIDENT_ID") if held & UNKNOWN_REGION else 0)


def identifiability(body: Tiers, *, bare_phone: bool) -> Identifiability:
    """Return when a record identifies somebody under a policy."""
    rule = body.identifiable
    return Identifiability(
        alone=known((*rule["alone"][0], *(rule["contacts"][0] if bare_phone else ()))),
        with_name=known(rule["with_name"][0]),
        bare_phone=False,  # the policy's own contacts stand among `alone`
        together=tuple(names for names in rule["together"] if known(names) == names),
    )


def is_company(held: int, rule: Mapping[str, tuple[tuple[str, ...], ...]]) -> bool:
    """Return whether a record tells of a company and has nobody's own number."""
    return bool(held & bits(COMPANY)) and not _mask(held) & bits(rule["alone"][0])
