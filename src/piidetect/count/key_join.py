# SPDX-License-Identifier: Apache-2.0
"""Keys of several tables joined exactly, in bounded memory and in threads.

Where the rows don't fit into the memory limit, the tables are read several times and a share of the
key space is joined each time.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from piidetect.arrow_arrays import as_numpy
from piidetect.count.key_sets import damaged
from piidetect.parquet_pages import read_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow.parquet as pq

#: Bytes that a key takes in the piles.
ROW_BYTES = 24
_MOST_SHARES = 1 << 16
_SMALLEST = 64
_STEP_BITS = 16


class Piles:
    """Chains of keys, one pile a thread; see :mod:`piidetect.kernels.numbering`."""

    def __init__(self, rows: int, threads: int) -> None:
        import numpy as np

        from piidetect.kernels.numbering import CHAINS, CHUNK

        self._chunks = -(-rows // CHUNK) + CHAINS
        # Memory that is not touched is not taken, so there may be more of it than is needed.
        self._pool = np.empty((threads * self._chunks, CHUNK, 3), np.uint64)
        self._before = np.empty(threads * self._chunks, np.int64)
        self._last = np.empty((threads, CHAINS), np.int64)
        self._fill = np.empty((threads, CHAINS), np.int64)
        self.begin((0, 1))

    def begin(self, share: tuple[int, int]) -> None:
        """Empty the piles for a share of the key space: which, of how many."""
        self._last[:] = -1
        self._fill[:] = 0
        self._free = [pile * self._chunks for pile in range(self._last.shape[0])]
        self.share = share

    def pile(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
        """Return what a scattering kernel fills: pool, before, last, fill, and the first free chunk."""
        return (
            self._pool,
            self._before,
            self._last[number],
            self._fill[number],
            self._free[number],
        )

    def used(self, number: int, free: int) -> None:
        """Take note of a pile's first free chunk."""
        self._free[number] = free

    def chains(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return what a joining kernel reads: pool, before, last and fill of all piles."""
        return self._pool, self._before, self._last, self._fill

    def table(self) -> np.ndarray:
        """Return a hash table that has room for the longest chain."""
        import numpy as np

        from piidetect.kernels.numbering import longest

        slots = _SMALLEST
        while slots < 2 * longest(self._last, self._fill, self._before):
            slots *= 2
        return np.zeros((slots, 3), np.uint64)

    def rows(self, begin: int, end: int) -> int:
        """Return how many rows the chains from `begin` to `end` have at most."""
        from piidetect.kernels.numbering import CHUNK

        total = int(self._fill[:, begin:end].sum())
        for last in self._last[:, begin:end].ravel().tolist():
            chunk = last
            while chunk >= 0:
                chunk = int(self._before[chunk])
                total += CHUNK if chunk >= 0 else 0
        return total


def shares_of(rows: int, memory: int) -> int:
    """Return in how many shares so many rows fit into the memory."""
    return min(max(1, -(-rows * ROW_BYTES // memory)), _MOST_SHARES)


def number_records(
    tables: Sequence[tuple[Path, int]],
    names: Sequence[str],
    keys: Callable[..., tuple[np.ndarray, ...]] | None,
    *,
    rows: int,
    memory: int,
    threads: int,
    of: np.ndarray | None = None,
) -> np.ndarray:
    """Return int32[rows]: for each row the number of its key, -1 for those without.

    Equal keys have equal numbers below `rows`; which number a key has may differ from run to run.

    Args:
        tables: Parquet files and the number of the first row of each.
        names: the columns to read.
        keys: from these columns the two words of the keys and bool[n], which rows have one; None
            where the columns are the two words and every row has one.
        rows: how many rows are numbered: all, or as many as `of` chooses.
        of: bool[all rows], the rows that are numbered; the others have no place in the result.
        memory: bytes that the piles may hold.
        threads: how many threads.

    Raises:
        CaseError: a table is damaged.
    """
    import numpy as np

    from piidetect.kernels.numbering import CHAINS, number_chains, scatter_keys

    out = np.full(rows, -1, np.int32)
    before = _counted(of)
    shares, base = shares_of(rows, memory), 0
    piles = Piles(rows, threads)

    def scatter(pile: int) -> None:
        for start, columns in slices(tables, names, pile, threads):
            first = start
            if of is not None:
                picked = of[start : start + columns[0].size]
                first = int(before[start >> _STEP_BITS]) + int(
                    np.count_nonzero(of[start >> _STEP_BITS << _STEP_BITS : start])
                )
                columns = [column[picked] for column in columns]  # noqa: PLW2901
            every = (*columns, np.ones(columns[0].size, np.bool_)) if keys is None else ()
            key0, key1, chosen = every or keys(*columns)  # type: ignore[misc]
            chains = piles.pile(pile)
            piles.used(pile, scatter_keys(key0, key1, chosen, first, *piles.share, *chains))

    for share in range(shares):
        piles.begin((share, shares))
        in_threads(scatter, threads)
        edges = [CHAINS * piece // threads for piece in range(threads + 1)]
        sizes = [piles.rows(*pair) for pair in itertools.pairwise(edges)]

        def join(piece: int, base: int = base) -> None:
            begin = base + sum(sizes[:piece])  # noqa: B023
            chains = (*piles.chains(), piles.table())
            number_chains(edges[piece], edges[piece + 1], *chains, begin, out)  # noqa: B023

        in_threads(join, threads)
        base += sum(sizes)
    return out


def _counted(chosen: np.ndarray | None) -> np.ndarray:
    """Return how many rows are chosen before every 65,536th one."""
    import numpy as np

    if chosen is None:
        return np.zeros(1, np.int64)
    steps = range(0, chosen.size + 1, 1 << _STEP_BITS)
    counts = [np.count_nonzero(chosen[at : at + (1 << _STEP_BITS)]) for at in steps]
    return np.cumsum([0, *counts])


def in_threads(work: Callable[[int], None], threads: int) -> None:
    """Run ``work(0)`` … ``work(threads - 1)`` at once."""
    if threads == 1:
        work(0)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="piidetect") as pool:
        list(pool.map(work, range(threads)))


def rows_of(paths: Sequence[Path]) -> list[int]:
    """Return how many rows each Parquet file has.

    Raises:
        CaseError: a file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = []
    for path in paths:
        try:
            rows.append(pq.read_metadata(path).num_rows)
        except (OSError, pa.ArrowException) as error:
            raise damaged(path) from error
    return rows


def slices(
    tables: Sequence[tuple[Path, int]], names: Sequence[str], turn: int = 0, turns: int = 1
) -> Iterator[tuple[int, list[np.ndarray]]]:
    """Yield row groups as (number of the first row, columns): every `turns`-th one, from `turn` on.

    The arrays are used again for the next yield.

    Raises:
        CaseError: a file is damaged.
    """
    number = 0
    for path, first in tables:
        with _opened(path) as file:
            read, start = _Reader(file, path, names), first
            for group in range(file.num_row_groups):
                if number % turns == turn:
                    yield start, read(group)
                start += file.metadata.row_group(group).num_rows
                number += 1


def stretch(
    path: Path, names: Sequence[str], turn: int = 0, turns: int = 1
) -> Iterator[list[np.ndarray]]:
    """Yield the `turn`-th of `turns` stretches of a findings table, in order, in slices.

    ``names`` begins with ``row``, by which the table is sorted. Stretches are cut between records:
    one that goes on in the next stretch belongs to the one where it begins. Slices aren't.

    Raises:
        CaseError: the file is damaged.
    """
    with _opened(path) as file:
        groups = file.num_row_groups
        begin, end = groups * turn // turns, groups * (turn + 1) // turns
        skipped, last = _last_row(file, begin - 1), -1
        read = _Reader(file, path, names)
        for group in range(begin, groups if end > begin else begin):
            columns = read(group)
            rows = columns[0]
            start = _end_of(rows, skipped)
            stop = rows.size if group < end else _end_of(rows, last)
            if start < stop:
                skipped = -1
                yield [column[start:stop] for column in columns]
                last = int(rows[stop - 1])
            if group >= end and stop < rows.size:
                break


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a table.

    Raises:
        CaseError: it is damaged; also for what is read inside the ``with`` block.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise damaged(path) from error


class _Reader:
    """Reads columns of row groups, one after the other, into the same memory."""

    def __init__(self, file: pq.ParquetFile, path: Path, names: Sequence[str]) -> None:
        import numpy as np

        schema = file.schema_arrow
        kinds = [np.dtype(schema.field(name).type.to_pandas_dtype()) for name in names]
        self._wanted = list(zip(map(schema.names.index, names), kinds, strict=True))
        self._rooms = [np.empty(0, np.uint8) for _ in names]
        self._file, self._path, self._names = file, path, list(names)

    def __call__(self, group: int) -> list[np.ndarray]:
        """Return the columns of a row group; they hold until the next call."""
        import numpy as np

        with self._path.open("rb") as raw:
            meta = self._file.metadata.row_group(group)
            pieces = read_pieces(raw.fileno(), meta, self._wanted, self._rooms)
            found = [] if pieces is None else list(pieces)
        if len(found) == 1:
            return found[0]
        if found:
            return [np.concatenate(column) for column in zip(*found, strict=True)]
        table = self._file.read_row_group(group, columns=self._names, use_threads=False)
        return [as_numpy(table[name]) for name in self._names]


def _end_of(rows: np.ndarray, row: int) -> int:
    """Return where the findings of the records up to `row` end, 0 if it is -1."""
    return int(rows.searchsorted(rows.dtype.type(row), side="right")) if row >= 0 else 0


def _last_row(file: pq.ParquetFile, group: int) -> int:
    """Return the record of a row group's last finding, -1 where there is none."""
    if group < 0:
        return -1
    rows = file.read_row_group(group, columns=["row"], use_threads=False)["row"]
    return int(rows[-1].as_py()) if len(rows) else -1
