# SPDX-License-Identifier: Apache-2.0
"""Lead sheets and rectifications of scanned tables."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import random

import pytest
from click.testing import CliRunner
from tests import seized

import piidetect as pii
from piidetect.cli import cli
from piidetect.errors import ArgumentError
from piidetect.report import tracks, words
from piidetect.report.paper import render
from piidetect.tracks.lead import _until, of_sources

DAY = "2025-06-30"
HEAD = ["产妇姓名", "身份证号", "手机号", "末次月经"]
PEOPLE = 30


def rows():
    rng = random.Random(8)
    found = []
    for number in range(PEOPLE):
        one = seized.person(rng, male=False, years=(1990, 2000))
        period = dt.date(2024, 1, 1) + dt.timedelta(days=number)
        found.append([one.name, one.resident_id, one.mobile, str(period)])
    return found


def write(path, lines, head=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head or HEAD, *lines])


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tracks")
    (folder / "key").write_text("0123456789abcdef" * 2)
    write(folder / "before" / "医院.csv", rows())
    write(folder / "before" / "用户.csv", [[f"u{n}@mail.example"] for n in range(5)], ["邮箱"])
    return folder


@pytest.fixture(scope="module")
def case(base):
    return scanned(base, "before")


def scanned(base, name):
    return pii.scan(
        base / name,
        out=base / f"case-{name}",
        key_file=base / "key",
        reference_date=DAY,
        threads=1,
    )


@pytest.fixture(scope="module")
def sheet(case):
    return pii.lead_sheet(case, "某医院", sources=["*医院.csv"], served="2025-12-31")


def test_the_sheet_is_of_the_holders_sources_alone(case, sheet):
    found = sheet.to_dict()
    assert [one["path"].rpartition("/")[2] for one in found["sources"]] == ["医院.csv"]
    assert found["figures"]["rows"] == found["figures"]["counted"] == PEOPLE
    assert found["figures"]["persons"] == {"low": PEOPLE, "point": PEOPLE, "high": PEOPLE}
    assert found["figures"]["groups"]["female"] == found["figures"]["groups"]["pregnant"] == PEOPLE
    assert (found["holder"]["kind"], found["case"]["id"]) == ("health", case.id)
    assert len(case.parts) == 2  # the case is as it was


def test_the_duties_are_those_that_the_data_touches(sheet):
    found = {one["id"]: one for one in sheet.to_dict()["duties"]}
    assert list(found) == ["lawful", "health", "sensitive", "delete", "secure", "assess", "notify"]
    assert found["health"]["entities"] == found["sensitive"]["entities"] == ["CN_PREGNANCY"]
    assert (found["delete"]["rows"], found["delete"]["persons"]) == (PEOPLE, PEOPLE)
    provisions = {one["id"] for one in sheet.to_dict()["provisions"]}
    assert {rule for one in found.values() for rule in one["rules"]} < provisions
    assert {"health-94", "pil-21"} <= provisions


def test_the_demands_say_what_is_measured(sheet):
    found = {one["id"]: (one["unit"], one["before"]) for one in sheet.to_dict()["demands"]}
    assert found == {
        "persons": ("person", PEOPLE),
        "values:CN_MOBILE": ("value", PEOPLE),
        "values:CN_PREGNANCY": ("cell", PEOPLE),
        "values:CN_RESIDENT_ID": ("value", PEOPLE),
        "values:PERSON": ("cell", PEOPLE),
        **{f"papers:{one}": ("", None) for one in ("lawful", "health", "sensitive", "secure")},
        **{f"papers:{one}": ("", None) for one in ("assess", "notify")},
    }


def test_what_may_be_kept_is_not_demanded(case):
    found = pii.lead_sheet(case, "某医院", sources="*医院.csv", keep="CN_MOBILE").to_dict()
    ids = {one["id"] for one in found["demands"]}
    assert "values:CN_MOBILE" not in ids
    assert "persons" not in ids  # with the number they can be reached
    assert "values:PERSON" in ids


def test_an_app_must_stop_what_goes_beyond_its_type(case):
    found = pii.lead_sheet(case, "某应用", app_type="20", keep=["CN_MOBILE"]).to_dict()
    assert found["holder"]["kind"] == "app"
    minimum = next(one for one in found["duties"] if one["id"] == "minimum")
    assert minimum["entities"] == ["CN_PREGNANCY", "CN_RESIDENT_ID", "EMAIL_ADDRESS", "PERSON"]
    stopped = [one["id"] for one in found["demands"] if one["kind"] == "new"]
    assert stopped == [f"new:{name}" for name in minimum["entities"]]


@pytest.mark.parametrize(
    ("served", "urgent", "by"),
    [
        ("2025-12-31", False, "2026-02-28"),
        ("2023-12-31", False, "2024-02-29"),
        ("2025-06-30", False, "2025-08-30"),
        ("2025-06-30", True, "2025-07-15"),
        (dt.date(2025, 11, 1), False, "2026-01-01"),
        (None, False, None),
    ],
)
def test_the_time_to_answer(case, served, urgent, by):
    found = pii.lead_sheet(case, "某医院", served=served, urgent=urgent).to_dict()
    assert found["reply"]["by"] == by
    assert found["reply"]["time"] == ({"days": 15} if urgent else {"months": 2})


def test_months_end_on_the_last_day():
    assert _until(dt.date(2025, 1, 31), ("months", 1, "")) == dt.date(2025, 2, 28)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"holder": " "}, "holder is empty"),
        ({"kind": "shop"}, "kind of holder 'shop' is unknown; use one of app"),
        ({"duties": ["hope"]}, "duty 'hope' is unknown"),
        ({"keep": ["PHONE"]}, "'PHONE' is no entity"),
        ({"served": "tomorrow"}, "write it as 2024-06-30"),
        ({"sources": ["none.csv"]}, "source 'none.csv' is none of the case's sources"),
        ({"app_type": "x"}, "there is no app type 'x'"),
    ],
)
def test_what_cannot_be_used_is_refused(case, asked, message):
    with pytest.raises(ArgumentError, match=message):
        pii.lead_sheet(case, **{"holder": "某医院", **asked})


def test_a_part_of_a_case_is_counted_as_if_it_were_alone(base, case):
    write(base / "alone" / "医院.csv", rows())
    alone, part = scanned(base, "alone"), of_sources(case, ["*医院.csv"])
    assert part.result.persons == alone.result.persons
    assert part.result.entities == alone.result.entities
    assert part.assess().tiers == alone.assess().tiers


def after(base, name, lines, head=None):
    write(base / name / "医院.csv", lines, head)
    return scanned(base, name)


def outcome(found):
    return {one.demand.id: (one.before, one.after, one.state) for one in found.measured}


def test_what_was_deleted_whole_is_met(base, case, sheet):
    found = pii.rectification(case, after(base, "nothing", [["2025"]], ["年份"]), sheet)
    assert found.complete
    assert set(outcome(found).values()) == {(PEOPLE, 0, "met")}
    assert found.to_dict()["complete"]


def test_what_was_not_touched_is_not_met(base, case, sheet):
    found = pii.rectification(case, after(base, "same", rows()), sheet)
    assert not found.complete
    assert set(outcome(found).values()) == {(PEOPLE, PEOPLE, "not_met")}


def test_what_was_deleted_in_part(base, case, sheet):
    half = after(base, "half", rows()[:10])
    found = outcome(pii.rectification(case, half, sheet))
    assert set(found.values()) == {(PEOPLE, 10, "partly")}


def test_a_hash_is_no_deletion(base, case, sheet):
    hashed = [
        [f"第{n}行", *(hashlib.md5(one.encode()).hexdigest() for one in row[1:3]), ""]
        for n, row in enumerate(rows())
    ]
    found = pii.rectification(case, after(base, "hashed", hashed), sheet)
    states = {name: state for name, (_, _, state) in outcome(found).items()}
    assert states["values:CN_RESIDENT_ID"] == states["values:CN_MOBILE"] == "reversible"
    assert states["persons"] == "reversible"
    assert states["values:CN_PREGNANCY"] == "met"
    assert not found.complete


def test_masking_is_shown_apart(base, case, sheet):
    masked = [[row[0][0] + "*", row[1][:6] + "*" * 8 + row[1][14:], "", ""] for row in rows()]
    found = outcome(pii.rectification(case, after(base, "masked", masked), sheet))
    assert found["values:CN_RESIDENT_ID"] == (PEOPLE, 0, "masked")
    assert found["values:CN_MOBILE"] == (PEOPLE, 0, "met")


def test_other_holders_are_left_out_of_the_later_case(base, case, sheet):
    write(base / "two" / "医院.csv", [["2025"]], ["年份"])
    write(base / "two" / "别人.csv", rows()[:3])
    later = scanned(base, "two")
    assert not pii.rectification(case, later, sheet).complete
    assert pii.rectification(case, later, sheet, sources="*医院.csv").complete
    with pytest.raises(ArgumentError, match=r"none\.csv"):
        pii.rectification(case, later, sheet, sources=["none.csv"])


def test_what_is_still_collected_is_not_met(base, case):
    demanded = pii.lead_sheet(case, "某应用", sources="*用户.csv", app_type="20")
    write(base / "others" / "用户.csv", [[f"v{n}@mail.example"] for n in range(4)], ["邮箱"])
    found = outcome(pii.rectification(case, scanned(base, "others"), demanded))
    assert found["new:EMAIL_ADDRESS"] == (None, 4, "not_met")
    assert found["values:EMAIL_ADDRESS"] == (5, 0, "met")


def test_what_could_not_be_read_is_not_taken_for_deleted(base, case, sheet):
    write(base / "unread" / "年份.csv", [["2025"]], ["年份"])
    (base / "unread" / "医院.zip").write_bytes(b"PK\x03\x04" + b"\x00" * 40)
    found = pii.rectification(case, scanned(base, "unread"), sheet)
    assert {state for _, _, state in outcome(found).values()} == {"unread"}
    assert not found.complete
    assert found.comparison.as_dict()["after"]["incomplete"] == 1


def test_the_sheet_may_come_from_a_file(base, case, sheet, tmp_path):
    path = tmp_path / "lead.json"
    path.write_text(json.dumps(sheet.to_dict(), ensure_ascii=False), encoding="utf-8")
    later = base / "case-half"
    found = pii.rectification(case, later, path)
    assert found.to_dict() == pii.rectification(case, later, sheet).to_dict()


def broken(change):
    def apply(data):
        change(data)
        return data

    return apply


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(schema="x"), "is no piidetect.lead/1"),
        (lambda d: d["case"].update(id="0" * 16), "is of case 0000000000000000"),
        (lambda d: d["demands"][0].update(kind="hope"), "was changed and can't be used"),
        (lambda d: d["demands"][1].update(entity="NOBODY"), "was changed and can't be used"),
        (lambda d: d["demands"][1].update(unit="soul"), "was changed and can't be used"),
        (lambda d: d["demands"][1].update(duties=["hope"]), "was changed and can't be used"),
        (lambda d: d.pop("reply"), "was changed and can't be used"),
        (lambda d: d.update(demands=3), "was changed and can't be used"),
        (lambda d: d["sources"][0].update(path="other.csv"), "is none of the case's"),
    ],
)
def test_a_changed_sheet_is_refused(base, case, sheet, change, message):
    data = json.loads(json.dumps(sheet.to_dict()))
    change(data)
    with pytest.raises(ArgumentError, match=message):
        pii.rectification(case, case, data)


def test_other_files_and_other_keys_are_refused(base, case, sheet, tmp_path):
    for content in ("{", "[]", "[" * 100_000, ""):
        path = tmp_path / "lead.json"
        path.write_text(content)
        with pytest.raises(ArgumentError, match="make it with"):
            pii.rectification(case, case, path)
    with pytest.raises(ArgumentError, match="can't be read"):
        pii.rectification(case, case, tmp_path / "none.json")
    other = pii.scan(base / "before", out=tmp_path / "other", reference_date=DAY, threads=1)
    with pytest.raises(ArgumentError, match="different keys"):
        pii.rectification(case, other, sheet)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["text", "html", "json"])
def test_papers_hold_the_figures_and_no_value(base, case, sheet, lang, form):
    said = words(lang)
    found = pii.rectification(case, base / "case-half", sheet)
    texts = [
        render(tracks.lead_paper(sheet, said), form),
        render(tracks.rectification_paper(found, said), form),
    ]
    for row in rows():
        assert not any(value in text for text in texts for value in row[1:3])
    if form != "json":
        assert "主动删除" in texts[0] if lang == "zh" else "deletion" in texts[0]
        assert ("部分整改" if lang == "zh" else "partly") in texts[1]
        assert "第四十七条" in texts[0]
        assert "第四十七条" in texts[1]


def test_the_commands(base, case, tmp_path):
    lead, paper = tmp_path / "lead.json", tmp_path / "paper.docx"
    run = CliRunner().invoke
    asked = ["lead", str(case.directory), "--holder", "某医院", "--source", "*医院.csv"]
    assert run(cli, [*asked, "--served", "2025-07-01", "--out", str(lead)]).exit_code == 0
    done = run(cli, [*asked, "--lang", "zh"])
    assert "某医院（医疗卫生机构）持有 30 行" in done.stdout
    compare = ["rectification", str(case.directory), str(base / "case-half"), "--lead", str(lead)]
    done = run(cli, [*compare, "--format", "json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["reply_by"] == "2025-09-01"
    done = run(cli, [*compare, "--out", str(paper)])
    assert (done.exit_code, paper.read_bytes()[:2]) == (1, b"PK")
    whole = ["rectification", str(case.directory), str(base / "case-nothing"), "--lead", str(lead)]
    assert run(cli, whole).exit_code == 0
    bad = run(cli, [*asked, "--out", str(tmp_path / "x.pdf")])
    assert bad.exit_code == 2
    assert "no such format" in bad.stderr
