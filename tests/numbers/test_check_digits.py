# SPDX-License-Identifier: Apache-2.0
"""Check digits: they catch what they were made to catch, by exhaustive change of one place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect.errors import InvalidChecksum, InvalidFormat
from piidetect.numbers import luhn, mod_11_2

digits = st.text(alphabet="0123456789", min_size=1, max_size=24)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
STANDARD = "10X98765432"


@given(st.text(alphabet="0123456789", min_size=17, max_size=17))
def test_mod_11_2_is_the_table_of_the_standard(body):
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    assert mod_11_2.calc_check_digit(body) == STANDARD[total % 11]


@given(digits)
def test_mod_11_2_catches_every_wrong_character(body):
    number = body + mod_11_2.calc_check_digit(body)
    assert mod_11_2.is_valid(number)
    for place, right in enumerate(number):
        for wrong in "0123456789X" if place == len(body) else "0123456789":
            changed = number[:place] + wrong + number[place + 1 :]
            assert mod_11_2.is_valid(changed) is (wrong == right)


@given(digits)
def test_mod_11_2_catches_every_swap_of_digits(body):
    number = body + mod_11_2.calc_check_digit(body)
    for place in range(len(body) - 1):
        changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert mod_11_2.is_valid(changed) is (number[place] == number[place + 1])


@given(digits)
def test_luhn_catches_every_wrong_digit(body):
    number = body + luhn.calc_check_digit(body)
    assert luhn.is_valid(number)
    for place, right in enumerate(number):
        for wrong in "0123456789":
            changed = number[:place] + wrong + number[place + 1 :]
            assert luhn.is_valid(changed) is (wrong == right)


@given(digits)
def test_luhn_misses_only_09_and_90_among_swaps(body):
    number = body + luhn.calc_check_digit(body)
    for place in range(len(number) - 1):
        pair = number[place : place + 2]
        changed = number[:place] + pair[::-1] + number[place + 2 :]
        assert luhn.is_valid(changed) is (pair in {"09", "90"} or pair[0] == pair[1])


@pytest.mark.parametrize("module", [luhn, mod_11_2])
@pytest.mark.parametrize("text", ["", "12a4", "１２３４", "12.4", "X1", "1²"])
def test_other_characters_are_a_wrong_format(module, text):
    with pytest.raises(InvalidFormat):
        module.validate(text)


def test_separators_and_case():
    assert luhn.validate(" 7992-7398 713 ") == "79927398713"
    assert mod_11_2.validate("079x") == "079X"
    with pytest.raises(InvalidChecksum):
        mod_11_2.validate("0791")
