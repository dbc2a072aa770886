# SPDX-License-Identifier: Apache-2.0
"""The estimate of persons by Splink, on invented people whose number is known."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass, replace

import pytest
from click.testing import CliRunner
from tests.made_case import Made, write_case
from tests.test_links import COLUMNS, record

import piidetect as pii
from piidetect.cli import cli
from piidetect.errors import ArgumentError
from piidetect.linkage import estimate_persons
from piidetect.linkage.rows import HUB, rows_of

splink = pytest.importorskip("splink", reason="the extra piidetect[linkage] is not installed")


@dataclass(frozen=True)
class World:
    """Invented people and their records."""

    rows: list
    people: int
    seen_with_id: int


def world(seed=1, people=800, with_id=0.5, moved=0.2, names=150):
    """People with one to three records; phones and addresses change, IDs and birth dates are not always told."""
    rng = random.Random(seed)
    rows, told = [], set()
    for person in range(1, people + 1):
        name = 1 + int(names * rng.random() ** 2)  # some names are common
        born, phone, address = rng.randint(1, 20_000), person * 10, person * 10
        for _ in range(rng.choice((1, 2, 2, 3))):
            if rng.random() < moved:
                phone += 1
            if rng.random() < moved:
                address += 1
            number = person if rng.random() < with_id else 0
            told |= {person} if number else set()
            birth = born if rng.random() < 0.8 else 0
            one = record(name, number, phone, birth=birth, address=address)
            rows.append(replace(one, subject=number or name * 1_000_000 + phone))
    rng.shuffle(rows)
    return World(rows, people, len(told))


def case_of(folder, rows):
    return write_case(folder, [Made("a.csv", tuple(rows), COLUMNS)])


@pytest.mark.parametrize("with_id", [0.0, 0.5])
def test_the_estimate_is_near_the_truth_that_rules_miss(tmp_path, with_id):
    made = world(with_id=with_id)
    case = case_of(tmp_path / "case", made.rows)
    found = estimate_persons(case)
    assert found.subjects > 1.15 * made.people  # told apart without a model
    assert abs(found.estimate - made.people) < 0.03 * made.people
    assert found.ids == made.seen_with_id
    low, middle, high = (found.persons[at] for at in (0.5, 0.9, 0.99))
    assert found.ids <= low <= middle <= high <= found.subjects


def test_what_the_model_learns_is_near_how_the_people_were_made(tmp_path):
    found = estimate_persons(case_of(tmp_path / "case", world(people=2000).rows))
    learnt = {one["name"]: one for one in found.model["columns"]}
    assert found.model["trained_on"] == ["id"]
    assert learnt["name"]["m"] > 0.99
    # a phone is kept in 80 % of the cases; rows that are alike in everything are one row
    assert 0.5 < learnt["mobile"]["m"] < 0.8
    assert learnt["birth"]["u"] < 0.001 < learnt["name"]["u"] < 0.05
    assert set(found.model["left_out"]) == {"email", "number", "card", "record"}


def test_without_ids_it_learns_from_what_else_records_share(tmp_path):
    found = estimate_persons(case_of(tmp_path / "case", world(with_id=0.0).rows))
    assert "mobile" in found.model["trained_on"]
    assert "id" not in found.model["trained_on"]


def test_two_ids_are_never_one_person(tmp_path):
    # the same name, phone, birth date and address; only the ID differs
    rows = [record(1, number, 5, birth=3, address=4) for number in range(1, 7)]
    rows += [record(1, 0, 5, birth=3, address=4)]
    found = estimate_persons(case_of(tmp_path / "case", [*rows, *world(people=100).rows]))
    alone = estimate_persons(case_of(tmp_path / "alone", world(people=100).rows))
    assert found.ids == alone.ids + 6 - len({1, 2, 3, 4, 5, 6} & ids_of(world(people=100)))
    assert all(persons >= found.ids for persons in found.persons.values())


def ids_of(made):
    return {one.subject for one in made.rows if one.subject_kind == 1}


def test_the_same_case_gives_the_same_estimate_in_any_order(tmp_path):
    rows = world(people=300).rows
    first = estimate_persons(case_of(tmp_path / "a", rows))
    second = estimate_persons(case_of(tmp_path / "b", rows[::-1]))
    assert first.persons == second.persons
    assert first.subjects == second.subjects


def test_a_hub_ties_nobody(tmp_path):
    rows = [record(number, 0, 7, address=number) for number in range(1, HUB + 2)]
    case = case_of(tmp_path / "case", [*rows, record(90, 0, 8, address=90)])
    told = rows_of(case.folder, threads=1, temp_directory=tmp_path)
    assert told["mobile"].null_count == HUB + 1
    assert told["address"].null_count == 0


def test_phones_of_others_are_not_the_subjects(tmp_path):
    case = case_of(tmp_path / "case", [record(1, 1, 5, other=9), record(2, 2, 6, other=9)])
    told = rows_of(case.folder, threads=1, temp_directory=tmp_path)
    assert len(set(told["mobile"].to_pylist())) == 2


@pytest.mark.parametrize("rows", [[], [record(1, 1, 5)], [record(1, 0, 5), record(2, 0, 6)]])
def test_where_nothing_repeats_the_subjects_are_the_estimate(tmp_path, rows):
    found = estimate_persons(case_of(tmp_path / "case", rows))
    assert found.estimate == found.subjects == len(rows)
    assert found.model["columns"] == []


def test_it_never_enters_the_pleaded_figures_nor_changes_the_case(tmp_path):
    case = case_of(tmp_path / "case", world(people=200).rows)
    files = {path: path.read_bytes() for path in case.directory.rglob("*") if path.is_file()}
    persons = case.persons
    found = estimate_persons(case)
    assert found.to_dict()["pleaded"] is False
    assert persons.equals(pii.open_case(tmp_path / "case").persons)
    assert files == {
        path: path.read_bytes() for path in case.directory.rglob("*") if path.is_file()
    }
    report = case.report(tmp_path / "report.json").read_text(encoding="utf-8")
    assert "estimate" not in json.loads(report)


def test_without_splink_it_says_what_to_install(tmp_path, monkeypatch):
    case = case_of(tmp_path / "case", world(people=50).rows)
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(ArgumentError, match=r"pip install 'piidetect\[linkage\]'"):
        estimate_persons(case)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    case = case_of(tmp_path / "case", [])
    with pytest.raises(ArgumentError, match="no-such"):
        estimate_persons(case, temp_directory=tmp_path / "no-such")


def test_a_spark_session_is_handed_to_splink(tmp_path, monkeypatch):
    """Spark isn't installed here: what it would get is looked at, and DuckDB stands in for it.

    The default way of Splink to cut long plans would need a checkpoint folder in a real session.
    """
    given = {}

    class Session:
        @staticmethod
        def createDataFrame(frame):  # noqa: N802 - Spark's name
            given["frame"] = frame
            return frame

    def api(*, spark_session, register_udfs_automatically, break_lineage_method):
        given["session"], given["udfs"] = spark_session, register_udfs_automatically
        given["method"] = break_lineage_method
        return splink.DuckDBAPI()

    monkeypatch.setitem(vars(splink), "SparkAPI", api)
    rows = world(people=200).rows
    session = Session()
    by_spark = estimate_persons(case_of(tmp_path / "a", rows), spark=session)
    assert given["session"] is session
    assert given["udfs"] is False
    assert given["method"] == "persist"
    assert str(given["frame"]["mobile"].dtype) == "Int64"
    assert by_spark.persons == estimate_persons(case_of(tmp_path / "b", rows)).persons


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_paper_says_first_that_it_is_no_count(tmp_path, lang):
    case = case_of(tmp_path / "case", world(people=200).rows)
    warning = {"zh": "不作主张依据", "en": "never pleaded"}[lang]
    for form in ("text", "html", "json"):
        done = CliRunner().invoke(
            cli, ["estimate", str(case.directory), "--format", form, "--lang", lang]
        )
        assert done.exit_code == 0
        if form == "json":
            assert json.loads(done.stdout) == estimate_persons(case).to_dict()
        else:
            assert warning in done.stdout
            assert f"{estimate_persons(case).estimate:,}" in done.stdout


def test_the_command_without_splink_is_one_line(tmp_path, monkeypatch):
    case = case_of(tmp_path / "case", world(people=50).rows)
    monkeypatch.setitem(sys.modules, "splink", None)
    done = CliRunner().invoke(cli, ["estimate", str(case.directory)])
    assert done.exit_code == 2
    assert "piidetect[linkage]" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
