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
    >>> country("932682190501010010").name_zh, country("USA110105010101").name_zh
    ('沙特阿拉伯', '美国')
    >>> sex("932682190501010010"), birth_date("932682190501010010")
    ('male', datetime.date(1905, 1, 1))
"""

from __future__ import annotations

import datetime

from piidetect.errors import InvalidComponent
from piidetect.numbers import mod_11_2
from piidetect.numbers.cell_text import is_capitals, is_digits, joined
from piidetect.numbers.resident_id import NO_REFERENCE_DATE, is_birth_date
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict
from piidetect.tables.names import Country, country_of

LENGTH = 18
OLD_LENGTH = 15


def compact(text: str) -> str:
    """Return the number folded to ASCII, without spaces and dashes, letters in upper case."""
    return joined(text)


def _verdict(number: str, today: int) -> Verdict:
    """Judge a compact number: length, format, check digit, date."""
    if len(number) == OLD_LENGTH:
        right = is_capitals(number[:3]) and is_digits(number[3:])
        return Verdict.UNCHECKED if right else Verdict.INVALID_FORMAT
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    if not is_digits(number[:17]) or number[17] not in "0123456789X" or number[0] != "9":
        return Verdict.INVALID_FORMAT
    if not mod_11_2.is_valid(number):
        return Verdict.INVALID_CHECKSUM
    return Verdict.VALID if is_birth_date(number, today) else Verdict.INVALID_DATE


def verdict(text: str, *, today: int = NO_REFERENCE_DATE, context: bool = False) -> Verdict:
    """Return the verdict on a number; never raises.

    Args:
        text: the number as written.
        today: the reference date as yyyymmdd; a later birth date is invalid.
        context: whether a heading or a word says what it is: the old form is then ``VALID``,
            otherwise ``UNCHECKED``.
    """
    return confirmed(_verdict(compact(text), today), context)


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def country(text: str) -> Country | None:
    """Return the holder's country; None where the code is no country's.

    Raises:
        ValidationError: the number isn't valid.
    """
    number = validate(text)
    return country_of(number[3:6] if len(number) == LENGTH else number[:3])


def birth_date(text: str) -> datetime.date:
    """Return the birth date that a number of 2023's form holds.

    Raises:
        ValidationError: the number isn't valid, or is an old one and holds none that is published.
    """
    number = validate(text)
    if len(number) != LENGTH:
        raise InvalidComponent("unchecked")
    return datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(text: str) -> str:
    """Return ``male`` or ``female``.

    Raises:
        ValidationError: the number isn't valid, or is an old one and doesn't say.
    """
    number = validate(text)
    if len(number) != LENGTH:
        raise InvalidComponent("unchecked")
    return "male" if int(number[16]) % 2 else "female"
