# SPDX-License-Identifier: Apache-2.0
"""What is left of a case in a later one: exact presence against a simple twin, forms of columns."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import shutil
from collections import defaultdict

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_case import Found, Made, Record, write_case

import piidetect as pii
from piidetect.case.compared import compare
from piidetect.cli import cli
from piidetect.columns.forms import form_of
from piidetect.errors import ArgumentError
from piidetect.schema import SubjectKind, Verdict

KEY = "00112233445566778899aabbccddeeff\n"
HEAD = ["姓名", "身份证号", "手机号码", "家庭住址"]
SURNAMES, GIVEN = "赵钱孙李周吴郑王", "伟芳娜敏静丽强磊"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident_id(number):
    """An invented ID of 1900 to 1904."""
    first = (
        f"110101{1900 + number % 5}{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    )
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


def person(number):
    name = SURNAMES[number % 8] + GIVEN[number // 8 % 8] + GIVEN[number // 64 % 8]
    street = f"北京市东城区和平路{number + 1}号幸福小区{number % 30 + 1}幢{number % 9 + 1}0{number % 9 + 1}室"
    return [name, resident_id(number), f"138{10000000 + number * 7919 % 89999999:08d}", street]


def store(path, rows, head=HEAD):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    path.write_text(KEY, encoding="ascii")
    return path


@pytest.fixture
def scanned(tmp_path, key):
    def scan(name, rows, head=HEAD):
        path = store(tmp_path / f"{name}.csv", rows, head)
        return pii.scan(path, out=tmp_path / name, key_file=key, reference_date="2024-06-30")

    return scan


def test_a_case_compared_with_itself_is_all_there(scanned):
    case = scanned("a", [person(n) for n in range(40)])
    found = case.compare(case)
    assert found.persons["persons"].to_dict() == {
        "before": 40,
        "still_there": 40,
        "reachable": 0,
        "gone": 0,
        "new": 0,
    }
    assert found.information.loc["unchanged", "information"] == 40
    assert not found.complete
    assert set(found.columns["state"]) == {"kept"}


def test_a_deletion_is_complete_where_nothing_is_found_again(scanned):
    before = scanned("a", [person(n) for n in range(40)])
    after = scanned("b", [person(n) for n in range(100, 130)])
    found = before.compare(after)
    assert found.complete
    assert found.persons["persons"].to_dict() == {
        "before": 40,
        "still_there": 0,
        "reachable": 0,
        "gone": 40,
        "new": 30,
    }


def test_dropping_the_id_column_leaves_persons_reachable(scanned):
    people = [person(n) for n in range(40)]
    before = scanned("a", people)
    after = scanned("b", [[p[0], p[2], p[3]] for p in people[:30]], [HEAD[0], *HEAD[2:]])
    found = before.compare(after)
    persons = found.persons["persons"]
    assert (persons["still_there"], persons["reachable"], persons["gone"]) == (0, 30, 10)
    assert persons["new"] == 0
    states = found.columns.set_index("header")["state"]
    assert states["身份证号"] == "removed"
    assert states["手机号码"] == "reduced"


def test_name_and_address_alone_are_still_the_person(scanned):
    people = [person(n) for n in range(40)]
    before = scanned("a", people)
    after = scanned("b", [[p[0], "", "", p[3]] for p in people[:25]])
    persons = before.compare(after).persons["persons"]
    assert (persons["reachable"], persons["gone"], persons["new"]) == (25, 15, 0)


def test_values_in_another_column_are_moved(scanned):
    people = [person(n) for n in range(40)]
    before = scanned("a", people)
    moved = [[p[0], "", "", f"办理人证件{p[1]}，请核对"] for p in people]
    after = scanned("b", moved, ["姓名", "身份证号", "手机号码", "备注"])
    values = before.compare(after).values.loc["CN_RESIDENT_ID"]
    assert values.to_dict() == {"before": 40, "still_there": 40, "moved": 40, "gone": 0, "new": 0}


@pytest.mark.parametrize(
    ("state", "form", "write"),
    [
        ("hashed", "hex_32", lambda text: hashlib.md5(text.encode()).hexdigest()),
        ("hashed", "hex_40", lambda text: hashlib.sha1(text.encode()).hexdigest()),
        ("hashed", "hex_64", lambda text: hashlib.sha256(text.encode()).hexdigest().upper()),
        ("encoded", "base64_text", lambda text: base64.b64encode(text.encode()).decode()),
        (
            "encrypted",
            "cipher",
            lambda text: base64.b64encode(hashlib.sha512(text.encode()).digest()[:32]).decode(),
        ),
        ("masked", "", lambda text: f"{text[:3]}****{text[7:]}"),
    ],
)
def test_what_became_of_a_column(scanned, state, form, write):
    people = [person(n) for n in range(40)]
    before = scanned("a", people)
    after = scanned("b", [[p[0], "", write(p[2]), ""] for p in people])
    found = before.compare(after)
    column = found.columns.set_index("header").loc["手机号码"]
    assert (column["state"], column["form"]) == (state, form)
    assert column["gone"] == 40
    assert column["indicated"] == (0 if state == "masked" else 40)
    assert column["masked_after"] == (40 if state == "masked" else 0)
    assert found.complete == (state == "masked")


def test_forms_are_of_nine_in_ten_cells():
    digest = [hashlib.md5(bytes([n])).hexdigest().encode() for n in range(9)]
    assert form_of([*digest, b"-"]) == "hex_32"
    assert form_of([*digest[:8], b"-", b"-"]) == ""
    assert form_of(digest[:4]) == ""
    assert form_of([b"13800138001"] * 9) == ""
    assert form_of([b"1" * 32] * 9) == ""


def test_other_keys_are_refused_with_the_remedy(scanned, tmp_path):
    before = scanned("a", [person(n) for n in range(5)])
    other = pii.scan(tmp_path / "a.csv", out=tmp_path / "b", reference_date="2024-06-30")
    with pytest.raises(ArgumentError, match="different keys.*rekey"):
        before.compare(other)
    result = CliRunner().invoke(cli, ["compare", str(tmp_path / "a"), str(tmp_path / "b")])
    assert result.exit_code == 2


def test_the_certificate_holds_no_raw_value_and_is_the_same_each_time(scanned, tmp_path):
    people = [person(n) for n in range(40)]
    before, after = scanned("a", people), scanned("b", people[:20])
    found = before.compare(after)
    texts = [
        found.report(tmp_path / name, lang=lang).read_text(encoding="utf-8")
        for name in ("c.txt", "c.html", "c.json")
        for lang in ("zh", "en")
    ]
    for value in (cell for p in people for cell in p):
        assert not any(value in text for text in texts)
    again = pii.open_case(tmp_path / "a").compare(tmp_path / "b")
    assert json.dumps(again.as_dict()) == json.dumps(found.as_dict())
    assert json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["complete"] is False


def test_the_command(scanned, tmp_path):
    scanned("a", [person(n) for n in range(10)])
    scanned("b", [person(n) for n in range(50, 60)])
    run = CliRunner()
    done = run.invoke(cli, ["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--lang", "en"])
    assert done.exit_code == 0
    assert "Nothing of the personal information" in done.output
    left = run.invoke(cli, ["compare", str(tmp_path / "a"), str(tmp_path / "a"), "--lang", "zh"])
    assert left.exit_code == 1
    assert "仍以同一身份存在 10 人" in left.output


def test_a_damaged_table_is_one_line(scanned, tmp_path):
    before = scanned("a", [person(n) for n in range(10)])
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    table = next((tmp_path / "b").rglob("findings.parquet"))
    table.write_bytes(table.read_bytes()[:-30])
    with pytest.raises(pii.PiiDetectError, match="damaged"):
        before.compare(tmp_path / "b")


# Against a twin that holds everything in sets.

ENTITIES = ("CN_RESIDENT_ID", "CN_MOBILE", "EMAIL_ADDRESS", "PERSON", "CN_ADDRESS")
findings = st.builds(
    Found,
    entity=st.sampled_from(ENTITIES),
    value=st.integers(1, 6),
    verdict=st.sampled_from([Verdict.VALID, Verdict.VALID, Verdict.MASKED]),
    column=st.integers(0, 3),
)
KINDS = (SubjectKind.NONE, SubjectKind.NAME_CONTACT, SubjectKind.NAME_ADDRESS)
records = st.lists(
    st.builds(
        Record,
        findings=st.lists(findings, max_size=5).map(tuple),
        content=st.integers(1, 50),
        subject_kind=st.sampled_from(KINDS),
        subject=st.integers(1, 9),
    ),
    max_size=12,
)
COLUMNS = tuple(
    {"position": n, "header": f"h{n}", "entity": "", "whose": whose, "evidence": "", "kind": ""}
    | {"share_valid": 1.0}
    for n, whose in enumerate(("subject", "unknown", "contact", "subject"))
)


def twin(before, after):
    """Persons and values by definition."""

    def valid(rows):
        return {
            (f.entity, f.value) for r in rows for f in r.findings if f.verdict == Verdict.VALID
        } - {(name, n) for name in ("PERSON", "CN_ADDRESS") for n in range(9)}

    def own(record):
        mine = [f for f in record.findings if f.verdict == Verdict.VALID and f.column != 2]
        names = [f.value for f in mine if f.entity == "PERSON"][:1]
        pairs = {(n, f.value) for n in names for f in mine if f.entity == "CN_ADDRESS"}
        keyed = {(f.entity, f.value) for f in mine if f.entity not in ("PERSON", "CN_ADDRESS")}
        return keyed | {("pair", pair) for pair in pairs}

    def everything(rows):
        return valid(rows) | {one for r in rows for one in own(r)}

    def subjects(rows):
        held = defaultdict(set)
        for r in rows:
            if r.subject and r.subject_kind:
                held[int(r.subject_kind), r.subject] |= own(r)
        return held

    old, new = subjects(before), subjects(after)
    there, was = everything(after), everything(before)
    persons = dict.fromkeys(("before", "still_there", "reachable", "gone", "new"), 0)
    for who, values in old.items():
        persons["before"] += 1
        state = "still_there" if who in new else "reachable" if values & there else "gone"
        persons[state] += 1
    persons["new"] = sum(who not in old and not values & was for who, values in new.items())
    values = {
        name: (
            sum(one[0] == name for one in valid(before)),
            sum(one[0] == name for one in valid(before) & valid(after)),
            sum(one[0] == name for one in valid(after) - valid(before)),
        )
        for name in {one[0] for one in valid(before) | valid(after)}
    }
    return persons, values


@settings(max_examples=60, deadline=None)
@given(before=records, after=records, cut=st.integers(0, 12), threads=st.integers(1, 3))
def test_presence_is_what_sets_say(tmp_path_factory, before, after, cut, threads):
    folder = tmp_path_factory.mktemp("twin")
    (folder / "key").write_text(KEY, encoding="ascii")
    cases = []
    for name, rows in (("a", before), ("b", after)):
        parts = [
            Made("x/one.csv", tuple(rows[:cut]), COLUMNS),
            Made("x/two.csv", tuple(rows[cut:]), COLUMNS),
        ]
        cases.append(write_case(folder / name, parts, key_file=folder / "key"))
    persons, values = twin(before, after)
    for memory in (1 << 30, 200):
        found = compare(*cases, memory=memory, threads=threads)
        assert found.persons["persons"].to_dict() == persons
        assert {
            name: (row["before"], row["still_there"], row["new"])
            for name, row in found.values.iterrows()
        } == values
    shutil.rmtree(folder)
