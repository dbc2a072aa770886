# SPDX-License-Identifier: Apache-2.0
"""Blood type (血型): ABO group, perhaps with the Rh factor.

A, B, O or AB, perhaps with 型 or 血 and with + or -, 阳性 or 阴性. Canonical is the group and the
sign. A letter alone may be anything and is ``UNCHECKED`` until a heading confirms it. By GB/T
45574-2025 a blood type alone isn't sensitive; credit bureaux may not collect it (征信业管理条例 art.
14).

    >>> validate("ab型血"), validate("O型 Rh(D)阴性"), validate("A RH+"), validate("Ｂ型")
    ('AB', 'O-', 'A+', 'B')
    >>> verdict("A").name, verdict("A", context=True).name, verdict("A型").name, verdict("无").name
    ('UNCHECKED', 'VALID', 'VALID', 'NONE')
    >>> verdict("C型").name, verdict("A型B").name
    ('INVALID_FORMAT', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import MAX_CODES, fold, is_placeholder, joined
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict

GROUPS = ("AB", "A", "B", "O")
_SIGNS = {"": "", "+": "+", "-": "-", "阳性": "+", "阴性": "-", "(+)": "+", "(-)": "-"}
_WORDS = ("型血", "血型", "型")
_FACTORS = ("RH(D)", "RHD", "RH")


def _parse(text: str) -> tuple[str, bool]:
    """Return the canonical type, empty where it is none, and whether more than the letters is said."""
    written = joined(text, " ,、:")
    for group in GROUPS:
        if not written.startswith(group):
            continue
        rest = written[len(group) :]
        for words in (_WORDS, _FACTORS):
            rest = next((rest.removeprefix(w) for w in words if rest.startswith(w)), rest)
        bare = len(written) == len(group)
        return (group + _SIGNS[rest], not bare) if rest in _SIGNS else ("", False)
    return "", False


def compact(text: str) -> str:
    """Return group and sign; text that is no blood type comes back folded."""
    return _parse(text)[0] or fold(text)


def verdict(text: str, *, context: bool = False) -> Verdict:
    """Return the verdict on a cell; never raises.

    Args:
        text: the cell.
        context: whether a heading or a word says what it is.
    """
    folded = fold(text)
    if is_placeholder(folded):
        return Verdict.NONE
    if len(folded) > MAX_CODES:
        return Verdict.INVALID_LENGTH
    canonical, said = _parse(text)
    if not canonical:
        return Verdict.INVALID_FORMAT
    return confirmed(Verdict.VALID if said else Verdict.UNCHECKED, context)


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
