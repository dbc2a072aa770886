# SPDX-License-Identifier: Apache-2.0
"""Bank card number (银行卡号): 13 to 19 digits; ISO/IEC 7812.

The first digits name the issuer (IIN, 发卡行标识), the last one is Luhn's check digit. One random
number in ten passes Luhn, so an issuer must be known whose cards have that many digits. 8986 is
never a card: such a number is a SIM card's (ICCID).

    >>> validate("6222 0200 0000 0000 018")
    '6222020000000000018'
    >>> verdict("6222020000000000019").name, verdict("1222020000000000005").name
    ('INVALID_CHECKSUM', 'UNASSIGNED')
    >>> verdict("89860012345678901234").name, verdict("8986001234567890123").name
    ('INVALID_LENGTH', 'UNASSIGNED')
    >>> verdict("4111111111111111").name, verdict("622202000000000000x").name
    ('PLACEHOLDER', 'INVALID_FORMAT')
    >>> format("6222020000000000018"), issuer("6222020000000000018")
    ('6222 0200 0000 0000 018', Issuer(bank='中国工商银行', card='debit'))
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers import luhn
from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict
from piidetect.tables.names import Issuer, issuer_of

SHORTEST = 13
LONGEST = 19
ICCID_PREFIX = "8986"


def compact(text: str) -> str:
    """Return the number folded to ASCII, without spaces and dashes."""
    return joined(text)


def _verdict(number: str) -> Verdict:
    """Judge a compact number: length, format, issuer, check digit."""
    if not SHORTEST <= len(number) <= LONGEST:
        return Verdict.INVALID_LENGTH
    if not is_digits(number):
        return Verdict.INVALID_FORMAT
    if number.startswith(ICCID_PREFIX) or not tables.is_card_length(number):
        return Verdict.UNASSIGNED
    return Verdict.INVALID_CHECKSUM if luhn.checksum(number) else Verdict.VALID


def verdict(text: str) -> Verdict:
    """Return the verdict on a number; never raises."""
    number = compact(text)
    return Verdict.PLACEHOLDER if number in tables.placeholders("bank_card") else _verdict(number)


def _judge(text: str) -> Verdict:
    return _verdict(compact(text))


validate, is_valid = checked(_judge, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the number in groups of four, as on the card. The number isn't checked."""
    number = compact(text)
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def issuer(text: str) -> Issuer:
    """Return bank (or card scheme) and type of card; empty where the tables don't say.

    Raises:
        ValidationError: the number isn't valid.
    """
    return issuer_of(validate(text))
