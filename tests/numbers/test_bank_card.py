# SPDX-License-Identifier: Apache-2.0
"""银行卡号: the issuer must be known for the length, then Luhn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect import tables
from piidetect.errors import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength
from piidetect.numbers import bank_card, luhn
from piidetect.schema import Verdict


def card(prefix: str, length: int, filler: str = "7") -> str:
    body = prefix + filler * (length - len(prefix) - 1)
    return body + luhn.calc_check_digit(body)


@given(st.sampled_from(sorted(tables.card_lengths().items())), st.data())
def test_every_issuer_of_the_table(issuer, data):
    prefix, bits = issuer
    length = data.draw(st.sampled_from([n for n in range(13, 20) if bits >> n & 1]))
    filler = data.draw(st.text(alphabet="0123456789", min_size=1, max_size=1))
    number = card(prefix, length, filler)
    placeholder = number in tables.placeholders("bank_card")
    assert bank_card.verdict(number) == (Verdict.PLACEHOLDER if placeholder else Verdict.VALID)
    assert bank_card.validate(bank_card.format(number)) == number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    with pytest.raises(InvalidChecksum):
        bank_card.validate(wrong)


@pytest.mark.parametrize("length", range(16, 20))
def test_unionpay_has_16_to_19_digits(length):
    assert bank_card.is_valid(card("62", length))


@pytest.mark.parametrize("length", [13, 14, 15])
def test_unionpay_has_no_shorter_ones(length):
    assert bank_card.verdict(card("62", length)) == Verdict.UNASSIGNED


@pytest.mark.parametrize("length", [16, 19])
def test_a_sim_card_is_no_bank_card(length):
    assert bank_card.verdict(card("898600", length)) == Verdict.UNASSIGNED


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("622202100000", InvalidLength),
        (card("62", 20), InvalidLength),
        ("622202100000000001X", InvalidFormat),
        (card("12", 19), InvalidComponent),
        (card("62", 15), InvalidComponent),
        ("6222021000000000018", InvalidChecksum),
    ],
)
def test_each_guard(text, error):
    with pytest.raises(error):
        bank_card.validate(text)
