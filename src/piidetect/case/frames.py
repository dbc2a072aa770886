# SPDX-License-Identifier: Apache-2.0
"""Tables of a case as pandas DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.schema import Verdict

if TYPE_CHECKING:
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
