# SPDX-License-Identifier: Apache-2.0
"""The event table: who did what to whom, when, with which sources; refused whole if a row is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError
from piidetect.filled_table import day_of, find_columns, read_lines
from piidetect.refusal import Problem, RowsRefused

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from piidetect.case_folder import Folder

ACQUIRE, SELL, PROVIDE, PUBLISH = ACTS = ("acquire", "sell", "provide", "publish")
#: Words that mean an act.
_ACTS: dict[str, str] = {
    **{act: act for act in ACTS},
    **dict.fromkeys(
        ("获取", "非法获取", "购买", "收受", "窃取", "交换取得", "buy", "steal"), ACQUIRE
    ),
    **dict.fromkeys(("出售", "贩卖", "卖出"), SELL),
    **dict.fromkeys(("提供", "非法提供", "give"), PROVIDE),
    **dict.fromkeys(("公开", "发布", "公布"), PUBLISH),
}
COLUMNS: tuple[str, ...] = ("actor", "act", "counterparty", "date", "sources")
_HEADINGS: dict[str, str] = {
    **{name: name for name in COLUMNS},
    **dict.fromkeys(("行为人", "被告人", "被告"), "actor"),
    **dict.fromkeys(("行为", "行为方式"), "act"),
    **dict.fromkeys(("相对方", "对方", "相对人"), "counterparty"),
    **dict.fromkeys(("日期", "时间"), "date"),
    **dict.fromkeys(("来源", "文件", "数据来源", "source"), "sources"),
}
#: The counterparty of what was published.
PUBLIC = "(public)"
ALL = "*"
_SEPARATOR = ";"


@dataclass(frozen=True)
class Event:
    """One event: ``parts`` are the numbers of the case's parts; ``date`` is None if it isn't known."""

    actor: str
    act: str
    counterparty: str
    date: dt.date | None
    parts: frozenset[int]


def read_events(events: str | os.PathLike[str] | pd.DataFrame, folder: Folder) -> list[Event]:
    """Return the events of a CSV file or a DataFrame.

    Columns: actor, act (acquire, sell, provide, publish), counterparty (to whom; for acquire it may be
    empty), date (may be empty), sources (paths or unique endings of paths, ``;`` between them, ``*``
    for all). The headings and acts may be Chinese.

    Raises:
        ArgumentError: the file can't be read or has no event.
        RowsRefused: columns are missing, or rows have unknown sources, bad dates or unknown acts.
    """
    name, lines = read_lines(events, "event table")
    places = find_columns(name, lines, COLUMNS, _HEADINGS)
    known = Sources([part.meta["path"] for part in folder.parts])
    problems: list[Problem] = []
    found = []
    for line, cells in lines[1:]:
        if any(cells):
            row = {key: cells[at] if at < len(cells) else "" for key, at in places.items()}
            event = _event(line, row, known, problems)
            if event is not None:
                found.append(event)
    if problems:
        raise RowsRefused(name, problems)
    if not found:
        raise ArgumentError(f"{name} has no event; give a row for each act")
    return found


class Sources:
    """Finds parts by path, or by the end of a path if only one has it."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths

    def find(self, text: str) -> frozenset[int]:
        """Return the parts, none if it is unknown, several if it is ambiguous."""
        exact = [at for at, path in enumerate(self.paths) if path == text]
        # The end of a path begins at a folder or, in an archive, at a member.
        ends = tuple(f"{mark}{text}" for mark in ("/", "\\", "!"))
        return frozenset(exact or [at for at, path in enumerate(self.paths) if path.endswith(ends)])


def _event(
    line: int, row: Mapping[str, str], known: Sources, problems: list[Problem]
) -> Event | None:
    before = len(problems)
    act = _ACTS.get(row["act"].casefold())
    if not row["actor"]:
        problems.append(Problem(line, "actor", "is empty; say who did it"))
    if act is None:
        what = f"{row['act'][:20]!r} is no act; use acquire, sell, provide or publish (获取, 出售, 提供, 公开)"
        problems.append(Problem(line, "act", what))
    counterparty = PUBLIC if act == PUBLISH else row["counterparty"]
    if act in {SELL, PROVIDE} and not counterparty:
        what = "is empty; say to whom (art. 11 counts each recipient apart)"
        problems.append(Problem(line, "counterparty", what))
    date = day_of(line, "date", row["date"], problems)
    parts = _parts(line, row["sources"], known, problems)
    if len(problems) > before or act is None:
        return None
    return Event(row["actor"], act, counterparty, date, parts)


def _parts(line: int, text: str, known: Sources, problems: list[Problem]) -> frozenset[int]:
    if text == ALL:
        return frozenset(range(len(known.paths)))
    names = [name.strip() for name in text.split(_SEPARATOR) if name.strip()]
    if text.strip() and known.find(text.strip()):  # a path that holds the separator
        names = [text.strip()]
    if not names:
        what = "is empty; name the sources, with ; between them, or * for all"
        problems.append(Problem(line, "sources", what))
    parts: set[int] = set()
    for name in names:
        found = known.find(name)
        if not found:
            what = f"{name[:80]!r} is no source of the case; `piidetect report` lists them"
            problems.append(Problem(line, "sources", what))
        elif len(found) > 1 and len({known.paths[at] for at in found}) > 1:
            what = f"{name[:80]!r} is the end of {len(found)} paths; give more of the path"
            problems.append(Problem(line, "sources", what))
        parts |= found
    return frozenset(parts)
