# SPDX-License-Identifier: Apache-2.0
"""Resident identity number (公民身份号码), issued by the police; GB 11643-1999.

Digits 1-6 division code (行政区划代码, GB/T 2260) of the place where it was allotted, 7-14 birth
date, 15-17 sequence (odd male, even female), 18 check character (ISO 7064 MOD 11-2; X stands for
10). Codes 81, 82, 83 are residence permits of Hong Kong, Macau and Taiwan residents. Numbers from
before 1999 have 15 digits: no century, no check digit; their canonical form is the 18-digit
upgrade (19xx), so that one person counts once.

A code is accepted for any birth year, for the number keeps the code of the day when it was
allotted. An unknown code is a grade of its own (``unknown_region``), not a proof of falsehood.

    >>> validate("110101 19050101 0010"), validate("１１０１０１１９０４０２２９００１０")
    ('110101190501010010', '110101190402290010')
    >>> validate("110101050101001"), verdict("110101050101001").name
    ('110101190501010010', 'UNCHECKED')
    >>> verdict("110101050101001", context=True).name
    'VALID'
    >>> verdict("110101190501010011").name, verdict("110101190501010000").name
    ('INVALID_CHECKSUM', 'PRECISION_LOST')
    >>> verdict("11010119050230001X").name, verdict("999999190501010011").name
    ('INVALID_DATE', 'UNKNOWN_REGION')
    >>> verdict("11010119050101001").name, verdict("11010119050101OO10").name
    ('INVALID_LENGTH', 'INVALID_FORMAT')
    >>> birth_date("110101190501010010"), sex("110101190501010010")
    (datetime.date(1905, 1, 1), 'male')
    >>> region("110101190501010010")
    Region(code='110101', province='北京市', city='', county='东城区')
    >>> format("110101190501010010")
    '110101 19050101 0010'
"""

from __future__ import annotations

import datetime

from piidetect import tables
from piidetect.numbers import mod_11_2
from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.date import is_real
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict
from piidetect.tables.names import Region, region_of

LENGTH = 18
OLD_LENGTH = 15
FIRST_BIRTH_DATE = 18500101
NO_REFERENCE_DATE = 99991231


def compact(text: str) -> str:
    """Return the number folded to ASCII, without spaces and dashes, X in upper case."""
    return joined(text)


def upgrade(number: str) -> str:
    """Return the 18-digit form of a compact 15-digit number; other numbers come back as they are."""
    if len(number) != OLD_LENGTH or not is_digits(number):
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + mod_11_2.calc_check_digit(body)


def is_birth_date(number: str, today: int) -> bool:
    """Return whether digits 7 to 14 are a day from 1850 to `today` (yyyymmdd)."""
    real = is_real(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return real and FIRST_BIRTH_DATE <= int(number[6:14]) <= today


def _verdict(number: str, today: int) -> Verdict:
    """Judge a compact number: length, format, check digit, date, region."""
    if len(number) not in (LENGTH, OLD_LENGTH):
        return Verdict.INVALID_LENGTH
    body = number[:17]
    if not is_digits(body) or number[-1] not in "0123456789X":
        return Verdict.INVALID_FORMAT
    whole = upgrade(number)
    if mod_11_2.calc_check_digit(whole[:17]) != whole[17]:
        real = is_real(int(whole[6:10]), int(whole[10:12]), int(whole[12:14]))
        lost = whole.endswith("000") and real
        return Verdict.PRECISION_LOST if lost else Verdict.INVALID_CHECKSUM
    if not is_birth_date(whole, today):
        return Verdict.INVALID_DATE
    if whole[:6] not in tables.division_codes():
        return Verdict.UNKNOWN_REGION
    return Verdict.VALID if len(number) == LENGTH else Verdict.UNCHECKED


def verdict(text: str, *, today: int = NO_REFERENCE_DATE, context: bool = False) -> Verdict:
    """Return the verdict on a number; never raises.

    Args:
        text: the number as written.
        today: the reference date as yyyymmdd; a later birth date is invalid.
        context: whether a heading or a word says that this is an ID: then a 15-digit number with
            a real date and a known code is ``VALID``, otherwise it is ``UNCHECKED``.
    """
    return confirmed(_verdict(compact(text), today), context)


def _upgraded(text: str) -> str:
    return upgrade(compact(text))


validate, is_valid = checked(verdict, _upgraded)


def format(text: str) -> str:  # noqa: A001
    """Return the number in groups: code, birth date, the rest. The number isn't checked."""
    number = compact(text)
    cut = 12 if len(number) == OLD_LENGTH else 14
    return f"{number[:6]} {number[6:cut]} {number[cut:]}"


def birth_date(text: str) -> datetime.date:
    """Return the birth date of a valid number.

    Raises:
        ValidationError: the number isn't valid.
    """
    number = validate(text)
    return datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(text: str) -> str:
    """Return ``male`` or ``female``.

    Raises:
        ValidationError: the number isn't valid.
    """
    return "male" if int(validate(text)[16]) % 2 else "female"


def region(text: str) -> Region:
    """Return the place where the number was allotted, as it was called in the year of birth.

    Raises:
        ValidationError: the number isn't valid.
    """
    number = validate(text)
    return region_of(number[:6], int(number[6:10]))
