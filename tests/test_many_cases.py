# SPDX-License-Identifier: Apache-2.0
"""Several cases, and a case's sources: verify, rekey, merge, overlap, portfolio."""

from __future__ import annotations

import itertools
import json
import shutil

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_case import Found, Made, Record, write_case
from tests.test_compare import KEY, person, store

import piidetect as pii
from piidetect import report
from piidetect.cli import cli
from piidetect.errors import ArgumentError, CaseError
from piidetect.schema import SubjectKind


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_text(KEY, encoding="ascii")
    return tmp_path


def scan(name, *paths, key_file="key", **options):
    return pii.scan(
        list(paths), out=name, key_file=key_file, reference_date="2024-06-30", **options
    )


def states(case):
    return {check.path: check.state for check in pii.verify(case)}


def test_verify_says_what_changed_vanished_and_grew(here):
    people = [person(n) for n in range(20)]
    paths = [store(here / f"{n}.csv", people) for n in range(4)]
    case = scan("case", *(path.name for path in paths))
    assert set(states(case).values()) == {"unchanged"}
    paths[1].write_bytes(paths[1].read_bytes() + b"x")
    paths[2].write_bytes(b"x" + paths[2].read_bytes())
    paths[3].unlink()
    assert states(case) == {
        "0.csv": "unchanged",
        "1.csv": "grew",
        "2.csv": "changed",
        "3.csv": "vanished",
    }
    done = CliRunner().invoke(cli, ["verify", "case", "--lang", "en"])
    assert done.exit_code == 1
    assert "1 of 4 sources are unchanged" in done.output
    assert "grew" in done.output


def test_verify_of_unchanged_sources_from_another_folder(here, monkeypatch):
    store(here / "a.csv", [person(n) for n in range(9)])
    scan("case", "a.csv")
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    run = CliRunner()
    assert run.invoke(cli, ["verify", "../case"]).exit_code == 1
    done = run.invoke(cli, ["verify", "../case", "--root", "..", "--format", "json"])
    assert done.exit_code == 0
    assert [one["state"] for one in json.loads(done.output)] == ["unchanged"]


def test_verify_checks_members_by_their_archive(here):
    store(here / "a.csv", [person(n) for n in range(9)])
    shutil.make_archive("store", "zip", here, "a.csv")
    case = scan("case", "store.zip")
    assert set(states(case).values()) == {"unchanged"}
    with (here / "store.zip").open("ab") as file:
        file.write(b"x")
    assert set(states(case).values()) == {"grew"}
    (here / "store.zip").unlink()
    assert set(states(case).values()) == {"vanished"}


def test_rekey_gives_a_case_that_can_be_compared(here):
    store(here / "a.csv", [person(n) for n in range(20)])
    old = scan("old", "a.csv", key_file=None)
    before = sorted(path.read_bytes() for path in (here / "old").rglob("*") if path.is_file())
    done = CliRunner().invoke(cli, ["rekey", "old", "--key-file", "key", "--out", "new"])
    assert done.exit_code == 0
    after = sorted(path.read_bytes() for path in (here / "old").rglob("*") if path.is_file())
    assert before == after
    new = pii.open_case("new")
    other = scan("other", "a.csv")
    assert new.compare(other).persons.loc["still_there", "persons"] == 20
    assert new.result == old.result


def test_rekey_refuses_changed_sources_and_leaves_nothing(here):
    path = store(here / "a.csv", [person(n) for n in range(20)])
    scan("old", "a.csv", key_file=None)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ArgumentError, match=r"a\.csv \(grew\)"):
        pii.rekey("old", key_file="key", out="new")
    assert not (here / "new").exists()


def shards(here, cuts=(0, 8, 15, 24)):
    people = [person(n) for n in range(24)]
    for number, (start, stop) in enumerate(itertools.pairwise(cuts)):
        store(here / f"{number}.csv", people[start:stop])
        scan(f"s{number}", f"{number}.csv")
    return [f"s{number}" for number in range(len(cuts) - 1)]


def content(case):
    return report.render(pii.open_case(case), "json")


def test_merged_shards_are_the_whole_scan(here):
    parts = shards(here)
    scan("whole", *(f"{n}.csv" for n in range(3)))
    pii.merge("m1", parts)
    pii.merge("m2", parts[::-1])
    pii.merge("m3", [pii.merge("left", parts[:2]), parts[2]])
    assert content("m1") == content("m2") == content("m3") == content("whole")


def test_a_source_in_two_cases_is_taken_once_with_an_alert(here):
    parts = shards(here)
    shutil.copytree("s0", "again")
    merged = pii.merge("m", [*parts, "again"])
    assert len(merged.parts) == 3
    assert [alert["code"] for alert in merged.alert_list()] == ["duplicate_source"]
    other = pii.merge("n", [pii.merge("x", ["s0", "again"]), "s1", "s2", "again"])
    assert content("m") == content("n")
    assert other.id == merged.id
    assert CliRunner().invoke(cli, ["merge", "k", *parts]).exit_code == 0
    assert CliRunner().invoke(cli, ["merge", "l", *parts, "again"]).exit_code == 1


def test_cases_that_keep_their_key_merge_only_if_it_is_the_same(here):
    store(here / "a.csv", [person(n) for n in range(9)])
    scan("a", "a.csv", key_file=None)
    scan("b", "a.csv", key_file=None)
    with pytest.raises(ArgumentError, match="different keys"):
        pii.merge("m", ["a", "b"])
    assert not (here / "m").exists()
    shutil.copytree("a", "c")
    merged = pii.merge("m", ["a", "c"])
    assert (here / "m" / "key").read_text() == (here / "a" / "key").read_text()
    assert (here / "m" / "key").stat().st_mode & 0o777 == 0o600
    assert merged.compare("a").persons.loc["still_there", "persons"] == 9


def test_merge_refuses_other_parameters_and_other_keys(here):
    parts = shards(here)
    pii.scan("0.csv", out="other", key_file="key", reference_date="2020-01-01")
    with pytest.raises(ArgumentError, match="reference date"):
        pii.merge("m", [parts[0], "other"])
    (here / "wrong").write_text("f" * 32 + "\n", encoding="ascii")
    with pytest.raises(CaseError, match="isn't the key"):
        pii.merge("m", parts, key_file="wrong")
    with pytest.raises(ArgumentError, match="at least two"):
        pii.merge("m", parts[:1])
    assert not (here / "m").exists()


def test_overlap_counts_persons_and_shows_nobody(here):
    for name, numbers in (("a", range(20)), ("b", range(10, 30)), ("c", range(15, 18))):
        store(here / f"{name}.csv", [person(n) for n in numbers])
        scan(name, f"{name}.csv")
    matrix, hits = pii.overlap(["a", "b", "c"])
    assert matrix.to_numpy().tolist() == [[20, 10, 3], [10, 20, 3], [3, 3, 3]]
    assert hits["persons"].to_dict() == {1: 20, 2: 7, 3: 3}
    done = CliRunner().invoke(cli, ["overlap", "a", "b", "c", "--lang", "zh"])
    assert done.exit_code == 0
    assert "3 人出现在 3 个案件中" in done.output
    assert not any(cell in done.output for cell in person(15))
    with pytest.raises(ArgumentError, match="2 to 64"):
        pii.overlap(["a"])


def test_portfolio_lists_damaged_cases_with_the_reason(here):
    shards(here)
    (here / "s1" / "case.json").write_text("{", encoding="utf-8")
    found = pii.portfolio(here).set_index("case")
    assert found["status"].to_dict() == {"s0": "complete", "s1": "damaged", "s2": "complete"}
    assert "not JSON" in found.loc["s1", "reason"]
    assert found.loc["s0", ["rows", "low", "high"]].tolist() == [8, 8, 8]
    for form in ("text", "json", "csv"):
        done = CliRunner().invoke(cli, ["portfolio", ".", "--format", form])
        assert done.exit_code == 1
        assert "not JSON" in done.output
    with pytest.raises(ArgumentError, match="no case was found"):
        pii.portfolio(here / "s0" / "parts")
    with pytest.raises(ArgumentError, match="no folder"):
        pii.portfolio(here / "key")


people = st.lists(st.integers(1, 8), max_size=6)


@settings(max_examples=25, deadline=None)
@given(groups=st.lists(people, min_size=2, max_size=4), threads=st.integers(1, 3))
def test_overlap_is_that_of_sets(tmp_path_factory, groups, threads):
    folder = tmp_path_factory.mktemp("overlap")
    (folder / "key").write_text(KEY, encoding="ascii")
    cases = []
    for number, subjects in enumerate(groups):
        rows = tuple(
            Record((Found("CN_RESIDENT_ID", n),), subject_kind=SubjectKind.ID, subject=n)
            for n in subjects
        )
        made = [Made(f"{number}.csv", rows)]
        cases.append(write_case(folder / str(number), made, key_file=folder / "key"))
    matrix, hits = pii.overlap(cases, threads=threads)
    sets = [set(group) for group in groups]
    assert matrix.to_numpy().tolist() == [[len(a & b) for b in sets] for a in sets]
    everyone = set().union(*sets)
    counts = [sum(one in group for group in sets) for one in everyone]
    assert hits["persons"].to_dict() == {n: counts.count(n) for n in sorted(set(counts))}
    shutil.rmtree(folder)
