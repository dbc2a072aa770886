# SPDX-License-Identifier: Apache-2.0
"""Live databases, read from real servers that are started here."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from reading import rows_of_block, texts
from tests import seized, servers
from tests.formats import WRITERS
from tests.test_all_formats import counted

import piidetect as pii
from piidetect.errors import ArgumentError
from piidetect.scanning.verifying import verify
from piidetect.sources import Alert, Server, Skipped, open_sources, read_url

ROWS = seized.table(5, 60)
READER = "leser"

#: A case holds nothing of these; the quoted form is that of an address.
SECRETS = (servers.PASSWORD, servers.PASSWORD.encode().hex(), "s3cr%3At")


@pytest.fixture(scope="module")
def postgresql():
    try:
        with servers.postgresql() as (port, query):
            query(f"create role {READER} login password '{servers.PASSWORD}'")
            fill_postgresql(query)
            yield port, query
    except servers.Unavailable as error:
        pytest.skip(f"PostgreSQL: {error}")


@pytest.fixture(scope="module")
def mariadb():
    try:
        with servers.mariadb() as (port, query):
            query(
                f"create user {READER}@'127.0.0.1' identified by '{servers.PASSWORD}';"
                f"grant select on *.* to {READER}@'127.0.0.1';"
                f"create user owner@'127.0.0.1' identified by '{servers.PASSWORD}';"
                "grant all on *.* to owner@'127.0.0.1';"
            )
            fill_mariadb(query)
            yield port, query
    except servers.Unavailable as error:
        pytest.skip(f"MariaDB: {error}")


def literal(text, *, backslash=False):
    text = text.replace("\\", "\\\\") if backslash else text
    return "'" + text.replace("'", "''") + "'"


def values(*, backslash):
    return ",".join(
        "(" + ",".join(literal(cell, backslash=backslash) for cell in row) + ")" for row in ROWS
    )


def fill_postgresql(query):
    names = ", ".join(f'"{name}" text' for name in seized.HEADER)
    query("create database people")
    query(
        f"create table t ({names}); insert into t values {values(backslash=False)};"
        f"grant select on t to {READER};",
        "people",
    )
    query("create database odd")
    query(
        'create schema "模 式"; create table "模 式"."表""1" (id bigint, n numeric, d double precision,'
        " b bytea, j jsonb, a text[], t timestamptz, 备注 text);"
        """insert into "模 式"."表""1" values (9007199254740993, 110101190501010010.50, 0.1,"""
        r""" '\xe5bca0e4b889', '{"电话": "13900000000"}', '{x,"y z"}', '2024-02-29 12:00+00', null),"""
        r""" (null, 'NaN', 1e300, '\xd5c5c8fd', 'null', '{}', null, ''),"""
        r""" (1, 1, 1, '\x00ff', '[]', null, 'infinity', E'a\tb');"""
        "create view v as select 1; create table empty (x int); create table hidden (x text);"
        "insert into hidden values ('1'); alter table hidden enable row level security;"
        "create table forbidden (x text); insert into forbidden values ('1');"
        "create table p (k int, v text) partition by range (k);"
        "create table p1 partition of p for values from (0) to (10);"
        "create table p2 partition of p for values from (10) to (20);"
        "insert into p values (1, 'a'), (11, 'b');"
        "create table zero ();"
        f'grant usage on schema "模 式" to {READER};'
        f'grant select on "模 式"."表""1", empty, hidden, p, v, zero to {READER};',
        "odd",
    )
    query("create database ascii encoding 'SQL_ASCII' template template0 locale 'C'")
    query(
        r"create table t (x text); insert into t values (E'\xe5\xbc\xa0\xe4\xb8\x89'),"
        r" (E'\xd5\xc5\xc8\xfd'), ('plain');"
        f"grant select on t to {READER};",
        "ascii",
    )


def fill_mariadb(query):
    names = ", ".join(f"`{name}` text" for name in seized.HEADER)
    query(
        "create database people character set utf8mb4; use people;"
        f"create table t ({names}); insert into t values {values(backslash=True)};"
    )
    query(
        "create database odd character set gbk; use odd;"
        "create table `表``1` (id bigint unsigned, n decimal(40,2), d double, b blob, bits bit(8),"
        " j json, t datetime, g varchar(9), l varchar(40) character set latin1, 备注 text);"
        "insert into `表``1` values (18446744073709551615, 110101190501010010.50, 0.1,"
        " x'e5bca0e4b889', b'01000001', '{\"电话\": \"13900000000\"}', '2024-02-29 12:00:00', '张三',"
        " convert(x'd5c5c8fd' using binary), null),"
        " (null, 0, 1e300, x'd5c5c8fd', 0, '[]', null, '', x'e5bca0e4b889', 'a\\tb');"
        "create view v as select 1; create table empty (x int);"
        "create table narrow (x text) engine=MyISAM; insert into narrow values ('1'), (''), (null);"
    )


def url(kind, port, database, user=READER):
    return f"{kind}://{user}@127.0.0.1:{port}/{database}"


def read_all(address, password=servers.PASSWORD):
    """Return (tables by name: (source, rows), skipped by name, alerts on the whole)."""
    tables, skipped, alerts = {}, {}, []
    for one in open_sources(Server(read_url(address), password)):
        if isinstance(one, Alert):
            alerts.append(one)
        elif isinstance(one, Skipped):
            skipped[one.path.rpartition("!/")[2]] = one
        else:
            try:
                one.sample()
                rows = [row for block in one.blocks() for row in rows_of_block(block)]
            except pii.PiiDetectError as error:
                skipped[one.path.rpartition("!/")[2]] = error
                continue
            tables[one.path.rpartition("!/")[2]] = (one, rows)
    return tables, skipped, alerts


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(WRITERS["a.csv"](seized.HEADER, ROWS))
    return counted(path)[0]


@pytest.mark.parametrize(("kind", "schema"), [("postgresql", "public"), ("mysql", "people")])
def test_the_same_table_gives_the_same_counts(
    kind, schema, request, tmp_path, expected, monkeypatch
):
    port, _ = request.getfixturevalue({"mysql": "mariadb"}.get(kind, kind))
    monkeypatch.setenv("PIIDETECT_PASSWORD", servers.PASSWORD)
    address = url(kind, port, "people")
    case = pii.scan(address, out=tmp_path / "case", threads=2)
    case.report(tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    for figure in ("entities", "funnel", "persons"):
        assert report[figure] == expected[figure]
    (source,) = report["sources"]
    assert source["path"] == f"{address}!/{schema}.t"
    assert source["rows"] == expected["rows"]
    assert source["status"] == "complete"
    assert [one["code"] for one in report["alerts"] if one["code"] != "small_numbers"] == [
        "live_database"
    ]
    cells = [*seized.HEADER, *(cell for row in ROWS for cell in row)]
    covered = "".join(f"{cell}\x1f" for cell in cells).encode()
    assert source["sha256"] == hashlib.sha256(covered).hexdigest()
    assert not_in_files(tmp_path)
    (check,) = verify(tmp_path / "case")
    assert check.state == "not_checked"


def not_in_files(folder):
    raw = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return not any(secret.encode() in raw for secret in SECRETS)


def test_values_of_postgresql(postgresql):
    port, _ = postgresql
    tables, skipped, (about,) = read_all(url("postgresql", port, "odd"))
    assert sorted(tables) == ["public.empty", "public.p", "public.zero", '模 式.表"1']
    assert sorted(skipped) == ["public.forbidden", "public.hidden"]
    assert "row-level security" in str(skipped["public.hidden"])
    assert "may not read" in str(skipped["public.forbidden"])
    assert about.code == "live_database"
    source, rows = tables['模 式.表"1']
    assert source.header == ["id", "n", "d", "b", "j", "a", "t", "备注"]
    first, second, third = texts(rows)
    assert first[:6] == (
        "9007199254740993",
        "110101190501010010.50",
        "0.1",
        "张三",
        '{"电话": "13900000000"}',
        '{x,"y z"}',
    )
    assert first[6].startswith("2024-02-29")
    assert second == ("", "NaN", "1e+300", "张三", "null", "{}", "", "")
    assert third[-1] == "a\tb"
    assert texts(tables["public.p"][1]) == [("1", "a"), ("11", "b")]
    assert tables["public.empty"][0].ledger.rows == 0


def test_a_postgresql_database_without_an_encoding(postgresql):
    port, _ = postgresql
    tables, _, _ = read_all(url("postgresql", port, "ascii"))
    assert texts(tables["public.t"][1]) == [("张三",), ("张三",), ("plain",)]


def test_values_of_mariadb(mariadb):
    port, _ = mariadb
    tables, skipped, (about,) = read_all(url("mysql", port, "odd"))
    assert sorted(tables) == ["odd.empty", "odd.narrow", "odd.表`1"]
    assert skipped == {}
    assert about.code == "live_database"
    first, second = texts(tables["odd.表`1"][1])
    assert first == (
        "18446744073709551615",
        "110101190501010010.50",
        "0.1",
        "张三",
        "A",
        '{"电话": "13900000000"}',
        "2024-02-29 12:00:00",
        "张三",
        "张三",
        "",
    )
    assert second[7:] == ("", "张三", "a\tb")
    assert texts(tables["odd.narrow"][1]) == [("1",), ("",), ("",)]
    assert tables["odd.narrow"][0].ledger.rows_blank == 2


def test_all_databases_of_a_server(mariadb):
    port, _ = mariadb
    tables, _, _ = read_all(url("mysql", port, ""))
    assert sorted(tables) == ["odd.empty", "odd.narrow", "odd.表`1", "people.t"]


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_nothing_can_be_written(kind, request):
    port, _ = request.getfixturevalue({"mysql": "mariadb"}.get(kind, kind))
    driver = __import__(f"piidetect.sources.server_{kind}", fromlist=["connect"])
    session = driver.connect(read_url(url(kind, port, "people", "owner")), servers.PASSWORD)
    try:
        with pytest.raises(pii.PiiDetectError, match=r"(?i)read.only"):
            session._all("create table w (x int)")
    finally:
        session.close()


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_one_state_is_read_whatever_happens_meanwhile(kind, request):
    port, query = request.getfixturevalue({"mysql": "mariadb"}.get(kind, kind))
    name = {"mysql": "people.t"}.get(kind, "public.t")
    opened = open_sources(Server(read_url(url(kind, port, "people")), servers.PASSWORD))
    source = next(one for one in opened if getattr(one, "path", "").endswith(name))
    before = sum(block.row_start.size for block in source.blocks())
    insert = f"insert into {name} select * from {name} limit 1;"
    query(insert, "people") if kind == "postgresql" else query(insert)
    try:
        assert sum(block.row_start.size for block in source.blocks()) == before
    finally:
        opened.close()
        fill = fill_postgresql if kind == "postgresql" else fill_mariadb
        if kind == "postgresql":
            for one in ("people", "odd", "ascii"):
                query(f"drop database {one} with (force)")
        else:
            query("drop database people; drop database odd;")
        fill(query)


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_memory_stays_bounded(kind, request):
    port, query = request.getfixturevalue({"mysql": "mariadb"}.get(kind, kind))
    if kind == "postgresql":
        query(
            "create table big as select g::text as a, repeat('x', 200) as b"
            f" from generate_series(1, 300000) g; grant select on big to {READER}",
            "people",
        )
    else:
        query("create table people.big as select seq as a, repeat('x', 200) as b from people.seq_1_to_300000")  # fmt: skip
    try:
        name = {"mysql": "people.big"}.get(kind, "public.big")
        opened = open_sources(Server(read_url(url(kind, port, "people")), servers.PASSWORD))
        source = next(one for one in opened if getattr(one, "path", "").endswith(name))
        sizes = [(block.row_start.size, block.data.size) for block in source.blocks()]
        opened.close()
        assert sum(rows for rows, _ in sizes) == 300_000
        assert max(size for _, size in sizes) < 1 << 24
        assert len(sizes) > 4
    finally:
        query("drop table big", "people") if kind == "postgresql" else query("drop table people.big")  # fmt: skip


def test_a_wrong_password_is_an_error_without_it(postgresql, mariadb):
    wrong = "wr0ng-Pa/ss"
    for kind, port in (("postgresql", postgresql[0]), ("mysql", mariadb[0])):
        with pytest.raises(ArgumentError) as failure:
            pii.scan(url(kind, port, "people"), password=wrong)
        assert "can't be opened" in str(failure.value)
        assert wrong not in str(failure.value)
        assert failure.value.__cause__ is None


def test_the_command(mariadb, tmp_path):
    port, _ = mariadb
    secret = tmp_path / "secret"
    secret.write_text(servers.PASSWORD + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "piidetect.cli", "scan", url("mysql", port, "people")]
    done = subprocess.run(
        [*command, "--password-file", str(secret), "--format", "json"],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["totals"]["rows"] == len(ROWS)
    assert not any(one in done.stdout + done.stderr for one in SECRETS)


@pytest.mark.parametrize("kind", ["postgresql", "mysql", "sqlserver"])
def test_a_server_that_does_not_answer(kind):
    with pytest.raises(ArgumentError, match="can't be opened") as failure:
        pii.scan(url(kind, servers.free_port(), "d"), password="s3cret")
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:s3cret@h/d",
        "mysql://u:s3/cret@h/d",
        "mysql://u:s3cret@h:x/d",
        "mysql+pymysql://u:s3cret@h/d",
        "mysql://u:s3?cret@h/d",
        "mysql://u:s3#cret@h/d",
        "postgresql://u@h/d?password=s3cret",
        "sqlserver://u@h/d#s3cret",
    ],
)
def test_an_address_with_a_password_is_refused_and_not_repeated(text):
    with pytest.raises(ArgumentError) as failure:
        pii.scan(text)
    assert "cret" not in str(failure.value)


def test_addresses():
    one = read_url("postgres://%E7%8E%8B@10.0.0.1/a%20b?sslmode=require")
    assert (one.kind, one.host, one.port, one.user, one.database) == (
        "postgresql", "10.0.0.1", 5432, "王", "a b",
    )  # fmt: skip
    assert one.locator == "postgresql://王@10.0.0.1:5432/a%20b"
    assert read_url("mssql://sa@h:99/d").port == 99
    assert "s3cret" not in repr(Server(one, "s3cret"))


class FakeServer:
    """Answers as SQL Server's driver does, for what needs no server: statements and values."""

    def __init__(self):
        self.asked = []

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, sql):
        self.asked.append(sql)
        answers = {
            "serverprop": [("16.0.1",)],
            "snapshot_isolation_state": [(1,)],
            "sys.tables": [("dbo", "客户]", False), ("dbo", "far", True)],
            "sys.columns": [
                ("姓名", "varchar", "varchar"), ("n", "decimal", "decimal"),
                ("f", "float", "float"), ("b", "varbinary", "varbinary"),
                ("g", "geography", "geography"), ("d", "date", "date"),
            ],
            "from [dbo]": [
                ("张三", Decimal(110101190501010010), 1.1e17, b"\xd5\xc5", "POINT (1 2)", None),
            ],
        }  # fmt: skip
        found = [rows for mark, rows in answers.items() if mark in sql]
        self.rows = list(found[0]) if found else []

    def fetchmany(self, most):
        taken, self.rows = self.rows[:most], self.rows[most:]
        return taken


def test_statements_and_values_of_sql_server():
    pytest.importorskip("pytds")
    from piidetect.sources.server_sqlserver import SQLServer

    fake = FakeServer()
    session = SQLServer(fake)
    assert session.version == "SQL Server 16.0.1"
    table, far = session.tables()
    assert far.refused
    (block,) = session.blocks(table, 7)
    assert fake.asked[-1] == (
        "select top (7) convert(nvarchar(max), [姓名]), [n], [f], [b], [g].ToString(), [d] "
        "from [dbo].[客户]]]"
    )
    assert texts(rows_of_block(block)) == [
        ("张三", "110101190501010010", "1.1E+17", "张", "POINT (1 2)", "")
    ]
    assert not any(word in one.lower() for one in fake.asked for word in ("insert", "update ", "delete"))  # fmt: skip


def test_a_driver_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(ArgumentError, match=r"pip install 'piidetect\[mysql\]'"):
        pii.scan("mysql://u@h/d")


def test_a_file_with_such_a_name_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mysql:/h").mkdir(parents=True)
    Path("mysql:/h/d").write_text("x,y\n1,2\n", encoding="utf-8")
    assert pii.scan("mysql://h/d").sources["rows"].sum() == 2
