# SPDX-License-Identifier: Apache-2.0
"""Database files, whole, damaged and hostile; what was planted is told."""

from __future__ import annotations

import contextlib
import io
import random
import sqlite3
import struct
import zipfile

import duckdb
import pytest
from reading import rows_of_block

from piidetect.errors import SourceError
from piidetect.sources import Alert, Options, Skipped, open_content, open_sources
from piidetect.sources.content import content_of_bytes

ROWS = [[f"张{at}", f"11010519050101{at:04d}", f"1380000{at:04d}"] for at in range(50)]
HEADER = ["姓名", "身份证号", "手机号"]


def read(source, name="a.db", **options) -> tuple[dict, list]:
    """Return ({path: (header, rows, status)}, what was said) of a path or bytes."""
    options = Options(**options)
    if isinstance(source, bytes):
        opened = open_content(content_of_bytes(source, name, name), options)
    else:
        opened = open_sources(source, options=options)
    tables, said = {}, []
    for one in opened:
        if isinstance(one, (Alert, Skipped)):
            said.append(one)
            continue
        one.sample()
        rows = [
            [c.decode() for c in row[3]] for block in one.blocks() for row in rows_of_block(block)
        ]
        path = one.path.removeprefix(str(source)) if not isinstance(source, bytes) else one.path
        tables[path] = (one.header, rows, one.ledger.status)
        said += one.alerts
        assert one.ledger.rows == len(rows)
    return tables, said


def make_sqlite(path, *, tables=("users",), encoding="utf-8") -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        for table in (name.replace('"', '""') for name in tables):
            database.execute(
                f'create table "{table}" ("姓名" text, "身份证号" text, "手机号" integer)'
            )
            for row in ROWS:
                name = row[0].encode(encoding)
                database.execute(
                    f'insert into "{table}" values (cast(? as text), ?, ?)',
                    (name, row[1], int(row[2])),
                )
        database.commit()


def test_sqlite(tmp_path):
    make_sqlite(tmp_path / "a.db")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    tables, said = read(tmp_path / "a.db")
    assert tables == {"": (HEADER, ROWS, "complete")}
    assert said == []
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before  # nothing was written


def test_sqlite_with_several_tables_and_odd_names(tmp_path):
    names = ['a"b; drop table x', "用户", "-- x"]
    make_sqlite(tmp_path / "a.db", tables=names)
    with contextlib.closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("create table w (k text primary key, v blob) without rowid")
        database.execute("insert into w values ('k', x'e5bca0'), ('x', null)")
        database.execute("create view v as select * from 用户")
        database.commit()
    tables, said = read(tmp_path / "a.db")
    assert {path for path, table in tables.items() if table[1] == ROWS} == {
        f"!/{name}" for name in names
    }
    assert tables["!/w"][1] == [["k", "张"], ["x", ""]]
    assert len(tables) == 4
    assert said == []


def test_sqlite_with_texts_in_gbk(tmp_path):
    make_sqlite(tmp_path / "a.db", encoding="gb18030")
    tables, _ = read(tmp_path / "a.db")
    assert tables[""][1] == ROWS


def test_sqlite_rows_that_only_the_log_holds(tmp_path):
    path = tmp_path / "a.db"
    make_sqlite(path)
    writer = sqlite3.connect(path)
    writer.execute("pragma journal_mode = wal")
    writer.execute("insert into users values ('李四', '1', 2)")
    writer.commit()
    before = {one: one.read_bytes() for one in tmp_path.iterdir()}
    assert (tmp_path / "a.db-wal").stat().st_size
    tables, said = read(path, spill=str(tmp_path.parent))
    assert tables[""][1] == [*ROWS, ["李四", "1", "2"]]
    assert [one.code for one in said] == ["log_applied"]
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == before
    writer.close()


def test_sqlite_in_an_archive(tmp_path):
    make_sqlite(tmp_path / "a.db")
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.write(tmp_path / "a.db", "EnMicroMsg.db")
    tables, _ = read(into.getvalue(), "a.zip")
    assert tables["a.zip!/EnMicroMsg.db"][1] == ROWS


def test_a_damaged_sqlite_table_is_partial(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("create table t (a text, b text)")
        database.executemany(
            "insert into t values (?, ?)", [(f"{at}", "x" * 200) for at in range(2000)]
        )
        database.commit()
    raw = bytearray((tmp_path / "a.db").read_bytes())
    raw[40 * 4096 : 41 * 4096] = b"\xff" * 4096
    tables, said = read(bytes(raw))
    assert tables["a.db"][2] == "partial"
    assert 0 < len(tables["a.db"][1]) < 2000
    assert any(one.code == "read_error" for one in said)


def test_duckdb(tmp_path):
    path = tmp_path / "a.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute("create table users (姓名 varchar, 身份证号 varchar, 手机号 bigint)")
        database.executemany("insert into users values (?, ?, ?)", ROWS)
        database.execute("create schema s; create table s.empty (x integer)")
        database.execute("create view v as select * from read_csv('/etc/passwd')")
    tables, said = read(path)
    assert tables == {"!/users": (HEADER, ROWS, "complete"), "!/s.empty": (["x"], [], "complete")}
    assert [one.code for one in said] == ["empty"]
    tables, _ = read(path.read_bytes(), "members.bin")
    assert tables["members.bin!/users"][1] == ROWS


def dbf(fields, records, *, version=0x03, code_page=0x4D, told=None) -> bytes:
    """Write a table: fields are (name, type, length), records (deleted, cells as bytes)."""
    length = 1 + sum(size for _, _, size in fields)
    header = 32 + 32 * len(fields) + 1
    raw = bytearray(
        struct.pack("<4BLHH20x", version, 124, 1, 2, told or len(records), header, length)
    )
    raw[29] = code_page
    for name, kind, size in fields:
        raw += name.encode("gb18030")[:10].ljust(11, b"\0") + kind.encode() + bytes(4)
        raw += bytes([size & 0xFF, size >> 8 if kind == "C" else 0]) + bytes(14)
    raw += b"\r"
    for deleted, cells in records:
        raw += b"*" if deleted else b" "
        raw += b"".join(cell.ljust(size) for cell, (_, _, size) in zip(cells, fields, strict=True))
    return bytes(raw) + b"\x1a"


FIELDS = [("姓名", "C", 20), ("证件号", "C", 18), ("生日", "D", 8), ("金额", "N", 10)]


@pytest.mark.parametrize(
    ("encoding", "page"), [("gb18030", 0x4D), ("gb18030", 0x03), ("utf-8", 0), ("big5", 0x78)]
)
def test_dbf(encoding, page):
    records = [
        (at % 10 == 9, ["張三".encode(encoding), row[1].encode(), b"19050102", b"12.50"])
        for at, row in enumerate(ROWS)
    ]
    raw = dbf(FIELDS, records, code_page=page)
    tables, said = read(raw, "a.dbf")
    header, rows, status = tables["a.dbf"]
    assert rows == [["張三", row[1], "1905-01-02", "12.50"] for row in ROWS]
    assert status == "complete"
    assert header[1] == "证件号" or encoding == "big5"
    assert [one.code for one in said] == ["deleted_rows"]
    assert "5 rows" in said[0].message


def test_dbf_of_foxpro_with_memos(tmp_path):
    fields = [("id", "I", 4), ("备注", "M", 4), ("时间", "T", 8), ("价", "Y", 8), ("值", "B", 8)]
    memo = "证件110105190501010013，电话13800000001".encode("gb18030")
    cells = [
        struct.pack("<l", -7),
        struct.pack("<l", 9),
        struct.pack("<ll", 2460311, 3600_000),
        struct.pack("<q", 123456),
        struct.pack("<d", 0.5),
    ]
    (tmp_path / "a.dbf").write_bytes(dbf(fields, [(False, cells)], version=0x30))
    tables, said = read(tmp_path / "a.dbf")
    assert [one.code for one in said] == ["memo_missing"]
    fpt = bytearray(64 * 9)
    fpt[6:8] = struct.pack(">H", 64)
    (tmp_path / "a.FPT").write_bytes(bytes(fpt) + struct.pack(">LL", 1, len(memo)) + memo)
    tables, said = read(tmp_path / "a.dbf")
    assert said == []
    assert tables[""][1] == [
        ["-7", memo.decode("gb18030"), "2024-01-01 01:00:00", "12.3456", "0.5"]
    ]


def test_a_cut_dbf_is_partial():
    records = [(False, [b"x", row[1].encode(), b"", b""]) for row in ROWS]
    raw = dbf(FIELDS, records)
    tables, said = read(raw[:-100], "a.dbf")
    assert tables["a.dbf"][2] == "partial"
    assert len(tables["a.dbf"][1]) == len(ROWS) - 2
    assert any(one.code == "read_error" for one in said)


@pytest.fixture(scope="module")
def specimens(tmp_path_factory):
    folder = tmp_path_factory.mktemp("specimens")
    make_sqlite(folder / "a.db", tables=("a", "b"))
    with duckdb.connect(str(folder / "a.duckdb")) as database:
        database.execute("create table users as select range as r from range(100)")
    records = [(False, [b"x", row[1].encode(), b"", b""]) for row in ROWS]
    (folder / "a.dbf").write_bytes(dbf(FIELDS, records))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["a.db", "a.dbf", "a.duckdb"])
def test_hostile_bytes_never_raise_anything_else(specimens, name):
    for seed in range(25):
        rng = random.Random(seed)
        raw = bytearray(specimens[name])
        for _ in range(rng.randint(1, 20)):
            raw[rng.randrange(rng.choice([len(raw), min(len(raw), 4096)]))] = rng.randrange(256)
        raw = raw[: rng.randint(len(raw) // 2, len(raw))]
        with contextlib.suppress(SourceError):
            read(bytes(raw), name)
