# SPDX-License-Identifier: Apache-2.0
"""Outlook messages (msg): sender, receivers, time, subject, text; attachments are read like files.

Source: [MS-OXMSG] for the streams, [MS-OXRTFCP] for compressed rich text. The container is read by
olefile, an optional dependency.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.archive import ArchiveSource, Member, safe_name, unpack
from piidetect.sources.cell_text import bytes_text
from piidetect.sources.digesting import SharedDigest
from piidetect.sources.lines import MOST_BYTES
from piidetect.sources.mail import HEADER, html_text
from piidetect.sources.registry import Match
from piidetect.sources.rows import Row, RowSource
from piidetect.sources.rtf import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARK = "__properties_version1.0".encode("utf-16-le")
_SENDER_NAME, _SENDER, _SENDER_SMTP = "0C1A", "0C1F", "5D01"
_TO, _CC, _SUBJECT, _BODY, _HTML, _RICH = "0E04", "0E03", "0037", "1000", "1013", "1009"
_SENT, _RECEIVED = 0x0039, 0x0E06
_NAME, _EMAIL, _SMTP = "3001", "3003", "39FE"
_LONG_FILE, _SHORT_FILE, _DATA = "3707", "3704", "3701"
_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
_DEEPEST = 8

#: What compressed rich text begins with in the reader's mind.
_RTF_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0"
    b"\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def sniff(head: Head) -> Match:
    """Say whether it is a message; other documents lie in such containers, too."""
    if head.raw.startswith(_OLE) and (_MARK in head.raw or head.suffix == ".msg"):
        return Match.MAGIC
    return Match.NO


def open_content(content: Content, _head: Head, options: Options) -> Iterator[Opened]:
    """Yield the message as a table of one row, then what is attached.

    Raises:
        SourceError: It is damaged, or olefile isn't installed.
    """
    with content.open() as file:
        box = _opened(file)
        cells = _guarded(lambda: _cells(box, ()))
        names = _guarded(lambda: _attached(box, ()))
        digest = SharedDigest(content)

        def rows(ledger: Ledger, _alerts: list[Alert]) -> list[Row]:
            digest.enter(ledger, content)
            return [Row(0, cells)]

        yield RowSource(content.locator, "msg", HEADER, len(HEADER), rows)
        if not names:
            return
        members = (Member(name, [_guarded(lambda at=at: _stream(box, at))]) for name, at in names)
        for one in unpack(content, "msg", options, members):
            if isinstance(one, ArchiveSource) and one.path == content.locator:
                yield from one.alerts
            else:
                yield one


def _opened(file: Any) -> Any:
    try:
        import olefile
    except ImportError as error:
        message = "reading msg needs olefile: pip install 'piidetect[msg]', and scan again"
        raise SourceError(message) from error
    return _guarded(lambda: olefile.OleFileIO(file))


def _guarded(call: Any) -> Any:
    """Call the library; what it raises for damaged containers becomes a SourceError."""
    try:
        return call()
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error,
            RecursionError, OverflowError, UnicodeError) as error:  # fmt: skip
        first = (str(error).splitlines() or [""])[0][:120] or type(error).__name__
        raise SourceError(f"the message can't be read ({first})") from error


def _stream(box: Any, path: tuple[str, ...]) -> bytes:
    """Return a stream's bytes, b'' where there is none."""
    if not box.exists(list(path)) or box.get_type(list(path)) != 2:  # noqa: PLR2004 - a stream
        return b""
    if box.get_size(list(path)) > MOST_BYTES:
        message = f"a part of it has more than {MOST_BYTES >> 20} MiB"
        raise SourceError(message)
    raw: bytes = box.openstream(list(path)).read()
    return raw


def _text(box: Any, folder: tuple[str, ...], tag: str) -> str:
    """Return a property that is text, '' where it isn't there."""
    wide = _stream(box, (*folder, f"__substg1.0_{tag}001F"))
    if wide:
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    return bytes_text(_stream(box, (*folder, f"__substg1.0_{tag}001E"))).rstrip("\0")


def _cells(box: Any, folder: tuple[str, ...]) -> list[str]:
    """Return the cells of a message; messages that are attached to it stand in its text."""
    sender = _named(_text(box, folder, _SENDER_NAME),
                    _text(box, folder, _SENDER_SMTP) or _text(box, folder, _SENDER))  # fmt: skip
    receivers = [
        _named(_text(box, one, _NAME), _text(box, one, _SMTP) or _text(box, one, _EMAIL))
        for one in _folders(box, folder, "__recip_version1.0_#")
    ]
    shown = [_text(box, folder, _TO), _text(box, folder, _CC)]
    texts = [_body(box, folder)]
    if len(folder) < _DEEPEST:
        for one in _folders(box, folder, "__attach_version1.0_#"):
            inner = (*one, f"__substg1.0_{_DATA}000D")
            if box.exists([*inner, "__properties_version1.0"]):
                texts.append("\n".join(_cells(box, inner)))
    return [
        sender,
        "; ".join(one for one in (receivers or shown) if one),
        _time(_stream(box, (*folder, "__properties_version1.0")), top=not folder),
        _text(box, folder, _SUBJECT),
        "\n".join(text for text in texts if text).strip(),
    ]


def _named(name: str, address: str) -> str:
    return f"{name} <{address}>" if address and address != name else name


def _folders(box: Any, folder: tuple[str, ...], begin: str) -> list[tuple[str, ...]]:
    """Return the folders of a message whose names begin so."""
    depth = len(folder)
    found = {
        tuple(path[: depth + 1])
        for path in box.listdir(streams=True, storages=True)
        if len(path) > depth and tuple(path[:depth]) == folder and path[depth].startswith(begin)
    }
    return sorted(found)


def _attached(box: Any, folder: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Return (name, place of the data) of the files that are attached."""
    found = []
    for number, one in enumerate(_folders(box, folder, "__attach_version1.0_#")):
        place = (*one, f"__substg1.0_{_DATA}0102")
        if box.exists(list(place)):
            name = _text(box, one, _LONG_FILE) or _text(box, one, _SHORT_FILE)
            found.append((safe_name(name or f"part{number}"), place))
    return found


def _body(box: Any, folder: tuple[str, ...]) -> str:
    """Return the text of a message: plain, else from HTML, else from rich text; the longest has all."""
    plain = _text(box, folder, _BODY)
    raw = _stream(box, (*folder, f"__substg1.0_{_HTML}0102"))
    page = html_text(bytes_text(raw)) if raw else ""
    if plain or page:
        return max(plain, page, key=len)
    rich = decompress(_stream(box, (*folder, f"__substg1.0_{_RICH}0102")))
    text = "\n".join(paragraphs(rich))
    return html_text(text) if re.search(rb"\\fromhtml", rich[:4096]) else text


def _time(properties: bytes, *, top: bool) -> str:
    """Return when it was sent, else received, as ISO 8601 in UTC."""
    found = {}
    for at in range(32 if top else 24, len(properties) - 15, 16):
        tag, _, value = struct.unpack_from("<IIQ", properties, at)
        if tag & 0xFFFF == 0x40:  # noqa: PLR2004 - a time
            found[tag >> 16] = value
    value = found.get(_SENT) or found.get(_RECEIVED) or 0
    try:
        moment = _EPOCH + dt.timedelta(microseconds=value // 10)
    except OverflowError:
        return ""
    return moment.isoformat(" ", "seconds") if value else ""


def decompress(raw: bytes) -> bytes:
    """Return rich text as it was before Outlook compressed it; what is cut ends there.

    Source: [MS-OXRTFCP] 2.2: a dictionary of 4096 bytes, references of 12 bits of place and 4 of length.
    """
    if raw[8:12] == b"MELA":
        return raw[16:]
    if raw[8:12] != b"LZFu":
        return b""
    room, write = bytearray(_RTF_START.ljust(4096, b"\0")), len(_RTF_START)
    out = bytearray()
    at = 16
    while at < len(raw) and len(out) < MOST_BYTES:
        control, at = raw[at], at + 1
        for bit in range(8):
            if control >> bit & 1:
                pair = int.from_bytes(raw[at : at + 2], "big")
                at += 2
                place = pair >> 4
                if at > len(raw) or place == write:
                    return bytes(out)
                for _ in range((pair & 15) + 2):
                    out.append(room[place])
                    room[write] = room[place]
                    place, write = (place + 1) % 4096, (write + 1) % 4096
            elif at < len(raw):
                byte, at = raw[at], at + 1
                out.append(byte)
                room[write] = byte
                write = (write + 1) % 4096
    return bytes(out)
