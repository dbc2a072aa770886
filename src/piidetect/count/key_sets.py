# SPDX-License-Identifier: Apache-2.0
"""Sets of keys with bits, filled from Parquet tables by several threads, in little memory.

See :mod:`piidetect.kernels.distinct` for how they work.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from piidetect.arrow_arrays import as_numpy
from piidetect.errors import CaseError
from piidetect.parquet_pages import read_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np

    #: Puts rows into the sets: the thread's number, the sets, the columns.
    Scatter = Callable[[int, Sequence["KeySet"], list[np.ndarray]], None]
    #: Gets distinct keys: the thread's number, the set's number, keys uint64[n, 2], bits uint64[n].
    Take = Callable[[int, int, np.ndarray, np.ndarray], None]

T = TypeVar("T")

#: Rows that go through the kernels at a time: what fits into the cache.
SLICE = 1 << 15
_MOST_SHARES = 1 << 16
_BATCH = 1 << 16
_WORD = 8
_PIECES = 8  # of a set, for each thread


class RowGroup(NamedTuple):
    """A row group of a Parquet file: the file, its number in it, its rows."""

    path: Path
    number: int
    rows: int


def row_groups(paths: Sequence[Path]) -> list[RowGroup]:
    """Return the row groups of Parquet files.

    Raises:
        CaseError: a file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    groups = []
    for path in paths:
        try:
            with pq.ParquetFile(path) as file:
                meta = file.metadata
        except (OSError, pa.ArrowException) as error:
            raise damaged(path) from error
        numbers = range(meta.num_row_groups)
        groups += [RowGroup(path, number, meta.row_group(number).num_rows) for number in numbers]
    return groups


def slices(groups: Iterable[RowGroup], names: Sequence[str]) -> Iterator[list[np.ndarray]]:
    """Yield the named columns of row groups in slices of at most :data:`SLICE` rows.

    The arrays are used again for the next yield.

    Raises:
        CaseError: a file is damaged.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rooms = [np.empty(0, np.uint8) for _ in names]
    for path, some in groupby(groups, key=attrgetter("path")):
        try:
            with path.open("rb") as raw, pq.ParquetFile(path) as file:
                handle = raw.fileno()
                schema = file.schema_arrow
                wanted = [
                    (schema.names.index(name), np.dtype(schema.field(name).type.to_pandas_dtype()))
                    for name in names
                ]
                for group in some:
                    meta = file.metadata.row_group(group.number)
                    pieces = read_pieces(handle, meta, wanted, rooms)
                    if pieces is None:
                        table = file.read_row_group(group.number, columns=names, use_threads=False)
                        pieces = iter([[as_numpy(table[name]) for name in names]])
                    for columns in pieces:
                        for start in range(0, columns[0].size, SLICE):
                            yield [column[start : start + SLICE] for column in columns]
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise damaged(path) from error


class Room:
    """Memory that is used again: what was touched once needn't be asked of the system again.

    Memory that is not touched is not taken, so there may be more of it than is needed.
    """

    def __init__(self) -> None:
        self._words: np.ndarray | None = None

    def words(self, count: int) -> np.ndarray:
        """Return uint64[count], the same memory at each call."""
        import numpy as np

        if self._words is None or self._words.size < count:
            self._words = None
            self._words = np.empty(count, np.uint64)
        return self._words[:count]


class KeySet:
    """Gathers keys with their bits; a thread adds to a pile of its own.

    Args:
        rows: how many rows each pile gets at most.
        share: which share of the keys is gathered, of how many.
        width: words of a row (:mod:`piidetect.kernels.distinct`).
        words: uint64[:meth:`words`].
    """

    def __init__(
        self, rows: Sequence[int], share: tuple[int, int], width: int, words: np.ndarray
    ) -> None:
        import numpy as np

        from piidetect.kernels.distinct import CHAINS, CHUNK

        chunks = [_chunks(number) for number in rows]
        self._pool = words.reshape(sum(chunks), CHUNK, width)
        self._before = np.empty(sum(chunks), np.int64)
        self._last = np.full((len(rows), CHAINS), -1, np.int64)
        self._fill = np.zeros((len(rows), CHAINS), np.int64)
        free = [[sum(chunks[:pile])] for pile in range(len(rows))]
        self._used = np.array(free, np.int64)
        self.share = share
        self._rows = sum(rows)

    @staticmethod
    def words(rows: Sequence[int], width: int) -> int:
        """Return how many words a set needs."""
        from piidetect.kernels.distinct import CHUNK

        return sum(map(_chunks, rows)) * CHUNK * width

    def chains(self, pile: int) -> tuple[np.ndarray, ...]:
        """Return the arrays of a pile: pool, before, last, fill, used (see the kernels)."""
        return self._pool, self._before, self._last[pile], self._fill[pile], self._used[pile]

    def add(self, pile: int, key0: np.ndarray, key1: np.ndarray, bits: np.ndarray) -> None:
        """Add keys to a pile; those with the bits 0 and the key 0, 0 are left out."""
        from piidetect.kernels.distinct import scatter

        scatter(key0, key1, bits, *self.share, *self.chains(pile))

    def distinct(self, piece: int, pieces: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the distinct keys of a piece of the chains, uint64[n, 2], and their bits, uint64[n].

        The arrays are used again for the next yield. The keys are whole where rows are wide.
        """
        import numpy as np

        from piidetect.kernels.distinct import CHAINS, SMALLEST, collect, rows_of

        chains = (self._before, self._last, self._fill)
        begin, stop = CHAINS * piece // pieces, CHAINS * (piece + 1) // pieces
        step = max(1, min(CHAINS, _BATCH * CHAINS // (self._rows + 1)))
        rows = np.zeros(2, np.int64)
        table, keys, out = np.empty(0, np.uint32), np.empty((0, 2), np.uint64), np.empty(0)
        for first in range(begin, stop, step):
            end = min(first + step, stop)
            rows_of(first, end, *chains, rows)
            number, longest = rows.tolist()
            if table.size < max(SMALLEST, 2 * longest):
                table = np.empty(max(SMALLEST, 1 << (2 * longest - 1).bit_length()), np.uint32)
            if out.size < number:
                keys, out = np.empty((number, 2), np.uint64), np.empty(number, np.uint64)
            if number:
                number = collect(first, end, self._pool, *chains, table, keys, out)
                yield keys[:number], out[:number]


def shares(rows: int, words: int, memory: int) -> int:
    """Return in how many shares `rows` of `words` in all are to be counted to fit into `memory` bytes."""
    return min(max(1, -(-rows * words * _WORD // memory)), _MOST_SHARES)


class _Shared(Generic[T]):
    """Hands out things to several threads, each to whom asks first."""

    def __init__(self, things: Sequence[T]) -> None:
        self._left = iter(things)
        self._lock = Lock()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        with self._lock:
            return next(self._left)


def fill_sets(
    groups: Sequence[RowGroup],
    names: Sequence[str],
    widths: Sequence[int],
    share: tuple[int, int],
    scatter: Scatter,
    take: Take,
    threads: int,
    room: Room,
) -> None:
    """Fill as many sets as there are `widths` from the named columns, then hand over what is in them.

    Each thread scatters row groups, then takes pieces of each set, as long as there are some.

    Raises:
        CaseError: a file is damaged.
    """
    rows = [sum(group.rows for group in groups)] * threads  # what one thread might get
    sizes = [KeySet.words(rows, width) for width in widths]
    words = room.words(sum(sizes))
    sets = []
    for number, width in enumerate(widths):
        begin = sum(sizes[:number])
        sets.append(KeySet(rows, share, width, words[begin : begin + sizes[number]]))

    pieces = 1 if threads == 1 else threads * _PIECES
    left_groups = _Shared(groups)
    left_pieces = _Shared([(number, at) for number in range(len(sets)) for at in range(pieces)])

    def fill(thread: int) -> None:
        for columns in slices(left_groups, names):
            scatter(thread, sets, columns)

    def hand_over(thread: int) -> None:
        for number, piece in left_pieces:
            for keys, bits in sets[number].distinct(piece, pieces):
                take(thread, number, keys, bits)

    if threads == 1:
        fill(0)
        hand_over(0)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="piidetect") as pool:
        list(pool.map(fill, range(threads)))
        list(pool.map(hand_over, range(threads)))


class Pairs:
    """Counts pairs of words: ``total`` says how often each was added."""

    def __init__(self) -> None:
        import numpy as np

        from piidetect.kernels.distinct import GROUP_SLOTS

        self._table = np.zeros((GROUP_SLOTS + 1, 3), np.uint64)

        self._counted: Counter[tuple[int, int]] = Counter()

    def add(self, word0: np.ndarray, word1: np.ndarray) -> None:
        """Count uint64[n], uint64[n]."""
        from piidetect.kernels.distinct import tally_groups

        done = 0
        while done < word0.size:
            done = tally_groups(word0, word1, done, self._table)
            if done < word0.size:
                self._empty()

    def total(self) -> Counter[tuple[int, int]]:
        """Return pair → how often."""
        self._empty()
        return self._counted

    def _empty(self) -> None:
        rows = self._table[:-1]
        for word0, word1, count in rows[rows[:, 2] != 0].tolist():
            self._counted[word0, word1] += count
        self._table[:] = 0


def _chunks(rows: int) -> int:
    from piidetect.kernels.distinct import CHAINS, CHUNK

    return -(-rows // CHUNK) + CHAINS


def damaged(path: Path) -> CaseError:
    """Return the error of a table that can't be read."""
    return CaseError(f"{path} is damaged; restore it from a copy or scan the sources again")
