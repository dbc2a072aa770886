# SPDX-License-Identifier: Apache-2.0
"""What a policy is once its file has been read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Texts for people by language, ``zh`` and ``en``.
Texts = Mapping[str, str]

#: How contested fields are read: as the defence would, as the prosecution might.
READINGS: tuple[str, ...] = ("strict", "expansive")

#: How well the wording of a rule is known.
EVIDENCE: tuple[str, ...] = ("text", "excerpt", "unverified")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One provision: where it stands, since when, and its exact words.

    ``evidence`` is ``text`` (the whole text was read), ``excerpt`` (a page that quotes it) or
    ``unverified``; ``quote`` is empty where the wording wasn't seen, and ``note`` then has the gist.
    """

    id: str
    article: str
    effective: str
    source: str
    evidence: str
    quote: str
    note: Texts = field(hash=False)

    @property
    def verified(self) -> bool:
        """Return whether the wording was seen in a source."""
        return self.evidence != "unverified"


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A tier of article 5: from how many records on, and how many points a record has."""

    tier: str
    line: int
    weight: int
    rule: str
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Entities that together have a tier of their own: one of each of ``has``."""

    id: str
    has: tuple[tuple[str, ...], ...]
    strict: str
    expansive: str
    rule: str
    group: bool
    note: Texts = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A question on which courts differ: its default, and the cases on either side."""

    default: str
    note: Texts = field(hash=False)
    cases: tuple[Mapping[str, str], ...] = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """The lines of a policy of kind ``tiers``: records by tier, gain in yuan.

    ``duty_divisor`` divides every line; ``multiplier`` makes 'especially serious'.
    """

    tiers: tuple[Tier, ...]
    mixed_line: int
    mixed_rule: str
    gain_line: int
    gain_rule: str
    duty_divisor: int
    duty_rule: str
    multiplier: int
    especially_rule: str
    business_line: int
    business_tier: str
    business_rule: str
    fine_least: int
    fine_most: int
    fine_rule: str
    bundles: tuple[Bundle, ...]
    identifiable: Mapping[str, tuple[tuple[str, ...], ...]] = field(hash=False)
    switches: Mapping[str, Switch] = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class Grade:
    """A grade of kind ``persons``: from how many persons on, that number included."""

    grade: str
    line: int
    rule: str
    name: Texts = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A policy of kind ``labels``: which labels of ``recognizers/categories.yaml`` it reads."""

    axis: str
    rule: str
    under_14_rule: str


@dataclass(frozen=True, kw_only=True)
class Band:
    """A policy of kind ``band``: what is below the lines of another policy, and any records."""

    below: str
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One field that a type of app may collect."""

    name: str
    fields: tuple[str, ...]
    role: str
    condition: str


@dataclass(frozen=True, kw_only=True)
class AppType:
    """One type of app: its number, its basic service, and what it may collect for that."""

    number: int
    key: str
    name: str
    service: str
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Necessity:
    """A policy of kind ``necessity``: types of app, and the entities that each field stands for."""

    rule: str
    fields: Mapping[str, tuple[str, ...]] = field(hash=False)
    types: tuple[AppType, ...]


Body = Tiers | tuple[Grade, ...] | Axis | Band | Necessity


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One file of ``policies/``.

    Attributes:
        id: the file's name.
        version: of the file, raised with every change.
        kind: ``tiers``, ``persons``, ``labels``, ``band`` or ``necessity``.
        name: by language.
        instrument: the law or standard, with its number.
        effective: since when it is in force, yyyy-mm-dd.
        status: by language: until when its being in force was checked.
        source: where it was read.
        rules: the provisions by id.
        unseen: by id, what figures from data can't tell.
        body: the lines, by kind.
        sha256: of the file.
    """

    id: str
    version: str
    kind: str
    name: Texts = field(hash=False)
    instrument: str
    effective: str
    status: Texts = field(hash=False)
    source: str
    rules: Mapping[str, Rule] = field(hash=False)
    unseen: Mapping[str, Texts] = field(hash=False)
    body: Body
    sha256: str
