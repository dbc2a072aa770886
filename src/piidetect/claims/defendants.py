# SPDX-License-Identifier: Apache-2.0
"""Several defendants: jointly (连带) each for the whole, severally (按份) each for a share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from piidetect.claims.money import FEN, figures, money
from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JOINT, SEVERAL = LIABILITIES = ("joint", "several")


@dataclass(frozen=True)
class Share:
    """What a defendant owes; jointly liable ones owe the whole each, but it is paid once."""

    defendant: str
    amount: Decimal


def shares(
    total: Decimal,
    defendants: Mapping[str, str],
    liability: str | None,
    own: Mapping[str, Decimal],
) -> list[Share]:
    """Return what each defendant owes.

    Args:
        total: the whole claim.
        defendants: name → share, ``60%``, ``2/3`` or yuan; empty where none was given.
        liability: ``joint`` or ``several``; None where there is one defendant at most.
        own: name → what the items say of him (gains by name); used where no share is given.

    Raises:
        ArgumentError: shares that don't add up or can't be, or no liability for several defendants.
    """
    names = list(defendants) or list(own)
    if liability not in {None, *LIABILITIES}:
        raise ArgumentError(
            f"liability {liability!r} is not known; use joint (连带) or several (按份)"
        )
    if len(names) > 1 and liability is None:
        raise ArgumentError(
            f"{len(names)} defendants: say whether they are liable jointly (连带) or severally (按份) "
            "with --liability"
        )
    given = {name: share for name, share in defendants.items() if share}
    if liability == JOINT or len(names) <= 1:
        if given and liability == JOINT:
            raise ArgumentError(
                "jointly liable defendants owe the whole each and have no shares; "
                "leave the shares out, or use --liability several"
            )
        _check_sum(total, _parts(total, given) if given else {})
        return [Share(name, total) for name in names]
    if not given and set(own) == set(names):
        return [Share(name, own[name]) for name in names]
    missing = [name for name in names if name not in given]
    if missing:
        raise ArgumentError(
            f"severally liable defendants need a share each; {missing[0]!r} has none; "
            "give it as NAME=60%, NAME=2/3 or NAME=30000"
        )
    parts = _parts(total, given)
    _check_sum(total, parts)
    return [Share(name, parts[name]) for name in names]


def _check_sum(total: Decimal, parts: Mapping[str, Decimal]) -> None:
    if parts and sum(parts.values()) != total:
        raise ArgumentError(
            f"the defendants' shares add up to {figures(sum(parts.values(), Decimal(0)))}, "
            f"the claim is {figures(total)}; change the shares"
        )


def _parts(total: Decimal, given: Mapping[str, str]) -> dict[str, Decimal]:
    """Return name → amount; fractions are cut to the fen, what is left goes to the first ones."""
    fractions = {name: _fraction(name, text) for name, text in given.items()}
    relative = {name: share for name, share in fractions.items() if share is not None}
    if not relative:
        return {name: money(f"the share of {name!r}", text) for name, text in given.items()}
    if len(relative) < len(given):
        raise ArgumentError("some shares are amounts and some are fractions; give all in one way")
    whole = sum(relative.values(), Fraction(0))
    if whole != 1:
        raise ArgumentError(
            f"the defendants' shares add up to {float(whole):.4%}, not 100 %; change the shares"
        )
    exact = {name: Fraction(total) * share for name, share in relative.items()}
    parts = {name: _cut(amount) for name, amount in exact.items()}
    left = int((total - sum(parts.values(), Decimal(0))) / FEN)
    furthest: Sequence[str] = sorted(parts, key=lambda name: Fraction(parts[name]) - exact[name])
    for name in furthest[:left]:
        parts[name] += FEN
    return parts


def _cut(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator * 100 // amount.denominator) * FEN).quantize(FEN, ROUND_DOWN)


def _fraction(name: str, text: str) -> Fraction | None:
    """Return the share that ``60%`` or ``2/3`` means, None for an amount."""
    if not text.endswith("%") and "/" not in text:
        return None
    try:
        share = Fraction(text[:-1].strip()) / 100 if text.endswith("%") else Fraction(text)
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 < share <= 1:
        raise ArgumentError(f"the share of {name!r}, {text!r}, can't be; give 60%, 2/3 or yuan")
    return share
