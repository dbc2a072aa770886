# SPDX-License-Identifier: Apache-2.0
"""Medical record numbers (病案号) and visit numbers (门诊号, 住院号, 就诊流水号).

Each hospital makes its own; no national rule and no check digit exists (病案首页填写说明: 本医疗机构
为患者住院病案设置的唯一性编码). So the heading decides, and this module only says whether a cell
can be one: 4 to 20 (visits: 32) ASCII letters, digits and inner hyphens with at least 3 digits, and
not by its shape a mobile number, a resident ID or a date.

    >>> validate("0001234567"), validate("za-20190012")
    ('0001234567', 'ZA-20190012')
    >>> verdict("13800138000").name, verdict("19050105").name, verdict("12").name
    ('INVALID_FORMAT', 'INVALID_FORMAT', 'INVALID_LENGTH')
    >>> verdict("1.23457E+11").name
    'PRECISION_LOST'
"""

from __future__ import annotations

from piidetect.numbers.cell_text import MAX_CODES, capitals, fold, is_digits, is_placeholder
from piidetect.numbers.date import is_real
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict

SHORTEST = 4
LONGEST = 20
LONGEST_VISIT = 32

_FEWEST_DIGITS = 3


def is_scientific(text: str) -> bool:
    """Return whether `text` is a number that a spreadsheet made short: ``3.30106E+17``."""
    mantissa, mark, exponent = text.replace("e", "E").partition("E+")
    whole, dot, decimals = mantissa.partition(".")
    if not mark or len(whole) != 1 or not is_digits(whole) or not is_digits(exponent):
        return False
    return is_digits(decimals) if dot else True


def _is_day(digits: str) -> bool:
    return is_digits(digits) and is_real(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))


def _is_other(text: str) -> bool:
    """Return whether `text` has the shape of a mobile number, a date or a resident ID."""
    if not is_digits(text[:-1]) or not (is_digits(text[-1]) or text[-1] in "Xx"):
        return False
    whole = is_digits(text[-1])
    if len(text) == 18:
        return "1800" <= text[6:10] < "2100" and _is_day(text[6:14])
    if not whole:
        return False
    if len(text) == 11:
        return text[0] == "1" and text[1] >= "3"
    if len(text) == 8:
        return "1900" <= text[:4] < "2100" and _is_day(text)
    return len(text) == 15 and _is_day("19" + text[6:12])


def verdict(text: str, *, longest: int = LONGEST) -> Verdict:
    """Return the verdict on a cell of a number column; never raises.

    Args:
        text: the cell.
        longest: ``LONGEST`` for medical record numbers, ``LONGEST_VISIT`` for visits.
    """
    folded = fold(text)
    if is_placeholder(folded):
        return Verdict.NONE
    if len(folded) > MAX_CODES:
        return Verdict.INVALID_LENGTH
    if "*" in folded:
        return Verdict.MASKED
    if is_scientific(folded):
        return Verdict.PRECISION_LOST
    if not all(c.isascii() and (c.isalnum() or c == "-") for c in folded):
        return Verdict.INVALID_FORMAT
    if not SHORTEST <= len(folded) <= longest:
        return Verdict.INVALID_LENGTH
    if folded[0] == "-" or folded[-1] == "-":
        return Verdict.INVALID_FORMAT
    if sum(map(is_digits, folded)) < _FEWEST_DIGITS or _is_other(folded):
        return Verdict.INVALID_FORMAT
    return Verdict.VALID


def compact(text: str) -> str:
    """Return the folded number with letters in capitals."""
    return capitals(fold(text))


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
