# SPDX-License-Identifier: Apache-2.0
"""A document of sentences and tables as text or HTML: for reports that aren't that of one case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError
from piidetect.report import FORMATS
from piidetect.report.html import page, shown
from piidetect.report.html import table as html_table
from piidetect.report.width import table, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.report.sections import Section

_LINE_CELLS = 100
_ROWS_SHOWN = 200


@dataclass(frozen=True)
class Document:
    """A title, facts about what was examined, findings as sentences, tables, and what closes it."""

    title: str
    lang: str
    facts: Sequence[str]
    sentences: Sequence[str]
    sections: Sequence[Section]
    closing: Sequence[str]


def as_text(document: Document) -> str:
    """Return the document as text that ends with a line break."""
    lines = [document.title, *document.facts, ""]
    for sentence in document.sentences:
        lines += wrap(sentence, _LINE_CELLS)
    for section in document.sections:
        if section.rows:
            lines += ["", f"▌{section.title}"]
            lines += table(section.head, section.rows[:_ROWS_SHOWN], section.numeric)
            if len(section.rows) > _ROWS_SHOWN:
                lines.append(f"… +{len(section.rows) - _ROWS_SHOWN:,}")
    for sentence in document.closing:
        lines += ["", *wrap(sentence, _LINE_CELLS)]
    return "\n".join(lines) + "\n"


def as_html(document: Document) -> str:
    """Return the document as one self-contained HTML file."""
    title = shown(document.title)
    body = [f"<header><h1>{title}</h1>"]
    body += [f"<p class=facts>{shown(fact)}</p>" for fact in document.facts]
    body += ["</header><section class=headline>"]
    body += [f"<p>{shown(sentence)}</p>" for sentence in document.sentences]
    body += ["</section>"]
    for section in document.sections:
        if section.rows:
            content = f"<div class=wide>{html_table(section)}</div>"
            body.append(
                f"<section class={section.key}><h2>{shown(section.title)}</h2>{content}</section>"
            )
    body += [f"<p class=note>{shown(sentence)}</p>" for sentence in document.closing]
    return page(title, body, document.lang)


def require_format(form: str) -> None:
    """Refuse a format that isn't known.

    Raises:
        ArgumentError: it isn't one of :data:`piidetect.report.FORMATS`.
    """
    if form not in FORMATS:
        msg = f"format {form!r} is not known; use one of {', '.join(FORMATS)}"
        raise ArgumentError(msg)
