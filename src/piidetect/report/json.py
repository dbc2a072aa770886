# SPDX-License-Identifier: Apache-2.0
"""report.json: the one dictionary that every report is made from (``piidetect.report/1``).

The bytes depend on the sources, the key and the version alone: no time of day, no order of files
or threads, no raw value and no hash of one.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from piidetect.case import Case
    from piidetect.case_folder import Folder
    from piidetect.count import Counts
    from piidetect.report.sections import Exemplars, Report

SCHEMA = "piidetect.report/1"
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


def build(case: Case) -> Report:
    """Return the report dictionary of a case."""
    return assemble(case.folder, case.result)


def assemble(folder: Folder, counts: Counts) -> Report:
    """Return the report dictionary from a case folder's files and its counts."""
    sources = [_source(part.meta) for part in folder.parts]
    return {
        "schema": SCHEMA,
        "tool": {
            name: folder.meta["tool"].get(name, "")
            for name in ("name", "version", "recognizers_sha256")
        },
        "parameters": _sorted(folder.meta["parameters"]),
        "case": {"id": folder.meta["id"], "reference_date": folder.meta["reference_date"]},
        "sources": sources,
        "totals": {
            "sources": len(sources),
            "bytes": sum(source["bytes"] for source in sources),
            "rows": counts.rows,
        },
        "entities": _sorted(counts.entities),
        "categories": _sorted(counts.categories),
        "columns": [column for part in folder.parts for column in _columns(part.meta)],
        "funnel": [
            {"step": s.step, "excluded": s.excluded, "remaining": s.remaining, "reason": s.reason}
            for s in counts.funnel
        ],
        "persons": {
            "low": counts.persons.low,
            "point": counts.persons.point,
            "high": counts.persons.high,
            "by_key": _sorted(counts.persons.by_key),
        },
        "groups": dict(counts.groups),
        "assessments": [],
        "alerts": _alerts(folder),
    }


def exemplars(case: Case) -> Exemplars:
    """Return the masked examples of a case, which stand beside the report and not in it."""
    found: Exemplars = {}
    for part in case.folder.parts:
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
        key: _sorted(value) if isinstance(value, dict) else value
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


def _alerts(folder: Folder) -> list[dict[str, Any]]:
    alerts = [*folder.meta["alerts"], *(a for part in folder.parts for a in part.meta["alerts"])]
    unique = {
        (
            plain(alert["source"]),
            -1 if alert["row"] is None else alert["row"],
            alert["code"],
            alert["message"],
            -1 if alert["byte_offset"] is None else alert["byte_offset"],
        ): alert
        for alert in alerts
    }
    names = ("source", "code", "message", "row", "byte_offset")
    return [
        {name: alert[name] for name in names} | {"source": key[0]}
        for key, alert in sorted(unique.items(), key=lambda pair: pair[0])
    ]
