# SPDX-License-Identifier: Apache-2.0
"""Text in raw bytes: pieces that hold digits or an @, in UTF-8, GB18030 and UTF-16, wherever they lie.

The bytes are looked through for a core: four digits in a row, ASCII or full-width, narrow or in UTF-16,
or an @ between letters. The piece around it goes back to the last control character (at most LOOK_BACK)
and on to the next; of the readings of the same bytes the one that explains most is taken, so nothing
counts twice. What a piece is depends on the bytes alone, not on where a block ends: a core is taken up
once REACH bytes after it are at hand.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.glued import SEPARATOR, is_alnum, unglue, worth
from piidetect.kernels.narrow_text import stretch_end, text_end, text_start, write
from piidetect.kernels.simd import LANES, between_bits, equal_bits, trailing_zeros

if TYPE_CHECKING:
    from piidetect.kernels.transcode import Tables

#: Bytes before a core that may belong to its piece; bytes from which on a piece is cut where it can be.
LOOK_BACK = 1 << 10
LONGEST = 1 << 12

#: Bytes after a core that must be at hand.
REACH = 3 * LONGEST

_DOMAIN = 64  # characters before the first dot of a domain
_STEP = 2 * LANES - 8  # a core's pattern takes up to 8 bytes of a window of 64

#: How a piece is written: `encoding` of `Pieces`.
NARROW, LITTLE, BIG = 0, 1, 2
_NARROW_CORE, _WIDE_CORE, _LITTLE_CORE, _BIG_CORE, _NO_CORE = 0, 1, 2, 3, -1


class Pieces(NamedTuple):
    """Room for pieces.

    `text` uint8, their UTF-8; `start`, `stop` int64[M], where each lies in it; `offset` int64[M],
    where it begins in the data; `encoding` uint8[M]: NARROW, LITTLE or BIG.
    """

    text: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    offset: np.ndarray
    encoding: np.ndarray


@cache
def common_characters() -> np.ndarray:
    """Return int8[65536]: 2 for what GB 2312 and ASCII have, -1 for all else."""
    rows, cells = np.meshgrid(np.arange(0xA1, 0xF8), np.arange(0xA1, 0xFF), indexing="ij")
    text = np.stack([rows, cells], axis=2).astype(np.uint8).tobytes().decode("gb2312", "ignore")
    common = np.full(1 << 16, -1, np.int8)
    common[[ord(letter) for letter in text]] = 2
    common[:0x80] = 2
    return common


def new_pieces(number: int, text_bytes: int) -> Pieces:
    """Return room for so many pieces and bytes of text."""
    text = np.empty(text_bytes + 4 * REACH, np.uint8)
    start, stop, offset = np.empty((3, number), np.int64)
    return Pieces(text, start, stop, offset, np.empty(number, np.uint8))


@kernel
def carve(
    data: Any,
    position: int,
    floor: int,
    size: int,
    final: bool,
    tables: Tables,
    common: Any,
    pieces: Pieces,
) -> Any:
    """Find pieces in `data[position:size]`; return (next position, next floor, pieces, bytes of text).

    `data` has PADDING zero bytes after `size`; `floor` is where the last piece ended. It stops where a
    core may reach beyond `size` (unless `final`) or `pieces` is full. The bytes from the next floor
    on, at most LOOK_BACK before the next position, are needed again.
    """
    limit = size if final else size - REACH
    count, at = np.int64(0), np.int64(0)
    room = pieces.text.size - 4 * REACH
    while position < limit and count < pieces.start.size and at < room:
        core, kind = _next_core(data, position, floor, limit, size)
        if kind == _NO_CORE:
            position = limit
            break
        low = max(floor, core - LOOK_BACK)
        encoding = NARROW
        if kind == _NARROW_CORE:
            begin, end, after = _narrow(data, core, low, size, tables, pieces.text, at)
        else:
            begin, end, encoding = _wide(data, core, kind, low, size, common)
            after = _write_wide(data, begin, end, encoding == BIG, pieces.text, at)
        if worth(pieces.text, at, after):
            pieces.start[count] = at
            pieces.offset[count] = begin
            pieces.encoding[count] = encoding
            after = unglue(pieces.text, at, after)
            pieces.stop[count] = after
            pieces.text[after] = SEPARATOR
            at = after + 1
            count += 1
        position = floor = max(end, core + 1)
    return position, floor, count, at


@inlined
def _window(data: Any, base: int, low: int, count: int) -> Any:
    """Return the bits of the bytes from `low` on, `count` of them, in 64 bytes."""
    first = between_bits(data, base, low, count)
    return first | between_bits(data, base + LANES, low, count) << np.uint64(LANES)


@inlined
def _is_byte(data: Any, base: int, byte: int) -> Any:
    return equal_bits(data, base, byte) | equal_bits(data, base + LANES, byte) << np.uint64(LANES)


@inlined
def _thrice(first: Any, second: Any) -> Any:
    """Return where `first`, `second` and so on follow each other three times."""
    two = first & second >> np.uint64(1)
    return two & two >> np.uint64(2) & two >> np.uint64(4)


@kernel
def _next_core(data: Any, position: int, floor: int, limit: int, size: int) -> Any:
    """Return (place, kind) of the first core in `data[position:limit]`, or _NO_CORE."""
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    while position < limit:
        digits = _window(data, position, 0x30, 10)
        zeros = _is_byte(data, position, 0)
        ats = _is_byte(data, position, 0x40)
        spaced = digits & zeros >> one
        narrow = digits & digits >> one
        narrow &= narrow >> two
        wide = spaced & spaced >> two & spaced >> four & digits >> np.uint64(6)
        full = _is_byte(data, position, 0xFF)
        tens = np.uint64(0)
        if full:
            tens = _window(data, position, 0x10, 10)
        little, big = _thrice(tens, full), _thrice(full, tens)
        threes = _is_byte(data, position, 0xA3)
        chinese = np.uint64(0)
        if threes:
            chinese = _thrice(threes, _window(data, position, 0xB0, 10))
        marks = _is_byte(data, position, 0xEF)
        if marks:
            marks &= _is_byte(data, position, 0xBC) >> one
            marks &= _window(data, position, 0x90, 10) >> two
            chinese |= marks & marks >> three
        found = narrow | wide | ats | little | big | chinese
        found &= (one << np.uint64(_STEP)) - one
        while found:
            bit = found & (~found + one)
            found &= found - one
            place = position + trailing_zeros(bit)
            if place >= limit:
                return limit, _NO_CORE
            if bit & ats:
                kind = _at_sign(data, place, floor, size)
                if kind != _NO_CORE:
                    return place, kind
            elif bit & (narrow | chinese):
                return place, _NARROW_CORE
            elif bit & wide:
                return place, _WIDE_CORE
            elif bit & little:
                return place, _LITTLE_CORE
            else:
                return place, _BIG_CORE
        position += _STEP
    return limit, _NO_CORE


@kernel
def _at_sign(data: Any, place: int, floor: int, size: int) -> int:
    """Say whether an @ stands between a letter or digit and a domain, and how they are written."""
    if place > floor and is_alnum(data[place - 1]) and _is_domain(data, place + 1, 1, size):
        return _NARROW_CORE
    if place > floor + 1 and data[place - 1] == 0 and data[place + 1] == 0:
        if is_alnum(data[place - 2]) and _is_domain(data, place + 2, 2, size):
            return _WIDE_CORE
    return _NO_CORE


@kernel
def _is_domain(data: Any, here: int, step: int, size: int) -> bool:
    """Say whether letters, digits, - and then a dot with a letter or digit behind it stand here."""
    begin = here
    while here < size and here - begin < _DOMAIN * step:
        byte = data[here]
        if byte == 0x2E:
            return here > begin and is_alnum(data[here + step])
        if not is_alnum(byte) and byte != 0x2D:
            return False
        here += step
    return False


@inlined
def _soft(byte: int) -> bool:
    """Say whether a byte may belong to narrow text."""
    return (byte >= 0x20 or byte == 9) and byte != 0x7F and byte != 0xFF


@inlined
def _may_cut(byte: int) -> bool:
    """Say whether a long piece may end before this ASCII character: no number or address has it."""
    return byte == 9 or byte == 0x22 or byte == 0x2C or byte == 0x3B or byte == 0x7C or byte == 0x3C


@kernel
def _narrow(data: Any, core: int, low: int, size: int, tables: Tables, text: Any, at: int) -> Any:
    """Write the piece of UTF-8 or GB18030 around a core; return (begin, end, end of its text)."""
    begin = core
    while begin > low and _soft(data[begin - 1]):
        begin -= 1
    here, into = begin, at
    while here < size and here - begin < 2 * LONGEST:
        byte = data[here]
        if byte < 0x80:
            if not _soft(byte) or (here - begin >= LONGEST and _may_cut(byte)):
                break
            text[into] = byte
            into += 1
            here += 1
            continue
        if byte == 0xFF:
            break
        stop = stretch_end(data, here, size)
        end, utf8 = text_end(data, here, stop, size, tables)
        if here < core and end < stop:  # what stands before the text is no text
            here = begin = text_start(data, here, stop, core, size, tables)
            into = at
            if here == stop:
                continue
            end, utf8 = text_end(data, here, stop, size, tables)
        if end == here:
            break
        into = write(data, here, end, utf8, tables, text, into)
        here = end
    return begin, here, into


@inlined
def _unit(data: Any, here: int, big: bool) -> int:
    if big:
        return np.int64(data[here]) << 8 | data[here + 1]
    return np.int64(data[here + 1]) << 8 | data[here]


@inlined
def _plausible(code: int) -> bool:
    """Say whether a unit of UTF-16 is ASCII, hanzi, or punctuation and forms that go with them."""
    if code < 0x80:
        return 0x20 <= code < 0x7F or code == 9
    if code == 0xB7 or 0x2010 <= code <= 0x2026 or 0x3000 <= code <= 0x303F:
        return True
    return 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0xFF01 <= code <= 0xFF5E


@kernel
def _span(data: Any, begin: int, low: int, size: int, big: bool) -> Any:
    """Return (begin, end) of the UTF-16 around `begin`."""
    end = begin
    while begin - 2 >= low and _plausible(_unit(data, begin - 2, big)):
        begin -= 2
    while end + 2 <= size and end - begin < 2 * LONGEST:
        code = _unit(data, end, big)
        if not _plausible(code) or (end - begin >= LONGEST and code < 0x80 and _may_cut(code)):
            break
        end += 2
    return begin, end


@kernel
def _wide(data: Any, core: int, kind: int, low: int, size: int, common: Any) -> Any:
    """Return (begin, end, encoding) of the UTF-16 around a core.

    Letters and digits with NULs between them may be of either byte order. A byte that isn't NUL before
    the first of them belongs to the character before it in one, and makes another character of it in
    the other; so it is with the last. What is lost by a reading and what it makes of the characters
    beside them tells which one it is.
    """
    if kind == _LITTLE_CORE or kind == _BIG_CORE:
        begin, end = _span(data, core, low, size, kind == _BIG_CORE)
        return begin, end, LITTLE if kind == _LITTLE_CORE else BIG
    first = last = core
    while first - 2 >= low and data[first - 1] == 0 and _is_text(data[first - 2]):
        first -= 2
    while last + 2 < size and data[last + 1] == 0 and _is_text(data[last + 2]):
        last += 2
        if last - core >= LONGEST:
            break
    before = first > low and data[first - 1] != 0
    after = data[last + 1] != 0
    little = _usual(data, first - 2, -2, low, size, False, common)
    little += _usual(data, last if after else last + 2, 2, low, size, False, common)
    big = _usual(data, first - 1 if before else first - 3, -2, low, size, True, common)
    big += _usual(data, last + 1, 2, low, size, True, common)
    if big - 2 * before > little - 2 * after:
        start = core - 1 if core > low and data[core - 1] == 0 else core + 1
        begin, end = _span(data, start, low, size, True)
        return begin, end, BIG
    begin, end = _span(data, core, low, size, False)
    return begin, end, LITTLE


@inlined
def _is_text(byte: int) -> bool:
    return 0x20 <= byte < 0x7F or byte == 9


@kernel
def _usual(data: Any, here: int, step: int, low: int, size: int, big: bool, common: Any) -> int:
    """Return how usual up to three characters are that are no ASCII, from `here` on in a direction."""
    total = 0
    for _ in range(3):
        if here < low or here + 2 > size:
            break
        code = _unit(data, here, big)
        if code < 0x80 or not _plausible(code):
            break
        total += common[code]
        here += step
    return total


@kernel
def _write_wide(data: Any, here: int, end: int, big: bool, text: Any, into: int) -> int:
    """Write UTF-16 without surrogates as UTF-8."""
    while here < end:
        code = _unit(data, here, big)
        if code < 0x80:
            text[into] = code
            into += 1
        elif code < 0x800:
            text[into] = 0xC0 | code >> 6
            text[into + 1] = 0x80 | code & 0x3F
            into += 2
        else:
            text[into] = 0xE0 | code >> 12
            text[into + 1] = 0x80 | code >> 6 & 0x3F
            text[into + 2] = 0x80 | code & 0x3F
            into += 3
        here += 2
    return into
