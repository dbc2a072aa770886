# SPDX-License-Identifier: Apache-2.0
"""What is claimed, on one basis, with the working and the provenance of every figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.claims.claim import BASES, Claim, Item, Price, Punitive, Terms, check, make_claim
from piidetect.claims.defendants import Share
from piidetect.claims.figures import FIGURES, Figure, base_figure, case_figures
from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    import os

    from piidetect.case import Case

__all__ = [
    "BASES",
    "FIGURES",
    "Claim",
    "Figure",
    "Item",
    "Price",
    "Punitive",
    "Share",
    "Terms",
    "claim",
]


def claim(
    case: Case,
    terms: Terms,
    *,
    figure: str | None = None,
    sample: str | os.PathLike[str] | None = None,
    events: str | os.PathLike[str] | None = None,
    actor: str | None = None,
) -> Claim:
    """Return a claim of a case.

    Raises:
        ArgumentError: the terms can't be used.
        CaseError: the case is damaged.
    """
    check(terms)
    if terms.unit_price is None and any(x is not None for x in (figure, sample, events, actor)):
        raise ArgumentError("a figure belongs to a unit price; give --unit-price or leave it out")
    figures = case_figures(case)
    number = None
    if terms.unit_price is not None:
        number = base_figure(
            case, figures, terms.per, figure, sample=sample, events=events, actor=actor
        )
    return make_claim(terms, number, figures)
