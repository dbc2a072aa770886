# SPDX-License-Identifier: Apache-2.0
"""Access databases by the programs of mdbtools: here by stand-ins that write what those write.

No program that writes such a database could be had for the tests.
"""

from __future__ import annotations

import hashlib
import os
import shutil

import pytest
from tests.sources.reading import opened, texts

from piidetect.errors import SourceError
from piidetect.sources import access_database
from piidetect.sources.content import content_of_bytes
from piidetect.sources.options import Options

MAGIC = b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(64)
RAW = MAGIC + "张三 13800138001".encode("utf-16-le") + bytes(9)
TABLES = {
    "用户": 'ID,"姓名","手机号","备注"\n1,"张三","13800138000","第一行\n第""二""行, 完"\n2,"李四",,\n',
    "-b": 'phone\n"13900000000"\n',
    "空": '"a","b"\n',
}


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Put stand-ins for both programs before all others."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def place(name, script):
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    for number, (name, text) in enumerate(TABLES.items()):
        (folder / f"{number}.csv").write_text(text, encoding="utf-8")
        (folder / f"{number}.name").write_text(name, encoding="utf-8")
    tables = "\n".join(TABLES)
    place("mdb-tables", f"cat <<'END'\n{tables}\nEND")
    place(
        "mdb-export",
        f'while [ "$1" != -- ]; do shift; done\nfor n in {folder}/*.name; do\n'
        '[ "$(cat $n)" = "$3" ] && exec cat "${n%name}csv"; done\nexit 1',
    )
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return place


def test_tables_and_rows(programs):
    tables, alerts = opened(RAW, "a.mdb")
    assert alerts == []
    assert list(tables) == list(TABLES)
    source, rows = tables["用户"]
    assert (source.format, source.header) == ("access", ["ID", "姓名", "手机号", "备注"])
    assert texts(rows) == [
        ("1", "张三", "13800138000", '第一行\n第"二"行, 完'),
        ("2", "李四", "", ""),
    ]
    assert texts(tables["-b"][1]) == [("13900000000",)]
    assert [one.code for one in tables["空"][0].alerts] == ["empty"]
    assert sum(one.ledger.bytes for one, _ in tables.values()) == len(RAW)
    assert {one.ledger.sha256 for one, _ in tables.values()} == {hashlib.sha256(RAW).hexdigest()}


def test_a_program_that_fails_in_a_table(programs):
    programs("mdb-export", "printf 'a\\n1\\n2\\n'; exit 3")
    tables, _ = opened(RAW, "a.mdb")
    source, rows = tables["用户"]
    assert texts(rows) == [("1",), ("2",)]
    assert source.ledger.status == "partial"
    assert [one.code for one in source.alerts] == ["read_error"]
    assert "ended with 3" in source.alerts[0].message


def test_a_program_that_gives_nothing_is_stopped(programs, monkeypatch):
    monkeypatch.setattr(access_database, "_PATIENCE", 0.2)
    programs("mdb-export", "printf 'a\\n1\\n'; exec sleep 60")
    source, _ = opened(RAW, "a.mdb")[0]["用户"]
    assert source.ledger.status == "partial"
    assert "was stopped" in source.alerts[0].message


@pytest.mark.parametrize("failing", ["no program", "it fails"])
def test_what_can_not_be_read_is_carved_and_the_remedy_told(failing, programs, monkeypatch):
    if failing == "no program":
        monkeypatch.setattr(shutil, "which", lambda _: None)
    else:
        programs("mdb-tables", "exit 1")
    source, rows = opened(RAW, "a.mdb")[0]["a.mdb"]
    assert source.format == "carved"
    assert texts(rows) == [("张三 13800138001",)]
    said = source.alerts[0].message
    assert ("mdbtools" if failing == "no program" else "damaged or encrypted") in said


@pytest.mark.skipif(shutil.which("mdb-tables") is None, reason="mdbtools isn't installed")
def test_the_real_program_on_a_damaged_file():
    content = content_of_bytes(RAW, "a.mdb", "a.mdb")
    with pytest.raises(SourceError, match="can't read the Access database"):
        list(access_database.open_content(content, None, Options()))
