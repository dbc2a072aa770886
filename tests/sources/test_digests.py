# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import csv
import hashlib
import io
import sqlite3
import zipfile
from contextlib import closing
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

import piidetect as pii
from piidetect.cli import cli
from piidetect.errors import ArgumentError

RAW = "姓名,手机号\n张安,13812345678\n".encode()


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "a.csv").write_bytes(RAW)
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("c.csv", RAW)
    with closing(sqlite3.connect(folder / "d.db")) as database:
        for table in ("x", "y"):
            database.execute(f"create table {table} (a)")
            database.execute(f"insert into {table} values (1)")
        database.commit()
    pii.scan(folder, out=folder / "case", digests=("sm3", "md5")).close()
    return folder


def test_the_digests_of_every_file_and_member_stand_in_the_manifest(case):
    out = CliRunner().invoke(cli, ["manifest", str(case / "case")]).stdout
    lines = {line["filename"]: line for line in csv.DictReader(io.StringIO(out))}
    assert sorted(lines) == [
        f"{case}/{name}" for name in ("a.csv", "b.zip", "b.zip!/c.csv", "d.db")
    ]
    files = {"a.csv": RAW, "b.zip!/c.csv": RAW}
    files |= {name: (case / name).read_bytes() for name in ("b.zip", "d.db")}
    for name, raw in files.items():
        line = lines[f"{case}/{name}"]
        assert int(line["filesize"]) == len(raw)
        for kind in ("sha256", "sm3", "md5"):
            assert line[kind] == hashlib.new(kind, raw).hexdigest()
        assert line["status"] == "complete"
    assert lines[f"{case}/d.db"]["rows"] == "2"


def test_the_manifest_as_dfxml(case):
    out = CliRunner().invoke(cli, ["manifest", str(case / "case"), "--format", "dfxml"]).stdout
    space = "{http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML}"
    objects = ET.fromstring(out).findall(f"{space}fileobject")
    assert len(objects) == 4
    first = objects[0]
    assert first.findtext(f"{space}filesize") == str(len(RAW))
    found = {one.get("type"): one.text for one in first.findall(f"{space}hashdigest")}
    assert found == {kind: hashlib.new(kind, RAW).hexdigest() for kind in ("sha256", "sm3", "md5")}


def test_an_unknown_digest_is_an_error(tmp_path):
    (tmp_path / "a.csv").write_bytes(RAW)
    with pytest.raises(ArgumentError, match="sha256, sm3, md5"):
        pii.scan(tmp_path, digests=("crc32",))
