# SPDX-License-Identifier: Apache-2.0
"""Many cases at once: the persons that they share, and a table of a folder of cases."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piidetect import case_folder as layout
from piidetect.case.compared import MEMORY, require_one_key
from piidetect.case.opened import Case, open_case
from piidetect.cores import available_cores
from piidetect.errors import ArgumentError, CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

#: How deep below a folder cases are looked for.
DEEPEST = 4
_PORTFOLIO = (
    "case",
    "id",
    "status",
    "key",
    "reference_date",
    "sources",
    "bytes",
    "rows",
    "counted",
)
_FIGURES = ("low", "point", "high", "alerts", "reason")


def overlap(
    cases: Sequence[Case | str | os.PathLike[str]], *, threads: int | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the persons that cases share: a matrix case × case, and in how many cases persons are.

    A person is a distinct subject of records: an ID, or a name with a contact or an address. All
    figures are exact; who it is can't be told from them.

    Raises:
        ArgumentError: fewer than two cases, more than 64, or cases of different keys.
        CaseError: a folder isn't a case or is damaged.
    """
    import pandas as pd

    from piidetect.count.overlap import MOST_CASES
    from piidetect.count.overlap import overlap as count_overlap

    opened = [case if isinstance(case, Case) else open_case(case) for case in cases]
    if not 2 <= len(opened) <= MOST_CASES:  # noqa: PLR2004
        msg = f"overlap takes 2 to {MOST_CASES} cases, not {len(opened)}"
        raise ArgumentError(msg)
    require_one_key(opened)
    found = count_overlap(
        [case.folder for case in opened], memory=MEMORY, threads=threads or available_cores()
    )
    names = [str(case.directory) for case in opened]
    matrix = pd.DataFrame(
        [list(row) for row in found.matrix], index=pd.Index(names, name="case"), columns=names
    )
    index = pd.Index(list(found.hits), name="cases")
    return matrix, pd.DataFrame({"persons": list(found.hits.values())}, index=index)


def portfolio(directory: str | os.PathLike[str], *, threads: int | None = None) -> pd.DataFrame:
    """Return one row a case below a folder: what it holds and counts; damaged ones with the reason.

    Raises:
        ArgumentError: there is no such folder, or no case in it.
    """
    import pandas as pd

    root = Path(directory)
    if not root.is_dir():
        msg = f"{root} is no folder; give the folder that holds the cases"
        raise ArgumentError(msg)
    rows = [_row(root, path, threads) for path in _cases(root, 0)]
    if not rows:
        msg = f"no case was found in {root} or {DEEPEST} folders below it"
        raise ArgumentError(msg)
    whole = ["sources", "bytes", "rows", "counted", "low", "point", "high", "alerts"]
    return pd.DataFrame(rows, columns=[*_PORTFOLIO, *_FIGURES]).astype(
        dict.fromkeys(whole, "Int64")
    )


def _cases(directory: Path, depth: int) -> Iterator[Path]:
    try:
        names = sorted(os.listdir(directory))  # noqa: PTH208
    except OSError:
        return
    if layout.CASE_FILE in names:
        yield directory
        return
    for name in names:
        path = directory / name
        if depth < DEEPEST and path.is_dir() and not path.is_symlink():
            yield from _cases(path, depth + 1)


def _row(root: Path, path: Path, threads: int | None) -> dict[str, Any]:
    shown = str(path.relative_to(root)) if path != root else str(path)
    row: dict[str, Any] = {"case": shown, "status": "damaged"}
    try:
        case = Case(layout.read_folder(path), threads=threads)
        result = case.result
    except CaseError as error:
        return row | {"reason": str(error)}
    incomplete = any(part.meta["status"] != "complete" for part in case.parts)
    return row | {
        "id": case.id,
        "status": "partial" if incomplete else "complete",
        "key": case.meta["key"].get("fingerprint", ""),
        "reference_date": case.meta["reference_date"],
        "sources": result.sources,
        "bytes": result.bytes,
        "rows": result.rows,
        "counted": result.funnel[-1].remaining,
        "low": result.persons.low,
        "point": result.persons.point,
        "high": result.persons.high,
        "alerts": len(case.alert_list()),
        "reason": "",
    }
