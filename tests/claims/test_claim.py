# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import contextlib
import json
from decimal import Decimal

import duckdb
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_case import Found, Made, Record, write_case
from tests.sampling.test_sample import fill

from piidetect.claims.figures import case_figures
from piidetect.cli import cli
from piidetect.errors import ArgumentError
from piidetect.schema import SubjectKind, Verdict

CATEGORIES = {"CN_RESIDENT_ID": ["identity"], "CN_MOBILE": ["contact"], "PERSON": ["identity"]}
STAFF = (
    {
        "position": 2,
        "header": "医生",
        "entity": "PERSON",
        "whose": "doctor",
        "evidence": "",
        "kind": "",
    },
)


def person(number, **more):
    found = (Found("CN_RESIDENT_ID", number), Found("CN_MOBILE", number, column=1))
    return Record(
        found, content=number, subject_kind=SubjectKind.ID, subject=number, contact=number, **more
    )


def named(number, contact):
    found = (Found("PERSON", number, column=3), Found("CN_MOBILE", contact, column=1))
    kind = SubjectKind.NAME_CONTACT
    return Record(found, content=1000 + number, subject_kind=kind, subject=number, contact=contact)


@pytest.fixture
def case(tmp_path):
    records = (
        [person(n) for n in range(1, 31)]
        + [person(1)] * 5
        + [named(n, n + 20) for n in range(1, 21)]
    )
    return write_case(tmp_path / "case", [Made("甲.csv", tuple(records))], categories=CATEGORIES)


def asked(case, sql):
    """Run a query where its reader does: in the case folder."""
    with contextlib.chdir(case.directory):
        [(value,)] = duckdb.connect().execute(sql).fetchall()
    return value


# ------------------------------------------------------------------ provenance

kinds = st.sampled_from(list(SubjectKind))
verdicts = st.sampled_from(
    [Verdict.VALID, Verdict.UNKNOWN_REGION, Verdict.UNCHECKED, Verdict.MASKED]
)
finding = st.builds(
    Found,
    st.sampled_from(["CN_RESIDENT_ID", "CN_FOREIGN_PERMANENT_RESIDENT_ID", "PERSON", "CN_MOBILE"]),
    value=st.integers(1, 6),
    verdict=verdicts,
    column=st.integers(0, 3),
)
records = st.builds(
    Record,
    st.lists(finding, max_size=4).map(tuple),
    content=st.integers(1, 8),
    subject_kind=kinds,
    subject=st.integers(1, 6),
    contact=st.integers(0, 6),
)


@settings(max_examples=40)
@given(
    st.lists(st.lists(records, max_size=12), min_size=1, max_size=3), st.booleans(), st.booleans()
)
def test_each_query_gives_its_figure(tmp_path_factory, parts, bare_phone, without_ids):
    if without_ids:  # then the low figure comes from names
        parts = [
            [r for r in part if not any("ID" in found.entity for found in r.findings)]
            for part in parts
        ]
    made = [Made(f"{3 - at}.csv", tuple(part), STAFF) for at, part in enumerate(parts)]
    case = write_case(
        tmp_path_factory.mktemp("c") / "case",
        made,
        categories=CATEGORIES,
        parameters={"bare_phone": bare_phone},
    )
    figures = case_figures(case)
    assert [one.name for one in figures][:5] == ["seized", "counted", "low", "point", "high"]
    assert {one.name: asked(case, one.sql) for one in figures} == {
        one.name: one.value for one in figures
    }


def test_figures_name_their_step_of_the_funnel(case):
    steps = {step.step: step.remaining for step in case.result.funnel}
    for figure in case_figures(case):
        if figure.step:
            assert figure.value == steps[figure.step]


# ------------------------------------------------------------------ the bases


def test_a_proved_gain(case):
    claim = case.claim("gain", gains=["孙某=34000@判决书"])
    assert claim.total == Decimal(34000)
    assert [(one.defendant, one.amount) for one in claim.shares] == [("孙某", Decimal(34000))]
    assert claim.punitive is None


def test_gains_severally(case):
    claim = case.claim("gain", gains=["邹某=30000", "韩某=15170"], liability="several")
    assert claim.total == Decimal(45170)
    assert [one.amount for one in claim.shares] == [Decimal(30000), Decimal(15170)]


def test_joint_liability_is_for_the_whole(case):
    defendants = {"甲": "", "乙": "", "丙": ""}
    claim = case.claim("gain", gains=["100000"], defendants=defendants, liability="joint")
    assert {one.amount for one in claim.shares} == {Decimal(100000)}
    assert claim.total == Decimal(100000)


def test_loss_and_expenses(case):
    claim = case.claim("loss", losses=["12000.5@鉴定"], expenses=["律师费=5000@发票"])
    assert claim.total == Decimal("17000.50")
    assert [one.source for one in claim.items] == ["鉴定", "发票"]


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ({}, "42.50"),  # 50 records that count
        ({"per": "person"}, "25.50"),  # 30 IDs
        (
            {"per": "person", "figure": "point"},
            "34.00",
        ),  # 10 more: 10 of the 20 are known by contact
    ],
)
def test_discretion_by_unit_price(case, options, total):
    claim = case.claim("discretion", unit_price="0.85@聊天记录", **options)
    assert claim.total == Decimal(total)
    assert claim.price.source == "聊天记录"
    assert asked(case, claim.number.sql) == claim.number.value


def test_discretion_by_experts(case):
    claim = case.claim("discretion", amount="600000@专家意见", factors={"社会危害": "浏览400万次"})
    assert claim.total == Decimal(600000)
    assert "ceiling" in claim.notes
    assert "ceiling" not in case.claim("discretion", amount="500000@专家意见").notes


def test_punitive_is_apart(case):
    claim = case.claim("gain", gains=["100"], punitive="1.5")
    assert claim.total == Decimal(100)
    assert claim.punitive.amount == Decimal(150)


def test_records_by_art_11(case, tmp_path):
    path = tmp_path / "events.csv"
    rows = "甲,acquire,,,*\n甲,sell,乙,,甲.csv\n甲,sell,丙,,甲.csv\n"
    path.write_text("actor,act,counterparty,date,sources\n" + rows, encoding="utf-8")
    options = {"figure": "received", "events": path}
    claim = case.claim("discretion", unit_price="1@x", actor="甲", **options)
    assert claim.number.value == 100 == asked(case, claim.number.sql)
    with pytest.raises(ArgumentError, match="the actors are: 甲"):
        case.claim("discretion", unit_price="1@x", actor="丁", **options)


def test_records_by_sample(case, tmp_path):
    sheet = case.sample(30, seed="1").sheet(tmp_path / "sheet.csv")
    fill(sheet, {1: "false"})
    claim = case.claim("discretion", unit_price="1@x", figure="sampled", sample=sheet)
    assert claim.number.value == case.read_sample(sheet).true.low < 50
    assert asked(case, claim.number.sql) == 50  # the frame
    assert "seed=1" in claim.number.origin


@pytest.mark.parametrize(
    ("basis", "options", "words"),
    [
        ("profit", {"gains": ["1"]}, "not known"),
        ("gain", {}, "needs the gains"),
        ("gain", {"gains": ["1"], "losses": ["1"]}, "never mixed"),
        ("gain", {"gains": ["1"], "unit_price": "1@x"}, "never mixed"),
        ("gain", {"gains": ["-1"]}, "negative"),
        ("gain", {"gains": ["NaN"]}, "no amount of money"),
        ("gain", {"gains": ["0"]}, "comes to 0.00"),
        ("gain", {"gains": ["A=1", "B=2", "3"], "liability": "several"}, "have no name"),
        ("gain", {"gains": ["1"], "figure": "counted"}, "belongs to a unit price"),
        ("gain", {"gains": ["1"], "punitive": "-1"}, "negative"),
        ("gain", {"gains": ["1"], "punitive": "11"}, "can't be"),
        ("loss", {}, "needs the losses"),
        ("discretion", {}, "needs a unit price"),
        ("discretion", {"factors": {"a": "b"}}, "needs a unit price"),
        ("discretion", {"unit_price": "0.85"}, "needs its source"),
        ("discretion", {"amount": "1"}, "needs its source"),
        ("discretion", {"unit_price": "1@x", "amount": "1@x"}, "not both"),
        ("discretion", {"unit_price": "1@x", "per": "row"}, "per record or per person"),
        ("discretion", {"unit_price": "1@x", "figure": "low"}, "none of records"),
        ("discretion", {"unit_price": "1@x", "figure": "sampled"}, "--sample"),
        ("discretion", {"unit_price": "1@x", "figure": "received"}, "--events and --actor"),
        ("discretion", {"unit_price": "1@x", "sample": "s.csv"}, "belongs to the figure"),
    ],
)
def test_claims_that_can_not_be(case, basis, options, words):
    with pytest.raises(ArgumentError, match=words):
        case.claim(basis, **options)


# ------------------------------------------------------------------ the command


@pytest.fixture
def run(case, monkeypatch):
    monkeypatch.setenv("PIIDETECT_LANG", "en")

    def invoke(*arguments):
        result = CliRunner().invoke(cli, ["claim", str(case.directory), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


def test_the_paper(run, tmp_path):
    result = run("--basis", "gain", "--gain", "孙某=34000@判决书", "--lang", "zh")
    assert result.exit_code == 0, result.stderr
    assert "请求金额 34,000.00 元，大写人民币叁万肆仟元整" in result.stdout
    assert "select count(*) from read_parquet('parts/[0-9]*/records.parquet')" in result.stdout
    arguments = ("--basis", "discretion", "--unit-price", "0.85@chat", "--punitive", "2")
    assert "0.85 yuan x 50 records" in " ".join(run(*arguments).stdout.split())
    data = json.loads(run(*arguments, "--format", "json").stdout)
    assert data["total"] == {"yuan": "42.50", "capitals": "肆拾贰元伍角"}
    assert data["punitive"]["yuan"] == "85.00"
    for ending in ("docx", "html", "txt", "json"):
        assert run(*arguments, "--out", str(tmp_path / f"claim.{ending}")).exit_code == 0
        assert (tmp_path / f"claim.{ending}").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--basis is missing"),
        (("--basis", "gain", "--basis", "loss", "--gain", "1"), "given 2 times (gain, loss)"),
        (("--basis", "gain", "--basis", "gain", "--gain", "1"), "given 2 times (gain, gain)"),
        (("--basis", "gain", "--gain", "1", "--defendant", "A", "--defendant", "A"), "given twice"),
        (("--basis", "gain", "--gain", "=5"), "is empty"),
        (("--basis", "discretion", "--amount", "5@x", "--factor", "a"), "write NAME=VALUE"),
        (("--basis", "gain", "--gain", "1", "--out", "a.pdf"), "end the name in"),
        (("--basis", "gain", "--gain", "abc"), "no amount of money"),
    ],
)
def test_bad_arguments_are_one_line_and_change_nothing(run, case, arguments, words):
    before = sorted((path, path.stat().st_mtime_ns) for path in case.directory.rglob("*"))
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr
    assert sorted((p, p.stat().st_mtime_ns) for p in case.directory.rglob("*")) == before
