# SPDX-License-Identifier: Apache-2.0
"""We agree with python-stdnum but for a list of differences, each with its reason."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import imei as their_imei
from stdnum import imsi as their_imsi
from stdnum import luhn as their_luhn
from stdnum import mac as their_mac
from stdnum import meid as their_meid
from stdnum.cn import ric
from stdnum.cn import uscc as their_uscc
from stdnum.iso7064 import mod_11_2 as their_mod

from piidetect import tables
from piidetect.numbers import imei, imsi, luhn, mac_address, meid, mod_11_2, resident_id, uscc
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


@given(st.text(alphabet=uscc.ALPHABET, min_size=18, max_size=18), st.booleans())
def test_uscc(text, made_right):
    code = "91" + "330106" + text[8:]
    code = code[:17] + uscc.calc_check_character(code[:17]) if made_right else code
    # they refuse letters in places 1 and 2, which rural collectives have; we know the provinces
    assert uscc.is_valid(code) == their_uscc.is_valid(code)


def test_uscc_of_rural_collectives():
    code = "N2330106MF1234567"
    code += uscc.calc_check_character(code)
    assert uscc.is_valid(code)
    assert not their_uscc.is_valid(code)


@given(st.text(alphabet="0123456789", min_size=14, max_size=16))
def test_imei(text):
    if len(text) == 14:
        text += luhn.calc_check_digit(text)  # they take 14 digits for an IMEI without its last
    assert imei.is_valid(text) == their_imei.is_valid(text)


@given(
    st.sampled_from(sorted(imsi.NETWORKS)), st.text(alphabet="0123456789", min_size=10, max_size=10)
)
def test_imsi(network, subscriber):
    number = f"460{network}{subscriber}"
    assert imsi.is_valid(number)
    assert their_imsi.is_valid(number)
    # their table has all networks but the three that we don't confirm
    assert ("operator" in their_imsi.info(number)) == (network not in imsi.UNCONFIRMED)


@given(st.text(alphabet="0123456789ABCDEF", min_size=13, max_size=13), st.sampled_from("ABCDEF"))
def test_meid(rest, first):
    number = first + rest
    assert meid.calc_check_digit(number) == their_meid.calc_check_digit(number)
    assert meid.is_valid(number + meid.calc_check_digit(number)) == their_meid.is_valid(
        number + meid.calc_check_digit(number)
    )


@given(st.binary(min_size=6, max_size=6).map(bytes.hex), st.sampled_from(":-"))
def test_mac(digits, mark):
    text = mark.join(digits[at : at + 2] for at in range(0, 12, 2))
    assert mac_address.is_valid(text) == their_mac.is_valid(text, validate_manufacturer=False)
    assert mac_address.compact(text) == their_mac.compact(text).upper()
