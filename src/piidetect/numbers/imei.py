# SPDX-License-Identifier: Apache-2.0
"""International mobile equipment identity (IMEI, 国际移动设备识别码), 3GPP TS 23.003.

15 digits: type (TAC, 8), serial (6), Luhn's check digit. With two digits of the software version in
its place (IMEISV, 16) there is no check: ``UNCHECKED``. One in ten old 15-digit resident IDs passes
Luhn too, so a heading or the lack of a plausible birth date must decide between the two.

    >>> validate("35-209900-176148-1"), format("352099001761481")
    ('352099001761481', '35-209900-176148-1')
    >>> verdict("352099001761482").name, verdict("3520990017614823").name
    ('INVALID_CHECKSUM', 'UNCHECKED')
    >>> (
    ...     verdict("000000000000000").name,
    ...     verdict("35209900176148").name,
    ...     verdict("35209900176148X").name,
    ... )
    ('PLACEHOLDER', 'INVALID_LENGTH', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers import luhn
from piidetect.numbers.cell_text import is_digits, is_one_digit_over_and_over, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTH = 15
LENGTH_WITH_VERSION = 16


def compact(text: str) -> str:
    """Return the digits in one piece."""
    return joined(text, " -/")


def _verdict(number: str) -> Verdict:
    if len(number) not in (LENGTH, LENGTH_WITH_VERSION):
        return Verdict.INVALID_LENGTH
    if not is_digits(number):
        return Verdict.INVALID_FORMAT
    if is_one_digit_over_and_over(number) or number in tables.placeholders("imei"):
        return Verdict.PLACEHOLDER
    if len(number) == LENGTH_WITH_VERSION:
        return Verdict.UNCHECKED
    return Verdict.INVALID_CHECKSUM if luhn.checksum(number) else Verdict.VALID


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the number in its groups. The number isn't checked."""
    number = compact(text)
    return "-".join(filter(None, (number[:2], number[2:8], number[8:14], number[14:])))
