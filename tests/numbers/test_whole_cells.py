# SPDX-License-Identifier: Apache-2.0
"""Scalar checks of whole cells: verdicts, canonical forms and errors."""

from __future__ import annotations

import pytest

from piidetect.errors import InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from piidetect.numbers import (
    address,
    cell_text,
    date,
    gestation,
    icd10_code,
    medical_record_number,
    person_name,
)
from piidetect.schema import Verdict

MODULES = (person_name, address, date, medical_record_number, icd10_code, gestation)

TABLE = [
    (person_name, "valid", "张三 欧阳小明 阿卜杜拉·买买提 王丽之女 欧阳丽之子 张伟2 张三A JohnSmith O'Neil あゆみ 𠮷田"),
    (person_name, "invalid_length", "张 浙江省人民医院 欧阳丽之孙子"),
    (person_name, "invalid_format", "12345 张三123 ·张三 张··三 a 张(三) #REF! 张三,李四"),
    (person_name, "masked", "王* 李** 张某某 * 王×× 王□"),
    (person_name, "none", "无 本人 - NULL 测试 未知"),
    (address, "valid", "浙江省杭州市西湖区文三路1号 文三路12号 阳光花园3幢 杭州市1-2-3"),
    (address, "unchecked", "浙江省杭州市 西湖区"),
    (address, "invalid_length", "3号 路"),
    (address, "invalid_format", "12345 张三 hello 13800138000"),
    (address, "masked", "浙江省***"),
    (address, "none", "无 / 不详"),
    (date, "valid", "1905-01-05 1905/1/5 1905.1.05 19050105 1905年1月5日 1905年1月5 1904-02-29 190501051030 １９０５０１０５"),
    (date, "unchecked", "1905-01 190501 1905年1月 1905.1"),
    (date, "invalid_date", "1905-02-29 1905-13-01 1849-12-31 19051301 0000-00-00 1905-00 2030-01-01"),
    (date, "placeholder", "1900-01-01 9999-12-31 0001-01-01 18991230"),
    (date, "invalid_format", "05-01-05 1905 190501051 1905-01-05x 1905-01/05 1905年 12345 19050105246000"),
    (date, "masked", "19**-01-05"),
    (date, "none", "- 无 0"),
    (medical_record_number, "valid", "0001234567 ZA-20190012 B123 a1b2c3"),
    (medical_record_number, "invalid_length", "123 12 " + "1" * 21),
    (medical_record_number, "invalid_format", ("13800138000 19050105 110101190501010010 110101050101001 "
     "11010119050101001X ABCD A_123 -1234 1234- 12.3456")),
    (medical_record_number, "precision_lost", "1.23457E+11 1e+5 1.5E+1"),
    (medical_record_number, "masked", "12***45"),
    (medical_record_number, "none", "- 无"),
    (icd10_code, "valid", "O80 O80.0 o80.000 O80.000x001 J42.x00 J42.x00x003 G63.2* A01.0+ B20.004 R31.x00 Z34.9 J42.x"),
    (icd10_code, "invalid_format", ("O8 O80. O80.0000 O80.0x001 80.0 74.1 O80.000x01 O80.000x0011 "
     "OO0.0 M8000/3 O80.+ 肺炎 *")),
    (icd10_code, "none", "- 无"),
    (gestation, "valid", "4 42 12+3 12周 12周+3 12周3天 孕12周 12W3D 12w+0 12+3周 ４０＋１"),
    (gestation, "invalid_format", "3 43 12+7 123 12+ 周 12天 孕 +3 12周周 12+33 12.5"),
    (gestation, "none", "- 无"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "expected", "text"), [(m, v, t) for m, v, texts in TABLE for t in texts.split()]
)
def test_verdict(module, expected, text):
    options = {"today": 20260101} if module is date else {}
    found = module.verdict(text, **options)
    assert found is Verdict[expected.upper()]
    assert module.is_valid(text, **options) == (found is Verdict.VALID)
    if found in (Verdict.VALID, Verdict.UNCHECKED, Verdict.PLACEHOLDER):
        canonical = module.validate(text, **options)
        assert module.validate(canonical, **options) == canonical
    else:
        with pytest.raises(ValidationError) as raised:
            module.validate(text, **options)
        assert len(text) == 1 or text not in str(raised.value)


@pytest.mark.parametrize("module", MODULES)
def test_a_very_long_cell_is_too_long(module):
    with pytest.raises(InvalidLength):
        module.validate("张" * 257)
    assert module.verdict("  " + "1" * 300) is Verdict.INVALID_LENGTH


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: date.validate("1905-02-30"), InvalidComponent),
        (lambda: date.validate("x"), InvalidFormat),
        (lambda: person_name.validate(""), InvalidFormat),
        (lambda: gestation.days("43"), InvalidFormat),
        (lambda: icd10_code.is_pregnancy("x"), InvalidFormat),
    ],
)
def test_errors(call, error):
    with pytest.raises(error):
        call()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (person_name.compact(" 张　三 "), "张三"),
        (person_name.compact("John   Smith"), "John Smith"),
        (address.compact("文三路 1 号"), "文三路1号"),
        (address.compact("8  Wensan Road"), "8 Wensan Road"),
        (date.compact("1905/1/5 8:00"), "19050105"),
        (date.compact("x"), "x"),
        (date.format("19050105"), "1905-01-05"),
        (date.format("1905年1月"), "1905-01"),
        (date.format("x"), "x"),
        (medical_record_number.format("za-1"), "ZA-1"),
        (icd10_code.format("o80.000X001"), "O80.000x001"),
        (gestation.format("12周0天"), "12"),
        (gestation.format("x"), "x"),
        (address.format("文三路 1 号"), "文三路1号"),
        (person_name.format("张 三"), "张三"),
        (cell_text.fold("　＇Ａ１ '"), "A1"),
    ],
)
def test_canonical_forms(found, expected):
    assert found == expected


def test_visit_numbers_may_be_longer():
    number = "V" + "1" * 31
    assert not medical_record_number.is_valid(number)
    assert medical_record_number.is_valid(number, longest=medical_record_number.LONGEST_VISIT)


def test_other_dates_may_lie_ahead_by_two_years():
    assert date.verdict("2027-12-31", today=20260101, birth=False) is Verdict.VALID
    assert date.verdict("2028-01-02", today=20260101, birth=False) is Verdict.INVALID_DATE
    assert date.verdict("2099-01-01") is Verdict.VALID


def test_a_due_date_agrees_within_two_weeks():
    assert gestation.agrees(20240101, 20241007)
    assert gestation.agrees(20240101, 20241021)
    assert not gestation.agrees(20240101, 20241022)


def test_no_placeholder_is_longer_than_the_limit():
    assert max(map(len, cell_text.PLACEHOLDERS)) <= cell_text.MAX_PLACEHOLDER
    assert all(cell_text.is_placeholder(text.upper()) for text in cell_text.PLACEHOLDERS)
    assert all(cell_text.fold(text) in (text, "") for text in cell_text.PLACEHOLDERS)
