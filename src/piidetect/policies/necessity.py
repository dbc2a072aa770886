# SPDX-License-Identifier: Apache-2.0
"""What an app collected beyond what its type may: by field, with rows and persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError
from piidetect.policies.assessment import Assessment, Line
from piidetect.policies.categories import load_categories
from piidetect.policies.figures import stated
from piidetect.policies.names import bits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from piidetect.case import Case
    from piidetect.policies.model import AppType, Necessity, Policy, Texts

#: As a line's standing, the mildest first.
NECESSARY, CONDITIONAL, BEYOND = "necessary", "conditional", "beyond"


def beyond(case: Case, policy: Policy, body: Necessity, app_type: str | None) -> Assessment:
    """Return each entity that the case holds, and whether the type of app may collect it.

    A field is necessary for one role only (the sender, not the recipient); roles in an app can't be
    told from data, so a field is ``necessary`` if it is for anybody. An item with a condition is
    ``conditional``: only the sub-service named makes it necessary.

    Raises:
        ArgumentError: the type of app is missing or unknown.
    """
    kind = find_type(body, app_type)
    counts = case.result
    standing, notes = _standings(body, kind)
    labels = load_categories().labels
    lines = []
    for name, one in counts.entities.items():
        label = labels.get(name)
        if not one["rows"] or (label is not None and label.category == "none"):
            continue
        lines.append(
            Line(
                label=name,
                standing=standing.get(name, BEYOND),
                rows=one["rows"],
                counted=None,
                persons=_having(counts.person_masks, bits([name])),
                entities=(name,),
                headings=_headings(case, name),
            )
        )
    order = (BEYOND, CONDITIONAL, NECESSARY)
    lines.sort(key=lambda line: (order.index(line.standing), -(line.rows or 0), line.label))
    over = tuple(line.label for line in lines if line.standing == BEYOND)
    if over:
        wanted = bits(over)
        lines.append(
            Line(
                label="any",
                standing=BEYOND,
                rows=_having(counts.histogram, wanted),
                counted=None,
                persons=_having(counts.person_masks, wanted),
                entities=over,
            )
        )
    return Assessment(
        policy=policy,
        level=None,
        items=(body.rule,) if over else (),
        lines=tuple(lines),
        parameters={
            "app_type": kind.key,
            "app_type_number": kind.number,
            "app_type_name": kind.name,
            "basic_service": kind.service,
            "necessary": [item.name for item in kind.items],
        },
        notes=(*stated(policy), *notes),
    )


def find_type(body: Necessity, wanted: str | None) -> AppType:
    """Return a type of app by key, number or Chinese name.

    Raises:
        ArgumentError: it is missing or unknown; the message lists the types.
    """
    for kind in body.types:
        if wanted in {kind.key, str(kind.number), kind.name, kind.name.removesuffix("类")}:
            return kind
    listed = ", ".join(f"{kind.key} ({kind.number} {kind.name})" for kind in body.types)
    what = "app type is needed" if wanted is None else f"there is no app type {wanted!r}"
    raise ArgumentError(f"{what}; give --app-type (app_type=) as one of: {listed}")


def _standings(body: Necessity, kind: AppType) -> tuple[dict[str, str], list[Texts]]:
    """Return entity → standing, and a note for each condition."""
    standing: dict[str, str] = {}
    notes: list[Texts] = []
    for number, item in enumerate(kind.items, 1):
        for field in item.fields:
            for name in body.fields[field]:
                if not item.condition:
                    standing[name] = NECESSARY
                else:
                    standing.setdefault(name, CONDITIONAL)
        if item.condition:
            notes.append(
                {
                    "code": f"condition.{number}",
                    "zh": f"“{item.name}”有限定条件：{item.condition}。",
                    "en": f"“{item.name}” has a condition: {item.condition}.",
                }
            )
    return standing, notes


def _having(masks: Mapping[int, int], wanted: int) -> int:
    return sum(number for mask, number in masks.items() if mask & wanted)


def _headings(case: Case, entity: str) -> tuple[str, ...]:
    found = {
        column["header"]
        for part in case.parts
        for column in part.meta["columns"]
        if column["entity"] == entity and column["header"]
    }
    return tuple(sorted(found))
