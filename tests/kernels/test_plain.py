# SPDX-License-Identifier: Apache-2.0
"""A cell that is told by its bytes is valid by the slow way too, and its bytes are canonical."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect.kernels import plain, values
from piidetect.kernels.compiling import kernel
from piidetect.kernels.fold import fold_cell
from piidetect.numbers import address, cell_text, medical_record_number, person_name
from piidetect.schema import Verdict

NAMES = st.text(alphabet="张三王〇某无名氏先生女士测试本人患者×A1 ·", max_size=5)
ADDRESSES = st.text(alphabet="浙江省路号幢1234 A，（　１*'", max_size=60)
RECORDS = st.text(alphabet="0123456789Bbn/-*", max_size=22) | st.sampled_from(
    ["19900307", "13812345678", "110101190001011009", "11010119000101100X", "0012345", "000000"]
)


@kernel
def _fold_and_encode(data, stop, codes, value):
    count = fold_cell(data, 0, stop, codes)
    return count, plain.encode(codes, count, value)


def plainly(text, profile, unfolded):
    raw = text.encode()
    data = np.frombuffer(raw + bytes(64), np.uint8)
    return plain.is_plain(data, 0, len(raw), profile, unfolded)


def check(text, profile, twin):
    """What is plain is valid, and folding it changes nothing."""
    unfolded = not set(text) & set("*（，　１")
    if plainly(text, profile, unfolded):
        assert twin.verdict(text) is Verdict.VALID
        assert cell_text.fold(text) == text


@given(NAMES)
def test_plain_names_are_valid(text):
    check(text, values.PERSON, person_name)


@given(ADDRESSES)
def test_plain_addresses_are_valid(text):
    check(text, values.ADDRESS, address)


@given(RECORDS)
def test_plain_record_numbers_are_valid(text):
    check(text, values.MEDICAL_RECORD_NUMBER, medical_record_number)


DAYS = st.builds(
    "{}{}{:02}{}{:02}".format,
    st.sampled_from(["1753", "1899", "1900", "1904", "2000", "2023", "2024", "2026", "9999"]),
    st.sampled_from("-/.年 "),
    st.integers(0, 14),
    st.sampled_from("-/"),
    st.integers(0, 32),
)


@given(DAYS, st.sampled_from([values.DATE, values.BIRTH_DATE]), st.sampled_from([0, 20240315]))
def test_plain_days_are_valid(text, profile, today):
    raw = text.encode()
    data = np.frombuffer(raw + bytes(64), np.uint8)
    verdict, value = np.zeros(1, np.uint8), np.zeros(1, np.int64)
    span = np.zeros(1, np.int64), np.array([len(raw)])
    values.check_cells(data, *span, profile, today, verdict, value)
    day = plain.plain_day(data, 0, len(raw))
    is_plain = plain.is_plain_day(data, 0, len(raw), profile, today)
    apart = text[4:5] == text[7:8] and text[4] in "-/"
    assert is_plain == (apart and verdict[0] == Verdict.VALID)
    assert not is_plain or day == value[0]


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("张三", values.PERSON),
        ("欧阳小明", values.PERSON),
        ("浙江省杭州市西湖区文三路123号456室", values.ADDRESS),
        ("B046777598", values.MEDICAL_RECORD_NUMBER),
    ],
)
def test_common_cells_are_plain(text, profile):
    assert plainly(text, profile, unfolded=True)


@given(st.text(max_size=80))
def test_encoding_gives_the_folded_text(text):
    raw = text.encode("utf-8", "surrogatepass")
    data = np.frombuffer(raw + bytes(64), np.uint8)
    codes, value = np.zeros(cell_text.MAX_CODES, np.int32), np.zeros(1024, np.uint8)
    count, size = _fold_and_encode(data, len(raw), codes, value)
    folded = "".join(map(chr, codes[:count]))
    assert value[:size].tobytes() == folded.encode("utf-8", "surrogatepass")
