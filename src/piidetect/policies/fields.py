# SPDX-License-Identifier: Apache-2.0
"""The fields of a policy file: what each may hold; every mistake is collected, none hides another."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, Final

from piidetect.policies import bodies
from piidetect.policies.model import EVIDENCE, Policy, Rule, Texts
from piidetect.yaml_fields import choice, entries, mapping, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from piidetect.policies.model import Body
    from piidetect.yaml_fields import Report

_HEAD: Final = "id version kind name instrument effective status source rules unseen"
#: Kind → the keys of its own, and what reads them.
KINDS: Final[dict[str, tuple[str, Callable[[dict[str, Any], frozenset[str], Report], Body]]]] = {
    "tiers": (bodies.TIERS_KEYS, bodies.tiers),
    "persons": (bodies.PERSONS_KEYS, bodies.persons),
    "labels": (bodies.LABELS_KEYS, bodies.labels),
    "band": (bodies.BAND_KEYS, bodies.band),
    "necessity": (bodies.NECESSITY_KEYS, bodies.necessity),
}
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def policy_from(content: Any, expected_id: str, sha256: str, report: Report) -> Policy | None:
    """Return the policy that a file describes; None where it is no mapping or of no known kind.

    Args:
        content: what the YAML file holds.
        expected_id: the id that follows from the file's name.
        sha256: of the file.
        report: called with field and fault for each mistake.
    """
    if not isinstance(content, dict):
        report("file", "expected a mapping with id, version, kind and so on")
        return None
    kind = choice(content.get("kind"), "kind", KINDS, report)
    if kind not in KINDS:
        return None
    own, body = KINDS[kind]
    data = mapping(content, "", f"{_HEAD} {own}", report)
    if data.get("id") != expected_id or not _ID.fullmatch(expected_id):
        report("id", f"must be {expected_id}, as the file's name, in small letters and hyphens")
    rules = rules_from(data.get("rules"), report)
    return Policy(
        id=expected_id,
        version=text(data.get("version"), "version", report),
        kind=kind,
        name=bodies.both(data.get("name"), "name", report),
        instrument=text(data.get("instrument"), "instrument", report),
        effective=_day(data.get("effective"), "effective", report),
        status=bodies.both(data.get("status"), "status", report),
        source=text(data.get("source"), "source", report),
        rules=rules,
        unseen=_unseen(data.get("unseen"), report),
        body=body(data, frozenset(rules), report),
        sha256=sha256,
    )


def rules_from(value: Any, report: Report) -> dict[str, Rule]:
    """Return the provisions of a file by id, reporting what is wrong with them."""
    rules: dict[str, Rule] = {}
    found = entries(value, "rules", report)
    if not found:
        report("rules", "expected at least one: a policy without a provision is none")
    for index, item in enumerate(found):
        rule = _rule(item, f"rules[{index}]", report)
        if rule.id in rules:
            report(f"rules[{index}].id", f"{rule.id!r} stands there twice")
        rules[rule.id] = rule
    return rules


def _rule(value: Any, where: str, report: Report) -> Rule:
    data = mapping(value, where, "id article effective source evidence quote note", report)
    rule = Rule(
        id=text(data.get("id"), f"{where}.id", report),
        article=text(data.get("article"), f"{where}.article", report),
        effective=_day(data.get("effective"), f"{where}.effective", report),
        source=text(data.get("source"), f"{where}.source", report),
        evidence=choice(data.get("evidence"), f"{where}.evidence", EVIDENCE, report),
        quote=text(data.get("quote"), f"{where}.quote", report, empty=True),
        note=bodies.note(data.get("note"), f"{where}.note", report),
    )
    if not rule.quote and not rule.note:
        report(f"{where}.quote", "empty; give the exact words, or a note with the gist")
    return rule


def _day(value: Any, where: str, report: Report) -> str:
    day = text(value, where, report)
    try:
        written = datetime.date.fromisoformat(day).isoformat()
    except ValueError:
        written = ""
    if day and day != written:
        report(where, 'expected a day such as "2017-06-01"')
    return day


def _unseen(value: Any, report: Report) -> dict[str, Texts]:
    unseen: dict[str, Texts] = {}
    for index, item in enumerate(entries(value, "unseen", report)):
        where = f"unseen[{index}]"
        data = mapping(item, where, "id zh en", report)
        texts = {lang: text(data.get(lang), f"{where}.{lang}", report) for lang in ("zh", "en")}
        unseen[text(data.get("id"), f"{where}.id", report)] = texts
    return unseen
