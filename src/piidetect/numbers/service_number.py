# SPDX-License-Identifier: Apache-2.0
"""Service number (服务号码): call centres with 400 or 800 and ten digits.

Such a number belongs to a trade and is nobody's personal information, so its verdict is always
``service_number`` and it is kept apart from the numbers that count. Short ones (110, 95588, 10086)
are no candidates: three to six digits may be anything.

    >>> validate("400-820-8820"), verdict("8008208820").name
    ('4008208820', 'SERVICE_NUMBER')
    >>> verdict("4108208820").name, verdict("95588").name
    ('INVALID_FORMAT', 'INVALID_LENGTH')
    >>> format("4008208820")
    '400-820-8820'
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict

LENGTH = 10
PREFIXES = ("400", "800")


def compact(text: str) -> str:
    """Return the number folded to ASCII, without spaces, dashes and brackets."""
    return joined(text, " -()")


def verdict(text: str) -> Verdict:
    """Return the verdict on a number; never raises."""
    number = compact(text)
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    if not is_digits(number) or not number.startswith(PREFIXES):
        return Verdict.INVALID_FORMAT
    return Verdict.SERVICE_NUMBER


validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the number in groups of 3, 3 and 4. The number isn't checked."""
    number = compact(text)
    return f"{number[:3]}-{number[3:6]}-{number[6:]}"
