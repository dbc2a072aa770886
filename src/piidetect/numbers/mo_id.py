# SPDX-License-Identifier: Apache-2.0
"""Macau resident identity card number (澳门居民身份证号码, BIR), Identification Services Bureau.

Eight digits, the last one in brackets; the first is 1, 5 or 7, after the kind of paper that the
holder had before (public validators agree). The rule of the last digit isn't published, so a
number alone is ``UNCHECKED`` and only a heading confirms it.

    >>> verdict("1234567(8)").name, verdict("5234567(8)", context=True).name
    ('UNCHECKED', 'VALID')
    >>> validate("1234567（8）"), format("12345678")
    ('12345678', '1234567(8)')
    >>> verdict("2234567(8)").name, verdict("1234567").name
    ('INVALID_FORMAT', 'INVALID_LENGTH')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTH = 8
FIRST = "157"


def compact(text: str) -> str:
    """Return the digits without brackets and slashes."""
    return joined(text, " -()/")


def _verdict(number: str) -> Verdict:
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    right = is_digits(number) and number[0] in FIRST
    return Verdict.UNCHECKED if right else Verdict.INVALID_FORMAT


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the number with its last digit in brackets, as on the card."""
    number = compact(text)
    return f"{number[:-1]}({number[-1:]})"
