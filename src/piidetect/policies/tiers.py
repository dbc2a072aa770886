# SPDX-License-Identifier: Apache-2.0
"""From records by tier to the level that they reach, in whole numbers.

A record has the points of its tier, 100, 10 or 1; the mixed line (item 6) is in points. Every line
includes its own number (刑法 art. 99). Gains are compared in fen.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from piidetect.policies.model import Tiers

BELOW, SERIOUS, ESPECIALLY_SERIOUS = LEVELS = ("below", "serious", "especially_serious")
_FEN = 100


@dataclass(frozen=True)
class Facts:
    """What figures from data can't tell and the prosecutor says.

    Attributes:
        duty: it was obtained in performing a duty or providing a service, and sold or provided.
        gain: the illegal gain in fen, None if it isn't known; with ``business``, the profit.
        business: it was bought or received for lawful business and not passed on (article 6).
    """

    duty: bool = False
    gain: int | None = None
    business: bool = False


@dataclass(frozen=True)
class Judged:
    """What a set of figures reaches: the level, points, items met, and each comparison."""

    level: str
    points: int
    items: tuple[str, ...]
    working: tuple[str, ...]


def fen(amount: int | str | Decimal | None) -> int | None:
    """Return an amount of yuan in fen.

    Raises:
        ArgumentError: it is no amount, negative, a float or has more than two decimals.
    """
    if amount is None:
        return None
    expected = "give yuan as a whole number or as '34000.50'"
    if isinstance(amount, float | bool):
        raise ArgumentError(f"illegal_gain {amount!r} is not exact; {expected}")
    try:
        exact = Decimal(amount) * _FEN
    except (InvalidOperation, TypeError, ValueError):
        raise ArgumentError(f"illegal_gain {amount!r} is not an amount; {expected}") from None
    if not exact.is_finite() or exact < 0 or exact != exact.to_integral_value():
        raise ArgumentError(f"illegal_gain {amount!r} is not an amount; {expected}")
    return int(exact)


def yuan(amount: int) -> str:
    """Return fen as yuan.

    >>> yuan(3400000), yuan(3400050)
    ('34000', '34000.50')
    """
    whole, rest = divmod(amount, _FEN)
    return f"{whole}.{rest:02}" if rest else str(whole)


def judge(body: Tiers, counts: Mapping[str, int], facts: Facts) -> Judged:
    """Return what records by tier reach.

    Args:
        body: the lines.
        counts: tier → records, none negative.
        facts: what the prosecutor says.
    """
    working: list[str] = []
    setting = dict(counts)
    if facts.business and setting.get(body.business_tier):
        aside = setting[body.business_tier]
        working.append(f"{body.business_rule}: tier {body.business_tier}: {aside} set aside")
        setting[body.business_tier] = 0
    bench = _Bench(body, setting, facts, working)
    serious = bench.met(1, divisor=1)
    if facts.duty and bench.met(1, divisor=body.duty_divisor, rule=body.duty_rule):
        serious.append(body.duty_rule)
    if facts.business and facts.gain is not None:
        line = body.business_line
        if bench.compare(body.business_rule, facts.gain, line * _FEN, money=True):
            serious.append(body.business_rule)
    divisor = body.duty_divisor if facts.duty else 1
    worst = bench.met(body.multiplier, divisor=divisor, rule=body.especially_rule)
    items = [*serious, *([body.especially_rule] if worst else [])]
    if facts.gain and not facts.business:
        low, high = (yuan(facts.gain * n) for n in (body.fine_least, body.fine_most))
        working.append(f"{body.fine_rule}: {low} … {high}")
    level = ESPECIALLY_SERIOUS if worst else SERIOUS if serious else BELOW
    return Judged(level, bench.points, tuple(items), tuple(working))


class _Bench:
    """Compares figures with lines and writes each comparison down."""

    def __init__(
        self, body: Tiers, counts: Mapping[str, int], facts: Facts, working: list[str]
    ) -> None:
        self._body, self._counts, self._facts = body, counts, facts
        self._working = working
        self.points = sum(counts.get(tier.tier, 0) * tier.weight for tier in body.tiers)

    def compare(
        self, rule: str, number: int, line: int, *, money: bool = False, shown: str = ""
    ) -> bool:
        """Return whether a number reaches a line, and write the comparison down."""
        reached = number >= line
        left, right = (yuan(number), yuan(line)) if money else (str(number), str(line))
        self._working.append(f"{rule}: {shown or left} {'≥' if reached else '<'} {right}")
        return reached

    def met(self, multiplier: int, *, divisor: int, rule: str = "") -> list[str]:
        """Return the rules whose line, multiplied and divided, is reached.

        The mixed line is asked where no tier reaches its own (item 6: "未达到第三项至第五项规定标准");
        otherwise the points are written down as corroboration.
        """
        body, reached = self._body, []
        prefix = f"{rule} ← " if rule else ""
        for tier in body.tiers:
            line = tier.line * multiplier // divisor
            if self.compare(f"{prefix}{tier.rule}", self._counts.get(tier.tier, 0), line):
                reached.append(tier.rule)
        line = body.mixed_line * multiplier // divisor
        if self.compare(f"{prefix}{body.mixed_rule}", self.points, line, shown=self._sum()):
            reached += [] if reached else [body.mixed_rule]
        if self._facts.gain is not None and not self._facts.business:
            line = body.gain_line * _FEN * multiplier // divisor
            if self.compare(f"{prefix}{body.gain_rule}", self._facts.gain, line, money=True):
                reached.append(body.gain_rule)
        return reached

    def _sum(self) -> str:
        terms = [f"{tier.weight}×{self._counts.get(tier.tier, 0)}" for tier in self._body.tiers]
        return f"{' + '.join(terms)} = {self.points}"
