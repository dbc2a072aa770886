# SPDX-License-Identifier: Apache-2.0
"""The report as plain text with aligned tables, for a terminal or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.report import assessments
from piidetect.report.sections import headline, sections
from piidetect.report.width import table, visible, wrap

if TYPE_CHECKING:
    from piidetect.report.shapes import Exemplars, Report, Section, Words

_LINE_CELLS = 100
_ROWS_SHOWN = 40
_CELL, _LONG_CELL = 60, 150  # the name of an instrument, and a digest, stand whole


def render(report: Report, words: Words, exemplars: Exemplars | None = None) -> str:
    """Return the report as text that ends with a line break.

    Long tables (sources, columns, alerts) are cut after 40 rows and say how many are left out.
    """
    tool, case = report["tool"], report["case"]
    facts = (
        words.say("report.tool", name=tool["name"], version=tool["version"]),
        words.say("report.case", id=case["id"]),
        words.say("report.reference_date", date=case["reference_date"]),
    )
    lines = [words.say("report.title"), "  ·  ".join(facts), ""]
    for sentence in headline(report, words):
        lines += wrap(sentence, _LINE_CELLS)
    for section in sections(report, words, exemplars):
        lines += _section(section, words)
    return "\n".join(lines) + "\n"


def assessed(report: Report, words: Words) -> str:
    """Return the assessments alone, as text that ends with a line break."""
    lines = []
    for sentence in assessments.headlines(report, words):
        lines += wrap(sentence, _LINE_CELLS)
    for section in assessments.sections(report, words):
        lines += _section(section, words)
    return "\n".join(lines).lstrip("\n") + "\n"


def _section(section: Section, words: Words) -> list[str]:
    return ["", f"▌{section.title}", *_body(section, words)]


def _body(section: Section, words: Words) -> list[str]:
    if not section.rows:
        return [words.say("report.nothing")]
    if section.key in ("alerts", "persons", *assessments.SENTENCES):
        return _blocks(section, words)
    columns = 3 if section.key == "funnel" else len(section.head)  # why: too wide for a terminal
    rows = [row[:columns] for row in section.rows[:_ROWS_SHOWN]]
    limit = _LONG_CELL if section.key.startswith("assessment") else _CELL
    lines = table(section.head[:columns], rows, section.numeric[:columns], limit=limit)
    lines += _left_out(section, words)
    return lines + (wrap(section.note, _LINE_CELLS) if section.note else [])


def _left_out(section: Section, words: Words) -> list[str]:
    more = len(section.rows) - _ROWS_SHOWN
    return [words.say("report.more", n=more)] if more > 0 else []


def _blocks(section: Section, words: Words) -> list[str]:
    """Return rows whose last cells are sentences as one block each."""
    lines: list[str] = []
    head = min(2, len(section.head) - 1)
    cells = [tuple(visible(cell) for cell in row) for row in section.rows[:_ROWS_SHOWN]]
    fronts = ["  ".join(cell for cell in row[:head] if cell) for row in cells]
    for front, row in zip(fronts, cells, strict=True):
        lines += [front] if front else []
        for sentence in row[head:]:
            lines += [f"    {line}" for line in wrap(sentence, _LINE_CELLS - 4) if line]
    return lines + _left_out(section, words)
