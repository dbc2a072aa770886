# SPDX-License-Identifier: Apache-2.0
"""Tar archives, read in one pass: in a file of their own or as they come out of a compressed one.

The library parses a header; it takes a damaged one for the end of the archive and gives nothing of a
member that is cut, so the way from header to header is gone here. Long names stand in headers of GNU
(type L) or POSIX (type x, ``path=`` and ``size=``). Of a sparse file the data are read, not the holes.
"""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING, NamedTuple

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.archive import Member, MemberError, member_name, unpack
from piidetect.sources.content import read_failure
from piidetect.sources.registry import Match, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from piidetect.sources.archive import Found
    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

_BLOCK, _STEP = 512, 1 << 18
_LONGEST_HEADER = 1 << 20
_SUM_AT = 148

#: Types of headers that say something of the next one or of all.
_LONG_NAME, _LONG_LINK, _POSIX, _GLOBAL, _SUN = b"L", b"K", b"x", b"g", b"X"
_ABOUT = (_LONG_NAME, _LONG_LINK, _POSIX, _GLOBAL, _SUN)


def is_tar(raw: bytes) -> bool:
    """Say whether a tar begins here, by the checksum of its first header."""
    if len(raw) < _BLOCK or not raw[0]:
        return False
    try:
        told = int(raw[_SUM_AT : _SUM_AT + 8].strip(b" \0") or b"-1", 8)
    except ValueError:
        return False
    return told == sum(raw[:_SUM_AT]) + 8 * 0x20 + sum(raw[_SUM_AT + 8 : _BLOCK])


def sniff(head: Head) -> Match:
    """Say whether a tar begins here."""
    return Match.MAGIC if is_tar(head.raw[:_BLOCK]) else Match.NO


def open_content(content: Content, _head: Head, options: Options) -> Iterator[Opened]:
    """Yield what is in the members."""
    with content.open() as file:

        def pieces() -> Iterator[bytes]:
            try:
                while piece := file.read(_STEP):
                    yield piece
            except OSError as error:
                raise read_failure(error) from error

        yield from unpack(content, "tar", options, tar_members(pieces(), content.locator))


class _Stream:
    """Pieces, taken by the byte."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._left = iter(pieces), b""

    def some(self, size: int) -> bytes:
        """Return up to `size` bytes, none only at the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = piece
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def all(self, size: int) -> bytes:
        """Return `size` bytes, fewer only at the end."""
        taken = []
        while size and (piece := self.some(size)):
            taken.append(piece)
            size -= len(piece)
        return b"".join(taken)


class _Data:
    """The data of a member in a stream; what a reader leaves is passed over."""

    def __init__(self, stream: _Stream, size: int) -> None:
        self._stream, self._left, self._padding = stream, size, -size % _BLOCK

    def __iter__(self) -> Iterator[bytes]:
        """Yield the data."""
        while self._left:
            piece = self._stream.some(self._left)
            if not piece:
                raise MemberError("member_damaged", "the archive ends before it does")
            self._left -= len(piece)
            yield piece

    def skip(self) -> None:
        """Pass over what is left."""
        self._left += self._padding
        self._padding = 0
        try:
            for _ in self:
                pass
        except MemberError:
            return  # the next header will be missed


class _Told(NamedTuple):
    """What the headers before a member say of it."""

    name: bytes | None = None
    size: int | None = None


def tar_members(pieces: Iterable[bytes], locator: str) -> Iterator[Found]:
    """Yield the files of a tar; links and devices are left out with a reason.

    After a damaged header the next whole one is looked for.

    Raises:
        SourceError: It ends without its end mark; what came before was read.
    """
    stream, told, damaged = _Stream(pieces), _Told(), 0
    while True:
        block = stream.all(_BLOCK)
        if len(block) == _BLOCK and not block.strip(b"\0"):
            break
        if len(block) < _BLOCK:
            message = "the archive ends without its end mark: it may be cut there"
            raise SourceError(message)
        info = _header(block)
        if info is None:
            damaged += 1
            told = _Told()
            continue
        if damaged:
            message = f"{damaged * _BLOCK} bytes of it are damaged and were passed over"
            yield Alert(locator, "archive_damaged", message)
            damaged = 0
        data = _Data(stream, info.size if told.size is None else told.size)
        if info.type in _ABOUT:
            told = _about(info, data, told)
        else:
            yield from _found(info, data, told, locator)
            told = _Told()
        data.skip()
    if damaged:
        message = "the archive is damaged near its end"
        raise SourceError(message)


def _header(block: bytes) -> tarfile.TarInfo | None:
    """Return a header, or None where it is damaged."""
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError, OverflowError):
        return None
    return info if info.size >= 0 else None


def _about(info: tarfile.TarInfo, data: _Data, told: _Told) -> _Told:
    """Return what is known of the next member after this header."""
    if info.type in {_LONG_LINK, _GLOBAL} or info.size > _LONGEST_HEADER:
        return told
    try:
        raw = b"".join(data)
    except MemberError:
        return told
    if info.type == _LONG_NAME:
        return told._replace(name=raw.rstrip(b"\0"))
    while raw:
        length, _, _ = raw.partition(b" ")
        if not length.isdigit() or not len(length) < int(length) <= len(raw):
            break
        key, _, value = raw[len(length) + 1 : int(length) - 1].partition(b"=")
        if key in {b"path", b"GNU.sparse.name"}:
            told = told._replace(name=value)
        elif key == b"size" and value.isdigit():
            told = told._replace(size=int(value))
        raw = raw[int(length) :]
    return told


def _found(info: tarfile.TarInfo, data: _Data, told: _Told, locator: str) -> Iterator[Found]:
    raw = info.name.encode("utf-8", "surrogateescape") if told.name is None else told.name
    name = member_name(raw)
    if info.isreg():
        yield Member(name, data)
    elif not info.isdir() and not info.islnk():  # a hard link is a second name of a member
        what = "a symbolic link" if info.issym() else "a FIFO or device"
        yield Skipped(f"{locator}!/{name}", "special_file_skipped", f"{what} is not read")
