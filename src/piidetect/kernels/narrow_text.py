# SPDX-License-Identifier: Apache-2.0
"""Bytes that are no ASCII amid raw bytes: are they UTF-8, GB18030, or none; and from where on."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.transcode import Tables, sequence

#: Bytes without ASCII by which their encoding is told.
STRETCH = 1 << 10

_SKIPPED = 16  # bytes of something else that may stand before text without a break


@kernel
def stretch_end(data: Any, here: int, size: int) -> int:
    """Return where the bytes that are no ASCII end, or where they are cut."""
    stop = here + 1
    while stop < size and stop - here < STRETCH and 0x80 <= data[stop] < 0xFF:
        stop += 1
    return stop


@kernel
def text_end(data: Any, here: int, stop: int, size: int, tables: Tables) -> Any:
    """Return (how far the bytes up to `stop` are text, whether that is UTF-8 and not GB18030).

    UTF-8 that reaches `stop` is what it is, else what reaches further. It may end behind `stop`.
    """
    utf8 = _utf8_end(data, here, stop, size)
    if utf8 >= stop:
        return utf8, True
    chinese = _chinese_end(data, here, stop, size, tables)
    return max(utf8, chinese), utf8 >= chinese


@kernel
def text_start(data: Any, here: int, stop: int, core: int, size: int, tables: Tables) -> int:
    """Return from where on the bytes up to `stop` are text; `core` at the latest."""
    last = min(stop, core)
    for skip in range(here + 1, min(last, here + _SKIPPED)):
        end, _ = text_end(data, skip, stop, size, tables)
        if end >= stop:
            return skip
    return last


@kernel
def write(data: Any, here: int, end: int, utf8: bool, tables: Tables, text: Any, into: int) -> int:
    """Write text as UTF-8; return the place after it."""
    if not utf8:
        return _write_chinese(data, here, end, tables, text, into)
    for place in range(here, end):
        text[into] = data[place]
        into += 1
    return into


@kernel
def _utf8_end(data: Any, here: int, stop: int, size: int) -> int:
    """Return how far the bytes are UTF-8; only if there is a character of three bytes or more."""
    begin, hanzi = here, False
    while here < stop:
        length = sequence(data, here, size)
        if length <= 1:
            break
        hanzi |= length > 2
        here += length
    return here if hanzi else begin


@inlined
def _word(data: Any, here: int, size: int, tables: Tables) -> Any:
    """Return (packed UTF-8, bytes) of a GB18030 sequence, of no ASCII; 0 where it is none."""
    lead, second = np.int64(data[here]), np.int64(data[here + 1])
    if here + 1 >= size or lead < 0x81:
        return np.uint32(0), 1
    if second < 0x30 or second > 0x39:
        return tables.two[(lead & 0x7F) << 8 | second], 2
    third, fourth = np.int64(data[here + 2]), np.int64(data[here + 3])
    if here + 3 < size and 0x81 <= third <= 0xFE and 0x30 <= fourth <= 0x39:
        pointer = (lead - 0x81) * 12600 + (second - 0x30) * 1260 + (third - 0x81) * 10
        pointer += fourth - 0x30
        if pointer < tables.four.size:
            return tables.four[pointer], 4
    return np.uint32(0), 1


@kernel
def _chinese_end(data: Any, here: int, stop: int, size: int, tables: Tables) -> int:
    """Return how far the bytes are GB18030; the last character may end in ASCII after `stop`."""
    while here < stop:
        word, length = _word(data, here, size, tables)
        if word == 0:
            break
        here += length
    return here


@kernel
def _write_chinese(data: Any, here: int, end: int, tables: Tables, text: Any, into: int) -> int:
    """Write GB18030 as UTF-8."""
    while here < end:
        word, length = _word(data, here, end, tables)
        while word:
            text[into] = word & 0xFF
            word >>= np.uint32(8)
            into += 1
        here += length
    return into
