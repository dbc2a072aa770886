# SPDX-License-Identifier: Apache-2.0
"""外国人永久居留身份证: the form of 2023 and the one before."""

from __future__ import annotations

import pytest

from piidetect.errors import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength
from piidetect.numbers import foreign_permanent_resident_id as number
from piidetect.numbers import mod_11_2
from piidetect.schema import Verdict


def made(body: str) -> str:
    return body + mod_11_2.calc_check_digit(body)


def test_the_worked_example_of_the_rules():
    # issued in Jiangsu (32) to a Saudi (682) man: check digit 7 for the layout's own sample year
    assert mod_11_2.calc_check_digit("932682" + f"{1985}0101" + "001") == "7"


@pytest.mark.parametrize(
    "text", ["932682190501010010", "９３２６８２１９０５０１０１００１０", "932682 19050101 0010"]
)
def test_new_form(text):
    assert number.validate(text) == "932682190501010010"
    assert number.verdict(text) == Verdict.VALID


def test_old_form_waits_for_its_heading():
    assert number.verdict("usa110105010101") == Verdict.UNCHECKED
    assert number.verdict("usa110105010101", context=True) == Verdict.VALID
    assert number.validate("usa110105010101") == "USA110105010101"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("93268219050101001", InvalidLength),
        ("9326821905010100100", InvalidLength),
        (made("83268219050101001"), InvalidFormat),
        ("93268219050101001A", InvalidFormat),
        ("USAB10105010101", InvalidFormat),
        ("US1110105010101", InvalidFormat),
        ("932682190501010011", InvalidChecksum),
        (made("93268219050230001"), InvalidComponent),
        (made("93268218490101001"), InvalidComponent),
    ],
)
def test_each_guard(text, error):
    with pytest.raises(error):
        number.validate(text)


def test_the_reference_date_is_an_argument():
    assert number.is_valid("932682190501010010", today=19050101)
    assert not number.is_valid("932682190501010010", today=19041231)
