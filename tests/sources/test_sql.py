# SPDX-License-Identifier: Apache-2.0
"""SQL dumps: dialects, escapes, several tables, damage; the same rows whatever the blocks are."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.sources.reading import opened

from piidetect.schema import RowKind
from piidetect.sources.content import Head
from piidetect.sources.registry import Match, format_of
from piidetect.sources.sql import sniff
from piidetect.sources.sql_statements import Schema, plain_name, read_statement


def cells(rows):
    return [tuple(cell.decode() for cell in row[3]) for row in rows]


def same_in_small_blocks(raw, name="a.sql"):
    large, _ = opened(raw, name)
    for size in (16, 57):
        small, _ = opened(raw, name, size)
        assert {key: rows for key, (_, rows) in small.items()} == {
            key: rows for key, (_, rows) in large.items()
        }
    return large


MYSQL = r"""-- MySQL dump 10.13  Distrib 8.0.36
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `用户`;
CREATE TABLE `用户` (
  `id` int NOT NULL AUTO_INCREMENT COMMENT 'it''s (a, b)',
  `姓名` varchar(20) DEFAULT 'a,b', -- a remark, too
  `手机号` varchar(20) /* the number */,
  PRIMARY KEY (`id`), KEY `k` (`姓名`,`手机号`)
) ENGINE=InnoDB AUTO_INCREMENT=11000001;
LOCK TABLES `用户` WRITE;
INSERT INTO `用户` VALUES (1,'张\'三\\','13800138000'),(2,NULL,0x3133383030313338303031),
(3,'a;\n),(\t"',_binary '13800138002'),(4,b'101',X'3133383030313338303034');
UNLOCK TABLES;
"""
NAVICAT = """/*
 Navicat Premium Data Transfer
 Source Server Type    : MySQL
*/
SET FOREIGN_KEY_CHECKS = 0;
-- ----------------------------
-- Table structure for t
-- ----------------------------
CREATE TABLE `t`  (
  `name` varchar(255) CHARACTER SET utf8mb4 NULL DEFAULT NULL,
  `phone` varchar(255) NULL DEFAULT NULL
) ENGINE = InnoDB CHARACTER SET = utf8mb4;
-- ----------------------------
-- Records of t
-- ----------------------------
INSERT INTO `t` VALUES ('甲', '13800138000');
INSERT INTO `t` VALUES ('乙', '13800138001');
"""
PHPMYADMIN = """-- phpMyAdmin SQL Dump
SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
--
-- 转存表中的数据 `t`
--

INSERT INTO `t` (`name`, `phone(1)`) VALUES
('甲', '13800138000'),
('乙', '13800138001');
"""
PG_COPY = r"""--
-- PostgreSQL database dump
--
SET standard_conforming_strings = on;
CREATE TABLE public.t (
    name character varying(20) DEFAULT 'x'::character varying,
    phone text,
    CONSTRAINT c CHECK ((length(phone) > 3))
);
COPY public.t (name, phone) FROM stdin;
甲\t\\	13800138000
\N	138\x30\060138001
\.

SELECT pg_catalog.setval('public.t_id_seq', 11000000, true);
"""
PG_INSERT = r"""-- PostgreSQL database dump
INSERT INTO public.t (name, phone) VALUES ('a\', '13800138000');
INSERT INTO public.t (name, phone) VALUES (E'b\'c', '{"p": "13800138001"}'::jsonb) ON CONFLICT DO NOTHING;
INSERT INTO public.t (name, phone) VALUES ('line
two', '13800138002');
"""
MSSQL = """USE [db]
GO
/****** Object:  Table [dbo].[t]    Script Date: 2021/3/1 12:00:00 ******/
SET ANSI_NULLS ON
GO
CREATE TABLE [dbo].[t](
	[name] [nvarchar](50) NULL,
	[born] [datetime] NULL,
 CONSTRAINT [PK_t] PRIMARY KEY CLUSTERED ([name] ASC)
) ON [PRIMARY]
GO
SET IDENTITY_INSERT [dbo].[t] ON
INSERT [dbo].[t] ([name], [born]) VALUES (N'甲\\', CAST(N'1900-02-03T00:00:00.000' AS DateTime))
INSERT [dbo].[t] ([name], [born]) VALUES (N'乙''', NULL)
GO
print 'Processed 100 total records'
INSERT [dbo].[t] ([name], [born]) VALUES (N'丙', CAST(0x0000A51900000000 AS DateTime))
SET IDENTITY_INSERT [dbo].[t] OFF
GO
"""
ORACLE = """REM INSERTING into T
SET DEFINE OFF;
Insert into S.T (NAME,BORN) values ('甲',to_date('1900-02-03','YYYY-MM-DD'));
Insert into S.T (NAME,BORN) values ('a'||chr(10)||'b',null);
INSERT ALL
  INTO S.T (NAME,BORN) VALUES ('丙', DATE '1901-01-01')
  INTO S.T (NAME,BORN) VALUES ('丁', TIMESTAMP '1902-01-01 00:00:00')
SELECT 1 FROM DUAL;
COMMIT;
"""
DM = """CREATE TABLE "SYSDBA"."T"
(
"NAME" VARCHAR(50),
"PHONE" VARCHAR2(20) NOT NULL,
CLUSTER PRIMARY KEY("NAME")) STORAGE(ON "MAIN", CLUSTERBTR) ;
INSERT INTO "SYSDBA"."T"("NAME","PHONE") VALUES('甲','13800138000');
INSERT INTO "SYSDBA"."T"("NAME","PHONE") VALUES('乙','13800138001');
"""
SQLITE = """PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE t(name TEXT, phone, note);
INSERT INTO t VALUES('a''b\\',13800138000,replace('x\\ny','\\n',char(10)));
INSERT INTO t VALUES('甲',1.5,X'E794B2');
DELETE FROM sqlite_sequence;
COMMIT;
"""

DIALECTS = {
    "mysql": (
        MYSQL,
        "用户",
        ["id", "姓名", "手机号"],
        [
            ("1", "张'三\\", "13800138000"),
            ("2", "", "13800138001"),
            ("3", 'a;\n),(\t"', "13800138002"),
            ("4", "101", "13800138004"),
        ],
    ),
    "navicat": (NAVICAT, "t", ["name", "phone"], [("甲", "13800138000"), ("乙", "13800138001")]),
    "phpmyadmin": (
        PHPMYADMIN,
        "t",
        ["name", "phone(1)"],
        [("甲", "13800138000"), ("乙", "13800138001")],
    ),
    "pg_copy": (
        PG_COPY,
        "public.t",
        ["name", "phone"],
        [("甲\t\\", "13800138000"), ("", "13800138001")],
    ),
    "pg_insert": (
        PG_INSERT,
        "public.t",
        ["name", "phone"],
        [
            ("a\\", "13800138000"),
            ("b'c", '{"p": "13800138001"}'),
            ("line\ntwo", "13800138002"),
        ],
    ),
    "mssql": (
        MSSQL,
        "dbo.t",
        ["name", "born"],
        [
            ("甲\\", "1900-02-03T00:00:00.000"),
            ("乙'", ""),
            ("丙", "CAST(0x0000A51900000000 AS DateTime)"),
        ],
    ),
    "oracle": (
        ORACLE,
        "S.T",
        ["NAME", "BORN"],
        [
            ("甲", "1900-02-03"),
            ("'a'||chr(10)||'b'", ""),
            ("丙", "1901-01-01"),
            ("丁", "1902-01-01 00:00:00"),
        ],
    ),
    "dm": (DM, "SYSDBA.T", ["NAME", "PHONE"], [("甲", "13800138000"), ("乙", "13800138001")]),
    "sqlite": (
        SQLITE,
        "t",
        ["name", "phone", "note"],
        [("a'b\\", "13800138000", "x\\ny"), ("甲", "1.5", "甲")],
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", DIALECTS)
def test_dialects(name, encoding):
    text, table, header, expected = DIALECTS[name]
    raw = text.encode(encoding)
    tables = same_in_small_blocks(raw)
    assert list(tables) == [table]
    source, rows = tables[table]
    assert (source.header, source.format) == (header, "sql")
    assert cells(rows) == expected
    assert all(row[2] == RowKind.PARSED for row in rows)
    assert (source.ledger.rows, source.ledger.rows_unparsed) == (len(expected), 0)
    assert source.ledger.bytes == len(raw)
    assert source.ledger.sha256 == hashlib.sha256(raw).hexdigest()
    assert source.alerts == []
    assert source.sample().row_start.size == len(expected)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_offsets_point_at_the_bytes_of_the_source(encoding):
    head = "-- 说明：导出数据\nINSERT INTO `t` (`姓名`) VALUES "
    values = [f"('甲乙丙{number:03d}')" for number in range(40)]
    raw = (head + ",".join(values) + "; INSERT INTO `u` (`x`) VALUES ('末');").encode(encoding)
    tables = same_in_small_blocks(raw)
    for value, row in zip(values, tables["t"][1], strict=True):
        assert raw[row[1] :].startswith(value.encode(encoding))
    (row,) = tables["u"][1]
    assert raw[row[1] :] == "('末');".encode(encoding)


def test_tables_that_alternate_keep_their_rows():
    lines = ["CREATE TABLE a (x int, y text);", "CREATE TABLE `b` (z text);"]
    for number in range(30):
        lines.append(f"INSERT INTO a VALUES ({number},'a{number}');")
        if number % 3:
            lines.append(f"INSERT INTO `b` VALUES ('b{number}'),('c{number}');")
        if number == 7:
            lines.append("INSERT INTO a (y) VALUES ('only y');")
    raw = "\n".join(lines).encode()
    tables = same_in_small_blocks(raw)
    assert list(tables) == ["a", "b", "a~2"]
    assert cells(tables["a"][1]) == [(str(number), f"a{number}") for number in range(30)]
    assert cells(tables["b"][1]) == [(f"{k}{n}",) for n in range(30) if n % 3 for k in "bc"]
    assert cells(tables["a~2"][1]) == [("only y",)]
    assert tables["a"][0].header == ["x", "y"]
    assert tables["a~2"][0].header == ["y"]
    assert sum(source.ledger.bytes for source, _ in tables.values()) == len(raw)


def test_a_list_in_the_order_of_the_table_is_the_same_table():
    raw = b"CREATE TABLE t (a int, b int);\nINSERT INTO t VALUES (1,2);\nINSERT INTO t (a,b) VALUES (3,4);"
    tables = same_in_small_blocks(raw)
    assert list(tables) == ["t"]
    assert cells(tables["t"][1]) == [("1", "2"), ("3", "4")]


def test_without_names_the_first_row_tells_the_width():
    raw = b"INSERT INTO t VALUES (1,2);\nINSERT INTO t VALUES (3,4,5);"
    tables = same_in_small_blocks(raw)
    source, rows = tables["t"]
    assert (source.header, source.n_columns) == (None, 2)
    assert [row[2] for row in rows] == [RowKind.PARSED, RowKind.TEXT]


BROKEN = {
    "quote inside": (
        "(1,'a'),(2,'O'Brien'),(3,'c')",
        [("1", "a"), ("(2,'O'Brien')",), ("3", "c")],
    ),
    "quote never closed": (
        "(1,'a'),(2,'b),(3,'c'),(4,'d')",
        [("1", "a"), ("(2,'b)",), ("3", "c"), ("4", "d")],
    ),
    "value missing": ("(1,'a'),(2),(3,'c')", [("1", "a"), ("(2)",), ("3", "c")]),
    "value too many": ("(1,'a'),(2,'b',3),(4,'d')", [("1", "a"), ("(2,'b',3)",), ("4", "d")]),
    "cut in a string": ("(1,'a'),(2,'138001380", [("1", "a"), ("(2,'138001380",)]),
    "cut in a number": ("(1,'a'),(13800138000", [("1", "a"), ("(13800138000",)]),
    "cut after a comma": ("(1,'a'),(2,", [("1", "a"), ("(2,",)]),
    "comment between": ("(1,'a'),/* x */(2,'b')", [("1", "a"), ("2", "b")]),
}


@pytest.mark.parametrize("backtick", ["", "`"])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_rows_are_texts(name, backtick):
    values, expected = BROKEN[name]
    end = "" if name.startswith("cut") else ";\n"
    raw = f"INSERT INTO {backtick}t{backtick} (`a`,`b`) VALUES {values}{end}".encode()
    tables = same_in_small_blocks(raw)
    source, rows = tables["t"]
    assert cells(rows) == expected
    unparsed = sum(len(row) == 1 for row in expected)
    assert source.ledger.rows_unparsed == unparsed
    assert [one.code for one in source.alerts] == ["rows_unparsed"] * bool(unparsed)
    codes = [one.code for one in opened(raw)[1]]
    assert codes == (["cut_off"] if name.startswith("cut") else [])


def test_a_string_that_is_never_closed_does_not_eat_the_statements_after_it():
    lines = [f"INSERT INTO `t` (`a`,`b`) VALUES ({n},'v{n}');" for n in range(9)]
    lines[4] = "INSERT INTO `t` (`a`,`b`) VALUES (4,'v4);"
    lines += ["CREATE TABLE `u` (`x` int);", "INSERT INTO `u` VALUES (1);"]
    tables = same_in_small_blocks("\n".join(lines).encode())
    rows = cells(tables["t"][1])
    assert rows[:4] + rows[5:] == [(str(n), f"v{n}") for n in (0, 1, 2, 3, 5, 6, 7, 8)]
    assert rows[4] == ("(4,'v4)",)
    assert cells(tables["u"][1]) == [("1",)]


def test_copy_without_its_end():
    raw = b"COPY t (a, b) FROM stdin;\n1\tx\n2\ny\tz\n13800138000"
    tables, alerts = opened(raw)
    same_in_small_blocks(raw)
    assert cells(tables["t"][1]) == [("1", "x"), ("2",), ("y", "z"), ("13800138000",)]
    assert tables["t"][0].ledger.rows_unparsed == 2
    assert [one.code for one in alerts] == ["cut_off"]
    raw = b"COPY t (a, b) FROM stdin;\n1\tx\nINSERT INTO u (c) VALUES ('y');\n"
    assert {name: cells(rows) for name, (_, rows) in same_in_small_blocks(raw).items()} == {
        "t": [("1", "x")],
        "u": [("y",)],
    }


def test_text_between_the_rows_that_tells_something_is_scanned():
    lines = [
        "-- 联系人 13800138000",
        "SET x = 1;",
        "CREATE TABLE t (a int) COMMENT='管理员 13800138001';",
        "INSERT INTO t VALUES (1);",
        "UPDATE t SET a = 'x;y' WHERE b = 2; -- why",
        "INSERT INTO t SELECT '13800138002' UNION ALL SELECT '13800138003';",
        "DELIMITER ;;",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN INSERT INTO l VALUES (NEW.a); END ;;",
        "DELIMITER ;",
        "INSERT INTO t VALUES (2);",
    ]
    raw = "\n".join(lines).encode()

    tables = same_in_small_blocks(raw)
    assert cells(tables["t"][1]) == [("1",), ("2",)]
    source, rows = tables["a.sql"]
    text = "\n".join(row[0] for row in cells(rows))
    for number in range(4):
        assert f"1380013800{number}" in text
    assert "UPDATE t SET" in text
    assert "SET x" not in text
    assert all(raw[row[1] :].startswith(row[3][0][:5]) for row in rows)
    assert source.ledger.rows == source.ledger.rows_unparsed == len(rows)
    assert set(tables) == {"t", "a.sql"}


def test_text_that_is_no_dump_is_left_to_others():
    for text in ("姓名,手机号\n张三,13800138000\n", "create a table please", "{}", "select 1", ""):
        assert sniff(Head(text.encode(), True, "a.csv")) == Match.NO, text
    head = Head("张三 13800138000\n".encode(), True, "notes.sql")
    assert format_of(head)[0] == "sql"
    tables, _ = opened(head.raw, "notes.sql")
    assert tables["notes.sql"][0].format == "text"


def test_a_dump_without_rows_says_so():
    tables, alerts = opened(b"CREATE TABLE t (a int);\n")
    source, rows = tables["a.sql"]
    assert (source.format, rows, [one.code for one in source.alerts]) == ("sql", [], ["empty"])
    assert alerts == []


def test_undecodable_bytes_are_counted_in_the_table():
    raw = b"INSERT INTO t (a) VALUES ('ab\xff'),('c');\nINSERT INTO u (a) VALUES ('d');"
    tables, alerts = opened(raw)
    assert cells(tables["t"][1]) == [("ab\ufffd",), ("c",)]
    assert tables["t"][0].ledger.undecodable_offsets == [raw.index(b"\xff")]
    assert tables["u"][0].ledger.undecodable == 0
    assert [(one.code, one.byte_offset) for one in alerts] == [("undecodable", raw.index(b"\xff"))]


NAMES = [
    (b"`a``b`", "a``b"),
    (b"[dbo] . [t]", "dbo.t"),
    (b'"S"."T"', "S.T"),
    ("用户".encode(), "用户"),
]


@pytest.mark.parametrize(("raw", "name"), NAMES[1:])
def test_names(raw, name):
    assert plain_name(raw) == name


TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=12
) | st.sampled_from(
    ["),(", "');", "\\", "'", "\\'", "--", "/*", "13800138000", "\n", "NULL", ";\n"]
)


def quoted(value, backslash):
    if backslash:
        value = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    else:
        value = value.replace("'", "''")
    return f"'{value}'"


@settings(max_examples=60, deadline=None)
@given(
    table=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8),
    dialect=st.sampled_from(["mysql", "standard", "copy"]),
    single=st.booleans(),
    block_bytes=st.integers(8, 300),
)
def test_what_is_dumped_is_read(table, dialect, single, block_bytes):
    if dialect == "copy":
        escapes = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
        lines = ["\t".join(value.translate(escapes) for value in row) for row in table]
        text = "COPY t (a, b) FROM stdin;\n" + "\n".join([*lines, "\\.", ""])
    else:
        rows = [
            f"({', '.join(quoted(value, dialect == 'mysql') for value in row)})" for row in table
        ]
        begin = (
            "INSERT INTO `t` (`a`, `b`) VALUES "
            if dialect == "mysql"
            else "INSERT INTO t (a, b) VALUES "
        )
        text = (
            "".join(f"{begin}{row};\n" for row in rows)
            if single
            else begin + ",\n".join(rows) + ";"
        )
        text = ("-- MySQL dump\n" if dialect == "mysql" else "-- SQLite\n") + text
    tables, alerts = opened(text.encode(), block_bytes=block_bytes)
    assert cells(tables["t"][1]) == table
    assert alerts == []


@settings(max_examples=400, deadline=None)
@given(
    raw=st.lists(
        st.sampled_from(
            [b"INSERT INTO t VALUES (1,'a');\n", b"INSERT INTO t VALUES ", b"(1,'b')", b",", b";", b"'", b"\\",
             b"(", b")", b"\n", b"COPY t (a) FROM stdin;\n", b"\\.\n", b"--", b"/*", b"*/", b"$$", b"DELIMITER ;;\n",
             b"CREATE TABLE t (a int);\n", b"GO\n", b" 13800138000", b"\xff", b"\0", b"`", b'"', b"CREATE FUNCTION f() "]
        ),
        max_size=20,
    ).map(b"".join)
)  # fmt: skip
@example(
    b"DELIMITER ;;\nCOPY t (a) FROM stdin;\n 13800138000DELIMITER ;;\nDELIMITER ;;\n"
)  # where a block is cut within the closing line
def test_no_digits_are_lost_in_any_rubble(raw):
    raw = b"INSERT INTO t VALUES (1,'a');\n" + raw
    tables, _ = opened(raw)
    seen = sum(
        cell.count(b"13800138000") for _, rows in tables.values() for row in rows for cell in row[3]
    )
    assert seen >= raw.count(b"13800138000")
    small, _ = opened(raw, block_bytes=9)
    assert {key: rows for key, (_, rows) in small.items()} == {
        key: rows for key, (_, rows) in tables.items()
    }


def test_a_row_over_16_mib_is_cut():
    raw = b"INSERT INTO t (a) VALUES ('" + b"x" * (17 << 20) + b"13800138000'),('y');\n"
    tables, _ = opened(raw)
    source, rows = tables["t"]
    assert source.ledger.lines_cut >= 1
    texts = b"".join(cell for _, some in tables.values() for row in some for cell in row[3])
    assert b"13800138000" in texts
    assert rows[-1][0] + 1 == source.ledger.rows


def test_the_columns_of_a_table_are_those_of_its_definition():
    schema = Schema()
    raw = MYSQL[MYSQL.index("CREATE") :].encode()
    read_statement(memoryview(raw), 0, len(raw), schema, final=True)
    assert schema.columns("用户") == ("id", "姓名", "手机号")
    assert schema.columns("none") is None
