# SPDX-License-Identifier: Apache-2.0
"""Assessments as sections of a report, from what ``Assessment.to_dict`` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.messages import catalogue
from piidetect.report.shapes import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from piidetect.report.shapes import Report, Words

#: Keys of sections whose last cells are sentences.
SENTENCES = frozenset({"assessment_rules", "assessment_notes"})
_PERSONS = "persons"


def headlines(report: Report, words: Words) -> list[str]:
    """Return a sentence for each assessment that has a level."""
    sentences = []
    for one in report["assessments"]:
        if one["level"] is None:
            continue
        values = {"name": name_of(one, words), "level": level(one, one["level"], words)}
        key = "assess.headline" if one["items"] else "assess.headline_plain"
        sentences.append(words.say(key, **values, items=_items(one["items"], one)))
    return sentences


def sections(report: Report, words: Words) -> list[Section]:
    """Return the sections of all assessments, those without rows left out."""
    made = [
        section
        for one in report["assessments"]
        for section in (
            _summary(one, words),
            _scenarios(one, words),
            _lines(one, words),
            _ledger(one, words),
            _received(one, words),
            _working(one, words),
            _rules(one, words),
            _notes(one, words),
        )
    ]
    return [section for section in made if section.rows]


def name_of(one: Mapping[str, Any], words: Words) -> str:
    """Return the name of an assessment's policy."""
    return str(one["policy"]["name"][words.lang])


def level(one: Mapping[str, Any], code: str, words: Words) -> str:
    """Return the word for a level: a grade of persons has it in its policy."""
    return str(one["grades"].get(code, {}).get(words.lang) or words.term("level", code))


def _made(
    words: Words, one: Mapping[str, Any], part: str, head: str, rows: Iterable[Sequence[str]]
) -> Section:
    names = head.split()
    return Section(
        key="assessment" if part == "title" else f"assessment_{part}",
        title=words.say(f"assess.{part}", name=name_of(one, words)),
        head=tuple(words.say(f"heading.{name.removeprefix('#')}") for name in names),
        rows=tuple(tuple(row) for row in rows),
        numeric=tuple(name.startswith("#") for name in names),
    )


def _items(items: Sequence[str], one: Mapping[str, Any]) -> str:
    articles = {rule["id"]: rule["article"] for rule in one["rules"]}
    return "、".join(articles.get(item, item) for item in items)


def _summary(one: Mapping[str, Any], words: Words) -> Section:
    policy, said = one["policy"], one["parameters"]
    say = words.say
    rows = [
        (
            say("assess.instrument"),
            say(
                "assess.in_force",
                instrument=policy["instrument"],
                effective=policy["effective"],
            ),
        ),
        (say("assess.status"), policy["status"][words.lang]),
    ]
    if one["level"] is not None:
        rows.append((say("assess.level"), level(one, one["level"], words)))
        rows.append((say("assess.items"), _items(one["items"], one) or say("assess.none")))
    rows += [(_tier(tier, words), f"{number:,}") for tier, number in one["tiers"].items()]
    if one["points"] is not None:
        rows.append((say("assess.points"), f"{one['points']:,}"))
    for name, key in (("duty", "duty"), ("lawful_business", "business")):
        if said.get(name):
            rows.append((say(f"assess.{key}"), say("assess.true_")))
    if said.get("illegal_gain") is not None:
        rows.append((say("assess.gain"), said["illegal_gain"]))
    if "standard" in said:
        rows.append((say("assess.standard"), said["standard"]))
    if "app_type" in said:
        values = {"number": said["app_type_number"], "name": said["app_type_name"]}
        service = said["basic_service"]
        value = say("assess.app_type_value", **values, service=service)
        rows.append((say("assess.app_type"), value))
    version = say("assess.version", version=policy["version"], sha256=policy["sha256"])
    rows.append((say("assess.file"), version))
    return _made(words, one, "title", "parameter value", rows)


def _tier(tier: str, words: Words) -> str:
    return words.say("assess.persons") if tier == _PERSONS else words.say("assess.tier", tier=tier)


def _scenarios(one: Mapping[str, Any], words: Words) -> Section:
    rows = [
        (
            words.term("scenario", found["name"]),
            " · ".join(f"{_tier(tier, words)} {n:,}" for tier, n in found["tiers"].items()),
            "" if found["points"] is None else f"{found['points']:,}",
            level(one, found["level"], words),
            _items(found["items"], one),
        )
        for found in one["scenarios"]
    ]
    return _made(words, one, "scenarios", "reading tiers #points level items", rows)


def _lines(one: Mapping[str, Any], words: Words) -> Section:
    rows = [
        (
            _label(one, line["label"], words),
            words.term("standing", line["standing"]),
            "" if line["rows"] is None else f"{line['rows']:,}",
            "" if line["counted"] is None else f"{line['counted']:,}",
            f"{line['persons']:,}",
            _holds(line, words),
        )
        for line in one["lines"]
    ]
    return _made(words, one, "lines", "kind standing #records #counted #persons holds", rows)


def _label(one: Mapping[str, Any], label: str, words: Words) -> str:
    if label == "any":
        return words.say("assess.any")
    texts = one["labels"].get(label)
    return str(texts[words.lang]) if texts else words.entity(label)


def _holds(line: Mapping[str, Any], words: Words) -> str:
    names = [] if line["entities"] == [line["label"]] else line["entities"]
    found = "、".join(words.entity(name) for name in names)
    headings = "、".join(line["headings"])
    return " · ".join(text for text in (found, headings) if text)


def _ledger(one: Mapping[str, Any], words: Words) -> Section:
    ledger = one["ledger"]
    if not ledger:
        return _made(words, one, "ledger", "step value", [])
    rows = [
        (f"{step['step']} {words.term('ledger', step['step'])}", _step_values(step, words))
        for step in ledger["steps"]
    ]
    rows += [
        (words.say("assess.excluded", step=_step(each["step"], words)), f"{each['number']:,}")
        for each in ledger["excluded"]
        if each["number"]
    ]
    rows.append((words.say("assess.sums"), ledger["identity"]))
    if "received_identity" in ledger:
        rows.append((words.say("assess.received_sums"), ledger["received_identity"]))
    return _made(words, one, "ledger", "step value", rows)


def _step_values(step: Mapping[str, Any], words: Words) -> str:
    if step["step"] == "R11":  # by actor: names of people aren't looked up
        return " · ".join(f"{name} {number:,}" for name, number in step["value"].items())
    return _values(step["value"], words)


def _received(one: Mapping[str, Any], words: Words) -> Section:
    """Return the numbers of art. 11 by actor, under this policy."""
    rows = [
        (
            found["actor"],
            f"{found['acquired']:,}",
            " · ".join(f"{name} {n:,}" for name, n in found["by_recipient"].items()),
            f"{found['accumulated']:,}",
            f"{found['only_acquired']:,}",
            f"{found['counted']:,}",
            " · ".join(f"{_tier(tier, words)} {n:,}" for tier, n in found["tiers"].items()),
            "" if found["points"] is None else f"{found['points']:,}",
        )
        for found in one["ledger"].get("received", ())
    ]
    head = "actor #acquired recipient #accumulated #only_acquired #art_11 tiers #points"
    return _made(words, one, "received", head, rows)


def _values(values: Mapping[str, Any], words: Words) -> str:
    """Return named figures, the greatest first where they are of entities."""
    return " · ".join(f"{_figure(name, words)} {number:,}" for name, number in values.items())


def _figure(name: str, words: Words) -> str:
    if name.isdigit():
        return _tier(name, words)
    return words.term("ledger", name) if name.islower() else words.entity(name)


def _step(step: str, words: Words) -> str:
    if step in catalogue()["ledger"]:
        return words.term("ledger", step)
    name, _, flaw = step.partition(":")
    why = f"（{words.term('verdict', flaw)}）" if flaw else ""
    return words.term("step", name) + why


def _working(one: Mapping[str, Any], words: Words) -> Section:
    return _made(words, one, "working", "comparison", [(line,) for line in one["working"]])


def _rules(one: Mapping[str, Any], words: Words) -> Section:
    rows = [
        (
            f"{rule['article']}（{rule['effective']}）",
            words.term("evidence", rule["evidence"]),
            rule["quote"],
            rule["note"].get(words.lang, ""),
            rule["source"],
        )
        for rule in one["rules"]
    ]
    return _made(words, one, "rules", "article evidence quote note source", rows)


def _notes(one: Mapping[str, Any], words: Words) -> Section:
    return _made(words, one, "notes", "note", [(_note(note, words),) for note in one["notes"]])


def _note(note: Mapping[str, str], words: Words) -> str:
    """Return a note, with the name of the entity that it is about."""
    what, text = note["code"].partition(".")[2], note[words.lang]
    if not what.isupper() or words.entity(what) in text:
        return text
    return words.say("assess.about", what=words.entity(what), note=text)
