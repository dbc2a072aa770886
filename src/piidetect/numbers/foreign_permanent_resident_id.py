# SPDX-License-Identifier: Apache-2.0
"""Foreign permanent resident ID (外国人永久居留身份证), issued by the immigration administration.

Since 2023-12: 18 characters: 9, issuing province (2), ISO 3166 numeric country (3), birth date (8),
sequence (3; odd male, even female), check character (ISO 7064 MOD 11-2). Before: three letters
(ISO 3166 alpha-3 country) and 12 digits, without a check that is published. Both are in use. The
specimen numbers that circulate fail the check, so a wrong one is not called a forgery.

    >>> validate("932682190501010010"), validate("usa110105010101")
    ('932682190501010010', 'USA110105010101')
    >>> verdict("932682190501010014").name, verdict("932682190513010018").name
    ('INVALID_CHECKSUM', 'INVALID_DATE')
    >>> verdict("USA110105010101").name, verdict("USA110105010101", context=True).name
    ('UNCHECKED', 'VALID')
    >>> verdict("110101190501010010").name, verdict("93268219050101001").name
    ('INVALID_FORMAT', 'INVALID_LENGTH')
"""

from __future__ import annotations

from piidetect.errors import ValidationError
from piidetect.numbers import mod_11_2
from piidetect.numbers.cell_text import fold, is_digits
from piidetect.numbers.date import is_real
from piidetect.numbers.verdict_errors import raise_unless_usable
from piidetect.schema import Verdict

LENGTH = 18
OLD_LENGTH = 15
FIRST_BIRTH_DATE = 18500101
NO_REFERENCE_DATE = 99991231


def compact(text: str) -> str:
    """Return the number folded to ASCII, without spaces and dashes, letters in upper case."""
    return fold(text).replace(" ", "").replace("-", "").upper()


def _verdict(number: str, today: int) -> Verdict:
    """Judge a compact number: length, format, check digit, date."""
    if len(number) == OLD_LENGTH:
        letters = all("A" <= letter <= "Z" for letter in number[:3])
        return Verdict.UNCHECKED if letters and is_digits(number[3:]) else Verdict.INVALID_FORMAT
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    if not is_digits(number[:17]) or number[17] not in "0123456789X" or number[0] != "9":
        return Verdict.INVALID_FORMAT
    if not mod_11_2.is_valid(number):
        return Verdict.INVALID_CHECKSUM
    real = is_real(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    if not real or not FIRST_BIRTH_DATE <= int(number[6:14]) <= today:
        return Verdict.INVALID_DATE
    return Verdict.VALID


def verdict(text: str, *, today: int = NO_REFERENCE_DATE, context: bool = False) -> Verdict:
    """Return the verdict on a number; never raises.

    Args:
        text: the number as written.
        today: the reference date as yyyymmdd; a later birth date is invalid.
        context: whether a heading or a word says what it is: the old form is then ``VALID``,
            otherwise ``UNCHECKED``.
    """
    result = _verdict(compact(text), today)
    return Verdict.VALID if context and result == Verdict.UNCHECKED else result


def validate(text: str, *, today: int = NO_REFERENCE_DATE) -> str:
    """Return the canonical number.

    Raises:
        ValidationError: length, format, check character or date is wrong.
    """
    number = compact(text)
    raise_unless_usable(_verdict(number, today))
    return number


def is_valid(text: str, *, today: int = NO_REFERENCE_DATE) -> bool:
    """Return whether :func:`validate` accepts the number; never raises."""
    try:
        return bool(validate(text, today=today))
    except ValidationError:
        return False


def format(text: str) -> str:  # noqa: A001
    """Return the number in one piece, as on the card."""
    return compact(text)
