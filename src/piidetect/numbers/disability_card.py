# SPDX-License-Identifier: Apache-2.0
"""Disability card number (残疾人证号), China Disabled Persons' Federation.

The holder's resident ID number (18), the class of disability (1 sight, 2 hearing, 3 speech, 4
limbs, 5 intellect, 6 mind, 7 several) and the grade (1 to 4). A reissue is said to append B1, B2…;
that and a 21st digit were seen without a rule, so such numbers are ``UNCHECKED`` until a heading
confirms them. The number is a resident ID and a fact of health at once.

    >>> validate("11010119050101001043"), verdict("11010119050101001043").name
    ('11010119050101001043', 'VALID')
    >>> disability("11010119050101001043"), resident_id_of("11010119050101001043")
    (('limbs', 3), '110101190501010010')
    >>> verdict("11010119050101001143").name, verdict("11010119050101001083").name
    ('INVALID_CHECKSUM', 'INVALID_FORMAT')
    >>> verdict("11010119050101001043B1").name, verdict("110101190501010010").name
    ('UNCHECKED', 'INVALID_LENGTH')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.numbers import resident_id
from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict

if TYPE_CHECKING:
    import datetime

    from piidetect.tables.names import Region

LENGTH = 20
LONGEST = 22
CLASSES = ("sight", "hearing", "speech", "limbs", "intellect", "mind", "several")


def compact(text: str) -> str:
    """Return the number in one piece, letters in capitals."""
    return joined(text)


def _is_reissue(suffix: str) -> bool:
    return not suffix or is_digits(suffix) or (suffix[0] == "B" and is_digits(suffix[1:]))


def _verdict(number: str, today: int) -> Verdict:
    if not LENGTH <= len(number) <= LONGEST:
        return Verdict.INVALID_LENGTH
    holder, kind, grade = number[:18], number[18], number[19]
    if kind not in "1234567" or grade not in "1234" or not _is_reissue(number[LENGTH:]):
        return Verdict.INVALID_FORMAT
    holder_verdict = resident_id.verdict(holder, today=today)
    known = holder_verdict is Verdict.VALID
    return Verdict.UNCHECKED if known and len(number) > LENGTH else holder_verdict


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
    """Return the holder's resident ID number.

    Raises:
        ValidationError: the number isn't valid.
    """
    return validate(text)[:18]


def disability(text: str) -> tuple[str, int]:
    """Return the class of disability (one of ``CLASSES``) and its grade, 1 (gravest) to 4.

    Raises:
        ValidationError: the number isn't valid.
    """
    number = validate(text)
    return CLASSES[int(number[18]) - 1], int(number[19])


def birth_date(text: str) -> datetime.date:
    """Return the holder's birth date.

    Raises:
        ValidationError: the number isn't valid.
    """
    return resident_id.birth_date(resident_id_of(text))


def sex(text: str) -> str:
    """Return ``male`` or ``female``.

    Raises:
        ValidationError: the number isn't valid.
    """
    return resident_id.sex(resident_id_of(text))


def region(text: str) -> Region:
    """Return the place where the holder's resident ID was allotted.

    Raises:
        ValidationError: the number isn't valid.
    """
    return resident_id.region(resident_id_of(text))
