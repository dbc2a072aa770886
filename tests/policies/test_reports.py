# SPDX-License-Identifier: Apache-2.0
"""Assessments on the command line and in reports: the same figures in each form, and no values."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner
from tests.made_case import Made, write_case
from tests.policies.test_case import ADDRESS, CARD, ID, NAME, PHONE, PREGNANCY, bare, of

from piidetect import report
from piidetect.case import open_case
from piidetect.cli import cli

ROWS = [of(n, NAME, PHONE, PREGNANCY) for n in range(1, 600)]
ROWS += [of(700, NAME, ID, ADDRESS), of(701, NAME, PHONE, CARD), of(700, NAME, ID), bare(9)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    directory = tmp_path_factory.mktemp("assessed") / "case"
    write_case(directory, [Made("孕妇.csv", tuple(ROWS))])
    return directory


def run(*arguments):
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert not isinstance(done.exception, Exception), done.exception
    return done


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "policy",
    ["cn-criminal-2017", "cn-public-security-2026", "cn-incident-2025", "gbt-35273-2020"],
)
def test_the_text_names_law_level_and_working(folder, lang, policy):
    done = run("assess", folder, "--policy", policy, "--lang", lang)
    assert done.exit_code == 0
    one = open_case(folder).assess(policy)
    assert one.policy.instrument in done.output
    for line in one.working:
        assert line in done.output
    shown = done.output.replace("\n    ", "")
    for rule in one.policy.rules.values():
        assert rule.quote in shown
    if lang == "zh" and one.level:
        assert {"below": "未达到标准", "serious": "情节严重"}[one.level] in done.output


def test_json_has_the_assessments_and_nothing_else(folder):
    done = run("assess", folder, "--duty", "--illegal-gain", "34000", "--format", "json")
    found = json.loads(done.stdout)
    assert found["schema"] == "piidetect.assessment/1"
    [one] = found["assessments"]
    assert (one["level"], one["points"]) == ("especially_serious", 599 * 10 + 3)
    assert one["items"] == ["5(1)(4)", "5(1)(7)", "5(1)(8)", "5(2)(3)"]
    assert one["parameters"]["duty"] is True
    assert {rule["verified"] for rule in one["rules"]} == {True, False}


def test_what_is_unverified_is_shown_as_such(folder):
    assert "未核对" in run("assess", folder, "--lang", "zh").output
    assert "unverified" in run("assess", folder, "--lang", "en").output


def test_the_list_of_records(folder, tmp_path):
    path = tmp_path / "list.csv"
    done = run("assess", folder, "--records", path)
    assert done.exit_code == 0
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    tiers = [(row["reading"], row["tier"]) for row in rows]
    assert tiers.count(("strict", "4")) == 599
    assert tiers.count(("strict", "3")) == 0
    assert tiers.count(("expansive", "3")) == 1
    assert tiers.count(("expansive", "4")) == 601
    assert rows[0] == {
        "policy": "cn-criminal-2017",
        "reading": "strict",
        "tier": "4",
        "source": "孕妇.csv",
        "row": "0",
        "byte_offset": "0",
        "copies": "1",
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--policy", "cn-2099"], "cn-criminal-2017"),
        (["--illegal-gain", "-5"], "illegal_gain"),
        (["--illegal-gain", "lots"], "illegal_gain"),
        (["--policy", "cn-app-necessity-2021"], "--app-type"),
        (["--app-type", "20"], "--app-type"),
        (["--public-source", "none.csv"], "none.csv"),
        (["--policy", "cn-incident-2025", "--records", "x.csv"], "--records"),
        (["--records", "/no/such/folder/x.csv"], "can't be written"),
    ],
)
def test_what_cannot_be_used_is_one_line(folder, arguments, says):
    done = run("assess", folder, *arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_failed_command_leaves_the_case_as_it_was(folder):
    def state():
        return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    before = state()
    run("assess", folder, "--policy", "cn-2099")
    run("assess", folder, "--public-source", "none.csv")
    run("assess", folder, "--records", "/no/such/folder/x.csv")
    assert state() == before


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_reports_show_assessments_where_asked_for(folder, form):
    plain = run("report", folder, "--format", form, "--lang", "zh").stdout
    asked = run(
        "report", folder, "--format", form, "--lang", "zh", "--policy", "cn-criminal-2017"
    ).stdout
    assert "情节严重" not in plain
    if form == "json":
        assert json.loads(plain)["assessments"] == []
        [one] = json.loads(asked)["assessments"]
        assert one == open_case(folder).assess().to_dict()
    else:
        assert "情节严重" in asked
        assert "5(1)(6): 100×0 + 10×599 + 1×3 = 5993 ≥ 5000" in asked
        assert "健康生理信息、交易信息等其他可能影响人身、财产安全" in asked.replace("\n    ", "")


def test_an_assessed_report_from_python(folder, tmp_path):
    case = open_case(folder)
    made = [case.assess(), case.assess("cn-pipl-sensitive")]
    path = case.report(tmp_path / "r.json", assessments=made)
    assert len(json.loads(path.read_text(encoding="utf-8"))["assessments"]) == 2
    page = case.report(tmp_path / "r.html", assessments=made, lang="en").read_text("utf-8")
    assert "especially serious" not in page
    assert "serious" in page
    assert report.build(case)["assessments"] == []


def test_scan_assesses_too(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,手机号\n" + "".join(f"张三,138001{n:05}\n" for n in range(5100)))
    done = run("scan", path, "--policy", "cn-criminal-2017", "--format", "json", "--lang", "zh")
    assert done.exit_code == 0, done.stderr
    [one] = json.loads(done.stdout)["assessments"]
    assert one["level"] == "serious"
    assert run("scan", path, "--policy", "nothing").exit_code == 2
    assert run("scan", path, "--duty").exit_code == 2
