# SPDX-License-Identifier: Apache-2.0
"""What a piece of carved text holds, and IDs in it that have no separator beside them."""

from __future__ import annotations

from typing import Any

from piidetect.kernels.checks import birth_number, mod_11_2
from piidetect.kernels.compiling import inlined, kernel

#: Put between values that stand beside each other without anything between.
SEPARATOR = 0x1F

#: A piece whose text is longer is left as it is.
LONGEST_TEXT = 1 << 14

_FEWEST_DIGITS = 5
_GLUED = 19  # letters and digits in a row among which an ID may stand
_ID = 18


@inlined
def is_alnum(byte: int) -> bool:
    """Say whether a byte is an ASCII letter or digit."""
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


@kernel
def worth(text: Any, start: int, stop: int) -> bool:
    """Say whether a text has five digits, full-width ones too, or an @."""
    digits = 0
    for at in range(start, stop):
        byte = text[at]
        if byte == 0x40:
            return True
        if byte < 0x80:
            digits += 0x30 <= byte <= 0x39
        elif byte == 0xEF and text[at + 1] == 0xBC and 0x90 <= text[at + 2] <= 0x99:
            digits += 1
    return digits >= _FEWEST_DIGITS


@kernel
def unglue(text: Any, start: int, stop: int) -> int:
    """Part valid IDs from letters and digits beside them; return the text's new end.

    A record of a database has its cells one after the other without anything between, or a byte that
    happens to be a letter. An ID has a date and a check digit: one among 14,000 random ones passes.
    """
    at = start
    while at < stop:
        if not is_alnum(text[at]):
            at += 1
            continue
        end = at
        while end < stop and is_alnum(text[end]):
            end += 1
        if end - at < _GLUED:
            at = end
            continue
        begin = at
        while at + _ID <= end and stop - start < LONGEST_TEXT:
            if not _is_id(text, at):
                at += 1
                continue
            if at > begin:
                _shift(text, at, stop)
                at, end, stop = at + 1, end + 1, stop + 1
            at += _ID
            if at < end:
                _shift(text, at, stop)
                at, end, stop = at + 1, end + 1, stop + 1
            begin = at
        at = end
    return stop


@kernel
def _is_id(text: Any, at: int) -> bool:
    if text[at] < 0x31 or text[at] > 0x38:
        return False
    for place in range(at, at + _ID - 1):
        if text[place] < 0x30 or text[place] > 0x39:
            return False
    century = text[at + 6] * 256 + text[at + 7]
    if century != 0x3139 and century != 0x3230 and century != 0x3138:
        return False
    return birth_number(text, at, at + _ID) > 0 and mod_11_2(text, at)


@kernel
def _shift(text: Any, at: int, stop: int) -> None:
    """Put a separator in at `at`."""
    for place in range(stop, at, -1):
        text[place] = text[place - 1]
    text[at] = SEPARATOR
