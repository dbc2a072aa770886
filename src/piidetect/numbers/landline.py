# SPDX-License-Identifier: Apache-2.0
"""Landline number (固定电话号码): area code (区号) and subscriber number.

Area codes are 010 and 02x with 8-digit subscribers, else four digits with 7 or 8. A subscriber
number starts with 2 to 8. Canonical are the digits of both; +86 and an extension are taken off.

    >>> validate("0571-87654321"), validate("(010) 8765 4321"), validate("+86 571 87654321 转 802")
    ('057187654321', '01087654321', '057187654321')
    >>> verdict("0199-87654321").name, verdict("0571-17654321").name, verdict("87654321").name
    ('UNASSIGNED', 'UNASSIGNED', 'INVALID_LENGTH')
    >>> verdict("13800138001").name
    'INVALID_FORMAT'
    >>> format("057187654321"), format("01087654321")
    ('0571-87654321', '010-87654321')
    >>> region("0571-87654321").city
    '杭州市'
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import fold, is_digits
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict
from piidetect.tables.names import Region, area_region

SHORTEST = 10
LONGEST = 12
_SEPARATORS = str.maketrans("", "", " -()")
_EXTENSIONS = ("转", "#", ",", "ext")
_MOST_EXTENSION_DIGITS = 6
_SUBSCRIBER_BITS = {7: tables.SUBSCRIBER_7_DIGITS, 8: tables.SUBSCRIBER_8_DIGITS}


def _without_extension(text: str) -> str:
    for mark in _EXTENSIONS:
        text = text.partition(mark)[0]
    body, _, extension = text.rpartition("-")
    short = is_digits(extension.strip()) and len(extension.strip()) <= _MOST_EXTENSION_DIGITS
    if short and len(body.translate(_SEPARATORS)) >= SHORTEST:
        return body
    return text


def compact(text: str) -> str:
    """Return area code and subscriber number as digits, folded to ASCII, country code taken off."""
    number = _without_extension(fold(text).lower()).translate(_SEPARATORS)
    for code in ("+86", "0086"):
        if number.startswith(code):
            rest = number[len(code) :]
            return rest if rest.startswith("0") else f"0{rest}"
    return number


def _area_length(number: str) -> int:
    """Return how many digits the area code has, 0 where code and subscriber don't fit."""
    for width, own in ((3, tables.CODE_3_DIGITS), (4, tables.CODE_4_DIGITS)):
        allowed = tables.area_codes().get(number[:width], 0)
        if allowed & own and allowed & _SUBSCRIBER_BITS.get(len(number) - width, 0):
            return width
    return 0


def _verdict(number: str) -> Verdict:
    """Judge a compact number: length, format, area code and subscriber."""
    if not SHORTEST <= len(number) <= LONGEST:
        return Verdict.INVALID_LENGTH
    if not is_digits(number) or number[0] != "0":
        return Verdict.INVALID_FORMAT
    width = _area_length(number)
    return Verdict.VALID if width and "2" <= number[width] <= "8" else Verdict.UNASSIGNED


def verdict(text: str) -> Verdict:
    """Return the verdict on a number; never raises."""
    return _verdict(compact(text))


validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return area code and subscriber with a dash between them where the code is known."""
    number = compact(text)
    width = _area_length(number)
    return f"{number[:width]}-{number[width:]}" if width else number


def region(text: str) -> Region:
    """Return the province and the cities of the area code.

    Raises:
        ValidationError: the number isn't valid.
    """
    number = validate(text)
    return area_region(number[: _area_length(number)])
