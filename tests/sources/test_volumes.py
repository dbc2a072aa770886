# SPDX-License-Identifier: Apache-2.0
"""RAR, and archives and files that were split into volumes."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import subprocess
import zipfile

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import rar, seized

import piidetect as pii
from piidetect.sources import Alert, Limits, Options, Skipped, open_content, open_sources
from piidetect.sources.content import content_of_bytes
from piidetect.sources.volumes import joined

ROWS = [f"{seized.person(random.Random(at)).mobile},张{at}" for at in range(3000)]
TABLE = ("手机号,姓名\n" + "\n".join(ROWS) + "\n").encode("gb18030")


def read(opened) -> tuple[dict, list]:
    """Return ({path after the folder: (format, rows, status)}, what was said)."""
    sources, said = {}, []
    for one in opened:
        if isinstance(one, (Alert, Skipped)):
            said.append(one)
            continue
        rows = sum(block.row_start.size for block in one.blocks())
        sources[one.path.rsplit("/", 1)[-1]] = (one.format, rows, one.ledger.status)
        said += one.alerts
    return sources, said


def split(raw: bytes, count: int) -> list[bytes]:
    size = -(-len(raw) // count)
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def seven_zipped(name="用户.csv", raw=TABLE, **options) -> bytes:
    into = io.BytesIO()
    with py7zr.SevenZipFile(into, "w", **options) as archive:
        archive.writestr(raw, name)
    return into.getvalue()


def zipped(raw: bytes = TABLE, method=zipfile.ZIP_STORED) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as archive:
        archive.writestr("用户.csv", raw)
    return into.getvalue()


# ---------------------------------------------------------------- volumes


@pytest.mark.parametrize(
    ("name", "raw"),
    [("a.7z", seven_zipped()), ("a.zip", zipped()), ("a.rar", rar.archive({"用户.csv": TABLE}))],
)
def test_an_archive_in_volumes_is_read_once(tmp_path, name, raw):
    parts = split(raw, 3)
    for at, part in enumerate(parts):
        (tmp_path / f"{name}.{at + 1:03d}").write_bytes(part)
    case = pii.scan(tmp_path, threads=1)
    case.report(tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["entities"]["CN_MOBILE"]["findings"] == 3000
    assert report["totals"]["rows"] == 3000
    shown = {one["path"].removeprefix(f"{tmp_path}/"): one for one in report["sources"]}
    assert set(shown) == {*(f"{name}.{at:03d}" for at in (1, 2, 3)), f"{name}.001!/用户.csv"}
    for at, part in enumerate(parts):
        one = shown[f"{name}.{at + 1:03d}"]
        assert (one["bytes"], one["sha256"]) == (len(part), hashlib.sha256(part).hexdigest())
    assert pii.verify(case)
    assert {one.state for one in pii.verify(case)} == {"unchanged"}


def test_a_text_in_volumes_keeps_the_row_at_the_edge(tmp_path):
    for at, part in enumerate(split(TABLE, 4)):
        (tmp_path / f"a.csv.{at + 1:03d}").write_bytes(part)
    sources, _ = read(open_sources(tmp_path / "a.csv.001"))
    assert sources == {"a.csv.001": ("volume", 0, "complete"), "a.csv": ("csv", 3000, "complete")}
    for at in (2, 3, 4):
        assert read(open_sources(tmp_path / f"a.csv.00{at}"))[0] == {
            f"a.csv.00{at}": ("volume", 0, "complete")
        }


def test_what_only_has_such_a_name_is_read_by_itself(tmp_path):
    (tmp_path / "log.001").write_bytes(TABLE)
    (tmp_path / "log.002").write_bytes(TABLE * 2)  # longer than the first; its heading repeats
    (tmp_path / "b.003").write_bytes(TABLE)
    (tmp_path / "c.z01").write_bytes(zipped())
    for name, rows in (("log.001", 3000), ("log.002", 6001), ("b.003", 3000)):
        ((_, count, _),) = read(open_sources(tmp_path / name))[0].values()
        assert count == rows
    assert read(open_sources(tmp_path / "c.z01"))[0]["用户.csv"][1] == 3000


@pytest.mark.skipif(shutil.which("zip") is None, reason="the program zip isn't installed")
@pytest.mark.parametrize("password", ["", "secret"])
def test_a_split_zip(tmp_path, password):
    rng = random.Random(3)
    for at in range(3):  # what can't be compressed fills several volumes
        (tmp_path / f"{at}.csv").write_bytes(TABLE)
        (tmp_path / f"{at}.bin").write_bytes(rng.randbytes(90_000))
    names = sorted(one.name for one in tmp_path.iterdir())
    extra = ["-P", password] if password else []
    subprocess.run(["zip", "-q", "-s", "64k", *extra, "a.zip", *names], cwd=tmp_path, check=True)
    volumes = sorted(tmp_path.glob("a.z*"))
    assert len(volumes) > 4
    options = Options(passwords=(password,) if password else ())
    sources, _ = read(open_sources(tmp_path / "a.zip", options=options))
    assert [sources[f"{at}.csv"] for at in range(3)] == [("csv", 3000, "complete")] * 3
    assert sources["a.zip"] == ("zip", 0, "complete")
    assert read(open_sources(volumes[0]))[0] == {"a.z01": ("volume", 0, "complete")}


def test_a_volume_that_is_missing_is_told(tmp_path):
    for at, part in enumerate(split(seven_zipped(), 4)):
        if at != 2:
            (tmp_path / f"a.7z.{at + 1:03d}").write_bytes(part)
    _, said = read(open_sources(tmp_path / "a.7z.001"))
    assert said


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=6), st.data())
@settings(max_examples=50)
def test_joined_files_are_their_bytes(tmp_path_factory, parts, data):
    folder = tmp_path_factory.mktemp("joined")
    paths = []
    for at, part in enumerate(parts):
        paths.append(folder / str(at))
        paths[-1].write_bytes(part)
    whole = b"".join(parts)
    content = joined(paths, "a", "a")
    assert content.bytes == len(whole)
    with content.open() as file:
        place = data.draw(st.integers(0, len(whole) + 3))
        file.seek(place)
        assert file.read() == whole[place:]
        file.seek(-min(4, len(whole)), 2)
        assert file.read(2) == whole[-min(4, len(whole)) :][:2] if whole else True


# ---------------------------------------------------------------- RAR


def test_a_stored_rar_needs_no_program(monkeypatch):
    monkeypatch.setenv("PATH", "")
    raw = rar.archive({"a/用户.csv": TABLE, "../../b.csv": TABLE, "空.txt": b""})
    sources, _ = read(open_content(content_of_bytes(raw, "a.rar", "a.rar"), Options()))
    assert sources["用户.csv"] == sources["b.csv"] == ("csv", 3000, "complete")
    assert sources["a.rar"] == ("rar", 0, "complete")


def test_without_a_program_the_alert_names_the_package(monkeypatch):
    monkeypatch.setenv("PATH", "")
    raw = rar.archive({"用户.csv": b"\x01\x02" * 50}, method=3)
    sources, said = read(open_content(content_of_bytes(raw, "a.rar", "a.rar"), Options()))
    assert sources == {"a.rar": ("rar", 0, "complete")}
    assert [(one.path, one.code) for one in said if isinstance(one, Skipped)] == [
        ("a.rar!/用户.csv", "tool_missing")
    ]
    assert "install the package unar" in said[0].message


def test_limits_hold_for_rar():
    raw = rar.archive({f"{at}.csv": TABLE for at in range(5)})
    for limits in (Limits(members=2), Limits(unpacked=2 * len(TABLE))):
        sources, said = read(
            open_content(content_of_bytes(raw, "a.rar", "a.rar"), Options(limits=limits))
        )
        assert "limit_reached" in {one.code for one in said}
        assert sources["a.rar"][2] == "partial"


@pytest.mark.parametrize("cut", [10, 30, 60, 200, -30])
def test_a_cut_rar_is_told(cut):
    raw = rar.archive({"用户.csv": TABLE})[:cut]
    sources, said = read(open_content(content_of_bytes(raw, "a.rar", "a.rar"), Options()))
    assert said or sources["用户.csv"][1]


@settings(max_examples=60)
@given(st.binary(max_size=80), st.integers(0, 400))
def test_hostile_rar_never_raises_anything_else(junk, place):
    raw = bytearray(rar.archive({"用户.csv": TABLE[:300]}))
    raw[place : place + len(junk)] = junk
    read(open_content(content_of_bytes(bytes(raw), "a.rar", "a.rar"), Options()))
