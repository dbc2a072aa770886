# SPDX-License-Identifier: Apache-2.0
"""Redis as text: append-only files and protocol dumps, a command a record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from piidetect.sources.digesting import DigestingFile
from piidetect.sources.records import Record, record_table, text_of
from piidetect.sources.registry import Match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.rows import RowSource

_COMMAND = re.compile(rb"\*(\d{1,7})\r?\n(?=\$\d)")
_LENGTH = re.compile(rb"\$(\d{1,10})\r?\n")
_STEP, _MOST = 1 << 22, 1 << 26


def sniff(head: Head) -> Match:
    """Say whether the text begins with a command of the protocol."""
    return Match.CONTENT if _COMMAND.match(head.raw) else Match.NO


def open_content(content: Content, _head: Head, _options: Options) -> list[RowSource]:
    """Open commands as one table: the command, its key and its values."""

    def records(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Record]:
        with content.open() as file:
            reading = DigestingFile(file)
            yield from _commands(reading)
            reading.finish(ledger)

    return [record_table(content.locator, "redis", records, encoding="utf-8")]


def _commands(file: DigestingFile) -> Iterator[Record]:
    """Yield the commands; bytes between them are text."""
    data, at, begin, final = b"", 0, 0, False  # `begin`: offset of `data`
    while at < len(data) or not final:
        taken = _command(data, at)
        if taken is None and not final and len(data) - at < _MOST:
            more = bytearray(_STEP)
            count = file.readinto(more)
            final = not count
            data, begin, at = data[at:] + bytes(more[:count]), begin + at, 0
            continue
        if taken is not None:
            words, stop = taken
            yield Record(begin + at, _named([text_of(word) for word in words]))
        else:
            following = _COMMAND.search(data, at + 1)
            stop = len(data) if following is None else following.start()
            text = data[at:stop].decode("utf-8", "replace")
            if text.strip():
                yield Record(begin + at, text, broken=True)
        at = stop


def _named(texts: list[str]) -> dict[str, str]:
    """Return the words of a command with names."""
    names = ("command", "key", "value", *(f"value{number}" for number in range(2, len(texts))))
    return dict(zip(names, texts, strict=False))


def _command(data: bytes, begin: int) -> tuple[list[bytes], int] | None:
    """Return the words of the command at `begin` and where it ends, if it is whole."""
    match = _COMMAND.match(data, begin)
    if match is None:
        return None
    at, words = match.end(), []
    for _ in range(int(match[1])):
        length = _LENGTH.match(data, at)
        if length is None or length.end() + int(length[1]) > len(data):
            return None
        stop = length.end() + int(length[1])
        words.append(data[length.end() : stop])
        at = stop
        while data[at : at + 1] in {b"\r", b"\n"}:
            at += 1
    return words, at
