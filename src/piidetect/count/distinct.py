# SPDX-License-Identifier: Apache-2.0
"""Everything that is a number of distinct keys, in one pass over each table.

These are the figures for which SQL is too slow: of a million records and six million findings
DuckDB counts them in 1.0 s, and it spills from ten million records on;
:mod:`piidetect.kernels.distinct` takes 0.4 s. Where the rows don't fit into the memory limit, the
tables are read several times and a share of the keys is counted each time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from piidetect.count.persons import IDS, TOLD_APART
from piidetect.errors import CaseError
from piidetect.schema import ENTITIES, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np

    from piidetect.count.identifiability import Identifiability

#: Memory that a row takes: two key words and its bits, and the bits once more if it is distinct.
_ROW_BYTES = 32
#: Rows that go through the kernels at a time: what fits into the cache.
_SLICE = 1 << 15
_FINDINGS = ["entity", "verdict", "detail", "key0", "key1"]
_RECORDS = ["mask", "flaws", "subject_kind", "content0", "content1", "info0", "info1"]
_RECORDS += ["subject0", "subject1"]
_DOUBTFUL = 1 << Verdict.UNKNOWN_REGION | 1 << Verdict.UNCHECKED
_PRESENT_BIT = 1 << 63


@dataclass
class Values:
    """Findings by entity and verdict; distinct values: valid ones, births of IDs, doubtful IDs.

    ``findings`` is (entity number, verdict) → findings; ``valid`` is entity → values; ``births`` is detail → persons as the valid IDs tell (see :mod:`piidetect.schema`); ``doubtful``
    counts IDs of unknown region or unchecked that are nowhere valid.
    """

    findings: Counter[tuple[int, int]] = field(default_factory=Counter)
    valid: Counter[str] = field(default_factory=Counter)
    births: Counter[int] = field(default_factory=Counter)
    doubtful: int = 0


@dataclass
class Contents:
    """Distinct contents of identifiable records, and the masks of persons.

    ``pairs`` counts different cells with different information, ``information`` different
    information; ``masks`` is mask of all records of a person together → persons.
    """

    pairs: int = 0
    information: int = 0
    masks: Counter[int] = field(default_factory=Counter)


def distinct_values(paths: Sequence[Path], memory: int) -> Values:
    """Return the distinct values in findings tables.

    Args:
        paths: the Parquet files.
        memory: bytes that may be held.

    Raises:
        CaseError: a file is damaged.
    """
    import numpy as np

    from piidetect.kernels.distinct import value_bits

    values = Values()
    doubted = sum(1 << ENTITIES.index(name) for name in IDS)
    rows = sum(_rows(path) for path in paths)
    shares = max(1, -(-rows * _ROW_BYTES // memory))
    tally = np.zeros((256, 256), np.int64)
    for share in range(shares):
        chains = _Chains(rows, share, shares)
        for entity, verdict, detail, key0, key1 in _slices(paths, _FINDINGS):
            bits = np.empty(entity.size, np.uint64)
            verdicts = (int(Verdict.VALID), _DOUBTFUL, doubted)
            value_bits(entity, verdict, detail, *verdicts, tally, bits)
            chains.add(key0, key1, bits)
        _add_values(values, chains.bits())
    for place in np.argwhere(tally):
        number, code = place.tolist()
        values.findings[number, code] = int(tally[number, code]) // shares
    return values


def distinct_contents(paths: Sequence[Path], rule: Identifiability, memory: int) -> Contents:
    """Return the distinct contents in records tables.

    A record with the same cells but other information (the same line under another heading) is not
    a repetition, hence the pairs. Records whose only number is an ID of an unknown region have no
    information key; their cells stand for it.

    Args:
        paths: the Parquet files.
        rule: when a record identifies somebody.
        memory: bytes that may be held.

    Raises:
        CaseError: a file is damaged.
    """
    import numpy as np

    contents = Contents()
    rows = sum(_rows(path) for path in paths)
    shares = max(1, -(-rows * 3 * _ROW_BYTES // memory))
    for share in range(shares):
        pairs, infos, subjects = (_Chains(rows, share, shares) for _ in range(3))
        for columns in _slices(paths, _RECORDS):
            mask, flaws, kind, content0, content1, info0, info1, subject0, subject1 = columns
            counted = rule.select(mask, flaws).astype(np.uint64)
            pairs.add(content0 ^ info0, content1 ^ info1, counted)
            none = (info0 == 0) & (info1 == 0)
            infos.add(np.where(none, content0, info0), np.where(none, content1, info1), counted)
            told_apart = (kind >= min(TOLD_APART)) & (kind <= max(TOLD_APART))
            bits = np.where(told_apart, mask | np.uint64(_PRESENT_BIT), np.uint64(0))
            subjects.add(subject0, subject1, bits)
        contents.pairs += pairs.bits().size
        contents.information += infos.bits().size
        masks = subjects.bits() & np.uint64(_PRESENT_BIT - 1)
        contents.masks.update(_histogram(masks))
    return contents


class _Chains:
    """Gathers keys with their bits; see :mod:`piidetect.kernels.distinct`."""

    def __init__(self, rows: int, share: int, shares: int) -> None:
        import numpy as np

        from piidetect.kernels.distinct import CHAINS, CHUNK

        chunks = rows // CHUNK + CHAINS + 1
        # Memory that is not touched is not taken, so there may be more of it than is needed.
        self._pool = [np.empty((chunks, CHUNK), np.uint64) for _ in range(3)]
        self._out = np.empty(rows, np.uint64)
        self._before = np.empty(chunks, np.int64)
        self._last = np.full(CHAINS, -1, np.int64)
        self._fill = np.zeros(CHAINS, np.int64)
        self._used = 0
        self._share = (share, shares)

    def add(self, key0: np.ndarray, key1: np.ndarray, bits: np.ndarray) -> None:
        from piidetect.kernels.distinct import scatter

        chains = (*self._pool, self._before, self._last, self._fill)
        self._used = scatter(key0, key1, bits, *self._share, *chains, self._used)

    def bits(self) -> np.ndarray:
        """Return uint64[distinct]: the joined bits of each distinct key, and free the rest."""
        from piidetect.kernels.distinct import collect

        number = collect(*self._pool, self._before, self._last, self._fill, self._out)
        self._pool.clear()
        return self._out[:number]


def _add_values(values: Values, bits: np.ndarray) -> None:
    import numpy as np

    tags = (bits >> np.uint64(32)).view(np.int64)  # entity, 256 if valid, 512 if doubtful
    by_tag = np.bincount(tags, minlength=1024).tolist()
    values.doubtful += sum(by_tag[512:768])
    for number, name in enumerate(ENTITIES):
        valid = by_tag[256 + number] + by_tag[768 + number]
        if valid:
            values.valid[name] += valid
        if valid and name in IDS:
            births = bits[(tags & 511) == 256 + number].astype(np.uint32)
            values.births.update(_histogram(births))


def _histogram(numbers: np.ndarray) -> dict[int, int]:
    import numpy as np

    found, counts = np.unique(numbers, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _rows(path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            return int(file.metadata.num_rows)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path) from error


def _slices(paths: Sequence[Path], names: list[str]) -> Iterator[list[np.ndarray]]:
    """Yield the named columns in slices of at most 32,768 rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in paths:
        try:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, columns=names, use_threads=False)
                    columns = [table[name].to_numpy() for name in names]
                    for start in range(0, table.num_rows, _SLICE):
                        yield [column[start : start + _SLICE] for column in columns]
        except (OSError, KeyError, pa.ArrowException) as error:
            raise _damaged(path) from error


def _damaged(path: Path) -> CaseError:
    return CaseError(f"{path} is damaged; restore it from a copy or scan the sources again")
