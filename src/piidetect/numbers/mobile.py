# SPDX-License-Identifier: Apache-2.0
"""Mobile number (移动电话号码): 11 digits from 1, the first three to five being the segment (号段).

The segments are the table of the industry ministry (MIIT); numbers whose segment is assigned to no
operator are ``unassigned``, those of the Internet of things (11 digits, or 13 with 1410, 1440, 1441,
146, 148) are ``iot``: a device, not a person. +86, 0086, 86 and the 0 that is dialled before a
number of elsewhere are taken off. Portability means that a segment doesn't prove the operator.

    >>> validate("+86 138-0013-8001"), validate("００８６１３８００１３８００１")
    ('13800138001', '13800138001')
    >>> verdict("15400138001").name, verdict("14800138001").name, verdict("1440012345678").name
    ('UNASSIGNED', 'IOT', 'IOT')
    >>> verdict("1380013800").name, verdict("23800138001").name, verdict("13800138000").name
    ('INVALID_LENGTH', 'INVALID_FORMAT', 'PLACEHOLDER')
    >>> verdict("1.38E+10").name
    'PRECISION_LOST'
    >>> format("13800138001"), operator("13800138001"), region("13800138001").province
    ('138 0013 8001', 'China Mobile', '北京市')
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import fold, is_digits
from piidetect.numbers.medical_record_number import is_scientific
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict
from piidetect.tables.names import Region, mobile_region, operator_of

LENGTH = 11
IOT_LENGTH = 13


def compact(text: str) -> str:
    """Return the number folded to ASCII, without spaces, dashes, country code or a dialled 0."""
    number = fold(text).replace(" ", "").replace("-", "")
    for code in ("+86", "0086", "86", "0"):
        rest = number.removeprefix(code)
        if len(rest) == LENGTH < len(number) and rest[0] == "1":
            return rest
    return number


def _verdict(number: str) -> Verdict:
    """Judge a compact number: length, format, segment."""
    if len(number) not in (LENGTH, IOT_LENGTH):
        return Verdict.INVALID_LENGTH
    if not is_digits(number) or number[0] != "1":
        return Verdict.INVALID_FORMAT
    kind = tables.segment_of(number)
    if kind == tables.IOT:
        return Verdict.IOT
    if len(number) == IOT_LENGTH:
        return Verdict.INVALID_LENGTH
    return Verdict.VALID if kind else Verdict.UNASSIGNED


def verdict(text: str) -> Verdict:
    """Return the verdict on a number; never raises."""
    number = compact(text)
    if number in tables.placeholders("mobile"):
        return Verdict.PLACEHOLDER
    return Verdict.PRECISION_LOST if is_scientific(fold(text)) else _verdict(number)


def _judge(text: str) -> Verdict:
    return _verdict(compact(text))


validate, is_valid = checked(_judge, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the number in groups of 3, 4 and 4. The number isn't checked."""
    number = compact(text)
    return f"{number[:3]} {number[3:7]} {number[7:]}"


def operator(text: str) -> str:
    """Return whose segment it is, such as ``China Mobile`` or ``virtual``; portability may differ.

    Raises:
        ValidationError: the number isn't valid.
    """
    return operator_of(validate(text))


def region(text: str) -> Region:
    """Return where numbers of this 7-digit prefix were given out; empty names where it isn't known.

    Raises:
        ValidationError: the number isn't valid.
    """
    return mobile_region(validate(text))
