# SPDX-License-Identifier: Apache-2.0
"""The report as one self-contained HTML file: no script, no link, ready to print."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from piidetect.report.sections import counted, headline, sections, size
from piidetect.report.width import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from piidetect.report.shapes import Exemplars, Report, Section, Words


def shown(text: str) -> str:
    """Return ``text`` for HTML: unseen characters as escapes, markup without effect."""
    return escape(visible(text))


def render(report: Report, words: Words, exemplars: Exemplars | None = None) -> str:
    """Return the report as an HTML document."""
    title = shown(words.say("report.title"))
    body = [
        f"<header><h1>{title}</h1>{_facts(report, words)}</header>",
        figures(report, words),
        "<section class=headline>",
        *(f"<p>{shown(sentence)}</p>" for sentence in headline(report, words)),
        "</section>",
        *(_section(section, report, words) for section in sections(report, words, exemplars)),
        _method(report, words),
    ]
    return page(title, body, words.lang)


def page(title: str, body: Iterable[str], lang: str) -> str:
    """Return a self-contained HTML file; `title` and `body` are HTML already."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">'
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>\n{style}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _facts(report: Report, words: Words) -> str:
    tool, case = report["tool"], report["case"]
    facts = (
        words.say("report.case", id=case["id"]),
        words.say("report.reference_date", date=case["reference_date"]),
        words.say("report.tool", name=tool["name"], version=tool["version"]),
    )
    return "<p class=facts>" + " · ".join(shown(fact) for fact in facts) + "</p>"


def figures(report: Report, words: Words) -> str:
    """Return the three figures that matter, side by side."""
    persons = report["persons"]
    seized = words.say("report.figure_seized")
    tiles = (
        (seized, report["totals"]["rows"], size(report["totals"]["bytes"])),
        (words.say("report.figure_counted"), counted(report), _share(report)),
        (
            words.say("report.figure_persons"),
            persons["low"],
            words.say("report.figure_range", point=persons["point"], high=persons["high"]),
        ),
    )
    return (
        "<div class=figures>"
        + "".join(
            f"<div><span>{shown(label)}</span><b>{number:,}</b><small>{shown(small)}</small></div>"
            for label, number, small in tiles
        )
        + "</div>"
    )


def _share(report: Report) -> str:
    rows = report["totals"]["rows"]
    return f"{counted(report) / rows:.1%}" if rows else ""


def table(section: Section, bars: list[float] | None = None) -> str:
    """Return a section's table; ``bars`` are shares of the width drawn behind each row."""
    bars = bars or list(section.bars)
    sides = ["n" if number else "t" for number in section.numeric]
    head = "".join(
        f"<th class={side}>{shown(name)}</th>"
        for side, name in zip(sides, section.head, strict=True)
    )
    rows = []
    for index, row in enumerate(section.rows):
        cells = "".join(
            f"<td class={side}>{shown(cell)}</td>" for side, cell in zip(sides, row, strict=True)
        )
        bar = f"<td class=bar><i style='width:{bars[index]:.2%}'></i></td>" if bars else ""
        rows.append(f"<tr>{cells}{bar}</tr>")
    extra = "<th></th>" if bars else ""
    return (
        f"<table><thead><tr>{head}{extra}</tr></thead><tbody>" + "".join(rows) + "</tbody></table>"
    )


def _section(section: Section, report: Report, words: Words) -> str:
    if not section.rows:
        content = f"<p>{shown(words.say('report.nothing'))}</p>"
    else:
        content = f"<div class=wide>{table(section, _bars(section, report))}</div>"
    note = f"<p class=note>{shown(section.note)}</p>" if section.note else ""
    return f"<section class={section.key}><h2>{shown(section.title)}</h2>{content}{note}</section>"


def _bars(section: Section, report: Report) -> list[float] | None:
    rows = report["totals"]["rows"]
    if section.key != "funnel" or not rows:
        return None
    return [step["remaining"] / rows for step in report["funnel"]]


def _method(report: Report, words: Words) -> str:
    tool = report["tool"]
    items = [
        (words.say("method.version"), f"{tool['name']} {tool['version']}"),
        (words.say("method.recognizers"), tool["recognizers_sha256"]),
        *((str(name), _value(value)) for name, value in sorted(report["parameters"].items())),
        *(
            (words.say("method.digest", path=source["path"]), source["sha256"])
            for source in report["sources"]
            if source["sha256"]
        ),
    ]
    rows = "".join(
        f"<tr><td>{shown(name)}</td><td class=code>{shown(value)}</td></tr>"
        for name, value in items
    )
    title = shown(words.say("section.method"))
    return f"<section class=method><h2>{title}</h2><div class=wide><table>{rows}</table></div></section>"


def _value(value: object) -> str:
    return "—" if value is None else str(value)
