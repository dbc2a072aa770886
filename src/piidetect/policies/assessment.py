# SPDX-License-Identifier: Apache-2.0
"""What a policy says of figures: the level, the provisions met, the working, and every other reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from piidetect.errors import ArgumentError
from piidetect.policies.model import READINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from piidetect.case_folder import Folder
    from piidetect.policies.model import Grade, Policy, Texts


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """The same figures under another reading or another setting of a switch.

    ``tiers`` is tier → records (``persons`` → number for grades of persons).
    """

    name: str
    level: str
    points: int | None
    tiers: Mapping[str, int]
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a case holds under one label: records that hold it, those that count, and persons.

    Attributes:
        label: a class, a category of sensitive information, or an entity.
        standing: ``firm`` or ``contested``; ``necessary``, ``conditional`` or ``beyond``.
        rows: records that hold it; None where only persons are known.
        counted: those among the records that count; None where the policy doesn't ask.
        persons: persons of whom a record holds it.
        entities: the entities under it.
        headings: of the columns that hold it.
    """

    label: str
    standing: str
    rows: int | None
    counted: int | None
    persons: int
    entities: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Which records of a case count under an assessment; a table of events is counted on it.

    Attributes:
        folder: the case, without sources left out as public.
        tier_of: mask (with the bit of unknown regions) → tier under the strict reading, '' where
            the policy knows no tiers.
        weights: tier → points of a record.
        total: the records that count.
    """

    folder: Folder
    tier_of: Mapping[int, str]
    weights: Mapping[str, int]
    total: int


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What a policy says of a case, or of figures from elsewhere.

    Attributes:
        policy: the policy, with its provisions and their exact words.
        level: ``below``, ``serious`` or ``especially_serious``; for grades of persons ``below`` or
            the grade; None where the policy has no levels.
        points: 100, 10 and 1 for a record of tier 3, 4 and 5; None where there are no tiers.
        tiers: tier → records that count; ``persons`` → their low figure for grades of persons.
        items: ids of the provisions met.
        working: each comparison made, in figures.
        scenarios: the readings side by side, where they differ; the first is the one pleaded.
        lines: the records under each label, for policies that sort rather than grade.
        ledger: the rows of the case and where each went; empty for figures from elsewhere.
        parameters: what was asked and said.
        notes: what a reader must know, in both languages, each with its ``code``.
        labels: the words for the labels of ``lines``, where they are no entities.
    """

    policy: Policy
    level: str | None
    points: int | None = None
    tiers: Mapping[str, int] = field(default_factory=dict)
    items: tuple[str, ...] = ()
    working: tuple[str, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    lines: tuple[Line, ...] = ()
    ledger: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Texts, ...] = ()
    labels: Mapping[str, Texts] = field(default_factory=dict)
    locate: Callable[[str, str], pa.Table] | None = field(default=None, repr=False, compare=False)
    frame: Frame | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        """Return policy, level and figures."""
        points = "" if self.points is None else f", {self.points} points"
        return f"<Assessment {self.policy.id}: {self.level}{points} {dict(self.tiers)}>"

    def records(self, tier: str | int, reading: str = "strict") -> pa.Table:
        """Return where each record of a tier stands: source, row, byte_offset, copies; no values.

        Of records that are the same information one is listed, the first; ``copies`` is how many
        there are in all. Records of tiers 3 and 4 must be proved one by one.

        Args:
            tier: such as 3 or 4.
            reading: ``strict`` or ``expansive``.

        Raises:
            ArgumentError: there is no such tier or reading, or no case behind the figures.
            CaseError: the case folder is damaged or gone.
        """
        if self.locate is None:
            msg = f"policy {self.policy.id!r} on these figures lists no records; assess a case"
            raise ArgumentError(msg)
        if str(tier) not in self.tiers:
            raise ArgumentError(f"there is no tier {tier!r}; the tiers are {', '.join(self.tiers)}")
        if reading not in READINGS:
            raise ArgumentError(f"there is no reading {reading!r}; use {' or '.join(READINGS)}")
        return self.locate(str(tier), reading)

    def _grades(self) -> tuple[Grade, ...]:
        return self.policy.body if isinstance(self.policy.body, tuple) else ()

    def to_dict(self) -> dict[str, Any]:
        """Return the assessment as report.json holds it: plain values only, the same every time."""
        policy = self.policy
        return {
            "policy": {
                name: _plain(getattr(policy, name))
                for name in (
                    *("id", "version", "sha256", "name"),
                    *("instrument", "effective", "status", "source"),
                )
            },
            "parameters": dict(self.parameters),
            "level": self.level,
            "points": self.points,
            "tiers": dict(self.tiers),
            "items": list(self.items),
            "working": list(self.working),
            "scenarios": [
                {name: _plain(value) for name, value in vars(one).items()} for one in self.scenarios
            ],
            "lines": [
                {name: _plain(value) for name, value in vars(one).items()} for one in self.lines
            ],
            "ledger": dict(self.ledger),
            "grades": {one.grade: dict(one.name) for one in self._grades()},
            "labels": {name: dict(texts) for name, texts in self.labels.items()},
            "rules": [
                {name: _plain(value) for name, value in vars(rule).items()}
                | {"verified": rule.verified}
                for rule in policy.rules.values()
            ],
            "notes": [dict(note) for note in self.notes],
        }


def _plain(value: Any) -> Any:
    """Return tuples and mappings as lists and dicts."""
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int | None) else dict(value)
