# SPDX-License-Identifier: Apache-2.0
"""A value that only its heading, or a word before it, names: a text, a local number, an amount.

No rule is known of it; what it may look like says the pattern of its recognizer. So every value is
valid but for those that stand for none, and those that are partly hidden.

    >>> validate(" 张三 "), verdict("未知").name, verdict("12***4").name
    ('张三', 'NONE', 'MASKED')
    >>> is_valid("12***4")
    False
"""

from __future__ import annotations

from piidetect.numbers.cell_text import fold, is_placeholder
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict

_HIDDEN = "**"


def compact(text: str) -> str:
    """Return the text folded and trimmed."""
    return fold(text)


def verdict(text: str, *, context: bool = False) -> Verdict:  # noqa: ARG001 - nothing to confirm
    """Return the verdict on a text; never raises.

    Args:
        text: the cell.
        context: whether a heading or a word says what it is.
    """
    folded = fold(text)
    if is_placeholder(folded):
        return Verdict.NONE
    return Verdict.MASKED if _HIDDEN in folded else Verdict.VALID


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
