# SPDX-License-Identifier: Apache-2.0
"""E-mails: eml files and mbox folders. A message is a record; its attachments are read like files."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.policy
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from piidetect.sources.alerts import Alert
from piidetect.sources.archive import Member, safe_name, unpack
from piidetect.sources.cell_text import bytes_text
from piidetect.sources.digesting import DigestingFile
from piidetect.sources.registry import Match
from piidetect.sources.rows import Row, RowSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

HEADER = ["发件人", "收件人", "时间", "主题", "正文"]

_HEADERS = re.compile(
    rb"^(?:received|return-path|delivered-to|message-id|mime-version|from|to|subject|date|x-[\w-]+|dkim-\w+):",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST = 1 << 28
_LEAST = 3


def sniff(head: Head) -> Match:
    """Say whether a message or a folder of messages begins here."""
    start = head.raw.lstrip(b"\xef\xbb\xbf\r\n")[:8192]
    if start.startswith(b"From ") and _HEADERS.search(start):
        return Match.CONTENT
    top = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    found = {one.lower() for one in _HEADERS.findall(top)}
    plain = re.match(rb"[\w-]+:", top)
    if plain and len(found) >= _LEAST and found & {b"from:", b"message-id:", b"received:"}:
        return Match.CONTENT
    return Match.NO


def open_content(content: Content, head: Head, options: Options) -> Iterator[Opened]:
    """Yield the messages as a table, then what is attached to them."""
    kind = "mbox" if head.raw.lstrip(b"\r\n").startswith(b"From ") else "eml"

    def rows(ledger: Ledger, alerts: list[Alert]) -> Iterator[Row]:
        with content.open() as file:
            source = DigestingFile(file)
            for offset, raw in _messages(source, kind):
                if len(raw) >= _LONGEST:
                    message = f"a message of more than {_LONGEST} bytes was cut there"
                    alerts.append(Alert(content.locator, "lines_cut", message, None, offset))
                yield Row(offset, _cells(email.message_from_bytes(raw)))
            source.finish(ledger)

    yield RowSource(content.locator, kind, HEADER, len(HEADER), rows)
    with content.open() as file:
        attached = any(True for _ in _peek(DigestingFile(file), kind))
    if attached:
        yield from _attachments(content, kind, options)


def _peek(source: DigestingFile, kind: str) -> Iterator[str]:
    """Yield the names of what is attached."""
    for _, raw in _messages(source, kind):
        yield from (name for name, _ in _files(email.message_from_bytes(raw)))


def _attachments(content: Content, kind: str, options: Options) -> Iterator[Opened]:
    """Yield what is in the attachments; the e-mail itself has its row already."""
    from piidetect.sources.archive import ArchiveSource

    def members() -> Iterator[Member]:
        with content.open() as file:
            for number, (_, raw) in enumerate(_messages(DigestingFile(file), kind)):
                for name, data in _files(email.message_from_bytes(raw)):
                    shown = name if kind == "eml" else f"{number}/{name}"
                    yield Member(shown, [data])

    for one in unpack(content, kind, options, members()):
        if isinstance(one, ArchiveSource) and one.path == content.locator:
            yield from one.alerts
        else:
            yield one


def _messages(source: DigestingFile, kind: str) -> Iterator[tuple[int, bytes]]:
    """Yield (offset, bytes) of each message."""
    import io

    lines = io.BufferedReader(source, 1 << 20)
    if kind == "eml":
        yield 0, lines.read(_LONGEST)
        return
    offset = begin = 0
    held: list[bytes] = []
    size = 0
    blank = True
    for line in lines:
        if blank and line.startswith(b"From ") and held:
            yield begin, b"".join(held)
            held, size, begin = [], 0, offset
        if size < _LONGEST:
            held.append(line[1:] if line.startswith(b">From ") else line)
            size += len(line)
        blank = not line.strip()
        offset += len(line)
    if held:
        yield begin, b"".join(held)


def _decoded(value: object) -> str:
    """Return a header as text; what names gb2312 is GB18030, which holds more."""
    try:
        parts = email.header.decode_header(str(value or ""))
    except (ValueError, LookupError, email.errors.HeaderParseError):
        return str(value)
    return (
        "".join(
            part if isinstance(part, str) else _as_text(part, charset) for part, charset in parts
        )
        .replace("\r", " ")
        .replace("\n", " ")
    )


def _as_text(raw: bytes, charset: str | None) -> str:
    name = (charset or "").lower().replace("_", "-")
    if name in {"gb2312", "gbk", "gb18030", "x-gbk", "cp936"}:
        name = "gb18030"
    if not name or name in {"us-ascii", "ascii", "unknown-8bit", "default"}:
        return bytes_text(raw)
    try:
        return raw.decode(name, "replace")
    except LookupError:
        return bytes_text(raw)


def _cells(message: Message) -> list[str]:
    """Return sender, receivers, time, subject and text of a message."""
    to = [_decoded(value) for name in ("to", "cc", "bcc") for value in message.get_all(name, [])]
    return [
        _decoded(message.get("from")),
        "; ".join(to),
        _decoded(message.get("date")),
        _decoded(message.get("subject")),
        _body(message).strip(),
    ]


def _body(part: Message) -> str:
    """Return the text of a message; of the same text in two forms the longer one has all."""
    if part.is_multipart():
        children = part.get_payload()
        texts = [_body(one) for one in children if not isinstance(one, str)]
        if part.get_content_type() == "multipart/alternative":
            return max(texts, key=len, default="")
        return "\n".join(text for text in texts if text)
    if part.get_content_maintype() != "text" or part.get_filename():
        return ""
    payload = part.get_payload(decode=True)
    text = _as_text(payload if isinstance(payload, bytes) else b"", part.get_content_charset())
    return html_text(text) if part.get_content_subtype() == "html" else text


def _files(message: Message) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of what is attached."""
    for number, part in enumerate(message.walk()):
        name = part.get_filename()
        if part.is_multipart() or not (
            name or part.get_content_maintype() not in {"text", "multipart"}
        ):
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            yield safe_name(_decoded(name) if name else f"part{number}"), payload


class _Text(HTMLParser):
    """Collects the text of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Note what isn't shown, and where words part."""
        self._hidden += tag in {"script", "style"}
        self.words.append(
            "\t" if tag in {"td", "th"} else "\n" if tag in {"p", "br", "tr", "div", "li"} else ""
        )

    def handle_endtag(self, tag: str) -> None:
        """Note the end of what isn't shown."""
        self._hidden -= tag in {"script", "style"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        """Keep a text that is shown."""
        if not self._hidden:
            self.words.append(data)


def html_text(text: str) -> str:
    """Return the text that a page of HTML shows."""
    parser = _Text()
    parser.feed(text)
    parser.close()
    return "".join(parser.words)
