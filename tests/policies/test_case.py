# SPDX-License-Identifier: Apache-2.0
"""Assessments of cases: tiers, readings, switches, ledger, and where each record stands."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from tests.made_case import Found, Made, Record, born, write_case
from tests.test_count import databases

from piidetect.case import open_case
from piidetect.count.informations import Informations
from piidetect.errors import ArgumentError, CaseError
from piidetect.policies import policy_names
from piidetect.policies.categories import load_categories
from piidetect.schema import RowKind, SubjectKind, Verdict

ID, NAME, PHONE, ADDRESS = "CN_RESIDENT_ID", "PERSON", "CN_MOBILE", "CN_ADDRESS"
PREGNANCY, CARD, COMPANY = "CN_PREGNANCY", "CN_BANK_CARD", "CN_USCC"
LEVELS = ("below", "serious", "especially_serious")


def of(number, *entities, content=0):
    kind = SubjectKind.ID if ID in entities else SubjectKind.NAME_CONTACT
    return Record(
        tuple(Found(entity, number) for entity in entities),
        content or number,
        subject_kind=kind,
        subject=number,
        contact=number,
    )


def bare(number):
    return Record((Found(PHONE, number),), number, subject_kind=SubjectKind.CONTACT, contact=number)


def case_of(tmp_path, *parts, **options):
    made = [Made(f"{name}.csv", tuple(part)) for name, part in zip("abcdef", parts, strict=False)]
    return write_case(tmp_path / "case", made, **options)


def tiers(assessment):
    return tuple(assessment.tiers.values())


def scenario(assessment, name):
    return next(one for one in assessment.scenarios if one.name == name)


@pytest.mark.parametrize(
    ("entities", "strict", "expansive"),
    [
        ((NAME, PHONE), "5", "5"),
        ((ID,), "5", "5"),
        ((NAME, ADDRESS), "5", "5"),
        ((NAME, ID), "5", "4"),
        ((NAME, ID, ADDRESS), "5", "4"),
        ((ID, ADDRESS, PHONE), "5", "4"),
        ((NAME, PHONE, PREGNANCY), "4", "4"),
        ((NAME, ID, PREGNANCY, CARD), "4", "3"),
        ((NAME, PHONE, CARD), "5", "3"),
        ((NAME, PHONE, "CN_VISIT_NUMBER"), "5", "4"),
        ((NAME, PHONE, "ICD10_CODE"), "4", "4"),
        ((NAME, PHONE, "VIN"), "5", "3"),
        ((NAME, PHONE, COMPANY), "5", "5"),
    ],
)
def test_a_record_is_in_one_tier(tmp_path, entities, strict, expansive):
    found = case_of(tmp_path, [of(1, *entities)]).assess()
    assert found.tiers == {"3": 0, "4": 0, "5": 0, strict: 1}
    if strict == expansive:
        assert "expansive" not in [one.name for one in found.scenarios]
    else:
        assert scenario(found, "strict").tiers == found.tiers
        assert scenario(found, "expansive").tiers == {"3": 0, "4": 0, "5": 0, expansive: 1}
        assert any(note["code"].startswith("contested.") for note in found.notes)


def test_expectant_mothers_flip_the_band(tmp_path):
    rows = [of(n, NAME, PHONE, PREGNANCY) for n in range(1, 5001)]
    found = case_of(tmp_path, rows).assess()
    assert (found.level, tiers(found)) == ("especially_serious", (0, 5000, 0))
    assert found.items == ("5(1)(4)", "5(2)(3)")


def test_the_ledger_accounts_for_each_row(tmp_path):
    rows = [
        Record(kind=RowKind.BLANK),
        Record(content=2),
        Record((Found(ID, 1, Verdict.INVALID_CHECKSUM),), 3),
        bare(4),
        of(5, NAME, PHONE),
        of(5, NAME, PHONE),
        of(5, NAME, PHONE, content=9),
        of(6, NAME, PHONE, PREGNANCY),
    ]
    case = case_of(tmp_path, rows, [of(5, NAME, PHONE), bare(7)])
    found = case.assess()
    excluded = {one["step"]: one["number"] for one in found.ledger["excluded"] if one["number"]}
    assert excluded == {
        "blank": 1,
        "no_personal_information": 1,
        "untrue:invalid_checksum": 1,
        "not_identifiable": 2,
        "duplicate_content": 2,
        "duplicate_information": 1,
    }
    assert found.ledger["identity"] == "10 = 2 + 8"
    assert found.ledger["counted"] == sum(tiers(found)) == case.result.funnel[-1].remaining
    steps = {one["step"]: one["value"] for one in found.ledger["steps"]}
    assert list(steps) == ["R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R12"]
    assert steps["R2"] == {"rows": 9}
    assert steps["R3"] == {"rows": 8}
    assert steps["R5"] == {"rows": 7}
    assert steps["R4"] == {"rows": 5}
    assert steps["R6"] == {"records": 3}
    assert (steps["R7"][PHONE], steps["R8"][PHONE], steps["R8"]["records"]) == (5, 4, 2)


def test_rows_that_do_not_add_up_are_refused(tmp_path):
    case = case_of(tmp_path, [of(1, NAME, PHONE), of(2, NAME, PHONE)])
    whole = case.informations
    case.__dict__["informations"] = Informations(
        whole.pairs, Counter(dict.fromkeys(whole.information, 5))
    )
    with pytest.raises(CaseError, match="damaged"):
        case.assess()


def test_bare_phones_are_a_switch(tmp_path):
    case = case_of(tmp_path, [of(1, NAME, PHONE), bare(2), bare(3), bare(3)])
    assert tiers(case.assess()) == (0, 0, 1)
    assert tiers(case.assess(bare_phone=True)) == (0, 0, 3)
    assert scenario(case.assess(), "bare_phone_counted").tiers["5"] == 3
    assert scenario(case.assess(bare_phone=True), "bare_phone_excluded").tiers["5"] == 1
    assert case.assess(bare_phone=True).ledger["identity"] == "4 = 3 + 1"


def test_a_case_scanned_with_bare_phones_is_assessed_with_them(tmp_path):
    case = case_of(tmp_path, [bare(2)], parameters={"bare_phone": True})
    assert tiers(case.assess()) == (0, 0, 1)
    assert tiers(case.assess(bare_phone=False)) == (0, 0, 0)


def test_company_contacts_are_a_switch(tmp_path):
    rows = [of(1, NAME, PHONE, COMPANY), of(2, NAME, ID, COMPANY), of(3, NAME, PHONE)]
    case = case_of(tmp_path, rows)
    assert tiers(case.assess()) == (0, 0, 3)
    assert scenario(case.assess(), "companies_excluded").tiers["5"] == 2  # an ID is a person's
    found = case.assess(count_companies=False)
    assert tiers(found) == (0, 0, 2)
    assert {"step": "company_contact", "number": 1} in found.ledger["excluded"]
    assert found.ledger["identity"] == "3 = 2 + 1"


def test_public_sources_leave_out_what_stands_there_alone(tmp_path):
    case = case_of(tmp_path, [of(1, NAME, PHONE), of(2, NAME, PHONE)], [of(2, NAME, PHONE)])
    found = case.assess(public_sources=["a*"])
    assert tiers(found) == (0, 0, 1)
    assert {"step": "public_information", "number": 1} in found.ledger["excluded"]
    assert found.records(5)["source"].to_pylist() == ["b.csv"]
    assert tiers(case.assess(public_sources="b.csv")) == (0, 0, 2)
    with pytest.raises(ArgumentError, match=r"'c.csv'"):
        case.assess(public_sources=["c.csv"])


def test_changed_content_of_one_person_gives_both_figures(tmp_path):
    rows = [of(1, NAME, ID, PHONE), of(1, NAME, ID, PREGNANCY), of(2, NAME, ID), of(2, NAME, ID)]
    found = case_of(tmp_path, rows).assess()
    assert tiers(found) == (0, 1, 2)
    assert tuple(scenario(found, "one_per_person").tiers.values()) == (0, 1, 1)


def test_each_record_of_a_tier_is_listed_without_values(tmp_path):
    rows = [of(9, NAME, PHONE), of(1, NAME, PHONE, PREGNANCY), of(2, NAME, PHONE, CARD)]
    case = case_of(tmp_path, rows, [of(1, NAME, PHONE, PREGNANCY), of(3, NAME, PHONE, PREGNANCY)])
    found = case.assess()
    table = found.records(4)
    assert table.column_names == ["source", "row", "byte_offset", "copies"]
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("a.csv", 1, 100, 2),
        ("b.csv", 1, 100, 1),
    ]
    assert found.records("3").num_rows == 0
    assert found.records(3, "expansive")["row"].to_pylist() == [2]
    with pytest.raises(ArgumentError, match="tier 6"):
        found.records(6)
    with pytest.raises(ArgumentError, match="reading 'loose'"):
        found.records(3, "loose")


def test_a_band_below_the_criminal_line(tmp_path):
    case = case_of(tmp_path, [of(n, NAME, PHONE, PREGNANCY) for n in range(1, 500)])
    found = case.assess("cn-public-security-2026")
    assert (found.level, found.items) == ("below", ("56",))
    assert case.assess("cn-public-security-2026", duty=True).items == ("5(1)(8)",)
    assert found.records(4).num_rows == 499


def test_nothing_that_counts_is_no_offence(tmp_path):
    found = case_of(tmp_path, [bare(1)]).assess("cn-public-security-2026")
    assert (found.level, found.items) == ("below", ())


@pytest.mark.parametrize(
    ("low", "level", "items"),
    [
        (999_999, "below", ()),
        (1_000_000, "considerable", ("附件三",)),
        (10_000_000, "major", ("附件二",)),
        (99_999_999, "major", ("附件二",)),
        (100_000_000, "especially_major", ("附件一",)),
    ],
)
def test_incidents_by_persons(tmp_path, low, level, items):
    case = case_of(tmp_path, [of(1, NAME, ID)])
    persons = replace(case.result.persons, low=low, point=low, high=200_000_000)
    case.__dict__["result"] = replace(case.result, persons=persons)
    found = case.assess("cn-incident-2025")
    assert (found.level, found.items) == (level, items)
    assert scenario(found, "high").level == "especially_major"


def lines(assessment):
    return {(line.label, line.standing): line for line in assessment.lines}


def test_the_standards_count_the_same_case_differently(tmp_path):
    case = case_of(tmp_path, [of(1, NAME, ID), of(2, NAME, PHONE, PREGNANCY), of(3, NAME, PHONE)])
    pipl = lines(case.assess("cn-pipl-sensitive"))
    assert pipl["health", "firm"].counted == 1
    assert pipl["identity", "contested"].persons == 1
    assert pipl["any", "firm"].rows == 1
    assert pipl["any", "contested"].rows == 1
    assert lines(case.assess("gbt-35273-2020"))["any", "firm"].counted == 2
    assert ("identity", "contested") not in lines(case.assess("gbt-45574-2025"))
    classes = lines(case.assess("gbt-43697-2024"))
    assert classes["basic", "firm"].rows == 3
    assert classes["identity", "firm"].counted == 1


def test_children_under_14_are_always_sensitive(tmp_path):
    child = Record(
        (Found(ID, 1, detail=born(20150101)), Found(NAME, 1)),
        1,
        subject_kind=SubjectKind.ID,
        subject=1,
    )
    found = lines(case_of(tmp_path, [child]).assess("cn-pipl-sensitive"))
    assert found["minor", "firm"].persons == 1


@pytest.mark.parametrize("wanted", ["20", "local_life", "本地生活类", "本地生活"])
def test_what_a_decorating_app_holds_beyond_a_phone(tmp_path, wanted):
    case = case_of(tmp_path, [of(1, NAME, PHONE, ADDRESS), of(2, NAME, PHONE)])
    found = case.assess("cn-app-necessity-2021", app_type=wanted)
    by_label = {line.label: line for line in found.lines}
    assert by_label[PHONE].standing == "necessary"
    assert (by_label[NAME].standing, by_label[NAME].rows) == ("beyond", 2)
    assert (by_label[ADDRESS].standing, by_label[ADDRESS].persons) == ("beyond", 1)
    assert (by_label["any"].rows, by_label["any"].persons) == (2, 2)


def test_an_app_for_expectant_mothers_needs_nothing(tmp_path):
    case = case_of(tmp_path, [of(1, NAME, PHONE, PREGNANCY)])
    found = case.assess("cn-app-necessity-2021", app_type="female_health")
    assert {line.standing for line in found.lines} == {"beyond"}
    assert found.items == ("5",)


def test_a_condition_is_not_an_excess(tmp_path):
    case = case_of(tmp_path, [of(1, NAME, ID, PHONE)])
    found = case.assess("cn-app-necessity-2021", app_type="15")
    assert {line.label: line.standing for line in found.lines} == {
        PHONE: "necessary",
        NAME: "conditional",
        ID: "conditional",
    }
    assert any("仅挂号时" in note["zh"] for note in found.notes)


@pytest.mark.parametrize("wanted", [None, "shoes", "40"])
def test_the_type_of_app_is_never_guessed(tmp_path, wanted):
    case = case_of(tmp_path, [of(1, NAME, PHONE)])
    with pytest.raises(ArgumentError, match=r"female_health \(21"):
        case.assess("cn-app-necessity-2021", app_type=wanted)


def test_a_type_of_app_is_for_its_policy(tmp_path):
    with pytest.raises(ArgumentError, match="app_type"):
        case_of(tmp_path, [of(1, NAME, PHONE)]).assess(app_type="20")


def test_rules_on_what_is_not_found_yet_apply_when_it_is(tmp_path, monkeypatch):
    """An account and its password are one group: one record, item 3 where it pays."""
    from piidetect import schema
    from piidetect.policies import classify, names

    more = (*schema.ENTITIES, "PAYMENT_ACCOUNT", "PASSWORD", "FACE_IMAGE")
    numbers = {name: number for number, name in enumerate(more)}
    for module in (names, classify):
        monkeypatch.setattr(module, "ENTITIES", more, raising=False)
        monkeypatch.setattr(module, "ENTITY_NUMBER", numbers, raising=False)
    from piidetect.policies import load_policy

    classifier = classify.Classifier(load_policy("cn-criminal-2017").body)

    def tier(*entities, reading="strict"):
        return classifier.tier(sum(1 << numbers[name] for name in entities), reading)

    assert tier("PAYMENT_ACCOUNT", "PASSWORD") == "3"
    assert tier("PAYMENT_ACCOUNT") == "5"
    assert tier("WECHAT_ID", "PASSWORD") == "5"
    assert tier("WECHAT_ID", "PASSWORD", reading="expansive") == "3"
    assert tier(NAME, ID, ADDRESS, "FACE_IMAGE") == "4"
    [group] = classifier.bundles(1 << numbers["PAYMENT_ACCOUNT"] | 1 << numbers["PASSWORD"])
    assert group.group


def test_the_same_case_gives_the_same_bytes(tmp_path):
    rows = [of(n % 7 + 1, NAME, PHONE, content=n) for n in range(1, 30)] + [bare(90)]
    case = case_of(tmp_path, rows, rows[:9])
    for name in policy_names():
        options = {"app_type": "6"} if name == "cn-app-necessity-2021" else {}
        texts = {
            json.dumps(open_case(case.directory).assess(name, **options).to_dict())
            for _ in range(2)
        }
        assert len(texts) == 1
        assert f'"identity": "39 = {case.result.funnel[-1].remaining} + ' in texts.pop()


# ---------------------------------------------------------------- laws


def made(parts, directory):
    return write_case(
        directory, [Made(f"{number}.csv", tuple(part)) for number, part in enumerate(parts)]
    )


def twin_tier(record, reading):
    """The tier in plain Python, as the table of docs/reference/policies.md has it."""
    labels = load_categories().labels
    held = {f.entity for f in record.findings if f.verdict == Verdict.VALID}
    if Verdict.UNKNOWN_REGION in {f.verdict for f in record.findings}:
        held.add(ID)
    tiers_ = {getattr(labels[name], reading) for name in held}
    if (
        reading == "expansive"
        and ID in held
        and (NAME in held or (ADDRESS in held and held & {PHONE, "CN_LANDLINE"}))
    ):
        tiers_.add("4")
    return min(tiers_ & {"3", "4", "5"}, default="5")


@settings(max_examples=15, deadline=None)
@given(databases())
def test_tiers_equal_those_of_a_twin_in_plain_python(parts):
    with tempfile.TemporaryDirectory() as directory:
        case = made(parts, directory)
        found = case.assess()
        counted = case.result.funnel[-1].remaining
        assert sum(found.tiers.values()) == counted
        total = found.ledger["counted"] + sum(one["number"] for one in found.ledger["excluded"])
        assert found.ledger["rows"] == sum(map(len, parts)) == total
        for reading in ("strict", "expansive"):
            located = [
                (row["source"], row["row"], tier)
                for tier in ("3", "4", "5")
                for row in found.records(tier, reading).to_pylist()
            ]
            assert len(located) == counted
            for source, row, tier in located:
                record = parts[int(source.removesuffix(".csv"))][row]
                assert twin_tier(record, reading) == tier


@settings(max_examples=15, deadline=None)
@given(databases())
def test_the_readings_stand_in_order(parts):
    with tempfile.TemporaryDirectory() as directory:
        found = made(parts, directory).assess()
        points = {one.name: one.points for one in found.scenarios}
        points.setdefault("strict", found.points)
        assert points.get("one_per_person", found.points) <= found.points
        assert found.points <= points.get("expansive", found.points)
        assert found.points <= points.get("bare_phone_counted", found.points)
        assert points.get("companies_excluded", found.points) <= found.points


@settings(max_examples=15, deadline=None)
@given(databases())
def test_twice_the_same_changes_no_figure_that_counts(parts):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        once, twice = made(parts, one).assess(), made([*parts, *parts], two).assess()
        assert (once.level, once.points, once.tiers) == (twice.level, twice.points, twice.tiers)
        assert [s.tiers for s in once.scenarios] == [s.tiers for s in twice.scenarios]


def test_what_identifies_under_the_policy_only_is_said(tmp_path):
    rows = [of(1, NAME, PHONE), of(2, "CREDENTIAL"), of(3, "CREDENTIAL"), of(3, "CREDENTIAL")]
    case = case_of(tmp_path, rows)
    found = case.assess()
    assert case.result.funnel[-1].remaining == 1
    assert found.ledger["identity"] == "4 = 3 + 1"
    line = "cn-criminal-2017 identifies 2 records that the scan's rule doesn't, and not 0"
    assert line in found.working


def test_nothing_is_said_where_the_rules_agree(tmp_path):
    found = case_of(tmp_path, [of(1, NAME, PHONE), of(2, ID), bare(3)]).assess()
    assert not [line for line in found.working if "identifies" in line]
