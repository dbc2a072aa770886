# SPDX-License-Identifier: Apache-2.0
"""BSON as `mongodump` writes it: documents one after the other."""

from __future__ import annotations

import datetime as dt
import struct
from typing import TYPE_CHECKING, Any

from piidetect.sources.digesting import DigestingFile
from piidetect.sources.records import Record, distinct_keys, record_table
from piidetect.sources.registry import Match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.rows import RowSource

#: MongoDB's documents have 16 MiB at most, and a little for what is around them.
_MOST, _LEAST = (1 << 24) + (1 << 14), 5
_LEVELS = 100
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIXED = {0x01: "<d", 0x10: "<i", 0x11: "<Q", 0x12: "<q"}
_NOTHING = {0x06, 0x0A, 0x7F, 0xFF}
_TEXTS = {0x02, 0x0D, 0x0E}


def sniff(head: Head) -> Match:
    """Say whether the beginning is a document, or the name says so."""
    if len(head.raw) < _LEAST:
        return Match.NO
    (size,) = struct.unpack_from("<i", head.raw)
    if not _LEAST <= size <= _MOST or head.raw[4] not in {*range(0x14), 0x7F, 0xFF}:
        return Match.NO
    if size <= len(head.raw):
        try:
            decode(head.raw[:size])
        except (ValueError, struct.error, IndexError):
            return Match.NO
        return Match.CONTENT
    return Match.NAME if head.suffix == ".bson" else Match.NO


def open_content(content: Content, _head: Head, _options: Options) -> list[RowSource]:
    """Open BSON as one table of documents.

    Raises:
        SourceError: It can't be read.
    """

    def records(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Record]:
        with content.open() as file:
            reading = DigestingFile(file)
            yield from _documents(reading)
            reading.finish(ledger)

    return [record_table(content.locator, "bson", records, encoding="utf-8")]


def _documents(file: DigestingFile) -> Iterator[Record]:
    """Yield the documents; what follows a broken one is text."""
    while True:
        offset = file.bytes
        raw = _take(file, 4)
        size = struct.unpack("<i", raw)[0] if len(raw) == 4 else 0  # noqa: PLR2004
        if not raw:
            return
        if _LEAST <= size <= _MOST:
            raw += _take(file, size - 4)
            try:
                yield Record(offset, decode(raw))
                continue
            except (ValueError, struct.error, IndexError):
                pass
        while raw:
            text = raw.decode("utf-8", "replace")
            yield Record(offset, text, broken=True)
            offset = file.bytes
            raw = _take(file, 1 << 16)
        return


def _take(file: DigestingFile, count: int) -> bytes:
    """Return up to `count` bytes; fewer only at the end."""
    room, done = bytearray(count), 0
    while done < count:
        got = file.readinto(memoryview(room)[done:])
        if not got:
            break
        done += got
    return bytes(room[:done])


def decode(raw: bytes) -> dict[str, Any]:
    """Return a document.

    Raises:
        ValueError, struct.error, IndexError: It is broken.
    """
    value, stop = _document(raw, 0, 0)
    if stop != len(raw):
        message = "bytes after the document"
        raise ValueError(message)
    return value


def _document(raw: bytes, at: int, level: int) -> tuple[dict[str, Any], int]:
    """Return the document at `at` and where it ends."""
    (size,) = struct.unpack_from("<i", raw, at)
    stop = at + size
    if size < _LEAST or stop > len(raw) or raw[stop - 1] or level > _LEVELS:
        message = "no document"
        raise ValueError(message)
    at += 4
    pairs: list[tuple[str, Any]] = []
    while raw[at]:
        kind = raw[at]
        end = raw.index(0, at + 1)
        name = raw[at + 1 : end].decode("utf-8", "replace")
        value, at = _value(raw, kind, end + 1, level)
        pairs.append((name, value))
    if at != stop - 1:
        message = "another length than it says"
        raise ValueError(message)
    return distinct_keys(pairs), stop


def _value(raw: bytes, kind: int, at: int, level: int) -> tuple[Any, int]:  # noqa: C901, PLR0911 - one a type
    """Return the value of a type at `at` and where it ends."""
    if kind in _FIXED:
        code = _FIXED[kind]
        return struct.unpack_from(code, raw, at)[0], at + struct.calcsize(code)
    if kind in _TEXTS:
        (size,) = struct.unpack_from("<i", raw, at)
        if size < 1 or raw[at + 3 + size]:
            message = "no string"
            raise ValueError(message)
        return raw[at + 4 : at + 3 + size].decode("utf-8", "replace"), at + 4 + size
    if kind in {0x03, 0x04}:
        value, stop = _document(raw, at, level + 1)
        return (list(value.values()) if kind == 0x04 else value), stop  # noqa: PLR2004
    if kind == 0x05:  # noqa: PLR2004
        (size,) = struct.unpack_from("<i", raw, at)
        if size < 0 or at + 5 + size > len(raw):
            message = "no binary"
            raise ValueError(message)
        return raw[at + 5 : at + 5 + size], at + 5 + size
    if kind == 0x07:  # noqa: PLR2004
        return raw[at : at + 12].hex(), at + 12
    if kind == 0x08:  # noqa: PLR2004
        return bool(raw[at]), at + 1
    if kind == 0x09:  # noqa: PLR2004
        (millis,) = struct.unpack_from("<q", raw, at)
        return _time(millis), at + 8
    if kind in _NOTHING:
        return None, at
    if kind == 0x0B:  # noqa: PLR2004 - pattern and flags
        end = raw.index(0, at)
        return raw[at:end].decode("utf-8", "replace"), raw.index(0, end + 1) + 1
    if kind == 0x13:  # noqa: PLR2004 - decimal128: shown as it is stored
        return _decimal(raw[at : at + 16]), at + 16
    if kind == 0x0F:  # noqa: PLR2004 - code with scope
        (size,) = struct.unpack_from("<i", raw, at)
        return raw[at + 8 : at + size].decode("utf-8", "replace"), at + size
    message = "unknown type"
    raise ValueError(message)


def _time(millis: int) -> str:
    try:
        return (_EPOCH + dt.timedelta(milliseconds=millis)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return str(millis)


def _decimal(raw: bytes) -> str:
    """Return a decimal128 with all its digits."""
    low, high = struct.unpack("<QQ", raw)
    exponent = (high >> 49 & 0x3FFF) - 6176
    digits = (high & (1 << 49) - 1) << 64 | low
    sign = "-" if high >> 63 else ""
    if high >> 61 & 3 == 3:  # noqa: PLR2004 - infinity, NaN and what isn't written
        return ""
    if exponent == 0:
        return f"{sign}{digits}"
    return f"{sign}{digits}E{exponent:+d}"
