# SPDX-License-Identifier: Apache-2.0
"""What is claimed: one of three bases (PIPL art. 69, Civil Code art. 1182), never two of them mixed.

gain
    What the defendants gained, item by item, as proved.
loss
    What was lost, and the reasonable expenses of stopping the infringement.
discretion
    What the court fixes where neither can be determined: a unit price × records or persons, with the
    source of the price, or a sum that experts arrived at; with the factors that were weighed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from piidetect.claims.defendants import Share, shares
from piidetect.claims.money import FEN, money, product
from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from piidetect.claims.figures import Figure

GAIN, LOSS, DISCRETION = BASES = ("gain", "loss", "discretion")
RECORD, PERSON = UNITS = ("record", "person")
#: Which of the arguments belong to which basis.
_OF_BASIS: dict[str, tuple[str, ...]] = {
    GAIN: ("gains",),
    LOSS: ("losses", "expenses"),
    DISCRETION: ("unit_price", "amount", "factors"),
}
#: The ceiling of damages for a personal right that was infringed on a network, where neither loss
#: nor gain can be determined (法释〔2020〕17号 art. 12).
CEILING = Decimal(500_000)


@dataclass(frozen=True)
class Item:
    """An amount: whose or what for, how much, and where it is proved."""

    name: str
    amount: Decimal
    source: str


@dataclass(frozen=True)
class Price:
    """A unit price, what it is for (``record`` or ``person``), and where it comes from."""

    amount: Decimal
    unit: str
    source: str


@dataclass(frozen=True)
class Punitive:
    """Punitive damages as a scenario: the multiple and the amount; never part of the total."""

    multiple: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Terms:
    """What was asked for; ``factors`` is factor → what is to be said of it.

    The texts of ``gains``, ``losses`` and ``expenses`` are ``NAME=AMOUNT@SOURCE``, name and source
    may be left out; ``unit_price`` and ``amount`` are ``AMOUNT@SOURCE``.
    """

    basis: str
    gains: Sequence[str] = ()
    losses: Sequence[str] = ()
    expenses: Sequence[str] = ()
    unit_price: str | None = None
    per: str = RECORD
    amount: str | None = None
    factors: Mapping[str, str] | None = None
    defendants: Mapping[str, str] | None = None
    liability: str | None = None
    punitive: object = None


@dataclass(frozen=True)
class Claim:
    """A claim with its working.

    Attributes:
        basis: ``gain``, ``loss`` or ``discretion``.
        items: what it is made of; for a unit price one item.
        price: the unit price, and ``number`` the figure it is multiplied by; else None.
        total: the claim in yuan.
        shares: what each defendant owes; empty where none was named.
        liability: ``joint``, ``several`` or None.
        punitive: a scenario, or None.
        factors: what the court may weigh.
        figures: the figures of the case, each with its query.
    """

    basis: str
    items: Sequence[Item]
    price: Price | None
    number: Figure | None
    total: Decimal
    shares: Sequence[Share]
    liability: str | None
    punitive: Punitive | None
    factors: Mapping[str, str]
    figures: Sequence[Figure]

    @property
    def notes(self) -> list[str]:
        """Return the names of the notes that belong to this claim."""
        notes = [f"basis_{self.basis}"]
        if self.basis == DISCRETION and self.total > CEILING:
            notes.append("ceiling")
        if self.liability is not None:
            notes.append(self.liability)
        if self.punitive is not None:
            notes.append("punitive")
        return notes


def check(terms: Terms) -> None:
    """Refuse terms that mix bases or lack what their basis needs.

    Raises:
        ArgumentError: says what and the remedy.
    """
    if terms.basis not in BASES:
        raise ArgumentError(f"basis {terms.basis!r} is not known; use one of {', '.join(BASES)}")
    for basis, names in _OF_BASIS.items():
        mixed = [name for name in names if basis != terms.basis and getattr(terms, name)]
        if mixed:
            raise ArgumentError(
                f"{mixed[0]} belongs to the basis {basis!r}, the claim has {terms.basis!r}; bases are "
                "never mixed: make a claim for each"
            )
    if not any(getattr(terms, name) for name in _OF_BASIS[terms.basis] if name != "factors"):
        what = {
            GAIN: "the gains",
            LOSS: "the losses or expenses",
            DISCRETION: "a unit price or an amount",
        }
        raise ArgumentError(f"the basis {terms.basis!r} needs {what[terms.basis]}; none was given")
    if terms.unit_price and terms.amount:
        raise ArgumentError("give a unit price or an amount, not both")
    if terms.per not in UNITS:
        raise ArgumentError(f"a unit price is per record or per person, not per {terms.per!r}")


def make_claim(terms: Terms, number: Figure | None, figures: Sequence[Figure]) -> Claim:
    """Return the claim.

    Args:
        terms: what is claimed, checked by :func:`check`.
        number: the records or persons that a unit price is multiplied by, None without a unit price.
        figures: the figures of the case, for the annex.

    Raises:
        ArgumentError: an amount or a share can't be used.
    """
    price, items = None, _items(terms)
    if number is not None:
        assert terms.unit_price is not None
        _, amount, source = split("unit price", terms.unit_price, places=6)
        price = Price(amount, terms.per, _needed(source))
        items = [Item("", product("unit price", amount, number.value), price.source)]
    elif terms.amount is not None:
        _, amount, source = split("amount", terms.amount)
        items = [Item("", amount, _needed(source))]
    total = sum((item.amount for item in items), Decimal(0))
    if not total:
        raise ArgumentError("the claim comes to 0.00; check the amounts and the figure")
    own: dict[str, Decimal] = {}
    if terms.basis == GAIN:
        for item in items:
            if item.name:
                own[item.name] = own.get(item.name, Decimal(0)) + item.amount
    if len(own) > 1 and sum(own.values()) != total:
        raise ArgumentError("some gains have no name; name the defendant of each as NAME=AMOUNT")
    return Claim(
        basis=terms.basis,
        items=items,
        price=price,
        number=number,
        total=total,
        shares=shares(total, dict(terms.defendants or {}), terms.liability, own),
        liability=terms.liability,
        punitive=_punitive(terms.punitive, total),
        factors=dict(terms.factors or {}),
        figures=figures,
    )


def split(name: str, text: str, *, places: int = 2) -> tuple[str, Decimal, str]:
    """Return name, amount and source of ``NAME=AMOUNT@SOURCE``.

    Raises:
        ArgumentError: the amount can't be used.
    """
    front, _, source = text.partition("@")
    label, sign, amount = front.rpartition("=")
    if sign and not label.strip():
        raise ArgumentError(f"{name} {front!r}: the name before = is empty; write NAME=AMOUNT")
    return label.strip(), money(name, amount, places=places), source.strip()


def _items(terms: Terms) -> list[Item]:
    given = [("gain", text) for text in terms.gains]
    given += [("loss", text) for text in terms.losses]
    given += [("expense", text) for text in terms.expenses]
    return [Item(*split(name, text)) for name, text in given]


def _needed(source: str) -> str:
    if not source:
        raise ArgumentError(
            "a price or amount needs its source: add @ and where it comes from, "
            "such as 0.85@seized chat of 2023-05-01"
        )
    return source


def _punitive(multiple: object, total: Decimal) -> Punitive | None:
    if multiple is None:
        return None
    times = money("punitive multiple", multiple)
    if not 0 < times <= 10:  # noqa: PLR2004 (no law in force goes beyond ten times)
        raise ArgumentError(f"punitive multiple {times} can't be; give 1 for once the damages")
    return Punitive(times, (total * times).quantize(FEN))
