# SPDX-License-Identifier: Apache-2.0
"""Luhn's check digit (ISO/IEC 7812-1 annex B), as on payment cards.

Every second digit from the right, the check digit left out, is doubled (9 taken off above 9); the
sum of all must end in 0. Random digits pass one time in ten.

    >>> calc_check_digit("7992739871")
    '3'
    >>> is_valid("79927398713"), is_valid("79927398710")
    (True, False)
    >>> validate("7992739871x")
    Traceback (most recent call last):
    ...
    piidetect.errors.InvalidFormat: invalid_format
"""

from __future__ import annotations

from piidetect.errors import InvalidChecksum, InvalidFormat, ValidationError


def checksum(digits: str) -> int:
    """Return the weighted sum of ASCII `digits` modulo 10: 0 where the last one is right."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10


def calc_check_digit(digits: str) -> str:
    """Return the check digit to put behind ASCII `digits`."""
    return str(-checksum(digits + "0") % 10)


def compact(number: str) -> str:
    """Return the number without spaces and dashes."""
    return number.strip().replace(" ", "").replace("-", "")


def validate(number: str) -> str:
    """Return the compact number.

    Raises:
        InvalidFormat: not digits only.
        InvalidChecksum: the last digit is wrong.
    """
    number = compact(number)
    if not (number.isascii() and number.isdigit()):
        raise InvalidFormat("invalid_format")
    if checksum(number):
        raise InvalidChecksum("invalid_checksum")
    return number


def is_valid(number: str) -> bool:
    """Return whether the last digit is right; never raises."""
    try:
        return bool(validate(number))
    except ValidationError:
        return False


def format(number: str) -> str:  # noqa: A001
    """Return the compact number: spacing belongs to the kind of number."""
    return compact(number)
