# SPDX-License-Identifier: Apache-2.0
"""Calls to protected numbers, against a plain count in Python."""

from __future__ import annotations

import csv
import json
from collections import Counter

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import piidetect as pii
from piidetect.calls import Protected, read_numbers
from piidetect.calls.counting import LEFT_OUT
from piidetect.calls.moments import moment_of
from piidetect.cli import cli
from piidetect.errors import ArgumentError
from piidetect.refusal import RowsRefused
from piidetect.report import calls as report
from piidetect.report import paper, words

HEAD = ["主叫号码", "被叫号码", "开始时间"]
ROBOT, OTHER = "18674421234", "0571-87654321"


def frame(rows):
    return pd.DataFrame(rows, columns=HEAD, dtype=str)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((text, "110") for text in ("110", " 110 ", "１１０", "0571-110", "0571110", "+86110")),
        *((text, "110") for text in ("(010)110", "010110", "+86 571 110", "0086-10-110", "110.0")),
        *((text, "12345") for text in ("12345", "057112345", "+8657112345", "0571 12345")),
        *((text, None) for text in ("1110", "0571-87654110", "13800138110", "57112345", "0110")),
        *(
            (text, None)
            for text in ("00110", "86110", "1100", "110110", "0571-0571-110", "12345678")
        ),
        *((text, "") for text in ("", "11", "110a", "1*0", "一一零", "+86")),
    ],
)
def test_which_number_was_called(text, number):
    lines = Protected()
    called = lines.called(text)
    assert (called is None) == (number == "")
    if number != "":
        assert (lines.numbers[called] if called >= 0 else None) == number


@pytest.mark.parametrize(
    "text", ["1" * 21, "+86", "1e400", "\x00", "九" * 5000, "1" * 100_000, "²²²"]
)
def test_hostile_cells_are_no_number_and_no_time(text):
    assert Protected().called(text) is None
    assert moment_of(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1915-06-01 00:00:00", (19150601, 0)),
        ("1915-06-01T23:59", (19150601, 23)),
        ("1915/6/1 8:05", (19150601, 8)),
        ("1915/6/1 下午 1:05", (19150601, 13)),
        ("1915/6/1 上午12:05", (19150601, 0)),
        ("1915-06-01 12:05:00 PM", (19150601, 12)),
        ("1915-06-01 25:00", (19150601, -1)),
        ("19150601", (19150601, -1)),
        ("191506012359", (19150601, 23)),
        ("2011-04-21 23:30:00+00:00", (20110422, 7)),
        ("1303378237", (20110421, 17)),
        ("1915-06", None),
        ("1915-02-29", None),
        ("1900-01-01", None),
        ("9999999999999", (22861121, 1)),
        ("9999-12-31T23:59:59-12:00", None),
        ("03:10", None),
        ("", None),
    ],
)
def test_when(text, moment):
    assert moment_of(text) == moment


CALLERS = [ROBOT, OTHER, "+86 " + ROBOT, "", "186****1234", "95588"]
CALLEES = ["110", "0571-110", "120", "13800138110", "", "x", "057112345", "110.0"]
TIMES = ["1915-06-01 08:00:00", "1915-06-02 09:10:00", "1915-06-02", "坏", ""]
KEPT = {ROBOT: ROBOT, "+86 " + ROBOT: ROBOT, OTHER: "057187654321", "95588": "95588"}
TRUE = {"110": "110", "0571-110": "110", "120": "120", "057112345": "12345", "110.0": "110"}
ROWS = st.lists(
    st.tuples(st.sampled_from(CALLERS), st.sampled_from(CALLEES), st.sampled_from(TIMES)),
    min_size=1,
    max_size=60,
).filter(lambda rows: sum(row[2][:2] == "19" for row in rows) * 2 > len(rows))


def plain(rows):
    """The truth: calls by caller, day and number, and the ledger."""
    found, ledger = Counter(), Counter()
    for caller, callee, time in rows:
        ledger["rows"] += 1
        if not (caller or callee or time):
            ledger["blank"] += 1
        elif callee in ("", "x"):
            ledger["no_number"] += 1
        elif callee not in TRUE:
            ledger["other_number"] += 1
        elif not time.startswith("1915"):
            ledger["no_time"] += 1
        else:
            ledger["counted"] += 1
            found[KEPT.get(caller, ""), time[:10], TRUE[callee]] += 1
    return found, ledger


@given(ROWS)
def test_a_plain_count_gives_the_same(rows):
    log = pii.call_log(frame(rows))
    found, ledger = plain(rows)
    assert {name: n for name, n in log.ledger.items() if n} == dict(ledger)
    table = log.by_caller_and_day
    assert sorted(table["calls"]) == sorted(found.values())
    by_day = Counter()
    for (_, day, number), calls in found.items():
        by_day[day, number] += calls
    assert {(d, n): c for d, n, c, *_ in log.by_day.itertuples(index=False)} == dict(by_day)
    callers = Counter()
    for (caller, _, number), calls in found.items():
        callers[caller, number] += calls
    assert sorted(log.by_caller["calls"]) == sorted(callers.values())
    for name in ("by_segment_and_day", "by_hour", "by_number", "by_caller"):
        assert getattr(log, name)["calls"].sum() == log.total == ledger["counted"]


@given(ROWS, st.randoms())
def test_no_figure_depends_on_the_order(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    first, second = (report.as_dict(pii.call_log(frame(one))) for one in (rows, mixed))
    first["sources"] = second["sources"] = []
    assert first == second


def write(path, rows, head=HEAD, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


@pytest.fixture
def log_file(tmp_path):
    rows = [(ROBOT, "120", f"1915-06-0{at % 7 + 1} 0{at % 9}:00:00") for at in range(5000)]
    return write(tmp_path / "log.csv", [*rows, (OTHER, "0571-120", "1915-06-01 10:00:00")])


def test_no_figure_depends_on_blocks(log_file):
    wanted = report.as_dict(pii.call_log(log_file))
    assert wanted["calls"] == 5001
    assert report.as_dict(pii.call_log(log_file, block_bytes=4096)) == wanted


def test_a_ledger_closes_with_all_kinds_of_rows(tmp_path):
    rows = [(ROBOT, "120", "1915-06-01 08:00:00"), ("", "", ""), HEAD, (ROBOT, "120", "?")]
    log = pii.call_log(write(tmp_path / "log.csv", [*rows, *rows[:1] * 20]))
    ledger = log.ledger
    assert ledger["rows"] == ledger["counted"] + sum(ledger[name] for name in LEFT_OUT)
    assert (ledger["counted"], ledger["no_time"]) == (21, 1)


def test_a_source_that_breaks_off_is_counted_as_a_part(log_file, monkeypatch):
    from piidetect.calls import log as module
    from piidetect.errors import SourceError

    class Broken:
        def __init__(self, source):
            self.source = source

        def __getattr__(self, name):
            return getattr(self.source, name)

        def blocks(self):
            yield next(iter(self.source.blocks()))
            raise SourceError("gone")

    real = module.open_sources
    monkeypatch.setattr(
        module, "open_sources", lambda *a, **k: (Broken(one) for one in real(*a, **k))
    )
    log = pii.call_log(log_file, block_bytes=4096)
    assert not log.sources[0].complete
    assert 0 < log.total == log.ledger["counted"] < 5001
    assert any("lower bound" in text for text in report.paper(log, words("en")).sentences)


def test_a_time_that_is_a_duration_is_not_taken(tmp_path):
    head = ["主叫号码", "被叫号码", "通话时间", "日期"]
    path = write(tmp_path / "a.csv", [(ROBOT, "120", "00:00:31", "1915-06-01")] * 3, head)
    assert pii.call_log(path).sources[0].columns["time"] == "日期"


def test_the_calls_of_a_phone_backup(tmp_path):
    calls = "".join(
        f'<call number="{number}" duration="5" date="1303378237194" type="{kind}" />'
        for number, kind in ((120, 2), (ROBOT, 1), (110, 2))
    )
    path = tmp_path / "calls.xml"
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?><calls count="3">{calls}</calls>')
    log = pii.call_log(path)
    assert log.by_day[["day", "number", "hour"]].values.tolist() == [
        ["2011-04-21", "110", 17],
        ["2011-04-21", "120", 17],
    ]
    assert log.ledger["no_number"] == 1


def test_columns_can_be_named_or_counted(tmp_path):
    path = write(tmp_path / "a.csv", [(ROBOT, "120", "1915-06-01")] * 3, ["甲", "乙", "丙"])
    with pytest.raises(
        ArgumentError, match=r"caller, callee, time(.|\n)*主叫号码(.|\n)*--caller NAME"
    ):
        pii.call_log(path)
    assert pii.call_log(path, caller="甲", callee="2", time="丙").total == 3


def test_sources_that_are_no_call_log_are_listed(log_file):
    write(log_file.parent / "other.csv", [("a", "b", "c")] * 3, ["x", "y", "z"])
    log = pii.call_log(log_file.parent)
    assert log.total == 5001
    assert [path.rpartition("/")[2] for path in log.skipped] == ["other.csv"]


@pytest.mark.parametrize("numbers", [(), ("abc",), ("1",), [f"{n}" for n in range(1000, 2001)]])
def test_numbers_that_cannot_be_used(log_file, numbers):
    with pytest.raises(ArgumentError):
        pii.call_log(log_file, numbers=numbers)


def test_a_list_of_ones_own(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("0574-87654321 # 一院\n\n# 备注\n18612345678\n", encoding="gb18030")
    lines = Protected(read_numbers(path))
    assert [lines.called(t) for t in ("+86 574 87654321", "8618612345678", "120")] == [0, 1, -1]
    assert lines.shown == ("057487654321", "2: 1861234****")
    path.write_text("120\nabc\n")
    with pytest.raises(RowsRefused, match="line 2"):
        read_numbers(path)
    path.write_text("# nothing\n")
    with pytest.raises(ArgumentError, match="no number"):
        read_numbers(path)


def test_no_number_of_a_caller_is_in_any_paper(log_file):
    log = pii.call_log(log_file)
    for lang in ("zh", "en"):
        made = report.paper(log, words(lang))
        for form in ("text", "json", "html"):
            text = paper.render(made, form)
            assert ROBOT not in text
            assert "87654321" not in text
            assert "1867442****" in text
    assert ROBOT not in repr(log)


def test_the_command(log_file, tmp_path):
    run = CliRunner().invoke(cli, ["calls", str(log_file), "--format", "json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout)["calls"] == 5001
    out = tmp_path / "calls.html"
    run = CliRunner().invoke(cli, ["calls", str(log_file), "--out", str(out), "--lang", "zh"])
    assert run.exit_code == 0, run.output
    assert "张家界" in out.read_text(encoding="utf-8")
    run = CliRunner().invoke(cli, ["calls", str(tmp_path / "none.csv")])
    assert run.exit_code == 2
    assert "Traceback" not in run.output
