# SPDX-License-Identifier: Apache-2.0
"""公民身份号码: each guard in its turn, every part that it tells."""

from __future__ import annotations

import datetime
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect import tables
from piidetect.errors import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength
from piidetect.numbers import mod_11_2, resident_id
from piidetect.schema import Verdict

CODES = sorted(tables.division_codes())


def number(code: str, birth: str, sequence: str = "001") -> str:
    body = code + birth + sequence
    return body + mod_11_2.calc_check_digit(body)


numbers = st.builds(
    lambda code, day, sequence: number(code, day.strftime("%Y%m%d"), f"{sequence:03d}"),
    st.sampled_from(CODES),
    st.dates(datetime.date(1850, 1, 1), datetime.date(2026, 11, 24)),
    st.integers(0, 999),
)


@given(numbers)
def test_every_well_made_number_is_valid(made):
    assert resident_id.verdict(made) == Verdict.VALID
    assert resident_id.validate(made) == made
    assert resident_id.region(made).code == made[:6]
    assert resident_id.birth_date(made).strftime("%Y%m%d") == made[6:14].lstrip("0")
    assert resident_id.sex(made) == ("male" if made[16] in "13579" else "female")


@given(numbers)
def test_all_written_forms_are_one_number(made):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in made)
    forms = [made.lower(), wide, wide.lower(), f"'{made}", f" {made}\t", resident_id.format(made)]
    forms.append(f"{made[:6]}-{made[6:14]}-{made[14:]}")
    assert {resident_id.validate(form) for form in forms} == {made}


@given(numbers)
def test_one_wrong_character_is_never_valid(made):
    for place in range(18):
        wrong = "3" if made[place] != "3" else "4"
        assert resident_id.verdict(made[:place] + wrong + made[place + 1 :]) != Verdict.VALID


@given(numbers.filter(lambda made: made[6:8] == "19"))
def test_15_digits_become_18(made):
    old = made[:6] + made[8:17]
    assert resident_id.verdict(old) == Verdict.UNCHECKED
    assert resident_id.verdict(old, context=True) == Verdict.VALID
    assert resident_id.validate(old) == made


def test_a_code_counts_whatever_the_birth_year():
    # 330501 appeared in 1983, 659012 in 2022; 110103 was abolished in 2010
    for code in ("330501", "320924", "513029", "110103", "440306", "420501", "110228", "659012"):
        for birth in ("18990101", "19010101", "19050101"):
            assert resident_id.verdict(number(code, birth)) == Verdict.VALID
    for code in ("810000", "820000", "830000"):
        assert resident_id.verdict(number(code, "19050101")) == Verdict.VALID


@pytest.mark.parametrize("length", [*range(15), 16, 17, *range(19, 25)])
def test_other_lengths(length):
    with pytest.raises(InvalidLength):
        resident_id.validate("1" * length)


@pytest.mark.parametrize(
    "text",
    [
        "11010119050101001*",
        "X10101190501010010",
        "1101011905O1010010",
        "甲10101190501010010",
        "1101010501010X1",
    ],
)
def test_other_characters(text):
    with pytest.raises(InvalidFormat):
        resident_id.validate(text)
    assert resident_id.verdict(text) == Verdict.INVALID_FORMAT


def test_the_order_of_guards():
    # each number breaks its own rule and all that come after it
    body = "99999919051301001"
    right = mod_11_2.calc_check_digit(body)
    wrong = "1" if right != "1" else "2"
    assert resident_id.verdict(body) == Verdict.INVALID_LENGTH
    assert resident_id.verdict(f"{body}Y") == Verdict.INVALID_FORMAT
    assert resident_id.verdict(body + wrong) == Verdict.INVALID_CHECKSUM
    assert resident_id.verdict(body + right) == Verdict.INVALID_DATE
    assert resident_id.verdict(number("999999", "19051201")) == Verdict.UNKNOWN_REGION


@pytest.mark.parametrize(
    "birth", ["19050229", "19050431", "19051301", "19050100", "18491231", "00010101"]
)
def test_no_such_birth_date(birth):
    assert resident_id.verdict(number("110101", birth)) == Verdict.INVALID_DATE
    with pytest.raises(InvalidComponent):
        resident_id.validate(number("110101", birth))


def test_leap_days():
    assert resident_id.is_valid(number("110101", "19040229"))
    assert not resident_id.is_valid(number("110101", "19000229"))


def test_the_reference_date_is_an_argument():
    made = number("110101", "19050101")
    assert resident_id.is_valid(made, today=19050101)
    assert resident_id.verdict(made, today=19041231) == Verdict.INVALID_DATE
    old = made[:6] + made[8:17]
    assert resident_id.verdict(old, today=19041231, context=True) == Verdict.INVALID_DATE


def test_a_spreadsheet_keeps_15_digits():
    assert resident_id.verdict("110101190501010000") == Verdict.PRECISION_LOST
    with pytest.raises(InvalidChecksum):
        resident_id.validate("110101190501010000")
    assert resident_id.verdict("110101190501013000") == Verdict.VALID  # right by its check digit
    assert resident_id.verdict("110101190513010000") == Verdict.INVALID_CHECKSUM  # no date


def test_a_tenth_of_random_numbers_passes_the_check_digit():
    generator = random.Random(11)
    passed = sum(
        mod_11_2.is_valid("".join(generator.choices("0123456789", k=18))) for _ in range(20_000)
    )
    assert 0.08 < passed / 20_000 < 0.10
