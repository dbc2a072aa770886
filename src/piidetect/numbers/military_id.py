# SPDX-License-Identifier: Apache-2.0
"""Numbers of the army's and the police's own papers (军官证, 士兵证, 文职证, 警官证).

Written as one or two hanzi for the branch, 字第, six to eight digits and 号: 军字第12345678号,
沈字第1234567号 (public validators agree on the form and differ on the digits; no rule of the issuer
is public). So every form is ``UNCHECKED`` until a heading or the name of the paper confirms it.
Canonical are the branch and the digits. Such numbers are counted, never printed.

    >>> validate("军字第 12345678 号"), validate("海字第1234567"), kind("警字第123456号")
    ('军12345678', '海1234567', 'police')
    >>> verdict("军字第12345678号").name, verdict("军字第12345678号", context=True).name
    ('UNCHECKED', 'VALID')
    >>> verdict("军字第123号").name, verdict("军第12345678号").name, format("军12345678")
    ('INVALID_LENGTH', 'INVALID_FORMAT', '军字第12345678号')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict

FEWEST_DIGITS = 6
MOST_DIGITS = 8
MARK = "字第"
#: Branches, arms and former military regions that the papers name.
BRANCHES = frozenset(
    "军 政 后 装 参 联 海 空 火 武 陆 沈 北 兰 济 南 广 成 士 兵 义 文 院 警 武警 公安".split()
)
POLICE = frozenset(["警", "武警", "公安"])


def _parts(text: str) -> tuple[str, str]:
    """Return branch and digits; the branch is empty where the form is another one."""
    number = joined(text).removesuffix("号")
    branch, mark, digits = number.partition(MARK)
    if not mark:
        digits = number.lstrip("".join(BRANCHES))
        branch = number[: len(number) - len(digits)]
    return (branch, digits) if branch in BRANCHES and is_digits(digits) else ("", number)


def compact(text: str) -> str:
    """Return branch and digits without 字第 and 号; other text folded, in one piece."""
    return "".join(_parts(text))


def _verdict(text: str) -> Verdict:
    branch, digits = _parts(text)
    if not branch:
        return Verdict.INVALID_FORMAT
    right = FEWEST_DIGITS <= len(digits) <= MOST_DIGITS
    return Verdict.UNCHECKED if right else Verdict.INVALID_LENGTH


def verdict(text: str, *, context: bool = False) -> Verdict:
    """Return the verdict on a number; never raises.

    Args:
        text: the number as written.
        context: whether a heading or a word says what it is.
    """
    return confirmed(_verdict(text), context)


validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the number as it is written on the paper, where the form is right."""
    branch, digits = _parts(text)
    return f"{branch}{MARK}{digits}号" if branch else digits


def kind(text: str) -> str:
    """Return ``police`` or ``military``.

    Raises:
        ValidationError: the number isn't valid.
    """
    validate(text)
    return "police" if _parts(text)[0] in POLICE else "military"
