# SPDX-License-Identifier: Apache-2.0
"""Compressed files: gzip, bzip2, xz, lzma, Zstandard, LZ4; a tar inside is read as it comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.sources import inflate
from piidetect.sources.archive import Member, MemberError, unpack
from piidetect.sources.content import read_failure
from piidetect.sources.registry import Match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from piidetect.sources.archive import Found
    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

_STEP = 1 << 16


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return inflate.inflate(pieces, wrapper=31)


#: (magic number, format, how it is unpacked, endings that go)
_KINDS: tuple[
    tuple[bytes, str, Callable[[Iterable[bytes]], Iterator[bytes]], tuple[str, ...]], ...
] = (
    (b"\x1f\x8b\x08", "gzip", _gunzip, (".gz", ".gzip")),
    (b"BZh", "bzip2", inflate.bunzip2, (".bz2", ".bz")),
    (b"\xfd7zXZ\x00", "xz", inflate.unxz, (".xz",)),
    (b"\x28\xb5\x2f\xfd", "zstd", inflate.unzstd, (".zst", ".zstd")),
    (b"\x04\x22\x4d\x18", "lz4", inflate.unlz4, (".lz4",)),
    (b"\x5d\x00\x00", "lzma", inflate.unxz, (".lzma",)),
)
_SHORT = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar"}
_BZIP2_BLOCK = b"1AY&SY"


def _kind(head: Head) -> int | None:
    for number, (magic, kind, _, endings) in enumerate(_KINDS):
        if not head.raw.startswith(magic):
            continue
        if kind == "bzip2" and head.raw[4:10] != _BZIP2_BLOCK:
            continue
        if kind == "lzma" and head.suffix not in endings:
            continue
        return number
    return None


def sniff(head: Head) -> Match:
    """Say whether a compressed stream begins here."""
    return Match.NO if _kind(head) is None else Match.MAGIC


def open_content(content: Content, head: Head, options: Options) -> Iterator[Opened]:
    """Yield what is in the one stream, or in the tar that it holds."""
    _, kind, decompress, endings = _KINDS[_kind(head) or 0]
    with content.open() as file:

        def raw() -> Iterator[bytes]:
            try:
                while piece := file.read(_STEP):
                    yield piece
            except OSError as error:
                raise read_failure(error) from error

        yield from unpack(content, kind, options, _members(decompress(raw()), content, endings))


def _members(
    pieces: Iterator[bytes], content: Content, endings: tuple[str, ...]
) -> Iterator[Found]:
    """Yield the one member, or those of a tar."""
    from piidetect.sources.tar_archive import is_tar, tar_members

    first, error = b"", None
    try:
        while len(first) < 512 and (piece := next(pieces, b"")):  # noqa: PLR2004 - a tar's block
            first += piece
    except MemberError as one:
        error = one

    def rest() -> Iterator[bytes]:
        yield first
        if error is not None:
            raise error
        yield from pieces

    if is_tar(first):
        yield from tar_members(rest(), content.locator)
    else:
        yield Member(_name(content.name, endings), rest())


def _name(name: str, endings: tuple[str, ...]) -> str:
    """Return the name of what is in a compressed file."""
    for short, full in _SHORT.items():
        if name.lower().endswith(short):
            return name[: -len(short)] + full
    for ending in endings:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return "content"
