# SPDX-License-Identifier: Apache-2.0
"""Leads from volunteers: where, what was seen, when; joined to the sources of a case.

A lead belongs to the sources that ``where`` names: a path or the unique end of one, a pattern with
``*`` and ``?``, or else a text of two characters or more that stands in the path (compared without case,
width and spaces). Leads that name none are listed, not dropped. Numbers and addresses of persons that
were typed into a lead are masked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from piidetect.errors import ArgumentError
from piidetect.events.table import Sources
from piidetect.filled_table import day_of, find_columns, read_lines
from piidetect.refusal import Problem, RowsRefused

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Sequence

    import pandas as pd

    from piidetect.case import Case

COLUMNS = ("where", "what", "when")
_HEADINGS: dict[str, str] = {
    **{name: name for name in COLUMNS},
    **dict.fromkeys(("地点", "何处", "对象", "位置", "哪里"), "where"),
    **dict.fromkeys(("情况", "所见", "发现情况", "内容", "看到什么"), "what"),
    **dict.fromkeys(("时间", "日期", "何时", "date"), "when"),
}
_LEAST = 2
#: Digits of a number that may be somebody's, with what is put between them; dates are let through.
_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9Xx]){6,}")
_DAY = re.compile(r"(?:19|20)[0-9]{2}(-?)[0-9]{2}\1[0-9]{2}")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass(frozen=True)
class Lead:
    """A lead: the line of the table, its texts (masked), the day, and what it was joined to.

    ``parts`` are the numbers of the case's parts; ``shown`` the headings in them that ``what`` names.
    """

    line: int
    where: str
    what: str
    when: dt.date | None
    parts: tuple[int, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Leads:
    """The leads, and the paths of the case's parts."""

    leads: Sequence[Lead]
    paths: Sequence[str]

    @property
    def matched(self) -> list[Lead]:
        """Return the leads that belong to sources."""
        return [lead for lead in self.leads if lead.parts]

    @property
    def unmatched(self) -> list[Lead]:
        """Return the leads that name no source of the case."""
        return [lead for lead in self.leads if not lead.parts]

    @property
    def table(self) -> pd.DataFrame:
        """Return one row a lead: line, where, what, when, sources, shown."""
        import pandas as pd

        names = ["line", *COLUMNS, "sources", "shown"]
        rows = [self.as_dict(lead) for lead in self.leads]
        return pd.DataFrame(rows, columns=names, dtype=object).astype({"line": "int64"})

    def as_dict(self, lead: Lead) -> dict[str, Any]:
        """Return a lead as plain values, its sources by path."""
        return {
            "line": lead.line,
            "where": lead.where,
            "what": lead.what,
            "when": None if lead.when is None else lead.when.isoformat(),
            "sources": [self.paths[part] for part in lead.parts],
            "shown": list(lead.shown),
        }


def read_leads(case: Case, table: str | os.PathLike[str] | pd.DataFrame) -> Leads:
    """Return the leads of a table, joined to the sources of a case.

    Args:
        case: the case.
        table: a CSV file (UTF-8 or GB18030) or a DataFrame with where, what, when; headings may be
            Chinese (地点, 情况, 时间).

    Raises:
        ArgumentError: the file can't be read or has no lead.
        RowsRefused: columns are missing, or rows lack where or what, or have a bad date.
    """
    name, lines = read_lines(table, "table of leads")
    places = find_columns(name, lines, COLUMNS, _HEADINGS)
    problems: list[Problem] = []
    known = _Known(case)
    found = []
    for line, cells in lines[1:]:
        if any(cells):
            row = {key: cells[at] if at < len(cells) else "" for key, at in places.items()}
            found.append(_lead(line, row, known, problems))
    if problems:
        raise RowsRefused(name, problems)
    if not found:
        raise ArgumentError(f"{name} has no lead; give a row for each")
    return Leads(found, known.paths)


def masked(text: str) -> str:
    """Return a text in which what may be somebody's number or e-mail address is starred.

    >>> masked("打139-0577-0001，2024-05-01见到 u1@mail.example")
    '打139**********，2024-05-01见到 u1@***'
    """
    folded = unicodedata.normalize("NFKC", text)
    folded = _MAIL.sub(lambda found: found[0][:3] + "***", folded)
    return _NUMBER.sub(lambda found: _starred(found[0]), folded)


def _starred(number: str) -> str:
    return number if _DAY.fullmatch(number) else number[:3] + "*" * (len(number) - 3)


class _Known:
    """The sources and headings of a case, to be found by what a lead says."""

    def __init__(self, case: Case) -> None:
        self.paths = [part.meta["path"] for part in case.parts]
        self._sources = Sources(self.paths)
        self._plain = [_plain(path) for path in self.paths]
        self._headings = [
            sorted({column["header"] for column in part.meta["columns"] if column["header"]})
            for part in case.parts
        ]

    def parts(self, where: str) -> tuple[int, ...]:
        """Return the parts that a place means."""
        found = self._sources.find(where)
        if not found and any(mark in where for mark in "*?"):
            found = frozenset(at for at, path in enumerate(self.paths) if fnmatchcase(path, where))
        text = _plain(where)
        if not found and len(text) >= _LEAST:
            found = frozenset(at for at, path in enumerate(self._plain) if text in path)
        return tuple(sorted(found))

    def headings(self, parts: Sequence[int], what: str) -> tuple[str, ...]:
        """Return the headings of these parts that a text names."""
        text = _plain(what)
        names = {heading for part in parts for heading in self._headings[part]}
        return tuple(
            sorted(name for name in names if len(_plain(name)) >= _LEAST and _plain(name) in text)
        )


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _lead(line: int, row: dict[str, str], known: _Known, problems: list[Problem]) -> Lead:
    for field, remedy in (("where", "say where it was seen"), ("what", "say what was seen")):
        if not row[field]:
            problems.append(Problem(line, field, f"is empty; {remedy}"))
    when = day_of(line, "when", row["when"], problems)
    parts = known.parts(row["where"]) if row["where"] else ()
    shown = known.headings(parts, row["what"])
    return Lead(line, masked(row["where"]), masked(row["what"]), when, parts, shown)
