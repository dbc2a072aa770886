# SPDX-License-Identifier: Apache-2.0
"""Procedure codes ICD-9-CM-3 (手术操作编码) in the forms in use in China (国家临床版 3.0, WHO's).

Two digits, a dot, one or two digits (``74.1``); in the national edition four places behind the dot,
the second ``x`` where the classification has no subdivision, and an extension of ``x`` and three
digits (``64.2x00x001``). Codes of digits only are written like amounts of money and are
``UNCHECKED`` until a heading confirms them. 72 to 75 are obstetric procedures.

    >>> validate("64.2X00X001"), verdict("74.1").name, verdict("74.1", context=True).name
    ('64.2x00x001', 'UNCHECKED', 'VALID')
    >>> verdict("64.4500x002").name, verdict("74.123").name, verdict("7.41").name, verdict("-").name
    ('VALID', 'INVALID_FORMAT', 'INVALID_FORMAT', 'NONE')
    >>> is_obstetric("74.1"), is_obstetric("64.41")
    (True, False)
"""

from __future__ import annotations

from piidetect.numbers.cell_text import MAX_CODES, fold, is_digits, is_placeholder, small
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict

_OBSTETRIC = range(72, 76)


def compact(text: str) -> str:
    """Return the folded code, the letter x small."""
    return small(fold(text))


def _is_code(code: str) -> bool:
    chapter, dot, rest = code.partition(".")
    if not dot or len(chapter) != 2 or not is_digits(chapter) or not is_digits(rest[:1]):
        return False
    places, extension = rest[1:4], rest[4:]
    if len(rest) <= 2:
        return not places or is_digits(places)
    national = len(places) == 3 and (is_digits(places[0]) or places[0] == "x")
    if not national or not is_digits(places[1:]):
        return False
    return not extension or (
        len(extension) == 4 and extension[0] == "x" and is_digits(extension[1:])
    )


def verdict(text: str, *, context: bool = False) -> Verdict:
    """Return the verdict on a cell of a code column; never raises.

    Args:
        text: the cell.
        context: whether a heading says what it is.
    """
    code = compact(text)
    if is_placeholder(code):
        return Verdict.NONE
    if len(code) > MAX_CODES:
        return Verdict.INVALID_LENGTH
    if not _is_code(code):
        return Verdict.INVALID_FORMAT
    return confirmed(Verdict.VALID if "x" in code else Verdict.UNCHECKED, context)


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def is_obstetric(text: str) -> bool:
    """Return whether a code is of chapters 72 to 75, obstetric procedures.

    Raises:
        ValidationError: the cell isn't such a code.
    """
    return int(validate(text)[:2]) in _OBSTETRIC
