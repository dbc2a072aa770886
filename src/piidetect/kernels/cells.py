# SPDX-License-Identifier: Apache-2.0
"""Cells and blocks: the one data structure of the core.

A column of text is :class:`Cells`, byte spans in UTF-8 data. A piece of a source is a
:class:`Block`: rows of cells over one buffer. Everything right of the sources works on blocks only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from piidetect.schema import RowKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

#: Zero bytes after the last cell of a block: kernels read this far past a cell's end.
PADDING = 64

#: Between the cells of a block that was put together from columns.
SEPARATOR = 0x1F

_BLANK = int(RowKind.BLANK)
_TEXT_LIMIT = 0xFFFF


class Cells(NamedTuple):
    """A column of text: `data` uint8[n], `start` and `stop` int64[m], byte spans in `data`."""

    data: np.ndarray
    start: np.ndarray
    stop: np.ndarray


class Block(NamedTuple):
    """Rows of cells over one UTF-8 buffer.

    `data` uint8[size + PADDING]; `cell_start`, `cell_stop` int64[C], ascending, without outer
    quotes; `cell_column` uint16[C], TEXT_COLUMN for a row that is scanned as one text; `row_cell`
    int64[R+1], first cell of each row; `row_start` int64[R], where the row begins in `data`;
    `row_offset` int64[R], byte offset of the row in the unpacked source; `row_kind` uint8[R]
    (RowKind); `first_row`, number of the first row in the source.
    """

    data: np.ndarray
    cell_start: np.ndarray
    cell_stop: np.ndarray
    cell_column: np.ndarray
    row_cell: np.ndarray
    row_start: np.ndarray
    row_offset: np.ndarray
    row_kind: np.ndarray
    first_row: int


def cells_from_arrow(array: pa.Array | pa.ChunkedArray) -> Cells:
    """View an Arrow array as cells; a string array is not copied.

    Slices keep their parent's buffers, so `array.offset` is honoured; a null is an empty cell;
    dictionaries are decoded, chunks are joined, everything else is cast to text.
    """
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
        if isinstance(array, pa.ChunkedArray):
            array = array.chunk(0)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    text = pa.types.is_string(array.type) or pa.types.is_binary(array.type)
    large = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    if not (text or large):
        array = _as_text(array)
        large = False
    _, offsets, data = array.buffers()
    if offsets is None or len(array) == 0:
        empty = np.zeros(0, np.int64)
        return Cells(np.zeros(PADDING, np.uint8), empty, empty)
    edges = np.frombuffer(offsets, np.int64 if large else np.int32)
    edges = edges[array.offset : array.offset + len(array) + 1].astype(np.int64)
    start, stop = edges[:-1], edges[1:]
    if array.null_count:
        stop = np.where(array.is_valid().to_numpy(zero_copy_only=False), stop, start)
    values = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return Cells(values, start, stop)


def _as_text(array: pa.Array) -> pa.Array:
    """Cast any Arrow array to strings; a type without a cast goes by its Python text."""
    import pyarrow as pa

    try:
        return array.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [None if value is None else str(value) for value in array.to_pylist()]
        return pa.array(texts, pa.string())


def block_from_columns(columns: Sequence[Cells], first_row: int) -> Block:
    """Interleave columns of equal length row by row into a block.

    The offset of a row is its number, since such a source has no bytes of its own.
    """
    rows = len(columns[0].start) if columns else 0
    width = len(columns)
    lengths = np.zeros((rows, width), np.int64)
    for position, cells in enumerate(columns):
        lengths[:, position] = cells.stop - cells.start
    stop = np.cumsum((lengths + 1).ravel()) - 1
    start = stop - lengths.ravel()
    size = int(stop[-1]) + 1 if stop.size else 0
    data = np.full(size + PADDING, SEPARATOR, np.uint8)
    data[size:] = 0
    for position, cells in enumerate(columns):
        _copy_column(data, start[position::width], cells.data, cells.start, cells.stop)
    number = np.arange(rows, dtype=np.int64)
    kind = np.where(lengths.sum(axis=1) == 0, _BLANK, 0).astype(np.uint8)
    return Block(
        data=data,
        cell_start=start,
        cell_stop=stop,
        cell_column=np.tile(np.arange(width, dtype=np.uint16), rows),
        row_cell=np.arange(rows + 1, dtype=np.int64) * width,
        row_start=start[::width].copy() if width else number,
        row_offset=number + first_row,
        row_kind=kind,
        first_row=first_row,
    )


def block_from_texts(texts: Sequence[str]) -> Block:
    """Make a block of one column from Python strings, one row a text."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    stop = np.cumsum([len(text) + 1 for text in encoded], dtype=np.int64) - 1
    lengths = np.array([len(text) for text in encoded], dtype=np.int64)
    data = np.frombuffer(bytearray(b"\x1f".join(encoded) + bytes(PADDING + 1)), np.uint8)
    count = len(encoded)
    return Block(
        data=data,
        cell_start=stop - lengths,
        cell_stop=stop,
        cell_column=np.zeros(count, np.uint16),
        row_cell=np.arange(count + 1, dtype=np.int64),
        row_start=stop - lengths,
        row_offset=np.arange(count, dtype=np.int64),
        row_kind=np.zeros(count, np.uint8),
        first_row=0,
    )


@njit(nogil=True, cache=True)
def _copy_column(data: Any, into: Any, source: Any, start: Any, stop: Any) -> None:
    for row in range(start.size):
        at = into[row]
        for position in range(start[row], stop[row]):
            data[at] = source[position]
            at += 1
