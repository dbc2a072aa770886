# SPDX-License-Identifier: Apache-2.0
"""vCard and iCalendar: a card, event or task a record."""

from __future__ import annotations

import quopri
import re
from typing import TYPE_CHECKING, Any

from piidetect.sources.lines import lines_of_content
from piidetect.sources.records import Record, record_table
from piidetect.sources.registry import Match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.rows import RowSource

_BEGINS = re.compile(rb"\s*BEGIN:V(CARD|CALENDAR)\s", re.IGNORECASE)
_PROPERTY = re.compile(
    r"(?:[\w-]+\.)?([\w-]+)((?:;[^:\";]*(?:\"[^\"]*\"[^:\";]*)*)*):(.*)", re.DOTALL
)
_RECORDS = {"VCARD", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"}
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "N": "\n"}


def sniff(head: Head) -> Match:
    """Say whether the text begins as a card or calendar."""
    return Match.CONTENT if _BEGINS.match(head.text) else Match.NO


def open_content(content: Content, head: Head, options: Options) -> list[RowSource]:
    """Open cards or a calendar as one table."""

    def records(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Record]:
        yield from _records(lines_of_content(content, head, options, ledger))

    kind = "vcard" if b"VCARD" in head.text[:200].upper() else "icalendar"
    return [record_table(content.locator, kind, records, encoding=head.encoding[0])]


def _records(lines: Iterator[tuple[int, str]]) -> Iterator[Record]:
    """Yield the records; what is no property is text."""
    record: dict[str, Any] | None = None
    around: dict[str, Any] = {}
    begin = 0
    for offset, line in _unfolded(lines):
        match = _PROPERTY.fullmatch(line)
        if match is None:
            yield Record(offset, line, broken=True)
            continue
        name, parameters, text = match[1].upper(), match[2], match[3]
        kind = text.strip().upper()
        if name == "BEGIN" and kind in _RECORDS:
            if record:
                yield Record(begin, record)
            record, begin = {}, offset
        elif name == "END" and kind in _RECORDS:
            if record is not None:
                yield Record(begin, record)
            record = None
        elif name not in {"BEGIN", "END"}:
            _add(around if record is None else record, name, _plain(text, parameters))
    if record:
        yield Record(begin, record)
    if around:
        yield Record(0, around)


def _add(record: dict[str, Any], name: str, text: str) -> None:
    """Add a property; one that comes again gets a number."""
    number, key = 1, name
    while key in record:
        number += 1
        key = f"{name}{number}"
    record[key] = text


def _plain(text: str, parameters: str) -> str:
    """Return the text of a value: quoted-printable and escapes resolved."""
    if "QUOTED-PRINTABLE" in parameters.upper():
        charset = re.search(r"CHARSET=\"?([\w-]+)", parameters, re.IGNORECASE)
        name = charset[1].lower() if charset else "utf-8"
        name = "gb18030" if name in {"gbk", "gb2312", "gb18030"} else "utf-8"
        text = quopri.decodestring(text.encode("utf-8", "surrogatepass")).decode(name, "replace")
    return _ESCAPED.sub(lambda one: _ESCAPES.get(one[1], one[1]), text)


def _unfolded(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join lines that go on: after a blank at the start, or `=` at the end of quoted-printable."""
    begin, text = 0, ""
    for offset, line in lines:
        soft = text.endswith("=") and "QUOTED-PRINTABLE" in text.partition(":")[0].upper()
        if text and len(text) < 1 << 20 and (soft or line[0] in " \t"):
            text = text[:-1] + line.lstrip() if soft else text + line[1:]
            continue
        if text:
            yield begin, text
        begin, text = offset, line
    if text:
        yield begin, text
