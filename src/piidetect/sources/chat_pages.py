# SPDX-License-Identifier: Apache-2.0
"""Chats as web pages, as QQ's message manager and exporters of WeChat chats write them.

The pages differ, but each message shows its sender, its time and its text, in blocks of their own or on
one line. So the page is taken apart into lines of text; lines that are a time, or a time and a
name, begin a message. Whether the name stands before or after the time is told by which of
the two lines repeats: there are few senders and many texts. Pages with tables are no chats.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from piidetect.schema import RowKind
from piidetect.sources import html_tables
from piidetect.sources.chat import HEADER
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

_TIME = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]*\d{1,2}:\d{2}(?::\d{2})?"
_ALONE = re.compile(_TIME)
_BEHIND = re.compile(rf"([^\t]{{1,64}}?)[ (（]+({_TIME})[)）]?[:：]?")
_BEFORE = re.compile(rf"({_TIME})[ ]+([^\t]{{1,64}}?)[:：]?")
_NUMBER = re.compile(r"(.*?)[(（<](?:(\d{5,12})|([^<>()\s]{3,80}@[^<>()\s]{1,80}))[)）>]")

#: What doesn't end a line; and what is no text of a message.
_INLINE = {
    "a",
    "b",
    "big",
    "em",
    "font",
    "i",
    "img",
    "s",
    "small",
    "strong",
    "sub",
    "sup",
    "u",
    "wbr",
}
_SILENT = {"script", "style", "title"}

#: Messages by which a page is told, and cells of a row from which on it is a table.
_FEWEST, _CELLS = 3, 3


class _Lines(HTMLParser):
    """Takes a page apart into lines; `cells` is the most that a row of a table has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.hidden: list[str] = []
        self.cells = self._cells = 0
        self._text = ""
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """End a line; keep what attributes say."""
        if tag not in _INLINE:
            self._end()
        self._silent += tag in _SILENT
        if tag == "tr":
            self._cells = 0
        elif tag in {"td", "th"}:
            self._cells += 1
            self.cells = max(self.cells, self._cells)
        for name, value in attrs:
            if value and name in {"href", "value", "content", "title", "alt"}:
                self.hidden.append(value)

    def handle_endtag(self, tag: str) -> None:
        """End a line."""
        if tag not in _INLINE:
            self._end()
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        """Take text; of scripts it is hidden."""
        if self._silent:
            self.hidden.append(data)
        else:
            self._text += data

    def handle_comment(self, data: str) -> None:
        """Take a comment."""
        self.hidden.append(data)

    def unknown_decl(self, data: str) -> None:
        """Take a section such as CDATA."""
        self.hidden.append(data)

    def close(self) -> None:
        """Take what is left."""
        super().close()
        self._end()

    def _end(self) -> None:
        self.lines += [line.strip() for line in self._text.splitlines() if line.strip()]
        self._text = ""


def _taken_apart(text: str) -> _Lines:
    page = _Lines()
    page.feed(text)
    page.close()
    return page


def sniff(head: Head) -> Match:
    """Say whether a page without tables has lines that begin messages."""
    if html_tables.sniff(head) == Match.NO:
        return Match.NO
    page = _taken_apart(head.text.decode("utf-8", "replace"))
    begun = sum(_begins(line) for line in page.lines)
    return Match.CONTENT if begun >= _FEWEST and page.cells < _CELLS else Match.NO


def _begins(line: str) -> bool:
    return any(pattern.fullmatch(line) for pattern in (_ALONE, _BEHIND, _BEFORE))


def open_content(content: Content, head: Head, _options: Options) -> list[RowSource]:
    """Return the messages as one table; what stands in no message is scanned as text.

    Raises:
        SourceError: It can't be read or is too large.
    """

    def rows(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Row]:
        page = _taken_apart(whole_text(content, head))
        number = 0
        for number, row in enumerate(_messages(page.lines)):
            yield row._replace(offset=number)
        for text in page.hidden:
            for line in filter(str.strip, text.splitlines()):
                number += 1
                yield Row(number, [line.strip()], RowKind.TEXT)
        digest_content(content, ledger)

    return [RowSource(content.locator, "chat-html", HEADER, len(HEADER), rows, head.encoding[0])]


def _messages(lines: list[str]) -> Iterator[Row]:
    """Yield the messages, and the lines before the first one."""
    times = [at for at, line in enumerate(lines) if _ALONE.fullmatch(line)]
    before = {lines[at - 1] for at in times if at}
    after = {lines[at + 1] for at in times if at + 1 < len(lines)}
    leading = len(before) <= len(after)  # the sender stands before the time
    heads = _heads(lines, set(times), leading=leading)
    edges = [*(first for first, *_ in heads), len(lines)]
    for line in lines[: edges[0]]:
        yield Row(0, [line], RowKind.TEXT)
    for (_, sender, time, begin), stop in zip(heads, edges[1:], strict=True):
        named = _NUMBER.fullmatch(sender)
        who = [named[1].strip(), named[2] or "", named[3] or ""] if named else [sender, "", ""]
        yield Row(0, [*who, "", time, "\n".join(lines[begin:stop])])


def _heads(lines: list[str], times: set[int], *, leading: bool) -> list[tuple[int, str, str, int]]:
    """Return (first line, sender, time, where the text begins) of each message."""
    heads: list[tuple[int, str, str, int]] = []
    free = 0  # lines before it belong to the message before
    for at, line in enumerate(lines):
        if at < free:
            continue
        if at in times:
            if leading and at > free:
                heads.append((at - 1, lines[at - 1], line, at + 1))
            elif not leading and at + 1 < len(lines) and at + 1 not in times:
                heads.append((at, lines[at + 1], line, at + 2))
            else:
                heads.append((at, "", line, at + 1))
            free = heads[-1][3]
            continue
        behind, ahead = _BEHIND.fullmatch(line), _BEFORE.fullmatch(line)
        if ahead is not None:
            heads.append((at, ahead[2].strip(), ahead[1], at + 1))
        elif behind is not None:
            heads.append((at, behind[1].strip(), behind[2], at + 1))
    return heads
