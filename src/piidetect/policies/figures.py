# SPDX-License-Identifier: Apache-2.0
"""Assess figures that come from elsewhere: an appraisal, an indictment, another tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.errors import ArgumentError, PolicyError
from piidetect.policies.assessment import Assessment, Scenario
from piidetect.policies.load import load_policy
from piidetect.policies.model import Band, Policy, Tiers
from piidetect.policies.tiers import BELOW, Facts, fen, judge, yuan

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from piidetect.policies.model import Grade


def assess_counts(
    policy: str | os.PathLike[str],
    *,
    tier3: int = 0,
    tier4: int = 0,
    tier5: int = 0,
    duty: bool = False,
    illegal_gain: int | str | Decimal | None = None,
    lawful_business: bool = False,
    persons: int | None = None,
) -> Assessment:
    """Return what a policy says of figures.

    >>> assess_counts("cn-criminal-2017", tier3=10, tier4=200, tier5=2000).level
    'serious'

    Args:
        policy: the name of one that grades by records or persons, or the path of a file.
        tier3: records of article 5(1)(3).
        tier4: records of article 5(1)(4).
        tier5: records of article 5(1)(5).
        duty: obtained in performing a duty or providing a service, and sold or provided.
        illegal_gain: yuan; a whole number, or a text or Decimal with at most two decimals.
        lawful_business: bought for lawful business and not passed on (article 6); the gain is then
            the profit made of it.
        persons: for a policy that grades by persons.

    Raises:
        ArgumentError: a figure is no whole number or negative, or the policy needs a case.
        PolicyError: there is no such policy, or its file is broken.
    """
    loaded = load_policy(policy)
    facts = Facts(duty=duty, gain=fen(illegal_gain), business=lawful_business)
    counts = {"3": tier3, "4": tier4, "5": tier5}
    for tier, number in counts.items():
        _check(f"tier{tier}", number)
    if isinstance(loaded.body, tuple):
        if persons is None:
            raise ArgumentError(f"policy {loaded.id!r} grades by persons; give persons=")
        _check("persons", persons)
        return graded(loaded, loaded.body, {"low": persons}, notes=stated(loaded))
    if isinstance(loaded.body, Band):
        return band(loaded, loaded.body, counts, facts)
    if not isinstance(loaded.body, Tiers):
        raise ArgumentError(f"policy {loaded.id!r} sorts what a case holds; assess a case with it")
    return tiered(loaded, loaded.body, counts, facts)


def _check(name: str, number: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise ArgumentError(f"{name} {number!r} is not a number of records; give 0, 1, 2 …")


def stated(policy: Policy) -> tuple[Mapping[str, str], ...]:
    """Return what the policy says that figures can't tell."""
    return tuple({"code": f"unseen.{name}", **texts} for name, texts in policy.unseen.items())


def said(facts: Facts) -> dict[str, Any]:
    """Return the prosecutor's facts as parameters."""
    gain = None if facts.gain is None else yuan(facts.gain)
    return {"duty": facts.duty, "illegal_gain": gain, "lawful_business": facts.business}


def _tier_counts(body: Tiers, counts: Mapping[str, int]) -> dict[str, int]:
    return {tier.tier: counts.get(tier.tier, 0) for tier in body.tiers}


def tiered(policy: Policy, body: Tiers, counts: Mapping[str, int], facts: Facts) -> Assessment:
    """Return the assessment of records by tier."""
    judged = judge(body, counts, facts)
    return Assessment(
        policy=policy,
        level=judged.level,
        points=judged.points,
        tiers=_tier_counts(body, counts),
        items=judged.items,
        working=judged.working,
        parameters=said(facts),
        notes=stated(policy),
    )


def band(policy: Policy, body: Band, counts: Mapping[str, int], facts: Facts) -> Assessment:
    """Return the assessment of a policy whose band lies below the lines of another.

    The level is that of the other policy; the band's own provisions are met where that is 'below'
    and there is anything at all.

    Raises:
        PolicyError: the other policy isn't one of lines by tier.
    """
    criminal, lines = below(policy, body)
    judged = judge(lines, counts, facts)
    total = sum(counts.values())
    within = judged.level == BELOW and total > 0
    head = [f"{rule}: {total} {'>' if total else '='} 0" for rule in body.rules]
    return Assessment(
        policy=policy,
        level=judged.level,
        points=judged.points,
        tiers=_tier_counts(lines, counts),
        items=body.rules if within else judged.items,
        working=(*head, *(f"{criminal.id} {line}" for line in judged.working)),
        parameters=said(facts),
        notes=(*stated(policy), *stated(criminal)),
    )


def below(policy: Policy, body: Band) -> tuple[Policy, Tiers]:
    """Return the policy whose lines bound a band, and those lines.

    Raises:
        PolicyError: it isn't one of lines by tier.
    """
    criminal = load_policy(body.below)
    if not isinstance(criminal.body, Tiers):
        raise PolicyError(f"{policy.id}.yaml: band.below: {body.below} has no tiers")
    return criminal, criminal.body


def graded(
    policy: Policy,
    grades: Sequence[Grade],
    persons: Mapping[str, int],
    *,
    notes: tuple[Mapping[str, str], ...],
) -> Assessment:
    """Return the assessment of persons; ``persons`` is figure → number, the low one first."""
    scenarios = []
    for name, number in persons.items():
        reached = [grade for grade in grades if number >= grade.line]
        top = reached[-1] if reached else None
        scenarios.append(
            Scenario(
                name=name,
                level=top.grade if top else BELOW,
                points=None,
                tiers={"persons": number},
                items=(top.rule,) if top else (),
            )
        )
    first = scenarios[0]
    working = tuple(
        f"{name}: {grade.rule}: {number} {'≥' if number >= grade.line else '<'} {grade.line}"
        for name, number in persons.items()
        for grade in grades
    )
    return Assessment(
        policy=policy,
        level=first.level,
        tiers=first.tiers,
        items=first.items,
        working=working,
        scenarios=tuple(scenarios) if len(scenarios) > 1 else (),
        notes=notes,
    )
