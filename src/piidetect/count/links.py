# SPDX-License-Identifier: Apache-2.0
"""Persons by deterministic links between the subjects of records.

A subject is an ID, a name with a contact, a name with an address, or a bare contact. Subjects are
one person where

``number``
    a passport or another personal number is in records of both, and of one ID at most,
``contact``
    a phone number or e-mail address of the one, which has no ID, belongs to exactly one ID,
``bare_contact``
    the one is a bare contact that belongs to no ID and to exactly one named subject,
``name_birth_address``
    name, birth date and address are the same in one source.

A contact of several IDs is a hub (an agent's, a family's number) and links nobody. If all links
together would join two IDs, those of that whole cluster are dissolved and listed as a conflict: no
link joins two IDs, whatever the order, and the result depends on no order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from piidetect.count.identifiability import CONTACTS, IDS, PERSONAL_NUMBERS
from piidetect.count.key_join import number_records, rows_of, slices
from piidetect.count.matching import own_columns
from piidetect.schema import ENTITY_NUMBER, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from piidetect.case_folder import Folder

#: The rules in the order in which they are tried.
RULES = ("number", "contact", "bare_contact", "name_birth_address")
#: What contradicts itself.
CONFLICTS = (
    "hub_contact",
    "number_of_several_ids",
    "id_with_several_names",
    "cluster_of_several_ids",
)

_VALID = int(Verdict.VALID)
_NUMBERS = tuple(name for name in PERSONAL_NUMBERS if name not in IDS)
_TRIPLE = {"PERSON": 1, "DATE_OF_BIRTH": 2, "CN_ADDRESS": 4}
_COMPLETE = 7
_FOUND = ("row", "column", "entity", "verdict", "key0", "key1")


@dataclass(frozen=True)
class Links:
    """The links of a case.

    ``merges`` is rule → sets that it joined; ``merged`` are the pairs behind them: int64[m] records
    (numbered through all parts), int64[m] the records they were joined to, uint8[m] the rule's
    place in :data:`RULES`; ``conflicts`` is kind → how many; ``contradicting`` are int64[c] records
    and uint8[c] places in :data:`CONFLICTS`. ``named`` counts the subjects told apart by their name,
    ``clusters`` the persons without an ID that are left of them; ``same_id`` the records that repeat
    an ID.
    """

    merges: dict[str, int]
    merged: tuple[np.ndarray, np.ndarray, np.ndarray]
    conflicts: dict[str, int]
    contradicting: tuple[np.ndarray, np.ndarray]
    named: int
    clusters: int
    same_id: int
    first: tuple[int, ...]


@dataclass
class _Subjects:
    """The subjects: of each record, their kinds, and a record of each."""

    of: np.ndarray  # int32[records]
    kind: np.ndarray  # uint8[subjects], 0 for a number that nobody has
    record: np.ndarray  # int64[subjects]
    first: list[int]
    tables: list[tuple[object, int]]


def link(folder: Folder, *, memory: int, threads: int) -> Links:
    """Return the links between the subjects of a case.

    Args:
        folder: the case.
        memory: bytes that keys may take at a time.
        threads: how many threads.

    Raises:
        CaseError: a table is damaged.
    """
    import numpy as np

    subjects = _subjects(folder, memory, threads)
    parent = np.arange(subjects.kind.size, dtype=np.int32)
    conflicts: Counter[str] = Counter()
    contradicting: list[tuple[np.ndarray, int]] = []
    pairs = _by_value(folder, subjects, memory, threads, contradicting)
    pairs["name_birth_address"] = _by_triple(folder, subjects)
    ids = subjects.kind == SubjectKind.ID
    dissolved = _dissolved(pairs, ids)
    contradicting.append((subjects.record[dissolved & ids], 3))
    merges, merged = _merge(pairs, dissolved, parent, subjects)
    contradicting.append((subjects.record[_several_names(folder, subjects)], 2))
    for records, number in contradicting:
        conflicts[CONFLICTS[number]] += records.size
    named = (subjects.kind == SubjectKind.NAME_CONTACT) | (
        subjects.kind == SubjectKind.NAME_ADDRESS
    )
    with_id = np.zeros(parent.size, np.bool_)
    with_id[parent[ids]] = True
    clusters = np.unique(parent[named & ~with_id[parent]]).size
    return Links(
        merges=merges,
        merged=merged,
        conflicts={name: conflicts[name] for name in CONFLICTS},
        contradicting=_flat(contradicting),
        named=int(named.sum()),
        clusters=int(clusters),
        same_id=int(
            (subjects.kind[subjects.of[subjects.of >= 0]] == SubjectKind.ID).sum() - ids.sum()
        ),
        first=tuple(subjects.first),
    )


def _subjects(folder: Folder, memory: int, threads: int) -> _Subjects:
    import numpy as np

    paths = [part.records for part in folder.parts]
    first = [0]
    for rows in rows_of(paths):
        first.append(first[-1] + rows)
    tables = list(zip(paths, first[:-1], strict=True))
    names = ("subject_kind", "subject0", "subject1")

    def keys(kind: np.ndarray, key0: np.ndarray, key1: np.ndarray) -> tuple[np.ndarray, ...]:
        return key0, key1, (kind >= SubjectKind.ID) & (kind <= SubjectKind.CONTACT)

    of = number_records(tables, names, keys, rows=first[-1], memory=memory, threads=threads)
    size = int(of.max(initial=-1)) + 1
    kind, record = np.zeros(size, np.uint8), np.full(size, -1, np.int64)
    for start, (kinds,) in slices(tables, ("subject_kind",)):
        here = of[start : start + kinds.size]
        kind[here[here >= 0]] = kinds[here >= 0]
    known = np.flatnonzero(of >= 0)[::-1]
    record[of[known]] = known  # the first record comes last
    return _Subjects(of, kind, record, first, list(tables))


def _by_value(
    folder: Folder,
    subjects: _Subjects,
    memory: int,
    threads: int,
    contradicting: list[tuple[np.ndarray, int]],
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the pairs of subjects that numbers and contacts join; note hubs."""
    import numpy as np

    from piidetect.kernels.linking import MANY, NOBODY, find_owners

    kind = subjects.kind
    ids = kind == SubjectKind.ID
    named = (kind == SubjectKind.NAME_CONTACT) | (kind == SubjectKind.NAME_ADDRESS)
    pairs = {}
    for entities, conflict in ((_NUMBERS, 1), (CONTACTS, 0)):
        who, value = _held(folder, subjects, entities, memory, threads)
        size = int(value.max(initial=-1)) + 1
        owner = np.full(size, NOBODY, np.int32)
        find_owners(who, value, ids, owner)
        record = np.full(size, -1, np.int64)
        record[value] = subjects.record[who]
        contradicting.append((record[owner == MANY], conflict))
        theirs = owner[value]
        if entities is CONTACTS:
            chosen = ~ids[who] & (theirs >= 0)
            pairs["contact"] = (who[chosen], theirs[chosen])
            by_name = np.full(size, NOBODY, np.int32)
            find_owners(who, value, named, by_name)
            chosen = (kind[who] == SubjectKind.CONTACT) & (theirs == NOBODY) & (by_name[value] >= 0)
            pairs["bare_contact"] = (who[chosen], by_name[value][chosen])
        else:  # whoever has the number is one person, unless it is of several IDs
            anybody = np.full(size, -1, np.int32)
            anybody[value] = who
            chosen = theirs != MANY
            pairs["number"] = (who[chosen], anybody[value][chosen])
    return pairs


def _held(
    folder: Folder, subjects: _Subjects, entities: Sequence[str], memory: int, threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return int32[n] subjects and int32[n] numbers of the values of these entities that they have."""
    import numpy as np

    wanted = np.zeros(256, np.bool_)
    wanted[[ENTITY_NUMBER[name] for name in entities]] = True
    own, paths = own_columns(folder), [part.findings for part in folder.parts]
    first = [0]
    for rows in rows_of(paths):
        first.append(first[-1] + rows)
    tables = list(zip(paths, first[:-1], strict=True))
    chosen_of = np.zeros(first[-1], np.bool_)
    who: list[np.ndarray] = []
    for number, table in enumerate(tables):
        for start, (row, column, entity, verdict) in slices([table], _FOUND[:4]):
            chosen = wanted[entity] & (verdict == _VALID) & own[number][column]
            subject = subjects.of[row[chosen].astype(np.int64) + subjects.first[number]]
            chosen[chosen] = subject >= 0
            chosen_of[start : start + row.size] = chosen
            who.append(subject[subject >= 0])
    total = int(chosen_of.sum())
    value = np.empty(0, np.int32)
    if total:
        value = number_records(
            tables, ("key0", "key1"), None, rows=total, memory=memory, threads=threads, of=chosen_of
        )
    held = np.concatenate([np.empty(0, np.int32), *who])
    return held[value >= 0], value[value >= 0]


def _by_triple(folder: Folder, subjects: _Subjects) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of subjects whose name, birth date and address are the same in one source."""
    import numpy as np

    from piidetect.kernels.linking import collect_triples

    nothing = np.empty(0, np.int32)
    held = {column["entity"] for part in folder.parts for column in part.meta["columns"]}
    if not set(_TRIPLE) <= held:
        return nothing, nothing
    which_of = np.zeros(256, np.uint8)
    which_of[[ENTITY_NUMBER[name] for name in _TRIPLE]] = list(_TRIPLE.values())
    size = subjects.first[-1]
    key0, key1, have = (
        np.zeros(size, np.uint64),
        np.zeros(size, np.uint64),
        np.zeros(size, np.uint8),
    )
    for number, (part, own) in enumerate(zip(folder.parts, own_columns(folder), strict=True)):
        salt = np.uint64(0xD6E8FEB86659FD93 * (number + 1) & (1 << 64) - 1)
        for _start, columns in slices([(part.findings, 0)], _FOUND):
            row, column, entity, verdict, first, second = columns
            which = which_of[entity] * ((verdict == _VALID) & own[column])
            records = row.astype(np.int64) + subjects.first[number]
            collect_triples(records, which, first, second, salt, key0, key1, have)
    records = np.flatnonzero((have == _COMPLETE) & (subjects.of >= 0))
    order = records[np.lexsort((key1[records], key0[records]))]
    same = (key0[order][1:] == key0[order][:-1]) & (key1[order][1:] == key1[order][:-1])
    return subjects.of[order[1:][same]], subjects.of[order[:-1][same]]


def _dissolved(pairs: dict[str, tuple[np.ndarray, np.ndarray]], ids: np.ndarray) -> np.ndarray:
    """Return bool[subjects]: those of clusters that would hold more than one ID."""
    import numpy as np

    from piidetect.kernels.linking import settle, unite

    parent = np.arange(ids.size, dtype=np.int32)
    for name in RULES:
        first, second = pairs[name]
        unite(first, second, parent, np.empty(first.size, np.bool_))
    settle(parent)
    count = np.bincount(parent[ids], minlength=ids.size)
    return np.asarray(count[parent] > 1)


def _merge(
    pairs: dict[str, tuple[np.ndarray, np.ndarray]],
    dissolved: np.ndarray,
    parent: np.ndarray,
    subjects: _Subjects,
) -> tuple[dict[str, int], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    import numpy as np

    from piidetect.kernels.linking import settle, unite

    merges, out = {}, []
    for number, name in enumerate(RULES):
        first, second = pairs[name]
        stays = ~dissolved[first]
        first, second = first[stays], second[stays]
        joined = np.empty(first.size, np.bool_)
        merges[name] = int(unite(first, second, parent, joined))
        records = (subjects.record[first[joined]], subjects.record[second[joined]])
        out.append((*records, np.full(records[0].size, number, np.uint8)))
    settle(parent)
    joined_all = tuple(np.concatenate(column) for column in zip(*out, strict=True))
    return merges, (joined_all[0], joined_all[1], joined_all[2])


def _several_names(folder: Folder, subjects: _Subjects) -> np.ndarray:
    """Return bool[subjects]: IDs that stand beside more than one name."""
    import numpy as np

    from piidetect.kernels.linking import several

    seen = np.zeros(subjects.kind.size, np.uint64)
    more = np.zeros(subjects.kind.size, np.bool_)
    for number, (part, own) in enumerate(zip(folder.parts, own_columns(folder), strict=True)):
        for _start, columns in slices([(part.findings, 0)], _FOUND):
            row, column, entity, verdict, key0, key1 = columns
            chosen = (entity == ENTITY_NUMBER["PERSON"]) & (verdict == _VALID) & own[column]
            records = row.astype(np.int64) + subjects.first[number]
            several(records, key0, key1, chosen, subjects.of, seen, more)
    more &= subjects.kind == SubjectKind.ID
    return more


def _flat(found: list[tuple[np.ndarray, int]]) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    kinds = [np.full(records.size, number, np.uint8) for records, number in found]
    return np.concatenate([records for records, _ in found]), np.concatenate(kinds)
