# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from pathlib import Path

import pytest

from piidetect.sources import find


def test_walks_in_order_and_reads_a_file_once(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("b/2.csv", "b/1.csv", "a.csv", "用户.csv"):
        (tmp_path / name).write_text("x")
    alerts = []
    found = find([tmp_path / "b", tmp_path, tmp_path / "a.csv"], alerts)
    want = [str(tmp_path / name) for name in ("a.csv", "b/1.csv", "b/2.csv", "用户.csv")]
    assert [source.locator for source in found] == want
    assert [source.bytes for source in found] == [1, 1, 1, 1]
    assert alerts == []
    assert find([tmp_path], []) == find([tmp_path / "b", tmp_path], [])


def test_links_fifos_and_missing_paths_are_alerts(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "link.csv").symlink_to("a.csv")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    alerts = []
    found = find([tmp_path, tmp_path / "none.csv"], alerts)
    assert [source.path.name for source in found] == ["a.csv"]
    assert sorted((alert.code, alert.source.rsplit("/", 1)[1]) for alert in alerts) == [
        ("not_found", "none.csv"),
        ("special_file_skipped", "pipe"),
        ("symlink_skipped", "link.csv"),
        ("symlink_skipped", "loop"),
    ]


def test_a_link_that_is_given_is_followed(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "link.csv").symlink_to("a.csv")
    (tmp_path / "dead.csv").symlink_to("none")
    alerts = []
    assert [s.path.name for s in find([tmp_path / "link.csv"], alerts)] == ["link.csv"]
    assert find([tmp_path / "dead.csv"], alerts) == []
    assert [alert.code for alert in alerts] == ["not_found"]


def test_nothing_below_an_excluded_folder(tmp_path):
    for name in ("case", "data"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text("x")
    found = find([tmp_path], [], exclude=[tmp_path / "case"])
    assert [source.path.parent.name for source in found] == ["data"]


def test_a_name_that_is_no_utf8_is_shown_escaped(tmp_path):
    name = os.fsencode(tmp_path) + b"/\xd3\xc3.csv"
    Path(os.fsdecode(name)).write_bytes(b"x")
    (source,) = find([tmp_path], [])
    assert source.locator.endswith("\\xd3\\xc3.csv")
    assert source.path.read_bytes() == b"x"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission_is_an_alert(tmp_path):
    (tmp_path / "locked").mkdir(mode=0)
    alerts = []
    assert find([tmp_path], alerts) == []
    assert [alert.code for alert in alerts] == ["no_permission"]
