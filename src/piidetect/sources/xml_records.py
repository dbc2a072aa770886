# SPDX-License-Identifier: Apache-2.0
"""XML: the element that repeats is a record.

The parser resolves no entity: a document that declares one is not parsed further (they can stand for
more text than fits anywhere, or for files of this machine); its rest is read as lines of text, with an
alert. So is what follows the first error.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import numpy as np

from piidetect.kernels.split import cut_place
from piidetect.sources.alerts import Alert
from piidetect.sources.feed import Feed, Piece
from piidetect.sources.html_tables import SIGNS
from piidetect.sources.lines import LINE_BYTES
from piidetect.sources.records import Record, record_table
from piidetect.sources.registry import Match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.rows import RowSource

_BEGINS = re.compile(
    rb"\s*(?:<\?xml\b|<!DOCTYPE\s+(?!html)|<!--|<[A-Za-z_\x80-\xff][\w:.\-\x80-\xff]*[\s>/])",
    re.IGNORECASE,
)
_LEVELS = 200
_LOOSE = 1000


def sniff(head: Head) -> Match:
    """Say whether the text begins as XML that is no HTML."""
    text = head.text
    if _BEGINS.match(text) is None or (SIGNS.search(text[:4096]) and b"<?xml" not in text[:100]):
        return Match.NO
    return Match.CONTENT if b">" in text else Match.NO


def open_content(content: Content, head: Head, options: Options) -> list[RowSource]:
    """Open XML as one table of records.

    Raises:
        SourceError: It can't be read.
    """

    def records(ledger: Ledger, alerts: list[Alert]) -> Iterator[Record]:
        yield from records_of(content, head, options, ledger, alerts)

    return [record_table(content.locator, "xml", records, encoding=head.encoding[0])]


def records_of(
    content: Content, head: Head, options: Options, ledger: Ledger, alerts: list[Alert]
) -> Iterator[Record]:
    """Yield the records of a document.

    Raises:
        SourceError: It can't be read.
    """
    encoding, bom, decided = head.encoding
    with content.open() as file:
        feed = Feed(file, encoding, decided, options.block_bytes, ledger, exact=True)
        feed.skip(bom)
        yield from _Reader(feed, record_level(head.text), content.locator, alerts).records()


class _Refused(Exception):
    """The document declares an entity, or is nested too deeply."""


def _new_parser() -> Any:
    """Return a parser that takes UTF-8 and refuses entities."""
    parser = expat.ParserCreate("utf-8")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> int:
        raise _Refused

    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def record_level(text: bytes) -> int:
    """Return the level (root: 0) of the first elements that repeat in their parent, else 0."""
    counts: list[Counter[tuple[int, str]]] = []
    path: list[int] = []
    parser = _new_parser()
    serial = 0

    def start(name: str, _: object) -> None:
        nonlocal serial
        serial += 1
        if len(path) >= _LEVELS:
            raise _Refused
        while len(counts) <= len(path):
            counts.append(Counter())
        counts[len(path)][path[-1] if path else 0, name] += 1
        path.append(serial)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    with contextlib.suppress(expat.ExpatError, _Refused):  # what came before tells
        parser.Parse(text, False)
    for level, found in enumerate(counts):
        if found and max(found.values()) > 1:
            return level
    return 0


@dataclass(slots=True)
class _Reader:
    """Builds records of the elements at `level`."""

    feed: Feed
    level: int
    locator: str
    alerts: list[Alert]
    stack: list[dict[str, Any]] = field(default_factory=list)
    ready: list[tuple[int, Any]] = field(default_factory=list)
    loose: dict[str, Any] = field(default_factory=dict)
    depth: int = 0
    begin: int = 0
    parser: Any = None
    places: deque[tuple[int, Piece]] = field(default_factory=lambda: deque(maxlen=4))
    last: tuple[int, bytes] = (0, b"")  # where the last event was, and what ended it
    unparsed: bytes = b""  # the text from there on, which begins at `from_`
    from_: int = 0

    def records(self) -> Iterator[Record]:
        """Yield the records, what stands around them, and the rest as text where parsing ends."""
        self.parser = parser = _new_parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = parser.ProcessingInstructionHandler = self._aside
        parsed = 0
        while True:
            piece = self.feed.read()
            text = piece.data[: piece.size].tobytes()
            self.places.append((parsed, piece))
            self.unparsed += text
            problem = self._parse(text, final=piece.final)
            if problem:
                self._fold()
            for offset, value in self.ready:
                yield Record(offset, value)
            self.ready.clear()
            if problem:
                yield from self._rest(problem, self.unparsed[self._done() :], final=piece.final)
                return
            self.unparsed = self.unparsed[self.last[0] - self.from_ :]
            self.from_ = self.last[0]
            parsed += len(text)
            if piece.final:
                break
            self.feed.keep(piece, piece.size)
        if self.loose:
            yield Record(0, self.loose)

    def _parse(self, text: bytes, *, final: bool) -> str:
        """Parse a piece; return what the problem is, or ''."""
        try:
            self.parser.Parse(text.replace(b"\0", b" "), final)
        except expat.ExpatError:
            return "syntax"
        except _Refused:
            return "entities"
        return ""

    def _offset(self) -> int:
        """Return where the parser is in the source."""
        at = int(self.parser.CurrentByteIndex)
        parsed, piece = next((one for one in reversed(self.places) if one[0] <= at), self.places[0])
        return int(piece.offsets(np.array([max(0, at - parsed)], np.int64))[0])

    def _note(self, end: bytes) -> None:
        """Note an event: what it took of the text ends with `end`."""
        self.last = (int(self.parser.CurrentByteIndex), end)

    def _done(self) -> int:
        """Return how much of the unparsed text the last event took."""
        at, end = self.last
        place = at - self.from_
        if end == b"/" and self.unparsed[place : place + 2] != b"</":
            return place  # of an empty element: the parser is behind it already
        found = self.unparsed.find(b">" if end == b"/" else end, place) if end else -1
        return place if found < 0 else found + max(1, len(end))

    def _fold(self) -> None:
        """Close the elements that are open."""
        while self.stack:
            self._close()
        if self.loose:
            self.ready.append((0, self.loose))
            self.loose = {}

    def _rest(self, problem: str, text: bytes, *, final: bool) -> Iterator[Record]:
        """Yield what was begun, then the text from the problem on, line by line."""
        if problem == "entities":
            code, message = "xml_entities", "it declares entities or is nested too deeply; read as text from there on"  # fmt: skip
        else:
            code, message = "read_as_text", "it is broken XML from there on; read as text"
        at = self.feed.ledger.bytes - len(text)
        self.alerts.append(Alert(self.locator, code, message, None, max(0, at)))
        while True:
            cut = text.rfind(b"\n") + 1
            if final:
                cut = len(text)
            elif not cut and len(text) >= LINE_BYTES:
                cut = int(cut_place(np.frombuffer(text, np.uint8), len(text) - 1))
            for line in text[:cut].decode("utf-8", "replace").splitlines():
                if line.strip():
                    yield Record(max(0, at), line.strip(), broken=True)
            if final:
                return
            text, at = text[cut:], at + cut
            piece = self.feed.read()
            text, final = text + piece.data[: piece.size].tobytes(), piece.final
            if not final:
                self.feed.keep(piece, piece.size)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._note(b">")
        if self.depth >= _LEVELS:
            raise _Refused
        inside = self.depth >= self.level
        if self.depth == self.level:
            self.begin = self._offset()
        self.depth += 1
        if inside:
            self.stack.append({**attributes, "\0name": name})
        else:
            for key, value in attributes.items():
                self._around(f"{name}.{key}", value)

    def _end(self, _name: str) -> None:
        self._note(b"/")
        self.depth -= 1
        if self.stack:
            self._close()

    def _close(self) -> None:
        """Close the innermost element of a record."""
        element = self.stack.pop()
        name = element.pop("\0name")
        text = element.pop("\0text", "").strip()
        value: Any = element
        if text:
            value = {**element, "text": text} if element else text
        if self.stack:
            _put(self.stack[-1], name, value if value != {} else "")
        elif value != {}:
            self.ready.append((self.begin, value if isinstance(value, dict) else {name: value}))

    def _text(self, text: str) -> None:
        self._note(text.encode("utf-8", "surrogatepass"))
        if self.stack:
            self.stack[-1]["\0text"] = self.stack[-1].get("\0text", "") + text
        else:
            self._around(text)

    def _aside(self, *words: str) -> None:
        """Keep a comment or instruction."""
        self._note(b">")
        self._around(*words)

    def _around(self, *words: str) -> None:
        """Keep text around the records."""
        text = ": ".join(words).strip()
        if text:
            self.loose[f"around{len(self.loose) + 1}"] = text
            if len(self.loose) >= _LOOSE:
                self.ready.append((self._offset(), self.loose))
                self.loose = {}


def _put(element: dict[str, Any], name: str, value: Any) -> None:
    """Add a child; those of the same name become a list."""
    if name not in element:
        element[name] = value
    elif isinstance(element[name], list):
        element[name].append(value)
    else:
        element[name] = [element[name], value]
