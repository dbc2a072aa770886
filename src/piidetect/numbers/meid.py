# SPDX-License-Identifier: Apache-2.0
"""Mobile equipment identifier (MEID, 移动设备识别码), 3GPP2 S.R0048: 14 hexadecimal digits.

The first digit is A to F (codes that begin with a decimal digit are IMEIs). A check digit may
follow: Luhn's rule in base 16. Without it the number is ``UNCHECKED`` until a heading confirms it;
it is taken off, so that one device counts once.

    >>> validate("AF 01 23 45 0A BC DE C"), verdict("AF0123450ABCDEC").name
    ('AF0123450ABCDE', 'VALID')
    >>> verdict("af0123450abcde").name, verdict("AF0123450ABCDE0").name
    ('UNCHECKED', 'INVALID_CHECKSUM')
    >>> verdict("AF0123450ABCD").name, verdict("1F0123450ABCDE").name
    ('INVALID_LENGTH', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_hex, is_one_digit_over_and_over, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTH = 14


def calc_check_digit(number: str) -> str:
    """Return the check digit for 14 hexadecimal digits: Luhn's rule in base 16."""
    total = 0
    for place, digit in enumerate(number):
        doubled = int(digit, 16) * (1 + place % 2)
        total += doubled // 16 + doubled % 16
    return f"{-total % 16:X}"


def compact(text: str) -> str:
    """Return the digits in one piece, letters in capitals."""
    return joined(text)


def _verdict(number: str) -> Verdict:
    if len(number) not in (LENGTH, LENGTH + 1):
        return Verdict.INVALID_LENGTH
    if not is_hex(number) or number[0] not in "ABCDEF":
        return Verdict.INVALID_FORMAT
    if is_one_digit_over_and_over(number[:LENGTH]):
        return Verdict.PLACEHOLDER
    if len(number) == LENGTH:
        return Verdict.UNCHECKED
    right = calc_check_digit(number[:LENGTH]) == number[LENGTH]
    return Verdict.VALID if right else Verdict.INVALID_CHECKSUM


verdict = confirmable(_verdict, compact)


def _without_check_digit(text: str) -> str:
    return compact(text)[:LENGTH]


validate, is_valid = checked(verdict, _without_check_digit)


def format(text: str) -> str:  # noqa: A001
    """Return the digits in pairs, as printed on the device. The number isn't checked."""
    number = compact(text)
    return " ".join(number[at : at + 2] for at in range(0, len(number), 2))
