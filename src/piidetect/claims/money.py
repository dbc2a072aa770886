# SPDX-License-Identifier: Apache-2.0
"""Money: exact decimals, in figures and in formal Chinese capitals (人民币大写).

>>> figures(Decimal("34000")), capitals(Decimal("10005"))
('34,000.00', '壹万零伍元整')
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal

from piidetect.errors import ArgumentError

FEN = Decimal("0.01")
#: Amounts below this can be written in capitals and are beyond every claim.
_LIMIT = Decimal(10) ** 14
_DIGITS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,8})?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,8})?")


def money(name: str, value: object, *, places: int = 2) -> Decimal:
    """Return an amount of yuan.

    Args:
        name: what it is, for the error.
        value: text such as ``34000`` or ``34,000.50``, an int or a Decimal.
        places: how many decimals it may have.

    Raises:
        ArgumentError: it is negative, not a number, too large or has more decimals.
    """
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
    remedy = f"give yuan with at most {places} decimals, such as 34000.50"
    if text.startswith(("-", "−")):
        raise ArgumentError(f"{name} {text!r} is negative; {remedy}")
    if not (_DIGITS.fullmatch(text) or _GROUPED.fullmatch(text)):
        raise ArgumentError(f"{name} {text[:40]!r} is no amount of money; {remedy}")
    amount = Decimal(text.replace(",", ""))
    exact = amount.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)
    if exact != amount:
        raise ArgumentError(f"{name} {text!r} has too many decimals; {remedy}")
    if amount >= _LIMIT:
        raise ArgumentError(f"{name} {text!r} is more than any claim; {remedy}")
    return exact


def product(name: str, price: Decimal, number: int) -> Decimal:
    """Return price × number, rounded down to the fen: in doubt for the defendant.

    Raises:
        ArgumentError: it is too large.
    """
    amount = (price * number).quantize(FEN, ROUND_DOWN)
    if amount >= _LIMIT:
        raise ArgumentError(f"{name}: {price} x {number:,} is more than any claim; check the price")
    return amount


def figures(amount: Decimal) -> str:
    """Return an amount in figures, with both decimals."""
    return f"{amount:,.2f}"


def capitals(amount: Decimal) -> str:
    """Return an amount in formal capitals: 整 after full yuan, 零 where digits are left out."""
    import cn2an

    amount = amount.quantize(FEN)
    whole = amount == amount.to_integral_value()
    text: str = cn2an.an2cn(str(int(amount)) if whole else str(amount), "rmb")
    return text
