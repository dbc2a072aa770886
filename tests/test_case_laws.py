# SPDX-License-Identifier: Apache-2.0
"""Laws of cases: merging is associative, and what is left out never raises what is pleaded."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
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


IDS = ("CN_RESIDENT_ID", "CN_FOREIGN_PERMANENT_RESIDENT_ID")


@settings(max_examples=60, deadline=None)
@given(
    databases(),
    st.sampled_from([*IDS, "PERSON", "CN_MOBILE", "EMAIL_ADDRESS", "CN_ADDRESS"]),
    st.integers(1, 4),
    st.sampled_from(LEFT_OUT),
)
def test_what_is_left_out_never_raises_the_low_figure(parts, entity, value, verdict):
    """Of records always; of persons while the case has an ID (see the next test)."""
    before = figures(parts)
    after = figures(without(parts, entity, value, verdict))
    assert after.funnel[-1].remaining <= before.funnel[-1].remaining
    ids = [
        sum(one.entities.get(n, {}).get("distinct_valid", 0) for n in IDS)
        for one in (before, after)
    ]
    assume(ids[1] or not ids[0])
    if ids[0]:
        assert after.persons.low <= before.persons.low


def named(number, person_id=0):
    found = [Found("PERSON", number), Found("CN_MOBILE", number)]
    found += [Found("CN_RESIDENT_ID", person_id)] if person_id else []
    kind = SubjectKind.ID if person_id else SubjectKind.NAME_CONTACT
    return Record(tuple(found), number, subject_kind=kind, subject=number, contact=number)


@pytest.mark.parametrize("verdict", LEFT_OUT)
def test_without_its_last_id_a_case_is_counted_by_names(verdict):
    """The low figure has two rules, by IDs and without any by names; the last ID to go changes the rule."""
    parts = [[named(1, person_id=9), named(2), named(3)]]
    assert figures(parts).persons.low == 1
    gone = without(parts, "CN_RESIDENT_ID", 9, verdict)
    gone[0][0] = replace(gone[0][0], subject_kind=SubjectKind.NAME_CONTACT)
    assert figures(gone).persons.low == 3
