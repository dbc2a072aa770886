# SPDX-License-Identifier: Apache-2.0
"""Logs: a message is a record with its time; no line is lost, no other table is taken for a log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import opened, read, texts

from piidetect.schema import RowKind
from piidetect.sources.content import Head
from piidetect.sources.logs import sniff
from piidetect.sources.registry import Match, format_of

LOGS = {
    "access": (
        '203.0.113.9 - - [11/May/2023:12:00:0{0} +0800] "GET /user?phone=1390000000{0} HTTP/1.1" 200 12',
        ("203.0.113.9", "-", "-", "11/May/2023:12:00:0{0} +0800", "GET /user?phone=1390000000{0} HTTP/1.1", "200", "12", "", "", ""),
    ),
    "combined": (
        '::1 - zhang san [11/May/2023:12:00:0{0} +0800] "POST /a \\"b\\" HTTP/1.1" 404 - "http://x/?t=1390000000{0}" "curl \\"8\\"" "-" 0.1',
        ("::1", "-", "zhang san", "11/May/2023:12:00:0{0} +0800", 'POST /a \\"b\\" HTTP/1.1', "404", "-", "http://x/?t=1390000000{0}", 'curl \\"8\\"', '"-" 0.1'),
    ),
    "syslog": (
        "May  1 12:00:0{0} host.example sshd[123{0}]: user 1390000000{0}: in",
        ("May  1 12:00:0{0}", "host.example", "sshd", "123{0}", "user 1390000000{0}: in"),
    ),
    "syslog-5424": (
        "<34>1 2023-05-11T12:00:0{0}.003Z host app 12 ID4 - tel 1390000000{0}",
        ("2023-05-11T12:00:0{0}.003Z", "host", "app", "12", "ID4", "- tel 1390000000{0}"),
    ),
    "logcat": (
        "05-11 12:00:0{0}.123  1234  567{0} D Sms/Reader: from 1390000000{0}: 你好",
        ("05-11 12:00:0{0}.123", "1234", "567{0}", "D", "Sms/Reader", "from 1390000000{0}: 你好"),
    ),
    "log4j": (
        "2023-05-11 12:00:0{0},123 [main] INFO  c.e.User - 手机号=1390000000{0}",
        ("2023-05-11 12:00:0{0},123", "INFO", "c.e.User - 手机号=1390000000{0}"),
    ),
    "python": (
        "2023-05-11 12:00:0{0},123 WARNING user 1390000000{0}",
        ("2023-05-11 12:00:0{0},123", "WARNING", "user 1390000000{0}"),
    ),
    "nginx error": (
        "2023/05/11 12:00:0{0} [error] 12#0: *1 open() phone=1390000000{0}",
        ("2023/05/11 12:00:0{0}", "error", "12#0: *1 open() phone=1390000000{0}"),
    ),
    "brackets": (
        "[2023-05-11 12:00:0{0}] ERROR: 1390000000{0}",
        ("2023-05-11 12:00:0{0}", "ERROR", "1390000000{0}"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("block_bytes", [50, 1 << 22])
@pytest.mark.parametrize("name", LOGS)
def test_a_message_is_a_record(name, encoding, block_bytes):
    line, cells = LOGS[name]
    lines = [line.format(at) for at in range(9)]
    raw = "\r\n".join(lines).encode(encoding)
    ((source, rows),) = opened(raw, "a.log", block_bytes)[0].values()
    assert (source.format, source.n_columns) == ("log", len(source.header))
    assert texts(rows) == [tuple(cell.format(at) for cell in cells) for at in range(9)]
    assert (source.ledger.rows, source.ledger.rows_unparsed) == (9, 0)
    assert source.ledger.bytes == len(raw)
    assert raw[rows[5][1] :] == "\r\n".join(lines[5:]).encode(encoding.replace("16", "16-le"))


def test_lines_that_begin_no_message():
    python = [LOGS["python"][0].format(at) for at in range(6)]
    lines = [
        "boot 13900000010",
        *python[:3],
        "Traceback:",
        '  File "a.py" 13900000011',
        *python[3:],
    ]
    ((source, rows),) = opened("\n".join(lines).encode(), "a.txt")[0].values()
    assert rows[0][2] == RowKind.TEXT
    assert texts(rows)[3][-1] == 'user 13900000002\nTraceback:\n  File "a.py" 13900000011'
    assert (len(rows), source.ledger.rows_unparsed) == (7, 1)
    access = [LOGS["access"][0].format(at) for at in range(6)] + ["13900000012"]
    ((source, rows),) = opened("\n".join(access).encode(), "a.txt")[0].values()
    assert texts(rows)[-1] == ("13900000012",)


TABLES = [
    "时间,级别,手机号\n" + "2023-05-11 12:00:00,INFO,13900000000\n" * 9,
    "2023-05-11 12:00:00\tERROR\t13900000000\n" * 9,
    "2023-05-11 12:00:00|INFO|13900000000\n" * 9,
    "2023-05-11 12:00:00 张三 13900000000\n" * 9,
    "May day 13900000000\n" * 9,
    '{"time": "2023-05-11 12:00:00", "level": "INFO"}\n' * 9,
]


@pytest.mark.parametrize("text", TABLES)
def test_tables_are_no_logs(text):
    head = Head(text.encode(), True, "a.log")
    assert sniff(head) == Match.NO
    assert format_of(head)[0] != "logs"


@given(
    st.lists(
        st.sampled_from([line.format(7) for line, _ in LOGS.values()] + ["", "  at x 13900000007", "\t"]),
        max_size=12,
    )
)  # fmt: skip
def test_no_number_is_lost(lines):
    raw = "\n".join([LOGS["syslog"][0].format(1)] * 3 + lines).encode()
    ((_, rows),) = opened(raw, "a.log")[0].values()
    seen = "\n".join("\n".join(row) for row in texts(rows))
    assert seen.count("13900000007") == raw.count(b"13900000007")


def test_read_from_a_file(tmp_path):
    path = tmp_path / "syslog"
    path.write_text("".join(LOGS["syslog"][0].format(at) + "\n" for at in range(5)))
    source, rows = read(path)
    assert (source.format, len(rows)) == ("log", 5)
    assert source.sample().row_start.size == 5
