# SPDX-License-Identifier: Apache-2.0
"""Account numbers of Alipay (支付宝用户号), Weibo (微博 UID) and Douyin (抖音 sec_uid).

* Alipay: 2088 and 12 digits (notes in Alipay's interface classes).
* Weibo: 10 digits from 1 to 7 (seen in profile addresses; no rule is published).
* Douyin: ``MS4wLjABAAAA`` and 43 or more letters, digits, ``_`` and ``-`` (seen in profile addresses;
  Toutiao and TikTok have the same form).

An Alipay number of 16 digits has no check digit, so like the others' it is ``UNCHECKED`` until a
heading confirms it; Douyin's opening is its own proof. Accounts that users choose themselves, and
those that are a phone number or e-mail address, aren't looked for here.

    >>> validate("2088 1234 5678 9012"), kind("2088123456789012"), kind("1234567890")
    ('2088123456789012', 'alipay', 'weibo')
    >>> verdict("2088123456789012").name, verdict("2088123456789012", context=True).name
    ('UNCHECKED', 'VALID')
    >>> verdict("MS4wLjABAAAA" + "a" * 43).name, kind("MS4wLjABAAAA" + "a" * 43)
    ('VALID', 'douyin')
    >>> verdict("2089123456789012").name, verdict("208812345678901").name
    ('INVALID_FORMAT', 'INVALID_LENGTH')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import fold, is_digits
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

ALIPAY, ALIPAY_LENGTH = "2088", 16
WEIBO_LENGTH = 10
DOUYIN, SHORTEST_DOUYIN, LONGEST_DOUYIN = "MS4wLjABAAAA", 55, 96


def compact(text: str) -> str:
    """Return the account folded, without spaces; Douyin tells capitals from small letters."""
    return fold(text).replace(" ", "")


def _kind(account: str) -> str:
    """Return whose form an account has, empty where it has none."""
    if account.startswith(DOUYIN):
        rest = account.replace("_", "").replace("-", "")
        right = SHORTEST_DOUYIN <= len(account) <= LONGEST_DOUYIN
        return "douyin" if right and rest.isascii() and rest.isalnum() else ""
    if not is_digits(account):
        return ""
    if len(account) == WEIBO_LENGTH:
        return "weibo" if "1" <= account[0] <= "7" else ""
    return "alipay" if len(account) == ALIPAY_LENGTH and account.startswith(ALIPAY) else ""


def _verdict(account: str) -> Verdict:
    kind = _kind(account)
    if kind:
        return Verdict.VALID if kind == "douyin" else Verdict.UNCHECKED
    known = len(account) in (ALIPAY_LENGTH, WEIBO_LENGTH)
    in_range = SHORTEST_DOUYIN <= len(account) <= LONGEST_DOUYIN
    return Verdict.INVALID_FORMAT if known or in_range else Verdict.INVALID_LENGTH


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def kind(text: str) -> str:
    """Return ``alipay``, ``weibo`` or ``douyin``.

    Raises:
        ValidationError: the account isn't valid.
    """
    return _kind(validate(text))
