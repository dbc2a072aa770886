# SPDX-License-Identifier: Apache-2.0
"""Deterministic links between persons."""

from __future__ import annotations

import random
import shutil

from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_case import Found, Made, Record, write_case

from piidetect.case.linked import links_of
from piidetect.cli import cli
from piidetect.schema import SubjectKind

COLUMNS = tuple(
    {"position": n, "header": "", "entity": entity, "whose": whose, "evidence": "", "kind": ""}
    for n, (entity, whose) in enumerate(
        (
            ("PERSON", "subject"),
            ("CN_RESIDENT_ID", "subject"),
            ("CN_MOBILE", "subject"),
            ("CN_PASSPORT", "subject"),
            ("DATE_OF_BIRTH", "subject"),
            ("CN_ADDRESS", "subject"),
            ("CN_MOBILE", "contact"),
        )
    )
)
NAMES = [column["entity"] for column in COLUMNS]


def record(name=0, number=0, phone=0, passport=0, birth=0, address=0, other=0):
    cells = (name, number, phone, passport, birth, address, other)
    found = tuple(
        Found(entity, value, column=n)
        for n, (entity, value) in enumerate(zip(NAMES, cells, strict=True))
        if value
    )
    if number:
        kind, subject = SubjectKind.ID, number
    elif name and phone:
        kind, subject = SubjectKind.NAME_CONTACT, name * 100 + phone
    elif name and address:
        kind, subject = SubjectKind.NAME_ADDRESS, name * 100 + address
    elif phone:
        kind, subject = SubjectKind.CONTACT, phone
    else:
        kind, subject = SubjectKind.NONE, 0
    return Record(found, subject_kind=kind, subject=subject, contact=phone)


def linked(folder, *parts, threads=2):
    made = [Made(f"{n}.csv", tuple(rows), COLUMNS) for n, rows in enumerate(parts)]
    return links_of(write_case(folder, made), threads)


def merges(links):
    return {name: n for name, n in links.merges["merges"].items() if n}


def conflicts(links):
    return {name: n for name, n in links.conflicts["number"].items() if n}


def test_a_phone_of_one_id_links(tmp_path):
    links = linked(tmp_path / "c", [record(1, 11, 5), record(1, phone=5), record(2, phone=6)])
    assert (links.low, links.point, links.high) == (2, 2, 3)
    assert merges(links) == {"contact": 1}
    [merge] = links.merged().to_pylist()
    assert merge == {
        "source": "0.csv",
        "row": 1,
        "other_source": "0.csv",
        "other_row": 0,
        "rule": "contact",
    }


def test_a_hub_links_nobody(tmp_path):
    rows = [record(1, 11, 5), record(2, 12, 5), record(3, phone=5)]
    links = linked(tmp_path / "c", rows)
    assert (links.low, links.point, links.high) == (2, 3, 3)
    assert merges(links) == {}
    assert conflicts(links) == {"hub_contact": 1}
    # in the report the hub's number is that of somebody with an ID, so its name is nobody new
    assert links.point_of_report == 2
    assert links.figures.persons.to_dict() == {
        "low": 2,
        "point": 3,
        "high": 3,
        "point_of_report": 2,
    }
    assert links.contradicting()["conflict"].to_pylist() == ["hub_contact"]


def test_the_phone_of_a_contact_person_links_nobody(tmp_path):
    links = linked(tmp_path / "c", [record(1, 11, other=5), record(2, phone=5)])
    assert merges(links) == {}
    assert links.point == 2


def test_a_passport_links(tmp_path):
    rows = [
        record(1, phone=5, passport=7),
        record(2, phone=6, passport=7),
        record(1, 11, passport=8),
    ]
    links = linked(tmp_path / "c", rows)
    assert merges(links) == {"number": 1}
    assert (links.low, links.point) == (2, 2)


def test_a_passport_of_two_ids_is_a_conflict(tmp_path):
    links = linked(tmp_path / "c", [record(1, 11, passport=7), record(2, 12, passport=7)])
    assert conflicts(links) == {"number_of_several_ids": 1}
    assert links.point == 2


def test_a_bare_contact_is_that_of_its_only_named_subject(tmp_path):
    links = linked(tmp_path / "c", [record(1, phone=5), record(phone=5)])
    assert merges(links) == {"bare_contact": 1}
    assert links.point == 1


def test_name_birth_and_address_link_within_a_source_only(tmp_path):
    one, other = record(1, phone=5, birth=3, address=4), record(1, phone=6, birth=3, address=4)
    assert merges(linked(tmp_path / "c", [one, other])) == {"name_birth_address": 1}
    assert merges(linked(tmp_path / "d", [one], [other])) == {}


def test_a_chain_never_joins_two_ids(tmp_path):
    rows = [
        record(1, 11, 5),
        record(2, 12, 6),
        record(3, phone=5, birth=3, address=4),
        record(3, phone=6, birth=3, address=4),
    ]
    links = linked(tmp_path / "c", rows)
    assert merges(links) == {}
    assert conflicts(links)["cluster_of_several_ids"] == 2
    assert (links.low, links.point) == (2, 4)


def test_an_id_with_several_names_is_listed(tmp_path):
    links = linked(tmp_path / "c", [record(1, 11), record(2, 11), record(3, 12), record(3, 12)])
    assert conflicts(links) == {"id_with_several_names": 1}
    assert links.merges.loc["same_id", "merges"] == 2


def test_the_command(tmp_path):
    linked(tmp_path / "c", [record(1, 11, 5), record(1, phone=5)])
    for lang, word in (("zh", "联系方式仅属于一个证件号码"), ("en", "exactly one ID")):
        done = CliRunner().invoke(cli, ["links", str(tmp_path / "c"), "--lang", lang])
        assert done.exit_code == 0
        assert word in done.output


records = st.builds(
    record,
    name=st.integers(0, 4),
    number=st.sampled_from([0, 0, 11, 12, 13]),
    phone=st.integers(0, 5),
    passport=st.sampled_from([0, 0, 0, 7, 8]),
    birth=st.integers(0, 2),
    address=st.integers(0, 2),
    other=st.integers(0, 3),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(records, max_size=14), seed=st.integers(0, 99))
def test_laws(tmp_path_factory, rows, seed):
    """low ≤ point ≤ high; neither order, threads nor doubling change a figure."""
    folder = tmp_path_factory.mktemp("laws")
    first = linked(folder / "a", rows)
    assert first.low <= first.point <= first.high
    assert first.low <= first.point_of_report <= first.high
    shuffled = random.Random(seed).sample(rows, len(rows))
    for name, rows_then, threads in (("b", shuffled, 1), ("c", shuffled + rows, 3)):
        other = linked(folder / name, rows_then, threads=threads)
        assert (other.low, other.point, other.high) == (first.low, first.point, first.high)
        assert merges(other) | {"same_id": 0} == merges(first) | {"same_id": 0}
        assert conflicts(other) == conflicts(first)
    shutil.rmtree(folder)
