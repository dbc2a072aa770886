# SPDX-License-Identifier: Apache-2.0
"""Permits between the mainland and Hong Kong or Macau; no check digit, so only a heading confirms.

* 往来港澳通行证, for mainland residents, National Immigration Administration (NIA): C and 8 digits
  on the card of 2014; since 2018-12 C, a letter without I and O, and 7 digits, from CA0000001 (NIA
  notice of 2018-12-10). The paper booklet before it had W and 8 digits (two public validators).
* 港澳居民来往内地通行证, for residents of Hong Kong (H) and Macau (M): the letter, 8 digits for life
  and, on cards from 1999, 2 digits that count the renewals (police notice of 2010). Canonical are
  the letter and the 8 digits, so that one person counts once.

    >>> verdict("C12345678").name, verdict("CA1234567", context=True).name
    ('UNCHECKED', 'VALID')
    >>> validate("h12345678 02"), kind("H1234567802"), kind("W12345678")
    ('H12345678', 'resident_of_hong_kong', 'mainland_resident')
    >>> verdict("CI1234567").name, verdict("C1234567").name, verdict("H123456780").name
    ('INVALID_FORMAT', 'INVALID_LENGTH', 'INVALID_LENGTH')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTH = 9
LENGTH_WITH_RENEWALS = 11
#: Letters of a series, as in passports: no I and no O.
SERIES = "ABCDEFGHJKLMNPQRSTUVWXYZ"

_KINDS = {
    "C": "mainland_resident",
    "W": "mainland_resident",
    "H": "resident_of_hong_kong",
    "M": "resident_of_macau",
}


def compact(text: str) -> str:
    """Return the number in one piece, the letter in capitals."""
    return joined(text)


def _is_permit(number: str) -> bool:
    if number[0] not in _KINDS:
        return False
    return is_digits(number[1:]) or (
        number[0] == "C" and number[1] in SERIES and is_digits(number[2:])
    )


def _verdict(number: str) -> Verdict:
    renewed = len(number) == LENGTH_WITH_RENEWALS and number[0] in "HM"
    if not renewed and len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    return Verdict.UNCHECKED if _is_permit(number) else Verdict.INVALID_FORMAT


verdict = confirmable(_verdict, compact)


def _for_life(text: str) -> str:
    return compact(text)[:LENGTH]


validate, is_valid = checked(verdict, _for_life)
format = compact  # noqa: A001


def kind(text: str) -> str:
    """Return whose permit it is: ``mainland_resident``, ``resident_of_hong_kong``, ``…_macau``.

    Raises:
        ValidationError: the number isn't valid.
    """
    return _KINDS[validate(text)[0]]
