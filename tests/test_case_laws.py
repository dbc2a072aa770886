# SPDX-License-Identifier: Apache-2.0
"""Laws of cases: merging is associative, and what is left out never raises what is pleaded."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_case import Found, Made, Record, write_case
from tests.test_count import databases, figures

import piidetect as pii
from piidetect.report import render
from piidetect.schema import SubjectKind, Verdict

SHARDS = st.lists(databases().filter(bool), min_size=3, max_size=3)
#: What a recognizer may say of a value that it doesn't take.
LEFT_OUT = (Verdict.PLACEHOLDER, Verdict.INVALID_CHECKSUM, Verdict.SERVICE_NUMBER)


@settings(max_examples=15, deadline=None)
@given(SHARDS)
def test_merging_is_associative_and_order_does_not_matter(shards):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = folder / "key"
        key.write_text("00112233445566778899aabbccddeeff")
        cases = []
        for number, parts in enumerate(shards):
            made = [Made(f"{number}-{at}.csv", tuple(rows)) for at, rows in enumerate(parts)]
            cases.append(write_case(folder / f"{number}", made, key_file=key).directory)

        def merged(name, *some):
            return pii.merge(folder / name, list(some), key_file=key).directory

        a, b, c = cases
        left = merged("left", merged("ab", a, b), c)
        right = merged("right", a, merged("bc", b, c))
        at_once = merged("once", c, a, b)
        reports = [render(pii.open_case(one), "json") for one in (left, right, at_once)]
        assert reports[0] == reports[1] == reports[2]
        assert pii.open_case(left).id == pii.open_case(right).id


def without(parts, entity, value, verdict):
    """The same with one value of one entity judged otherwise wherever it stands."""

    def judged(found):
        same = (found.entity, found.value, found.verdict) == (entity, value, Verdict.VALID)
        return replace(found, verdict=verdict) if same else found

    return [
        [replace(one, findings=tuple(judged(found) for found in one.findings)) for one in rows]
        for rows in parts
    ]


EXCLUSIONS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "CN_RESIDENT_ID",
                "CN_FOREIGN_PERMANENT_RESIDENT_ID",
                *("PERSON", "CN_MOBILE", "EMAIL_ADDRESS", "CN_ADDRESS"),
            ]
        ),
        st.integers(1, 4),
        st.sampled_from(LEFT_OUT),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=30, deadline=None)
@given(databases(), EXCLUSIONS)
def test_what_is_left_out_never_raises_the_low_figure(parts, exclusions):
    """Of records and of persons, down to the last ID and the last name."""
    before = figures(parts)
    for entity, value, verdict in exclusions:
        parts = without(parts, entity, value, verdict)
        after = figures(parts)
        assert after.funnel[-1].remaining <= before.funnel[-1].remaining
        assert after.persons.low <= before.persons.low
        assert after.persons.low <= after.persons.point <= after.persons.high
        before = after


def named(number, person_id=0, phone=0):
    found = [Found("PERSON", number), Found("CN_MOBILE", phone or number)]
    found += [Found("CN_RESIDENT_ID", person_id)] if person_id else []
    kind = SubjectKind.ID if person_id else SubjectKind.NAME_CONTACT
    return Record(tuple(found), number, subject_kind=kind, subject=number, contact=phone or number)


def after_its_last_id(rows, verdict):
    gone = without([rows], "CN_RESIDENT_ID", 9, verdict)[0]
    return figures([[replace(one, subject_kind=SubjectKind.NAME_CONTACT) for one in gone]])


@pytest.mark.parametrize("verdict", [*LEFT_OUT, Verdict.UNKNOWN_REGION])
def test_an_id_of_three_names_stays_one_person_when_it_is_left_out(verdict):
    """It was the last ID: had the three names counted then, the low figure would have risen from 1 to 3."""
    rows = [named(1, 9), named(2, 9), named(3, 9)]
    assert figures([rows]).persons.low == 1
    assert after_its_last_id(rows, verdict).persons.low <= 1


@pytest.mark.parametrize("verdict", LEFT_OUT)
def test_names_count_where_they_are_more_than_the_ids(verdict):
    rows = [named(1, 9), named(2), named(3)]
    assert figures([rows]).persons.low == 3
    assert after_its_last_id(rows, verdict).persons.low == 3


def test_ids_count_where_they_are_more_than_the_names():
    rows = [named(1, number, phone=number) for number in range(5, 9)]
    assert figures([rows]).persons.low == 4


def test_names_at_the_phone_of_an_id_may_be_that_person():
    rows = [named(1, 9, phone=7), named(2, phone=7), named(3, phone=7)]
    persons = figures([rows]).persons
    assert (persons.low, persons.point) == (1, 1)


def test_the_point_is_never_below_the_low_figure():
    """An ID in doubt with the phone of a valid one: the point takes it for nobody new, its name is one."""
    doubtful = Found("CN_RESIDENT_ID", 8, Verdict.INVALID_CHECKSUM)
    other = named(2, phone=7)
    rows = [named(1, 9, phone=7), replace(other, findings=(*other.findings, doubtful))]
    persons = figures([rows]).persons
    assert (persons.low, persons.point) == (2, 2)


def test_masked_ids_leave_the_names():
    """A masked ID has no value that could tell whose names are one person's."""
    masked = Found("CN_RESIDENT_ID", 0, Verdict.MASKED)
    rows = [replace(one, findings=(*one.findings, masked)) for one in (named(1), named(2))]
    assert figures([rows]).persons.low == 2


@given(parts=databases())
@settings(max_examples=30)
def test_the_funnel_alone_is_the_funnel_of_all_figures(parts):
    with tempfile.TemporaryDirectory() as directory:
        made = [Made(f"{number}.csv", tuple(rows)) for number, rows in enumerate(parts)]
        alone = write_case(Path(directory) / "case", made)
        steps = alone.steps
        assert "result" not in vars(alone)
        assert list(steps) == list(pii.open_case(alone.directory).result.funnel)
        assert list(alone.result.funnel) == list(steps)
