# SPDX-License-Identifier: Apache-2.0
"""Mobile, landline and service numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect import tables
from piidetect.errors import InvalidComponent, InvalidFormat, InvalidLength
from piidetect.numbers import landline, mobile, service_number
from piidetect.schema import Verdict

eight_digits = st.integers(0, 99_999_999).map("{:08d}".format)


@given(
    st.sampled_from(
        [
            "130",
            "139",
            "150",
            "159",
            "170",
            "176",
            "180",
            "189",
            "191",
            "192",
            "199",
            "162",
            "165",
            "167",
            "145",
            "147",
            "149",
        ]
    ),
    eight_digits,
)
def test_assigned_segments(segment, rest):
    number = segment + rest
    expected = Verdict.PLACEHOLDER if number in tables.placeholders("mobile") else Verdict.VALID
    assert mobile.verdict(number) == expected
    assert mobile.validate(number) == number
    for form in (
        f"+86{number}",
        f"0086{number}",
        f"86{number}",
        f"+86-{number[:3]} {number[3:7]} {number[7:]}",
    ):
        assert mobile.validate(form) == number


@given(
    st.sampled_from(
        ["142", "143", "154", "160", "163", "164", "168", "169", "179", "194", "1611", "1748"]
    ),
    eight_digits,
)
def test_segments_that_nobody_has(segment, rest):
    number = (segment + rest)[:11]
    assert mobile.verdict(number) == Verdict.UNASSIGNED
    with pytest.raises(InvalidComponent):
        mobile.validate(number)


@pytest.mark.parametrize("number", ["14600000001", "14812345678", "1410012345678", "1440012345678"])
def test_things_are_no_persons(number):
    assert mobile.verdict(number) == Verdict.IOT
    assert not mobile.is_valid(number)


@pytest.mark.parametrize("number", ["13491234567", "16191234567", "17401234567", "17491234567"])
def test_satellite_phones_are_phones(number):
    assert mobile.verdict(number) == Verdict.VALID


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1380013800", InvalidLength),
        ("138001380011", InvalidLength),
        ("1609459200000", InvalidLength),
        ("23800138001", InvalidFormat),
        ("1380013800O", InvalidFormat),
        ("+86138001380", InvalidFormat),
        ("10000000000", InvalidComponent),
    ],
)
def test_each_guard_of_mobiles(text, error):
    with pytest.raises(error):
        mobile.validate(text)


@pytest.mark.parametrize("text", ["1.38E+10", "1.3800138E+10"])
def test_a_spreadsheet_shortens(text):
    assert mobile.verdict(text) == Verdict.PRECISION_LOST


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0571-87654321", "057187654321"),
        ("(0571)87654321", "057187654321"),
        ("（０５７１）８７６５４３２１", "057187654321"),
        ("010 8765 4321", "01087654321"),
        ("0851-8765432", "08518765432"),
        ("+86-571-87654321", "057187654321"),
        ("0086 10 87654321", "01087654321"),
        ("0571-87654321-802", "057187654321"),
        ("0571-87654321转802", "057187654321"),
        ("0571-87654321 ext. 8", "057187654321"),
    ],
)
def test_landlines(text, canonical):
    assert landline.validate(text) == canonical
    assert landline.verdict(text) == Verdict.VALID
    assert landline.validate(landline.format(text)) == canonical


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("87654321", InvalidLength),
        ("0571-876543210", InvalidLength),
        ("13800138001", InvalidFormat),
        ("0571-8765432a", InvalidFormat),
        ("0199-87654321", InvalidComponent),
        ("0571-17654321", InvalidComponent),
        ("0571-97654321", InvalidComponent),
        ("010-8765432", InvalidComponent),
        ("021-876543210", InvalidComponent),
    ],
)
def test_each_guard_of_landlines(text, error):
    with pytest.raises(error):
        landline.validate(text)


@pytest.mark.parametrize("text", ["400-820-8820", "８００８２０８８２０", " 4008208820 "])
def test_service_numbers_are_told_apart(text):
    assert service_number.verdict(text) == Verdict.SERVICE_NUMBER
    assert service_number.is_valid(text)
    assert len(service_number.validate(text)) == 10


@pytest.mark.parametrize(
    ("text", "error"), [("95588", InvalidLength), ("4108208820", InvalidFormat)]
)
def test_each_guard_of_service_numbers(text, error):
    with pytest.raises(error):
        service_number.validate(text)
