# SPDX-License-Identifier: Apache-2.0
"""Mask a value so that its kind can be recognized and its owner can't."""

from __future__ import annotations

_LONG = 7
_HEAD = 3
_TAIL = 2
_DATES = frozenset({"DATE_OF_BIRTH", "CN_PREGNANCY"})


def mask(text: str, entity: str) -> str:
    """Return `text` with all but a few characters starred.

    Of a long number the first three and last two characters stay, of a date its year, of an e-mail
    address its domain, of anything else the first character.

    >>> mask("110101190501010010", "CN_RESIDENT_ID")
    '110*************10'
    >>> mask("someone@example.cn", "EMAIL_ADDRESS")
    's******@example.cn'
    >>> mask("1905-01-01", "DATE_OF_BIRTH")
    '1905-**-**'
    """
    if entity == "EMAIL_ADDRESS" and "@" in text:
        name, domain = text.rsplit("@", 1)
        return f"{name[:1]}{'*' * max(len(name) - 1, 1)}@{domain}"
    if entity in _DATES:
        return text[:4] + "".join("*" if one.isdigit() else one for one in text[4:])
    plain = sum(one.isalnum() for one in text)
    if plain >= _LONG and entity not in ("PERSON", "CN_ADDRESS"):
        hidden = len(text) - _HEAD - _TAIL
        return text[:_HEAD] + "*" * hidden + text[-_TAIL:]
    return text[:1] + "*" * max(len(text) - 1, 1)
