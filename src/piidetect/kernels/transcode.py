# SPDX-License-Identifier: Apache-2.0
"""GB18030 to UTF-8, and the check of UTF-8, by tables and 32 bytes at a time.

The results equal those of Python's codecs with `errors="replace"` on any bytes, however the source
is cut: what can't be decoded becomes U+FFFD and is counted and located. Each function decodes
`source[position:size]` into `into[at:]`, stops before a sequence that the end cuts (unless `final`)
and notes the place of each line end in both texts, so that rows can be found again in the source; if
asked to also where ASCII follows something else. UTF-16 has a module of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.simd import LANES, between_bits, count_bits, equal_bits, trailing_zeros

_VECTOR = ir.VectorType(ir.IntType(8), LANES)
_LF, _CR = 10, 13

#: UTF-8 of U+FFFD, lowest byte first.
_REPLACEMENT = 0xBDBFEF

#: How many places of undecodable bytes are kept.
PLACES = 100

#: Pointers of the four-byte sequences below U+10000.
_FOUR_BYTES = 39420


class Marks(NamedTuple):
    """What a transcoder notes.

    int64 `source`, `target` [L], places that correspond; int64 `bad` [PLACES], places in the
    source of what can't be decoded; int64 `tally` [4]: marks, undecodable, NULs, marks more than lines.
    """

    source: np.ndarray
    target: np.ndarray
    bad: np.ndarray
    tally: np.ndarray


class Tables(NamedTuple):
    """UTF-8 of GB18030 sequences as uint32, lowest byte first, 0 where there is none.

    `two` [32768] by the first byte's low seven bits and the second byte; `four` [39420] by pointer.
    """

    two: np.ndarray
    four: np.ndarray


def new_marks(lines: int, *, exact: bool = False) -> Marks:
    """Return room for `lines` marks; if `exact`, they are more than line ends."""
    return Marks(
        np.empty(lines, np.int64),
        np.empty(lines, np.int64),
        np.zeros(PLACES, np.int64),
        np.array([0, 0, 0, exact], np.int64),
    )


@cache
def gb18030_tables() -> Tables:
    """Return the tables, made from Python's own codec (the 2005 edition)."""
    two = np.zeros(1 << 15, np.uint32)
    lead, trail = np.meshgrid(np.arange(0x81, 0xFF), np.arange(0x40, 0xFF), indexing="ij")
    lead, trail = lead[trail != 0x7F], trail[trail != 0x7F]
    text = np.stack([lead, trail], axis=1).astype(np.uint8).tobytes().decode("gb18030", "replace")
    if len(text) == lead.size:
        two[(lead & 0x7F) << 8 | trail] = _packed(text)
    pointers = np.arange(_FOUR_BYTES)
    parts = (pointers // 12600 + 0x81, pointers // 1260 % 10 + 0x30, pointers // 10 % 126 + 0x81,
             pointers % 10 + 0x30)  # fmt: skip
    text = np.stack(parts, axis=1).astype(np.uint8).tobytes().decode("gb18030")
    return Tables(two, _packed(text))


def _packed(text: str) -> np.ndarray:
    """Return the UTF-8 bytes of each character, the first one lowest."""
    code = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    last = [0x80 | code >> np.uint32(shift) & 0x3F for shift in (0, 6, 12)]
    two = 0xC0 | code >> 6 | last[0] << 8
    three = 0xE0 | code >> 12 | last[1] << 8 | last[0] << 16
    four = 0xF0 | code >> 18 | last[2] << 8 | last[1] << 16 | last[0] << 24
    return np.select([code < 0x80, code < 0x800, code < 0x10000], [code, two, three], four)


@intrinsic
def _copy(typing_context: Any, into: Any, at: Any, source: Any, position: Any) -> Any:
    """`_copy(into, at, source, position)`: copy LANES bytes."""
    signature = types.void(into, types.int64, source, types.int64)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointers = []
        for array, place, kind in ((args[2], args[3], 2), (args[0], args[1], 0)):
            data = context.make_array(sig.args[kind])(context, builder, array).data
            pointer = builder.gep(data, [place])
            pointers.append(builder.bitcast(pointer, _VECTOR.as_pointer()))
        builder.store(builder.load(pointers[0], align=1), pointers[1], align=1)
        return context.get_dummy_value()

    return signature, code


@intrinsic
def store_word(typing_context: Any, into: Any, at: Any, word: Any) -> Any:
    """`store_word(into, at, word)`: store a uint32 as four bytes, lowest first."""
    signature = types.void(into, types.int64, types.uint32)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        array = context.make_array(sig.args[0])(context, builder, args[0])
        pointer = builder.bitcast(builder.gep(array.data, [args[1]]), ir.IntType(32).as_pointer())
        builder.store(args[2], pointer, align=1)
        return context.get_dummy_value()

    return signature, code


@kernel
def word_length(word: int) -> int:
    """Return the bytes of a packed UTF-8 sequence that isn't ASCII."""
    return 2 + (word > 0xFFFF) + (word > 0xFFFFFF)


@kernel
def packed_code(code: int) -> int:
    """Return the packed UTF-8 sequence of a code point from U+0080 on."""
    if code < 0x800:
        return 0x80C0 | code >> 6 | (code & 0x3F) << 8
    if code < 0x10000:
        return 0x8080E0 | code >> 12 | (code >> 6 & 0x3F) << 8 | (code & 0x3F) << 16
    low = (code >> 6 & 0x3F) << 16 | (code & 0x3F) << 24
    return 0x808080F0 | code >> 18 | (code >> 12 & 0x3F) << 8 | low


@inlined
def note_mark(marks: Any, position: int, at: int) -> None:
    """Note places that correspond."""
    number = marks.tally[0]
    if number < marks.source.size:
        marks.source[number] = position
        marks.target[number] = at
    marks.tally[0] = number + 1


@kernel
def spoil(marks: Any, position: int, into: Any, at: int) -> int:
    """Write U+FFFD for what can't be decoded at `position`; return the place after it."""
    if marks.tally[1] < PLACES:
        marks.bad[marks.tally[1]] = position
    marks.tally[1] += 1
    store_word(into, at, np.uint32(_REPLACEMENT))
    return at + 3


@inlined
def _ascii(source: Any, position: int, size: int, into: Any, at: int, marks: Any) -> int:
    """Copy ASCII bytes from `position` up to the first other byte; return how many."""
    begin = position
    while position < size:
        _copy(into, at, source, position)
        high = between_bits(source, position, 0x80, 0x80)
        count = min(LANES, trailing_zeros(high), size - position)
        lines = equal_bits(source, position, _LF) | equal_bits(source, position, _CR)
        lines |= equal_bits(source, position, 0)
        if count < LANES:
            lines &= (np.uint64(1) << np.uint64(count)) - np.uint64(1)
        while lines:
            place = trailing_zeros(lines)
            lines &= lines - np.uint64(1)
            if source[position + place]:
                note_mark(marks, position + place + 1, at + place + 1)
            else:
                marks.tally[2] += 1
        position += count
        at += count
        if count < LANES:
            break
    return position - begin


@kernel
def gb18030(
    source: Any, position: int, size: int, final: bool, into: Any, tables: Any, marks: Any
) -> Any:
    """Decode GB18030; return (next place in the source, bytes written).

    `source` has LANES bytes of padding; `into` has room for three times the source and as much.
    """
    two, four = tables.two, tables.four
    at = np.int64(0)
    while position < size:
        if source[position] < 0x80:
            if marks.tally[3]:
                note_mark(marks, position, at)
            count = _ascii(source, position, size, into, at, marks)
            position += count
            at += count
        while position + 1 < size and source[position] >= 0x80:  # hanzi of two bytes
            word = two[(np.int64(source[position]) & 0x7F) << 8 | source[position + 1]]
            if word == 0:
                break
            store_word(into, at, word)
            at += 2 + (word > 0xFFFF)
            position += 2
        while position < size and source[position] >= 0x80:
            lead = source[position]
            left = size - position
            second = source[position + 1]
            cut = left == 1 or (0x30 <= second <= 0x39 and left < 4)
            if cut:
                if not final:
                    return position, at
                at = spoil(marks, position, into, at)
                position = size
                break
            word = two[(lead & 0x7F) << 8 | second]
            step = 2
            if 0x30 <= second <= 0x39:
                step = 4
                third, fourth = source[position + 2], source[position + 3]
                if 0x81 <= lead <= 0xFE and 0x81 <= third <= 0xFE and 0x30 <= fourth <= 0x39:
                    pointer = (np.int64(lead) - 0x81) * 12600 + (np.int64(second) - 0x30) * 1260
                    pointer += (np.int64(third) - 0x81) * 10 + np.int64(fourth) - 0x30
                    if pointer < _FOUR_BYTES:
                        word = four[pointer]
                    elif 189000 <= pointer <= 189000 + 0xFFFFF:
                        word = np.uint32(packed_code(pointer - 189000 + 0x10000))
            if word:
                store_word(into, at, word)
                at += word_length(word)
                position += step
            else:
                at = spoil(marks, position, into, at)
                position += 1
    return position, at


@kernel
def sequence(source: Any, position: int, size: int) -> int:
    """Return the length of the UTF-8 sequence at `position`.

    Where it is none, return the negative length of what Python's codec replaces by one U+FFFD; 0
    says that the end cuts the sequence, which is right so far.
    """
    lead = source[position]
    if lead < 0x80:
        return 1
    if lead < 0xC2 or lead > 0xF4:
        return -1
    length = 2 + (lead >= 0xE0) + (lead >= 0xF0)
    least, most = 0x80, 0xBF
    if lead == 0xE0:
        least = 0xA0
    elif lead == 0xED:
        most = 0x9F
    elif lead == 0xF0:
        least = 0x90
    elif lead == 0xF4:
        most = 0x8F
    for i in range(1, length):
        if position + i == size:
            return 0
        byte = source[position + i]
        if byte < least or byte > most:
            return -i
        least, most = 0x80, 0xBF
    return length


@kernel
def utf8(source: Any, position: int, size: int, final: bool, into: Any, marks: Any) -> Any:
    """Copy UTF-8 and replace what isn't; return (next place in the source, bytes written)."""
    at = np.int64(0)
    while position < size:
        if source[position] < 0x80:
            if marks.tally[3]:
                note_mark(marks, position, at)
            count = _ascii(source, position, size, into, at, marks)
            position += count
            at += count
            continue
        length = sequence(source, position, size)
        if length > 0:
            for i in range(length):
                into[at + i] = source[position + i]
            at += length
            position += length
            continue
        if length == 0:
            if not final:
                break
            length = position - size
        at = spoil(marks, position, into, at)
        position -= length
    return position, at


@kernel
def check_utf8(source: Any, position: int, size: int) -> Any:
    """Return (where the valid UTF-8 of `source[position:size]` ends, NULs in it).

    The end is the start of the first sequence that is wrong or cut by the end; the NULs are all
    of them only if that is `size`. A sequence must not have been begun before `position`.
    """
    nuls, carry = 0, np.uint64(0)
    full = np.uint64(0xFFFFFFFF)
    while position < size:
        high = between_bits(source, position, 0x80, 0x80)
        zero = equal_bits(source, position, 0)
        if size - position < LANES:
            keep = (np.uint64(1) << np.uint64(size - position)) - np.uint64(1)
            high, zero = high & keep, zero & keep
        if zero:
            nuls += count_bits(zero)
        if high | carry:
            lead = between_bits(source, position, 0xC0, 0x40) & high
            three = between_bits(source, position, 0xE0, 0x20) & high
            rare = between_bits(source, position, 0xF0, 0x10)
            rare |= equal_bits(source, position, 0xE0) | equal_bits(source, position, 0xED)
            rare |= between_bits(source, position, 0xC0, 2)
            expected = (lead << np.uint64(1)) | (three << np.uint64(2)) | carry
            if (rare & high) or (expected & full) != (high & ~lead):
                stop = min(position + LANES, size)
                if carry:
                    position = _lead(source, position)
                while position < stop:
                    length = sequence(source, position, size)
                    if length <= 0:
                        return position, nuls
                    position += length
                carry = np.uint64(0)
                continue
            carry = expected >> np.uint64(LANES)
        position += LANES
    return (_lead(source, size) if carry else size), nuls


@kernel
def _lead(source: Any, position: int) -> int:
    """Return where the sequence that reaches to `position` starts."""
    position -= 1
    while source[position] & 0xC0 == 0x80:
        position -= 1
    return position
