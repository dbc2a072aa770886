# SPDX-License-Identifier: Apache-2.0
"""The report as plain text with aligned tables, for a terminal or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.report.sections import headline, sections
from piidetect.report.width import table, visible, wrap

if TYPE_CHECKING:
    from piidetect.report.sections import Exemplars, Report, Section, Words

_LINE_CELLS = 100
_ROWS_SHOWN = 40


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
        lines += ["", f"▌{section.title}", *_body(section, words)]
    return "\n".join(lines) + "\n"


def _body(section: Section, words: Words) -> list[str]:
    if not section.rows:
        return [words.say("report.nothing")]
    if section.key in ("alerts", "persons"):
        return _blocks(section, words)
    columns = 3 if section.key == "funnel" else len(section.head)  # why: too wide for a terminal
    rows = [row[:columns] for row in section.rows[:_ROWS_SHOWN]]
    lines = table(section.head[:columns], rows, section.numeric[:columns])
    lines += _left_out(section, words)
    return lines + (wrap(section.note, _LINE_CELLS) if section.note else [])


def _left_out(section: Section, words: Words) -> list[str]:
    more = len(section.rows) - _ROWS_SHOWN
    return [words.say("report.more", n=more)] if more > 0 else []


def _blocks(section: Section, words: Words) -> list[str]:
    """Return rows whose last cells are sentences as one block each."""
    lines: list[str] = []
    head = 2
    cells = [tuple(visible(cell) for cell in row) for row in section.rows[:_ROWS_SHOWN]]
    fronts = ["  ".join(cell for cell in row[:head] if cell) for row in cells]
    for front, row in zip(fronts, cells, strict=True):
        lines.append(front)
        for sentence in row[head:]:
            lines += [f"    {line}" for line in wrap(sentence, _LINE_CELLS - 4) if line]
    return lines + _left_out(section, words)
