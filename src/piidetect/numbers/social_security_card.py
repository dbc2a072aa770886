# SPDX-License-Identifier: Apache-2.0
"""Card number of a social security card (社会保障卡号); the social security *number* is the ID.

Printed on the card by its maker and changed with each new card: 8, then 9 characters, mostly a
letter and 8 digits; Jiangsu counts persons with 3 letters and 9 digits (12). The forms are local
and no check is published, so a number is ``UNCHECKED`` until a heading confirms it. The 16 to 19
digits of the card's bank side are a bank card.

    >>> validate("a1234567x"), verdict("A12345678").name, verdict("12345678", context=True).name
    ('A1234567X', 'UNCHECKED', 'VALID')
    >>> verdict("JSA123456789").name, verdict("1234567").name, verdict("ABCDEFGHI").name
    ('UNCHECKED', 'INVALID_LENGTH', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_capitals, is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTHS = (8, 9, 12)
_FEWEST_DIGITS = 7


def compact(text: str) -> str:
    """Return the number in one piece, letters in capitals."""
    return joined(text)


def _verdict(number: str) -> Verdict:
    if len(number) not in LENGTHS:
        return Verdict.INVALID_LENGTH
    if len(number) == LENGTHS[-1]:
        right = is_capitals(number[:3]) and is_digits(number[3:])
    else:
        ends = number[0] + number[-1]
        right = is_digits(number[1:-1]) and all(is_digits(c) or is_capitals(c) for c in ends)
        right = right and sum(map(is_digits, number)) >= _FEWEST_DIGITS
    return Verdict.UNCHECKED if right else Verdict.INVALID_FORMAT


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
