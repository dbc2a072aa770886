# SPDX-License-Identifier: Apache-2.0
"""The same input and key give the same report, byte for byte, however the work is cut up."""

from __future__ import annotations

import itertools
import random

import pyarrow.parquet as pq
import pytest
from tests import seized

import piidetect
from piidetect.report import render

KIB = 1 << 10
MIB = 1 << 20
DIRTY = (
    '"an unclosed quote,13',
    "short,row",
    "",
    ",".join(seized.HEADER),
    ",".join(["long"] * 40),
    '"line\nbreak",' + ",".join('"a ""quoted"" cell"' for _ in seized.HEADER[1:]),
    "\0,\0",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three dirty files of some hundred KiB: UTF-8, GB18030, UTF-16 with undecodable bytes."""
    place = tmp_path_factory.mktemp("seized")
    (place / "key").write_text("00112233445566778899aabbccddeeff\n")
    for number, encoding in enumerate(("utf-8", "gb18030", "utf-16")):
        lines = [",".join(cells) for cells in seized.table(seed=number)]
        lines *= -(-400 * KIB // len("\n".join(lines).encode()))
        dice = random.Random(number)
        for _ in range(60):
            lines.insert(dice.randrange(len(lines)), dice.choice(DIRTY))
        text = "\n".join([",".join(seized.HEADER), *lines])
        (place / f"{encoding}.csv").write_bytes(text.encode(encoding))
    with (place / "utf-8.csv").open("ab") as file:
        file.write(b"\n\xff\xfe\xe5\xbc,bytes that are no text\n")
    return place


def report(folder, paths, **options):
    options = {"reference_date": "2025-06-30", "key_file": folder / "key", **options}
    with piidetect.scan(paths, **options) as case:
        return render(case, "json")


@pytest.fixture(scope="module")
def wanted(folder):
    made = report(folder, sorted(folder.glob("*.csv")), threads=1)
    assert "undecodable" in made
    return made


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("block_bytes", [64 * KIB, MIB, 4 * MIB])
def test_threads_and_blocks_change_no_byte(folder, wanted, threads, block_bytes):
    paths = sorted(folder.glob("*.csv"))
    assert report(folder, paths, threads=threads, block_bytes=block_bytes) == wanted


def test_the_order_of_files_changes_no_byte(folder, wanted):
    for paths in itertools.permutations(folder.glob("*.csv")):
        assert report(folder, paths, threads=2, block_bytes=64 * KIB) == wanted


def test_counting_in_threads_changes_no_byte(folder, wanted, monkeypatch):
    monkeypatch.setattr("piidetect.case.part.GROUP_ROWS", 500)  # so that each thread has some
    for threads in (1, 2, 3):
        assert report(folder, sorted(folder.glob("*.csv")), threads=threads) == wanted


@pytest.mark.parametrize(("threads", "block_bytes"), [(1, 64 * KIB), (3, 64 * KIB), (2, MIB)])
def test_the_masked_examples_are_the_first(folder, threads, block_bytes):
    def examples(**options):
        options = {"reference_date": "2025-06-30", "key_file": folder / "key", **options}
        with piidetect.scan(folder / "gb18030.csv", **options) as case:
            return case.parts[0].meta["exemplars"]

    wanted = examples(threads=1, block_bytes=4 * MIB)
    assert any(one["row"] > 1000 for one in wanted)  # some are of later blocks
    assert examples(threads=threads, block_bytes=block_bytes) == wanted


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_doctor_of_the_patients_name_is_left_out_in_any_order(tmp_path, order):
    (tmp_path / "key").write_text("00112233445566778899aabbccddeeff\n")
    columns = {"医生姓名": "王小明", "姓名": "王小明", "手机号": "13912345678"}
    names = list(columns)
    chosen = [names[number] for number in order]
    lines = [chosen, *[[columns[name] for name in chosen]] * 20]
    path = tmp_path / "visits.csv"
    path.write_text("".join(",".join(cells) + "\n" for cells in lines), encoding="utf-8")
    with piidetect.scan(path, key_file=tmp_path / "key") as case:
        rows = pq.read_table(case.parts[0].records).to_pydict()
        found = pq.read_table(case.parts[0].findings).to_pydict()
    keys = set(zip(found["entity"], found["key0"], found["key1"], strict=True))
    assert len(keys) == 2  # the name and the number
    for half in (0, 1):
        total = sum(key[1 + half] for key in keys) % (1 << 64)
        assert set(rows[f"info{half}"]) == {total}
