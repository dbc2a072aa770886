# SPDX-License-Identifier: Apache-2.0
"""Dirty and unreadable input through the real command: nothing lost, nothing raw, one clear line."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
from collections import Counter

import pyarrow as pa
import pytest
from click.testing import CliRunner
from tests import seized

import piidetect
from piidetect.cli import cli

HEADING = "姓名,身份证号,手机号,备注"
KEYS = ("CN_RESIDENT_ID", "CN_MOBILE")


def command(folder, *arguments, **options):
    """Run the command in a folder, in English."""
    return subprocess.run(
        [sys.executable, "-m", "piidetect.cli", *arguments],
        cwd=folder,
        env={**os.environ, "PIIDETECT_LANG": "en", **options.pop("environ", {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        **options,
    )


class Writer:
    """Writes dirty files and remembers what was planted in each."""

    def __init__(self, folder):
        self.folder = folder
        self.people = {}
        self.rng = random.Random(11)

    def add(self, name, count, write):
        people = [seized.person(self.rng) for _ in range(count)]
        lines = [f"{one.name},{one.resident_id},{one.mobile},首诊" for one in people]
        data = write([HEADING, *lines])
        (self.folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        self.people[f"seized/{name}"] = people


def lines(rows, end="\n"):
    return end.join(rows) + end


def at(rows, place, change):
    return [*rows[:place], change(rows[place]), *rows[place + 1 :]]


def half_and_half(rows):
    return lines(rows[:40]).encode() + lines(rows[40:]).encode("gb18030")


def cut_in_a_character(rows):
    return (lines(rows)[:-1]).encode("gb18030")[:-1]


#: (rows, unparsed, alerts) of each file, and how it is made.
FILES = {
    "short.csv": (
        9,
        1,
        ["rows_unparsed"],
        lambda r: lines(at(r, 4, lambda x: x.replace(",首诊", ""))),
    ),
    "long.csv": (9, 1, ["rows_unparsed"], lambda r: lines(at(r, 4, lambda x: x + ",甲,乙"))),
    "empty-extras.csv": (9, 0, [], lambda r: lines([r[0], *(row + ",,," for row in r[1:])])),
    "quotes.csv": (
        9,
        0,
        [],
        lambda r: lines(
            at(at(r, 3, lambda x: x.replace("首", '"首"')), 5, lambda x: x.replace("首", '5"'))
        ),
    ),
    "unclosed.csv": (200, 0, [], lambda r: lines(at(r, 100, lambda x: x.replace("首诊", '"首诊')))),
    "nul.csv": (
        9,
        0,
        ["nul_bytes"],
        lambda r: lines(at(r, 4, lambda x: x.replace("首诊", "首\0诊"))),
    ),
    "cr.csv": (9, 0, [], lambda r: lines(r, "\r")),
    "crlf.csv": (9, 0, [], lambda r: lines(r, "\r\n")),
    "lone-cr.csv": (9, 0, [], lambda r: lines(r).replace("首诊\n", "首诊\r", 2)),
    "repeated.csv": (11, 0, [], lambda r: lines([*r[:4], r[0], *r[4:], r[0]])),
    "blank.csv": (13, 0, [], lambda r: lines(["", r[0], "", *r[1:4], ",,,", "  ", *r[4:]])),
    "no-final-newline.csv": (9, 0, [], lambda r: lines(r)[:-1]),
    "empty.csv": (0, 0, ["empty"], lambda _: b""),
    "heading-only.csv": (0, 0, [], lambda _: lines([HEADING])),
    "cut.csv": (9, 0, ["undecodable"], cut_in_a_character),
    "mixed.csv": (99, 0, ["undecodable"], half_and_half),
    "breaks.csv": (
        9,
        0,
        [],
        lambda r: lines(at(r, 4, lambda x: x.replace("首诊", '"首诊\n第二行"'))),
    ),
}
PLANTED = {"unclosed.csv": 200, "mixed.csv": 99, "empty.csv": 0, "heading-only.csv": 0}


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dirty")
    (folder / "seized" / "inner").mkdir(parents=True)
    writer = Writer(folder / "seized")
    for name, (_, _, _, write) in FILES.items():
        writer.add(name, PLANTED.get(name, 9), write)
    (folder / "seized" / "inner" / "loop").symlink_to("..")
    os.mkfifo(folder / "seized" / "pipe")
    done = command(folder, "scan", "seized", "--out", "case", "--format", "json")
    return folder, writer.people, done


@pytest.fixture(scope="module")
def report(scanned):
    return json.loads(scanned[2].stdout)


def test_dirty_input_ends_with_alerts(scanned):
    _, _, done = scanned
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 1


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_in_the_ledger(report, name):
    rows, unparsed, codes, _ = FILES[name]
    (source,) = [one for one in report["sources"] if one["path"] == f"seized/{name}"]
    assert (source["rows"], source["rows_unparsed"]) == (rows, unparsed)
    assert source["status"] == "complete"
    alerts = [one["code"] for one in report["alerts"] if one["source"] == f"seized/{name}"]
    assert alerts == codes


@pytest.mark.parametrize("entity", KEYS)
def test_every_planted_value_is_found(scanned, entity):
    folder, people, _ = scanned
    case = piidetect.open_case(folder / "case")
    found = Counter(case.findings(entity=entity, verdict="valid")["source"].to_pylist())
    assert found == Counter({path: len(planted) for path, planted in people.items() if planted})


def test_what_is_no_file_is_an_alert(report):
    codes = {one["source"]: one["code"] for one in report["alerts"]}
    assert codes["seized/pipe"] == "special_file_skipped"
    assert codes["seized/inner/loop"] == "symlink_skipped"


def test_the_funnel_closes(report):
    excluded = {step["step"]: step["excluded"] for step in report["funnel"]}
    assert (excluded["blank"], excluded["repeated_header"]) == (4, 2)
    assert report["totals"]["rows"] == sum(one[0] for one in FILES.values())
    assert sum(excluded.values()) + report["funnel"][-1]["remaining"] == report["totals"]["rows"]


def test_nothing_raw_is_in_any_output(scanned):
    folder, people, done = scanned
    for form in ("html", "text", "json"):
        assert (
            command(
                folder, "report", "case", "--out", f"report.{form}", "--format", form
            ).returncode
            == 1
        )
    kept = [path for path in (folder / "case").rglob("*") if path.is_file()]
    kept += folder.glob("report.*")
    assert len(kept) > len(FILES)
    blob = b"\n".join(path.read_bytes() for path in kept) + (done.stdout + done.stderr).encode()
    values = {
        value
        for planted in people.values()
        for one in planted
        for value in (one.name, one.resident_id, one.mobile, one.resident_id[6:])
    }
    assert len(values) > 1000
    assert [value for value in values if value.encode() in blob] == []
    case = piidetect.open_case(folder / "case")
    for field in case.findings().schema:
        text = pa.types.is_string(field.type) or pa.types.is_dictionary(field.type)
        assert not text or field.name in ("source", "header", "entity", "verdict"), field


# ---------------------------------------------------------------- errors

GOOD = lines([HEADING, "赵一,110101190501010010,13800138001,首诊"])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    return tmp_path


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def fails(folder, *arguments, remedy, **options):
    """Assert one line that names the thing and the remedy, code 2, and nothing left behind."""
    before = names(folder)
    done = command(folder, *arguments, **options)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1, done.stderr
    assert all(word in done.stderr for word in remedy), done.stderr
    assert "Traceback" not in done.stderr
    assert "110101190501010010" not in done.stderr
    assert names(folder) == before


def test_a_folder_without_sources(folder):
    (folder / "none" / "inner").mkdir(parents=True)
    fails(folder, "scan", "none", "--out", "case", remedy=["none", "give a file"])


def test_a_fifo_alone(folder):
    os.mkfifo(folder / "pipe")
    fails(folder, "scan", "pipe", "--out", "case", remedy=["pipe", "FIFO"])


def test_a_picture_alone(folder):
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    fails(folder, "scan", "a.png", "--out", "case", remedy=["a.png", "PNG", "convert"])


def test_a_date_that_is_none(folder):
    fails(
        folder,
        "scan",
        "a.csv",
        "--reference-date",
        "2024-13-01",
        remedy=["2024-13-01", "YYYY-MM-DD"],
    )


def test_a_folder_of_broken_recognizers(folder):
    (folder / "own" / "cn").mkdir(parents=True)
    (folder / "own" / "cn" / "x.yaml").write_text("id: cn.x\nentity: [", encoding="utf-8")
    fails(folder, "scan", "a.csv", "--recognizers", "own", "--out", "case", remedy=["cn/x.yaml"])


def test_a_foreign_folder(folder):
    (folder / "mine").mkdir()
    (folder / "mine" / "letter.txt").write_text("hello")
    fails(folder, "scan", "a.csv", "--out", "mine", remedy=["mine", "not empty", "--out"])


@pytest.mark.parametrize("out", [["--out", "case"], []])
def test_a_full_disk(folder, out):
    (folder / "tmp").mkdir()
    rows = (f"赵一,{number:018d},a{number}@example.com" for number in range(30_000))
    (folder / "a.csv").write_text(lines(["姓名,备注,邮箱", *rows]), encoding="utf-8")

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 18, 1 << 18))

    fails(
        folder,
        "scan",
        "a.csv",
        *out,
        remedy=["free"],
        preexec_fn=small_disk,
        environ={"TMPDIR": str(folder / "tmp")},
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(folder):
    (folder / "a.csv").chmod(0)
    fails(folder, "scan", "a.csv", "--out", "case", remedy=["a.csv", "permission"])


@pytest.mark.parametrize("all_of_them", [False, True])
def test_a_file_that_vanishes_before_it_is_read(folder, monkeypatch, all_of_them):
    from piidetect.scanning import cases

    monkeypatch.chdir(folder)
    (folder / "b.csv").write_text(GOOD, encoding="utf-8")

    def find(*arguments, **options):
        found = cases_find(*arguments, **options)
        for path in folder.glob("?.csv" if all_of_them else "a.csv"):
            path.unlink()
        return found

    cases_find = cases.find
    monkeypatch.setattr(cases, "find", find)
    result = CliRunner().invoke(
        cli, ["scan", ".", "--out", "case", "--format", "json", "--lang", "en"]
    )
    if all_of_them:
        assert (result.exit_code, result.stdout) == (2, "")
        assert "a.csv: the file has vanished" in result.stderr
        assert names(folder) == []
    else:
        assert result.exit_code == 1
        built = json.loads(result.stdout)
        assert [one["status"] for one in built["sources"]] == ["skipped", "complete"]
        assert built["alerts"][0]["source"] == "a.csv"
