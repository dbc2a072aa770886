# SPDX-License-Identifier: Apache-2.0
"""Bad input to a case is refused with what is wrong and the remedy, and the case stays as it was."""

from __future__ import annotations

import csv
import json
import random

import pandas as pd
import pytest
import yaml
from tests import seized
from tests.made_case import Found, Made, Record, write_case

import piidetect as pii
from piidetect._resources import policies_root
from piidetect.errors import PiiDetectError
from piidetect.refusal import RowsRefused
from piidetect.sampling.sheet import COLUMNS
from piidetect.schema import SubjectKind

EVENTS = ["actor", "act", "counterparty", "date", "sources"]


def record(number):
    found = (Found("CN_RESIDENT_ID", number), Found("CN_MOBILE", number, column=1))
    return Record(found, content=number, subject_kind=SubjectKind.ID, subject=number)


@pytest.fixture
def case(tmp_path):
    return write_case(tmp_path / "case", [Made("a.csv", tuple(record(n) for n in range(1, 30)))])


def content(case):
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(case.directory.rglob("*"))
        if path.is_file()
    }


def events(*row):
    return pd.DataFrame([row], columns=EVENTS)


def sheet(case, tmp_path, change):
    path = case.sample(10, seed="1").sheet(tmp_path / "sheet.csv", lang="en")
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *lines = csv.reader(file)
    for line in lines:
        line[COLUMNS.index("answer")] = "true"
    change(lines)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *lines])
    return path


def never_drawn(lines):
    extra = list(lines[0])
    extra[COLUMNS.index("number")] = "99"
    lines.append(extra)


def changed(name, value):
    def change(lines):
        lines[3][COLUMNS.index(name)] = value

    return change


def overlapping(tmp_path):
    name = "cn-incident-2025"
    data = yaml.safe_load((policies_root() / f"{name}.yaml").read_text(encoding="utf-8"))
    grades = data["grades"]
    grades[1]["line"] = grades[0]["line"]
    path = tmp_path / f"{name}.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def overlapping_tiers(tmp_path, field, value):
    name = "cn-criminal-2017"
    data = yaml.safe_load((policies_root() / f"{name}.yaml").read_text(encoding="utf-8"))
    data["tiers"][1][field] = value
    path = tmp_path / f"{name}.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def of_people(tmp_path):
    rng = random.Random(7)
    lines = [seized.person(rng, years=(1890, 1900)).resident_id for _ in range(20)]
    path = tmp_path / "ids.csv"
    path.write_text("\n".join(["身份证号", *lines, ""]), encoding="utf-8")
    return path


def of_another_key(tmp_path):
    return write_case(tmp_path / "other", [Made("a.csv", (record(1),))]).directory


def other_version(case, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    meta = json.loads((case.directory / "case.json").read_text(encoding="utf-8"))
    (copy / "case.json").write_text(json.dumps(meta | {"schema": "piidetect.case/9"}))
    return copy


REFUSED = {
    "an event table that names unknown sources": (
        lambda case, _: case.received(events("A", "sell", "B", "", "z.csv")),
        ("line 2, sources", "'z.csv' is no source of the case", "lists them"),
    ),
    "the same for an assessment": (
        lambda case, _: case.assess(events=events("A", "sell", "B", "", "z.csv")),
        ("line 2, sources", "'z.csv' is no source of the case"),
    ),
    "negative money in a claim": (
        lambda case, _: case.claim("gain", gains=["A=-5"]),
        ("gain", "-5"),
    ),
    "negative money in an assessment": (
        lambda case, _: case.assess(illegal_gain=-1),
        ("illegal_gain", "-1"),
    ),
    "a sheet with a row that was never drawn": (
        lambda case, folder: case.read_sample(sheet(case, folder, never_drawn)),
        ("line 12", "number"),
    ),
    "a sheet with a changed value": (
        lambda case, folder: case.read_sample(sheet(case, folder, changed("row", "7777"))),
        ("line 5", "row", "restore it"),
    ),
    "a sheet with a changed draw value": (
        lambda case, folder: case.read_sample(sheet(case, folder, changed("value", "x00"))),
        ("line 5", "value", "restore it"),
    ),
    "a sheet with a changed tier": (
        lambda case, folder: case.read_sample(sheet(case, folder, changed("tier", "9"))),
        ("line 5", "tier", "restore it"),
    ),
    "a sheet with an answer that is none": (
        lambda case, folder: case.read_sample(sheet(case, folder, changed("answer", "maybe"))),
        ("line 5", "answer", "fill in"),
    ),
    "a policy with overlapping grades": (
        lambda case, folder: case.assess(overlapping(folder)),
        ("cn-incident-2025.yaml", "grades"),
    ),
    "a policy with a tier whose line doesn't rise": (
        lambda case, folder: case.assess(overlapping_tiers(folder, "line", 50)),
        ("cn-criminal-2017.yaml", "tiers[1]", "overlaps"),
    ),
    "a policy with a tier that stands there twice": (
        lambda case, folder: case.assess(overlapping_tiers(folder, "tier", "3")),
        ("cn-criminal-2017.yaml", "tiers[1]"),
    ),
    "a reference date before the births": (
        lambda _, folder: pii.scan(
            of_people(folder), out=folder / "new", reference_date="1885-06-30"
        ),
        ("ids.csv", "'身份证号'", "1885-06-30", "--reference-date"),
    ),
    "a case of another version": (
        lambda case, folder: case.compare(other_version(case, folder)),
        ("case/9", "version"),
    ),
    "a wrong key": (
        lambda case, folder: case.compare(
            write_case(folder / "other", [Made("a.csv", (record(1),))])
        ),
        ("different keys", "rekey"),
    ),
    "a wrong key for an overlap": (
        lambda case, folder: pii.overlap([case.directory, of_another_key(folder)]),
        ("different keys", "rekey"),
    ),
    "a wrong key for a merge": (
        lambda case, folder: pii.merge(folder / "merged", [case.directory, of_another_key(folder)]),
        ("different keys", "rekey"),
    ),
    "a negative price": (
        lambda case, _: case.claim("discretion", unit_price="-0.5@invented"),
        ("unit price", "-0.5"),
    ),
    "a table of leads without a place": (
        lambda case, _: pii.read_leads(
            case, pd.DataFrame([["", "x", ""]], columns=["where", "what", "when"])
        ),
        ("line 2, where", "say where"),
    ),
    "a lead sheet of another case": (
        lambda case, _: pii.rectification(
            case, case, pii.lead_sheet(case, "A").to_dict() | {"case": {"id": "0" * 16}}
        ),
        ("0000000000000000", "make it again"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_the_case_stays_as_it_was(case, tmp_path, name):
    before = content(case)
    ask, words = REFUSED[name]
    with pytest.raises(PiiDetectError) as caught:
        ask(case, tmp_path)
    message = str(caught.value)
    assert [word for word in words if word not in message] == []
    if "line " in words[0]:
        assert isinstance(caught.value, RowsRefused)
    assert content(case) == before
