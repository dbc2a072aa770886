# SPDX-License-Identifier: Apache-2.0
"""Everything that is a number of distinct keys, in one pass over each table.

These are the figures for which SQL is too slow: of a million records and six million findings
DuckDB counts them in 1.0 s, and it spills from ten million records on;
:mod:`piidetect.kernels.distinct` takes 0.4 s. Where the rows don't fit into the memory limit, the
tables are read several times and a share of the keys is counted each time.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from piidetect.count.persons import IDS, TOLD_APART
from piidetect.errors import CaseError
from piidetect.schema import ENTITIES, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np

    from piidetect.count.identifiability import Identifiability

#: Memory that a row takes: three words, and its bits once more if it is distinct.
_ROW_BYTES = 32
_MOST_SHARES = 1 << 16
#: Rows that go through the kernels at a time: what fits into the cache.
_SLICE = 1 << 15
_FINDINGS = ["entity", "verdict", "detail", "key0", "key1"]
_RECORDS = ["mask", "flaws", "subject_kind", "content0", "content1", "info0", "info1"]
_RECORDS += ["subject0", "subject1"]
_DOUBTFUL = 1 << Verdict.UNKNOWN_REGION | 1 << Verdict.UNCHECKED
#: What is counted apart of records: contents with information, information, subjects.
_RECORD_KEYS = 3


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
    """Distinct contents of identifiable records, and the masks of persons.

    ``pairs`` counts different cells with different information, ``information`` different
    information; ``masks`` is mask of all records of a person together → persons.
    """

    pairs: int = 0
    information: int = 0
    masks: Counter[int] = field(default_factory=Counter)


def distinct_values(paths: Sequence[Path], memory: int, threads: int = 1) -> Values:
    """Return the distinct values in findings tables.

    Args:
        paths: the Parquet files.
        memory: bytes that may be held.
        threads: how many threads.

    Raises:
        CaseError: a file is damaged.
    """
    import numpy as np

    from piidetect.kernels.distinct import value_bits

    values = Values()
    doubted = sum(1 << ENTITIES.index(name) for name in IDS)
    verdicts = (int(Verdict.VALID), _DOUBTFUL, doubted)
    groups = _groups(paths)
    rows = sum(group.rows for group in groups)
    shares = min(max(1, -(-rows * _ROW_BYTES // memory)), _MOST_SHARES)
    tallies = np.zeros((threads, 256, 256), np.int64)

    def scatter(pile: int, chains: Sequence[_Chains], columns: list[np.ndarray]) -> None:
        entity, verdict, detail, key0, key1 = columns
        bits = np.empty(entity.size, np.uint64)
        value_bits(entity, verdict, detail, *verdicts, tallies[pile], bits)
        chains[0].add(pile, key0, key1, bits)

    for share in range(shares):
        [bits] = _distinct(groups, _FINDINGS, 1, (share, shares), scatter, threads)
        for piece in bits:
            _add_values(values, piece)
    tally = tallies.sum(axis=0)
    for place in np.argwhere(tally):
        number, code = place.tolist()
        values.findings[number, code] = int(tally[number, code]) // shares
    return values


def distinct_contents(
    paths: Sequence[Path], rule: Identifiability, memory: int, threads: int = 1
) -> Contents:
    """Return the distinct contents in records tables.

    A record with the same cells but other information (the same line under another heading) is not
    a repetition, hence the pairs. Records whose only number is an ID of an unknown region have no
    information key; their cells stand for it.

    Args:
        paths: the Parquet files.
        rule: when a record identifies somebody.
        memory: bytes that may be held.
        threads: how many threads.

    Raises:
        CaseError: a file is damaged.
    """
    import numpy as np

    contents = Contents()
    groups = _groups(paths)
    rows = sum(group.rows for group in groups)
    shares = min(max(1, -(-rows * _RECORD_KEYS * _ROW_BYTES // memory)), _MOST_SHARES)

    def scatter(pile: int, chains: Sequence[_Chains], columns: list[np.ndarray]) -> None:
        mask, flaws, kind, content0, content1, info0, info1, subject0, subject1 = columns
        pairs, infos, subjects = chains
        counted = rule.select(mask, flaws).astype(np.uint64)
        pairs.add(pile, content0 ^ info0, content1 ^ info1, counted)
        none = (info0 == 0) & (info1 == 0)
        infos.add(pile, np.where(none, content0, info0), np.where(none, content1, info1), counted)
        told_apart = (kind >= min(TOLD_APART)) & (kind <= max(TOLD_APART))
        subjects.add(pile, subject0, subject1, np.where(told_apart, mask, np.uint64(0)))

    for share in range(shares):
        found = _distinct(groups, _RECORDS, _RECORD_KEYS, (share, shares), scatter, threads)
        contents.pairs += sum(bits.size for bits in found[0])
        contents.information += sum(bits.size for bits in found[1])
        for masks in found[2]:
            contents.masks.update(_histogram(masks))
    return contents


class _Group(NamedTuple):
    """A row group of a Parquet file: the file, its number in it, its rows."""

    path: Path
    number: int
    rows: int


class _Chains:
    """Gathers keys with their bits; see :mod:`piidetect.kernels.distinct`.

    `rows` says how many rows each pile gets at most; a pile belongs to one thread.
    """

    def __init__(self, rows: Sequence[int], share: tuple[int, int]) -> None:
        import numpy as np

        from piidetect.kernels.distinct import CHAINS, CHUNK

        chunks = [-(-number // CHUNK) + CHAINS for number in rows]
        # Memory that is not touched is not taken, so there may be more of it than is needed.
        self._pool = np.empty((sum(chunks), CHUNK, 3), np.uint64)
        self._before = np.empty(sum(chunks), np.int64)
        self._last = np.full((len(rows), CHAINS), -1, np.int64)
        self._fill = np.zeros((len(rows), CHAINS), np.int64)
        self._free = [sum(chunks[:pile]) for pile in range(len(rows))]
        self._share = share

    def add(self, pile: int, key0: np.ndarray, key1: np.ndarray, bits: np.ndarray) -> None:
        from piidetect.kernels.distinct import scatter

        chains = (self._pool, self._before, self._last[pile], self._fill[pile])
        free = self._free[pile]
        self._free[pile] = scatter(key0, key1, bits, *self._share, *chains, free)

    def bits(self, piece: int, pieces: int) -> np.ndarray:
        """Return uint64[distinct]: the joined bits of each distinct key of a piece of the chains."""
        import numpy as np

        from piidetect.kernels.distinct import CHAINS, SMALLEST, collect, longest

        chains = (self._before, self._last, self._fill)
        slots = SMALLEST
        while slots < 2 * longest(self._last, self._fill, self._before):
            slots *= 2
        first, end = CHAINS * piece // pieces, CHAINS * (piece + 1) // pieces
        out = np.empty(self._pool.shape[0] * self._pool.shape[1], np.uint64)
        table = np.zeros((slots, 3), np.uint64)
        number = collect(first, end, self._pool, *chains, table, out)
        return out[:number]


def _distinct(
    groups: Sequence[_Group],
    names: list[str],
    kinds: int,
    share: tuple[int, int],
    scatter: Callable[[int, Sequence[_Chains], list[np.ndarray]], None],
    threads: int,
) -> list[list[np.ndarray]]:
    """Return for each of `kinds` keys the joined bits of the distinct keys, in as many pieces as threads.

    Each thread scatters every `threads`-th row group, then collects its piece of the chains.
    """
    piles = [groups[pile::threads] for pile in range(threads)]
    rows = [sum(group.rows for group in pile) for pile in piles]
    chains = [_Chains(rows, share) for _ in range(kinds)]

    def fill(pile: int) -> None:
        for columns in _slices(piles[pile], names):
            scatter(pile, chains, columns)

    def collect(piece: int) -> list[np.ndarray]:
        return [one.bits(piece, threads) for one in chains]

    if threads == 1:
        fill(0)
        return [[bits] for bits in collect(0)]
    with ThreadPoolExecutor(threads, thread_name_prefix="piidetect") as pool:
        list(pool.map(fill, range(threads)))
        return [list(bits) for bits in zip(*pool.map(collect, range(threads)), strict=True)]


def _add_values(values: Values, bits: np.ndarray) -> None:
    import numpy as np

    from piidetect.kernels.distinct import tally_values

    tags = np.zeros(1024, np.int64)  # entity, 256 more if valid, 512 more if doubtful
    births = bits[: tally_values(bits, sum(1 << ENTITIES.index(name) for name in IDS), tags)]
    by_tag = tags.tolist()
    values.doubtful += sum(by_tag[512:768])
    for number, name in enumerate(ENTITIES):
        valid = by_tag[256 + number] + by_tag[768 + number]
        if valid:
            values.valid[name] += valid
    values.births.append(births.astype(np.int32))


def _histogram(numbers: np.ndarray) -> dict[int, int]:
    import pyarrow as pa

    found = pa.array(numbers).value_counts()
    return dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True))


def _groups(paths: Sequence[Path]) -> list[_Group]:
    """Return the row groups of Parquet files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    groups = []
    for path in paths:
        try:
            with pq.ParquetFile(path) as file:
                meta = file.metadata
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path) from error
        numbers = range(meta.num_row_groups)
        groups += [_Group(path, number, meta.row_group(number).num_rows) for number in numbers]
    return groups


def _slices(groups: Sequence[_Group], names: list[str]) -> Iterator[list[np.ndarray]]:
    """Yield the named columns in slices of at most 32,768 rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path, some in groupby(groups, key=attrgetter("path")):
        try:
            with pq.ParquetFile(path) as file:
                for group in some:
                    table = file.read_row_group(group.number, columns=names, use_threads=False)
                    columns = [table[name].to_numpy() for name in names]
                    for start in range(0, table.num_rows, _SLICE):
                        yield [column[start : start + _SLICE] for column in columns]
        except (OSError, KeyError, pa.ArrowException) as error:
            raise _damaged(path) from error


def _damaged(path: Path) -> CaseError:
    return CaseError(f"{path} is damaged; restore it from a copy or scan the sources again")
