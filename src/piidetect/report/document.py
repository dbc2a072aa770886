# SPDX-License-Identifier: Apache-2.0
"""A document of sentences and tables as text or HTML: for reports that aren't that of one case."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError, CaseError
from piidetect.report import FORMATS
from piidetect.report.html import shown
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
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
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
    lang = "zh-CN" if document.lang == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>\n{style}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def require_format(form: str) -> None:
    """Refuse a format that isn't known.

    Raises:
        ArgumentError: it isn't one of :data:`piidetect.report.FORMATS`.
    """
    if form not in FORMATS:
        msg = f"format {form!r} is not known; use one of {', '.join(FORMATS)}"
        raise ArgumentError(msg)


def write_whole(path: Path, content: str) -> Path:
    """Write a file whole or not at all, and return its path.

    Raises:
        CaseError: it can't be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        partial.write_text(content, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        why = error.strerror or type(error).__name__
        msg = f"report {str(path)!r} can't be written: {why}; name a file in a writable folder"
        raise CaseError(msg) from error
    return path
