# SPDX-License-Identifier: Apache-2.0
"""The papers of the two tracks: a lead sheet, leads from volunteers, a rectification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.columns.sectors import load_sectors
from piidetect.policies.categories import load_categories
from piidetect.report.json import plain
from piidetect.report.paper import Paper
from piidetect.report.sampling import facts
from piidetect.report.shapes import section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from piidetect.case import Case
    from piidetect.report.shapes import Section, Words
    from piidetect.tracks import Leads, LeadSheet, Outcome, Rectification


def lead_paper(sheet: LeadSheet, words: Words) -> Paper:
    """Return the paper of a lead sheet; its data is ``piidetect.lead/1``."""
    data = sheet.to_dict()
    figures = data["figures"]
    sentences = [
        words.say(
            "lead.headline",
            holder=sheet.holder,
            kind=sheet.kind.name[words.lang],
            rows=figures["rows"],
            counted=figures["counted"],
            **figures["persons"],
        ),
        words.say("lead.authority", authority=sheet.authority[words.lang]),
        _deadline(data, words),
        words.say("lead.touched"),
        words.say("lead.civil"),
    ]
    return Paper(
        title=words.say("lead.title"),
        facts=facts(sheet.case, words),
        sentences=sentences,
        sections=list(_lead_sections(data, words)),
        data=data,
        lang=words.lang,
    )


def leads_paper(case: Case, leads: Leads, words: Words) -> Paper:
    """Return the paper of leads from volunteers, joined to the sources of a case."""
    data = {
        "schema": "piidetect.leads/1",
        "case": {"id": case.id, "reference_date": case.meta["reference_date"]},
        "matched": [_lead(leads.as_dict(one)) for one in leads.matched],
        "unmatched": [_lead(leads.as_dict(one)) for one in leads.unmatched],
    }
    matched, unmatched = len(leads.matched), len(leads.unmatched)
    return Paper(
        title=words.say("lead.title_leads"),
        facts=facts(case, words),
        sentences=[words.say("lead.joined", matched=matched, unmatched=unmatched)],
        sections=list(_leads(data, words)),
        data=data,
        lang=words.lang,
    )


def rectification_paper(found: Rectification, words: Words) -> Paper:
    """Return the paper of a rectification: before, demanded and after side by side."""
    measured = found.measured
    met = sum(one.state == "met" for one in measured)
    sentences = [
        words.say("lead.complete" if found.complete and measured else "lead.incomplete"),
        words.say(
            "lead.met", met=met, measured=len(measured), papers=len(found.outcomes) - len(measured)
        ),
        words.say(
            "lead.of_holder", holder=found.terms.holder, authority=found.terms.authority[words.lang]
        ),
    ]
    if found.terms.reply_by:
        sentences.append(words.say("lead.by", by=found.terms.reply_by))
    return Paper(
        title=words.say("lead.title_rectification"),
        facts=[
            words.say("comparison.before", **_some(found.before)),
            words.say("comparison.after", **_some(found.after)),
        ],
        sentences=sentences,
        sections=[
            _demanded(found, words),
            _side_by_side(found, words),
            _rechecks(found, words),
        ],
        data=found.to_dict(),
        lang=words.lang,
    )


def _some(case: Case) -> dict[str, Any]:
    rows = sum(part.meta["rows"] for part in case.parts)
    return {"id": case.id, "sources": len(case.parts), "rows": rows}


def _deadline(data: Mapping[str, Any], words: Words) -> str:
    reply = data["reply"]
    [(unit, number)] = reply["time"].items()
    time = words.say(f"lead.{unit}", n=number)
    article = next(one["article"] for one in data["provisions"] if one["id"] == reply["rule"])
    if reply["by"] is None:
        return words.say("lead.time", time=time, article=article)
    return words.say(
        "lead.time_from", time=time, article=article, served=reply["served"], by=reply["by"]
    )


def _lead_sections(data: Mapping[str, Any], words: Words) -> Iterator[Section]:
    yield _duties(data, words)
    head = "demand duty unit #before demanded"
    yield section(words, "lead_demands", head, _demand_rows(data, words))
    yield _sensitive(data, words)
    groups = data["figures"]["groups"].items()
    rows = [(words.term("group", name), f"{number:,}") for name, number in groups]
    yield section(words, "lead_groups", "group #persons", rows)
    yield _sources(data, words)
    if data["leads"] is not None:
        yield from _leads(data["leads"], words)
    yield _provisions(data, words)


def _duties(data: Mapping[str, Any], words: Words) -> Section:
    lang = words.lang
    articles = {one["id"]: one["article"] for one in data["provisions"]}
    rows = [
        (
            one["name"][lang],
            "、".join(articles[rule] for rule in one["rules"]),
            "、".join(words.entity(name) for name in one["entities"]),
            _number(one["rows"]),
            f"{one['persons']:,}",
            one["demand"][lang],
            one["recheck"][lang],
        )
        for one in data["duties"]
    ]
    head = "duty article concerns #records #persons demand recheck"
    return section(words, "lead_duties", head, rows)


def _sensitive(data: Mapping[str, Any], words: Words) -> Section:
    kinds = load_categories().kinds
    rows = [
        (
            words.say("assess.any") if one["kind"] == "any" else kinds[one["kind"]][words.lang],
            words.term("standing", one["standing"]),
            _number(one["rows"]),
            f"{one['persons']:,}",
            "、".join(words.entity(name) for name in one["entities"]),
        )
        for one in data["sensitive"]
    ]
    return section(words, "lead_sensitive", "kind standing #records #persons holds", rows)


def _provisions(data: Mapping[str, Any], words: Words) -> Section:
    rows = [
        (
            f"{one['article']}（{one['effective']}）",
            words.term("evidence", one["evidence"]),
            one["quote"],
            one["note"].get(words.lang, ""),
            one["source"],
        )
        for one in data["provisions"]
    ]
    return section(words, "lead_provisions", "article evidence quote note source", rows)


def _demand_rows(data: Mapping[str, Any], words: Words) -> list[tuple[str, ...]]:
    names = {one["id"]: one["name"][words.lang] for one in data["duties"]}
    return [
        (
            _demand(one["kind"], one["entity"], one["duties"], names, words),
            "、".join(names[duty] for duty in one["duties"]),
            words.term("demand_unit", one["unit"]) if one["unit"] else "",
            "" if one["before"] is None else f"{one['before']:,}",
            words.say("lead.papers") if one["kind"] == "papers" else "0",
        )
        for one in data["demands"]
    ]


def _demand(
    kind: str, entity: str, duties: Sequence[str], names: Mapping[str, str], words: Words
) -> str:
    duty = names[duties[0]] if duties else ""
    return words.say(f"lead.demand_{kind}", entity=words.entity(entity), duty=duty)


def _sources(data: Mapping[str, Any], words: Words) -> Section:
    sectors = {one.key: one.name[words.lang] for one in load_sectors()}
    rows = [
        (
            one["path"],
            f"{one['rows']:,}",
            sectors.get(one["sector"], words.term("sector", one["sector"] or "unknown")),
            one["sha256"],
        )
        for one in data["sources"]
    ]
    return section(words, "lead_sources", "source #records sector sha256", rows)


def _leads(data: Mapping[str, Any], words: Words) -> Iterator[Section]:
    for name in ("matched", "unmatched"):
        rows = [
            (
                str(one["line"]),
                one["when"] or "",
                one["where"],
                one["what"],
                "、".join(plain(path) for path in one["sources"]),
                "、".join(one["shown"]),
            )
            for one in data[name]
        ]
        head = "#line when where seen source header"
        if rows:
            yield section(words, f"leads_{name}", head, rows)


def _lead(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "sources": [plain(path) for path in one["sources"]]}


def _number(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _demanded(found: Rectification, words: Words) -> Section:
    names = {duty: texts[words.lang] for duty, texts in found.terms.names.items()}

    def row(one: Outcome) -> tuple[str, ...]:
        demand = one.demand
        return (
            _demand(demand.kind, demand.entity, demand.duties, names, words),
            "、".join(dict.fromkeys(found.terms.provisions[duty] for duty in demand.duties)),
            words.term("demand_unit", demand.unit) if demand.unit else "",
            _number(one.before),
            _number(one.demanded),
            _number(one.after),
            _number(one.moved),
            _number(one.indicated or None),
            _number(one.masked or None),
            _number(one.new),
            words.term("outcome", one.state),
        )

    head = (
        "demand article unit #before #demanded #after #moved #indicated #masked_after #new outcome"
    )
    return section(words, "rectified", head, [row(one) for one in found.measured])


def _side_by_side(found: Rectification, words: Words) -> Section:
    rows = [
        (_figure(name, words), f"{before:,}", f"{after:,}") for name, before, after in found.figures
    ]
    return section(words, "rectified_figures", "figure #before #after", rows)


def _figure(name: str, words: Words) -> str:
    if name in ("rows", "counted"):
        return words.say(f"lead.figure_{name}")
    if name in ("low", "point", "high"):
        return words.say("lead.figure_persons", which=words.term("persons", name))
    return words.term("group", name)


def _rechecks(found: Rectification, words: Words) -> Section:
    open_duties = [one.demand.duties[0] for one in found.outcomes if one.state == "papers"]
    rows = [
        (
            found.terms.names[duty][words.lang],
            found.terms.provisions[duty],
            found.terms.rechecks[duty][words.lang],
        )
        for duty in open_duties
    ]
    return section(words, "rectified_papers", "duty article recheck", rows)
