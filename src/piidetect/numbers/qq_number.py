# SPDX-License-Identifier: Apache-2.0
"""QQ number (QQ 号), Tencent: 5 to 11 digits, the first not 0.

Digits alone may be anything, so a number is ``UNCHECKED`` until a heading confirms it. An address at
qq.com with digits in front names a number too, and is ``VALID``.

    >>> validate("21873546@qq.com"), verdict("21873546@QQ.com").name
    ('21873546', 'VALID')
    >>> verdict("21873546").name, verdict("21873546", context=True).name
    ('UNCHECKED', 'VALID')
    >>> verdict("01234").name, verdict("1234").name, verdict("1234567").name
    ('INVALID_FORMAT', 'INVALID_LENGTH', 'PLACEHOLDER')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_digits, is_one_digit_over_and_over, joined
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict

SHORTEST = 5
LONGEST = 11
MAIL = "@QQ.COM"


def compact(text: str) -> str:
    """Return the digits; an address at qq.com is cut before the @."""
    return joined(text).removesuffix(MAIL)


def _verdict(text: str) -> Verdict:
    number = compact(text)
    if not SHORTEST <= len(number) <= LONGEST:
        return Verdict.INVALID_LENGTH
    if not is_digits(number) or number[0] == "0":
        return Verdict.INVALID_FORMAT
    if is_one_digit_over_and_over(number) or number in "1234567890":
        return Verdict.PLACEHOLDER
    return Verdict.VALID if joined(text).endswith(MAIL) else Verdict.UNCHECKED


def verdict(text: str, *, context: bool = False) -> Verdict:
    """Return the verdict on a number; never raises.

    Args:
        text: the number as written.
        context: whether a heading or a word says what it is.
    """
    return confirmed(_verdict(text), context)


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
