# SPDX-License-Identifier: Apache-2.0
"""Number of a SIM card (ICCID, SIM 卡号), ITU-T E.118: 8986 for China, 19 or 20 characters.

Two digits behind 8986 name the network as in an IMSI. A number of 20 digits ends in Luhn's check
digit by E.118. Whether all Chinese makers keep that rule wasn't confirmed, and old cards have the
maker's letter in it; so what passes Luhn is ``VALID`` and everything else of this form
``UNCHECKED``. It looks like a bank card and must be taken before cards.

    >>> verdict("8986 0001 2345 6789 0129").name, operator("89860001234567890129")
    ('VALID', 'China Mobile')
    >>> verdict("89860001234567890123").name, verdict("8986011011023117098S").name
    ('UNCHECKED', 'UNCHECKED')
    >>> verdict("89869901234567890128").name, verdict("8985000123456789012").name
    ('UNASSIGNED', 'INVALID_FORMAT')
    >>> verdict("898600012345678901").name
    'INVALID_LENGTH'
"""

from __future__ import annotations

from piidetect.numbers import luhn
from piidetect.numbers.cell_text import is_capitals, is_digits, joined
from piidetect.numbers.imsi import NETWORKS
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTHS = (19, 20)
PREFIX = "8986"


def compact(text: str) -> str:
    """Return the number in one piece, letters in capitals."""
    return joined(text)


def _verdict(number: str) -> Verdict:
    if len(number) not in LENGTHS:
        return Verdict.INVALID_LENGTH
    serial = number[6:]
    if not number.startswith(PREFIX) or not all(is_digits(c) or is_capitals(c) for c in serial):
        return Verdict.INVALID_FORMAT
    if number[4:6] not in NETWORKS:
        return Verdict.UNASSIGNED if is_digits(number[4:6]) else Verdict.INVALID_FORMAT
    passes = is_digits(serial) and luhn.checksum(number) == 0
    return Verdict.VALID if passes and len(number) == LENGTHS[1] else Verdict.UNCHECKED


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the number in groups of five, as printed on the card. The number isn't checked."""
    number = compact(text)
    return " ".join(number[at : at + 5] for at in range(0, len(number), 5))


def operator(text: str) -> str:
    """Return the operator, such as ``China Mobile``.

    Raises:
        ValidationError: the number isn't valid.
    """
    return NETWORKS[validate(text)[4:6]]
