# SPDX-License-Identifier: Apache-2.0
"""What codes are called, and the same as indices in arrays."""

from __future__ import annotations

import datetime
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect import tables
from piidetect.messages import catalogue
from piidetect.numbers import bank_card, icd10_code, landline, mobile, mod_11_2, resident_id
from piidetect.schema import ENTITIES
from piidetect.tables import lookups, names

ARRAYS = lookups.load_lookups()
CODES = sorted(tables.division_codes())
SPANS = names._division_spans()


@pytest.mark.parametrize(
    ("code", "year", "province", "city", "county"),
    [
        ("330103", 1960, "浙江省", "杭州市", "下城区"),
        ("330105", 2024, "浙江省", "杭州市", "拱墅区"),
        ("330110", 2024, "浙江省", "杭州市", "余杭区"),
        ("330402", 1985, "浙江省", "嘉兴市", "城区"),
        ("330402", 1999, "浙江省", "嘉兴市", "秀城区"),
        ("330402", 2010, "浙江省", "嘉兴市", "南湖区"),
        ("420601", 1985, "湖北省", "襄樊市", ""),
        ("420602", 2015, "湖北省", "襄阳市", "襄城区"),
        ("110101", 1905, "北京市", "", "东城区"),
        ("500101", 2000, "重庆市", "", "万州区"),
        ("510229", 1960, "四川省", "重庆市", "永川县"),
        ("429004", 2000, "湖北省", "", "仙桃市"),
        ("659001", 1990, "新疆维吾尔自治区", "", "石河子市"),
        ("810000", 1990, "香港特别行政区", "", ""),
        ("999999", 1990, "", "", ""),
    ],
)
def test_regions_by_year(code, year, province, city, county):
    assert names.region_of(code, year) == (code, province, city, county)


@pytest.mark.parametrize("code", CODES[:: len(CODES) // 500])
def test_every_code_has_a_name_in_every_year(code):
    assert names.division_name(code)
    assert all(names.division_name(code, year) for year in range(1900, 2030, 7))
    assert names.region_of(code).province


def test_the_names_of_a_code_are_in_order_and_those_in_force_come_last():
    for code, spans in SPANS.items():
        open_ends = [last == 9999 for _, last, _ in spans]
        assert open_ends == sorted(open_ends), code
        assert sum(open_ends) <= 2, code
        assert all(first <= last for first, last, _ in spans), code


@given(
    st.sampled_from(CODES),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2020, 12, 31)),
    st.integers(0, 999),
)
def test_an_id_tells_its_region(code, day, sequence):
    body = f"{code}{day:%Y%m%d}{sequence:03d}"
    found = resident_id.region(body + mod_11_2.calc_check_digit(body))
    assert found == names.region_of(code, day.year)
    assert ARRAYS.province[int(code)] == lookups.PROVINCES.index(code[:2])
    assert found.province == names.division_name(f"{code[:2]}0000", day.year)


def test_provinces_are_complete():
    assert {code[:2] for code in CODES} == set(lookups.PROVINCES) - {""}
    assert not ARRAYS.province[[0, 990_101, 123_456]].any()


@given(st.integers(10_000_000_000, 19_999_999_999).map(str))
def test_operators_and_places_of_mobiles_are_the_same_as_index(number):
    operator = lookups.OPERATORS[ARRAYS.operator[int(number[:5])]]
    assert operator == names.operator_of(number)
    assert bool(operator) <= bool(tables.segment_of(number))
    row = ARRAYS.mobile_city[int(number[:7]) - 1_000_000]
    code = names.mobile_cities()[row][0]
    assert names.mobile_region(number) == (
        names.region_of(code) if code else names.Region("", "", "", "")
    )
    assert lookups.PROVINCES[ARRAYS.mobile_province[row]] == code[:2]


def test_most_mobiles_have_a_place():
    whole = np.zeros(1_000_000, bool)
    for prefix in ("130", "138", "139", "150", "186", "189"):
        whole[int(prefix) * 10_000 - 1_000_000 :][:10_000] = True
    assert (ARRAYS.mobile_city[whole] > 0).mean() > 0.95
    assert ARRAYS.mobile_city.max() == len(names.mobile_cities()) - 1


def test_every_place_of_mobiles_has_a_code_in_force_once():
    for code, name in names.mobile_cities()[1:]:
        assert code in tables.division_codes()
        assert re.search(r"(市|州|地区|盟|县|区)$", name)


@pytest.mark.parametrize(
    ("number", "operator"),
    [
        ("13800138001", "China Mobile"),
        ("18612345678", "China Unicom"),
        ("18912345678", "China Telecom"),
        ("19212345678", "China Broadnet"),
        ("17012345678", "virtual"),
        ("16212345678", "virtual"),
    ],
)
def test_operators(number, operator):
    assert mobile.operator(number) == operator


@given(st.text(alphabet="0123456789", min_size=13, max_size=19))
def test_banks_are_the_same_as_index_but_for_longer_prefixes(number):
    at = int(number[:6])
    issuer = names.issuer_of(number[:6])
    if issuer.bank:
        assert lookups.banks()[ARRAYS.bank[at]] == issuer.bank
        assert lookups.CARDS[ARRAYS.card[at]] == issuer.card


def test_issuers():
    assert bank_card.issuer("6222020000000000018") == ("中国工商银行", "debit")
    assert names.issuer_of("6228480000000000") == ("中国农业银行", "debit")
    assert names.issuer_of("4000000000000000").bank == "Visa"
    assert names.issuer_of("0" * 16) == ("", "")


def test_area_codes_have_a_province():
    for code, region in names._areas().items():
        assert region.province, code
        assert lookups.PROVINCES[ARRAYS.area_province[int(code)]] == region.code[:2]
    assert landline.region("0571-87654321")[1:3] == ("浙江省", "杭州市")
    assert names.area_region("0000") == ("", "", "", "")


def test_countries():
    assert names.country_of("682") == names.country_of("SAU") == names.country_of("SA")
    assert names.country_of("XXX") is None


def test_chapters_leave_no_gap_but_those_of_the_classification():
    first = [chapter.first for chapter in names.chapters()]
    assert len(first) == 22
    assert icd10_code.chapter("O80.000x001").chapter == "XV"
    assert icd10_code.chapter("D48.9").chapter == "II"
    assert icd10_code.chapter("D50").chapter == "III"
    assert icd10_code.chapter("D49") is None
    assert all(re.search(r"[㐀-鿿]", chapter.title_zh) for chapter in names.chapters())


def test_nobody_can_change_the_arrays():
    for array in ARRAYS:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_all_codes_have_words():
    assert set(catalogue()["entity"]) == set(ENTITIES)
    assert len(ENTITIES) == len(set(ENTITIES)) <= 64  # bits of a mask
    assert set(lookups.OPERATORS) - {""} <= set(catalogue()["operator"])
    assert set(lookups.CARDS) - {""} == set(catalogue()["bank_card"])
