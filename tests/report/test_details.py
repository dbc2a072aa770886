# SPDX-License-Identifier: Apache-2.0
"""The report with its details: truth with warnings as alerts, places and sectors."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.made_case import Found, Made, Record, write_case

import piidetect as pii
from piidetect.cli import cli
from piidetect.schema import SubjectKind

COLUMNS = (
    {
        "position": 0,
        "header": "残疾人证号",
        "entity": "CN_DISABILITY_CARD",
        "whose": "subject",
        "kind": "",
    },
    {"position": 1, "header": "手机", "entity": "CN_MOBILE", "whose": "subject", "kind": ""},
)


def run(*arguments):
    return CliRunner().invoke(cli, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table whose phones follow each other, as a machine makes them."""
    where = tmp_path_factory.mktemp("details")
    rows = [f"张三{n},138{13800000 + n}" for n in range(400)]
    (where / "a.csv").write_text("\n".join(["姓名,手机号码", *rows]) + "\n", encoding="utf-8")
    pii.scan(where / "a.csv", out=where / "case", reference_date="1915-06-30")
    return where / "case"


def test_warnings_of_truth_are_alerts(folder):
    plain = json.loads(run("report", folder, "--format", "json").stdout)
    done = run("report", folder, "--details", "--format", "json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert run("report", folder).exit_code == 0
    assert {"truth", "places", "sectors"}.isdisjoint(plain)
    warned = [row for row in found["truth"] if row["verdict"] == "enumerated"]
    assert warned
    alerts = [one for one in found["alerts"] if one["code"] == "doubtful"]
    assert any("in the longest run" in one["message"] for one in alerts)
    assert {**plain["groups"], "disabled": 0} == found["groups"]
    assert sum(row["distinct"] for row in found["places"]) == 400
    same = {name: plain[name] for name in plain if name not in {"alerts", "groups"}}
    assert same == {name: found[name] for name in same}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["text", "html"])
def test_every_form_shows_them(folder, lang, form):
    done = run("report", folder, "--details", "--format", form, "--lang", lang)
    words = {"zh": ("真实性", "连号", "存疑"), "en": ("Is it true?", "sequence", "longest run")}[
        lang
    ]
    assert [word for word in words if word not in done.stdout] == []
    for word in words[:1]:
        assert word not in run("report", folder, "--format", form, "--lang", lang).stdout


def test_who_has_a_disability_card_is_a_group(tmp_path):
    def holder(number):
        found = (Found("CN_DISABILITY_CARD", number), Found("CN_MOBILE", number, column=1))
        return Record(found, number, subject_kind=SubjectKind.NAME_CONTACT, subject=number)

    case = write_case(
        tmp_path / "case", [Made("a.csv", (holder(1), holder(1), holder(2)), COLUMNS)]
    )
    path = case.report(tmp_path / "report.json", details=True)
    assert json.loads(path.read_text(encoding="utf-8"))["groups"]["disabled"] == 2
