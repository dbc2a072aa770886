# SPDX-License-Identifier: Apache-2.0
"""A value of which only the shape is known: a number of a house, found by a pattern of one's own.

Nothing checks it, so it is unchecked; a heading or a word that names it makes it valid.

    >>> validate(" zy12345678 "), verdict("ZY12345678").name
    ('ZY12345678', 'UNCHECKED')
    >>> verdict("ZY12345678", context=True).name, verdict("ZY12***678").name, is_valid("-")
    ('VALID', 'MASKED', False)
"""

from __future__ import annotations

from piidetect.numbers import field
from piidetect.numbers.cell_text import capitals, fold
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict


def compact(text: str) -> str:
    """Return the text folded and trimmed, its letters as capitals."""
    return capitals(fold(text))


def verdict(text: str, *, context: bool = False) -> Verdict:
    """Return the verdict on a text; never raises.

    Args:
        text: the value.
        context: whether a heading or a word says what it is.
    """
    found = field.verdict(text)
    return Verdict.UNCHECKED if found is Verdict.VALID and not context else found


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
