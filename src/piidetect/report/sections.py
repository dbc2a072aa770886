# SPDX-License-Identifier: Apache-2.0
"""The sections of a report, from the report dictionary: what every written form shows.

Text, HTML and the notebook card all render these, so that no two of them can differ in a figure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from piidetect.messages import remedy
from piidetect.report import assessments
from piidetect.report.shapes import Exemplars, Report, Section, Words, section

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Exemplars",
    "Report",
    "Section",
    "Words",
    "counted",
    "funnel_label",
    "headline",
    "incomplete",
    "role",
    "sections",
    "size",
]


def size(number: int) -> str:
    """Return a number of bytes for people, in decimal units.

    >>> size(251_300_000)
    '251.3 MB'
    """
    units = ("B", "kB", "MB", "GB", "TB")
    power = min(len(str(number)) - 1, 3 * (len(units) - 1)) // 3
    return f"{number} B" if power == 0 else f"{number / 1000**power:.1f} {units[power]}"


def incomplete(report: Report) -> int:
    """Return the number of sources that were read in part or not at all."""
    return sum(source["status"] != "complete" for source in report["sources"])


def counted(report: Report) -> int:
    """Return the number of records that count: what the funnel leaves."""
    funnel = report["funnel"]
    return int(funnel[-1]["remaining"]) if funnel else 0


def headline(report: Report, words: Words) -> list[str]:
    """Return the sentences that a reader in a hurry needs."""
    totals, persons = report["totals"], report["persons"]
    sentences = [
        words.say(
            "report.headline_seized",
            rows=totals["rows"],
            sources=totals["sources"],
            size=size(totals["bytes"]),
        ),
        words.say("report.headline_counted", counted=counted(report)),
        words.say("report.headline_persons", **{k: persons[k] for k in ("low", "point", "high")}),
    ]
    sentences += assessments.headlines(report, words)
    if incomplete(report):
        sentences.append(words.say("report.headline_incomplete", n=incomplete(report)))
    elif report["alerts"]:
        sentences.append(words.say("report.headline_alerts", n=len(report["alerts"])))
    return sentences


def sections(report: Report, words: Words, exemplars: Exemplars | None = None) -> list[Section]:
    """Return all sections in reading order; those without rows are left out, save the alerts."""
    where: list[Section] = []
    truth: list[Section] = []
    if "truth" in report:
        from piidetect.report import details

        where, truth = details.sections(report, words)
    made = [
        _entities(report, words),
        _funnel(report, words),
        _persons(report, words),
        _by_key(report, words),
        _groups(report, words),
        *where,
        *assessments.sections(report, words),
        _categories(report, words),
        _verdicts(report, words),
        *truth,
        _sources(report, words),
        _columns(report, words, exemplars or {}),
        _alerts(report, words),
    ]
    return [section for section in made if section.rows or section.key == "alerts"]


def _entities(report: Report, words: Words) -> Section:
    rows = [
        (
            words.entity(name),
            f"{entity['findings']:,}",
            f"{entity['verdicts'].get('valid', 0):,}",
            f"{entity['distinct_valid']:,}",
            f"{entity['rows']:,}",
        )
        for name, entity in _by_number(report["entities"])
    ]
    return section(words, "entities", "entity #findings #valid #distinct #records", rows)


def _by_number(entities: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(entities.items(), key=lambda item: (-item[1]["findings"], item[0]))


def _verdicts(report: Report, words: Words) -> Section:
    rows = [
        (words.entity(name), words.term("verdict", verdict), f"{number:,}")
        for name, entity in _by_number(report["entities"])
        for verdict, number in sorted(entity["verdicts"].items(), key=lambda pair: -pair[1])
        if verdict != "valid" and number
    ]
    made = section(words, "verdicts", "entity verdict #number", rows)
    unknown = any("unknown_region" in entity["verdicts"] for entity in report["entities"].values())
    return made if unknown else replace(made, note="")


def _funnel(report: Report, words: Words) -> Section:
    rows = [
        (
            funnel_label(step, words),
            f"-{step['excluded']:,}" if step["excluded"] else "",
            f"{step['remaining']:,}",
            words.term("funnel", step["step"]),
        )
        for step in report["funnel"]
    ]
    return section(words, "funnel", "step #excluded #remaining why", rows)


def funnel_label(step: Mapping[str, Any], words: Words) -> str:
    """Return the name of a funnel step; ``untrue:<verdict>`` has the verdict beside it."""
    name, _, verdict = step["step"].partition(":")
    label = words.term("step", name)
    if not verdict:
        return label
    return f"{label}{'：' if words.lang == 'zh' else ': '}{words.term('verdict', verdict)}"


def _persons(report: Report, words: Words) -> Section:
    rows = [
        (
            words.term("persons", figure),
            f"{report['persons'][figure]:,}",
            words.term("rule", figure),
        )
        for figure in ("low", "point", "high")
    ]
    return section(words, "persons", "figure #persons rule", rows)


def _by_key(report: Report, words: Words) -> Section:
    by_key = report["persons"].get("by_key", {})
    rows = [
        (words.entity(name), f"{number:,}")
        for name, number in sorted(by_key.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return section(words, "by_key", "entity #distinct", rows)


def _groups(report: Report, words: Words) -> Section:
    order = ("female", "male", "under_14", "under_18", "over_60", "pregnant", "disabled")
    groups = report["groups"]
    names = [*[name for name in order if name in groups], *sorted(set(groups) - set(order))]
    rows = [(words.term("group", name), f"{groups[name]:,}") for name in names]
    date = report["case"]["reference_date"]
    return section(words, "groups", "group #persons", rows, date=date)


def _categories(report: Report, words: Words) -> Section:
    rows = [
        (words.term("category", name), f"{found['rows']:,}", f"{found['persons']:,}")
        for name, found in sorted(report["categories"].items(), key=lambda i: (-i[1]["rows"], i[0]))
    ]
    return section(words, "categories", "category #records #persons", rows)


def _sources(report: Report, words: Words) -> Section:
    rows = [
        (
            source["path"],
            source["format"],
            source["encoding"],
            size(source["bytes"]),
            f"{source['rows']:,}",
            f"{source['rows_unparsed']:,}",
            _status(source, words),
        )
        for source in report["sources"]
    ]
    head = "source format encoding #size #records #unparsed status"
    return section(words, "sources", head, rows)


def _status(source: Mapping[str, Any], words: Words) -> str:
    status = words.term("status", source["status"])
    return f"{status} ({source['reason']})" if source.get("reason") else status


def _columns(report: Report, words: Words, exemplars: Exemplars) -> Section:
    sources = ["", *(column["source"] for column in report["columns"])]
    rows = [
        (
            "" if column["source"] == before else column["source"],  # said once for its columns
            str(column["position"] + 1),
            column["header"],
            role(column["role"], words),
            _share(column),
            _examples(exemplars.get((column["source"], column["position"]), []), words),
        )
        for before, column in zip(sources, report["columns"], strict=False)
    ]
    made = section(words, "columns", "source #position header role #share examples", rows)
    several = len(set(sources) - {""}) > 1
    return _without(made, {0} if not several else set(), empty=5)


def _share(column: Mapping[str, Any]) -> str:
    """Return the share of valid values; nothing for a column that holds no personal information."""
    share, entity = column["share_valid"], column["role"].partition("/")[0].isupper()
    return f"{share:.1%}" if share is not None and (share or entity) else ""


def _examples(found: list[tuple[str, str, str]], words: Words) -> str:
    """Return one masked example of each entity and verdict."""
    first = {(entity, verdict): masked for entity, verdict, masked in reversed(found)}
    return " · ".join(
        f"{masked} {words.term('verdict', verdict)}"
        for (_, verdict), masked in reversed(first.items())
    )


def _without(section: Section, dropped: set[int], *, empty: int) -> Section:
    """Return the section without the dropped columns, and without ``empty`` if it holds nothing."""
    if not any(row[empty] for row in section.rows):
        dropped = dropped | {empty}
    kept = [index for index in range(len(section.head)) if index not in dropped]
    return replace(
        section,
        head=tuple(section.head[index] for index in kept),
        rows=tuple(tuple(row[index] for index in kept) for row in section.rows),
        numeric=tuple(section.numeric[index] for index in kept),
    )


def role(code: str, words: Words) -> str:
    """Return the words for a column's role: ``ENTITY/whose/kind`` or the kind of a plain column."""
    what, _, rest = code.partition("/")
    if not what:
        return ""
    if not what.isupper():
        return words.term("kind", what)
    whose, _, kind = rest.partition("/")
    name = words.entity(what) + (f" ({words.term('kind', kind)})" if kind else "")
    return name if whose in ("", "unknown") else f"{name} · {words.term('whose', whose)}"


def _alerts(report: Report, words: Words) -> Section:
    rows = [
        (
            alert["source"],
            _place(alert, words),
            _what(alert, words),
            remedy(alert["code"], words.lang),
        )
        for alert in report["alerts"]
    ]
    return section(words, "alerts", "source place message remedy", rows)


def _what(alert: Mapping[str, Any], words: Words) -> str:
    """Return an alert's message; it is English, so in Chinese its name goes before it."""
    if words.lang == "en":
        return str(alert["message"])
    return f"{words.term('alert', alert['code'])}（{alert['message']}）"


def _place(alert: Mapping[str, Any], words: Words) -> str:
    parts = []
    if alert.get("row") is not None:
        parts.append(words.say("place.row", row=alert["row"] + 1))
    if alert.get("byte_offset") is not None:
        parts.append(words.say("place.byte", byte=alert["byte_offset"]))
    return " · ".join(parts)
