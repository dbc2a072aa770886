# SPDX-License-Identifier: Apache-2.0
"""Tables of a case as pandas DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from piidetect.case.opened import Case


def counts(case: Case) -> pd.DataFrame:
    """Return entity × findings, distinct_valid, rows and a column for each verdict."""
    import pandas as pd

    rows = [
        {
            "entity": name,
            "findings": value["findings"],
            "distinct_valid": value["distinct_valid"],
            "rows": value["rows"],
            **value["verdicts"],
        }
        for name, value in case.result.entities.items()
    ]
    verdicts = [verdict.name.lower() for verdict in Verdict if verdict]
    used = [name for name in verdicts if any(name in row for row in rows)]
    names = ["entity", "findings", "distinct_valid", "rows", *used]
    table = pd.DataFrame(rows, columns=names).set_index("entity")
    return table.fillna(0).astype("int64")


def columns(case: Case) -> pd.DataFrame:
    """Return one row a column: source, position, header, entity, whose, evidence, kind, and more."""
    import pandas as pd

    names = ["source", "position", "header", "entity", "whose", "evidence", "kind"]
    rows = [
        {"source": part.meta["path"], **column}
        for part in case.parts
        for column in part.meta["columns"]
    ]
    more = sorted({name for row in rows for name in row} - set(names))
    return pd.DataFrame(rows, columns=[*names, *more])


def persons(case: Case) -> pd.DataFrame:
    """Return figure × persons: low, point, high and the groups."""
    import pandas as pd

    found = case.result.persons
    figures = {"low": found.low, "point": found.point, "high": found.high, **case.result.groups}
    index = pd.Index(list(figures), name="figure")
    return pd.DataFrame({"persons": list(figures.values())}, index=index)


def sources(case: Case) -> pd.DataFrame:
    """Return one row a source: path, format, encoding, bytes, sha256, rows, status, reason."""
    import pandas as pd

    names = ["path", "format", "encoding", "bytes", "sha256", "rows", "rows_unparsed"]
    names += ["status", "reason"]
    rows = [[part.meta[name] for name in names] for part in case.parts]
    return pd.DataFrame(rows, columns=names)


def alert_list(case: Case) -> list[dict[str, Any]]:
    """Return the alerts of the case and of its sources, in a fixed order."""
    found = [dict(alert) for alert in case.meta["alerts"]]
    for part in case.parts:
        found += [{"source": part.meta["path"], **alert} for alert in part.meta["alerts"]]
    return sorted(found, key=_alert_order)


def _alert_order(alert: Mapping[str, Any]) -> tuple[Any, ...]:
    place = [-1 if alert.get(name) is None else alert[name] for name in ("row", "byte_offset")]
    return (alert["source"], alert["code"], *place, alert["message"])


def alerts(case: Case) -> pd.DataFrame:
    """Return one row an alert: source, code, message, row, byte_offset."""
    import pandas as pd

    names = ["source", "code", "message", "row", "byte_offset"]
    table = pd.DataFrame(case.alert_list(), columns=names)
    return table.astype({"row": "Int64", "byte_offset": "Int64"})
