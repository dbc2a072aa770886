# SPDX-License-Identifier: Apache-2.0
"""UTF-16 to UTF-8, 32 bytes at a time where it is ASCII, and where places of the text lie in the source.

The text equals that of Python's codecs (see `kernels.transcode`). A place of the text is found by
counting: 2 bytes for each character, 4 for one beyond U+FFFF, from a mark on, of which there is one
every few KiB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.simd import (
    LANES,
    between_bits,
    count_bits,
    equal_bits,
    sign_bits,
    trailing_zeros,
)
from piidetect.kernels.transcode import note_mark, packed_code, spoil, store_word, word_length

_VECTOR = ir.VectorType(ir.IntType(8), LANES)

#: Units in LANES bytes, and bytes of text between marks.
_UNITS = LANES // 2
_FAR = 1 << 12


@intrinsic
def _narrow(typing_context: Any, into: Any, at: Any, source: Any, position: Any, big: Any) -> Any:
    """`_narrow(into, at, source, position, big)`: copy the low bytes of 16 units."""
    signature = types.void(into, types.int64, source, types.int64, types.boolean)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[2])(context, builder, args[2]).data
        start = builder.add(args[3], builder.zext(args[4], ir.IntType(64)))
        pointer = builder.bitcast(builder.gep(data, [start]), _VECTOR.as_pointer())
        vector = builder.load(pointer, align=1)
        even = ir.Constant(ir.VectorType(ir.IntType(32), _UNITS), list(range(0, LANES, 2)))
        low = builder.shuffle_vector(vector, ir.Constant(_VECTOR, ir.Undefined), even)
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        pointer = builder.bitcast(builder.gep(data, [args[1]]), low.type.as_pointer())
        builder.store(low, pointer, align=1)
        return context.get_dummy_value()

    return signature, code


@inlined
def _wide_ascii(source: Any, position: int, size: int, into: Any, at: int, big: bool) -> int:
    """Copy units of ASCII but NUL from `position` up to the first other; return how many bytes."""
    begin = position
    lows = np.uint64(0xAAAAAAAA) if big else np.uint64(0x55555555)
    while position < size:
        _narrow(into, at, source, position, big)
        # a unit is one if its low byte isn't zero and below 0x80, and its high byte is zero
        others = equal_bits(source, position, 0) ^ ~lows
        others = (others | (sign_bits(source, position) & lows)) & np.uint64(0xFFFFFFFF)
        count = min(LANES, trailing_zeros(others) & ~1, (size - position) & ~1)
        position += count
        at += count >> 1
        if count < LANES:
            break
    return position - begin


@kernel
def utf16(
    source: Any, position: int, size: int, final: bool, into: Any, big: bool, marks: Any
) -> Any:
    """Decode UTF-16, big-endian if `big`; return (next place in the source, bytes written).

    `source` has LANES bytes of padding; `into` has room for three times the source and as much.
    """
    at = np.int64(0)
    high, low = (0, 1) if big else (1, 0)
    due = np.int64(_FAR)
    while position < size:
        if at >= due:
            note_mark(marks, position, at)
            due = at + _FAR
        some = min(size, position + 2 * _FAR)
        count = _wide_ascii(source, position, some, into, at, big)
        position += count
        at += count >> 1
        while position < size:
            left = size - position
            if left == 1 or (left < 4 and 0xD8 <= source[position + high] < 0xDC):  # cut
                if not final:
                    return position, at
                at = spoil(marks, position, into, at)
                position = size
                note_mark(marks, position, at)
                break
            code = np.int64(source[position + high]) << 8 | source[position + low]
            step = 2
            if code < 0x80:
                if code:
                    break
                marks.tally[2] += 1
                into[at] = 0
                at += 1
                position += 2
                continue
            if 0xD800 <= code < 0xDC00:
                second = np.int64(source[position + 2 + high]) << 8 | source[position + 2 + low]
                if 0xDC00 <= second < 0xE000:
                    code = 0x10000 + ((code & 0x3FF) << 10) + (second & 0x3FF)
                    step = 4
            if 0xD800 <= code < 0xE000:
                at = spoil(marks, position, into, at)
            else:
                word = np.uint32(packed_code(code))
                store_word(into, at, word)
                at += word_length(word)
            position += step
    return position, at


@kernel
def _wide_bytes(data: Any, start: int, stop: int) -> int:
    """Return the bytes in UTF-16 of the UTF-8 text `data[start:stop]`."""
    units = 0
    while start < stop:
        first = ~between_bits(data, start, 0x80, 0x40) & np.uint64(0xFFFFFFFF)
        pairs = between_bits(data, start, 0xF0, 0x10)
        if stop - start < LANES:
            keep = (np.uint64(1) << np.uint64(stop - start)) - np.uint64(1)
            first, pairs = first & keep, pairs & keep
        units += count_bits(first) + count_bits(pairs)
        start += LANES
    return 2 * units


@kernel
def wide_offsets(data: Any, text_at: Any, source_at: Any, places: Any, offsets: Any) -> None:
    """Fill `offsets` with where `places` (int64, ascending) of the text lie in its UTF-16 source.

    `text_at`, `source_at` int64[M] correspond; the first doesn't lie behind the first place.
    """
    near = 0
    at, offset = text_at[0], source_at[0]
    for i in range(places.size):
        while near + 1 < text_at.size and text_at[near + 1] <= places[i]:
            near += 1
            if text_at[near] >= at:
                at, offset = text_at[near], source_at[near]
        offset += _wide_bytes(data, at, places[i])
        at = places[i]
        offsets[i] = offset
