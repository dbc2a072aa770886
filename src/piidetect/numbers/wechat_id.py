# SPDX-License-Identifier: Apache-2.0
"""WeChat account (微信号), Tencent.

Made by the system: ``wxid_`` and letters and digits (mostly 14), which nothing else looks like.
Chosen by the user: a letter and 5 to 19 letters, digits, ``_`` and ``-`` (the registration form's
rule), which any name fits, so it is ``UNCHECKED`` until a heading confirms it. ``gh_`` is an
official account (公众号) and no person: ``SERVICE_NUMBER``. Tencent tells no capitals from small
letters; canonical are small ones.

    >>> validate("wxid_1a2b3c4d5e6f22"), verdict("wxid_1a2b3c4d5e6f22").name
    ('wxid_1a2b3c4d5e6f22', 'VALID')
    >>> verdict("Zhang_San-88").name, verdict("Zhang_San-88", context=True).name
    ('UNCHECKED', 'VALID')
    >>> verdict("gh_1a2b3c4d5e6f").name, verdict("1abcdef").name, verdict("abc").name
    ('SERVICE_NUMBER', 'INVALID_FORMAT', 'INVALID_LENGTH')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import fold, small
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

SHORTEST = 6
LONGEST = 20
SYSTEM = "wxid_"
SHORTEST_SYSTEM = 15
OFFICIAL = "gh_"


def compact(text: str) -> str:
    """Return the account folded, letters small."""
    return small(fold(text))


def _verdict(account: str) -> Verdict:
    if not SHORTEST <= len(account) <= LONGEST:
        return Verdict.INVALID_LENGTH
    allowed = all(c.isascii() and (c.isalnum() or c in "_-") for c in account)
    if not allowed or not account[0].isalpha():
        return Verdict.INVALID_FORMAT
    if account.startswith(OFFICIAL):
        return Verdict.SERVICE_NUMBER
    made = account.startswith(SYSTEM) and len(account) >= SHORTEST_SYSTEM
    return Verdict.VALID if made and account[len(SYSTEM) :].isalnum() else Verdict.UNCHECKED


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
