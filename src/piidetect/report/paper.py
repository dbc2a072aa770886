# SPDX-License-Identifier: Apache-2.0
"""A paper: facts, sentences, tables and queries, as text, JSON, HTML or a Word file.

Samples, event tables and claims are papers; each is made once and rendered four ways.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from piidetect.errors import ArgumentError
from piidetect.report import html
from piidetect.report.width import table, visible, width, wrap
from piidetect.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from piidetect.report.shapes import Section

FORMATS: tuple[str, ...] = ("text", "json", "html", "docx")
_ENDINGS = {".txt": "text", ".json": "json", ".html": "html", ".htm": "html", ".docx": "docx"}
_LINE_CELLS = 100
_COLUMN_CELLS = 60


@dataclass(frozen=True)
class Paper:
    """What is printed.

    Attributes:
        title: the heading.
        facts: a line of facts: case, reference date, version.
        sentences: what a reader in a hurry needs.
        sections: the tables.
        queries: name and SQL of each figure's query, printed as they are.
        queries_title: the heading above them.
        data: the same as JSON.
        lang: ``zh`` or ``en``.
    """

    title: str
    facts: Sequence[str]
    sentences: Sequence[str]
    sections: Sequence[Section]
    data: Mapping[str, Any]
    lang: str
    queries: Sequence[tuple[str, str]] = ()
    queries_title: str = ""


def format_of(path: Path) -> str:
    """Return the format that a file name asks for by its ending.

    Raises:
        ArgumentError: the ending belongs to no format.
    """
    found = _ENDINGS.get(path.suffix.lower())
    if found is None:
        msg = f"{str(path)!r}: no such format; end the name in {', '.join(_ENDINGS)}"
        raise ArgumentError(msg)
    return found


def text(paper: Paper) -> str:
    """Return the paper as text that ends with a line break; tables are whole."""
    lines = [paper.title, "  ·  ".join(visible(fact) for fact in paper.facts), ""]
    for sentence in paper.sentences:
        lines += wrap(visible(sentence), _LINE_CELLS)
    for one in paper.sections:
        lines += ["", f"▌{one.title}", *_table(one)]
        lines += wrap(one.note, _LINE_CELLS) if one.note else []
    if paper.queries:
        lines += ["", f"▌{paper.queries_title}"]
        for name, sql in paper.queries:
            lines += [visible(name), *(f"    {line}" for line in sql.splitlines())]
    return "\n".join(lines) + "\n"


def _table(one: Section) -> list[str]:
    """Return a table, or a block for each row where a cell is too wide for a column."""
    if all(width(visible(cell)) <= _COLUMN_CELLS for row in one.rows for cell in row):
        return table(one.head, one.rows, one.numeric, limit=_COLUMN_CELLS)
    lines: list[str] = []
    for row in one.rows:
        cells = [visible(cell) for cell in row]
        short = [cell for cell in cells if cell and width(cell) <= _COLUMN_CELLS]
        lines.append("  ".join(short))
        for cell in cells:
            if width(cell) > _COLUMN_CELLS:
                lines += [f"    {line}" for line in wrap(cell, _LINE_CELLS - 4)]
    return lines


def dumps(paper: Paper) -> str:
    """Return the paper's data as JSON text that ends with a line break."""
    return json.dumps(paper.data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def as_html(paper: Paper) -> str:
    """Return the paper as one self-contained HTML file."""
    facts = " · ".join(html.shown(fact) for fact in paper.facts)
    body = [
        f"<header><h1>{html.shown(paper.title)}</h1><p class=facts>{facts}</p></header>",
        "<section class=headline>",
        *(f"<p>{html.shown(sentence)}</p>" for sentence in paper.sentences),
        "</section>",
    ]
    for one in paper.sections:
        note = f"<p class=note>{html.shown(one.note)}</p>" if one.note else ""
        body.append(
            f"<section class={one.key}><h2>{html.shown(one.title)}</h2>"
            f"<div class=wide>{html.table(one)}</div>{note}</section>"
        )
    if paper.queries:
        body.append(f"<section class=queries><h2>{html.shown(paper.queries_title)}</h2>")
        body += [
            f"<h3>{html.shown(name)}</h3><pre class=code>{escape(sql)}</pre>"
            for name, sql in paper.queries
        ]
        body.append("</section>")
    return html.page(html.shown(paper.title), body, paper.lang)


def as_docx(paper: Paper) -> bytes:
    """Return the paper as a Word file.

    Raises:
        ArgumentError: python-docx isn't installed.
    """
    try:
        import docx
    except ImportError as error:
        msg = "a .docx needs python-docx; run: pip install 'piidetect[docx]', or end the name in .html"
        raise ArgumentError(msg) from error
    document = docx.Document()
    document.add_heading(visible(paper.title), 0)
    document.add_paragraph("  ·  ".join(visible(fact) for fact in paper.facts))
    for sentence in paper.sentences:
        document.add_paragraph(visible(sentence))
    for one in paper.sections:
        document.add_heading(visible(one.title), 1)
        grid = document.add_table(rows=0, cols=len(one.head), style="Table Grid")
        for row in (one.head, *one.rows):
            for cell, value in zip(grid.add_row().cells, row, strict=True):
                cell.text = visible(value)
        if one.note:
            document.add_paragraph(visible(one.note))
    if paper.queries:
        document.add_heading(visible(paper.queries_title), 1)
        for name, sql in paper.queries:
            document.add_paragraph(visible(name))
            document.add_paragraph().add_run(sql).font.name = "Consolas"
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def render(paper: Paper, form: str) -> str:
    """Return the paper as text in ``text``, ``json`` or ``html``.

    Raises:
        ArgumentError: there is no such format.
    """
    renderers = {"text": text, "json": dumps, "html": as_html}
    if form not in renderers:
        raise ArgumentError(f"format {form!r} is not known; use one of {', '.join(renderers)}")
    return renderers[form](paper)


def write(paper: Paper, path: Path) -> Path:
    """Write the paper, whole or not at all, in the format of the path's ending; return the path.

    Raises:
        ArgumentError: the ending belongs to no format.
        CaseError: the file can't be written.
    """
    form = format_of(path)
    content = as_docx(paper) if form == "docx" else render(paper, form).encode("utf-8")
    return write_whole(path, content)
