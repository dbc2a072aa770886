# SPDX-License-Identifier: Apache-2.0
"""The detail of a finding says what the scalar modules say of the number, however it is written."""

from __future__ import annotations

import datetime
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from piidetect.columns import Column
from piidetect.detection import detect_block, set_up
from piidetect.kernels.cells import block_from_columns, cells_from_arrow
from piidetect.numbers import mobile, mod_11_2, resident_id
from piidetect.recognizer import load_recognizers
from piidetect.schema import ENTITY_NUMBER, NO_PLACE, PLACE_SHIFT, Verdict, packed_day
from piidetect.tables import division_codes, number_segments, placeholders
from piidetect.tables.lookups import OPERATORS
from piidetect.tables.names import mobile_region, operator_of

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
LOW = (1 << PLACE_SHIFT) - 1
COLUMNS = tuple(
    Column(at, "", entity, "subject", "heading", "")
    for at, entity in enumerate(("CN_RESIDENT_ID", "CN_MOBILE", "CN_LANDLINE", "DATE_OF_BIRTH"))
)
SETUP = set_up(load_recognizers(), COLUMNS, today=20991231, key=bytes(16))


def block_of(cells):
    return block_from_columns([cells_from_arrow(pa.array([one])) for one in cells], 0)


def detail_of(text, column):
    """The detail of the one valid finding in a cell of a column."""
    cells = [""] * len(COLUMNS)
    cells[column] = text
    block = block_of(cells)
    found = detect_block(block, SETUP).findings.to_pylist()
    [one] = [row for row in found if row["verdict"] == 1]
    assert one["entity"] == ENTITY_NUMBER[COLUMNS[column].entity]
    return one["detail"]


def place_of(detail):
    return f"{(detail >> PLACE_SHIFT) + NO_PLACE}" if detail >> PLACE_SHIFT else ""


def written(draw, text, cuts, tail=""):
    """A number as people write it: with spaces, with wide digits, or in a sentence."""
    form = draw(st.sampled_from(["plain", "wide", "spaced", "said"]))
    if form == "spaced":
        edges = [0, *cuts, len(text)]
        return " ".join(text[a:b] for a, b in pairwise(edges))
    plain = {"plain": text, "wide": text.translate(WIDE), "said": f"号码{text}，备用"}
    return plain[form] + (tail if form == "plain" else "")


@given(
    st.data(),
    st.sampled_from(sorted(division_codes())),
    st.dates(datetime.date(1850, 1, 1), datetime.date(2099, 12, 31)),
    st.integers(0, 999),
)
def test_an_id_keeps_place_day_and_sex(data, code, born, sequence):
    body = f"{code}{born:%Y%m%d}{sequence:03}"
    number = body + mod_11_2.calc_check_digit(body)
    found = detail_of(written(data.draw, number, (6, 14)), 0)
    assert 0 < found < 1 << 31
    assert place_of(found) == code[:4]
    assert (found & LOW) >> 1 == packed_day(born.year, born.month, born.day)
    assert ("female", "male")[found & 1] == resident_id.sex(number)


def test_an_id_of_15_digits_keeps_the_same():
    assert detail_of("330103050102001", 0) == detail_of("33010319050102001X", 0)


@given(st.data(), st.sampled_from(sorted(number_segments())), st.text("0123456789", min_size=8))
def test_a_mobile_keeps_place_and_operator(data, segment, rest):
    number = (segment + rest)[:11]
    assume(mobile.is_valid(number) and number not in placeholders("mobile"))
    prefix = data.draw(st.sampled_from(["", "86", "+86 ", "0086", "0", "+86-"]))
    text = written(data.draw, number, (3, 7))
    found = detail_of(prefix + text if text[:11] == number else text, 1)
    assert OPERATORS[found & LOW] == operator_of(number)
    assert place_of(found) == mobile_region(number).code[:4]


@given(st.lists(st.dates(datetime.date(1850, 1, 1), datetime.date(2099, 1, 1)), max_size=9))
def test_days_stay_in_order_and_fit(dates):
    packed = [detail_of(f"{one:%Y-%m-%d}", 3) >> 1 for one in sorted(dates)]
    assert packed == [packed_day(one.year, one.month, one.day) for one in sorted(dates)]
    assert packed == sorted(packed)
    assert len(set(packed)) == len(set(dates))
    assert all(0 < one <= LOW for one in packed)


@pytest.mark.parametrize(
    ("number", "place"),
    [
        ("0571-87654321", "3301"),
        ("(0571)87654321", "3301"),
        ("057187654321", "3301"),
        ("０５７１－８７６５４３２１", "3301"),
        ("010-87654321", "1100"),
        ("025-87654321", "3201"),
        ("0833-6123456", "5100"),
        ("0728-6123456", "4200"),
    ],
)
def test_a_landline_keeps_the_place_of_its_area_code(number, place):
    assert place_of(detail_of(number, 2)) == place


def test_what_is_not_valid_keeps_nothing():
    block = block_of(["330103190501020010", "13800138000", "", ""])
    found = detect_block(block, SETUP).findings.to_pylist()
    assert {row["verdict"] for row in found} == {Verdict.INVALID_CHECKSUM, Verdict.PLACEHOLDER}
    assert {row["detail"] for row in found} == {0}
