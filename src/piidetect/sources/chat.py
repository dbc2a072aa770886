# SPDX-License-Identifier: Apache-2.0
"""Chats as text: what QQ's message manager and the usual exporters of WeChat chats write.

A message is a record. Two forms are told apart: a line with time and sender above the text
(`2017-02-25 10:40:20 小王(10001)`, as QQ writes it, one or several chats in a file), and
`小王(2020-01-01 12:00:00):text`. Lines up to the next message belong to the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from piidetect.schema import RowKind
from piidetect.sources.lines import lines_of_content
from piidetect.sources.registry import Match
from piidetect.sources.rows import Row, RowSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options

#: The columns: as those of e-mails, and the sender's QQ number or e-mail address where it stands there.
HEADER = ["发件人", "QQ号", "邮箱", "收件人", "时间", "正文"]

_TIME = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}(?::\d{2})?"
_ABOVE = re.compile(
    rf"({_TIME})[ ]+(?:【[^】]{{0,20}}】)?([^\t]{{0,64}}?)"
    r"(?:[(（](\d{5,12})[)）]|<([^<>\s]{3,80}@[^<>\s]{1,80})>)?\s*[:：]?\s*"
)
_BEFORE = re.compile(rf"([^\t]{{1,64}}?)[(（]({_TIME})[)）]\s*[:：]\s?(.*)", re.DOTALL)
_PARTNER = re.compile(r"消息对象[:：]\s*(.*)")
_BANNER = re.compile(r"=+|消息记录（此消息记录为文本格式.*|消息分组[:：].*")
_QQ = "消息记录（此消息记录为文本格式".encode()

#: Messages by which a file is told, and characters of a text at most: a longer one is cut.
_FEWEST, _LONGEST = 3, 1 << 22


def sniff(head: Head) -> Match:
    """Say whether most of the first lines with a time begin a message."""
    text = head.text
    if text[:200].lstrip(b"\xef\xbb\xbf\r\n ").startswith(_QQ):
        return Match.MAGIC
    lines = [line.strip() for line in text[:16384].decode("utf-8", "replace").splitlines()]
    inline = sum(_BEFORE.fullmatch(line) is not None for line in lines)
    if inline >= _FEWEST and 2 * inline >= sum(map(bool, lines)):
        return Match.CONTENT
    begins = [at for at, line in enumerate(lines) if _ABOVE.fullmatch(line) is not None]
    alone = sum(
        (at == 0 or not lines[at - 1])
        and at + 1 < len(lines)
        and lines[at + 1] != ""
        and _ABOVE.fullmatch(lines[at + 1]) is None
        for at in begins
    )
    return Match.CONTENT if alone >= _FEWEST and 5 * alone >= 4 * len(begins) else Match.NO


def open_content(content: Content, head: Head, options: Options) -> list[RowSource]:
    """Open the messages as one table.

    Raises:
        SourceError: It can't be read.
    """

    def rows(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Row]:
        yield from _Reader().rows(lines_of_content(content, head, options, ledger))

    return [
        RowSource(content.locator, "chat", HEADER, len(HEADER), rows, encoding=head.encoding[0])
    ]


@dataclass(slots=True)
class _Message:
    """A message of which more lines may come."""

    offset: int
    sender: str
    number: str
    mail: str
    receiver: str
    time: str
    lines: list[str] = field(default_factory=list)

    def row(self) -> Row:
        text = "\n".join(self.lines)
        who = [self.sender, self.number, self.mail, self.receiver]
        return Row(self.offset, [*who, self.time, text])


@dataclass(slots=True)
class _Reader:
    """Puts lines together to messages; `partner` is whom the chat is with, as far as that is said."""

    partner: str = ""
    named: bool = True  # whether a message tells the partner
    place: int = 0

    def rows(self, lines: Iterator[tuple[int, str]]) -> Iterator[Row]:
        """Yield the messages; text before the first one, and of chats without any, as text."""
        message: _Message | None = None
        size = 0
        for offset, line in lines:
            begun = self._begin(offset, line.strip())
            partner = None if begun else _PARTNER.fullmatch(line.strip())
            if message and (begun or partner or size > _LONGEST):
                yield message.row()
                message, size = (None if partner else message), 0
                if message and not begun:
                    message = replace(message, offset=offset, lines=[])
            if begun:
                message, self.named = begun, True
            elif partner:
                yield from self._unnamed()
                self.partner, self.named, self.place = partner[1].strip(), False, offset
            elif _BANNER.fullmatch(line.strip()) is None:
                size += len(line)
                if message is None:
                    yield Row(offset, [line.strip()], RowKind.TEXT)
                else:
                    message.lines.append(line)
        if message:
            yield message.row()
        yield from self._unnamed()

    def _unnamed(self) -> Iterator[Row]:
        """Yield the partner of a chat without messages as text."""
        if not self.named:
            yield Row(self.place, [self.partner], RowKind.TEXT)

    def _begin(self, offset: int, line: str) -> _Message | None:
        """Return the message that a line begins."""
        above = _ABOVE.fullmatch(line)
        if above is not None:
            name = above[2].strip()
            receiver = "" if name == self.partner else self.partner
            return _Message(offset, name, above[3] or "", above[4] or "", receiver, above[1])
        before = _BEFORE.fullmatch(line)
        if before is None:
            return None
        name = before[1].strip()
        receiver = "" if name == self.partner else self.partner
        return _Message(offset, name, "", "", receiver, before[2], [before[3]])
