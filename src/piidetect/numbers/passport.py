# SPDX-License-Identifier: Apache-2.0
"""Passport numbers (护照号码) of China, Hong Kong, Macau and Taiwan.

* ordinary, NIA: E and 8 digits; since 2017-04 E, a letter without I and O, and 7 digits. Before:
  G and 8 digits, or 14 or 15 and 7 digits.
* official: P (public affairs), S (service), D (diplomatic) with 7 or 8 digits; PE, SE, DE and 7.
* Hong Kong: K, now H, and 8 digits, KJ and 7 (H wasn't seen in a source of the issuer; H and 8
  digits is also a Hong Kong resident's permit: the heading decides). Macau: MA and 7 digits.
* Taiwan: 9 digits, which alone may be anything.

The bare number has no check digit (the machine-readable line has), so every form is ``UNCHECKED``
until a heading confirms it.

    >>> verdict("E12345678").name, verdict("ea1234567", context=True).name
    ('UNCHECKED', 'VALID')
    >>> validate("g 12345678"), kind("G12345678"), kind("141234567"), kind("MA1234567")
    ('G12345678', 'ordinary', 'ordinary', 'macau')
    >>> verdict("EI1234567").name, verdict("E1234567").name
    ('INVALID_FORMAT', 'INVALID_LENGTH')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.hk_macau_permit import SERIES
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

SHORTEST = 8
LONGEST = 9

_TWO_LETTERS = {
    "PE": "official",
    "SE": "official",
    "DE": "official",
    "KJ": "hong_kong",
    "MA": "macau",
}
_ONE_LETTER = {
    "E": "ordinary",
    "G": "ordinary",
    "P": "official",
    "S": "official",
    "D": "official",
    "K": "hong_kong",
    "H": "hong_kong",
}
_OLD_ORDINARY = ("14", "15")


def compact(text: str) -> str:
    """Return the number in one piece, letters in capitals."""
    return joined(text)


def _kind(number: str) -> str:
    """Return the kind of a number of 8 or 9 characters, empty where it is none."""
    if is_digits(number):
        kind = "ordinary" if number.startswith(_OLD_ORDINARY) else "taiwan"
        return kind if len(number) == LONGEST else ""
    if is_digits(number[2:]) and not is_digits(number[1:]):
        series = number[0] == "E" and number[1] in SERIES
        kind = "ordinary" if series else _TWO_LETTERS.get(number[:2], "")
        return kind if len(number) == LONGEST else ""
    kind = _ONE_LETTER.get(number[0], "") if is_digits(number[1:]) else ""
    return kind if len(number) == LONGEST or kind == "official" else ""


def _verdict(number: str) -> Verdict:
    if not SHORTEST <= len(number) <= LONGEST:
        return Verdict.INVALID_LENGTH
    if _kind(number):
        return Verdict.UNCHECKED
    return Verdict.INVALID_LENGTH if _kind(f"{number}0") else Verdict.INVALID_FORMAT


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def kind(text: str) -> str:
    """Return ``ordinary``, ``official``, ``hong_kong``, ``macau`` or ``taiwan``.

    Raises:
        ValidationError: the number isn't valid.
    """
    return _kind(validate(text))
