# SPDX-License-Identifier: Apache-2.0
"""What a case holds by class, or by kind of sensitive information: records and persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from piidetect.count import Identifiability
from piidetect.policies.assessment import Assessment, Line
from piidetect.policies.categories import load_categories
from piidetect.policies.figures import stated
from piidetect.policies.names import bits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from piidetect.case import Case
    from piidetect.count import Counts
    from piidetect.policies.model import Axis, Policy, Texts


class _Figures(NamedTuple):
    """Mask → all records, records that count, and persons."""

    rows: Mapping[int, int]
    counted: Mapping[int, int]
    persons: Mapping[int, int]


def labelled(case: Case, policy: Policy, body: Axis) -> Assessment:
    """Return the records and persons under each label of one axis.

    A label that some entities have for certain and others not has two lines, ``firm`` and
    ``contested``; what is firm for a record or person isn't contested for it as well.
    """
    counts = case.result
    rule = Identifiability(bare_phone=bool(case.meta["parameters"].get("bare_phone", False)))
    figures = _Figures(
        counts.histogram,
        {mask: n for mask, n in case.informations.information.items() if rule.keeps(mask)},
        counts.person_masks,
    )
    categories = load_categories()
    used = [name for name, one in counts.entities.items() if one["rows"]]
    firm, doubtful, notes = _sorted(body, used)
    words = categories.classes if body.axis == "class" else categories.kinds
    lines = [
        line
        for kind in words
        for line in _lines(figures, kind, firm.get(kind, []), doubtful.get(kind, []))
    ]
    if body.axis != "class":
        lines += _minors(counts, body)
        lines += _lines(figures, "any", _flat(firm), _flat(doubtful))
    standard = categories.standards[body.axis]
    head = {"code": f"standard.{body.axis}", **standard["note"]}
    parameters = {
        "axis": body.axis,
        "standard": standard["standard"],
        "evidence": standard["evidence"],
        "categories_sha256": categories.sha256,
    }
    return Assessment(
        policy=policy,
        level=None,
        lines=tuple(lines),
        parameters=parameters,
        labels={line.label: words[line.label] for line in lines if line.label in words},
        notes=(*stated(policy), head, *notes),
    )


_Kinds = dict[str, list[str]]


def _sorted(body: Axis, used: list[str]) -> tuple[_Kinds, _Kinds, list[Texts]]:
    """Return the entities by kind, those for certain and those contested, and why they are."""
    labels = load_categories().labels
    firm: _Kinds = {}
    doubtful: _Kinds = {}
    notes: list[Texts] = []
    for name in used:
        label = labels.get(name)
        if label is None:
            notes.append(_unlabelled(name))
        elif body.axis == "class":
            if label.category != "none":
                firm.setdefault(label.category, []).append(name)
        elif label.sensitive[body.axis].standing != "not_sensitive":
            one = label.sensitive[body.axis]
            side = firm if one.standing == "sensitive" else doubtful
            side.setdefault(one.kind, []).append(name)
            if one.why:
                notes.append({"code": f"label.{name}", **one.why})
    return firm, doubtful, notes


def _flat(names: Mapping[str, list[str]]) -> list[str]:
    return [name for some in names.values() for name in some]


def _unlabelled(name: str) -> Texts:
    return {
        "code": f"unlabelled.{name}",
        "zh": f"{name} 尚无标签，未计入。",
        "en": f"{name} has no label yet and isn't counted.",
    }


def _lines(figures: _Figures, kind: str, firm: list[str], doubtful: list[str]) -> list[Line]:
    sure, maybe = bits(firm), bits(doubtful)
    lines = []
    if firm:
        lines.append(_line(figures, kind, "firm", sure, 0, firm))
    if doubtful:
        lines.append(_line(figures, kind, "contested", maybe, sure, doubtful))
    return lines


def _line(
    figures: _Figures, kind: str, standing: str, wanted: int, not_those: int, names: list[str]
) -> Line:
    def having(masks: Mapping[int, int]) -> int:
        return sum(n for mask, n in masks.items() if mask & wanted and not mask & not_those)

    return Line(
        label=kind,
        standing=standing,
        rows=having(figures.rows),
        counted=having(figures.counted),
        persons=having(figures.persons),
        entities=tuple(sorted(names)),
    )


def _minors(counts: Counts, body: Axis) -> list[Line]:
    """Return the children under 14, of whom everything is sensitive; only persons are known."""
    number = counts.groups["under_14"]
    if not body.under_14_rule or not number:
        return []
    return [Line(label="minor", standing="firm", rows=None, counted=None, persons=number)]
