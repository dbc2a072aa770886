# SPDX-License-Identifier: Apache-2.0
"""The lines of 法释〔2017〕10号: test vectors from the text, from cases, and laws that hold for all figures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import piidetect as pii
from piidetect.errors import ArgumentError

CRIMINAL = "cn-criminal-2017"
LEVELS = ("below", "serious", "especially_serious")
COUNT = st.integers(0, 200_000)
FACTS = st.fixed_dictionaries(
    {"duty": st.booleans(), "illegal_gain": st.none() | st.integers(0, 200_000)}
)


def assess(tiers, **facts):
    a, b, c = tiers
    return pii.assess_counts(CRIMINAL, tier3=a, tier4=b, tier5=c, **facts)


@pytest.mark.parametrize(
    ("tiers", "facts", "level", "items"),
    [
        # Cases: newborns and minors (379,525 names with numbers), 40,000 records sold for 34,000.
        ((0, 0, 379_525), {"illegal_gain": 152_000}, 2, ["5(1)(5)", "5(1)(7)", "5(2)(3)"]),
        ((0, 0, 40_000), {"illegal_gain": 34_000}, 1, ["5(1)(5)", "5(1)(7)"]),
        # Ten thousand expectant mothers: the tier decides the band.
        ((0, 10_000, 0), {}, 2, ["5(1)(4)", "5(2)(3)"]),
        ((0, 0, 10_000), {}, 1, ["5(1)(5)"]),
        # Exactly on the line by proportion, and one point below it.
        ((10, 200, 2000), {}, 1, ["5(1)(6)"]),
        ((10, 200, 1999), {}, 0, []),
        ((0, 250, 0), {"duty": True}, 1, ["5(1)(8)"]),
        ((0, 249, 9), {"duty": True}, 0, []),
        ((0, 250, 0), {}, 0, []),
        # Each line, the number itself included.
        ((49, 0, 0), {}, 0, []),
        ((50, 0, 0), {}, 1, ["5(1)(3)"]),
        ((499, 0, 0), {}, 1, ["5(1)(3)"]),
        ((500, 0, 0), {}, 2, ["5(1)(3)", "5(2)(3)"]),
        ((0, 499, 0), {}, 0, []),
        ((0, 500, 0), {}, 1, ["5(1)(4)"]),
        ((0, 4999, 0), {}, 1, ["5(1)(4)"]),
        ((0, 5000, 0), {}, 2, ["5(1)(4)", "5(2)(3)"]),
        ((0, 0, 4999), {}, 0, []),
        ((0, 0, 5000), {}, 1, ["5(1)(5)"]),
        ((0, 0, 49_999), {}, 1, ["5(1)(5)"]),
        ((0, 0, 50_000), {}, 2, ["5(1)(5)", "5(2)(3)"]),
        # Ten times by proportion.
        ((400, 900, 1000), {}, 2, ["5(1)(3)", "5(1)(4)", "5(2)(3)"]),
        ((400, 900, 999), {}, 1, ["5(1)(3)", "5(1)(4)"]),
        # Gain, with and without duty.
        ((0, 0, 0), {"illegal_gain": "4999.99"}, 0, []),
        ((0, 0, 0), {"illegal_gain": 5000}, 1, ["5(1)(7)"]),
        ((0, 0, 0), {"illegal_gain": Decimal("49999.99")}, 1, ["5(1)(7)"]),
        ((0, 0, 0), {"illegal_gain": 50_000}, 2, ["5(1)(7)", "5(2)(3)"]),
        ((0, 0, 0), {"illegal_gain": 2500, "duty": True}, 1, ["5(1)(8)"]),
        ((0, 0, 0), {"illegal_gain": "2499.99", "duty": True}, 0, []),
        ((0, 0, 0), {"illegal_gain": 25_000, "duty": True}, 2, ["5(1)(7)", "5(1)(8)", "5(2)(3)"]),
        # Duty: ten times the half.
        ((25, 0, 0), {"duty": True}, 1, ["5(1)(8)"]),
        ((250, 0, 0), {"duty": True}, 2, ["5(1)(3)", "5(1)(8)", "5(2)(3)"]),
        ((0, 2500, 0), {"duty": True}, 2, ["5(1)(4)", "5(1)(8)", "5(2)(3)"]),
        ((0, 0, 2499), {"duty": True}, 0, []),
        ((0, 0, 24_999), {"duty": True}, 1, ["5(1)(5)", "5(1)(8)"]),
        ((0, 0, 25_000), {"duty": True}, 2, ["5(1)(5)", "5(1)(8)", "5(2)(3)"]),
        # Article 6: for lawful business the profit decides, but only for tier 5.
        ((0, 0, 900_000), {"lawful_business": True}, 0, []),
        ((0, 0, 900_000), {"lawful_business": True, "illegal_gain": 49_999}, 0, []),
        ((0, 0, 900_000), {"lawful_business": True, "illegal_gain": 50_000}, 1, ["6(1)"]),
        ((50, 0, 900_000), {"lawful_business": True}, 1, ["5(1)(3)"]),
        ((0, 0, 0), {}, 0, []),
    ],
)
def test_the_lines(tiers, facts, level, items):
    found = assess(tiers, **facts)
    assert (found.level, list(found.items)) == (LEVELS[level], items)


def test_the_working_shows_each_comparison():
    found = assess((10, 200, 2000))
    assert found.points == 5000
    assert "5(1)(6): 100×10 + 10×200 + 1×2000 = 5000 ≥ 5000" in found.working
    assert "5(2)(3) ← 5(1)(4): 200 < 5000" in found.working


def test_the_fine_is_shown_with_the_gain():
    assert "12: 34000 … 170000" in assess((0, 0, 0), illegal_gain=34_000).working


@given(COUNT, COUNT, COUNT, FACTS)
def test_the_level_is_the_points_or_the_gain(a, b, c, facts):
    found = assess((a, b, c), **facts)
    points = 100 * a + 10 * b + c
    gain = facts["illegal_gain"] or 0
    halves = 2 if facts["duty"] else 1
    reached = [max(points, gain) * halves >= line for line in (5000, 50_000)]
    assert found.points == points
    assert found.level == LEVELS[sum(reached)]
    assert bool(found.items) == reached[0]


@given(COUNT, COUNT, COUNT, st.sampled_from(["tier3", "tier4", "tier5"]), FACTS)
def test_one_more_record_never_lowers_the_level(a, b, c, which, facts):
    tiers = {"tier3": a, "tier4": b, "tier5": c}
    fewer = pii.assess_counts(CRIMINAL, **tiers, **facts)
    more = pii.assess_counts(CRIMINAL, **(tiers | {which: tiers[which] + 1}), **facts)
    assert LEVELS.index(fewer.level) <= LEVELS.index(more.level)
    assert fewer.points < more.points


@given(st.integers(0, 20_000), st.integers(0, 20_000), st.integers(0, 20_000), FACTS)
def test_ten_times_as_much_is_one_level_up(a, b, c, facts):
    once = assess((a, b, c), **facts)
    gain = facts["illegal_gain"]
    tenfold = facts | {"illegal_gain": None if gain is None else 10 * gain}
    ten = assess((10 * a, 10 * b, 10 * c), **tenfold)
    assert (once.level != "below") == (ten.level == "especially_serious")


@given(COUNT, COUNT, COUNT)
def test_a_duty_never_makes_it_less_grave(a, b, c):
    plain, duty = assess((a, b, c)), assess((a, b, c), duty=True)
    assert LEVELS.index(plain.level) <= LEVELS.index(duty.level)


@pytest.mark.parametrize(
    "facts",
    [
        {"tier3": -1},
        {"tier4": 1.5},
        {"tier5": True},
        {"tier5": "5000"},
        {"illegal_gain": -1},
        {"illegal_gain": 34_000.5},
        {"illegal_gain": "much"},
        {"illegal_gain": "1.005"},
        {"illegal_gain": "NaN"},
        {"illegal_gain": "Infinity"},
        {"illegal_gain": True},
    ],
)
def test_what_is_no_figure_is_refused_by_its_name(facts):
    with pytest.raises(ArgumentError, match=next(iter(facts))):
        pii.assess_counts(CRIMINAL, **facts)


def test_figures_have_no_records():
    with pytest.raises(ArgumentError, match="assess a case"):
        assess((1, 0, 0)).records(3)
