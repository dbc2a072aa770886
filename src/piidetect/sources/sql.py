# SPDX-License-Identifier: Apache-2.0
"""SQL dumps: the rows of INSERT and COPY, a table of the dump a table.

A dump is read twice. The first pass digests it and notes where the rows of each table lie, wherever
they stand and however they alternate; then each table reads its own rows and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from piidetect.sources import samples
from piidetect.sources.alerts import Alert
from piidetect.sources.feed import Feed
from piidetect.sources.ledger import Ledger
from piidetect.sources.registry import Match
from piidetect.sources.sql_table import SqlTable, TextBetween
from piidetect.sources.sql_walk import Run, Shape, Walker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

_LEADING = re.compile(rb"(?:\s+|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|/\*.*?(?:\*/\s*;?|$))*", re.DOTALL)
_FIRST = re.compile(
    rb"(?:INSERT|REPLACE|COPY|CREATE|DROP|SET|USE|BEGIN|PRAGMA|ALTER|LOCK|START|GO\b|EXEC|PROMPT|SELECT"
    rb"\s+pg_catalog|TRUNCATE|DELETE|COMMENT|IF\b|\\)",
    re.IGNORECASE,
)
_ROWS = re.compile(
    rb"^[ \t]*(?:(?:INSERT|REPLACE)\s+(?:\w+\s+)*?(?:INTO\s+)?[\w`\"\[\].$\x80-\xff]+\s*(?:\(|VALUES?\b)"
    rb"|COPY\s+\S+\s.*FROM\s+stdin|CREATE\s+(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|COLUMN|ROW)\s+)*TABLE\s+"
    rb"(?:IF\s+NOT\s+EXISTS\s+)?[\w`\"\[\].$\x80-\xff]+\s*\()",
    re.IGNORECASE | re.MULTILINE,
)
_MYSQL = re.compile(rb"/\*!\d{5}|MySQL|MariaDB|ENGINE\s*=|`\s*\(\s*`|INTO\s+`", re.IGNORECASE)
_OTHERS = re.compile(rb"PostgreSQL|SQL\s*Server|SQLite|Oracle|PRAGMA\s|^GO\s|\[dbo\]", re.IGNORECASE | re.MULTILINE)  # fmt: skip
_MYSQL_WORDS = (b"`", b"/*!", b"mysql", b"mariadb", b"engine")
_OTHERS_WORDS = (b"postgresql", b"server", b"sqlite", b"oracle", b"pragma", b"go", b"[dbo]")
_ESCAPED_QUOTE = re.compile(rb"\\'(?=[^\s,);])")


def sniff(head: Head) -> Match:
    """Say whether the text begins as a dump and has a statement with rows or a table."""
    text = head.text
    begins = _FIRST.match(text, _LEADING.match(text).end())  # type: ignore[union-attr]
    if begins is not None and _ROWS.search(text) is not None:
        return Match.CONTENT
    return Match.NAME if head.suffix in {".sql", ".dump"} and b"\0" not in text else Match.NO


@dataclass(slots=True)
class Found:
    """Where the rows of a table lie: extents in the source, and places where rows may begin."""

    start: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    points: list[int] = field(default_factory=list)
    rows: int = 0

    @property
    def bytes(self) -> int:
        """Return how many bytes there are."""
        return sum(self.stop) - sum(self.start)


@dataclass(slots=True)
class Outline:
    """What the first pass finds in a dump."""

    ledger: Ledger
    encoding: str = ""
    backslash: bool = False
    open_end: bool = False
    tables: dict[Shape, Found] = field(default_factory=dict)
    texts: Found = field(default_factory=Found)


def open_content(content: Content, head: Head, options: Options) -> Iterator[Opened]:
    """Find the tables of a dump and yield them in the order in which they come.

    Text that isn't understood and text with numbers outside of rows is the last one, without a
    table's name. A text without any rows is read as lines.

    Raises:
        SourceError: The file can't be read.
    """
    pieces = samples.samples_of(content)
    encoding, bom, decided = samples.choose_encoding(pieces)
    ledger = Ledger()
    with content.open() as file:
        feed = Feed(file, encoding, decided, options.block_bytes, ledger, exact=True, passing=True)
        feed.skip(bom)
        backslash = escapes_by_backslash([samples.decode(one.raw, encoding, final=True)[0] for one in pieces])  # fmt: skip
        outline = take_outline(feed, ledger, backslash=backslash)
    if not outline.tables and not _ROWS.search(head.text):
        from piidetect.sources import delimited

        yield from delimited.open_content(content, head, options)
        return
    yield from _tables(content, outline, options)


def escapes_by_backslash(texts: list[bytes]) -> bool:
    """Say whether a backslash escapes in all strings of a dump, as MySQL has it."""
    joined = b"\n".join(texts)
    lower = joined.lower()
    if _holds(_MYSQL, _MYSQL_WORDS, lower) and b"postgresql database dump" not in lower:
        return _OTHERS.search(texts[0][:4096]) is None or b"`" in joined
    return _ESCAPED_QUOTE.search(joined) is not None and not _holds(_OTHERS, _OTHERS_WORDS, lower)


def _holds(pattern: re.Pattern[bytes], words: tuple[bytes, ...], lower: bytes) -> bool:
    """Search a pattern, one of whose words must be there: they are found much sooner."""
    return any(word in lower for word in words) and pattern.search(lower) is not None


def take_outline(feed: Feed, ledger: Ledger, *, backslash: bool) -> Outline:
    """Walk through a whole dump and note where what lies."""
    from piidetect.kernels.sql_rows import empty_sql_rows

    counting = empty_sql_rows(0, 0)

    def room(_shape: Shape, _size: int) -> tuple[object, int]:
        counting.tally[:] = 0
        return counting, 1 << 62

    walker = Walker(backslash, room)  # type: ignore[arg-type]
    outline = Outline(ledger)
    last: Shape | None = None
    for one in walker.walk(feed):
        places = (one.begin, one.first, one.stop) if isinstance(one, Run) else (one.begin, one.stop)
        offsets = [int(place) for place in one.piece.offsets(np.array(places, np.int64))]
        if not isinstance(one, Run):
            _note(outline.texts, offsets[0], offsets[-1], joined=False)
            last = None  # the text lies in no table
            continue
        found = outline.tables.setdefault(one.shape, Found())
        _note(found, offsets[0], offsets[-1], joined=last is one.shape)
        found.points.append(offsets[1])
        found.rows += int(one.rows.tally[0])
        last = one.shape
    outline.encoding, outline.open_end, outline.backslash = (
        feed.encoding,
        walker.open_end,
        backslash,
    )
    return outline


def _note(found: Found, start: int, stop: int, *, joined: bool) -> None:
    """Note an extent; one that follows the last one goes on with it."""
    if found.stop and (joined or found.stop[-1] == start):
        found.stop[-1] = stop
    else:
        found.start.append(start)
        found.stop.append(stop)


def _tables(content: Content, outline: Outline, options: Options) -> Iterator[Opened]:
    """Yield the tables; what no table takes of the file's bytes counts for the first."""
    names: dict[str, int] = {}
    ledger = outline.ledger
    shares = [found.bytes for found in outline.tables.values()]
    texts = outline.texts if outline.texts.start or not outline.tables else None
    inside = sum(shares) + (0 if texts is None else texts.bytes)
    rest = max(0, ledger.bytes - inside)
    yield from _concerning_all(content, outline)
    for number, (shape, found) in enumerate(outline.tables.items()):
        names[shape.table] = names.get(shape.table, 0) + 1
        again = "" if names[shape.table] == 1 else f"~{names[shape.table]}"
        share = found.bytes + (rest if number == 0 else 0)
        path = f"{content.locator}!/{shape.table}{again}"
        yield SqlTable.of(content, path, shape, found, outline, options, share)
    if texts is not None:
        share = texts.bytes if outline.tables else ledger.bytes
        yield TextBetween.of(content, texts, outline, share)


def _concerning_all(content: Content, outline: Outline) -> Iterator[Alert]:
    """Yield the alerts on the dump as a whole."""
    ledger, size = outline.ledger, content.bytes
    if ledger.status == "partial":
        yield Alert(content.locator, "read_error", ledger.reason, None, ledger.bytes)
    elif ledger.bytes < size:
        ledger.status = "partial"
        ledger.reason = f"the file was {size} bytes long and ended at {ledger.bytes}"
        yield Alert(content.locator, "truncated", ledger.reason, None, ledger.bytes)
    elif ledger.bytes > size:
        message = f"the file grew from {size} to {ledger.bytes} bytes while it was read"
        yield Alert(content.locator, "grew", message, None, size)
    if outline.open_end:
        message = "the dump ends in the middle of a statement; what follows is missing"
        yield Alert(content.locator, "cut_off", message, None, ledger.bytes)
    if ledger.undecodable:
        message = f"{ledger.undecodable} sequences are no {outline.encoding} and were replaced"
        yield Alert(content.locator, "undecodable", message, None, ledger.undecodable_offsets[0])
    if ledger.nul_bytes:
        message = f"{ledger.nul_bytes} NUL characters were kept as they are"
        yield Alert(content.locator, "nul_bytes", message)
