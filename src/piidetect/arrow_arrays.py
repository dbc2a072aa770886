# SPDX-License-Identifier: Apache-2.0
"""numpy ⇄ Arrow for plain numbers, by their memory.

`pyarrow.array` and `to_numpy` look whether they deal with pandas, and load it to do so, which takes
longer than sizing a small source.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa


def as_arrow(array: np.ndarray) -> pa.Array:
    """Return a C-contiguous one-dimensional array of whole or floating numbers as Arrow array."""
    import pyarrow as pa

    kind = pa.from_numpy_dtype(array.dtype)
    return pa.Array.from_buffers(kind, array.size, [None, pa.py_buffer(array)])


def as_numpy(array: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return an Arrow array as numpy array that can't be written to.

    Whole and floating numbers without nulls are read where they are (chunks are joined); all others
    as pyarrow does it.
    """
    import pyarrow as pa

    kind = array.type
    plain = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if not plain or array.null_count:
        return np.asarray(array.to_numpy(zero_copy_only=False))
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    parts = [_memory_of(chunk, np.dtype(kind.to_pandas_dtype())) for chunk in chunks if len(chunk)]
    if len(parts) != 1:
        parts = [np.concatenate([np.empty(0, kind.to_pandas_dtype()), *parts])]
    parts[0].setflags(write=False)
    return parts[0]


def _memory_of(array: pa.Array, dtype: np.dtype) -> np.ndarray:
    """Return the numbers of an array that has some."""
    start = array.offset * dtype.itemsize
    return np.frombuffer(array.buffers()[1], dtype, len(array), start)


@contextmanager
def memory_used_again() -> Iterator[None]:
    """Let Arrow take its memory by malloc while the block runs.

    That hands out what was used before. Arrow's own allocator asks the system for fresh pages again
    and again, which took a third of the time of counting.
    """
    import pyarrow as pa

    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
