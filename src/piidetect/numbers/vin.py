# SPDX-License-Identifier: Apache-2.0
"""Vehicle identification number (车辆识别代号, 车架号, VIN), GB 16735 and ISO 3779: 17 characters.

No I, O, Q. Place 9 is a check character, 0-9 or X: with the weights 8 7 6 5 4 3 2 10 0 9 8 7 6 5 4
3 2 over the values of letters and digits the sum modulo 11. GB 16735 and North America demand it;
vehicles of other makers (first character neither L nor 1 to 5) need not have it, so a wrong one
there is ``UNCHECKED``. So is what begins with eight digits: no maker names a model so, but cut-off credit
codes and order numbers look like that.

    >>> validate("lsvaa2188e2100003"), verdict("LSVAA2181E2100003").name
    ('LSVAA2188E2100003', 'INVALID_CHECKSUM')
    >>> verdict("WBA00000000000000").name, verdict("WBA00000000000000", context=True).name
    ('UNCHECKED', 'VALID')
    >>> verdict("1M8GDM9AXKP042788").name, verdict("11111111111111111").name
    ('PLACEHOLDER', 'PLACEHOLDER')
    >>> verdict("91330106MA2CG0001").name
    'UNCHECKED'
    >>> verdict("LSVAA218OE2100003").name, verdict("LSVAA2188E210000").name
    ('INVALID_FORMAT', 'INVALID_LENGTH')
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import is_digits, is_one_digit_over_and_over, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTH = 17
ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
#: What each character of ``ALPHABET`` counts.
VALUES = "012345678912345678123457923456789"
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
CHECK_PLACE = 8
_MAKER_AND_MODEL = 8
#: First characters of makers that must set the check character: China and North America.
CHECKED = "L12345"


def calc_check_character(number: str) -> str:
    """Return the check character that place 9 of a compact number should have."""
    values = [int(VALUES[ALPHABET.index(c)]) for c in number]
    return "0123456789X"[sum(v * w for v, w in zip(values, WEIGHTS, strict=True)) % 11]


def compact(text: str) -> str:
    """Return the number in one piece, letters in capitals."""
    return joined(text)


def _verdict(number: str) -> Verdict:
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    if any(c not in ALPHABET for c in number):
        return Verdict.INVALID_FORMAT
    if is_one_digit_over_and_over(number) or number in tables.placeholders("vin"):
        return Verdict.PLACEHOLDER
    if calc_check_character(number) == number[CHECK_PLACE]:
        return Verdict.UNCHECKED if is_digits(number[:_MAKER_AND_MODEL]) else Verdict.VALID
    return Verdict.INVALID_CHECKSUM if number[0] in CHECKED else Verdict.UNCHECKED


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
