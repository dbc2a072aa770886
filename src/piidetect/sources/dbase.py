# SPDX-License-Identifier: Apache-2.0
"""dBase and FoxPro tables (dbf), with their memo files; rows that are marked as deleted are read.

Source: the layouts that dBase III to 5 and Visual FoxPro document: a header of 32 bytes, 32 bytes a
field, 0x0D, then records of equal length whose first byte is ``*`` where they are deleted.
"""

from __future__ import annotations

import datetime as dt
import struct
from typing import TYPE_CHECKING, NamedTuple

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.cell_text import bytes_text, float_text
from piidetect.sources.content import open_file, read_failure
from piidetect.sources.digesting import DigestingFile
from piidetect.sources.registry import Match
from piidetect.sources.rows import Row, RowSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options

_VERSIONS = {0x02, 0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xE5, 0xF5, 0xFB}
_MONTHS, _DAYS = range(1, 13), range(1, 32)
_FOXPRO = {0x30, 0x31, 0x32}
_FIELD, _FIRST, _END = 32, 32, 0x0D
_TYPES = b"CNFDLMGPBIYTOV0WQ@+"

#: Code pages that aren't what the bytes say by themselves (UTF-8, else GB18030).
_BIG5 = {0x4F, 0x78, 0x88}

#: Julian day of the day before 0001-01-01.
_JULIAN = 1721425

_READ, _LONGEST = 1 << 20, 1 << 26


class _Field(NamedTuple):
    name: str
    kind: str
    start: int
    stop: int


class _Layout(NamedTuple):
    version: int
    records: int
    header: int
    length: int
    encoding: str
    fields: tuple[_Field, ...]


def sniff(head: Head) -> Match:
    """Say whether the header is one whose numbers fit together."""
    return Match.NO if _layout(head.raw) is None else Match.MAGIC


def _layout(raw: bytes) -> _Layout | None:
    """Return what a header says, or None if it is none."""
    if (
        len(raw) < 2 * _FIELD
        or raw[0] not in _VERSIONS
        or not (raw[2] in _MONTHS and raw[3] in _DAYS)
    ):
        return None
    records, header, length = struct.unpack_from("<LHH", raw, 4)
    encoding = "big5" if raw[29] in _BIG5 else ""
    fields, at, start = [], _FIRST, 1
    while at + _FIELD <= min(header, len(raw)) and raw[at] != _END:
        size, kind = raw[at + 16], chr(raw[at + 11])
        if raw[at + 11] not in _TYPES:
            return None
        if kind == "C":
            size += raw[at + 17] << 8
        name = _text(raw[at : at + 11].split(b"\0")[0], encoding)
        fields.append(_Field(name, kind, start, start + size))
        start, at = start + size, at + _FIELD
    if not fields or start != length or at >= len(raw) or raw[at] != _END:
        return None
    return _Layout(raw[0], records, header, length, encoding, tuple(fields))


def _text(raw: bytes, encoding: str) -> str:
    return raw.decode(encoding, "replace") if encoding else bytes_text(raw)


def open_content(content: Content, head: Head, _options: Options) -> list[RowSource]:
    """Return the table.

    Raises:
        SourceError: The header can't be read.
    """
    layout = _layout(head.raw)
    if layout is None:
        message = "the header of the dBase table is damaged"
        raise SourceError(message)
    names = [field.name for field in layout.fields]

    def rows(ledger: Ledger, alerts: list[Alert]) -> Iterator[Row]:
        memo = _open_memo(content, layout, alerts)
        try:
            with content.open() as file:
                yield from _rows(file, layout, content.locator, memo, ledger, alerts)
        finally:
            if memo is not None:
                memo.file.close()

    dialect = {"version": f"0x{layout.version:02x}", "code_page": f"0x{head.raw[29]:02x}"}
    return [RowSource(content.locator, "dbf", names, len(names), rows, dialect=dialect)]


def _rows(
    file: BinaryIO,
    layout: _Layout,
    place: str,
    memo: _Memo | None,
    ledger: Ledger,
    alerts: list[Alert],
) -> Iterator[Row]:
    """Yield the records; their offset is that in the file."""
    source = DigestingFile(file)
    deleted = number = 0
    held = _exactly(source, layout.header)
    step = max(1, _READ // layout.length) * layout.length
    while number < layout.records:
        held = _exactly(source, min(step, (layout.records - number) * layout.length))
        for at in range(0, len(held) - layout.length + 1, layout.length):
            record = held[at : at + layout.length]
            deleted += record[:1] == b"*"
            cells = [
                _cell(record[field.start : field.stop], field, layout, memo)
                for field in layout.fields
            ]
            yield Row(layout.header + number * layout.length, cells)
            number += 1
        if len(held) % layout.length or not held:
            break
    source.finish(ledger)
    if deleted:
        message = (
            f"{deleted} rows are marked as deleted; they were read and counted like the others"
        )
        alerts.append(Alert(place, "deleted_rows", message))
    if number < layout.records:
        rest = held[len(held) // layout.length * layout.length :]
        message = f"the header tells of {layout.records} rows, there are {number}; {len(rest)} bytes are left"
        raise SourceError(message)


def _exactly(source: DigestingFile, size: int) -> bytes:
    """Return `size` bytes, fewer only at the end."""
    taken = bytearray()
    while len(taken) < size:
        room = bytearray(size - len(taken))
        count = source.readinto(room)
        if not count:
            break
        taken += room[:count]
    return bytes(taken)


def _cell(raw: bytes, field: _Field, layout: _Layout, memo: _Memo | None) -> str:
    """Return a field's text."""
    kind, foxpro = field.kind, layout.version in _FOXPRO
    if kind in "MGP" or (kind == "B" and not foxpro):
        return "" if memo is None else _text(memo.read(raw), layout.encoding)
    if kind == "I" and len(raw) == 4:  # noqa: PLR2004
        return str(struct.unpack("<l", raw)[0])
    if kind == "B" and len(raw) == 8:  # noqa: PLR2004
        return float_text(struct.unpack("<d", raw)[0])
    if kind == "Y" and len(raw) == 8:  # noqa: PLR2004
        whole, part = divmod(abs(struct.unpack("<q", raw)[0]), 10_000)
        return f"{whole}.{part:04d}"
    if kind in "T@" and len(raw) == 8:  # noqa: PLR2004
        return _moment(*struct.unpack("<ll", raw))
    text = _text(raw, layout.encoding).strip(" \0")
    if kind == "D" and len(text) == 8 and text.isdigit():  # noqa: PLR2004
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text


def _moment(day: int, milliseconds: int) -> str:
    """Return a time that is stored as Julian day and milliseconds."""
    try:
        since = dt.timedelta(days=day - _JULIAN - 1, milliseconds=milliseconds)
        moment = dt.datetime(1, 1, 1) + since  # noqa: DTZ001 - local time
    except OverflowError:
        return ""
    return moment.isoformat(" ", "seconds")


class _Memo(NamedTuple):
    """The file beside a table that holds its long texts."""

    file: BinaryIO
    block: int
    foxpro: bool

    def read(self, raw: bytes) -> bytes:
        """Return the text that a field points at."""
        digits = raw.strip(b" \0")
        if len(raw) == 4:  # noqa: PLR2004 - a number of 4 bytes, else digits
            number = int.from_bytes(raw, "little")
        else:
            number = int(digits) if digits.isdigit() else 0
        if not number:
            return b""
        try:
            self.file.seek(number * self.block)
            start = self.file.read(8)
            if self.foxpro:
                return self.file.read(min(int.from_bytes(start[4:8], "big"), _LONGEST))
            if start[:4] == b"\xff\xff\x08\0":
                return self.file.read(min(int.from_bytes(start[4:8], "little") - 8, _LONGEST))
            return (start + self.file.read(_LONGEST)).split(b"\x1a")[0]
        except (OSError, ValueError, OverflowError) as error:
            if isinstance(error, OSError):
                raise read_failure(error) from error
            return b""


def _open_memo(content: Content, layout: _Layout, alerts: list[Alert]) -> _Memo | None:
    """Open the memo file; where there should be one and isn't, say so."""
    if not any(field.kind in "MGP" for field in layout.fields):
        return None
    place = _memo_place(content.path)
    if place is None:
        message = "its memo file (.dbt or .fpt) isn't beside it; the long texts were not read"
        alerts.append(Alert(content.locator, "memo_missing", message))
        return None
    file = open_file(place)
    start = file.read(32) or b""
    foxpro = place.suffix.lower() == ".fpt"
    block = int.from_bytes(start[6:8], "big") if foxpro else int.from_bytes(start[20:22], "little")
    return _Memo(file, block or (64 if foxpro else 512), foxpro)


def _memo_place(path: Path | None) -> Path | None:
    if path is None:
        return None
    for ending in (".fpt", ".dbt"):
        for place in (path.with_suffix(ending), path.with_suffix(ending.upper())):
            if place.is_file():
                return place
    return None
