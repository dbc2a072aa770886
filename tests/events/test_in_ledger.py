# SPDX-License-Identifier: Apache-2.0
"""R11 of the ledger: the records that count under a policy, by actor and recipient."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.events.test_events import record
from tests.made_case import Found, Made, Record, write_case

from piidetect.cli import cli
from piidetect.errors import CaseError
from piidetect.events import in_ledger, read_events
from piidetect.policies import policy_names
from piidetect.refusal import RowsRefused
from piidetect.schema import SubjectKind

COLUMNS = ["actor", "act", "counterparty", "date", "sources"]


def mother(number):
    """A record of tier 4."""
    found = (Found("PERSON", number), Found("CN_MOBILE", number), Found("CN_PREGNANCY", number))
    return Record(
        found, content=number, subject_kind=SubjectKind.NAME_CONTACT, subject=number, contact=number
    )


def company(number):
    found = (Found("PERSON", number), Found("CN_MOBILE", number), Found("CN_USCC", number))
    return Record(found, content=number, subject_kind=SubjectKind.NAME_CONTACT, subject=number)


def bare(number):
    return Record(
        (Found("CN_MOBILE", number),), number, subject_kind=SubjectKind.CONTACT, subject=number
    )


@pytest.fixture
def case(tmp_path):
    parts = [
        Made("a.csv", tuple(record(n) for n in range(1, 31))),
        Made("b.csv", (*(record(n) for n in range(21, 41)), *(mother(n) for n in range(100, 110)))),
        Made("c.csv", (*(company(n) for n in range(200, 205)), bare(300), bare(301))),
    ]
    return write_case(tmp_path / "case", parts)


def events(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


TABLE = [
    ("甲", "acquire", "上线", "2023-05-01", "*"),
    ("甲", "sell", "乙", "", "a.csv"),
    ("甲", "provide", "丙", "", "b.csv"),
    ("乙", "acquire", "甲", "", "a.csv"),
]


def test_r11_stands_in_the_ledger(case):
    found = case.assess(events=events(*TABLE)).ledger
    steps = {one["step"]: one["value"] for one in found["steps"]}
    assert list(steps)[-3:] == ["R10", "R11", "R12"]
    # 30 to 乙, 30 to 丙 (10 of them mothers), 5 of companies kept
    assert steps["R11"] == {"甲": 65, "乙": 30}
    first, second = found["received"]
    assert first["by_recipient"] == {"乙": 30, "丙": 30}
    assert (first["acquired"], first["accumulated"], first["only_acquired"]) == (55, 60, 5)
    assert first["tiers"] == {"3": 0, "4": 10, "5": 55}
    assert first["points"] == 155
    assert first["identity"] == "65 = 60 + 5"
    assert (second["accumulated"], second["counted"]) == (0, 30)
    assert found["received_identity"] == "55 = 55 + 0"


def test_the_records_are_those_of_the_policy_and_its_switches(case):
    everything = events(("甲", "acquire", "", "", "*"))

    def number(**switches):
        found = case.assess(events=everything, **switches)
        assert found.ledger["counted"] == found.frame.total
        return found.ledger["received"][0]["counted"]

    assert number() == 55
    assert number(bare_phone=True) == 57
    assert number(count_companies=False) == 50
    assert number(public_sources=["b.csv"]) == 35
    assert number(public_sources=["a.csv"]) == 35
    assert number(policy="cn-public-security-2026") == 55
    assert number(policy="cn-incident-2025") == 55


@pytest.mark.parametrize("name", policy_names())
def test_every_policy_takes_events(case, name):
    app_type = "learning_education" if name == "cn-app-necessity-2021" else None
    found = case.assess(name, app_type=app_type, events=events(*TABLE))
    assert found.ledger["received_identity"] == "55 = 55 + 0"
    json.dumps(found.to_dict())


def test_what_is_in_no_event_is_said(case):
    found = case.assess(events=events(("甲", "sell", "乙", "", "a.csv"))).ledger
    assert found["received_identity"] == "55 = 30 + 25"


def test_without_events_there_is_no_r11(case):
    ledger = case.assess().ledger
    assert "R11" not in [one["step"] for one in ledger["steps"]]
    assert "received" not in ledger


def test_records_that_do_not_add_up_are_refused(case):
    found = case.assess()
    wrong = replace(found, frame=replace(found.frame, total=54))
    with pytest.raises(CaseError, match="damaged"):
        in_ledger.with_events(case, wrong, read_events(events(*TABLE), case.folder))


def test_an_unknown_source_is_refused(case):
    with pytest.raises(RowsRefused, match=r"z\.csv"):
        case.assess(events=events(("甲", "acquire", "", "", "z.csv")))


def test_the_command_shows_them(case, tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("\n".join(",".join(row) for row in (COLUMNS, *TABLE)), encoding="utf-8")
    args = ["assess", str(case.directory), "--events", str(path)]
    text = CliRunner().invoke(cli, [*args, "--lang", "zh"]).stdout
    assert "R11 按行为人累计（第十一条）" in text
    assert "乙 30 · 丙 30" in text
    assert "55 = 55 + 0" in text
    found = json.loads(CliRunner().invoke(cli, [*args, "--format", "json"]).stdout)
    assert found["assessments"][0]["ledger"]["received"][0]["counted"] == 65


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sets(st.integers(1, 12), max_size=8), min_size=1, max_size=4),
    st.lists(
        st.tuples(
            st.sampled_from("甲乙"),
            st.sampled_from(["acquire", "sell", "publish"]),
            st.sampled_from("丙丁"),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_it_agrees_with_the_events_and_with_counting_by_hand(sources, acts):
    parts = [
        Made(f"{at}.csv", tuple(record(n) for n in sorted(numbers)))
        for at, numbers in enumerate(sources)
    ]
    rows = [(a, act, to, "", f"{at % len(sources)}.csv") for a, act, to, at in acts]
    with tempfile.TemporaryDirectory() as folder, write_case(f"{folder}/case", parts) as case:
        found = case.assess(events=events(*rows)).ledger["received"]
        received = {one.actor: one for one in case.received(events(*rows)).actors}
    for one in found:
        assert one["counted"] == received[one["actor"]].counted
        assert one["accumulated"] == received[one["actor"]].accumulated
        by_hand = 0
        for number in set().union(*sources):
            own = [(act, to, at) for a, act, to, at in acts if a == one["actor"]]
            held = [
                ("(public)" if act == "publish" else to, act)
                for act, to, at in own
                if number in sources[at % len(sources)]
            ]
            recipients = {to for to, act in held if act != "acquire"}
            by_hand += max(len(recipients), int(bool(held)))
        assert one["counted"] == by_hand
