# SPDX-License-Identifier: Apache-2.0
"""Logs of programs: a message is a record with its time.

Told by the form of most lines: access logs of web servers (Apache's common and combined form, which
nginx has too), syslog (RFC 3164, RFC 5424), Android's logcat (threadtime), and lines that begin with a
time and a level, as log4j, Python's logging and nginx's error log write them. In all but access logs
a line that begins no message goes on with the one before, such as a stack trace does.
"""

from __future__ import annotations

import re
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

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE|ALERT|EMERG|CRIT)"
_DAY_TIME = r"\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_QUOTED = r'"((?:[^"\\]|\\.)*)"'

#: Name → (pattern of a line whose groups are the columns, columns, whether a message may have more lines).
_FORMS: dict[str, tuple[re.Pattern[str], list[str], bool]] = {
    "access": (
        re.compile(
            rf"(\S+) (\S+) (\S+|[^\[\t]{{1,64}}?) \[(\d\d?/{_MONTH}/\d{{4}}:[\d:]{{8}}(?: [+-]\d{{4}})?)\] "
            rf"{_QUOTED} (\d{{3}}|-) (\d+|-)(?: {_QUOTED} {_QUOTED})?(?: (.*))?"
        ),
        ["IP地址", "标识", "用户", "时间", "请求", "状态", "字节数", "来源", "客户端", "其余"],
        False,
    ),
    "syslog": (
        re.compile(
            rf"(?:<\d{{1,3}}>)?({_MONTH} [ \d]\d \d\d:\d\d:\d\d) ([\w.:-]{{1,255}}) "
            r"([^\s:\[\]]{1,64})(?:\[(\d+)\])?: ?(.*)"
        ),
        ["时间", "主机", "程序", "进程", "正文"],
        True,
    ),
    "syslog-5424": (
        re.compile(
            rf"<\d{{1,3}}>\d ({_DAY_TIME}|-) (\S{{1,255}}) (\S{{1,48}}) (\S{{1,128}}) (\S{{1,32}}) (.*)"
        ),
        ["时间", "主机", "程序", "进程", "类型", "正文"],
        True,
    ),
    "logcat": (
        re.compile(
            r"((?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,6}) +(\d+) +(\d+) ([VDIWEFS]) ([^:]{0,128}?) *: ?(.*)"
        ),
        ["时间", "进程", "线程", "级别", "标签", "正文"],
        True,
    ),
    "messages": (
        re.compile(
            rf"\[?({_DAY_TIME})\]? *(?:\[[^\]]{{0,64}}\] *)?[\[(<]?({_LEVEL})[\])>]?(?:[ :|-] *|$)(.*)",
            re.IGNORECASE,
        ),
        ["时间", "级别", "正文"],
        True,
    ),
}

#: Lines by which a file is told, the fewest of them, and characters of a message at most.
_LINES, _FEWEST, _LONGEST = 200, 3, 1 << 22


def sniff(head: Head) -> Match:
    """Say whether most of the first lines begin a message of one form."""
    return Match.CONTENT if _form_of(head.text) else Match.NO


def _form_of(text: bytes) -> str:
    """Return the name of the form that text has, or ''."""
    lines = text[: 1 << 15].decode("utf-8", "replace").splitlines()
    if len(lines) > _FEWEST:
        lines.pop()  # it may be cut
    lines = [line for line in lines if line.strip()][:_LINES]
    for name, (pattern, _, more) in _FORMS.items():
        begun = sum(pattern.fullmatch(line) is not None for line in lines)
        if begun >= _FEWEST and begun * (3 if more else 1.25) >= len(lines):
            return name
    return ""


def open_content(content: Content, head: Head, options: Options) -> list[RowSource]:
    """Open the messages as one table.

    Raises:
        SourceError: It can't be read.
    """
    name = _form_of(head.text)
    pattern, header, more = _FORMS[name]

    def rows(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Row]:
        lines = lines_of_content(content, head, options, ledger)
        yield from _messages(lines, pattern, more=more)

    form = {"form": name}
    return [
        RowSource(content.locator, "log", header, len(header), rows, head.encoding[0], dialect=form)
    ]


def _messages(
    lines: Iterator[tuple[int, str]], pattern: re.Pattern[str], *, more: bool
) -> Iterator[Row]:
    """Yield the messages; lines that belong to none are scanned as text."""
    offset = size = 0
    cells: list[str] = []
    rest: list[str] = []
    for place, line in lines:
        begun = pattern.fullmatch(line)
        if begun is None and more and cells and size + len(line) < _LONGEST:
            rest.append(line)
            size += len(line)
            continue
        if cells:
            yield _row(offset, cells, rest)
        cells, rest, size = [], [], 0
        if begun is None:
            yield Row(place, [line.strip()], RowKind.TEXT)
        else:
            offset, cells = place, [group or "" for group in begun.groups()]
    if cells:
        yield _row(offset, cells, rest)


def _row(offset: int, cells: list[str], rest: list[str]) -> Row:
    """Return a message as a row; what more lines it has belongs to its last column."""
    if rest:
        cells[-1] = "\n".join([cells[-1], *rest])
    return Row(offset, cells)
