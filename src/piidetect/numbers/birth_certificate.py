# SPDX-License-Identifier: Apache-2.0
"""Birth certificate number (出生医学证明编号), National Health Commission: a letter and 9 digits.

The letter is the print run, digits 1 and 2 are the province (samples of the 6th and 7th edition; no
rule was seen in print), so a number is ``UNCHECKED`` until a heading confirms it and
``UNKNOWN_REGION`` where no province has these digits. Such a row speaks of a newborn and of both
parents.

    >>> validate("x320101001"), verdict("X320101001", context=True).name
    ('X320101001', 'VALID')
    >>> region("X320101001").province
    '江苏省'
    >>> verdict("X320101001").name, verdict("X990101001").name
    ('UNCHECKED', 'UNKNOWN_REGION')
    >>> verdict("X32010100").name, verdict("3201010011").name
    ('INVALID_LENGTH', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import is_capitals, is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict
from piidetect.tables.names import Region, region_of

LENGTH = 10


def compact(text: str) -> str:
    """Return the number in one piece, the letter in capitals."""
    return joined(text)


def _verdict(number: str) -> Verdict:
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    if not is_capitals(number[0]) or not is_digits(number[1:]):
        return Verdict.INVALID_FORMAT
    known = f"{number[1:3]}0000" in tables.division_codes()
    return Verdict.UNCHECKED if known else Verdict.UNKNOWN_REGION


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def region(text: str) -> Region:
    """Return the province.

    Raises:
        ValidationError: the number isn't valid.
    """
    return region_of(f"{validate(text)[1:3]}0000")
