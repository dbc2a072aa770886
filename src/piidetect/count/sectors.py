# SPDX-License-Identifier: Apache-2.0
"""Persons and their groups by the sector of the sources in which they are."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from piidetect.count.identifiability import IDS
from piidetect.count.key_join import number_records, rows_of, slices
from piidetect.count.persons import TOLD_APART, age_groups
from piidetect.schema import ENTITY_NUMBER, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from piidetect.case_folder import Folder
    from piidetect.count.persons import Groups

_VALID = int(Verdict.VALID)
_FOUND = ("entity", "verdict", "detail")


def by_sector(
    folder: Folder, sectors: Sequence[str], *, memory: int, threads: int
) -> Mapping[str, tuple[int, int, Groups]]:
    """Return sector → records, persons (distinct subjects), and groups of its IDs by sex and age.

    A person who is in sources of several sectors counts in each of them.

    Args:
        folder: the case.
        sectors: the sector of each part, '' where none is known.
        memory: bytes that keys may take at a time.
        threads: how many threads.

    Raises:
        CaseError: a table is damaged.
    """
    import numpy as np

    names = sorted(set(sectors))
    bit = {name: np.uint64(1 << number) for number, name in enumerate(names)}
    bits = [bit[name] for name in sectors]
    persons, _ = _numbers(folder, bits, memory, threads, ids=False)
    of_ids, details = _numbers(folder, bits, memory, threads, ids=True)
    day = dt.date.fromisoformat(folder.meta["reference_date"])
    return {
        name: (
            sum(
                part.meta["rows"]
                for part, own in zip(folder.parts, sectors, strict=True)
                if own == name
            ),
            int(np.count_nonzero(persons & bit[name])),
            age_groups([details[(of_ids & bit[name]) != 0]], day, pregnant=0),
        )
        for name in names
    }


def _numbers(
    folder: Folder, bits: Sequence[np.uint64], memory: int, threads: int, *, ids: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each subject, or each valid ID, the sectors where it is, and its detail."""
    import numpy as np

    from piidetect.kernels.numbering import join_bits

    paths = [part.findings if ids else part.records for part in folder.parts]
    names = ("entity", "verdict") if ids else ("subject_kind",)
    keys = ("key0", "key1") if ids else ("subject0", "subject1")
    first = [0]
    for rows in rows_of(paths):
        first.append(first[-1] + rows)
    tables = list(zip(paths, first[:-1], strict=True))
    chosen = np.zeros(first[-1], np.bool_)
    for start, columns in slices(tables, names):
        chosen[start : start + columns[0].size] = _wanted(columns, ids=ids)
    total = int(chosen.sum())
    number = number_records(
        tables, keys, None, rows=total, memory=memory, threads=threads, of=chosen
    )
    sectors = np.zeros(total, np.uint64)
    detail = np.zeros(total, np.int32)
    done = 0
    for bit, table in zip(bits, tables, strict=True):
        for start, columns in slices([table], _FOUND if ids else names):
            picked = chosen[start : start + columns[0].size]
            here = number[done : done + int(picked.sum())]
            done += here.size
            join_bits(here, np.full(here.size, bit, np.uint64), sectors)
            if ids:
                detail[here] = columns[2][picked]
    return sectors, detail


def _wanted(columns: Sequence[np.ndarray], *, ids: bool) -> np.ndarray:
    import numpy as np

    if not ids:
        return np.asarray((columns[0] >= min(TOLD_APART)) & (columns[0] <= max(TOLD_APART)))
    entity, verdict = columns
    numbers = [ENTITY_NUMBER[name] for name in IDS]
    return np.asarray(np.isin(entity, numbers) & (verdict == _VALID))
