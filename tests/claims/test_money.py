# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect.claims.defendants import shares
from piidetect.claims.money import capitals, figures, money, product
from piidetect.errors import ArgumentError

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def fen(text):
    """Read formal capitals back, by rules of its own."""
    yuan, _, rest = text.partition("元") if "元" in text else ("", "", text)
    total = section = digit = 0
    for char in yuan:
        if char in DIGITS:
            digit = DIGITS.index(char)
        elif char in PLACES:
            section, digit = section + digit * PLACES[char], 0
        elif char == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif char == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    small = digit_of_small = 0
    for char in rest:
        if char in DIGITS:
            digit_of_small = DIGITS.index(char)
        elif char in "角分":
            small += digit_of_small * (10 if char == "角" else 1)
    return (total + section + digit) * 100 + small


# The examples of 正确填写票据和结算凭证的基本规定, and where zeros are.
@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10005", "壹万零伍元整"),
        ("10050.00", "壹万零伍拾元整"),
        ("34000", "叁万肆仟元整"),
        ("45170", "肆万伍仟壹佰柒拾元整"),
        ("100000001", "壹亿零壹元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("10", "壹拾元整"),
    ],
)
def test_capitals(amount, text):
    assert capitals(Decimal(amount)) == text


@given(st.one_of(st.integers(1, 10**16 - 1), st.integers(0, 15).map(lambda n: 10**n)))
def test_capitals_read_back_are_the_amount(number):
    text = capitals(Decimal(number) / 100)
    assert fen(text) == number
    assert text.endswith("整") == (number % 100 == 0)


@pytest.mark.parametrize(
    "text",
    ["-1", "−1", "nan", "NaN", "inf", "1e5", "", "abc", "1,00", "1.2.3", "0x10", "１００", "1 000"],
)
def test_what_is_no_money_is_refused(text):
    with pytest.raises(ArgumentError, match=r"gain .*(negative|no amount of money)"):
        money("gain", text)


@pytest.mark.parametrize(
    ("text", "words"), [("0.005", "too many decimals"), ("1" * 15, "more than any claim")]
)
def test_money_that_can_not_be_paid_is_refused(text, words):
    with pytest.raises(ArgumentError, match=words):
        money("gain", text)


def test_money_is_exact():
    assert money("gain", "34,000.5") == Decimal("34000.50")
    assert money("price", "0.0047", places=6) == Decimal("0.0047")
    assert figures(Decimal("1234567.5")) == "1,234,567.50"
    assert product("price", Decimal("0.333333"), 3) == Decimal("0.99")  # rounded down


@given(
    st.integers(1, 10**9),
    st.lists(st.integers(1, 1000), min_size=2, max_size=6),
)
def test_fractions_of_a_claim_add_up_to_it(total, weights):
    whole = Decimal(total) / 100
    given = {str(at): f"{weight}/{sum(weights)}" for at, weight in enumerate(weights)}
    owed = shares(whole, given, "several", {})
    assert sum(one.amount for one in owed) == whole
    for one, weight in zip(owed, weights, strict=True):
        assert abs(one.amount - whole * weight / sum(weights)) < Decimal("0.02")


@pytest.mark.parametrize(
    ("given", "liability", "words"),
    [
        ({"A": "", "B": ""}, None, "--liability"),
        ({"A": "", "B": ""}, "both", "not known"),
        ({"A": "60%", "B": "50%"}, "several", "110.0000%, not 100 %"),
        ({"A": "1/2", "B": "1/3"}, "several", "not 100 %"),
        ({"A": "30000", "B": "15171"}, "several", "add up to 45,171.00, the claim is 45,170.00"),
        ({"A": "30000", "B": ""}, "several", "'B' has none"),
        ({"A": "30000", "B": "10%"}, "several", "all in one way"),
        ({"A": "0%", "B": "100%"}, "several", "can't be"),
        ({"A": "1/0", "B": "1/2"}, "several", "can't be"),
        ({"A": "-5", "B": "45175"}, "several", "negative"),
        ({"A": "x/y", "B": "1/2"}, "several", "can't be"),
        ({"A": "60%", "B": "40%"}, "joint", "no shares"),
    ],
)
def test_shares_that_can_not_be(given, liability, words):
    with pytest.raises(ArgumentError, match=words):
        shares(Decimal(45170), given, liability, {})
