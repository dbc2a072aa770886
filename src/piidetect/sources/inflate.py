# SPDX-License-Identifier: Apache-2.0
"""Decompress a stream of pieces; what one step gives is bounded, whatever the data say."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Any

from piidetect.sources.archive import MemberError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: Bytes that one step gives at most.
STEP = 1 << 20

#: Memory that a decompressor may take for its window.
_MEMORY = 1 << 30

#: Bytes that go into a decompressor whose steps have no bound: 128 KiB come out of 3 at most.
_SMALL = 1 << 12

_CUT = "its compressed data end early"


def _damaged(error: BaseException) -> MemberError:
    return MemberError("member_damaged", f"its compressed data are damaged ({error})")


def inflate(pieces: Iterable[bytes], *, wrapper: int = -15) -> Iterator[bytes]:
    """Decompress Deflate; `wrapper` 31 is gzip, of which several may stand one after the other."""
    many = wrapper > 0
    stream, begun = zlib.decompressobj(wrapper), False
    try:
        for piece in pieces:
            left, full = piece, False
            while left or full:
                if stream.eof:
                    if not many or not left.strip(b"\0"):
                        return
                    stream, begun = zlib.decompressobj(wrapper), False
                begun = begun or bool(left)
                out = stream.decompress(left, STEP)
                left, full = stream.unconsumed_tail or stream.unused_data, len(out) == STEP
                if out:
                    yield out
                if stream.eof and not many:
                    return
    except zlib.error as error:
        raise _damaged(error) from error
    if begun and not stream.eof:
        raise MemberError("member_damaged", _CUT)


def inflate64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress Deflate64, which Windows uses for big files."""
    import inflate64 as library

    stream = library.Inflater()
    try:
        for piece in pieces:
            for at in range(0, len(piece), _SMALL):
                out = stream.inflate(piece[at : at + _SMALL])
                if out:
                    yield out
                if stream.eof:
                    return
    except (ValueError, RuntimeError, EOFError) as error:
        raise _damaged(error) from error
    raise MemberError("member_damaged", _CUT)


def _through(make: Callable[[], Any], pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress streams that stand one after the other by the library's incremental objects."""
    stream, begun = make(), False
    try:
        for piece in pieces:
            left = piece
            while left or not (stream.needs_input or stream.eof):
                if stream.eof:
                    stream, begun = make(), False
                begun = begun or bool(left)
                out = stream.decompress(left, STEP)
                left = (stream.unused_data or b"") if stream.eof else b""
                if out:
                    yield out
                if stream.eof and not left.strip(b"\0"):
                    break
    except (OSError, lzma.LZMAError, ValueError, EOFError, RuntimeError) as error:
        raise _damaged(error) from error
    if begun and not stream.eof:
        raise MemberError("member_damaged", _CUT)


def bunzip2(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress bzip2."""
    return _through(bz2.BZ2Decompressor, pieces)


def unxz(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress xz and lzma files."""
    return _through(lambda: lzma.LZMADecompressor(memlimit=_MEMORY), pieces)


def zip_lzma(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress LZMA as it stands in ZIP: version, length of the properties, properties, data."""
    held, source = b"", iter(pieces)
    while len(held) < 9:  # noqa: PLR2004 - 4 bytes of header, 5 of properties
        piece = next(source, None)
        if piece is None:
            raise MemberError("member_damaged", _CUT)
        held += piece
    packed, dictionary = held[4], int.from_bytes(held[5:9], "little")
    if packed >= 9 * 5 * 5 or dictionary > _MEMORY or held[2:4] != b"\x05\0":
        raise MemberError("member_damaged", "its LZMA properties can't be")
    chain = [
        {
            "id": lzma.FILTER_LZMA1,
            "dict_size": dictionary,
            "lc": packed % 9,
            "lp": packed // 9 % 5,
            "pb": packed // 45,
        }
    ]

    def rest() -> Iterator[bytes]:
        yield held[9:]
        yield from source

    stream = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)
    try:
        for piece in rest():
            left, first = piece, True
            while (left or first or not stream.needs_input) and not stream.eof:
                out = stream.decompress(left, STEP)
                left, first = b"", False
                if out:
                    yield out
                elif stream.needs_input:
                    break
    except lzma.LZMAError as error:
        raise _damaged(error) from error
    # a stream without an end mark ends where its member does


def unzstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress Zstandard; frames may stand one after the other."""
    import zstandard

    library = zstandard.ZstdDecompressor(max_window_size=_MEMORY)
    stream, begun = library.decompressobj(), False
    try:
        for piece in pieces:
            for at in range(0, len(piece), _SMALL):
                left = piece[at : at + _SMALL]
                while left:
                    if stream.eof:
                        stream, begun = library.decompressobj(), False
                    begun = True
                    out = stream.decompress(left)
                    left = stream.unused_data if stream.eof else b""
                    if out:
                        yield out
    except zstandard.ZstdError as error:
        raise _damaged(error) from error
    if begun and not stream.eof:
        raise MemberError("member_damaged", _CUT)


def unlz4(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress LZ4 frames."""
    import lz4.frame

    return _through(lz4.frame.LZ4FrameDecompressor, pieces)
