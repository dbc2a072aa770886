# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_case import Found, Made, Record, write_case

from piidetect.cli import cli
from piidetect.errors import ArgumentError
from piidetect.refusal import RowsRefused
from piidetect.schema import SubjectKind

HEAD = "actor,act,counterparty,date,sources\n"


def record(number, person=None):
    found = (Found("CN_RESIDENT_ID", person or number), Found("CN_MOBILE", number, column=1))
    return Record(found, content=number, subject_kind=SubjectKind.ID, subject=person or number)


def made(sources):
    """Sources from sets of numbers; number n tells of person n // 2."""
    return [
        Made(path, tuple(record(n, n // 2 + 1) for n in sorted(numbers)))
        for path, numbers in sources.items()
    ]


@pytest.fixture
def case(tmp_path):
    sources = {
        "a/用户.csv": range(10, 40),
        "b/用户.csv": range(30, 60),
        "c.zip!/业主.csv": range(5, 15),
    }
    return write_case(tmp_path / "case", made(sources))


def table(tmp_path, *rows, head=HEAD, encoding="utf-8"):
    path = tmp_path / "events.csv"
    path.write_bytes((head + "\n".join(rows) + "\n").encode(encoding))
    return path


def problems(case, path):
    with pytest.raises(RowsRefused) as caught:
        case.received(path)
    return [(one.line, one.field) for one in caught.value.problems]


def test_acquired_and_then_sold_counts_once_and_each_recipient_counts(case, tmp_path):
    path = table(
        tmp_path,
        "甲,获取,上线,2023-05-01,a/用户.csv;b/用户.csv",  # 50 records
        "甲,出售,乙,2023/6/12,a/用户.csv",  # 30
        "甲,sell,乙,2023年6月13日,业主.csv",  # 10, of which 5 again: 35 in all
        "甲,提供,丙,,b/用户.csv",  # 30
        "乙,acquire,甲,,a/用户.csv;业主.csv",
    )
    first, second = case.received(path).actors
    assert (first.acquired.records, first.passed_on.records) == (50, 55)
    assert {name: n.records for name, n in first.by_recipient.items()} == {"乙": 35, "丙": 30}
    assert first.accumulated == 65
    assert first.counted == 65  # all that was acquired was passed on
    assert (second.acquired.records, second.accumulated, second.counted) == (35, 0, 35)
    assert first.acquired.persons == 25  # 10..59, two records a person


def test_what_is_only_acquired_counts_too(case, tmp_path):
    path = table(tmp_path, "A,acquire,,,*", "A,sell,B,,a/用户.csv", "A,publish,,,业主.csv")
    [actor] = case.received(path).actors
    assert actor.acquired.records == 55
    assert list(actor.by_recipient) == ["B", "(public)"]
    assert actor.accumulated == 40
    assert actor.counted == 40 + 20  # 40..59 went nowhere


def test_overlaps(case, tmp_path):
    path = table(
        tmp_path, "A,sell,X,,a/用户.csv", "B,sell,Y,,b/用户.csv;业主.csv", "B,sell,X,,业主.csv"
    )
    received = case.received(path)
    sources = received.overlap("sources")
    assert sources.loc["a/用户.csv", "b/用户.csv"] == sources.loc["b/用户.csv", "a/用户.csv"] == 10
    assert sources.loc["a/用户.csv", "a/用户.csv"] == 30
    assert received.overlap("recipients").loc["X", "Y"] == 10 + 10
    assert received.overlap("actors").loc["A", "B"] == 15


act = st.sampled_from(["acquire", "sell", "provide", "publish"])
events = st.lists(
    st.tuples(
        st.sampled_from("AB"), act, st.sampled_from("XYZ"), st.sets(st.integers(0, 3), min_size=1)
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25)
@given(st.lists(st.sets(st.integers(1, 12)), min_size=4, max_size=4), events, st.randoms())
def test_the_figures_are_those_of_sets(tmp_path_factory, numbers, rows, rng):
    parts = made({f"{at}.csv": some for at, some in enumerate(numbers)})
    rng.shuffle(parts)
    case = write_case(tmp_path_factory.mktemp("c") / "case", parts)
    frame = pd.DataFrame(
        [
            {"actor": who, "act": act, "counterparty": whom, "date": dt.date(2024, 1, 2)}
            | {"sources": [f"{part}.csv" for part in sorted(some)]}
            for who, act, whom, some in rows
        ]
    )
    received = case.received(frame)
    for actor in received.actors:
        own = [row for row in rows if row[0] == actor.actor]

        def union(chosen):
            return set().union(*(numbers[part] for row in chosen for part in row[3]))

        acquired = union(row for row in own if row[1] == "acquire")
        recipients = {
            "(public)" if row[1] == "publish" else row[2] for row in own if row[1] != "acquire"
        }
        passed = {
            name: union(
                row
                for row in own
                if row[1] != "acquire" and ("(public)" if row[1] == "publish" else row[2]) == name
            )
            for name in recipients
        }
        everything = set().union(*passed.values()) if passed else set()
        assert actor.acquired.records == len(acquired)
        assert actor.passed_on.records == len(everything)
        assert actor.acquired.persons == len({n // 2 for n in acquired})
        assert {k: n.records for k, n in actor.by_recipient.items()} == {
            k: len(v) for k, v in passed.items()
        }
        assert actor.accumulated == sum(map(len, passed.values()))
        assert actor.counted == actor.accumulated + len(acquired - everything)
        assert max(actor.acquired.records, actor.accumulated) <= actor.counted


def test_more_sources_than_bits_of_a_word(tmp_path):
    case = write_case(tmp_path / "case", made({f"{n:03}.csv": {n, n + 1} for n in range(2, 140)}))
    received = case.received(table(tmp_path, "A,sell,B,,*", "A,sell,C,,139.csv;002.csv"))
    [actor] = received.actors
    assert actor.by_recipient["B"].records == 139
    assert actor.by_recipient["C"].records == 4
    matrix = received.overlap("sources")
    assert matrix.loc["064.csv", "065.csv"] == 1
    assert matrix.to_numpy().sum() == 138 * 2 + 137 * 2


def test_all_that_is_wrong_is_told_at_once(case, tmp_path):
    path = table(
        tmp_path,
        "A,sell,B,2024-02-30,a/用户.csv",
        "A,stole it,B,,a/用户.csv",
        ",sell,,yesterday,none.csv;业主.csv",
        "A,acquire,,,用户.csv",  # the end of two paths
        "A,acquire,,,",
    )
    assert problems(case, path) == [
        (2, "date"),
        (3, "act"),
        (4, "actor"),
        (4, "counterparty"),
        (4, "date"),
        (4, "sources"),
        (5, "sources"),
        (6, "sources"),
    ]
    with pytest.raises(RowsRefused, match=r"(?s)refused.*2024-06-30.*no act.*no source.*2 paths"):
        case.received(path)


def test_columns_that_are_missing_or_twice(case, tmp_path):
    assert problems(case, table(tmp_path, "A,sell", head="actor,act\n")) == [
        (1, "counterparty"),
        (1, "date"),
        (1, "sources"),
    ]
    head = "actor,行为人,act,counterparty,date,sources\n"
    assert problems(case, table(tmp_path, head=head)) == [(1, "actor")]


def test_tables_that_can_not_be_read(case, tmp_path):
    with pytest.raises(ArgumentError, match="no event"):
        case.received(table(tmp_path))
    with pytest.raises(ArgumentError, match="can't be read"):
        case.received(tmp_path / "none.csv")
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(ArgumentError, match="neither UTF-8 nor GB18030"):
        case.received(tmp_path / "x.csv")


def test_chinese_headings_in_gb18030(case, tmp_path):
    head = "行为人,行为,相对方,日期,来源\n"
    path = table(tmp_path, "甲,出售,乙,2023-06-12,业主.csv", head=head, encoding="gb18030")
    [actor] = case.received(path).actors
    assert (actor.actor, actor.counted) == ("甲", 10)


def test_the_command(case, tmp_path, monkeypatch):
    monkeypatch.setenv("PIIDETECT_LANG", "en")
    path = table(tmp_path, "甲,sell,乙,,a/用户.csv", "甲,sell,丙,,b/用户.csv")

    def run(*arguments):
        return CliRunner().invoke(cli, ["events", str(case.directory), str(path), *arguments])

    result = run()
    assert result.exit_code == 0, result.stderr
    assert (
        "甲: acquired 0 records; passed on 50, to 2 recipients 60 in all; by art. 11 60 count."
        in (" ".join(result.stdout.split()))
    )
    data = json.loads(run("--format", "json").stdout)
    assert data["actors"][0]["counted"] == 60
    assert data["overlap"]["recipients"]["records"] == [[30, 10], [10, 30]]
    out = tmp_path / "paper.html"
    assert run("--out", str(out), "--lang", "zh").exit_code == 0
    assert "第十一条条数" in out.read_text(encoding="utf-8")
    table(tmp_path, "甲,sell,乙,,none.csv")
    before = sorted(case.directory.rglob("*"))
    result = run()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "line 2, sources: 'none.csv' is no source of the case" in result.stderr
    assert sorted(case.directory.rglob("*")) == before
