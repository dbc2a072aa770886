# SPDX-License-Identifier: Apache-2.0
"""report.json: the one dictionary that every report is made from (``piidetect.report/1``).

The bytes depend on the sources, the key and the version alone: no time of day, no order of files
or threads, no raw value and no hash of one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from piidetect.case import Case
    from piidetect.policies import Assessment
    from piidetect.report.shapes import Exemplars, Report

SCHEMA = "piidetect.report/1"
_TOOL_FIELDS = ("name", "version", "recognizers_sha256")
_STEP_FIELDS = ("step", "excluded", "remaining", "reason")
_ALERT_FIELDS = ("source", "code", "message", "row", "byte_offset")
_SOURCE_FIELDS = (
    "path",
    "format",
    "encoding",
    "bytes",
    "sha256",
    "rows",
    "rows_unparsed",
    "status",
    "reason",
)


def dumps(report: Report) -> str:
    """Return the report as JSON text that ends with a line break."""
    return json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def build(case: Case, assessments: Sequence[Assessment] = (), *, details: bool = False) -> Report:
    """Return the report dictionary of a case, with the assessments and details that were asked for."""
    figures, persons = case.result, case.result.persons
    report: Report = {
        "schema": SCHEMA,
        "tool": {name: case.meta["tool"].get(name, "") for name in _TOOL_FIELDS},
        "parameters": _sorted(case.meta["parameters"]),
        "case": {"id": case.id, "reference_date": case.meta["reference_date"]},
        "sources": [_source(part.meta) for part in case.parts],
        "totals": {
            "sources": figures.sources,
            "bytes": figures.bytes,
            "rows": figures.rows,
        },
        "entities": _sorted(figures.entities),
        "categories": _sorted(figures.categories),
        "columns": [column for part in case.parts for column in _columns(part.meta)],
        "funnel": [{name: getattr(step, name) for name in _STEP_FIELDS} for step in figures.funnel],
        "persons": {
            "low": persons.low,
            "point": persons.point,
            "high": persons.high,
            "by_key": _sorted(persons.by_key),
        },
        "groups": dict(figures.groups),
        "assessments": [one.to_dict() for one in assessments],
        "alerts": [_alert(alert) for alert in case.alert_list()],
    }
    if details:
        from piidetect.report.details import add

        add(report, case)
    return report


def assessed(case: Case, assessments: Sequence[dict[str, Any]]) -> Report:
    """Return assessments by themselves (``piidetect.assessment/1``), with the case they are of."""
    return {
        "schema": "piidetect.assessment/1",
        "tool": {name: case.meta["tool"].get(name, "") for name in _TOOL_FIELDS},
        "case": {"id": case.id, "reference_date": case.meta["reference_date"]},
        "assessments": list(assessments),
    }


def exemplars(case: Case) -> Exemplars:
    """Return the masked examples of a case, which stand beside the report and not in it."""
    found: Exemplars = {}
    for part in case.parts:
        for one in part.meta.get("exemplars", ()):
            place = (plain(part.meta["path"]), one["column"])
            found.setdefault(place, []).append((one["entity"], one["verdict"], one["text"]))
    return found


def plain(path: str) -> str:
    r"""Return a path as valid Unicode: bytes of a name that are no UTF-8 become ``\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _sorted(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy with the keys in order, at each level."""
    return {
        key: _sorted(value) if isinstance(value, Mapping) else value
        for key, value in sorted(mapping.items())
    }


def _source(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {name: meta[name] for name in _SOURCE_FIELDS} | {"path": plain(meta["path"])}


def _columns(meta: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for column in sorted(meta["columns"], key=lambda one: one["position"]):
        share = column.get("share_valid")
        yield {
            "source": plain(meta["path"]),
            "position": column["position"],
            "header": column["header"],
            "role": role(column),
            "share_valid": None if share is None else round(share, 4),
        }


def role(column: Mapping[str, Any]) -> str:
    """Return a column's role: ``ENTITY/whose``, ``ENTITY/whose/kind``, a plain kind, or nothing.

    >>> role({"entity": "CN_MOBILE", "whose": "contact", "kind": ""})
    'CN_MOBILE/contact'
    """
    entity, whose, kind = column["entity"], column["whose"], column["kind"]
    if not entity:
        return str(kind)
    return "/".join(part for part in (entity, whose or "unknown", kind) if part)


def _alert(alert: Mapping[str, Any]) -> dict[str, Any]:
    return {name: alert.get(name) for name in _ALERT_FIELDS} | {"source": plain(alert["source"])}
