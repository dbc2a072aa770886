# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools
import json as standard_json

import pytest
from tests.report.small_case import small_case

from piidetect import report
from piidetect.errors import ArgumentError, CaseError
from piidetect.report import json

CONTRACT = {
    "schema": None,
    "tool": {"name", "version", "recognizers_sha256"},
    "parameters": {"roles", "bare_phone"},
    "case": {"id", "reference_date"},
    "sources": {
        "path",
        "format",
        "encoding",
        "bytes",
        "sha256",
        "rows",
        "rows_unparsed",
        "status",
        "reason",
    },
    "totals": {"sources", "bytes", "rows"},
    "entities": {"CN_MOBILE", "PERSON"},
    "categories": {"contact", "identity"},
    "columns": {"source", "position", "header", "role", "share_valid"},
    "funnel": {"step", "excluded", "remaining", "reason"},
    "persons": {"low", "point", "high", "by_key"},
    "groups": {"female", "male", "under_14", "under_18", "over_60", "pregnant"},
    "assessments": None,
    "alerts": {"source", "code", "message", "row", "byte_offset"},
}
ALERT = {"source": "用户.csv", "code": "nul_bytes", "message": "2 NULs", "row": 1, "byte_offset": 9}


@pytest.fixture
def case(tmp_path):
    return small_case(tmp_path / "case", alerts=[ALERT], skipped=True)


def test_the_names_are_those_of_the_contract(case):
    built = json.build(case)
    assert list(built) == list(CONTRACT)
    for name, fields in CONTRACT.items():
        value = built[name][0] if isinstance(built[name], list) and built[name] else built[name]
        if fields is not None:
            assert set(value) == fields, name
    assert set(built["entities"]["CN_MOBILE"]) == {"findings", "verdicts", "distinct_valid", "rows"}
    assert built["schema"] == "piidetect.report/1"


def test_the_figures(case):
    built = json.build(case)
    assert built["totals"] == {"sources": 2, "bytes": 80, "rows": 4}
    assert built["entities"]["CN_MOBILE"] == {
        "findings": 3,
        "verdicts": {"unassigned": 1, "valid": 2},
        "distinct_valid": 1,
        "rows": 2,
    }
    assert built["categories"]["contact"] == {"rows": 2, "persons": 1}
    assert built["persons"]["point"] == 1
    assert built["columns"][0] == {
        "source": "用户.csv",
        "position": 0,
        "header": "姓名",
        "role": "PERSON/subject",
        "share_valid": 0.6667,
    }
    assert built["alerts"] == [ALERT]


def test_the_funnel_starts_at_all_rows_and_closes(case):
    built = json.build(case)
    steps = built["funnel"]
    assert steps[0]["remaining"] == built["totals"]["rows"] == 4
    for before, step in itertools.pairwise(steps):
        assert step["remaining"] == before["remaining"] - step["excluded"]
    assert steps[-1]["remaining"] == 1
    assert {s["step"]: s["excluded"] for s in steps}["untrue:unassigned"] == 1


def test_a_source_that_could_not_be_read_is_listed(case):
    skipped = json.build(case)["sources"][0]
    assert (skipped["path"], skipped["status"]) == ("broken.csv", "skipped")
    assert skipped["reason"] == "permission denied"


def test_no_masked_value_and_no_key_is_in_it(case):
    text = json.dumps(json.build(case))
    assert "138****0000" not in text
    assert (case.directory / "key").read_text().strip() not in text
    assert json.exemplars(case) == {("用户.csv", 1): [("CN_MOBILE", "valid", "138****0000")]}


def test_the_bytes_are_valid_json_and_the_same_each_time(case):
    first, second = report.render(case, "json"), report.render(case, "json")
    assert first == second
    assert standard_json.loads(first) == json.build(case)


def test_a_name_that_is_no_utf8_can_be_written():
    assert json.plain("a\udcffb") == "a\\xffb"
    json.plain("a\udcffb").encode("utf-8")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ({"entity": "", "whose": "", "kind": ""}, ""),
        ({"entity": "", "whose": "unknown", "kind": "sex"}, "sex"),
        ({"entity": "CN_MOBILE", "whose": "contact", "kind": ""}, "CN_MOBILE/contact"),
        ({"entity": "CN_PREGNANCY", "whose": "", "kind": "lmp"}, "CN_PREGNANCY/unknown/lmp"),
    ],
)
def test_role(column, expected):
    assert json.role(column) == expected


@pytest.mark.parametrize("ending", ["txt", "json", "html", "HTML"])
def test_write_chooses_by_the_ending(case, tmp_path, ending):
    written = report.write(case, tmp_path / f"r.{ending}", lang="en")
    text = written.read_text(encoding="utf-8")
    starts = {"txt": "Personal", "json": "{", "html": "<!DOCTYPE"}
    assert text.startswith(starts[ending.lower()])
    assert text == report.render(case, report.format_of(written), lang="en")


def test_an_unknown_ending_names_the_known_ones(case, tmp_path):
    with pytest.raises(ArgumentError, match=r"r\.pdf.*\.html, \.json or \.txt"):
        report.write(case, tmp_path / "r.pdf")
    assert not (tmp_path / "r.pdf").exists()


def test_a_report_that_cannot_be_written_leaves_nothing(case, tmp_path):
    with pytest.raises(CaseError, match="absent"):
        report.write(case, tmp_path / "absent" / "r.json")
    (tmp_path / "r.json").mkdir()
    with pytest.raises(CaseError, match=r"r\.json"):
        report.write(case, tmp_path / "r.json")
    assert not list(tmp_path.glob(".*"))


def test_the_card_is_what_a_notebook_shows(case):
    assert "piidetect-card" in case._repr_html_()
