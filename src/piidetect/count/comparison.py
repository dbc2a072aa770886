# SPDX-License-Identifier: Apache-2.0
"""What of a case is still there in a later one: values, persons, records, by exact keys.

Both cases must share a key; then equal values have equal keys, and whatever is said of presence is
exact. Where memory doesn't suffice the files are read several times (:mod:`piidetect.count.key_join`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from piidetect.count.key_join import (
    Piles,
    in_threads,
    number_records,
    rows_of,
    shares_of,
    stretch,
)
from piidetect.count.matching import own_columns, place_numbers
from piidetect.count.persons import KEYS, TOLD_APART
from piidetect.schema import ENTITIES, ENTITY_NUMBER, TEXT_COLUMN, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np

    from piidetect.case_folder import Folder
    from piidetect.count.identifiability import Identifiability
    from piidetect.count.matching import Place

    _KeyColumns = tuple[np.ndarray, np.ndarray, np.ndarray]

#: Where findings are: part, column, entity, verdict.
Cell = tuple[int, int, int, int]
#: What is known of a person or of an information, as bits: where it is, whether its subject is in
#: the later case, whether a number of its own is there, and whether one of the later case's was before.
SAME_SUBJECT, REACHABLE, BEFORE, AFTER, KNOWN_BEFORE = 1, 2, 16, 32, 64

_KEYS = ("row", "key0", "key1")
_FINDINGS = (*_KEYS, "column", "entity", "verdict")
_SUBJECTS = ("subject_kind", "subject0", "subject1")
_CONTENTS = ("mask", "flaws", "content0", "content1", "info0", "info1")
_VALID = int(Verdict.VALID)
_OTHER_COLUMN = 4096  # what is counted together: text rows, and columns beyond


@dataclass(frozen=True)
class Side:
    """One case of two: its tables, where each part's records begin, and what its columns are."""

    records: Sequence[Path]
    findings: Sequence[Path]
    first: Sequence[int]
    rows: int
    places: Sequence[np.ndarray]
    own: Sequence[np.ndarray]


@dataclass
class Presence:
    """The tallies of a comparison.

    ``values`` is (entity number, places before, places after) → distinct values, the places as bits
    (:mod:`piidetect.count.matching`), among them the pairs of name and address; ``persons`` and ``information`` are bits → how many: those of
    the case before (``BEFORE``) with what is left of them, and those of the case after (``AFTER``);
    ``cells_before`` and ``cells_after`` are (part, column, entity, verdict) → findings.
    """

    values: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    persons: Counter[int] = field(default_factory=Counter)
    information: Counter[int] = field(default_factory=Counter)
    cells_before: Counter[Cell] = field(default_factory=Counter)
    cells_after: Counter[Cell] = field(default_factory=Counter)


def side(folder: Folder, places: Sequence[Place], *, after: bool) -> Side:
    """Return a case as a side of the comparison."""
    records = [part.records for part in folder.parts]
    first = [0]
    for rows in rows_of(records):
        first.append(first[-1] + rows)
    return Side(
        records=records,
        findings=[part.findings for part in folder.parts],
        first=first,
        rows=first[-1],
        places=place_numbers(places, folder, after=after),
        own=own_columns(folder),
    )


def presence(
    before: Side, after: Side, rule: Identifiability, *, memory: int, threads: int
) -> Presence:
    """Return what of the case before is in the case after.

    Args:
        before: the earlier case.
        after: the later case.
        rule: when a record identifies somebody.
        memory: bytes that the key tables may hold.
        threads: how many threads.

    Raises:
        CaseError: a table is damaged.
    """
    found = Presence()
    flags = _values(before, after, found, memory, threads)
    _records(before, after, rule, flags, found, memory, threads)
    return found


def _values(
    before: Side, after: Side, found: Presence, memory: int, threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Tally the values; return uint8[records] of both sides, 1 where one of its own is on the other."""
    import numpy as np

    from piidetect.kernels.numbering import CHAINS, match_chains

    flags = (np.zeros(before.rows, np.uint8), np.zeros(after.rows, np.uint8))
    rows = [sum(rows_of(one.findings)) + one.rows for one in (before, after)]
    shares = shares_of(sum(rows), memory)
    scatters = [_Scatter((turn, threads)) for turn in range(threads)]
    piles = Piles(sum(rows), threads)
    for share in range(shares):
        piles.begin((share, shares))
        in_threads(lambda turn: scatters[turn].run((before, after), piles), threads)
        edges = [CHAINS * piece // threads for piece in range(threads + 1)]
        tallies: list[list[tuple[int, int]]] = [[] for _ in range(threads)]

        def join(piece: int) -> None:
            out = np.empty(piles.rows(edges[piece], edges[piece + 1]), np.uint64)  # noqa: B023
            chains = (*piles.chains(), piles.table())
            number = match_chains(edges[piece], edges[piece + 1], *chains, *flags, out)  # noqa: B023
            tallies[piece] = _histogram(out[:number])  # noqa: B023

        in_threads(join, threads)
        for tally in tallies:
            _add_places(found.values, tally)
    for one in scatters:
        found.cells_before.update(one.cells[0])
        found.cells_after.update(one.cells[1])
    return flags


class _Scatter:
    """Scatters one thread's stretches of both sides' findings.

    What a finding is beside its key is kept as two bytes from the first share to the last, so that
    later ones read the keys alone.
    """

    def __init__(self, turn: tuple[int, int]) -> None:
        self.cells: tuple[Counter[Cell], Counter[Cell]] = (Counter(), Counter())
        self._turn = turn
        self._kept: list[np.ndarray] = []
        self._keyed = _lookup(KEYS)

    def run(self, sides: Sequence[Side], piles: Piles) -> None:
        """Scatter the share of the piles."""
        import numpy as np

        from piidetect.kernels.numbering import scatter_findings

        kept = iter(self._kept) if piles.share[0] else None
        nothing = [np.empty(0, kind) for kind in (np.uint32, np.uint64, np.uint64, np.uint16)]
        for number, one in enumerate(sides):
            for part, path in enumerate(one.findings):
                state, held = np.array([-1, 0, 0]), np.zeros(18, np.uint64)

                def put(*columns: np.ndarray, part: int = part) -> None:
                    what = (*columns, self._keyed, one.first[part], number)  # noqa: B023
                    chains = (*piles.share, *piles.pile(self._turn[0]))
                    free = scatter_findings(*what, *chains, state, held)  # noqa: B023
                    piles.used(self._turn[0], free)

                names = _FINDINGS if kept is None else _KEYS
                for row, key0, key1, *rest in stretch(path, names, *self._turn):
                    code = self._encode(one, number, part, rest) if kept is None else next(kept)
                    put(row, key0, key1, code)
                put(*nothing)

    def _encode(self, one: Side, number: int, part: int, rest: list[np.ndarray]) -> np.ndarray:
        import numpy as np

        from piidetect.kernels.numbering import encode_findings

        _tally_cells(self.cells[number], part, *rest)
        code = np.empty(rest[0].size, np.uint16)
        encode_findings(*rest, one.places[part], one.own[part], self._keyed, code)
        self._kept.append(code)
        return code


def _add_places(values: Counter[tuple[int, int, int]], tally: list[tuple[int, int]]) -> None:
    from piidetect.kernels.numbering import PLACES

    mask = (1 << PLACES) - 1
    for places, number in tally:
        values[places >> 2 * PLACES, places >> PLACES & mask, places & mask] += number


def _numbers(
    one: Side,
    other: Side,
    names: Sequence[str],
    keys: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]],
    memory: int,
    threads: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return for the records of both sides the number of their key, -1 for those without."""
    tables = list(zip(one.records, one.first[:-1], strict=True))
    tables += [
        (path, one.rows + first)
        for path, first in zip(other.records, other.first[:-1], strict=True)
    ]
    rows = one.rows + other.rows
    found = number_records(tables, names, keys, rows=rows, memory=memory, threads=threads)
    return found[: one.rows], found[one.rows :]


def _records(
    before: Side,
    after: Side,
    rule: Identifiability,
    flags: tuple[np.ndarray, np.ndarray],
    found: Presence,
    memory: int,
    threads: int,
) -> None:
    """Tally persons and information of identifiable records."""
    import numpy as np

    from piidetect.kernels.numbering import join_bits

    def persons(kind: np.ndarray, key0: np.ndarray, key1: np.ndarray) -> _KeyColumns:
        return key0, key1, (kind >= min(TOLD_APART)) & (kind <= max(TOLD_APART))

    old, new = _numbers(before, after, _SUBJECTS, persons, memory, threads)
    bits = np.zeros(before.rows + after.rows, np.uint8)
    join_bits(old, flags[0] * np.uint8(REACHABLE) | np.uint8(BEFORE), bits)
    join_bits(new, flags[1] * np.uint8(KNOWN_BEFORE) | np.uint8(AFTER), bits)
    found.persons.update(dict(_histogram(bits[bits != 0])))
    same = np.zeros(before.rows, np.uint8)
    same[old >= 0] = (bits[old[old >= 0]] & AFTER != 0) * np.uint8(SAME_SUBJECT)
    same |= flags[0] * np.uint8(REACHABLE) | np.uint8(BEFORE)
    del old, new

    def information(*columns: np.ndarray) -> _KeyColumns:
        mask, flaws, content0, content1, info0, info1 = columns
        none = (info0 == 0) & (info1 == 0)  # their cells stand for them, as in the funnel
        key0, key1 = np.where(none, content0, info0), np.where(none, content1, info1)
        return key0, key1, rule.select(mask, flaws)

    old, new = _numbers(before, after, _CONTENTS, information, memory, threads)
    bits[:] = 0
    join_bits(old, same, bits)
    join_bits(new, np.broadcast_to(np.uint8(AFTER), new.shape).copy(), bits)
    found.information.update(dict(_histogram(bits[bits != 0])))


def _tally_cells(
    cells: Counter[Cell],
    part: int,
    column: np.ndarray,
    entity: np.ndarray,
    verdict: np.ndarray,
) -> None:
    import numpy as np

    place = np.minimum(column, _OTHER_COLUMN).astype(np.int64)
    counts = np.bincount(place << 10 | entity.astype(np.int64) << 4 | verdict)
    for code in np.flatnonzero(counts).tolist():
        at = code >> 10
        where = (part, TEXT_COLUMN if at == _OTHER_COLUMN else at, code >> 4 & 63, code & 15)
        cells[where] += int(counts[code])


def _lookup(names: Sequence[str]) -> np.ndarray:
    import numpy as np

    table = np.zeros(256, np.bool_)
    table[[ENTITY_NUMBER[name] for name in names if name in ENTITIES]] = True
    return table


def _histogram(numbers: np.ndarray) -> list[tuple[int, int]]:
    import pyarrow as pa

    found = pa.array(numbers).value_counts()
    return list(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True))
