# SPDX-License-Identifier: Apache-2.0
"""The same table in all formats gives the same counts."""

from __future__ import annotations

import hashlib
import json

import pytest
from tests import seized
from tests.formats import TEXT_WRITERS, WRITERS, write_texts

import piidetect as pii

ROWS = seized.table(5, 60)


def counted(path):
    case = pii.scan(path, threads=1)
    target = path.with_suffix(".report.json")
    case.report(target)
    report = json.loads(target.read_text(encoding="utf-8"))
    figures = {
        "entities": report["entities"],
        "funnel": report["funnel"],
        "persons": report["persons"],
        "rows": report["totals"]["rows"],
    }
    return figures, report


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(WRITERS["a.csv"](seized.HEADER, ROWS))
    return counted(path)[0]


@pytest.mark.parametrize("name", WRITERS)
def test_same_counts(name, tmp_path, expected):
    path = tmp_path / name
    raw = WRITERS[name](seized.HEADER, ROWS)
    path.write_bytes(raw)
    figures, report = counted(path)
    assert figures == expected
    (source,) = report["sources"]
    assert (source["bytes"], source["sha256"]) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert (source["rows_unparsed"], source["status"]) == (0, "complete")
    assert [one for one in report["alerts"] if one["code"] != "small_numbers"] == []


#: The same rows as one text each, as somebody would write them into a message.
TEXTS = [
    ["；".join(f"{name} {cell}" for name, cell in zip(seized.HEADER, row, strict=True) if cell)]
    for row in ROWS
]


@pytest.mark.parametrize("name", TEXT_WRITERS)
def test_same_counts_of_texts(name, tmp_path):
    path = tmp_path / "texts.csv"
    path.write_bytes(write_texts(None, TEXTS))
    expected, _ = counted(path)
    path = tmp_path / name
    raw = TEXT_WRITERS[name](None, TEXTS)
    path.write_bytes(raw)
    figures, report = counted(path)
    assert figures["rows"] == len(ROWS)
    for entity in ("CN_RESIDENT_ID", "CN_MOBILE", "CN_BANK_CARD", "EMAIL_ADDRESS"):
        assert figures["entities"][entity] == expected["entities"][entity]
        assert figures["entities"][entity]["findings"] > 0
    (source,) = report["sources"]
    assert (source["bytes"], source["sha256"]) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert (source["rows_unparsed"], source["status"]) == (0, "complete")
