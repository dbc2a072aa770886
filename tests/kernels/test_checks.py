# SPDX-License-Identifier: Apache-2.0
"""Each check answers as its scalar twin, on numbers that are near to being right."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect import numbers, tables
from piidetect.kernels import checks, email
from piidetect.numbers import luhn, mod_11_2

TABLES = tables.load_tables()
TODAY = 20261124
ANY = st.text(alphabet="0123456789XA*", max_size=24)


def compact_bytes(text):
    data = np.zeros(len(text) + 66, np.uint8)
    data[1 : 1 + len(text)] = np.frombuffer(text.encode("ascii"), np.uint8)
    return data, 1, 1 + len(text)


def answers(text):
    """The kernels' verdicts on a compact number, by validator."""
    span = compact_bytes(text)
    return {
        "resident_id": checks.check_resident_id(*span, TABLES.region, TODAY),
        "foreign_permanent_resident_id": checks.check_foreign_permanent_resident_id(*span, TODAY),
        "mobile": checks.check_mobile(*span, TABLES.segment),
        "landline": checks.check_landline(*span, TABLES.area),
        "bank_card": checks.check_bank_card(*span, TABLES.iin),
        "service_number": checks.check_service_number(*span),
    }


def assert_equal(text):
    dated = {"resident_id", "foreign_permanent_resident_id"}
    for validator, found in answers(text).items():
        module = getattr(numbers, validator)
        if module.compact(text) != text or text in tables.placeholders(validator):
            continue  # the run scanner takes prefixes off and knows the fillers
        expected = module.verdict(text, today=TODAY) if validator in dated else module.verdict(text)
        assert (validator, found) == (validator, int(expected))


@given(ANY)
def test_any_text(text):
    assert_equal(text)


@given(
    st.sampled_from([*sorted(tables.division_codes())[::97], "932682", "110199", "000000"]),
    st.dates(datetime.date(1, 1, 1), datetime.date(2100, 1, 1)),
    st.integers(0, 999),
    st.sampled_from([None, "0", "X", "5", "00"]),
)
def test_identity_numbers(code, day, sequence, last):
    body = (
        f"{code}{day:%m%d}".replace(f"{day:%m%d}", f"{day.year:04d}{day:%m%d}") + f"{sequence:03d}"
    )
    number = body + mod_11_2.calc_check_digit(body)
    number = number if last is None else (body + last)[-18:].rjust(18, "1")
    assert_equal(number)
    assert_equal(body[:6] + body[8:])
    assert_equal(number[:15] + "000")


@given(
    st.text(alphabet="0123456789", min_size=14, max_size=14), st.sampled_from(["110101", "932682"])
)
def test_identity_numbers_with_any_date(rest, code):
    body = (code + rest)[:17]
    assert_equal(body + mod_11_2.calc_check_digit(body))
    assert_equal(code + rest[:9])


@given(
    st.sampled_from(["1", "0", "0571", "010", "021", "400", "800", "1440"]),
    st.text(alphabet="0123456789", min_size=6, max_size=12),
)
def test_phones(prefix, rest):
    assert_equal(prefix + rest)


@given(
    st.sampled_from(sorted(tables.card_lengths())),
    st.text(alphabet="0123456789", min_size=5, max_size=17),
)
def test_cards(prefix, rest):
    body = prefix + rest
    assert_equal(body)
    assert_equal(body + luhn.calc_check_digit(body))


@pytest.mark.parametrize("length", range(1, 21))
def test_luhn_and_mod_11_2(length):
    body = "9876543210123456789098"[:length]
    for last in "0123456789":
        data, start, stop = compact_bytes(body + last)
        assert checks.luhn(data, start, stop) == luhn.is_valid(body + last)


EMAIL = st.text(alphabet="aZ09._%+-@", max_size=30)


@given(
    st.one_of(
        EMAIL, st.builds("{}@{}.{}".format, EMAIL, EMAIL, st.sampled_from(["cn", "com", "c1"]))
    )
)
def test_email_addresses(text):
    if text.count("@") != 1:
        return
    data, start, stop = compact_bytes(text)
    at = start + text.index("@")
    found = email.email_start(data, start, at), email.email_stop(data, at, stop)
    whole = start < at and found == (start, stop)
    assert whole is numbers.email_address.is_valid(text)
