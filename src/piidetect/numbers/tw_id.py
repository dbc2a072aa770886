# SPDX-License-Identifier: Apache-2.0
"""Taiwan identity number (国民身分证统一编号; 统一证号 of residents without household registration).

A letter for the place of first registration, a digit for the sex (1, 2; since 2021 8, 9 for
residents), seven more and a check digit. The letter counts as two digits from 10 (A) to 35 (O); the
weights 1 9 8 7 6 5 4 3 2 1 1 make a multiple of 10 (Ministry of Finance's note on tax numbers, and
public validators). Residents' numbers before 2021 have a second letter, A to D, that counts by the
second digit of its value; they lapse in 2031.

    >>> validate("a100000001"), sex("A800000005"), sex("AB00000001")
    ('A100000001', 'male', 'female')
    >>> verdict("A100000002").name, verdict("A300000001").name, verdict("A10000000").name
    ('INVALID_CHECKSUM', 'INVALID_FORMAT', 'INVALID_LENGTH')
    >>> verdict("A123456789").name
    'PLACEHOLDER'
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import is_capitals, is_digits, joined
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict

LENGTH = 10
#: Letters in the order of the numbers that they stand for, from 10.
LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
MALE = "18AC"
FEMALE = "29BD"


def checksum(number: str) -> int:
    """Return the weighted sum of a compact number modulo 10: 0 where the check digit is right."""
    place = LETTERS.index(number[0]) + 10
    second = LETTERS.index(number[1]) % 10 if is_capitals(number[1]) else int(number[1])
    values = [place // 10, place % 10, second, *map(int, number[2:])]
    return sum(value * weight for value, weight in zip(values, WEIGHTS, strict=True)) % 10


def compact(text: str) -> str:
    """Return the number in one piece, letters in capitals."""
    return joined(text)


def verdict(text: str) -> Verdict:
    """Return the verdict on a number; never raises."""
    number = compact(text)
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    if number[0] not in LETTERS or number[1] not in MALE + FEMALE or not is_digits(number[2:]):
        return Verdict.INVALID_FORMAT
    if checksum(number):
        return Verdict.INVALID_CHECKSUM
    return Verdict.PLACEHOLDER if number in tables.placeholders("tw_id") else Verdict.VALID


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def sex(text: str) -> str:
    """Return ``male`` or ``female``.

    Raises:
        ValidationError: the number isn't valid.
    """
    return "male" if validate(text)[1] in MALE else "female"
