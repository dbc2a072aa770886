# SPDX-License-Identifier: Apache-2.0
"""We agree with python-stdnum but for a list of differences, each with its reason."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn as their_luhn
from stdnum.cn import ric
from stdnum.iso7064 import mod_11_2 as their_mod

from piidetect import tables
from piidetect.numbers import luhn, mod_11_2, resident_id
from piidetect.schema import Verdict

digits = st.text(alphabet="0123456789", min_size=1, max_size=24)
numbers = st.builds(
    lambda code, day, sequence: code + day.strftime("%Y%m%d") + f"{sequence:03d}",
    st.sampled_from(sorted(tables.division_codes())),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2020, 12, 31)),
    st.integers(0, 999),
).map(lambda body: body + mod_11_2.calc_check_digit(body))


def made(body: str) -> str:
    return body + mod_11_2.calc_check_digit(body)


@given(digits)
def test_luhn(text):
    assert luhn.is_valid(text) == their_luhn.is_valid(text)
    assert luhn.calc_check_digit(text) == their_luhn.calc_check_digit(text)


@given(digits, st.sampled_from("0123456789X"))
def test_mod_11_2(text, last):
    assert mod_11_2.is_valid(text + last) == their_mod.is_valid(text + last)
    assert mod_11_2.calc_check_digit(text) == their_mod.calc_check_digit(text)


def they_accept(text):
    """python-stdnum's answer; it crashes for a code whose entry names no county (130271)."""
    try:
        return ric.is_valid(text)
    except KeyError:
        return False


@given(numbers)
def test_what_they_accept_we_accept(text):
    if they_accept(text):
        assert resident_id.verdict(text) == Verdict.VALID
        assert resident_id.birth_date(text) == ric.get_birth_date(text)


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_a_wrong_digit_is_wrong_to_both(text, place, digit):
    changed = text[:place] + digit + text[place + 1 :]
    if changed != text:
        assert not resident_id.is_valid(changed)
        assert not they_accept(changed)


#: What they refuse and we accept, by reason.
TRUE_NUMBERS_THAT_THEY_REFUSE = {
    "the code is younger than the person: the number was allotted later": made("33050119040101001"),
    "the sample that GB 11643-1999 prints": "440524188001010014",
    "residence permit of a Hong Kong resident": made("81000019010101001"),
    "residence permit of a Taiwan resident": made("83000019010101001"),
    "15 digits, in use until 1999": "110101050101001",
}

#: What they accept and we refuse, by reason.
FALSE_NUMBERS_THAT_THEY_ACCEPT = {
    "born in a year to come": made("11010129990101001"),
}


@pytest.mark.parametrize("reason", TRUE_NUMBERS_THAT_THEY_REFUSE)
def test_we_accept_more(reason):
    text = TRUE_NUMBERS_THAT_THEY_REFUSE[reason]
    assert not ric.is_valid(text)
    assert resident_id.is_valid(text, today=20261124)


@pytest.mark.parametrize("reason", FALSE_NUMBERS_THAT_THEY_ACCEPT)
def test_we_accept_less(reason):
    text = FALSE_NUMBERS_THAT_THEY_ACCEPT[reason]
    assert ric.is_valid(text)
    assert not resident_id.is_valid(text, today=20261124)
