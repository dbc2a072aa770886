# SPDX-License-Identifier: Apache-2.0
"""Hong Kong identity card number (香港身份证号码, HKID), Immigration Department.

One or two letters, six digits and a check character in brackets, 0-9 or A (Immigration Department;
OECD's note on Hong Kong tax numbers). Letters count 10 to 35, a missing first letter 36; with the
weights 9 8 7 6 5 4 3 2 1 the sum is a multiple of 11, A standing for 10.

    >>> validate("a000001(1)"), validate("AB000002(5)"), validate("Ｃ000005（Ａ）")
    ('A0000011', 'AB0000025', 'C000005A')
    >>> verdict("A123456(4)").name, verdict("1123456(3)").name, verdict("A12345(3)").name
    ('INVALID_CHECKSUM', 'INVALID_FORMAT', 'INVALID_LENGTH')
    >>> format("A0000011"), verdict("A123456(3)").name
    ('A000001(1)', 'PLACEHOLDER')
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import is_capitals, is_digits, joined
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict

SHORTEST = 8
LONGEST = 9
NO_LETTER = 36


def _value(character: str) -> int:
    return int(character) if is_digits(character) else ord(character) - ord("A") + 10


def checksum(number: str) -> int:
    """Return the weighted sum of a compact number modulo 11: 0 where the check character is right."""
    values = [_value(character) for character in number]
    if len(values) == SHORTEST:
        values.insert(0, NO_LETTER)
    return sum(value * weight for value, weight in zip(values, range(9, 0, -1), strict=True)) % 11


def compact(text: str) -> str:
    """Return the number without brackets, letters in capitals."""
    return joined(text, " -()")


def verdict(text: str) -> Verdict:
    """Return the verdict on a number; never raises."""
    number = compact(text)
    if not SHORTEST <= len(number) <= LONGEST:
        return Verdict.INVALID_LENGTH
    letters, digits, last = number[:-7], number[-7:-1], number[-1]
    if not is_capitals(letters) or not is_digits(digits) or last not in "0123456789A":
        return Verdict.INVALID_FORMAT
    if checksum(number):
        return Verdict.INVALID_CHECKSUM
    return Verdict.PLACEHOLDER if number in tables.placeholders("hk_id") else Verdict.VALID


validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the number with the check character in brackets, as on the card."""
    number = compact(text)
    return f"{number[:-1]}({number[-1:]})"
