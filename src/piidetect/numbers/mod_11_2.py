# SPDX-License-Identifier: Apache-2.0
"""ISO 7064 MOD 11-2: one check character, 0-9 or X, over a string of digits.

Catches every wrong digit and every swap of two digits. Weights are the powers of 2 modulo 11 from
the right; the standard for resident ID numbers (GB 11643-1999) prints the first 17 of them as
7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2.

    >>> calc_check_digit("11010119050101001")
    '0'
    >>> is_valid("079X"), is_valid("0790")
    (True, False)
    >>> validate("0790")
    Traceback (most recent call last):
    ...
    piidetect.errors.InvalidChecksum: invalid_checksum
"""

from __future__ import annotations

from piidetect.errors import InvalidChecksum, InvalidFormat, ValidationError

_CHARACTERS = "0123456789X"


def calc_check_digit(digits: str) -> str:
    """Return the check character for ASCII `digits`."""
    check = 0
    for digit in digits:
        check = (check + int(digit)) * 2 % 11
    return _CHARACTERS[(12 - check) % 11]


def compact(number: str) -> str:
    """Return the number without white space at its ends, X in upper case."""
    return number.strip().upper()


def validate(number: str) -> str:
    """Return the compact number.

    Raises:
        InvalidFormat: not digits with a check character behind them.
        InvalidChecksum: the check character is another one.
    """
    number = compact(number)
    body, last = number[:-1], number[-1:]
    if not (body.isascii() and body.isdigit() and last and last in _CHARACTERS):
        raise InvalidFormat("invalid_format")
    if calc_check_digit(body) != last:
        raise InvalidChecksum("invalid_checksum")
    return number


def is_valid(number: str) -> bool:
    """Return whether the check character is right; never raises."""
    try:
        return bool(validate(number))
    except ValidationError:
        return False


def format(number: str) -> str:  # noqa: A001
    """Return the compact number: there is no other way to write it."""
    return compact(number)
