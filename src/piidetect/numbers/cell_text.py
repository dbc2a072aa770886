# SPDX-License-Identifier: Apache-2.0
"""What all checks of a whole cell share: folding, trimming, placeholders.

A cell is *folded* (full-width forms U+FF01 to U+FF5E and the ideographic space become ASCII) and
trimmed of white space, quotes and the apostrophe that spreadsheets put before numbers::

    >>> fold("'１９９０－０３－０７　")
    '1990-03-07'
    >>> is_placeholder("未知"), is_placeholder("NULL"), is_placeholder("张三")
    (True, True, False)
    >>> joined(" ab-12 ３４"), is_digits("12"), is_capitals("AB1"), is_hex("0AF")
    ('AB1234', True, False, True)

Kernels read the same constants, so both sides can't drift apart.
"""

from __future__ import annotations

#: Characters taken off both ends of a cell (after folding).
TRIMMED = " \t\n\r\x0b\x0c\x00'\"`\u00a0\ufeff"

#: Longest cell that is checked, in code points; a longer one is free text.
MAX_CODES = 256

#: Longest placeholder in code points.
MAX_PLACEHOLDER = 9

_PLACEHOLDERS = (
    "- -- --- ---- — —— / // \\ \\\\ . .. ... 、 _ ? ?? ??? # 0 00 000 x xx xxx "
    "null (null) none nan nat n/a #n/a na nil \\n undefined unknown test empty void "
    "无 没有 未知 不详 暂无 暂缺 空 空白 不明 未填 未填写 未提供 未登记 未说明 未录入 无记录 "
    "测试 测试数据 本人 同上 匿名 保密 其他 其它 拒绝 拒绝提供 待定 待补 待查 略 无此项 患者 病人 "
    "无名氏 无名 户主 先生 女士 客户"
)

#: Cells that stand for "nothing here" (ASCII letters in lower case).
PLACEHOLDERS: frozenset[str] = frozenset(_PLACEHOLDERS.split())

_FOLDING = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_CAPITALS = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_MASKS = "*×●■□某"

#: Characters that hide part of a value.
MASKS = frozenset(_MASKS)


def fold(text: str) -> str:
    """Return `text` with full-width forms folded to ASCII and both ends trimmed.

    Text of more than :data:`MAX_CODES` code points (counted after the left trim) is not trimmed on
    its right: it is too long for any check.
    """
    folded = text.translate(_FOLDING).lstrip(TRIMMED)
    return folded if len(folded) > MAX_CODES else folded.rstrip(TRIMMED)


def is_placeholder(folded: str) -> bool:
    """Return whether a folded cell is empty or stands for an absent value."""
    if len(folded) > MAX_PLACEHOLDER:
        return False
    lowered = small(folded)
    return not lowered or lowered in PLACEHOLDERS


def capitals(text: str) -> str:
    """Return `text` with ASCII letters in capitals; unlike `str.upper` it turns no ı into I."""
    return text.translate(_CAPITALS)


def small(text: str) -> str:
    """Return `text` with ASCII letters in lower case."""
    return text.translate(_SMALL)


def joined(text: str, separators: str = " -") -> str:
    """Return `text` folded, without the separators, ASCII letters in capitals: a number's one form."""
    return capitals(fold(text)).translate(dict.fromkeys(map(ord, separators)))


def is_capitals(text: str) -> bool:
    """Return whether `text` is one or more ASCII capitals."""
    return text.isascii() and text.isalpha() and text.isupper()


def is_hex(text: str) -> bool:
    """Return whether `text` is one or more hexadecimal digits, letters in capitals."""
    return bool(text) and all(c in "0123456789ABCDEF" for c in text)


def is_one_digit_over_and_over(text: str) -> bool:
    """Return whether a number is a filler such as 00000000: nobody's."""
    return len(set(text)) == 1


def is_digits(text: str) -> bool:
    """Return whether `text` is one or more ASCII digits."""
    return text.isascii() and text.isdigit()
