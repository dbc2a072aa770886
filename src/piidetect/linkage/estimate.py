# SPDX-License-Identifier: Apache-2.0
"""The estimate: how many persons the records of a case tell of, if the model is right.

It is no count. It never enters low, point or high, a claim or an assessment: those follow from rules
that anybody can check record by record, this from a model that anybody may doubt.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piidetect.cores import available_cores
from piidetect.errors import ArgumentError
from piidetect.linkage.model import LEAST, RECALL, Scored, score
from piidetect.linkage.rows import HUB, rows_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import numpy as np
    import pyarrow as pa

    from piidetect.case import Case

SCHEMA = "piidetect.estimate/1"
#: The probabilities from which a pair counts as one person: the range, and the one in the middle.
THRESHOLDS: tuple[float, ...] = (0.5, 0.9, 0.99)
MIDDLE = 0.9


@dataclass(frozen=True)
class PersonEstimate:
    """An estimate of persons by a statistical model; made by :func:`estimate_persons`.

    Attributes:
        case: the case's id and reference date.
        rows: the different records that tell of a person.
        subjects: whom they tell of, told apart by ID, or by name with contact or address: no model.
        ids: those of them with an ID; no link joins two IDs.
        persons: probability from which a pair is one person → how many persons.
        pairs: the pairs that are one person's with at least 0.5.
        model: the columns compared with m and u, the prior, what it was trained on.
    """

    case: Mapping[str, str]
    rows: int
    subjects: int
    ids: int
    persons: Mapping[float, int]
    pairs: int
    model: Mapping[str, Any]

    @property
    def estimate(self) -> int:
        """Return the persons where pairs of at least 0.9 are one person."""
        return self.persons[MIDDLE]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as ``piidetect.estimate/1``; no value and no key of one."""
        return {
            "schema": SCHEMA,
            "pleaded": False,
            "case": dict(self.case),
            "rows": self.rows,
            "subjects": self.subjects,
            "ids": self.ids,
            "estimate": self.estimate,
            "persons": {f"{at:g}": number for at, number in self.persons.items()},
            "pairs": self.pairs,
            "model": dict(self.model),
        }


def estimate_persons(
    case: Case, *, spark: Any = None, temp_directory: str | os.PathLike[str] | None = None
) -> PersonEstimate:
    """Estimate how many persons the records of a case tell of; needs ``piidetect[linkage]``.

    The model is Splink's, on DuckDB; see :mod:`piidetect.linkage.model`. It compares keyed hashes
    alone, so that 张三 and 张叁 are two names to it. The same case gives the same estimate.

    Args:
        case: the case; it is not changed.
        spark: a Spark session to run the model on; None for DuckDB.
        temp_directory: where intermediate tables go; None for the system's.

    Raises:
        ArgumentError: Splink is not installed, the folder can't be used, or there is too much to compare.
        CaseError: the case is damaged.
    """
    import duckdb

    try:
        work = tempfile.TemporaryDirectory(prefix="piidetect-", dir=temp_directory)
    except OSError as error:
        why = error.strerror or type(error).__name__
        msg = f"temporary folder {str(temp_directory)!r} can't be used: {why}; name a writable one"
        raise ArgumentError(msg) from error
    with work as folder:
        threads = case.threads or available_cores()
        rows = rows_of(case.folder, threads=threads, temp_directory=folder)
        options: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": "1GB",
            "temp_directory": folder,
            "threads": threads,
            "autoinstall_known_extensions": False,
        }
        with duckdb.connect(str(Path(folder) / "model.duckdb"), config=options) as connection:
            scored = score(rows, connection, spark)
    return _estimate(case, rows, scored)


def _estimate(case: Case, rows: pa.Table, scored: Scored) -> PersonEstimate:
    import numpy as np

    subject = np.unique(rows["subject"].to_numpy(), return_inverse=True)[1].astype(np.int32)
    size = int(subject.max(initial=-1)) + 1
    with_id = np.zeros(size, np.bool_)
    with_id[subject[rows["id"].is_valid().to_numpy()]] = True
    persons = {}
    for at in THRESHOLDS:
        kept = scored.probability >= at
        pairs = (subject[scored.left[kept]], subject[scored.right[kept]])
        persons[at] = _persons(*pairs, with_id)
    return PersonEstimate(
        case={"id": case.id, "reference_date": case.meta["reference_date"]},
        rows=rows.num_rows,
        subjects=size,
        ids=int(with_id.sum()),
        persons=persons,
        pairs=int(scored.left.size),
        model={
            "columns": [vars(column) for column in scored.columns],
            "left_out": list(scored.left_out),
            "prior": scored.prior,
            "trained_on": list(scored.trained_on),
            "assumed_recall": RECALL,
            "hub": HUB,
            "least_probability": LEAST,
            "splink": _version(),
        },
    )


def _persons(first: np.ndarray, second: np.ndarray, with_id: np.ndarray) -> int:
    """Return the clusters of subjects; one with several IDs is as many persons."""
    import numpy as np

    from piidetect.kernels.linking import settle, unite

    parent = np.arange(with_id.size, dtype=np.int32)
    unite(first, second, parent, np.empty(first.size, np.bool_))
    settle(parent)
    ids = np.bincount(parent[with_id], minlength=parent.size)
    clusters = np.unique(parent)
    return int(np.maximum(ids[clusters], 1).sum())


def _version() -> str:
    from importlib.metadata import version

    return version("splink")
