# SPDX-License-Identifier: Apache-2.0
"""How the values of a column are written where they are no plain values: digests, ciphers, base64.

This is evidence of the form alone. 32 hex digits are what MD5 gives, and so do other things; whether
they are digests of numbers that stood there before can only be proved from those numbers.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Lengths of digests in hex digits: MD5, SHA-1, SHA-256 and SM3, SHA-384, SHA-512.
DIGESTS = {32: "hex_32", 40: "hex_40", 64: "hex_64", 96: "hex_96", 128: "hex_128"}
#: All forms: digests, results of a block cipher (in hex or base64), and plain text in base64.
FORMS = (*DIGESTS.values(), "cipher", "base64_text")

_HEX = frozenset(b"0123456789abcdefABCDEF")
_BLOCK_BYTES = 16
_SHORTEST_BASE64 = 8
_FEWEST = 5
_SHARE = 0.9
_PRINTABLE = frozenset(range(32, 127))


def form_of(texts: Sequence[bytes]) -> str:
    """Return the form that nine of ten filled cells have, '' for none.

    Args:
        texts: the cells; fewer than five tell nothing.
    """
    if len(texts) < _FEWEST:
        return ""
    seen: Counter[str] = Counter()
    wanted = _SHARE * len(texts)
    for place, text in enumerate(texts):
        seen[_form(text.strip())] += 1
        if place - seen[""] + 1 < wanted - (len(texts) - place - 1):
            return ""  # too many have none
    form, number = max(
        ((form, number) for form, number in seen.items() if form),
        key=lambda one: one[1],
        default=("", 0),
    )
    return form if number >= wanted else ""


def _form(text: bytes) -> str:
    if len(text) in DIGESTS and _HEX.issuperset(text):
        return DIGESTS[len(text)] if any(byte > ord("9") for byte in text) else ""
    if (
        len(text) > 2 * _BLOCK_BYTES
        and len(text) % (2 * _BLOCK_BYTES) == 0
        and _HEX.issuperset(text)
    ):
        return "cipher"
    if len(text) < _SHORTEST_BASE64 or len(text) % 4 or text.isdigit():
        return ""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        return ""
    if _is_text(raw):
        return "base64_text"
    return "cipher" if len(raw) % _BLOCK_BYTES == 0 else ""


def _is_text(raw: bytes) -> bool:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return text.isprintable() and (not text.isascii() or _PRINTABLE.issuperset(raw))
