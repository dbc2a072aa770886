# SPDX-License-Identifier: Apache-2.0
"""Persons that several cases share: exact, by the keys of their subjects, and never who."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from piidetect.count.key_join import number_records, rows_of, slices
from piidetect.count.persons import TOLD_APART

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from piidetect.case_folder import Folder

#: Cases whose overlap can be told at a time: one bit each.
MOST_CASES = 64


@dataclass(frozen=True)
class Overlap:
    """``matrix[i][j]`` persons are in the cases i and j; ``hits[n]`` persons are in n cases."""

    matrix: tuple[tuple[int, ...], ...]
    hits: dict[int, int]


def overlap(folders: Sequence[Folder], *, memory: int, threads: int) -> Overlap:
    """Return the overlap of cases that share a key.

    A person is a distinct subject of records: an ID, or a name with a contact or an address.

    Raises:
        CaseError: a table is damaged.
    """
    import numpy as np
    import pyarrow as pa

    from piidetect.kernels.numbering import join_bits

    paths = [part.records for folder in folders for part in folder.parts]
    of_case = [number for number, folder in enumerate(folders) for _ in folder.parts]
    first = [0]
    for rows in rows_of(paths):
        first.append(first[-1] + rows)
    tables = list(zip(paths, first[:-1], strict=True))

    def keys(kind: np.ndarray, key0: np.ndarray, key1: np.ndarray) -> tuple[np.ndarray, ...]:
        return key0, key1, (kind >= min(TOLD_APART)) & (kind <= max(TOLD_APART))

    names = ("subject_kind", "subject0", "subject1")
    of = number_records(tables, names, keys, rows=first[-1], memory=memory, threads=threads)
    cases = np.zeros(int(of.max(initial=-1)) + 1, np.uint64)
    for case, table in zip(of_case, tables, strict=True):
        for start, (kind,) in slices([table], ("subject_kind",)):
            here = of[start : start + kind.size]
            join_bits(here, np.full(kind.size, 1 << case, np.uint64), cases)
    found = pa.array(cases[cases != 0]).value_counts()
    masks = zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True)
    size = len(folders)
    matrix = [[0] * size for _ in range(size)]
    hits: dict[int, int] = {}
    for mask, number in masks:
        present = [case for case in range(size) if mask >> case & 1]
        hits[len(present)] = hits.get(len(present), 0) + number
        for one in present:
            for other in present:
                matrix[one][other] += number
    return Overlap(tuple(tuple(row) for row in matrix), dict(sorted(hits.items())))
