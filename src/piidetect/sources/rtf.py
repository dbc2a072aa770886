# SPDX-License-Identifier: Apache-2.0
r"""Rich text: paragraphs, and rows of tables, by a small reader of its groups and control words.

Bytes are in the code page of the document or of the font that is on; \u gives UTF-16. What isn't shown
(pictures, fonts, styles, marked destinations) is left out.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from piidetect.sources.digesting import SharedDigest
from piidetect.sources.lines import whole_bytes
from piidetect.sources.registry import Match
from piidetect.sources.rows import Row, RowSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)"
)
_HIDDEN = {
    "fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "pict", "objdata",
    "themedata", "colorschememapping", "latentstyles", "datastore", "generator", "rsidtbl",
    "xmlnstbl", "filetbl", "revtbl", "bkmkstart", "bkmkend", "fldinst", "blipuid",
}  # fmt: skip
_LETTERS = {
    "tab": "\t", "cell": "\t", "nestcell": "\t", "emdash": "—", "endash": "–", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ",
}  # fmt: skip
_CHARSETS = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 204: "cp1251"}
_CODE_PAGES = {936: "gb18030", 54936: "gb18030", 65001: "utf-8", 10008: "gb18030"}


def sniff(head: Head) -> Match:
    """Say whether rich text begins here."""
    return Match.MAGIC if head.raw.lstrip().startswith(b"{\\rtf") else Match.NO


def open_content(content: Content, _head: Head, _options: Options) -> list[RowSource]:
    """Return the paragraphs as rows of one cell."""
    digest = SharedDigest(content)

    def rows(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Row]:
        digest.enter(ledger, content)
        for number, text in enumerate(paragraphs(whole_bytes(content))):
            yield Row(number, [text])

    return [RowSource(content.locator, "rtf", None, 1, rows)]


@dataclass(slots=True)
class _State:
    """What holds within a group."""

    hidden: bool = False
    skipped: int = 1  # letters after \u for readers that don't know it
    encoding: str = ""


@dataclass(slots=True)
class _Reader:
    """The text so far; `page` is the document's code page, `fonts` those of its fonts by number."""

    page: str = "cp1252"
    state: _State = field(default_factory=_State)
    above: list[_State] = field(default_factory=list)
    fonts: dict[int, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    font: int = 0
    left: int = 0  # letters to be skipped
    in_table: bool = False
    fresh: bool = False  # a group has just begun

    def flush(self) -> None:
        """Decode the bytes so far."""
        if self.raw:
            encoding = self.state.encoding or self.page
            self.words.append(bytes(self.raw).decode(encoding, "replace"))
            self.raw.clear()

    def take(self, raw: bytes) -> None:
        """Take letters as bytes."""
        skipped = min(self.left, len(raw))
        self.left -= skipped
        if not self.state.hidden:
            self.raw += raw[skipped:]

    def put(self, text: str) -> None:
        """Take a character."""
        if not self.state.hidden:
            self.flush()
            self.words.append(text)

    def paragraph(self) -> str:
        """Return the paragraph that ends here."""
        self.flush()
        text = "".join(self.words).strip()
        self.words.clear()
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def paragraphs(raw: bytes) -> Iterator[str]:
    r"""Yield the paragraphs of rich text that aren't empty; a table's row is one, its cells by tabs.

    >>> list(paragraphs(rb"{\rtf1\ansicpg936 \'d5\'c5\par{\*\x hidden}\u20108?\par}"))
    ['张', '于']
    """
    reader = _Reader()
    at = 0
    while found := _TOKEN.search(raw, at):
        at = found.end()
        word, number, code, symbol, brace, text = found.groups()
        if brace:
            reader.flush()
            _brace(reader, brace)
            continue
        if word:
            name = word.decode()
            if name == "bin":
                at += max(0, int(number or 0))
            elif name in {"par", "row", "nestrow", "line", "page", "sect"}:
                if name == "par" and reader.in_table:
                    reader.put(" ")
                elif not reader.state.hidden and (whole := reader.paragraph()):
                    yield whole
                reader.in_table &= name not in {"row", "nestrow"}
            else:
                _control(reader, name, None if number is None else int(number))
        elif code:
            reader.take(bytes([int(code, 16)]))
        elif symbol:
            _symbol(reader, symbol)
        else:
            reader.take(text)
        reader.fresh = False
    if whole := reader.paragraph():
        yield whole


def _brace(reader: _Reader, brace: bytes) -> None:
    state = reader.state
    if brace == b"{":
        reader.above.append(state)
        reader.state = _State(state.hidden, state.skipped, state.encoding)
        reader.fresh = True
    elif reader.above:
        reader.state = reader.above.pop()


def _symbol(reader: _Reader, symbol: bytes) -> None:
    r"""Take a control symbol: \* marks a destination that may be left out."""
    if symbol == b"*":
        reader.state.hidden = True
    elif symbol == b"~":
        reader.put(" ")
    elif symbol in {b"\\", b"{", b"}"}:
        reader.take(symbol)
    elif symbol == b"_":
        reader.take(b"-")


def _control(reader: _Reader, name: str, number: int | None) -> None:
    """Take a control word."""
    if name in _HIDDEN and reader.fresh:
        reader.state.hidden = True
    elif name in _LETTERS:
        reader.put(_LETTERS[name])
    elif name == "u" and number is not None:
        reader.put(chr(number & 0xFFFF))
        reader.left = reader.state.skipped
    elif name == "uc":
        reader.state.skipped = max(0, min(number or 0, 16))
    elif name == "ansicpg" and number is not None:
        reader.page = _known(_CODE_PAGES.get(number, f"cp{number}"))
    elif name == "intbl":
        reader.in_table = True
    elif name == "pard":
        reader.in_table = False
    elif name == "f" and number is not None:
        reader.flush()
        reader.font = number
        reader.state.encoding = reader.fonts.get(number, "")
    elif name == "fcharset" and number is not None:
        reader.fonts[reader.font] = _CHARSETS.get(number, "")


def _known(name: str) -> str:
    """Return a code page that Python has."""
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name
