# SPDX-License-Identifier: Apache-2.0
"""What each kind of policy has of its own, read from its file; what contradicts itself is reported."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from piidetect.policies.model import (
    AppType,
    Axis,
    Band,
    Bundle,
    Grade,
    Item,
    Necessity,
    Switch,
    Texts,
    Tier,
    Tiers,
)
from piidetect.policies.names import check_entity
from piidetect.yaml_fields import choice, entries, mapping, text, texts, truth, whole

if TYPE_CHECKING:
    from piidetect.yaml_fields import Report

TIERS_KEYS: Final = "tiers mixed gain duty especially business fine bundles identifiable switches"
PERSONS_KEYS: Final = "grades"
LABELS_KEYS: Final = "labels"
BAND_KEYS: Final = "band"
NECESSITY_KEYS: Final = "necessity"
#: The defaults that each switch may have.
SWITCHES: Final = {
    "bare_phone": ("exclude", "count"),
    "company_contacts": ("exclude", "count"),
    "public_information": ("count",),
    "versions": ("count",),
}
#: The axes of labels in recognizers/categories.yaml.
AXES: Final = ("class", "pipl", "gbt_35273", "gbt_45574")
_RULES = frozenset[str]


def both(value: Any, where: str, report: Report) -> Texts:
    """Return a text in both languages."""
    data = mapping(value, where, "zh en", report)
    return {lang: text(data.get(lang), f"{where}.{lang}", report) for lang in ("zh", "en")}


def note(value: Any, where: str, report: Report) -> Texts:
    """Return a text in both languages, or none."""
    return {} if value is None else both(value, where, report)


def _rule(value: Any, where: str, rules: _RULES, report: Report) -> str:
    name = text(value, where, report)
    if name and name not in rules:
        report(where, f"there is no rule {name!r} in rules")
    return name


def _entities(value: Any, where: str, report: Report) -> tuple[str, ...]:
    names = texts(value, where, report)
    for index, name in enumerate(names):
        check_entity(name, f"{where}[{index}]", report)
    return names


def tiers(data: dict[str, Any], rules: _RULES, report: Report) -> Tiers:
    """Return the body of a policy of kind ``tiers``."""
    keys = {
        "mixed": "line rule",
        "gain": "line rule",
        "duty": "divisor rule",
        "especially": "multiplier rule",
        "business": "line tier rule",
        "fine": "least most rule",
    }
    part = {name: mapping(data.get(name), name, known, report) for name, known in keys.items()}

    def number(name: str, field: str) -> int:
        return whole(part[name].get(field), f"{name}.{field}", report, least=1)

    def rule(name: str) -> str:
        return _rule(part[name].get("rule"), f"{name}.rule", rules, report)

    found = tuple(
        _tier(item, f"tiers[{index}]", rules, report)
        for index, item in enumerate(entries(data.get("tiers"), "tiers", report))
    )
    names = tuple(tier.tier for tier in found)
    body = Tiers(
        tiers=found,
        mixed_line=number("mixed", "line"),
        mixed_rule=rule("mixed"),
        gain_line=number("gain", "line"),
        gain_rule=rule("gain"),
        duty_divisor=number("duty", "divisor"),
        duty_rule=rule("duty"),
        multiplier=number("especially", "multiplier"),
        especially_rule=rule("especially"),
        business_line=number("business", "line"),
        business_tier=choice(part["business"].get("tier"), "business.tier", names, report),
        business_rule=rule("business"),
        fine_least=number("fine", "least"),
        fine_most=number("fine", "most"),
        fine_rule=rule("fine"),
        bundles=tuple(
            _bundle(item, f"bundles[{index}]", names, rules, report)
            for index, item in enumerate(entries(data.get("bundles"), "bundles", report))
        ),
        identifiable=_identifiable(data.get("identifiable"), report),
        switches=_switches(data.get("switches"), report),
    )
    _check_tiers(body, report)
    return body


def _tier(value: Any, where: str, rules: _RULES, report: Report) -> Tier:
    data = mapping(value, where, "tier line weight rule entities", report)
    return Tier(
        tier=text(data.get("tier"), f"{where}.tier", report),
        line=whole(data.get("line"), f"{where}.line", report, least=1),
        weight=whole(data.get("weight"), f"{where}.weight", report, least=1),
        rule=_rule(data.get("rule"), f"{where}.rule", rules, report),
        entities=_entities(data.get("entities"), f"{where}.entities", report),
    )


def _check_tiers(body: Tiers, report: Report) -> None:
    """Report tiers that overlap: a name or an entity in two, or lines that don't rise."""
    if not body.tiers:
        report("tiers", "expected at least one")
    for name, line in (("mixed", body.mixed_line), ("gain", body.gain_line)):
        if line % body.duty_divisor:
            report(f"{name}.line", f"must be a multiple of duty.divisor, {body.duty_divisor}")
    taken: dict[str, str] = {}
    for index, tier in enumerate(body.tiers):
        where = f"tiers[{index}]"
        for name in (f"tier {tier.tier}", *tier.entities):
            if name in taken:
                report(where, f"overlaps: {name} stands in {taken[name]} too; leave it in one")
            taken.setdefault(name, where)
        if tier.line * tier.weight != body.mixed_line:
            report(f"{where}.weight", f"line x weight must be mixed.line, {body.mixed_line}")
        if tier.line % body.duty_divisor:
            report(f"{where}.line", f"must be a multiple of duty.divisor, {body.duty_divisor}")
    for index, (upper, lower) in enumerate(pairwise(body.tiers), 1):
        if upper.line >= lower.line:
            report(
                f"tiers[{index}].line",
                f"overlaps tiers[{index - 1}]: lines must rise, the gravest tier stands first",
            )


def _bundle(
    value: Any, where: str, names: tuple[str, ...], rules: _RULES, report: Report
) -> Bundle:
    data = mapping(value, where, "id has strict expansive group rule note", report)
    has = tuple(
        _entities(item, f"{where}.has[{index}]", report)
        for index, item in enumerate(entries(data.get("has"), f"{where}.has", report))
    )
    if not has or not all(has):
        report(f"{where}.has", "expected a list of lists of entities, none of them empty")
    tier = {
        reading: choice(data.get(reading), f"{where}.{reading}", names, report)
        for reading in ("strict", "expansive")
    }
    if all(name in names for name in tier.values()) and names.index(tier["strict"]) < names.index(
        tier["expansive"]
    ):
        report(f"{where}.strict", "must not be graver than expansive")
    return Bundle(
        id=text(data.get("id"), f"{where}.id", report),
        has=has,
        strict=tier["strict"],
        expansive=tier["expansive"],
        rule=_rule(data.get("rule"), f"{where}.rule", rules, report),
        group=truth(data.get("group", False), f"{where}.group", report),
        note=note(data.get("note"), f"{where}.note", report),
    )


def _identifiable(value: Any, report: Report) -> dict[str, tuple[tuple[str, ...], ...]]:
    where = "identifiable"
    data = mapping(value, where, "alone with_name contacts together", report)
    found: dict[str, tuple[tuple[str, ...], ...]] = {
        name: (_entities(data.get(name), f"{where}.{name}", report),)
        for name in ("alone", "with_name", "contacts")
    }
    together = entries(data.get("together"), f"{where}.together", report)
    found["together"] = tuple(
        _entities(item, f"{where}.together[{index}]", report) for index, item in enumerate(together)
    )
    return found


def _switches(value: Any, report: Report) -> dict[str, Switch]:
    data = mapping(value, "switches", " ".join(SWITCHES), report)
    switches = {}
    for name, defaults in SWITCHES.items():
        where = f"switches.{name}"
        item = mapping(data.get(name), where, "default note cases", report)
        cases = []
        for index, case in enumerate(entries(item.get("cases"), f"{where}.cases", report)):
            at = f"{where}.cases[{index}]"
            known = mapping(case, at, "name holding source", report)
            cases.append(
                {
                    "name": text(known.get("name"), f"{at}.name", report),
                    "holding": choice(
                        known.get("holding"), f"{at}.holding", ("counted", "excluded"), report
                    ),
                    "source": text(known.get("source"), f"{at}.source", report),
                }
            )
        switches[name] = Switch(
            default=choice(item.get("default"), f"{where}.default", defaults, report),
            note=both(item.get("note"), f"{where}.note", report),
            cases=tuple(cases),
        )
    return switches


def persons(data: dict[str, Any], rules: _RULES, report: Report) -> tuple[Grade, ...]:
    """Return the grades of a policy of kind ``persons``, the lowest first."""
    grades = []
    for index, item in enumerate(entries(data.get("grades"), "grades", report)):
        where = f"grades[{index}]"
        found = mapping(item, where, "grade line rule name", report)
        grades.append(
            Grade(
                grade=text(found.get("grade"), f"{where}.grade", report),
                line=whole(found.get("line"), f"{where}.line", report, least=1),
                rule=_rule(found.get("rule"), f"{where}.rule", rules, report),
                name=both(found.get("name"), f"{where}.name", report),
            )
        )
        if index and grades[-1].line <= grades[-2].line:
            report(f"{where}.line", f"overlaps grades[{index - 1}]: lines must rise")
    if not grades:
        report("grades", "expected at least one")
    return tuple(grades)


def labels(data: dict[str, Any], rules: _RULES, report: Report) -> Axis:
    """Return the axis of a policy of kind ``labels``."""
    found = mapping(data.get("labels"), "labels", "axis rule under_14", report)
    minors = found.get("under_14")
    return Axis(
        axis=choice(found.get("axis"), "labels.axis", AXES, report),
        rule=_rule(found.get("rule"), "labels.rule", rules, report),
        under_14_rule="" if minors is None else _rule(minors, "labels.under_14", rules, report),
    )


def band(data: dict[str, Any], rules: _RULES, report: Report) -> Band:
    """Return the body of a policy of kind ``band``."""
    found = mapping(data.get("band"), "band", "below rules", report)
    named = texts(found.get("rules"), "band.rules", report)
    if not named:
        report("band.rules", "expected at least one")
    for index, name in enumerate(named):
        _rule(name, f"band.rules[{index}]", rules, report)
    return Band(below=text(found.get("below"), "band.below", report), rules=named)


def necessity(data: dict[str, Any], rules: _RULES, report: Report) -> Necessity:
    """Return the body of a policy of kind ``necessity``."""
    found = mapping(data.get("necessity"), "necessity", "rule fields types", report)
    given = found.get("fields")
    known = " ".join(map(str, given)) if isinstance(given, dict) else ""
    named = mapping(given, "necessity.fields", known, report)
    fields = {
        name: _entities(value, f"necessity.fields.{name}", report) for name, value in named.items()
    }
    types: list[AppType] = []
    for index, item in enumerate(entries(found.get("types"), "necessity.types", report)):
        one = _app_type(item, f"necessity.types[{index}]", fields, report)
        if one.key in {other.key for other in types}:
            report(f"necessity.types[{index}].key", f"{one.key!r} stands there twice")
        types.append(one)
    if not types:
        report("necessity.types", "expected at least one")
    rule = _rule(found.get("rule"), "necessity.rule", rules, report)
    return Necessity(rule=rule, fields=fields, types=tuple(types))


def _app_type(
    value: Any, where: str, fields: dict[str, tuple[str, ...]], report: Report
) -> AppType:
    data = mapping(value, where, "number key name service items", report)
    items = []
    for index, item in enumerate(entries(data.get("items"), f"{where}.items", report)):
        at = f"{where}.items[{index}]"
        found = mapping(item, at, "name fields role only", report)
        names = texts(found.get("fields"), f"{at}.fields", report)
        for name in names:
            if name not in fields:
                report(f"{at}.fields", f"there is no field {name!r} in necessity.fields")
        items.append(
            Item(
                name=text(found.get("name"), f"{at}.name", report),
                fields=names,
                role=text(found.get("role"), f"{at}.role", report),
                condition=text(found.get("only", ""), f"{at}.only", report, empty=True),
            )
        )
    return AppType(
        number=whole(data.get("number"), f"{where}.number", report, least=1),
        key=text(data.get("key"), f"{where}.key", report),
        name=text(data.get("name"), f"{where}.name", report),
        service=text(data.get("service"), f"{where}.service", report),
        items=tuple(items),
    )
