# SPDX-License-Identifier: Apache-2.0
"""ICD-10 codes (疾病编码) in the forms in use in China (国家临床版 2.0, 医保版 2.0, WHO).

A letter and two digits; then after a dot a digit or ``x`` (where WHO has no subdivision) and up to
two digits; after two digits the Chinese extension ``x`` and three digits; a dagger ``+`` or an
asterisk ``*`` may end it. Letter O is pregnancy, childbirth and the puerperium; Z32 to Z39 are
supervision and outcome of pregnancy.

    >>> validate("o80.000X001"), validate("J42.x00"), validate("G63.2*"), validate("O80")
    ('O80.000x001', 'J42.x00', 'G63.2*', 'O80')
    >>> is_pregnancy("O80.0"), is_pregnancy("Z34.9"), is_pregnancy("J42.x00")
    (True, True, False)
    >>> chapter("O80.000x001")
    Chapter(chapter='XV', first='O00', last='O99', title_zh='妊娠、分娩和产褥期', title_en=...)
    >>> verdict("O80.0000").name, verdict("74.1").name, verdict("-").name
    ('INVALID_FORMAT', 'INVALID_FORMAT', 'NONE')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import MAX_CODES, fold, is_digits, is_placeholder
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict
from piidetect.tables.names import Chapter, chapter_of

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PREGNANCY = range(32, 40)


def compact(text: str) -> str:
    """Return the folded code: the first letter a capital, the letter x small."""
    folded = fold(text)
    return folded[:1].upper() + folded[1:].replace("X", "x")


def _is_code(code: str) -> bool:
    if code[-1] in "+*":
        code = code[:-1]
    if len(code) < 3 or code[0] not in _LETTERS or not is_digits(code[1:3]):
        return False
    rest = code[3:]
    if not rest:
        return True
    if len(rest) < 2 or rest[0] != "." or not (is_digits(rest[1]) or rest[1] == "x"):
        return False
    digits, extension = rest[2:4], rest[4:]
    if not extension:
        return not digits or is_digits(digits)
    extended = len(extension) == 4 and extension[0] == "x" and is_digits(extension[1:])
    return is_digits(digits) and extended


def verdict(text: str) -> Verdict:
    """Return the verdict on a cell of a code column; never raises."""
    folded = fold(text)
    if is_placeholder(folded):
        return Verdict.NONE
    if len(folded) > MAX_CODES:
        return Verdict.INVALID_LENGTH
    return Verdict.VALID if _is_code(compact(text)) else Verdict.INVALID_FORMAT


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def is_pregnancy(text: str) -> bool:
    """Return whether `text` is a code of pregnancy, childbirth or the puerperium.

    Raises:
        ValidationError: the text isn't such a code.
    """
    code = validate(text)
    return code[0] == "O" or (code[0] == "Z" and int(code[1:3]) in _PREGNANCY)


def chapter(text: str) -> Chapter | None:
    """Return the chapter with its titles; None for a category that no chapter has.

    Raises:
        ValidationError: the text isn't such a code.
    """
    return chapter_of(validate(text))
