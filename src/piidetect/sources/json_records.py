# SPDX-License-Identifier: Apache-2.0
"""JSON: lines, arrays, values one after the other, objects around lists, MongoDB and Elasticsearch.

Numbers keep the digits that they are written with. Records come one by one; one of more than 16 MiB is
taken apart further. What can't be parsed up to the next record is one text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from piidetect.sources.feed import Feed
from piidetect.sources.json_alike import Alike, put_together
from piidetect.sources.records import Record, distinct_keys, record_table
from piidetect.sources.registry import Match
from piidetect.sources.rows import block_of_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from piidetect.kernels.cells import Block
    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.feed import Piece
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.rows import Row, RowSource

    RowOf = Callable[[Record], Row]

_RECORD_CHARACTERS = 1 << 24
#: Bytes that are parsed at once where no template fits, and records of them at most.
_WINDOW = 1 << 16
_MOST_AT_ONCE = 1 << 12
_NAMES = {".json", ".jsonl", ".ndjson", ".geojson"}
#: Objects by which an object of objects is taken for a table.
_FEWEST = 20

_DECODER = json.JSONDecoder(
    object_pairs_hook=distinct_keys,
    parse_float=str,
    parse_int=str,
    parse_constant=str,
    strict=False,
)
_BLANKS = re.compile(r"[\s,\0\ufeff\x1e]*")
_ARRAY = re.compile(r"\[\s*[\[{]")
_KEY = re.compile(r'\s*("(?:[^"\\]|\\.)*")\s*:\s*', re.DOTALL)
_NEXT = re.compile(r"\n(?=\s*[{\[])|\}\s*,?\s*(?=\{)|\](?=\s*\n\s*[\[{])")
_BEGINS = re.compile(rb"[\s\0]*(?:\{\s*(?:\"|\})|\[\s*(?:[\[{\"\d\-\]]|true|false|null))")


def sniff(head: Head) -> Match:
    """Say whether the text begins with an object or an array whose beginning can be parsed."""
    if _BEGINS.match(head.text) is None:
        return Match.NO
    text = head.text.decode("utf-8", "replace").lstrip("\0 \t\r\n\ufeff")
    try:
        _DECODER.raw_decode(text)
    except RecursionError:
        return Match.NAME
    except ValueError as error:
        broken = getattr(error, "pos", 0) < len(text) - 8 and "Unterminated" not in str(error)
        if broken or head.whole:
            return Match.NAME if head.suffix in _NAMES else Match.NO
    return Match.CONTENT


def open_content(content: Content, head: Head, options: Options) -> list[RowSource]:
    """Open JSON as one table of records.

    Raises:
        SourceError: It can't be read.
    """
    encoding, bom, decided = head.encoding

    def records(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Record]:
        with content.open() as file:
            step = options.block_bytes
            feed = Feed(file, encoding, decided, step, ledger, exact=True)
            feed.skip(bom)
            yield from _Reader(feed).records()

    def blocks(ledger: Ledger, row_of: RowOf, places: Mapping[str, int]) -> Iterator[Block]:
        with content.open() as file:
            feed = Feed(file, encoding, decided, options.block_bytes, ledger, exact=True)
            feed.skip(bom)
            yield from _Reader(feed).blocks(row_of, places)

    return [record_table(content.locator, "json", records, encoding=encoding, faster=blocks)]


class _More(Exception):
    """More text is needed."""


@dataclass(slots=True)
class _Reader:
    """Reads records from a feed; `closes` are the brackets that were entered."""

    feed: Feed
    text: str = ""
    final: bool = False
    closes: list[str] = field(default_factory=list)
    first: bool = True
    last: tuple[int, int] = (0, 0)  # where the last object lies in `text`

    def records(self) -> Iterator[Record]:
        """Yield the records."""
        while not self.final:
            piece = self.feed.read()
            self.text = piece.data[: piece.size].tobytes().decode("utf-8", "replace")
            self.final = piece.final
            found, place = self._piece()
            places = np.array([begin for begin, _, _ in found], np.int64)
            for offset, (_, value, broken) in zip(piece.offsets(places), found, strict=True):
                yield Record(int(offset), value, broken)
            if not self.final:
                self.feed.keep(piece, min(place, piece.size))

    def blocks(self, row_of: RowOf, places: Mapping[str, int]) -> Iterator[Block]:
        """Yield the same records as blocks: those that are written alike by templates."""
        known = Alike(places)
        final = False
        while not final:
            piece = self.feed.read()
            final = piece.final
            parts, place = self._parts(piece, known, row_of)
            if parts:
                yield put_together(parts)
            if not final:
                self.feed.keep(piece, place)

    def _parts(self, piece: Piece, known: Alike, row_of: RowOf) -> tuple[list[Block], int]:
        """Return the records in a piece, and where what is left begins."""
        parts: list[Block] = []
        place, window, most = 0, _WINDOW, 1
        while place < piece.size:
            if self._plain():
                part, place = known.take(piece, place)
                parts += part
                most = min(2 * most, _MOST_AT_ONCE) if not part else 1
            stop = min(piece.size, place + window)
            self.text = _whole_characters(piece.data[place:stop])
            self.final = piece.final and stop == piece.size
            found, used = self._piece(most)
            offsets = piece.offsets(np.array([place + at for at, _, _ in found], np.int64))
            rows = [
                row_of(Record(int(at), value, broken))
                for at, (_, value, broken) in zip(offsets, found, strict=True)
            ]
            if rows:
                parts.append(block_of_rows(rows, 0))
                if self._plain() and not found[-1][2]:
                    known.learn(self.text[slice(*self.last)])
            if not used:
                if stop == piece.size:
                    break
                window *= 4
            else:
                place, window = place + used, _WINDOW
        return parts, place

    def _plain(self) -> bool:
        """Say whether what comes is a record as it stands."""
        return self.closes[-1] == "]" if self.closes else not self.first

    def _piece(self, most: int = 1 << 62) -> tuple[list[tuple[int, Any, bool]], int]:
        """Return (place in the UTF-8 text, value, whether broken) of the records, and the rest's place."""
        records: list[tuple[int, Any, bool]] = []
        text, at, place = self.text, 0, 0
        plain = text.isascii()
        try:
            while len(records) < most:
                begin = self._blanks(at)
                place += begin - at if plain else len(text[at:begin].encode())
                at = begin
                if begin >= len(text):
                    break
                found, stop = self._value(begin)
                records.extend((place, value, broken) for value, broken in found)
                place += stop - begin if plain else len(text[begin:stop].encode())
                at = stop
        except _More:
            pass
        return records, place

    def _blanks(self, at: int) -> int:
        match = _BLANKS.match(self.text, at)
        return at if match is None else match.end()

    def _value(self, at: int) -> tuple[list[tuple[Any, bool]], int]:
        """Take what stands at `at`; return (values and whether each is broken, where it stops)."""
        character = self.text[at]
        if character in "]}" and self.closes and self.closes[-1] == character:
            self.closes.pop()
            return [], at + 1
        if self.closes and self.closes[-1] == "}":
            key = _KEY.match(self.text, at)
            if key is not None:
                return self._member(key)
            self._want(at)
        if character == "[" and self._enters(at):
            self.closes.append("]")
            return [], at + 1
        return self._record(at)

    def _enters(self, at: int) -> bool:
        """Say whether the array at `at` is one of records."""
        if len(self.text) - at < 64:  # noqa: PLR2004 - white space that may stand there
            self._want(at)
        return _ARRAY.match(self.text, at) is not None and self.closes[-1:] != ["]"]

    def _want(self, at: int) -> None:
        """Ask for more text if there is more and the record isn't too long."""
        if not self.final and len(self.text) - at < _RECORD_CHARACTERS:
            raise _More

    def _member(self, key: re.Match[str]) -> tuple[list[tuple[Any, bool]], int]:
        """Take a member of an object that was entered: a list of records, or a value."""
        at = key.end()
        if at + 1 >= len(self.text):
            self._want(key.start())
        if _ARRAY.match(self.text, at):
            self.closes.append("]")
            return [], at + 1
        found, stop = self._record(at)
        name = json.loads(key[1], strict=False)
        return [({name: value}, broken) if not broken else (value, broken) for value, broken in found], stop  # fmt: skip

    def _record(self, at: int) -> tuple[list[tuple[Any, bool]], int]:
        """Parse the record at `at`."""
        try:
            value, stop = _DECODER.raw_decode(self.text, at)
        except (ValueError, RecursionError):
            return self._broken(at)
        if stop - at > _RECORD_CHARACTERS:
            return self._broken(at)
        if stop == len(self.text) and not self.final:
            self._want(at)  # a number may go on
        if self.first and not self.closes and isinstance(value, dict):
            if not self.final and self._blanks(stop) == len(self.text):
                self._want(at)
            if self._blanks(stop) == len(self.text):
                return [(one, False) for one in records_inside(value)], stop
        self.first = False
        self.last = (at, stop)
        return [(value, False)], stop

    def _broken(self, at: int) -> tuple[list[tuple[Any, bool]], int]:
        """Enter an object that is too long, else take text up to the next record."""
        self._want(at)
        long = len(self.text) - at >= _RECORD_CHARACTERS
        if self.text[at] == "{" and long and _KEY.match(self.text, at + 1):
            self.closes.append("}")
            return [], at + 1
        self.first = False
        found = _NEXT.search(self.text, at + 1, at + _RECORD_CHARACTERS)
        stop = min(len(self.text), at + _RECORD_CHARACTERS)
        if found is not None:
            stop = found.start() + (0 if found[0] == "\n" else 1)
        return [(self.text[at:stop], True)], max(stop, at + 1)


def _whole_characters(data: np.ndarray) -> str:
    """Return UTF-8 as text, without a character that is cut at its end."""
    raw = data.tobytes()
    cut = next((at for at in range(1, 4) if raw[-at:][:1] >= b"\xc0"), 0)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw[: len(raw) - cut].decode("utf-8", "replace")


def records_inside(value: dict[str, Any]) -> list[Any]:
    """Return the records in an object that is the whole source.

    The records are those of the lists of objects that it holds, and what is left of it; an object
    of many objects is a table with their names as column `key`.
    """
    if len(value) >= _FEWEST and all(isinstance(one, dict) for one in value.values()):
        return [{"key": key, **one} for key, one in value.items()]
    records: list[Any] = []
    left = _without_lists(value, records, 0)
    return records + ([left] if left or not records else [])


def _without_lists(value: dict[str, Any], records: list[Any], level: int) -> dict[str, Any]:
    """Move the lists of objects in `value` to `records`; return the rest."""
    left: dict[str, Any] = {}
    for key, one in value.items():
        if isinstance(one, list) and one and all(isinstance(each, dict) for each in one):
            records.extend(one)
        elif isinstance(one, dict) and level < 4 and not any(k[:1] == "$" for k in one):  # noqa: PLR2004 - levels of an envelope
            inner = _without_lists(one, records, level + 1)
            if inner:
                left[key] = inner
        else:
            left[key] = one
    return left
