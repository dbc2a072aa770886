# SPDX-License-Identifier: Apache-2.0
"""The sources of a case by sector, with persons and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.columns.sectors import sector_of
from piidetect.cores import available_cores
from piidetect.count.sectors import by_sector

if TYPE_CHECKING:
    import pandas as pd

    from piidetect.case import Case

#: Bytes that keys take at a time.
MEMORY = 600_000_000
GROUPS = ("female", "male", "under_14", "under_18", "over_60")
_TOLD = 12


def tabulate(case: Case, threads: int | None = None) -> pd.DataFrame:
    """Return sector × sources, records, persons, groups and the headings that told it.

    Raises:
        CaseError: a table is damaged.
    """
    import pandas as pd

    told: dict[str, set[str]] = {}
    sectors = []
    for part in case.parts:
        sector, headings = sector_of(column["header"] for column in part.meta["columns"])
        sectors.append(sector)
        told.setdefault(sector, set()).update(headings)
    counted = by_sector(case.folder, sectors, memory=MEMORY, threads=threads or available_cores())
    rows = [
        {
            "sector": sector or "unknown",
            "sources": sectors.count(sector),
            "records": records,
            "persons": persons,
            **{name: dict(groups)[name] for name in GROUPS},
            "told_by": "、".join(sorted(told[sector])[:_TOLD]),
        }
        for sector, (records, persons, groups) in sorted(
            counted.items(), key=lambda one: (one[0] == "", -one[1][1], one[0])
        )
    ]
    names = ["sector", "sources", "records", "persons", *GROUPS, "told_by"]
    return pd.DataFrame(rows, columns=names).set_index("sector")
