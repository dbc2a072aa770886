# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from piidetect.report import text
from piidetect.report.sections import sections, size


def test_the_headline_says_what_was_seized_and_what_counts(report, words):
    head = text.render(report, words).split("▌")[0]
    for figure in ("1,000,000", "251.3 MB", "800,000", "650,000", "655,000", "701,222"):
        assert figure in head


def test_all_figures_of_the_report_are_shown(report, words):
    shown = text.render(report, words)
    figures = [
        *(entity["findings"] for entity in report["entities"].values()),
        *(entity["distinct_valid"] for entity in report["entities"].values()),
        *(
            number
            for entity in report["entities"].values()
            for number in entity["verdicts"].values()
        ),
        *(step["remaining"] for step in report["funnel"]),
        *(report["persons"][name] for name in ("low", "point", "high")),
        *report["groups"].values(),
        *(found["persons"] for found in report["categories"].values()),
    ]
    assert [figure for figure in figures if f"{figure:,}" not in shown] == []


def test_the_funnel_is_aligned_and_sums(report, words):
    section = next(s for s in sections(report, words) if s.key == "funnel")
    excluded = sum(int(row[1].replace(",", "") or 0) for row in section.rows)
    assert 1_000_000 + excluded == int(section.rows[-1][2].replace(",", ""))


def test_each_rule_for_persons_is_stated(report, words):
    shown = text.render(report, words).replace("\n    ", " " if words.lang == "en" else "")
    for figure in ("low", "point", "high"):
        assert words.term("rule", figure) in shown


def test_a_source_that_was_not_read_is_never_shown_as_empty(report, words):
    shown = text.render(report, words)
    assert words.term("status", "skipped") in shown
    assert words.say("report.headline_incomplete", n=1)[:8] in shown


def test_alerts_have_place_and_remedy(report, words):
    shown = text.render(report, words)
    assert words.say("place.row", row=42) in shown
    assert words.say("place.byte", byte=12_345) in shown
    assert words.term("remedy", "skipped") in shown


def test_no_alert_is_said_as_well(report, words):
    report["alerts"] = []
    assert text.render(report, words).endswith(words.say("report.nothing") + "\n")


def test_masked_examples_stand_beside_their_column(report, words, exemplars):
    line = next(
        line for line in text.render(report, words, exemplars).splitlines() if "<b>手机号" in line
    )
    assert "138****5678" in line
    assert "138****5678" not in text.render(report, words)


def test_a_heading_of_the_source_cannot_steer_the_terminal(report, words):
    assert "\x1b" not in text.render(report, words)


def test_long_tables_say_what_they_leave_out(report, words):
    report["columns"] = [{**report["columns"][0], "position": n} for n in range(100)]
    assert words.say("report.more", n=60) in text.render(report, words)


def test_an_empty_case_can_be_shown(report, words):
    for name in ("entities", "categories", "groups"):
        report[name] = {}
    for name in ("sources", "columns", "alerts"):
        report[name] = []
    report["funnel"] = [{"step": "seized", "excluded": 0, "remaining": 0, "reason": ""}]
    report["persons"] = {"low": 0, "point": 0, "high": 0, "by_key": {}}
    report["totals"] = {"sources": 0, "bytes": 0, "rows": 0}
    assert words.say("report.title") in text.render(report, words)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (251_300_000, "251.3 MB"),
        (2_800_000_000, "2.8 GB"),
        (5 * 10**15, "5000.0 TB"),
    ],
)
def test_size(number, expected):
    assert size(number) == expected


def test_one_example_of_each_verdict_is_enough(report, words):
    found = [
        ("CN_MOBILE", "valid", "138****5678"),
        ("CN_MOBILE", "valid", "139****5678"),
        ("CN_MOBILE", "iot", "1064*****12"),
    ]
    shown = text.render(report, words, {("检材/孕产妇名单.csv", 1): found})
    assert "138****5678" in shown
    assert "1064*****12" in shown
    assert "139****5678" not in shown


def test_an_alert_is_named_in_the_reader_s_language(report, words):
    shown = text.render(report, words)
    assert ("部分字节无法解码" in shown) == (words.lang == "zh")
