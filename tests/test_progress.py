# SPDX-License-Identifier: Apache-2.0
"""How far a scan is, and what it is reading."""

from __future__ import annotations

import doctest
import io
import sys
import zipfile

import piidetect as pii
from piidetect.cli import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_shows_the_name_of_the_member(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    with progress.progress_bar("en") as show:
        show(pii.Progress(1, 10, 1, "检材/a.zip!/[b]\x1b[31m客户.csv"))
    text = sys.stderr.getvalue()
    assert "a.zip!/[b]\\x1b[31m客户.csv" in text
    assert "\x1b[31m客户" not in text


def test_long_names_are_shortened():
    assert doctest.testmod(progress).failed == 0
    assert progress.shortened("x" * 100, 10) == "…" + "x" * 9


def test_a_member_is_named_before_its_rows_are_read(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.csv", "姓名,电话\n张三,13900000000\n")
        archive.writestr("2.csv", "姓名,电话\n李四,13900000001\n")
    told = []
    pii.scan(path, progress=told.append)
    names = [one.source.rpartition("!/")[2] for one in told if one.source != str(path)]
    assert names == ["1.csv", "1.csv", "2.csv", "2.csv"]
    assert [one.rows_done for one in told if one.source != str(path)] == [0, 1, 1, 2]
