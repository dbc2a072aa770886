# SPDX-License-Identifier: Apache-2.0
"""Number of a resident's health record (居民健康档案编号), basic public health services: 17 digits.

6 county (division code), 3 township (GB/T 10114), 3 village or neighbourhood (001-099
neighbourhoods, 101-199 villages, 901-999 others), 5 sequence. There is no check digit. It looks
like a resident ID that lost its last digit (:func:`looks_like_an_id`), so it is ``UNCHECKED`` until a
heading confirms it.

    >>> validate("330106-001-001-00012"), verdict("33010600100100012", context=True).name
    ('33010600100100012', 'VALID')
    >>> verdict("33010600100100012").name, verdict("99010600100100012").name
    ('UNCHECKED', 'UNKNOWN_REGION')
    >>> verdict("3301060010010001").name, verdict("3301060010010001X").name
    ('INVALID_LENGTH', 'INVALID_FORMAT')
    >>> looks_like_an_id("11010119050101001"), looks_like_an_id("33010600100100012")
    (True, False)
    >>> format("33010600100100012")
    '330106-001-001-00012'
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers import resident_id
from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict
from piidetect.tables.names import Region, region_of

LENGTH = 17


def compact(text: str) -> str:
    """Return the number in one piece."""
    return joined(text)


def _verdict(number: str) -> Verdict:
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    if not is_digits(number):
        return Verdict.INVALID_FORMAT
    return Verdict.UNCHECKED if number[:6] in tables.division_codes() else Verdict.UNKNOWN_REGION


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the number in its four groups. The number isn't checked."""
    number = compact(text)
    return f"{number[:6]}-{number[6:9]}-{number[9:12]}-{number[12:]}"


def looks_like_an_id(text: str) -> bool:
    """Return whether the number may be a resident ID without its last digit; never raises."""
    number = compact(text)
    whole = len(number) == LENGTH and is_digits(number)
    return whole and resident_id.is_birth_date(number, resident_id.NO_REFERENCE_DATE)


def region(text: str) -> Region:
    """Return the county where the record was opened.

    Raises:
        ValidationError: the number isn't valid.
    """
    return region_of(validate(text)[:6])
