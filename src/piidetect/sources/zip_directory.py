# SPDX-License-Identifier: Apache-2.0
"""The members of a ZIP archive: by its directory, or by their own headers where that is lost."""

from __future__ import annotations

import struct
import zipfile
import zlib
from bisect import bisect_right
from typing import TYPE_CHECKING

from piidetect.errors import SourceError
from piidetect.sources.archive import member_name, safe_name
from piidetect.sources.content import read_failure
from piidetect.sources.samples import read_at
from piidetect.sources.zip_member import Entry, extra_field

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

_LOCAL = struct.Struct("<4s5H3L2H")
_UTF8 = 0x800
_UNICODE_PATH, _ZIP64 = 0x7075, 0x0001
_STEP = 1 << 20
_NO_SIZE = 0xFFFFFFFF


def directory(file: BinaryIO, begins: Sequence[int] | None = None) -> list[Entry]:
    """Return the members by the archive's directory; folders are left out.

    Of an archive in volumes `begins` says where each of them begins in `file`, and where the last ends.

    Raises:
        SourceError: It has none that can be read.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            if begins:
                _place(members, begins, archive.start_dir)
            return [_entry(info) for info in members]
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        OverflowError,
        struct.error,
        EOFError,
        IndexError,
    ) as error:
        message = f"the archive's directory can't be read ({error})"
        raise SourceError(message) from error
    except OSError as error:
        raise read_failure(error) from error


def _place(members: list[zipfile.ZipInfo], begins: Sequence[int], start: int) -> None:
    """Set the places of members, which are told within their volumes.

    The library took them all to lie in the volume in which the directory does, which starts at `start`.
    """
    shift = begins[bisect_right(begins, start) - 1]
    for info in members:
        info.header_offset += begins[min(info.volume, len(begins) - 2)] - shift


def _entry(info: zipfile.ZipInfo) -> Entry:
    hour, minute, second = info.date_time[3:]
    return Entry(
        name=_name(info),
        offset=info.header_offset,
        method=info.compress_type,
        flags=info.flag_bits,
        packed=info.compress_size,
        crc=info.CRC,
        time=hour << 11 | minute << 5 | second // 2,
        extra=info.extra,
    )


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name: UTF-8 where the archive says so, else by its bytes."""
    if info.flag_bits & _UTF8:
        return safe_name(info.orig_filename)
    raw = info.orig_filename.encode("cp437", "replace")
    return _unicode_path(info.extra, raw) or member_name(raw)


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """Return the name that a packer keeps beside one in a local encoding, if it belongs to that."""
    field = extra_field(extra, _UNICODE_PATH)
    if field is None or len(field) < 5 or int.from_bytes(field[1:5], "little") != zlib.crc32(raw):  # noqa: PLR2004
        return ""
    return safe_name(field[5:].decode("utf-8", "backslashreplace"))


def salvage(file: BinaryIO, size: int) -> Iterator[Entry]:
    """Yield the members by the headers before their data, in an archive without a directory.

    A member whose header doesn't tell its length ends where the next header stands, or its data.
    """
    waiting: Entry | None = None
    begin, end = 0, 0
    for offset in _headers(file, size):
        if offset < end:
            continue  # inside the data of a member of known length
        entry, start, known = _local(file, offset)
        if entry is None:
            continue
        if waiting is not None:
            yield waiting._replace(packed=offset - begin)
            waiting = None
        if known:
            end = start + entry.packed
            yield entry
        else:
            waiting, begin = entry, start
    if waiting is not None:
        yield waiting._replace(packed=size - begin)


def _headers(file: BinaryIO, size: int) -> Iterator[int]:
    """Yield where the mark of a member's header stands."""
    offset, tail = 0, b""
    while offset < size:
        try:
            piece = tail + read_at(file, offset, _STEP)
        except OSError as error:
            raise read_failure(error) from error
        if len(piece) == len(tail):
            return
        at = piece.find(b"PK\x03\x04")
        while at >= 0:
            yield offset - len(tail) + at
            at = piece.find(b"PK\x03\x04", at + 4)
        offset += len(piece) - len(tail)
        tail = piece[-3:]


def _local(file: BinaryIO, offset: int) -> tuple[Entry | None, int, bool]:
    """Return (member, where its data start, whether its length is known) by its own header."""
    try:
        raw = read_at(file, offset, _LOCAL.size + (1 << 17))
    except OSError as error:
        raise read_failure(error) from error
    if len(raw) < _LOCAL.size:
        return None, 0, False
    _, _, flags, method, time, _, crc, packed, plain, name_bytes, extra_bytes = _LOCAL.unpack(
        raw[: _LOCAL.size]
    )
    name = raw[_LOCAL.size : _LOCAL.size + name_bytes]
    extra = raw[_LOCAL.size + name_bytes : _LOCAL.size + name_bytes + extra_bytes]
    if not name or name.endswith(b"/"):
        return None, 0, False
    wide = extra_field(extra, _ZIP64)
    if _NO_SIZE in {packed, plain} and wide is not None and len(wide) >= 16:  # noqa: PLR2004
        packed = int.from_bytes(wide[8:16], "little")
    known = not flags & 0x8
    shown = (
        safe_name(name.decode("utf-8", "backslashreplace")) if flags & _UTF8 else member_name(name)
    )
    entry = Entry(shown, offset, method, flags, packed, crc if known else None, time, extra)
    return entry, offset + _LOCAL.size + name_bytes + extra_bytes, known
