# SPDX-License-Identifier: Apache-2.0
"""HTML: each table a table; the text around them is scanned as text. Up to 256 MiB."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from piidetect.schema import RowKind
from piidetect.sources.digesting import digest_content
from piidetect.sources.lines import whole_text
from piidetect.sources.registry import Match
from piidetect.sources.rows import Row, RowSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options

#: What tells an HTML page near its beginning.
SIGNS = re.compile(rb"<!DOCTYPE\s+html|<html[\s>]|<table[\s>]|<body[\s>]", re.IGNORECASE)
_SILENT = {"script", "style"}
_BREAKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "dt", "dd", "option", "section"}


def sniff(head: Head) -> Match:
    """Say whether the text has the signs of HTML near its beginning."""
    text = head.text.lstrip()
    if text[:1] != b"<" or SIGNS.search(text[:4096]) is None:
        return Match.NO
    return Match.CONTENT


@dataclass(slots=True)
class _Table:
    """A table: rows of (cells, whether all are headings)."""

    rows: list[tuple[list[str], bool]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    headings: int = 0
    open: bool = False


class _Parser(HTMLParser):
    """Collects tables and the text outside of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.open: list[_Table] = []
        self.text: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, row or cell; keep addresses that links name."""
        if tag in _SILENT:
            self.silent += 1
        elif tag == "table":
            self.open.append(_Table())
            self.tables.append(self.open[-1])
        elif tag == "tr":
            self._end_row()
        elif tag in {"td", "th"} and self.open:
            table = self.open[-1]
            table.cells.append("")
            table.headings += tag == "th"
            table.open = True
        elif tag in _BREAKS:
            self._say("\n")
        for name, value in attrs:
            if value and name in {"href", "value", "content", "title", "alt"}:
                self._say(f" {value} ")

    def handle_endtag(self, tag: str) -> None:
        """Close a table, row or cell."""
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "tr":
            self._end_row()
        elif tag == "table" and self.open:
            self._end_row()
            self.open.pop()
        elif tag in {"td", "th"} and self.open:
            self.open[-1].open = False
        elif tag in _BREAKS:
            self._say("\n")

    def handle_data(self, data: str) -> None:
        """Take text, of scripts too."""
        self._say(data)

    def handle_comment(self, data: str) -> None:
        """Take a comment."""
        self._say(f"\n{data}\n")

    def _say(self, text: str) -> None:
        if self.open and self.open[-1].open:
            self.open[-1].cells[-1] += text
        else:
            self.text.append(text)

    def _end_row(self) -> None:
        if self.open and self.open[-1].cells:
            table = self.open[-1]
            cells = [" ".join(cell.split()) for cell in table.cells]
            table.rows.append((cells, table.headings == len(cells)))
            table.cells, table.headings, table.open = [], 0, False

    def finish(self) -> None:
        """Close what is open."""
        self.close()
        while self.open:
            self._end_row()
            self.open.pop()


def open_content(content: Content, head: Head, options: Options) -> Iterator[RowSource]:
    """Yield the tables of an HTML text, then the text around them.

    Raises:
        SourceError: It can't be read or is too large.
    """
    parser = _Parser()
    parser.feed(whole_text(content, head))
    parser.finish()
    tables = [table for table in parser.tables if table.rows]
    lines = [line for line in "".join(parser.text).splitlines() if line.strip()]
    for number, table in enumerate(tables, 1):
        path = content.locator if len(tables) == 1 else f"{content.locator}!/table{number}"
        yield _source(content, head, path, table, options, first=number == 1)
    if lines or not tables:
        texts = [Row(number, [line.strip()], RowKind.TEXT) for number, line in enumerate(lines)]
        path = f"{content.locator}!/text" if tables else content.locator
        yield _of_rows(content, head, path, None, 1, texts, first=not tables)


def _source(
    content: Content, head: Head, path: str, table: _Table, options: Options, *, first: bool
) -> RowSource:
    """Return a table; its heading is a first row of headings or of known names."""
    (top, headings), *others = table.rows
    known = options.known is not None and sum(map(options.known, top)) * 2 > len(top)
    header = top if headings or known else None
    rows = [cells for cells, _ in (others if header else table.rows)]
    width = max(map(len, [cells for cells, _ in table.rows]))
    filled = [
        Row(number, [*cells, *[""] * (width - len(cells))]) for number, cells in enumerate(rows)
    ]
    names = None if header is None else [*header, *[""] * (width - len(header))]
    return _of_rows(content, head, path, names, width, filled, first=first)


def _of_rows(
    content: Content, head: Head, path: str, header: list[str] | None, width: int, rows: list[Row], *, first: bool
) -> RowSource:  # fmt: skip
    """Return rows at hand as a source."""

    def read(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Row]:
        yield from rows
        digest_content(content, ledger)
        ledger.bytes = ledger.bytes if first else 0

    return RowSource(path, "html", header, width, read, head.encoding[0])
