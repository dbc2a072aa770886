# SPDX-License-Identifier: Apache-2.0
"""The groups hit: by age, place, operator and sector, each number once."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.made_case import Found, Made, Record, born, write_case

import piidetect as pii
from piidetect.case import open_case
from piidetect.cli import cli
from piidetect.count.places import count_places
from piidetect.schema import NO_PLACE, PLACE_SHIFT, SubjectKind, Verdict

ID, MOBILE, LANDLINE = "CN_RESIDENT_ID", "CN_MOBILE", "CN_LANDLINE"


def phone(place="", operator=0):
    return (int(place) - NO_PLACE if place else 0) << PLACE_SHIFT | operator


RECORDS = (
    Record((Found(ID, 1, detail=born(20150102)), Found(MOBILE, 1, detail=phone("3301", 1))), 1),
    Record((Found(ID, 1, detail=born(20150102)), Found(MOBILE, 2, detail=phone("3301", 5))), 2),
    Record((Found(ID, 2, detail=born(19500101, place="4206")), Found(MOBILE, 3)), 3),
    Record((Found(ID, 3, detail=born(19900101, male=True, place="1101")),), 4),
    Record((Found(LANDLINE, 1, detail=phone("4200")), Found(ID, 9, Verdict.UNKNOWN_REGION)), 5),
    Record((Found("CN_DISABILITY_CARD", 1),), 6, subject_kind=SubjectKind.ID, subject=2),
)


@pytest.fixture
def case(tmp_path):
    write_case(tmp_path / "case", [Made("a.csv", RECORDS[:3]), Made("b.csv", RECORDS[2:])])
    return open_case(tmp_path / "case")


def test_each_number_counts_once_in_its_place(case):
    found = {tuple(row[:-1]): row[-1] for row in case.places.itertuples(index=False, name=None)}
    assert found == {
        ("id", "浙江省", "杭州市", ""): 1,
        ("id", "湖北省", "襄阳市", ""): 1,
        ("id", "北京市", "", ""): 1,
        ("mobile", "浙江省", "杭州市", "China Mobile"): 1,
        ("mobile", "浙江省", "杭州市", "virtual"): 1,
        ("mobile", "", "", ""): 1,
        ("landline", "湖北省", "", ""): 1,
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_shows_groups_places_operators_and_sectors(case, lang, tmp_path):
    args = ["groups", str(case.directory), "--lang", lang]
    shown = CliRunner().invoke(cli, args)
    assert shown.exit_code == 0, shown.output
    for word in ("浙江省", "襄阳市", {"zh": "中国移动", "en": "China Mobile"}[lang]):
        assert word in shown.output
    data = json.loads(CliRunner().invoke(cli, [*args, "--format", "json"]).stdout)
    assert data["groups"]["disabled"] == 1
    assert data["groups"]["under_14"] == 1
    assert sum(row["distinct"] for row in data["places"]) == 7
    out = tmp_path / "groups.html"
    assert CliRunner().invoke(cli, [*args, "--out", str(out)]).exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert page.count("class=bar") >= 10
    assert "width:100.00%" in page


def test_a_format_that_is_unknown_is_refused(case):
    done = CliRunner().invoke(cli, ["groups", str(case.directory), "--out", "x.xyz"])
    assert done.exit_code == 2
    assert ".html" in done.output


places = st.sampled_from(["", "1101", "3301", "8301"])
findings = st.builds(
    lambda entity, value, place: Found(
        entity, value + 10 * ["", "1101", "3301", "8301"].index(place), detail=phone(place)
    ),
    st.sampled_from([MOBILE, LANDLINE]),
    st.integers(1, 5),
    places,
)


@given(st.lists(st.lists(findings, max_size=3), max_size=6), st.integers(0, 6), st.randoms())
def test_order_shards_and_repetition_change_nothing(tmp_path_factory, rows, cut, order):
    records = [Record(tuple(row), at) for at, row in enumerate(rows, 1)]
    shuffled = records * 2
    order.shuffle(shuffled)
    truth = Counter((one.entity, one.value, one.detail) for row in rows for one in row)
    wanted = Counter((entity, detail >> PLACE_SHIFT) for entity, _, detail in truth)
    for parts in ([Made("a", records)], [Made("a", shuffled[:cut]), Made("b", shuffled[cut:])]):
        folder = tmp_path_factory.mktemp("case") / "c"
        write_case(folder, parts)
        got = count_places(open_case(folder).folder, threads=2)
        assert {
            (one.entity, int(one.place) - NO_PLACE if one.place else 0): one.numbers for one in got
        } == dict(wanted)


def test_the_disabled_are_those_whose_card_is_found(tmp_path):
    """By the recognizer: a card holds its holder's ID, so one beside the ID tells of one person."""
    rows = ["姓名,身份证号,残疾人证号"]
    rows += ["李雷,110101190501010010,11010119050101001043"] * 2
    rows += ["韩梅,33010219000102005X,33010219000102005X11", "王芳,510229190106151127,"]
    rows += ["赵敏,,51022919010615112799"]  # no such class and grade
    path = tmp_path / "a.csv"
    path.write_text("\n".join([*rows, ""]), encoding="utf-8")
    case = pii.scan(path, out=tmp_path / "case")
    out = CliRunner().invoke(cli, ["groups", str(tmp_path / "case"), "--format", "json"]).stdout
    assert case.counts.loc["CN_DISABILITY_CARD", "distinct_valid"] == 2
    assert case.persons.loc["low", "persons"] == 3
    assert json.loads(out)["groups"]["disabled"] == 2
