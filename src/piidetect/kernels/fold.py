# SPDX-License-Identifier: Apache-2.0
"""Cells to folded, trimmed code points, and what kind of character each code point is.

The tables are built from the constants of the scalar twins, so that one list serves both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.numbers import address, cell_text, date, person_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

HAN = 1
LETTER = 2
DOT = 4
ADDRESS_HIGH = 8
ADDRESS_LOW = 16
TIME = 32
MASK = 64
TRIM = 128

#: What `fold_cell` returns for a cell of more than `MAX_CODES` code points.
TOO_LONG = cell_text.MAX_CODES + 1

_MAX_CODES = cell_text.MAX_CODES
_MAX_PLACEHOLDER = cell_text.MAX_PLACEHOLDER
_REPLACEMENT = 0xFFFD
_MULTIPLIER = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1
_SLOTS = 512


def _kinds() -> npt.NDArray[np.uint8]:
    """Return uint8[65536]: the kinds of each code point of the basic plane, as bits."""
    table = np.zeros(1 << 16, np.uint8)
    for ranges, bit in ((person_name.HAN, HAN), (person_name.LETTERS, LETTER)):
        for first, last in ranges:
            table[first : min(last, 0xFFFF) + 1] |= bit
    sets: tuple[tuple[Iterable[str], int], ...] = (
        (person_name.DOTS, DOT),
        (address.HIGH_MARKS, ADDRESS_HIGH),
        (address.LOW_MARKS, ADDRESS_LOW),
        (date.TIME_CHARACTERS, TIME),
        (cell_text.MASKS, MASK),
        (cell_text.TRIMMED, TRIM),
    )
    for characters, bit in sets:
        for character in characters:
            table[ord(character)] |= bit
    return table


def _hash(text: str) -> int:
    value = 1
    for character in text:
        value = ((value ^ ord(character)) * _MULTIPLIER) & _WORD
    return value


def _placeholders() -> npt.NDArray[np.uint64]:
    """Return uint64[512]: an open hash table of the placeholders' hashes, 0 = free."""
    table = np.zeros(_SLOTS, np.uint64)
    for text in sorted(cell_text.PLACEHOLDERS):
        value = _hash(text)
        slot = value >> 55
        while table[slot]:
            slot = (slot + 1) % _SLOTS
        table[slot] = value
    return table


def _starts() -> npt.NDArray[np.bool_]:
    """Return bool[65536]: the first characters of the placeholders, capitals too."""
    table = np.zeros(1 << 16, np.bool_)
    for text in cell_text.PLACEHOLDERS:
        table[[ord(text[0]), ord(text[0].upper())]] = True
    return table


KINDS = _kinds()
_STARTS = _starts()
_PLACEHOLDERS = _placeholders()


@kernel
def kind_of(code: int) -> int:
    """Return the kinds of a code point as bits; all of planes 2 and 3 are hanzi."""
    if code < 0x10000:
        return KINDS[code]
    return np.uint8(HAN) if 0x20000 <= code < 0x40000 else np.uint8(0)


@kernel
def fold_cell(data: Any, start: int, stop: int, codes: Any) -> int:
    """Write the folded, trimmed code points of a UTF-8 cell into `codes`; return their number.

    Args:
        data: uint8[], UTF-8; a sequence that is cut off or begins wrongly gives U+FFFD.
        start: first byte of the cell.
        stop: byte after the cell.
        codes: int32[MAX_CODES], overwritten.

    Returns:
        the number of code points, or ``TOO_LONG``.
    """
    n = 0
    i = start
    while i < stop:
        b = np.int32(data[i])
        if b < 0x80:
            code = b
            i += 1
        else:
            size = 2 if b < 0xE0 else (3 if b < 0xF0 else 4)
            if b < 0xC0 or i + size > stop:
                code = np.int32(_REPLACEMENT)
                i += 1
            elif size == 2:
                code = np.int32(((b & 0x1F) << 6) | (data[i + 1] & 0x3F))
                i += 2
            elif size == 3:
                code = np.int32(
                    ((b & 0x0F) << 12) | ((data[i + 1] & 0x3F) << 6) | (data[i + 2] & 0x3F)
                )
                i += 3
                if code >= 0xFF01 and code <= 0xFF5E:
                    code -= np.int32(0xFEE0)
                elif code == 0x3000:
                    code = np.int32(0x20)
            else:
                code = np.int32(
                    ((b & 0x07) << 18)
                    | ((data[i + 1] & 0x3F) << 12)
                    | ((data[i + 2] & 0x3F) << 6)
                    | (data[i + 3] & 0x3F)
                )
                i += 4
        if n == 0 and code < 256 and KINDS[code] & TRIM:
            continue
        if n == _MAX_CODES:
            # the loop met one code point more than fits: too long, whatever it is
            return TOO_LONG
        codes[n] = code
        n += 1
    while n > 0 and codes[n - 1] < 0x10000 and KINDS[codes[n - 1]] & TRIM:
        n -= 1
    return n


@kernel
def is_absent(codes: Any, n: int) -> bool:
    """Return whether the cell is empty or a placeholder (`numbers.cell_text.is_placeholder`)."""
    if n == 0:
        return True
    if n > _MAX_PLACEHOLDER or not _STARTS[codes[0] & 0xFFFF]:
        return False
    value = np.uint64(1)
    for i in range(n):
        c = codes[i]
        if 65 <= c <= 90:
            c += 32
        value = (value ^ np.uint64(c)) * np.uint64(_MULTIPLIER)
    slot = np.int64(value >> np.uint64(55))
    while _PLACEHOLDERS[slot] != 0:
        if _PLACEHOLDERS[slot] == value:
            return True
        slot = (slot + 1) % _SLOTS
    return False
