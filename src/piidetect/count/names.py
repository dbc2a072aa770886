# SPDX-License-Identifier: Apache-2.0
"""The distinct names of identifiable records: one of each record, and one of each ID.

This is the second bound of the low figure. A *unit* is what has one name: a record, or all records of
one ID together. Which names, IDs and units there are follows from the findings whatever their verdict;
the least name of a unit (by its key) stands for it, and counts where it is valid in a record that is
identifiable without IDs in doubt. So to judge a value untrue can only take names away.

A record without an ID that shares a phone, an e-mail address, a passport or the like with one that has
an ID counts for no name: it may be the same person under another name, as links take it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from piidetect.count.identifiability import CONTACTS, IDS, PERSONAL_NUMBERS
from piidetect.count.key_join import number_records, rows_of, slices
from piidetect.schema import ENTITY_NUMBER, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from piidetect.case_folder import Folder
    from piidetect.count.identifiability import Identifiability

#: Whose names are nobody's of whom the data tells.
STAFF = {"doctor", "organisation"}
#: What a record may share with the record of an ID.
TIES: tuple[str, ...] = (*CONTACTS, *(name for name in PERSONAL_NUMBERS if name not in IDS))
_OWN = {"subject", "unknown", ""}
_COLUMNS = 1 << 16
_FOUND = ("row", "column", "entity", "verdict", "key0", "key1")
_NOTHING = (1 << 64) - 1


def distinct_names(folder: Folder, rule: Identifiability, *, memory: int, threads: int) -> int:
    """Return how many names there are.

    Args:
        folder: the case.
        rule: when a record identifies somebody.
        memory: bytes that keys may take at a time.
        threads: how many threads.

    Raises:
        CaseError: a table is damaged.
    """
    import numpy as np

    first = [0]
    for rows in rows_of([part.records for part in folder.parts]):
        first.append(first[-1] + rows)
    unit, ids = _units(folder, first, memory, threads)
    name_columns = _name_columns(folder)
    person = [ENTITY_NUMBER["PERSON"]]
    least = np.full(ids + first[-1], _NOTHING, np.uint64)
    for number, _start, found in _found(folder, person):
        row, column, key0 = found[0], found[1], found[4]
        named = name_columns[number][column]
        records = row[named].astype(np.int64) + first[number]
        np.minimum.at(least, unit[records], key0[named])
    told = _identifiable(folder, rule, first[-1])
    if ids:
        told &= ~_tied(folder, first, unit < ids, memory, threads)
    tables, total = _tables(folder)
    chosen = np.zeros(total, np.bool_)
    for number, start, found in _found(folder, person):
        row, column, _entity, verdict, key0, _key1, places = found
        records = row.astype(np.int64) + first[number]
        counts = name_columns[number][column] & (verdict == Verdict.VALID) & told[records]
        counts &= key0 == least[unit[records]]
        chosen[places[counts] + start] = True
    names = _numbers(tables, chosen, memory, threads)
    seen = np.zeros(names.size, np.bool_)
    seen[names] = True  # the numbers have gaps
    return int(seen.sum())


def _units(
    folder: Folder, first: Sequence[int], memory: int, threads: int
) -> tuple[np.ndarray, int]:
    """Return int32[records], the number of the record's unit, and the first that is of no ID.

    A record of several IDs has the unit of the least.
    """
    import numpy as np

    entities = [ENTITY_NUMBER[name] for name in IDS]
    tables, total = _tables(folder)
    chosen = np.zeros(total, np.bool_)
    least = np.full(first[-1], _NOTHING, np.uint64)
    for number, start, found in _found(folder, entities):
        np.minimum.at(least, found[0].astype(np.int64) + first[number], found[4])
        chosen[found[6] + start] = True
    numbers = _numbers(tables, chosen, memory, threads)
    ids_first = int(numbers.max(initial=-1)) + 1
    unit = np.arange(ids_first, ids_first + first[-1], dtype=np.int32)
    at = 0
    for number, _start, found in _found(folder, entities):
        records = found[0].astype(np.int64) + first[number]
        here = numbers[at : at + records.size]
        at += records.size
        its = found[4] == least[records]
        unit[records[its]] = here[its]
    return unit, ids_first


def _tied(
    folder: Folder, first: Sequence[int], with_id: np.ndarray, memory: int, threads: int
) -> np.ndarray:
    """Return bool[records]: those without an ID that share a number with one that has an ID."""
    import numpy as np

    numbers = [ENTITY_NUMBER[name] for name in TIES]
    tables, total = _tables(folder)
    chosen = np.zeros(total, np.bool_)
    records = []
    for number, start, found in _found(folder, numbers):
        chosen[found[6] + start] = True
        records.append((found[0].astype(np.int64) + first[number]).astype(np.int32))
    record = np.concatenate([np.empty(0, np.int32), *records])
    value = _numbers(tables, chosen, memory, threads)
    of_ids = np.zeros(int(value.max(initial=-1)) + 1, np.bool_)
    of_ids[value[with_id[record]]] = True
    tied = np.zeros(with_id.size, np.bool_)
    tied[record[of_ids[value]]] = True
    return np.asarray(tied & ~with_id)


def _numbers(
    tables: Sequence[tuple[object, int]], chosen: np.ndarray, memory: int, threads: int
) -> np.ndarray:
    """Return int32[chosen]: the number of the key of each finding that is chosen."""
    import numpy as np

    total = int(chosen.sum())
    if not total:
        return np.empty(0, np.int32)
    return number_records(
        list(tables),  # type: ignore[arg-type]
        ("key0", "key1"),
        None,
        rows=total,
        memory=memory,
        threads=threads,
        of=chosen,
    )


def _tables(folder: Folder) -> tuple[list[tuple[object, int]], int]:
    paths = [part.findings for part in folder.parts]
    first = [0]
    for rows in rows_of(paths):
        first.append(first[-1] + rows)
    return list(zip(paths, first[:-1], strict=True)), first[-1]


def _found(
    folder: Folder, entities: Sequence[int]
) -> Iterator[tuple[int, int, tuple[np.ndarray, ...]]]:
    """Yield part, number of a slice's first finding, and the findings that have a key.

    The arrays are those of the table and, last, the places in the slice.
    """
    import numpy as np

    wanted = np.zeros(256, np.bool_)
    wanted[list(entities)] = True
    tables, _total = _tables(folder)
    for number, table in enumerate(tables):
        for start, columns in slices([table], _FOUND):  # type: ignore[list-item]
            entity, key0, key1 = columns[2], columns[4], columns[5]
            places = np.flatnonzero(wanted[entity] & ((key0 != 0) | (key1 != 0)))
            yield number, start, (*(column[places] for column in columns), places)


def _identifiable(folder: Folder, rule: Identifiability, rows: int) -> np.ndarray:
    """Return bool[records]: whether a record identifies somebody by its valid values alone."""
    import numpy as np

    strict = replace(rule, unknown_region=False)
    told = np.zeros(rows, np.bool_)
    at = 0
    for part in folder.parts:
        for _start, (mask, flaws) in slices([(part.records, 0)], ("mask", "flaws")):
            told[at : at + mask.size] = strict.select(mask, flaws)
            at += mask.size
    return told


def naming_columns(folder: Folder) -> list[tuple[int | None, list[int]]]:
    """Return for each part the column that names whom its records are about, and those of staff.

    It is the first of the subject or of nobody in particular, else the first that isn't staff's; None
    where no column has that role, as in plain text: then every name counts but staff's.
    """
    found: list[tuple[int | None, list[int]]] = []
    for part in folder.parts:
        people = [column for column in part.meta["columns"] if column["entity"] == "PERSON"]
        held = sorted(
            (column["whose"] not in _OWN, column["position"])
            for column in people
            if column["whose"] not in STAFF
        )
        staff = [column["position"] for column in people if column["whose"] in STAFF]
        found.append((held[0][1] if held else None, staff))
    return found


def _name_columns(folder: Folder) -> list[np.ndarray]:
    """Return for each part bool[65536]: whether a name in a column counts."""
    import numpy as np

    tables = []
    for own, staff in naming_columns(folder):
        one = np.full(_COLUMNS, own is None, np.bool_)
        one[staff] = False
        if own is not None:
            one[own] = True
        tables.append(one)
    return tables
