# SPDX-License-Identifier: Apache-2.0
"""Reads columns of Parquet tables where they lie, as far as they were written so that they can be.

The tables of a case hold whole numbers without nulls and uncompressed, as they lie in memory
(`case.parquet_file`): reading them is reading bytes. (Measured on a million records and six million
findings: a general reader takes 0.15 s of CPU, this 0.05 s.) Whatever was written another way is for
the general reader.

Format: https://github.com/apache/parquet-format (Encodings.md, parquet.thrift).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_PLAIN, _RLE_DICTIONARY = 0, 8
_LONGEST_HEADER = 64  # bytes; those of a case take 20 to 30
#: Types of the compact protocol whose values are one number.
_NUMBERS = (3, 4, 5, 6)
_STRUCT = 12
_STORED = {"INT32": 4, "INT64": 8}


class _OtherFormError(Exception):
    """The pages were written another way."""


def read_pieces(
    handle: int,
    group: Any,
    wanted: Sequence[tuple[int, np.dtype[Any]]],
    rooms: list[np.ndarray],
) -> Iterator[list[np.ndarray]] | None:
    """Return the columns of a row group, piece by piece as they were written.

    Args:
        handle: the open file.
        group: its metadata, a `pyarrow.parquet.RowGroupMetaData`.
        wanted: number and dtype of each column.
        rooms: uint8[] for each column, which the pieces may lie in; larger ones are put in their
            place where they don't suffice. Memory that is used again needn't be asked of the system.

    Returns:
        None where the general reader has to read it.
    """
    try:
        chunks = [
            _read_chunk(handle, group.column(number), kind, rooms, place)
            for place, (number, kind) in enumerate(wanted)
        ]
    except (_OtherFormError, IndexError, KeyError, ValueError, OverflowError):
        return None
    sizes = [[piece.size for piece in pieces] for pieces in chunks]
    if any(one != sizes[0] for one in sizes) or sum(sizes[0]) != group.num_rows:
        return None
    return map(list, zip(*chunks, strict=True))


def _read_chunk(
    handle: int, meta: Any, kind: np.dtype[Any], rooms: list[np.ndarray], place: int
) -> list[np.ndarray]:
    """Read a column of a row group; one array for each of its pages."""
    width = _STORED.get(meta.physical_type, 0)
    begin = meta.data_page_offset
    if meta.has_dictionary_page:
        begin = min(begin, meta.dictionary_page_offset)
    if not width or meta.compression != "UNCOMPRESSED" or width != max(4, kind.itemsize):
        raise _OtherFormError
    size = meta.total_compressed_size
    if not 0 < size <= os.fstat(handle).st_size:
        raise _OtherFormError
    if rooms[place].size < size:
        rooms[place] = np.empty(size + (size >> 3), np.uint8)
    data = rooms[place][:size]
    if os.preadv(handle, [data.data], begin) != size:
        raise _OtherFormError
    stored = np.dtype(f"<{kind.kind}{width}")
    pieces, least, at = [], None, 0
    while at < size:
        page, length, values, encoding, body = _page_header(data, at)
        stop = body + length
        if stop > size or values <= 0:
            raise _OtherFormError
        if page == _DICTIONARY_PAGE:
            least = _first_of_a_range(data[body:stop].view("<u4"), values)
        elif page == _DATA_PAGE and encoding == _PLAIN and length == values * width:
            pieces.append(np.frombuffer(data, stored, values, body).astype(kind, copy=False))
        elif page == _DATA_PAGE and encoding == _RLE_DICTIONARY and least is not None:
            pieces.append(_indexed(data, body, stop, values, least, kind))
        else:
            raise _OtherFormError
        at = stop
    return pieces


def _first_of_a_range(numbers: np.ndarray, values: int) -> int:
    """Return the first number of a dictionary that holds all from there on, one by one."""
    if numbers.size != values or not np.array_equal(numbers - numbers[0], np.arange(values)):
        raise _OtherFormError
    return int(numbers[0])


def _indexed(
    data: np.ndarray, begin: int, stop: int, values: int, least: int, kind: np.dtype[Any]
) -> np.ndarray:
    """Return the values of a page that is one run of indices of one or two whole bytes each."""
    bits = int(data[begin])
    run, used = _varint(data[begin + 1 : begin + 12].tobytes(), 0)
    at = begin + 1 + used
    bytes_each = bits // 8
    if bits not in (8, 16) or not run & 1 or (stop - at) != (run >> 1) * 8 * bytes_each:
        raise _OtherFormError
    indices = np.frombuffer(data, f"<u{bytes_each}", values, at)
    if least == 0 and indices.dtype.itemsize == kind.itemsize:
        return indices.view(kind)
    moved = indices.astype("<i8") + least if kind.itemsize == 8 else indices.astype("<u4") + least  # noqa: PLR2004
    return moved.astype(np.uint32).view(np.int32) if kind == np.int32 else moved.astype(kind)


def _page_header(data: np.ndarray, at: int) -> tuple[int, int, int, int, int]:
    """Return type, bytes, values, encoding and begin of a page."""
    fields: dict[tuple[int, ...], int] = {}
    end = at + _fields(data[at : at + _LONGEST_HEADER].tobytes(), 0, (), fields)
    page = fields[1,]
    inner = 5 if page == _DATA_PAGE else 7
    if fields[2,] != fields[3,] or fields[3,] < 0:
        raise _OtherFormError
    return page, fields[3,], fields[inner, 1], fields[inner, 2], end


def _fields(data: bytes, at: int, path: tuple[int, ...], fields: dict[tuple[int, ...], int]) -> int:
    """Read a struct of numbers and structs in Thrift's compact protocol; return where it ends."""
    number = 0
    while True:
        head = data[at]
        at += 1
        if head == 0:
            return at
        kind, step = head & 15, head >> 4
        if step == 0 or len(path) > 1:
            raise _OtherFormError
        number += step
        if kind == _STRUCT:
            at = _fields(data, at, (*path, number), fields)
        elif kind in _NUMBERS:
            value, at = _varint(data, at)
            fields[(*path, number)] = (value >> 1) ^ -(value & 1)
        else:
            raise _OtherFormError


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift += 7
        at += 1
        if byte < 0x80:  # noqa: PLR2004
            return value, at
        if shift > 63:  # noqa: PLR2004
            raise _OtherFormError
