# SPDX-License-Identifier: Apache-2.0
"""Permits between the mainland and Taiwan; no check digit, so only a heading confirms.

* 台湾居民来往大陆通行证 (台胞证): 8 digits for life on the card of 2015; the booklet before it had 10
  digits, with a letter behind them or in front of 9 (public validators agree on these forms).
* 往来台湾通行证, for mainland residents: L, before T, and 8 digits (public validators; no notice of
  the issuer was seen).

8 or 10 digits alone may be anything: without a heading every form is ``UNCHECKED``.

    >>> verdict("12345678").name, verdict("12345678", context=True).name
    ('UNCHECKED', 'VALID')
    >>> validate("1234567801(b)"), validate("L12345678")
    ('1234567801B', 'L12345678')
    >>> verdict("123456789").name, verdict("A12345678").name
    ('INVALID_LENGTH', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_capitals, is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

#: Leading letters, digits and trailing letters of each form, by what goes in front.
_FORMS = {("", 8, ""), ("", 10, ""), ("", 10, "A"), ("A", 9, ""), ("L", 8, ""), ("T", 8, "")}
_LENGTHS = {len(front) + digits + len(end) for front, digits, end in _FORMS}


def compact(text: str) -> str:
    """Return the number in one piece without brackets, letters in capitals."""
    return joined(text, " -()")


def _is_permit(number: str) -> bool:
    front = number[0] if is_capitals(number[0]) else ""
    end = number[-1] if is_capitals(number[-1]) else ""
    body = number[len(front) : len(number) - len(end)]
    form = (front if len(body) == 8 else front and "A", len(body), end and "A")
    return form in _FORMS and is_digits(body)


def _verdict(number: str) -> Verdict:
    if len(number) not in _LENGTHS or (len(number) == 9 and is_digits(number)):
        return Verdict.INVALID_LENGTH
    return Verdict.UNCHECKED if _is_permit(number) else Verdict.INVALID_FORMAT


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
