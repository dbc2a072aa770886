# SPDX-License-Identifier: Apache-2.0
"""The checks of whole cells: equality with the scalar twins on every text, values, robustness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from piidetect.kernels import values
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

TODAY = 20260101

ALPHABET = (
    "0123456789０１９Ｘ +-./:*＊'\" \u3000年月日号周天孕时分Tw张欧阳三某之子女婴省市区县路室·•．.,、@"
    "ABOXxzEeé한あ\U00020000\ufffd\n无未知本人nullNULL"
)
DIGITS = st.text("0123456789", min_size=4, max_size=20)
TEXTS = st.one_of(
    st.text(),
    st.text(ALPHABET, max_size=24),
    st.sampled_from(sorted(cell_text.PLACEHOLDERS)),
    DIGITS,
    st.builds(
        "{:04d}{}{:02d}{}{:02d}{}".format,
        st.integers(0, 9999),
        st.sampled_from("-/.年 "),
        st.integers(0, 13),
        st.sampled_from("-/.月 "),
        st.integers(0, 32),
        st.sampled_from(["", "日", " 00:00:00", "T00:00:00.000Z", "号", "x", " 下午3时"]),
    ),
    st.builds(
        "{}{:02d}{}".format,
        st.sampled_from("AOZaz1张"),
        st.integers(0, 99),
        st.sampled_from(
            [
                "",
                ".",
                ".x",
                ".0",
                ".00",
                ".x00",
                ".000x001",
                ".0x001",
                ".00X12",
                ".123456",
                "+",
                "*",
                ".9*",
            ]
        ),
    ),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", "孕", "停"]),
        st.integers(0, 50),
        st.sampled_from(["", "周", "+", "周+", "W", "w", ".", "周周"]),
        st.sampled_from(["", "0", "3", "6天", "7", "3周", "3d", "33"]),
    ),
    st.builds("{}.{}E+{}".format, st.integers(0, 12), DIGITS, st.integers(0, 30)),
    st.builds(
        "{}{}".format, st.text(ALPHABET, max_size=3), st.text("张 a", min_size=250, max_size=260)
    ),
)

TWINS = {
    values.PERSON: person_name.verdict,
    values.ADDRESS: address.verdict,
    values.BIRTH_DATE: lambda text: date.verdict(text, today=TODAY),
    values.MEDICAL_RECORD_NUMBER: medical_record_number.verdict,
    values.VISIT_NUMBER: lambda text: medical_record_number.verdict(
        text, longest=medical_record_number.LONGEST_VISIT
    ),
    values.ICD10: icd10_code.verdict,
    values.DATE: lambda text: date.verdict(text, today=TODAY, birth=False),
    values.GESTATION_WEEKS: gestation.verdict,
}


def check(texts: list[str], profile: int, today: int = TODAY) -> tuple[list[Verdict], list[int]]:
    cells = [text.encode() for text in texts]
    edges = np.concatenate([[0], np.cumsum([len(cell) for cell in cells])]).astype(np.int64)
    data = np.frombuffer(b"".join(cells) + bytes(64), np.uint8)
    verdict = np.full(len(cells), 255, np.uint8)
    value = np.full(len(cells), -1, np.int64)
    values.check_cells(data, edges[:-1], edges[1:], profile, today, verdict, value)
    return [Verdict(v) for v in verdict.tolist()], value.tolist()


@pytest.mark.parametrize("profile", sorted(TWINS))
@settings(max_examples=400, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
@example(
    texts=["王　丽　之　女", "李 之女", "之", "张A", "A张1", "·张三", "张··三", "(null)", "某"]
)
@example(texts=["9" * 300 + "E+1", "1.E+5", "1.5E+", "1E+5", "00010101", "0000-00-00", "1900-01"])
def test_kernel_gives_what_the_scalar_twin_gives(profile: int, texts: list[str]) -> None:
    verdicts, _ = check(texts, profile)
    assert verdicts == [TWINS[profile](text) for text in texts]


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_values_are_those_of_the_twins(text: str) -> None:
    (verdict,), (value,) = check([text], values.BIRTH_DATE)
    good = verdict in (Verdict.VALID, Verdict.UNCHECKED)
    assert value == (date.parse(text) if good else 0)
    (verdict,), (value,) = check([text], values.GESTATION_WEEKS)
    assert value == (gestation.days(text) if verdict is Verdict.VALID else 0)
    (verdict,), (value,) = check([text], values.ICD10)
    if verdict is Verdict.VALID:
        code = icd10_code.compact(text)
        assert value == (ord(code[0]) - 64) * 100 + int(code[1:3])
        assert icd10_code.is_pregnancy(text) == (1500 <= value < 1600 or 2632 <= value <= 2639)
    else:
        assert value == 0


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=40), profile=st.sampled_from(sorted(TWINS)))
def test_bytes_that_are_no_text_neither_crash_nor_read_past_the_cell(
    raw: bytes, profile: int
) -> None:
    out = []
    for tail in (bytes(64), b"\xe5\xbc\xa0" * 22):
        data = np.frombuffer(raw + tail, np.uint8)
        verdict, value = np.zeros(1, np.uint8), np.zeros(1, np.int64)
        start, stop = np.zeros(1, np.int64), np.array([len(raw)], np.int64)
        values.check_cells(data, start, stop, profile, TODAY, verdict, value)
        out.append((int(verdict[0]), int(value[0])))
    assert out[0] == out[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1905-01-05", (Verdict.VALID, 19050105)),
        ("１９０５年１月５日", (Verdict.VALID, 19050105)),
        ("1905/1/5 0:00:00", (Verdict.VALID, 19050105)),
        ("19050105000000", (Verdict.VALID, 19050105)),
        ("1905-01", (Verdict.UNCHECKED, 19050100)),
        ("1905-02-29", (Verdict.INVALID_DATE, 0)),
        ("1904-02-29", (Verdict.VALID, 19040229)),
        ("2026-01-02", (Verdict.INVALID_DATE, 0)),
        ("1849-12-31", (Verdict.INVALID_DATE, 0)),
        ("1900-01-01", (Verdict.PLACEHOLDER, 0)),
        ("19**-01-05", (Verdict.MASKED, 0)),
        ("45 岁", (Verdict.INVALID_FORMAT, 0)),
        ("-", (Verdict.NONE, 0)),
    ],
)
def test_birth_dates(text: str, expected: tuple[Verdict, int]) -> None:
    (verdict,), (value,) = check([text], values.BIRTH_DATE)
    assert (verdict, value) == expected


def test_without_a_reference_date_no_day_is_too_late() -> None:
    assert check(["2099-12-31"], values.BIRTH_DATE, today=0)[0] == [Verdict.VALID]
    assert check(["2026-10-08", "2028-01-02"], values.DATE)[0] == [
        Verdict.VALID,
        Verdict.INVALID_DATE,
    ]


def test_profile_ids_of_entities() -> None:
    assert values.profile_id("PERSON", "doctor_name") == values.PERSON
    assert values.profile_id("CN_PREGNANCY", "weeks") == values.GESTATION_WEEKS
    assert values.profile_id("CN_PREGNANCY", "lmp") == values.DATE
    assert values.profile_id("CN_MOBILE", "") == 0
