# SPDX-License-Identifier: Apache-2.0
"""A lead sheet as ``piidetect.lead/1``, and what a re-check needs read back from it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piidetect.errors import ArgumentError
from piidetect.schema import ENTITIES
from piidetect.tracks.lead import KINDS, NEW, SCHEMA, UNITS, VALUES, Demand, LeadSheet, persons_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from piidetect.tracks.lead import Touched

_LARGEST = 64 << 20
_TOOL = ("name", "version", "recognizers_sha256")


@dataclass(frozen=True)
class Terms:
    """What was demanded of whom: read from a lead sheet or its JSON.

    ``provisions`` is duty → articles; ``names`` duty → name by language; ``rechecks`` the same.
    """

    case: str
    holder: str
    authority: Mapping[str, str]
    sources: tuple[str, ...]
    reply_by: str | None
    demands: tuple[Demand, ...]
    names: Mapping[str, Mapping[str, str]]
    provisions: Mapping[str, str]
    rechecks: Mapping[str, Mapping[str, str]]


def sheet(lead: LeadSheet) -> dict[str, Any]:
    """Return a lead sheet as plain values, the same in every language."""
    case, counts = lead.case, lead.case.result
    unit, number, rule = lead.duties.reply["urgent" if lead.urgent else "ordinary"]
    used = {name for one in lead.touched for name in one.duty.rules}
    used |= {lead.kind.rule, rule, lead.duties.civil}
    return {
        "schema": SCHEMA,
        "tool": {name: case.meta["tool"].get(name, "") for name in _TOOL},
        "case": {"id": case.id, "reference_date": case.meta["reference_date"]},
        "holder": {"name": lead.holder, "kind": lead.kind.id, "kind_name": dict(lead.kind.name)},
        "authority": dict(lead.authority),
        "sources": [
            {"path": _plain(part.meta["path"]), "sha256": part.meta["sha256"]}
            | {"rows": part.meta["rows"], "sector": sector}
            for part, sector in zip(case.parts, lead.sectors, strict=True)
        ],
        "figures": {
            "rows": counts.rows,
            "counted": counts.funnel[-1].remaining,
            "persons": dict(persons_of(case)),
            "groups": dict(counts.groups),
        },
        "sensitive": [
            {"kind": line.label, "standing": line.standing, "rows": line.rows}
            | {"persons": line.persons, "entities": list(line.entities)}
            for line in lead.sensitive.lines
        ],
        "app_type": lead.app_type,
        "keep": list(lead.keep),
        "duties": [_touched(one) for one in lead.touched],
        "provisions": [_values(lead.duties.rules[one]) for one in sorted(used)],
        "reply": {
            "served": None if lead.served is None else lead.served.isoformat(),
            "urgent": lead.urgent,
            "time": {unit: number},
            "rule": rule,
            "by": None if lead.reply_by is None else lead.reply_by.isoformat(),
        },
        "demands": [
            {name: _value(value) for name, value in vars(demand).items()} for demand in lead.demands
        ],
        "leads": _leads(lead),
        "duties_file": {
            "version": lead.duties.version,
            "sha256": lead.duties.sha256,
            "status": dict(lead.duties.status),
        },
    }


def terms_of(lead: LeadSheet | Mapping[str, Any] | str | os.PathLike[str]) -> Terms:
    """Return what was demanded.

    Args:
        lead: a lead sheet, what its ``to_dict`` gave, or the path of its JSON.

    Raises:
        ArgumentError: it is none, or was changed so that it can't be used.
    """
    if isinstance(lead, LeadSheet):
        lead = lead.to_dict()
    name = "the lead sheet"
    if isinstance(lead, str | os.PathLike):
        name = f"lead sheet {str(lead)!r}"
        lead = _read(Path(lead), name)
    if not isinstance(lead, dict) or lead.get("schema") != SCHEMA:
        raise ArgumentError(
            f"{name} is no {SCHEMA}; make it with: piidetect lead … --out lead.json"
        )
    try:
        return _terms(lead)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArgumentError(
            f"{name} was changed and can't be used ({type(error).__name__}: {error}); make it again"
        ) from None


def _terms(lead: Mapping[str, Any]) -> Terms:
    articles = {one["id"]: one["article"] for one in lead["provisions"]}
    duties = {one["id"]: one for one in lead["duties"]}
    demands = tuple(
        Demand(
            one["id"], one["kind"], one["entity"], tuple(one["duties"]), one["before"], one["unit"]
        )
        for one in lead["demands"]
    )
    for demand in demands:
        known = demand.entity in ENTITIES if demand.kind in (VALUES, NEW) else not demand.entity
        if demand.kind not in KINDS or not known or demand.unit not in (*UNITS, ""):
            raise ValueError(f"demand {demand.id!r}")
        if not set(demand.duties) <= set(duties):
            raise ValueError(f"duties of demand {demand.id!r}")
    by = lead["reply"]["by"]
    return Terms(
        case=str(lead["case"]["id"]),
        holder=str(lead["holder"]["name"]),
        authority={lang: str(lead["authority"][lang]) for lang in ("zh", "en")},
        sources=tuple(str(one["path"]) for one in lead["sources"]),
        reply_by=None if by is None else str(by),
        demands=demands,
        names={name: dict(one["name"]) for name, one in duties.items()},
        provisions={
            name: "、".join(articles[rule] for rule in one["rules"]) for name, one in duties.items()
        },
        rechecks={name: dict(one["recheck"]) for name, one in duties.items()},
    )


def _read(path: Path, name: str) -> Any:
    try:
        if path.stat().st_size > _LARGEST:
            raise ArgumentError(f"{name} is larger than a lead sheet can be; give another file")
        return json.loads(path.read_bytes())
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ArgumentError(f"{name} can't be read: {why}") from None
    except (ValueError, RecursionError):
        raise ArgumentError(
            f"{name} is no JSON; make it with: piidetect lead … --out lead.json"
        ) from None


def _touched(one: Touched) -> dict[str, Any]:
    duty = one.duty
    return {
        "id": duty.id,
        "name": dict(duty.name),
        "rules": list(duty.rules),
        "entities": list(one.entities),
        "rows": one.rows,
        "persons": one.persons,
        "measure": duty.measure,
        "demand": dict(duty.demand),
        "recheck": dict(duty.recheck),
    }


def _leads(lead: LeadSheet) -> dict[str, Any] | None:
    if lead.leads is None:
        return None
    return {
        "matched": [lead.leads.as_dict(one) for one in lead.leads.matched],
        "unmatched": [lead.leads.as_dict(one) for one in lead.leads.unmatched],
    }


def _plain(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _values(one: Any) -> dict[str, Any]:
    return {name: _value(value) for name, value in vars(one).items()}


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int | None) else dict(value)
