# SPDX-License-Identifier: Apache-2.0
"""The figures of a case: small exact cases, laws, and a twin in plain Python."""

from __future__ import annotations

import datetime
import itertools
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_case import REFERENCE_DATE, Found, Made, Record, born, key, write_case

from piidetect.case_folder import read_folder
from piidetect.count import Identifiability, count
from piidetect.count.distinct import distinct_contents, distinct_values
from piidetect.count.funnel import UNTRUE
from piidetect.count.identifiability import entity_bits
from piidetect.count.persons import age_groups
from piidetect.count.tables import open_tables
from piidetect.errors import ArgumentError, CaseError
from piidetect.schema import ENTITY_NUMBER, RowKind, SubjectKind, Verdict

ID, NAME, PHONE = "CN_RESIDENT_ID", "PERSON", "CN_MOBILE"
FOREIGN_ID = "CN_FOREIGN_PERMANENT_RESIDENT_ID"
ADDRESS, PREGNANCY = "CN_ADDRESS", "CN_PREGNANCY"
CATEGORIES = {PHONE: ["contact"], ID: ["identity"], NAME: ["identity"]}


def counted(tmp_path, records, **options):
    directory = Path(tempfile.mkdtemp(dir=tmp_path)) / "case"
    write_case(directory, [Made("a.csv", tuple(records))], categories=CATEGORIES)
    return count(directory, threads=1, **options)


def excluded(counts):
    return {step.step: step.excluded for step in counts.funnel if step.excluded}


def person(number, content, *, phone=None, **options):
    """A record of one person known by ID, name and phone."""
    phone = phone or number
    found = (Found(ID, number), Found(NAME, number), Found(PHONE, phone))
    return Record(
        found,
        content,
        subject_kind=SubjectKind.ID,
        subject=number,
        contact=phone,
        **options,
    )


def named(name, phone, content, **options):
    """A record of one person known by name and phone."""
    return Record(
        (Found(NAME, name), Found(PHONE, phone)),
        content,
        subject_kind=SubjectKind.NAME_CONTACT,
        subject=1000 * name + phone,
        contact=phone,
        **options,
    )


def bare(phone, content):
    return Record(
        (Found(PHONE, phone),),
        content,
        subject_kind=SubjectKind.CONTACT,
        subject=phone,
        contact=phone,
    )


# ---------------------------------------------------------------- funnel


def test_each_record_is_left_out_for_one_reason(tmp_path):
    records = [
        Record(kind=RowKind.BLANK),
        Record(kind=RowKind.REPEATED_HEADER),
        Record(kind=RowKind.REPEATED_HEADER),
        Record(content=3),  # nothing in it
        Record((Found(ID, 1, Verdict.INVALID_CHECKSUM), Found(PHONE, 1, Verdict.IOT)), 4),
        Record((Found(ID, 0, Verdict.MASKED), Found(ID, 0, Verdict.PRECISION_LOST)), 5),
        bare(9, 6),
        person(1, 7),
        person(1, 7),  # the same cells
        person(1, 8),  # the same information in other cells
        person(2, 9),
        Record((Found(NAME, 3), Found(ADDRESS, 3)), 10, RowKind.TEXT),
    ]
    counts = counted(tmp_path, records)
    assert excluded(counts) == {
        "blank": 1,
        "repeated_header": 2,
        "no_personal_information": 1,
        "untrue:invalid_checksum": 1,
        "untrue:precision_lost": 1,
        "not_identifiable": 1,
        "duplicate_content": 1,
        "duplicate_information": 1,
    }
    assert [step.step for step in counts.funnel] == [
        "seized",
        "blank",
        "repeated_header",
        "no_personal_information",
        "untrue:invalid_checksum",
        "untrue:precision_lost",
        "not_identifiable",
        "duplicate_content",
        "duplicate_information",
        "counted",
    ]
    assert counts.funnel[0].remaining == counts.rows == 12
    assert counts.funnel[-1].remaining == 3


@pytest.mark.parametrize("verdict", [v for v in Verdict if v > Verdict.VALID])
def test_each_flaw_has_a_step(tmp_path, verdict):
    counts = counted(tmp_path, [Record((Found(ID, 1, verdict),))])
    step = f"untrue:{verdict.name.lower()}"
    assert excluded(counts) == ({} if verdict == Verdict.UNKNOWN_REGION else {step: 1})
    counts = counted(
        tmp_path, [Record((Found(ID, 1, verdict),))], policy=Identifiability(unknown_region=False)
    )
    assert excluded(counts) == {step: 1}


def test_ids_of_unknown_region_are_told_apart_by_their_cells(tmp_path):
    found = Found(ID, 1, Verdict.UNKNOWN_REGION)
    records = [Record((found,), 1), Record((replace(found, value=2),), 2), Record((found,), 1)]
    assert excluded(counted(tmp_path, records)) == {"duplicate_content": 1}


def test_the_same_cells_under_another_heading_are_other_information(tmp_path):
    records = [person(1, 5), named(1, 1, 5)]
    assert excluded(counted(tmp_path, records)) == {}


@pytest.mark.parametrize(
    ("entities", "identifiable"),
    [
        ((ID,), True),
        ((FOREIGN_ID,), True),
        (("CN_PASSPORT",), True),
        ((NAME, PHONE), True),
        ((NAME, "EMAIL_ADDRESS"), True),
        ((NAME, "CN_LANDLINE"), True),
        ((NAME, ADDRESS), True),
        ((NAME,), False),
        ((PHONE,), False),
        ((ADDRESS, PHONE), False),
        (("CN_BANK_CARD",), False),
        ((NAME, "DATE_OF_BIRTH"), False),
    ],
)
def test_what_identifies(tmp_path, entities, identifiable):
    record = Record(tuple(Found(entity, 1) for entity in entities))
    assert Identifiability().holds(record.mask, record.flaws) is identifiable
    counts = counted(tmp_path, [record])
    assert excluded(counts) == ({} if identifiable else {"not_identifiable": 1})


def test_bare_phones_count_with_the_switch(tmp_path):
    records = [bare(1, 1), bare(2, 2), Record((Found(NAME, 1),), 3)]
    counts = counted(tmp_path, records, policy=Identifiability(bare_phone=True))
    assert excluded(counts) == {"not_identifiable": 1}


# ---------------------------------------------------------------- persons


def test_persons_by_id(tmp_path):
    records = [
        person(1, 1),
        person(1, 2),
        person(2, 3),
        Record((*person(3, 4).findings, Found(ID, 4), Found(FOREIGN_ID, 4)), 4),  # two more in it
    ]
    persons = counted(tmp_path, records).persons
    assert (persons.low, persons.point, persons.high) == (5, 5, 5)
    assert persons.by_key == {ID: 4, FOREIGN_ID: 1, PHONE: 3}


def test_a_name_with_the_phone_of_a_known_id_is_nobody_new(tmp_path):
    records = [person(1, 1, phone=7), named(5, 7, 2), named(6, 8, 3), named(6, 8, 4), bare(7, 5)]
    persons = counted(tmp_path, records).persons
    assert (persons.low, persons.point, persons.high) == (2, 2, 2)


def test_bare_contacts_raise_the_high_figure_only(tmp_path):
    records = [person(1, 1), bare(2, 2), bare(2, 3), bare(3, 4), bare(1, 5)]
    persons = counted(tmp_path, records).persons
    assert (persons.low, persons.point, persons.high) == (1, 1, 3)


def test_uncertain_ids_raise_the_high_figure_unless_valid_elsewhere(tmp_path):
    uncertain = [
        Found(ID, 1, Verdict.UNCHECKED),
        Found(ID, 2, Verdict.UNKNOWN_REGION),
        Found(ID, 2, Verdict.UNCHECKED),
        Found(ID, 3, Verdict.UNCHECKED),
        Found(ID, 4, Verdict.INVALID_CHECKSUM),
        Found(ID, 0, Verdict.UNCHECKED),
    ]
    records = [person(1, 1), *(Record((found,), 9) for found in uncertain)]
    persons = counted(tmp_path, records).persons
    assert (persons.low, persons.point, persons.high) == (1, 1, 3)


def test_without_ids_different_names_are_different_people(tmp_path):
    records = [named(1, 1, 1), named(1, 2, 2), named(2, 3, 3), Record((Found(NAME, 9),), 4)]
    persons = counted(tmp_path, records).persons
    assert (persons.low, persons.point, persons.high) == (2, 3, 3)


def test_the_low_figure_is_never_above_the_point(tmp_path):
    mother_and_child = replace(
        named(1, 1, 1), findings=(*named(1, 1, 1).findings, Found(NAME, 2), Found(NAME, 3))
    )
    persons = counted(tmp_path, [mother_and_child]).persons
    assert (persons.low, persons.point) == (1, 1)


def test_names_of_doctors_are_not_persons_of_the_case(tmp_path):
    def visit(name, phone, content):
        record = named(name, phone, content)
        doctor = Found(NAME, 500 + content, column=4)
        return replace(record, findings=(*record.findings, doctor))

    columns = [
        {"position": 4, "header": "医生", "entity": NAME, "whose": "doctor"},
        {"position": 0, "header": "姓名", "entity": NAME, "whose": "subject"},
    ]
    records = (visit(1, 1, 1), visit(1, 2, 2))
    # the same position in another source is a patient's
    other = [{**columns[1], "position": 4}, {**columns[0], "position": 0}]
    parts = [Made("a.csv", records, tuple(columns)), Made("b.csv", (visit(1, 3, 3),), tuple(other))]
    write_case(tmp_path / "case", parts)
    assert count(tmp_path / "case").persons.low == 2  # 1, and the person in column 4 of b.csv
    write_case(tmp_path / "other", parts[:1])
    assert count(tmp_path / "other").persons.low == 1


# ---------------------------------------------------------------- groups

BIRTHDAY = datetime.date(2024, 6, 30)


@pytest.mark.parametrize("years", [14, 18, 60])
def test_an_age_is_reached_on_the_day_after_the_birthday(years):
    birth = 20240630 - years * 10_000
    names = {14: "under_14", 18: "under_18", 60: "over_60"}
    births = [np.array([born(birth)], np.int32)]
    on_the_day = age_groups(births, BIRTHDAY, pregnant=0)
    next_day = age_groups(births, BIRTHDAY + datetime.timedelta(1), pregnant=0)
    under = years < 60
    assert on_the_day[names[years]] == int(under)
    assert next_day[names[years]] == int(not under)


def test_groups_count_each_person_once(tmp_path):
    boy = Found(ID, 1, detail=born(20150102, male=True))
    old_woman = Found(ID, 2, detail=born(19050102))
    unknown = Found(FOREIGN_ID, 3)
    wrong = Found(ID, 4, Verdict.INVALID_CHECKSUM, detail=born(20150102, male=True))
    records = [Record((boy, boy, old_woman), 1), Record((boy, unknown, wrong), 2)]
    assert counted(tmp_path, records).groups == {
        "male": 1,
        "female": 1,
        "under_14": 1,
        "under_18": 1,
        "over_60": 1,
        "pregnant": 0,
    }


def test_pregnant_persons_are_subjects(tmp_path):
    def pregnant(record):
        return replace(record, findings=(*record.findings, Found(PREGNANCY, 1)))

    records = [
        pregnant(person(1, 1)),
        pregnant(person(1, 2)),
        person(2, 3),
        pregnant(named(3, 3, 4)),
        Record((Found(PREGNANCY, 1, Verdict.INVALID_DATE), Found(ID, 5)), 5),
        pregnant(Record(content=6)),  # nobody's
    ]
    assert counted(tmp_path, records).groups["pregnant"] == 2


# ---------------------------------------------------------------- entities and categories


def test_entities_and_categories(tmp_path):
    records = [
        person(1, 1),
        person(1, 2),
        Record((Found(PHONE, 1), Found(PHONE, 2), Found(PHONE, 0, Verdict.MASKED)), 3),
    ]
    counts = counted(tmp_path, records)
    assert counts.entities[PHONE] == {
        "findings": 5,
        "verdicts": {"valid": 4, "masked": 1},
        "distinct_valid": 2,
        "rows": 3,
    }
    assert list(counts.entities) == sorted([ID, PHONE, NAME])
    assert counts.categories == {
        "contact": {"rows": 3, "persons": 1},
        "identity": {"rows": 2, "persons": 1},
    }
    assert counts.histogram == {
        entity_bits(PHONE): 1,
        entity_bits(ID, NAME, PHONE): 2,
    }


def test_the_highest_key_and_bit_fit(tmp_path):
    assert len(ENTITY_NUMBER) < 64  # one bit of a subject isn't the mask's
    counts = counted(tmp_path, [Record((Found("URL", 1),), 1), Record((Found("URL", 2),), 2)])
    assert counts.entities["URL"]["distinct_valid"] == 2
    assert counts.histogram == {entity_bits("URL"): 2}


# ---------------------------------------------------------------- laws


ENTITIES = (ID, FOREIGN_ID, NAME, PHONE, "EMAIL_ADDRESS", ADDRESS, PREGNANCY)
VERDICTS = (Verdict.VALID, Verdict.VALID, Verdict.UNKNOWN_REGION, Verdict.UNCHECKED, Verdict.MASKED)
BORN = {
    born(20150102, male=True): (20150102, True),
    born(20060630, place="8303"): (20060630, False),
    born(19900101, male=True, place="1101"): (19900101, True),
    born(19500101): (19500101, False),
}
BIRTHS = (0, *BORN)


@st.composite
def findings(draw):
    entity = draw(st.sampled_from(ENTITIES))
    verdict = draw(st.sampled_from(VERDICTS))
    value = draw(st.integers(1, 4)) if verdict != Verdict.MASKED else 0
    detail = BIRTHS[value] if entity == ID else 0
    return Found(entity, value, verdict, detail, draw(st.integers(0, 3)))


@st.composite
def records(draw):
    kind = draw(st.sampled_from([*[RowKind.PARSED] * 4, *RowKind]))
    if kind in {RowKind.BLANK, RowKind.REPEATED_HEADER}:
        return Record(kind=kind)
    subject_kind = draw(st.sampled_from(list(SubjectKind)))
    return Record(
        tuple(draw(st.lists(findings(), max_size=4))),
        draw(st.integers(1, 5)),
        kind,
        subject_kind,
        0 if subject_kind == SubjectKind.NONE else draw(st.integers(1, 4)),
        draw(st.integers(0, 4)),
    )


def databases():
    return st.lists(st.lists(records(), max_size=8), max_size=3)


def figures(parts, **options):
    made = [Made(f"{number}.csv", tuple(part)) for number, part in enumerate(parts)]
    with tempfile.TemporaryDirectory() as directory:
        write_case(directory, made, categories=CATEGORIES)
        return count(directory, threads=1, **options)


def without_size(counts):
    return replace(counts, sources=0, bytes=0)


@settings(max_examples=40, deadline=None)
@given(databases(), st.booleans())
def test_the_figures_equal_those_of_a_twin_in_plain_python(parts, strict):
    rule = Identifiability(unknown_region=not strict)
    counts = figures(parts, policy=rule)
    rows = [record for part in parts for record in part]
    assert {name: value["distinct_valid"] for name, value in counts.entities.items()} == {
        name: len(values) for name, values in twin_values(rows).items()
    }
    assert {
        (name, verdict): number
        for name, value in counts.entities.items()
        for verdict, number in value["verdicts"].items()
    } == Counter((f.entity, f.verdict.name.lower()) for record in rows for f in record.findings)
    assert counts.histogram == Counter(record.mask for record in rows)
    assert excluded(counts) == twin_funnel(rows, rule)
    assert (counts.persons.low, counts.persons.point, counts.persons.high) == twin_persons(
        rows, rule
    )
    assert counts.groups == twin_groups(rows)
    assert counts.categories == twin_categories(rows)


@settings(max_examples=20, deadline=None)
@given(databases(), st.randoms(use_true_random=False))
def test_order_and_splitting_into_parts_change_nothing(parts, random):
    rows = list(itertools.chain(*parts))
    expected = without_size(figures(parts))
    random.shuffle(rows)
    cut = random.randint(0, len(rows))
    assert without_size(figures([rows])) == expected
    assert without_size(figures([rows[cut:], [], rows[:cut]])) == expected


@settings(max_examples=20, deadline=None)
@given(databases())
def test_doubling_the_input_doubles_findings_and_leaves_persons(parts):
    once, twice = figures(parts), figures(parts * 2)
    assert twice.rows == 2 * once.rows
    assert twice.persons == once.persons
    assert twice.groups == once.groups
    assert twice.funnel[-1].remaining == once.funnel[-1].remaining
    for name, value in once.entities.items():
        assert twice.entities[name]["findings"] == 2 * value["findings"]
        assert twice.entities[name]["rows"] == 2 * value["rows"]
        assert twice.entities[name]["distinct_valid"] == value["distinct_valid"]


@settings(max_examples=20, deadline=None)
@given(databases(), st.integers(100, 2000), st.integers(1, 3))
def test_little_memory_and_many_threads_change_nothing(parts, memory, threads):
    made = [Made(f"{number}.csv", tuple(part), batch=3) for number, part in enumerate(parts)]
    with tempfile.TemporaryDirectory() as directory:
        case = write_case(directory, made)
        found = [part.findings for part in case.parts]
        held = [part.records for part in case.parts]
        rule = Identifiability()
        values, contents = distinct_values(found, 1 << 30), distinct_contents(held, rule, 1 << 30)
        little = distinct_values(found, memory, threads)
        assert little == values
        assert sorted(itertools.chain(*little.births)) == sorted(itertools.chain(*values.births))
        assert distinct_contents(held, rule, memory, threads) == contents


@settings(max_examples=20, deadline=None)
@given(databases())
def test_the_funnel_sums_and_the_figures_are_ordered(parts):
    counts = figures(parts)
    assert counts.funnel[0].remaining == counts.rows == sum(map(len, parts))
    for before, after in itertools.pairwise(counts.funnel):
        assert after.remaining == before.remaining - after.excluded
        assert after.excluded >= 0
    persons = counts.persons
    assert 0 <= persons.low <= persons.point <= persons.high


# ---------------------------------------------------------------- the twin


def twin_values(rows):
    values = {}
    for record in rows:
        for found in record.findings:
            held = values.setdefault(found.entity, set())
            if found.verdict == Verdict.VALID:
                held.add(found.value)
    return values


def twin_step(record, rule):
    if record.kind in {RowKind.BLANK, RowKind.REPEATED_HEADER}:
        return record.kind.name.lower()
    entities = {f.entity for f in record.findings if f.verdict == Verdict.VALID}
    verdicts = {f.verdict for f in record.findings}
    if entities & {ID, FOREIGN_ID} or (
        NAME in entities and entities & {PHONE, "EMAIL_ADDRESS", ADDRESS}
    ):
        return ""
    if rule.unknown_region and Verdict.UNKNOWN_REGION in verdicts:
        return ""
    if entities:
        return "not_identifiable"
    for verdict, _ in UNTRUE:
        if verdict in verdicts:
            return f"untrue:{verdict.name.lower()}"
    return "no_personal_information"


def twin_funnel(rows, rule):
    tally, contents, infos = Counter(), set(), set()
    for record in rows:
        step = twin_step(record, rule)
        if not step:
            info = record.info or record.content
            if (record.content, record.info) in contents:
                step = "duplicate_content"
            elif info in infos:
                step = "duplicate_information"
            contents.add((record.content, record.info))
            infos.add(info)
        if step:
            tally[step] += 1
    return dict(tally)


def twin_persons(rows, rule):
    found = [f for record in rows for f in record.findings]
    ids = {(f.entity, f.value) for f in found if f.entity in {ID, FOREIGN_ID} and f.verdict == 1}
    maybe = {
        (f.entity, f.value)
        for f in found
        if f.entity in {ID, FOREIGN_ID} and f.verdict in {6, 13} and f.value
    }
    contacts = {kind: set() for kind in SubjectKind}
    subjects = {}
    for record in rows:
        if record.contact:
            contacts[record.subject_kind].add(record.contact)
        if record.subject_kind in {SubjectKind.NAME_CONTACT, SubjectKind.NAME_ADDRESS}:
            subject = (record.subject_kind, record.subject)
            subjects.setdefault(subject, set()).add(record.contact)
    taken = contacts[SubjectKind.ID]
    new = [subject for subject, held in subjects.items() if not held & taken]
    known = taken | contacts[SubjectKind.NAME_CONTACT] | contacts[SubjectKind.NAME_ADDRESS]
    point = len(ids) + len(new)
    low = max(len(ids), len(twin_names(rows, rule)))
    point = max(point, low)
    return low, point, point + len(maybe - ids) + len(contacts[SubjectKind.CONTACT] - known)


def twin_names(rows, rule):
    """One name of each record and of each ID: the least by its key, if it is valid."""
    strict = replace(rule, unknown_region=False)
    ties = {"CN_MOBILE", "EMAIL_ADDRESS", "CN_LANDLINE", "CN_PASSPORT", "WECHAT_ID", "QQ_NUMBER"}

    def values(record, entities):
        return {(f.entity, f.value) for f in record.findings if f.entity in entities and f.value}

    of_ids = set()
    for record in rows:
        if values(record, {ID, FOREIGN_ID}):
            of_ids |= values(record, ties)
    units = {}
    for number, record in enumerate(rows):
        ids = values(record, {ID, FOREIGN_ID})
        if not ids and values(record, ties) & of_ids:
            continue
        unit = min(ids, key=lambda one: key(*one)[0]) if ids else number
        units.setdefault(unit, []).append(record)
    names = set()
    for records in units.values():
        held = [
            (key(NAME, f.value)[0], f.value, f.verdict, record)
            for record in records
            for f in record.findings
            if f.entity == NAME and f.value
        ]
        least = min((one[0] for one in held), default=0)
        names |= {
            value
            for first, value, verdict, record in held
            if first == least and verdict == Verdict.VALID and strict.holds(record.mask, 0)
        }
    return names


def twin_groups(rows):
    births = {
        (f.value, f.detail)
        for record in rows
        for f in record.findings
        if f.entity == ID and f.verdict == Verdict.VALID and f.detail
    }
    today = REFERENCE_DATE

    def full_years(detail):
        birth = datetime.date.fromisoformat(str(BORN[detail][0]))
        return today.year - birth.year - ((today.month, today.day) <= (birth.month, birth.day))

    ages = [full_years(detail) for _, detail in births]
    return {
        "female": sum(not BORN[detail][1] for _, detail in births),
        "male": sum(BORN[detail][1] for _, detail in births),
        "under_14": sum(age < 14 for age in ages),
        "under_18": sum(age < 18 for age in ages),
        "over_60": sum(age >= 60 for age in ages),
        "pregnant": len(twin_subjects(rows, {PREGNANCY})),
    }


def twin_subjects(rows, entities):
    kinds = {SubjectKind.ID, SubjectKind.NAME_CONTACT, SubjectKind.NAME_ADDRESS}
    return {
        (record.subject_kind, record.subject)
        for record in rows
        if record.subject_kind in kinds
        and any(f.entity in entities and f.verdict == Verdict.VALID for f in record.findings)
    }


def twin_categories(rows):
    result = {}
    for category, entities in {"contact": {PHONE}, "identity": {ID, NAME}}.items():
        held = sum(
            any(f.entity in entities and f.verdict == Verdict.VALID for f in record.findings)
            for record in rows
        )
        if held:
            result[category] = {"rows": held, "persons": len(twin_subjects(rows, entities))}
    return result


# ---------------------------------------------------------------- hostile surroundings


@pytest.mark.parametrize("name", ["it's", "a[1]", "x*y?", "{records}", "案 件"])
def test_names_of_folders_are_taken_literally(tmp_path, name):
    write_case(tmp_path / name, [Made("a.csv", (person(1, 1),))])
    (tmp_path / "a1").mkdir()  # what a[1] would stand for
    assert count(tmp_path / name).persons.low == 1


def test_nothing_is_left_in_the_case_folder(tmp_path):
    write_case(tmp_path / "case", [Made("a.csv", (person(1, 1),))])
    before = sorted(tmp_path.rglob("*"))
    count(tmp_path / "case")
    assert sorted(tmp_path.rglob("*")) == before


def test_an_unusable_temporary_folder_is_one_clear_line(tmp_path):
    write_case(tmp_path / "case", [])
    case = read_folder(tmp_path / "case")
    with (
        pytest.raises(CaseError, match=r"temporary folder .*absent"),
        open_tables(case, temp_directory=tmp_path / "absent"),
    ):
        pass


def test_too_little_memory_is_one_clear_line(tmp_path):
    write_case(tmp_path / "case", [Made("a.csv", tuple(named(n, n, n) for n in range(1, 3000)))])
    case = read_folder(tmp_path / "case")
    with (
        pytest.raises(CaseError, match="raise memory_limit") as caught,
        open_tables(case, memory_limit="1MB") as tables,
    ):
        tables.rows("select distinct key0, key1 from {findings} order by key0")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", ["", "512", "0MB", "-1GB", "much", "1e3MB", "80%"])
def test_a_memory_limit_that_is_no_size_is_one_clear_line(tmp_path, size):
    write_case(tmp_path / "case", [])
    with pytest.raises(ArgumentError, match="512MB"):
        count(tmp_path / "case", memory_limit=size)


def test_no_source_is_opened(tmp_path):
    write_case(tmp_path / "case", [Made("absent.csv", (person(1, 1),))])
    code = (
        "import sys\n"
        "sys.addaudithook(lambda e, a: e == 'open' and 'absent.csv' in str(a[0]) and exit(9))\n"
        "from piidetect.count import count\n"
        "print(count(sys.argv[1]).rows)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "case")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "1\n")
