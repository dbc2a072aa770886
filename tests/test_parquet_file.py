# SPDX-License-Identifier: Apache-2.0
"""Tables that the case writes are Parquet as others read it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piidetect.case.parquet_file import ParquetFile
from piidetect.parquet_pages import read_pieces

TYPES = ("u1", "u2", "u4", "i4", "u8")


def written(path, groups):
    """Write groups of pieces of columns; return the columns as they should be read."""
    types = {name: array.dtype for name, array in groups[0][0].items()}
    file = ParquetFile(path, types)
    for pieces in groups:
        file.write_group(pieces)
    file.close()
    pieces = [piece for group in groups for piece in group]
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in types}


def check(path, expected):
    """All readers give the columns, their types included."""
    table = pq.read_table(path)
    assert table.schema.names == list(expected)
    frame = pl.read_parquet(path)
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute("select * from read_parquet(?)", [str(path)]).fetchnumpy()
    for name, array in expected.items():
        assert table.schema.field(name) == pa.field(
            name, pa.from_numpy_dtype(array.dtype), nullable=False
        )
        for found in (table[name].to_numpy(), frame[name].to_numpy(), rows[name]):
            assert found.dtype == array.dtype
            assert np.array_equal(found, array)


@st.composite
def columns(draw):
    rows = draw(st.lists(st.integers(0, 70), min_size=1, max_size=3).filter(any))
    pieces = [{} for _ in rows]
    for name in TYPES:
        kind = np.dtype(name)
        limits = np.iinfo(kind)
        least = draw(st.integers(int(limits.min), int(limits.max)))
        span = draw(st.sampled_from([0, 1, 7, 255, 256, 300, 65_535, 65_536, 2**64]))
        number = st.integers(least, min(least + span, int(limits.max)))
        for piece, size in zip(pieces, rows, strict=True):
            piece[name] = np.array(draw(st.lists(number, min_size=size, max_size=size)), kind)
    return pieces


@settings(max_examples=100, deadline=None)
@given(st.lists(columns(), min_size=1, max_size=3))
def test_any_columns_are_read_back(groups):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.parquet"
        check(path, written(path, groups))


@pytest.mark.parametrize("span", [1, 2, 255, 256, 257, 4096, 65_535, 65_536, 65_537, 2**31])
@pytest.mark.parametrize("least", [0, 1, 1000, 2**31 - 5])
def test_spans_and_sizes(tmp_path, least, span):
    random = np.random.default_rng(span)
    pieces = []
    for size in (100_000, 1, 0, 131_077):
        numbers = random.integers(least, least + span, size, np.int64)
        signed = np.minimum(numbers, 2**31 - 1) - 2**30
        pieces.append({"a": numbers.astype("u4"), "b": signed.astype("i4")})
    path = tmp_path / "a.parquet"
    check(path, written(path, [pieces, pieces[:1]]))


def test_small_numbers_take_a_byte(tmp_path):
    random = np.random.default_rng(1)
    numbers = {
        "one": random.integers(0, 60, 100_000, np.uint8),
        "length": random.integers(0, 40, 100_000).astype(np.uint16),
        "start": random.integers(0, 900, 100_000).astype(np.uint32),
        "row": (7_000_000 + np.arange(100_000) // 6).astype(np.uint32),
        "key": random.integers(0, 2**64 - 1, 100_000, np.uint64),
    }
    written(tmp_path / "a.parquet", [[numbers]])
    group = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(0)
    sizes = [group.column(number).total_compressed_size for number in range(5)]
    bytes_each = [round(size / 100_000, 1) for size in sizes]
    assert bytes_each == [1.0, 1.0, 2.0, 2.7, 8.0]


def test_a_table_without_rows(tmp_path):
    file = ParquetFile(tmp_path / "a.parquet", {"a": np.dtype("u4")})
    file.close()
    check(tmp_path / "a.parquet", {"a": np.zeros(0, "u4")})


def test_arrays_with_steps_between_their_values(tmp_path):
    numbers = np.arange(40, dtype="u8").reshape(20, 2)
    piece = {"a": numbers[:, 0], "b": numbers[:, 1].astype("u2")[::-1]}
    check(tmp_path / "a.parquet", written(tmp_path / "a.parquet", [[piece]]))


def pieces_of(path, names):
    """What the quick reader gives of a file, joined."""
    with path.open("rb") as raw, pq.ParquetFile(path) as file:
        kinds = [np.dtype(file.schema_arrow.field(name).type.to_pandas_dtype()) for name in names]
        wanted = [(file.schema_arrow.names.index(n), k) for n, k in zip(names, kinds, strict=True)]
        pieces, rooms = [], [np.empty(0, np.uint8) for _ in names]
        for number in range(file.num_row_groups):
            found = read_pieces(raw.fileno(), file.metadata.row_group(number), wanted, rooms)
            if found is None:
                return None
            pieces += [[column.copy() for column in piece] for piece in found]
    return [np.concatenate(column) for column in zip(*pieces, strict=True)]


@settings(deadline=None)
@given(columns())
def test_the_quick_reader_reads_what_was_written(pieces):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        expected = written(path, [pieces])
        names = list(reversed(expected))
        for name, array in zip(names, pieces_of(path, names), strict=True):
            assert array.dtype == expected[name].dtype
            assert np.array_equal(array, expected[name])


@pytest.mark.parametrize("compression", ["none", "snappy"])
def test_what_others_wrote_is_left_to_the_general_reader(tmp_path, compression):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": pa.array([3, 1, 2], pa.uint8())}), path, compression=compression)
    assert pieces_of(path, ["a"]) is None


@given(st.data())
def test_damaged_pages_never_crash_the_quick_reader(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        rows = np.arange(40)
        written(path, [[{"a": (rows % 5).astype("u1"), "b": rows.astype("u8")}]])
        raw = bytearray(path.read_bytes())
        body = raw.index(b"schema") - 20  # the footer is pyarrow's to read
        for _ in range(data.draw(st.integers(1, 4))):
            raw[data.draw(st.integers(4, body))] = data.draw(st.integers(0, 255))
        path.write_bytes(raw)
        found = pieces_of(path, ["a", "b"])
        assert found is None or [column.size for column in found] == [40, 40]
