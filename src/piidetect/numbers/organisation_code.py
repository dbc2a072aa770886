# SPDX-License-Identifier: Apache-2.0
"""Organisation code (组织机构代码), GB 11714-1997: 8 characters and a check character.

Characters 0-9 and A-Z count 0 to 35; with the weights 3 7 9 10 5 8 4 2 the check is 11 minus the
sum modulo 11, X for 10 and 0 for 11. It isn't personal information. One in eleven random strings of
this shape passes.

    >>> validate("d2143569-x"), format("D2143569X")
    ('D2143569X', 'D2143569-X')
    >>> verdict("D2143569-1").name, verdict("D214356-X").name, verdict("D214356*X").name
    ('INVALID_CHECKSUM', 'INVALID_LENGTH', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_capitals, is_digits, joined
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict

LENGTH = 9
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def calc_check_character(body: str) -> str:
    """Return the check character for the 8 characters before it."""
    total = sum(int(c, 36) * weight for c, weight in zip(body, WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def compact(text: str) -> str:
    """Return the code in one piece, letters in capitals."""
    return joined(text)


def verdict(text: str) -> Verdict:
    """Return the verdict on a code; never raises."""
    code = compact(text)
    if len(code) != LENGTH:
        return Verdict.INVALID_LENGTH
    if not all(is_digits(c) or is_capitals(c) for c in code[:8]) or code[8] not in "0123456789X":
        return Verdict.INVALID_FORMAT
    return Verdict.VALID if calc_check_character(code[:8]) == code[8] else Verdict.INVALID_CHECKSUM


validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the code with a dash before the check character."""
    code = compact(text)
    return f"{code[:-1]}-{code[-1:]}"
