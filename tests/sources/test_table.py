# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import ipc, parquet
from reading import read, rows_of_block, texts

from piidetect.errors import ArgumentError
from piidetect.schema import RowKind
from piidetect.sources import open_source

COLUMNS = {"姓名": ["张三", None, "李四"], "电话": ["1", None, ""], "年龄": [30, None, 40]}
ROWS = [("张三", "1", "30"), ("", "", ""), ("李四", "", "40")]


def forms():
    table = pa.table(COLUMNS)
    yield "arrow", table
    yield "batch", table.to_batches()[0]
    yield "reader", table.to_reader()
    yield "polars", pl.DataFrame(COLUMNS)
    yield "pandas", pd.DataFrame({k: pd.array(v) for k, v in COLUMNS.items()})
    yield "slice", pa.concat_tables([table, table]).slice(3)


@pytest.mark.parametrize(("name", "table"), list(forms()))
def test_tables_in_memory(name, table):
    source, rows = read(table)
    assert source.header == list(COLUMNS)
    assert texts(rows) == ROWS
    assert [row[2] for row in rows] == [RowKind.PARSED, RowKind.BLANK, RowKind.PARSED]
    assert [row[1] for row in rows] == [0, 1, 2]
    assert (source.format, source.ledger.rows, source.ledger.rows_blank) == ("table", 3, 1)
    assert texts(rows_of_block(source.sample())) == ROWS


def test_mixed_types_in_pandas_go_by_their_text():
    _, rows = read(pd.DataFrame({"a": ["x", 1, None], "b": ["1", "2", "3"]}, dtype=object))
    assert texts(rows) == [("x", "1"), ("1", "2"), ("", "3")]


def test_the_digest_of_a_table_does_not_depend_on_its_chunks():
    table = pa.table(COLUMNS)
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    assert read(table)[0].ledger.sha256 == read(chunked)[0].ledger.sha256
    other = table.set_column(0, "姓名", pa.array(["张三", None, "李五"]))
    assert read(table)[0].ledger.sha256 != read(other)[0].ledger.sha256


def write_parquet(table, path):
    parquet.write_table(table, path, row_group_size=1000)


def write_file(table, path):
    with ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=1000)


def write_stream(table, path):
    with ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=1000)


@pytest.mark.parametrize("write", [write_parquet, write_file, write_stream])
def test_files(tmp_path, write):
    table = pa.table({"a": [str(i) for i in range(5000)], "b": list(range(5000))})
    path = tmp_path / "odd name"
    write(table, str(path))
    source, rows = read(path)
    assert texts(rows) == [(str(i), str(i)) for i in range(5000)]
    assert [row[0] for row in rows] == list(range(5000))
    assert source.format == ("parquet" if write is write_parquet else "arrow")
    assert source.ledger.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source.ledger.bytes == path.stat().st_size
    numbers = [int(row[0]) for row in texts(rows_of_block(source.sample()))]
    assert numbers[0] == 0
    assert 2000 < numbers[len(numbers) // 2] < 3000
    assert numbers[-1] > 4500


@pytest.mark.parametrize("write", [write_parquet, write_file, write_stream])
def test_broken_files_are_carved_and_say_why(tmp_path, write):
    path = tmp_path / "a"
    write(pa.table({"a": [str(i) for i in range(5000)]}), str(path))
    path.write_bytes(path.read_bytes()[:500])
    source, _ = read(path)
    assert source.format == "carved"
    assert "can't be read" in source.ledger.reason
    assert source.ledger.status in {"partial", "skipped"}
    assert source.ledger.bytes == 500


def test_no_table_at_all():
    with pytest.raises(ArgumentError, match="no table"):
        open_source(17)


def test_an_empty_table_is_an_alert():
    source, rows = read(pa.table({"a": pa.array([], pa.string())}))
    assert rows == []
    assert [alert.code for alert in source.alerts] == ["empty"]
