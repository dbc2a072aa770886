# SPDX-License-Identifier: Apache-2.0
"""Assess a case: from its masks and records to tiers, readings, switches and the ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from piidetect.cores import available_cores
from piidetect.count import Identifiability
from piidetect.count.informations import distinct_informations, distinct_subjects
from piidetect.errors import ArgumentError
from piidetect.policies import ledger as rows
from piidetect.policies.assessment import Assessment, Frame, Scenario
from piidetect.policies.categories import load_categories
from piidetect.policies.classify import Classifier, identifiability
from piidetect.policies.figures import band, below, graded, said, stated, tiered
from piidetect.policies.labels import labelled
from piidetect.policies.load import load_policy
from piidetect.policies.locate import locate
from piidetect.policies.model import READINGS, Axis, Band, Necessity, Tiers
from piidetect.policies.necessity import beyond
from piidetect.policies.tiers import BELOW, Facts, fen, judge

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    import pyarrow as pa

    from piidetect.case import Case
    from piidetect.case_folder import Folder
    from piidetect.count import Counts
    from piidetect.count.informations import Informations
    from piidetect.policies.model import Policy, Texts

STRICT, EXPANSIVE = READINGS


@dataclass(frozen=True)
class Asked:
    """What an assessment is asked with, beside the policy; see :meth:`piidetect.Case.assess`."""

    facts: Facts
    app_type: str | None = None
    bare_phone: bool | None = None
    count_companies: bool | None = None
    public_sources: tuple[str, ...] = ()


def assess(
    case: Case,
    policy: str | os.PathLike[str],
    *,
    duty: bool = False,
    illegal_gain: int | str | Decimal | None = None,
    lawful_business: bool = False,
    app_type: str | None = None,
    bare_phone: bool | None = None,
    count_companies: bool | None = None,
    public_sources: Sequence[str] = (),
) -> Assessment:
    """Return what a policy says of a case; see :meth:`piidetect.Case.assess`."""
    loaded = load_policy(policy)
    if isinstance(public_sources, str):
        public_sources = (public_sources,)
    asked = Asked(
        Facts(duty=duty, gain=fen(illegal_gain), business=lawful_business),
        app_type,
        bare_phone,
        count_companies,
        tuple(public_sources),
    )
    body = loaded.body
    if app_type is not None and not isinstance(body, Necessity):
        raise ArgumentError(f"app_type is for policies of necessity, not for {loaded.id!r}")
    if isinstance(body, Band):
        return _of_band(case, loaded, body, asked)
    if isinstance(body, Tiers):
        return _Bench(case, body, asked).assessment(loaded)
    found = _sorted(case, loaded, app_type)
    return replace(found, ledger=rows.as_scanned(case.result), frame=_as_scanned(case))


def _as_scanned(case: Case) -> Frame:
    """Return the records that count under the rule of the scan."""
    rule = Identifiability.of(case.meta["parameters"])
    kept = {mask: "" for mask in case.informations.information if rule.keeps(mask)}
    total = case.result.funnel[-1].remaining
    return Frame(folder=case.folder, tier_of=kept, weights={}, total=total)


def _sorted(case: Case, policy: Policy, app_type: str | None) -> Assessment:
    """Return the assessment under a policy that knows no tiers."""
    body = policy.body
    if isinstance(body, Necessity):
        return beyond(case, policy, body, app_type)
    if isinstance(body, Axis):
        return labelled(case, policy, body)
    assert isinstance(body, tuple)
    persons = case.result.persons
    figures = {"low": persons.low, "point": persons.point, "high": persons.high}
    return graded(policy, body, figures, notes=stated(policy))


def _of_band(case: Case, policy: Policy, body: Band, asked: Asked) -> Assessment:
    """Return the assessment of a band: the figures and readings are those of the policy above it."""
    bound, lines = below(policy, body)
    criminal = _Bench(case, lines, asked).assessment(bound)
    found = band(policy, body, criminal.tiers, asked.facts)
    scenarios = tuple(
        replace(one, items=body.rules) if one.level == BELOW and any(one.tiers.values()) else one
        for one in criminal.scenarios
    )
    return replace(
        found,
        scenarios=scenarios,
        ledger=criminal.ledger,
        parameters=criminal.parameters,
        notes=(*stated(policy), *criminal.notes),
        locate=criminal.locate,
        frame=criminal.frame,
    )


class _Bench:
    """Counts the records of a case by tier, under one setting of the switches after the other."""

    def __init__(self, case: Case, body: Tiers, asked: Asked) -> None:
        self._body, self._asked = body, asked
        self._counts: Counts = case.result
        self._whole: Folder = case.folder
        self._threads = case.threads or available_cores()
        self._classifier = Classifier(body)
        defaults = {name: switch.default == "count" for name, switch in body.switches.items()}
        as_scanned = bool(case.meta["parameters"].get("bare_phone", defaults["bare_phone"]))
        self._bare = as_scanned if asked.bare_phone is None else asked.bare_phone
        companies = asked.count_companies
        self._companies = defaults["company_contacts"] if companies is None else companies
        self._folder = rows.without(case.folder, asked.public_sources)
        self._every = case.informations
        self._informations: Informations = (
            distinct_informations(self._paths(), self._threads)
            if asked.public_sources
            else self._every
        )

    def assessment(self, policy: Policy) -> Assessment:
        """Return the assessment under the settings asked for, with the other readings beside it."""
        held = self._counted(self._rule(self._bare), companies=self._companies)
        tiers = self._tiers(held, STRICT)
        found = tiered(policy, self._body, tiers, self._asked.facts)
        return replace(
            found,
            scenarios=self._scenarios(held, tiers),
            ledger=self._ledger(held, tiers),
            working=(*found.working, *self._other_rule(policy)),
            parameters=said(self._asked.facts)
            | {
                "bare_phone": self._bare,
                "company_contacts": self._companies,
                "public_sources": list(self._asked.public_sources),
                "categories_sha256": load_categories().sha256,
            },
            notes=(*found.notes, *self._notes(held)),
            locate=lambda tier, reading: self._locate(held, tier, reading),
            frame=Frame(
                folder=self._folder,
                tier_of={mask: self._classifier.tier(mask, STRICT) for mask in held},
                weights={tier.tier: tier.weight for tier in self._body.tiers},
                total=sum(held.values()),
            ),
        )

    def _other_rule(self, policy: Policy) -> list[str]:
        """Return a line of the working where the policy and the scan identify other records."""
        own, scanned = self._rule(self._bare), Identifiability(bare_phone=self._bare)
        found = self._every.information.items()
        more = sum(n for mask, n in found if own.keeps(mask) and not scanned.keeps(mask))
        less = sum(n for mask, n in found if scanned.keeps(mask) and not own.keeps(mask))
        if not more and not less:
            return []
        return [
            f"{policy.id} identifies {more} records that the scan's rule doesn't, and not {less}"
        ]

    def _paths(self) -> list[Path]:
        return [part.records for part in self._folder.parts]

    def _rule(self, bare: bool) -> Identifiability:  # noqa: FBT001 - the one switch it has
        return identifiability(self._body, bare_phone=bare)

    def _counted(self, rule: Identifiability, *, companies: bool) -> dict[int, int]:
        return rows.counted(self._informations, rule, self._body, companies=companies)

    def _tiers(self, held: Mapping[int, int], reading: str) -> dict[str, int]:
        """Return tier → records."""
        found = {tier.tier: 0 for tier in self._body.tiers}
        for mask, number in held.items():
            found[self._classifier.tier(mask, reading)] += number
        return found

    def _scenarios(self, held: Mapping[int, int], tiers: dict[str, int]) -> tuple[Scenario, ...]:
        """Return the readings and settings that give other figures, the one pleaded first."""
        other = self._counted(self._rule(not self._bare), companies=self._companies)
        firms = self._counted(self._rule(self._bare), companies=not self._companies)
        settings = {
            STRICT: tiers,
            EXPANSIVE: self._tiers(held, EXPANSIVE),
            "one_per_person": self._subjects(held, tiers),
            "bare_phone_excluded" if self._bare else "bare_phone_counted": self._tiers(
                other, STRICT
            ),
            "companies_excluded" if self._companies else "companies_counted": self._tiers(
                firms, STRICT
            ),
        }
        differ = [name for name, found in settings.items() if name == STRICT or found != tiers]
        if len(differ) == 1:
            return ()
        return tuple(self._scenario(name, settings[name]) for name in differ)

    def _scenario(self, name: str, tiers: Mapping[str, int]) -> Scenario:
        judged = judge(self._body, tiers, self._asked.facts)
        return Scenario(
            name=name,
            level=judged.level,
            points=judged.points,
            tiers=tiers,
            items=judged.items,
        )

    def _subjects(self, held: Mapping[int, int], tiers: Mapping[str, int]) -> dict[str, int]:
        """Return tier → records if changed information of one person counts once, in its gravest.

        At most as many as there are informations of that tier or a graver one: the same information
        may stand under different headings and so tell of different subjects.
        """
        order = list(tiers)
        bits = {mask: 1 << order.index(self._classifier.tier(mask, STRICT)) for mask in held}
        joined = distinct_subjects(self._paths(), bits, self._threads)
        found, above, most = {}, 0, 0
        for place, tier in enumerate(order):
            most += tiers[tier]
            here = sum(n for bit, n in joined.items() if bit & -bit == 1 << place)
            found[tier] = max(0, min(above + here, most) - above)
            above += found[tier]
        return found

    def _ledger(self, held: Mapping[int, int], tiers: Mapping[str, int]) -> dict[str, Any]:
        rule, total = self._rule(self._bare), sum(held.values())
        every = sum(n for mask, n in self._every.information.items() if rule.keeps(mask))
        kept = sum(self._counted(rule, companies=True).values())
        found = rows.ledger(
            self._counts,
            self._every,
            rule,
            public=every - kept,
            companies=kept - total,
            total=total,
        )
        seen = rows.within_sources(self._whole, self._counts, self._threads)
        rows.insert(found, "R7", seen)
        rows.insert(found, "R10", tiers)
        return found

    def _notes(self, held: Mapping[int, int]) -> tuple[Texts, ...]:
        """Return why readings differ: the contested entities and bundles that the records hold."""
        labels = load_categories().labels
        names: dict[str, Texts] = {}
        for mask in held:
            entities, bundles = self._classifier.contested(mask)
            for name in entities:
                names[f"contested.{name}"] = labels[name].why if name in labels else {}
            for bundle in bundles:
                names[f"contested.{bundle.id}"] = bundle.note
        for name, switch in self._body.switches.items():
            names[f"switch.{name}"] = switch.note
        return tuple({"code": code, **texts} for code, texts in sorted(names.items()) if texts)

    def _locate(self, held: Mapping[int, int], tier: str, reading: str) -> pa.Table:
        wanted = [mask for mask in held if self._classifier.tier(mask, reading) == tier]
        return locate(self._folder, wanted, self._threads)
