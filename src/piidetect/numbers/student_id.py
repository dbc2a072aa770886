# SPDX-License-Identifier: Apache-2.0
"""National student number (全国学籍号), Ministry of Education: a letter and 18 characters.

* G: the pupil's resident ID number follows.
* J: made for pupils without one: school district (6), birth date (8), sequence (3) and a check
  character (ISO 7064 MOD 11-2).
* L, temporary: school district, birth date and four random digits: ``UNCHECKED`` until a heading
  confirms it.

Three public explanations agree. The number speaks of a pupil, mostly a minor.

    >>> validate("g110101190501010010"), resident_id_of("G110101190501010010")
    ('G110101190501010010', '110101190501010010')
    >>> verdict("J110101190501010010").name, verdict("L110101190501011234").name
    ('VALID', 'UNCHECKED')
    >>> verdict("G110101190501010011").name, verdict("J110101190513010018").name
    ('INVALID_CHECKSUM', 'INVALID_DATE')
    >>> verdict("X110101190501010010").name, verdict("G11010119050101001").name
    ('INVALID_FORMAT', 'INVALID_LENGTH')
    >>> birth_date("L110101190501011234").isoformat()
    '1905-01-01'
"""

from __future__ import annotations

import datetime

from piidetect import tables
from piidetect.errors import InvalidComponent
from piidetect.numbers import mod_11_2, resident_id
from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict
from piidetect.tables.names import Region, region_of

LENGTH = 19


def compact(text: str) -> str:
    """Return the number in one piece, letters in capitals."""
    return joined(text)


def _temporary(body: str, today: int) -> Verdict:
    """Judge the 18 digits behind an L."""
    if not is_digits(body):
        return Verdict.INVALID_FORMAT
    if not resident_id.is_birth_date(body, today):
        return Verdict.INVALID_DATE
    return Verdict.UNCHECKED if body[:6] in tables.division_codes() else Verdict.UNKNOWN_REGION


def _verdict(number: str, today: int) -> Verdict:
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    kind, body = number[0], number[1:]
    if kind not in "GJL":
        return Verdict.INVALID_FORMAT
    return _temporary(body, today) if kind == "L" else resident_id.verdict(body, today=today)


def verdict(
    text: str, *, today: int = resident_id.NO_REFERENCE_DATE, context: bool = False
) -> Verdict:
    """Return the verdict on a number; never raises.

    Args:
        text: the number as written.
        today: the reference date as yyyymmdd; a later birth date is invalid.
        context: whether a heading or a word says what it is.
    """
    return confirmed(_verdict(compact(text), today), context)


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def resident_id_of(text: str) -> str:
    """Return the pupil's resident ID number.

    Raises:
        ValidationError: the number isn't valid or, with J or L, holds no resident ID number.
    """
    number = validate(text)
    if number[0] != "G" or not mod_11_2.is_valid(number[1:]):
        raise InvalidComponent("invalid_format")
    return number[1:]


def birth_date(text: str) -> datetime.date:
    """Return the birth date.

    Raises:
        ValidationError: the number isn't valid.
    """
    number = validate(text)
    return datetime.date(int(number[7:11]), int(number[11:13]), int(number[13:15]))


def sex(text: str) -> str:
    """Return ``male`` or ``female``.

    Raises:
        ValidationError: the number isn't valid or, with J or L, doesn't say.
    """
    return resident_id.sex(resident_id_of(text))


def region(text: str) -> Region:
    """Return where the ID was allotted (G) or the school is (J and L), as called in the year of birth.

    Raises:
        ValidationError: the number isn't valid.
    """
    number = validate(text)
    return region_of(number[1:7], int(number[7:11]))
