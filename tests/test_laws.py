# SPDX-License-Identifier: Apache-2.0
"""Laws of the whole: what the figures may depend on, and what they may not."""

from __future__ import annotations

import itertools
import json
import random

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import ipc, parquet
from tests import seized

import piidetect
from piidetect.report import render

DAY = "2025-06-30"
FIGURES = ("totals", "entities", "funnel", "persons", "groups")
CHECKSUMMED = ("CN_RESIDENT_ID", "CN_MOBILE", "CN_BANK_CARD", "EMAIL_ADDRESS")
ROWS = seized.table(seed=1)


def written(path, rows, *, delimiter=",", encoding="utf-8", header=seized.HEADER):
    lines = [delimiter.join(cells) for cells in [header, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding=encoding, newline="")
    return path


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "key"
    path.write_text("00112233445566778899aabbccddeeff\n")
    return path


@pytest.fixture(scope="module")
def figures(key):
    """Scan and return the report without what names the sources."""

    def scan(source, **options):
        case = piidetect.scan(source, reference_date=DAY, key_file=key, threads=1, **options)
        report = json.loads(render(case, "json"))
        kept = {name: report[name] for name in FIGURES}
        kept["totals"] = {"rows": kept["totals"]["rows"]}
        return kept

    return scan


@pytest.fixture(scope="module")
def wanted(figures, tmp_path_factory):
    result = figures(written(tmp_path_factory.mktemp("wanted") / "a.csv", ROWS))
    entities = result["entities"]
    assert result["totals"]["rows"] == len(ROWS)
    assert all(entities[name]["distinct_valid"] > 20 for name in CHECKSUMMED)
    return result


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("a.csv", ","),
        ("a.tsv", "\t"),
        ("a.txt", "----"),
        ("b.txt", "||"),
        ("c.txt", "|"),
        ("d.txt", ";"),
        ("e.txt", "\x01"),
        ("no-ending", "^"),
    ],
)
def test_the_delimiter_does_not_matter(figures, wanted, tmp_path, name, delimiter):
    assert figures(written(tmp_path / name, ROWS, delimiter=delimiter)) == wanted


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16-be", "utf-16"]
)
def test_the_encoding_does_not_matter(figures, wanted, tmp_path, encoding):
    assert figures(written(tmp_path / "a.csv", ROWS, encoding=encoding)) == wanted


def columns():
    return dict(zip(seized.HEADER, map(list, zip(*ROWS, strict=True)), strict=True))


@pytest.mark.parametrize("form", ["parquet", "stream", "file"])
def test_a_table_in_a_file_gives_the_same(figures, wanted, tmp_path, form):
    table, path = pa.table(columns()), tmp_path / "a.bin"
    if form == "parquet":
        parquet.write_table(table, path, row_group_size=17)
    else:
        with (ipc.new_stream if form == "stream" else ipc.new_file)(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=13)
    assert figures(path) == wanted


@pytest.mark.parametrize(
    "library", ["pandas", "polars", "pyarrow", "chunks", "dictionary", "large"]
)
def test_a_table_in_memory_gives_the_same(figures, wanted, library):
    table = pa.table(columns())
    if library == "pandas":
        table = pd.DataFrame(columns())
    elif library == "polars":
        table = pl.DataFrame(columns())
    elif library == "chunks":
        table = pa.concat_tables([table.slice(at, 7) for at in range(0, len(ROWS), 7)])
    elif library == "dictionary":
        table = pa.table({name: table[name].dictionary_encode() for name in table.column_names})
    elif library == "large":
        table = table.cast(pa.schema([(name, pa.large_string()) for name in table.column_names]))
    assert figures(table) == wanted


def test_the_order_of_rows_does_not_matter(figures, wanted, tmp_path):
    mixed = random.Random(2).sample(ROWS, len(ROWS))
    assert figures(written(tmp_path / "a.csv", mixed)) == wanted


def test_the_order_of_columns_does_not_matter(figures, wanted, tmp_path):
    order = random.Random(3).sample(range(len(seized.HEADER)), len(seized.HEADER))
    rows = [[cells[at] for at in order] for cells in ROWS]
    header = [seized.HEADER[at] for at in order]
    assert figures(written(tmp_path / "a.csv", rows, header=header)) == wanted


def test_the_order_and_number_of_files_does_not_matter(figures, wanted, tmp_path):
    paths = [
        written(tmp_path / f"{at}.csv", ROWS[at : at + 20], encoding=encoding)
        for at, encoding in zip(
            range(0, len(ROWS), 20), ("utf-8", "gb18030", "utf-16"), strict=True
        )
    ]
    assert figures(paths) == wanted
    assert figures(paths[::-1]) == wanted
    assert figures(tmp_path) == wanted


@pytest.mark.parametrize("options", [{"block_bytes": 4096}, {"threads": 3, "block_bytes": 4096}])
def test_blocks_and_threads_do_not_matter(wanted, key, tmp_path, options):
    path = written(tmp_path / "a.csv", ROWS)
    options = {"threads": 1, **options}
    case = piidetect.scan(path, reference_date=DAY, key_file=key, **options)
    report = json.loads(render(case, "json"))
    assert {name: report[name] for name in FIGURES[1:]} == {
        name: wanted[name] for name in FIGURES[1:]
    }


def test_doubling_the_input_doubles_findings_and_nothing_else(figures, wanted, tmp_path):
    doubled = figures(written(tmp_path / "a.csv", ROWS * 2))
    assert doubled["totals"]["rows"] == 2 * wanted["totals"]["rows"]
    assert (doubled["persons"], doubled["groups"]) == (wanted["persons"], wanted["groups"])
    for name, one in wanted["entities"].items():
        two = doubled["entities"][name]
        assert two["distinct_valid"] == one["distinct_valid"]
        assert (two["findings"], two["rows"]) == (2 * one["findings"], 2 * one["rows"])
        assert two["verdicts"] == {verdict: 2 * n for verdict, n in one["verdicts"].items()}
    assert doubled["funnel"][-1]["remaining"] == wanted["funnel"][-1]["remaining"]


def test_roles_hide_no_checksummed_value(figures, wanted, tmp_path):
    without = figures(written(tmp_path / "a.csv", ROWS), roles=False)
    for name in CHECKSUMMED:
        one, two = wanted["entities"][name], without["entities"][name]
        assert two["verdicts"]["valid"] == one["verdicts"]["valid"], name
        assert (two["distinct_valid"], two["rows"]) == (one["distinct_valid"], one["rows"]), name


def test_two_files_are_the_sum_of_each(figures, tmp_path):
    people = [seized.table(seed=seed, rows=30) for seed in (5, 6)]
    paths = [written(tmp_path / f"{at}.csv", rows) for at, rows in enumerate(people)]
    one, two, both = figures(paths[0]), figures(paths[1]), figures(paths)
    assert both["totals"]["rows"] == 60
    for name, sums in both["entities"].items():
        for figure in ("findings", "rows", "distinct_valid"):
            assert sums[figure] == one["entities"][name][figure] + two["entities"][name][figure]
    for bound in ("low", "point", "high"):
        assert both["persons"][bound] == one["persons"][bound] + two["persons"][bound]


def test_the_funnel_sums_to_the_rows_seized(figures, tmp_path):
    rows = [
        *ROWS,
        [""] * 7,
        seized.HEADER,
        ["无", "110101190501010011", "", "", "", "", ""],
        ["x"] * 7,
    ]
    result = figures(written(tmp_path / "a.csv", rows))
    steps = result["funnel"]
    assert (steps[0]["excluded"], steps[0]["remaining"]) == (0, len(rows))
    for before, step in itertools.pairwise(steps):
        assert step["remaining"] == before["remaining"] - step["excluded"]
    excluded = {step["step"]: step["excluded"] for step in steps}
    assert (excluded["blank"], excluded["repeated_header"]) == (1, 1)
    assert excluded["no_personal_information"] >= 1
    assert excluded["untrue:invalid_checksum"] >= 1
    assert excluded["duplicate_content"] == 3
    assert excluded["duplicate_information"] == 3


def test_the_report_is_the_same_to_the_byte(key, tmp_path):
    path = written(tmp_path / "a.csv", ROWS)
    reports = set()
    for options in ({"threads": 1}, {"threads": 2, "block_bytes": 4096}, {"threads": 4}):
        reports.add(
            render(piidetect.scan(path, reference_date=DAY, key_file=key, **options), "json")
        )
    assert len(reports) == 1
