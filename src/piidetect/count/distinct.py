# SPDX-License-Identifier: Apache-2.0
"""Everything that is a number of distinct keys, and the groups of records, in one pass over each table.

These are the figures for which SQL is too slow: of a million records and six million findings
DuckDB counts them in 1.1 s, and it spills from ten million records on;
:mod:`piidetect.kernels.distinct` takes 0.25 s. Where the rows don't fit into the memory limit, the
tables are read several times and a share of the keys is counted each time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from piidetect.count.identifiability import IDS
from piidetect.count.key_sets import Pairs, Room, fill_sets, row_groups, shares
from piidetect.count.persons import TOLD_APART
from piidetect.schema import ENTITIES, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

    from piidetect.count.identifiability import Identifiability
    from piidetect.count.key_sets import KeySet, RowGroup

_FINDINGS = ["entity", "verdict", "detail", "key0", "key1"]
_RECORDS = ["kind", "mask", "flaws", "content0", "content1", "info0", "info1"]
_LINKS = ["subject_kind", "subject0", "subject1", "contact0", "contact1"]
_DOUBTFUL = 1 << Verdict.UNKNOWN_REGION | 1 << Verdict.UNCHECKED
_NAMED = (SubjectKind.NAME_CONTACT, SubjectKind.NAME_ADDRESS)
# What is known of a contact: whose it is.
_OF_ID, _OF_NAMED, _BARE = 1, 2, 4
#: Bit of a subject that is told apart by a name; the others are the mask's.
_BY_NAME = 1 << 63
_KIND_BITS = 8


@dataclass
class Values:
    """Findings by entity and verdict; distinct values: valid ones, births of IDs, doubtful IDs.

    ``findings`` is (entity number, verdict) → findings; ``valid`` is entity → values; ``doubtful``
    counts IDs of unknown region or unchecked that are nowhere valid; ``births`` are int32 arrays
    with the detail of each valid ID (see :mod:`piidetect.schema`).
    """

    findings: Counter[tuple[int, int]] = field(default_factory=Counter)
    valid: Counter[str] = field(default_factory=Counter)
    doubtful: int = 0
    births: list[np.ndarray] = field(default_factory=list, compare=False)


@dataclass
class Contents:
    """Groups of records, distinct contents of identifiable ones, persons' masks and contacts.

    ``groups`` is (kind, mask, flaws) → records; ``pairs`` counts different cells with different
    information, ``information`` different information; ``masks`` is mask of all records of a person
    together → persons; ``named`` counts subjects told apart by name and contact or address none of
    whose contacts is that of somebody with an ID; ``bare`` the contacts that are nobody else's.
    """

    groups: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    pairs: int = 0
    information: int = 0
    masks: Counter[int] = field(default_factory=Counter)
    named: int = 0
    bare: int = 0


def distinct_values(
    paths: Sequence[Path],
    memory: int,
    threads: int = 1,
    room: Room | None = None,
    *,
    names: Sequence[str] = ENTITIES,
) -> Values:
    """Return the distinct values in findings tables.

    Args:
        paths: the Parquet files.
        memory: bytes that may be held.
        threads: how many threads.
        room: memory to be used.
        names: the entities by number.

    Raises:
        CaseError: a file is damaged.
    """
    import numpy as np

    from piidetect.kernels.distinct import NARROW, WIDE, scatter_values, tally_values

    ids = sum(1 << ENTITIES.index(name) for name in IDS)
    groups = row_groups(paths)
    parts = shares(sum(group.rows for group in groups), WIDE, memory)
    tallies = np.zeros((threads, 1 << 16), np.int64)
    tags = np.zeros((threads, 4, 256), np.int64)
    values = Values()

    def scatter(pile: int, sets: Sequence[KeySet], columns: list[np.ndarray]) -> None:
        judged = (int(Verdict.VALID), _DOUBTFUL, ids)
        chains = [array for one in sets for array in one.chains(pile)]
        scatter_values(*columns, *judged, tallies[pile], *sets[0].share, *chains)

    def take(piece: int, number: int, _keys: np.ndarray, bits: np.ndarray) -> None:
        tally_values(bits, tags[piece].reshape(-1))
        if number:
            valid = bits[bits & np.uint64(1 << 8) != 0]
            values.births.append((valid >> np.uint64(10)).astype(np.int32))

    for share in range(parts):
        sets = (NARROW, WIDE)
        fill_sets(groups, _FINDINGS, sets, (share, parts), scatter, take, threads, room or Room())
    tally = tallies.sum(axis=0)
    for place in np.flatnonzero(tally).tolist():
        values.findings[divmod(place, 256)] = int(tally[place]) // parts
    by_flags = tags.sum(axis=0)  # neither, valid, doubtful, both
    values.doubtful = int(by_flags[2].sum())
    for name, valid in zip(names, (by_flags[1] + by_flags[3]).tolist(), strict=False):
        if valid and name:
            values.valid[name] = valid
    return values


def distinct_contents(
    paths: Sequence[Path],
    rule: Identifiability,
    memory: int,
    threads: int = 1,
    room: Room | None = None,
    *,
    persons: bool = True,
) -> Contents:
    """Return the groups of records and the distinct contents in records tables.

    A record with the same cells but other information (the same line under another heading) is not
    a repetition, hence the pairs. Records whose only number is an ID of an unknown region have no
    information key; their cells stand for it.

    Args:
        paths: the Parquet files.
        rule: when a record identifies somebody.
        memory: bytes that may be held.
        threads: how many threads.
        room: memory to be used.
        persons: whether to count masks, named and bare too, which takes more than the rest.

    Raises:
        CaseError: a file is damaged.
    """
    from piidetect.kernels.distinct import NARROW, WIDE

    room = room or Room()
    groups = row_groups(paths)
    widths = (NARROW, NARROW, WIDE, WIDE) if persons else (NARROW, NARROW)
    names = [*_RECORDS, *_LINKS] if persons else _RECORDS
    parts = shares(sum(group.rows for group in groups), sum(widths), memory)
    found = [_Found(rule) for _ in range(threads)]

    def scatter(pile: int, sets: Sequence[KeySet], columns: list[np.ndarray]) -> None:
        found[pile].scatter(pile, sets, columns)

    def take(piece: int, number: int, keys: np.ndarray, bits: np.ndarray) -> None:
        found[piece].take(number, keys, bits)

    for share in range(parts):
        fill_sets(groups, names, widths, (share, parts), scatter, take, threads, room)
    contents = Contents()
    for one in found:
        for (mask, rest), records in one.records.total().items():
            kind, flaws = rest & (1 << _KIND_BITS) - 1, rest >> _KIND_BITS
            contents.groups[kind, mask, flaws] += records
        for (mask, _), number in one.masks.total().items():
            contents.masks[mask] += number
        contents.pairs += one.pairs
        contents.information += one.information
        contents.named += one.named
        contents.bare += one.bare
    for group in contents.groups:
        contents.groups[group] //= parts  # each share goes through all records
    taken = [keys for one in found for keys in one.taken]
    contents.named -= _of_somebody_else(groups, taken, memory, threads, room)
    return contents


class _Found:
    """What one thread finds in the records."""

    def __init__(self, rule: Identifiability) -> None:
        import numpy as np

        self._rule = rule
        self.records = Pairs()
        self.masks = Pairs()
        self.pairs = self.information = self.named = self.bare = 0
        self.taken: list[np.ndarray] = []  # contacts both of an ID and of a name
        # by subject kind: bits of the mask that count, bit of subjects, bit of contacts
        self._masked, self._by_name, self._whose = np.zeros((3, 256), np.uint64)
        self._masked[list(TOLD_APART)] = _BY_NAME - 1
        self._by_name[list(_NAMED)] = _BY_NAME
        self._whose[SubjectKind.ID] = _OF_ID
        self._whose[list(_NAMED)] = _OF_NAMED
        self._whose[SubjectKind.CONTACT] = _BARE

    def scatter(self, pile: int, sets: Sequence[KeySet], columns: list[np.ndarray]) -> None:
        """Put what identifies records, and where asked subjects and contacts, into the sets."""
        import numpy as np

        kind, mask, flaws, content0, content1, info0, info1, *links = columns
        self.records.add(mask, kind | flaws.astype(np.uint64) << np.uint64(_KIND_BITS))
        pairs, infos, *others = sets
        counted = self._rule.select(mask, flaws).astype(np.uint64)
        pairs.add(pile, content0 ^ info0, content1 ^ info1, counted)
        none = (info0 == 0) & (info1 == 0)
        infos.add(pile, np.where(none, content0, info0), np.where(none, content1, info1), counted)
        if not others:
            return
        subjects, contacts = others
        subject_kind, subject0, subject1, contact0, contact1 = links
        known = (mask & self._masked[subject_kind]) | self._by_name[subject_kind]
        subjects.add(pile, subject0, subject1, known)
        contacts.add(pile, contact0, contact1, self._whose[subject_kind])

    def take(self, number: int, keys: np.ndarray, bits: np.ndarray) -> None:
        """Count what is in the sets."""
        import numpy as np

        if number == 0:
            self.pairs += bits.size
        elif number == 1:
            self.information += bits.size
        elif number == 2:  # noqa: PLR2004 - subjects
            by_name = bits >= _BY_NAME
            self.named += int(np.count_nonzero(by_name))
            masks = bits & np.uint64(_BY_NAME - 1)
            self.masks.add(masks, np.zeros(1, np.uint64).repeat(masks.size))
        else:
            self.bare += int(np.count_nonzero(bits == _BARE))
            both = np.uint64(_OF_ID | _OF_NAMED)
            self.taken.append(keys[(bits & both) == both])


def _of_somebody_else(
    groups: Sequence[RowGroup],
    taken: Sequence[np.ndarray],
    memory: int,
    threads: int,
    room: Room,
) -> int:
    """Return how many subjects told apart by a name have a contact that is somebody's with an ID.

    Args:
        groups: the row groups of the records.
        taken: uint64[n, 2], contacts both of an ID and of a name, all different.
        memory: bytes that may be held.
        threads: how many threads.
        room: memory to be used.
    """
    import numpy as np

    from piidetect.kernels.distinct import NARROW, enter, held

    contacts = sum(keys.shape[0] for keys in taken)
    if not contacts:
        return 0
    table = np.zeros((1 << (2 * contacts).bit_length(), 2), np.uint64)
    for keys in taken:
        enter(np.ascontiguousarray(keys[:, 0]), np.ascontiguousarray(keys[:, 1]), table)
    counts = [0] * threads

    def scatter(pile: int, sets: Sequence[KeySet], columns: list[np.ndarray]) -> None:
        kind = columns[0]
        named = np.flatnonzero((kind == _NAMED[0]) | (kind == _NAMED[1]))
        subject0, subject1, contact0, contact1 = (column[named] for column in columns[1:])
        somebodys = np.empty(named.size, np.uint64)
        held(contact0, contact1, table, somebodys)
        sets[0].add(pile, subject0, subject1, somebodys)

    def take(piece: int, _number: int, _keys: np.ndarray, bits: np.ndarray) -> None:
        counts[piece] += bits.size

    parts = shares(sum(group.rows for group in groups), NARROW, memory)
    for share in range(parts):
        fill_sets(groups, _LINKS, (NARROW,), (share, parts), scatter, take, threads, room)
    return sum(counts)
