# SPDX-License-Identifier: Apache-2.0
"""The card that a case shows in a notebook: the figures, what was found and the funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.report.html import figures, shown, table
from piidetect.report.sections import headline, sections

if TYPE_CHECKING:
    from piidetect.report.shapes import Report, Words

_SHOWN = ("entities", "funnel", "persons", "groups", "alerts")

# Notebooks bring their own colours (light or dark): the card only sets spacing, and inherits.
_STYLE = """<style>
.piidetect-card{border:1px solid #8886;border-radius:6px;padding:.8em 1.1em;max-width:60em}
.piidetect-card .figures{display:flex;gap:2.2em;margin:.4em 0 .7em}
.piidetect-card .figures span,.piidetect-card .figures small{display:block;opacity:.75}
.piidetect-card .figures b{font-size:1.5em}
.piidetect-card table{border-collapse:collapse;margin:.2em 0 .6em}
.piidetect-card th,.piidetect-card td{text-align:left;padding:.15em 1em .15em 0}
.piidetect-card .n{text-align:right;font-variant-numeric:tabular-nums}
.piidetect-card summary{cursor:pointer;font-weight:600}
</style>"""


def render(report: Report, words: Words) -> str:
    """Return the card as an HTML fragment."""
    parts = [
        f"<b>{shown(words.say('report.title'))}</b>",
        figures(report, words),
        *(f"<div>{shown(sentence)}</div>" for sentence in headline(report, words)[3:]),
    ]
    for section in sections(report, words):
        if section.key in _SHOWN and section.rows:
            opened = " open" if section.key in ("entities", "funnel") else ""
            parts.append(
                f"<details{opened}><summary>{shown(section.title)}</summary>"
                f"{table(section)}</details>"
            )
    return f"{_STYLE}<div class=piidetect-card>{''.join(parts)}</div>"
