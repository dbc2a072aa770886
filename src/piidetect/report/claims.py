# SPDX-License-Identifier: Apache-2.0
"""The paper of a claim: the sum, who owes it, the working, and the provenance of every figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.claims.money import capitals, figures
from piidetect.report.paper import Paper
from piidetect.report.sampling import facts
from piidetect.report.shapes import section

if TYPE_CHECKING:
    from decimal import Decimal

    from piidetect.case import Case
    from piidetect.claims import Claim, Figure
    from piidetect.report.sections import Section, Words


def paper(case: Case, claim: Claim, words: Words) -> Paper:
    """Return the paper of a claim."""
    total = words.say(
        "claim.total",
        basis=words.term("claim_basis", claim.basis),
        amount=figures(claim.total),
        capitals=capitals(claim.total),
    )
    notes = [words.say(f"claim.note_{name}") for name in claim.notes]
    sections = [_items(claim, words)]
    sections += [_shares(claim, words)] if claim.shares else []
    sections += [_punitive(claim, words)] if claim.punitive else []
    sections += [_factors(claim, words)] if claim.factors else []
    sections += [_figures(claim, words)]
    shown = [*claim.figures, *([claim.number] if _extra(claim) else [])]
    return Paper(
        title=words.say("claim.title"),
        facts=facts(case, words),
        sentences=[total, *_per_unit(claim, words), *notes],
        sections=sections,
        queries=[(_name(one, words), one.sql) for one in shown if one is not None],
        queries_title=words.say("claim.queries"),
        data=_data(case, claim),
        lang=words.lang,
    )


def _extra(claim: Claim) -> bool:
    """Tell whether the multiplied figure isn't one of those of every annex."""
    return claim.number is not None and claim.number not in claim.figures


def _per_unit(claim: Claim, words: Words) -> list[str]:
    """Return what a lump sum comes to for each record: for information, not the working."""
    counted = next(one.value for one in claim.figures if one.name == "counted")
    if claim.price is not None or not counted:
        return []
    each = claim.total / counted
    return [words.say("claim.per_record", each=f"{each:.4f}", counted=counted)]


def _items(claim: Claim, words: Words) -> Section:
    rows = []
    for item in claim.items:
        working = ""
        if claim.price is not None and claim.number is not None:
            working = words.say(
                "claim.working",
                price=format(claim.price.amount.normalize(), "f"),
                number=claim.number.value,
                unit=words.term("claim_unit", claim.price.unit),
                figure=_name(claim.number, words),
                amount=figures(item.amount),
            )
        rows.append((item.name, figures(item.amount), capitals(item.amount), working, item.source))
    return section(words, "claim_items", "item #yuan capitals working proved_by", rows)


def _shares(claim: Claim, words: Words) -> Section:
    rows = [(one.defendant, figures(one.amount), capitals(one.amount)) for one in claim.shares]
    return section(words, "claim_shares", "defendant #yuan capitals", rows)


def _punitive(claim: Claim, words: Words) -> Section:
    assert claim.punitive is not None
    amount = claim.punitive.amount
    multiple = format(claim.punitive.multiple.normalize(), "f")
    return section(
        words,
        "claim_punitive",
        "#multiple #yuan capitals",
        [(multiple, figures(amount), capitals(amount))],
    )


def _factors(claim: Claim, words: Words) -> Section:
    return section(words, "claim_factors", "factor weight", list(claim.factors.items()))


def _figures(claim: Claim, words: Words) -> Section:
    shown = [*claim.figures, *([claim.number] if _extra(claim) else [])]
    rows = [
        (
            _name(one, words),
            f"{one.value:,}",
            words.term("claim_unit", one.unit),
            words.term("step", one.step) if one.step else "",
            one.origin,
        )
        for one in shown
        if one is not None
    ]
    return section(words, "claim_figures", "figure #number unit step origin", rows)


def _name(figure: Figure, words: Words) -> str:
    kind, _, category = figure.name.partition(":")
    name = words.term("claim_figure", kind)
    return f"{name} ({words.term('category', category)})" if category else name


def _data(case: Case, claim: Claim) -> dict[str, Any]:
    return {
        "schema": "piidetect.claim/1",
        "case": {"id": case.id, "reference_date": case.meta["reference_date"]},
        "basis": claim.basis,
        "total": _money(claim.total),
        "items": [
            {"name": one.name, **_money(one.amount), "source": one.source} for one in claim.items
        ],
        "price": claim.price
        and {
            "amount": str(claim.price.amount),
            "unit": claim.price.unit,
            "source": claim.price.source,
        },
        "number": claim.number and vars(claim.number),
        "liability": claim.liability,
        "shares": [{"defendant": one.defendant, **_money(one.amount)} for one in claim.shares],
        "punitive": claim.punitive
        and {"multiple": str(claim.punitive.multiple), **_money(claim.punitive.amount)},
        "factors": dict(claim.factors),
        "figures": [vars(one) for one in claim.figures],
    }


def _money(amount: Decimal) -> dict[str, str]:
    return {"yuan": f"{amount:.2f}", "capitals": capitals(amount)}
