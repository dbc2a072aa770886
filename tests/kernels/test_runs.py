# SPDX-License-Identifier: Apache-2.0
"""The run scanner finds what its slow twin finds, and cells are cells however Arrow holds them."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import seized
from tests.kernels.slow_runs import Found, scan

import piidetect

DAY = dt.date(2025, 6, 30)
TODAY = 20250630
FULL_WIDTH = str.maketrans("0123456789X-) ", "０１２３４５６７８９Ｘ－）\u3000")

BODIES = st.builds(
    "{}{:%Y%m%d}{:03d}".format,
    st.sampled_from(["110101", "330106", "810000", "932682", "110199", "622202"]),
    st.dates(dt.date(1840, 1, 1), dt.date(2030, 1, 1)),
    st.integers(0, 999),
)
CARDS = st.builds(
    "{}{}".format,
    st.sampled_from(["622848", "6225", "621483", "436742", "62", "122202", "8986"]),
    st.text("0123456789", min_size=9, max_size=13),
)
NUMBERS = st.one_of(
    BODIES.map(lambda body: body + seized.check_digit(body)),
    BODIES.map(lambda body: body[:6] + body[8:]),
    BODIES.map(lambda body: body + "0"),
    BODIES.map(lambda body: body[:14] + "0000"),
    CARDS.map(lambda body: body + seized.luhn_digit(body)),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "", "86", "0086", "0", "+86", "+86 ", "86-"]),
        st.sampled_from(["138", "170", "154", "148", "1440", "111"]),
        st.text("0123456789", min_size=8, max_size=8),
    ),
    st.text("0123456789", min_size=8, max_size=8).map("138{}".format),
    st.text("0123456789", min_size=9, max_size=9).map("1440{}".format),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["0571", "010", "(0571", "0261"]),
        st.sampled_from(["", "-", " ", ")"]),
        st.text("0123456789", min_size=7, max_size=8),
    ),
    st.sampled_from(
        ["4008208820", "400-820-8820", "USA110105010101", "13800138000", "4111111111111111"]
    ),
    st.text("0123456789", min_size=1, max_size=45),
)


@st.composite
def written(draw):
    """A number in one of the ways in which people write them, or nearly so."""
    text = draw(NUMBERS)
    sizes = draw(
        st.sampled_from(
            [(), (6, 8, 4), (3, 4, 4), (4, 4, 4, 4, 3), (6, 12), (6, 6, 3), (3, 3, 4), (6, 4, 4, 4)]
        )
    )
    if sizes:
        link, parts, at = draw(st.sampled_from([" ", "-", "－", "\u3000", "."])), [], 0
        for size in sizes:
            parts.append(text[at : at + size])
            at += size
        text = link.join(part for part in [*parts, text[at:]] if part)
    way = draw(st.sampled_from(["plain", "plain", "plain", "wide", "lower", "masked", "twice"]))
    if way == "wide":
        text = text.translate(FULL_WIDTH)
    elif way == "lower":
        text = text.lower()
    elif way == "masked":
        hidden = draw(st.integers(1, 8))
        text = text[:6] + draw(st.sampled_from("*＊")) * hidden + text[6 + hidden :]
    elif way == "twice":
        text += draw(st.sampled_from([" ", "/", "-", "，"])) + draw(NUMBERS)
    return text


GLUE = st.sampled_from(
    [
        *(
            "",
            "",
            "",
            "电话",
            "身份证",
            "卡号",
            "张三",
            "客服",
            "永居证",
            "Tel:",
            "：",
            "，",
            "é",
            "𠮷",
        ),
        *(" ", "  ", "-", "'", "+", "(", "A", "ＸＹ", "ｚ", "x", "_", "\n"),
        *("0.", "12.", "1.", ".0", ".00", ".5", "."),
    ]
)
MIXES = st.lists(st.one_of(GLUE, written()), max_size=8).map("".join)
ARBITRARY = st.text("0123456789１３８０９Xx*＊ -－）)\u3000.+A中電ｘ'", max_size=60)


#: What patterns find has a twin of its own.
WITHOUT_PATTERNS = tuple(one for one in piidetect.load_recognizers() if not one.by_pattern)


def found(text):
    return [
        Found(one.entity, one.start, one.end, one.verdict)
        for one in piidetect.detect(text, reference_date=DAY, recognizers=WITHOUT_PATTERNS)
    ]


def test_a_card_whose_digits_are_a_day_of_an_impossible_year_is_a_card():
    [found] = piidetect.detect("690755352210300000", reference_date=DAY)
    assert (found.entity, found.verdict) == ("CN_BANK_CARD", "valid")


@pytest.mark.parametrize(
    ("text", "entity", "verdict"),
    [
        ("138.0013.8001", "CN_MOBILE", "valid"),
        ("电话：138.0013.8001。", "CN_MOBILE", "valid"),
        ("+86 138.0013.8001", "CN_MOBILE", "valid"),
        ("138＊＊＊＊8001", "CN_MOBILE", "masked"),
        ("身份证110101＊＊＊＊*＊＊＊0010", "CN_RESIDENT_ID", "masked"),
        ("110101 1905 0101 0010", "CN_RESIDENT_ID", "valid"),
        ("330102-1900-0102-005x，", "CN_RESIDENT_ID", "valid"),
    ],
)
def test_forms_of_numbers(text, entity, verdict):
    assert [(one.entity, one.verdict) for one in found(text)] == [(entity, verdict)]
    cell = pa.table({"备注": [text]})
    assert piidetect.detect(cell, reference_date=DAY)["entity"].to_pylist() == [entity]


@pytest.mark.parametrize(
    "text",
    [
        "1.138.0013.8001",
        "138.0013.8001.2",
        "a138.0013.8001",
        "138.0013.80012",
        "138.001.38001",
        "238.0013.8001",
        "114.1143.1143",
        "138＊8001",
    ],
)
def test_what_is_no_dotted_or_masked_number(text):
    assert found(text) == []


def test_a_dialled_zero_but_not_in_a_guid():
    assert [one.value for one in piidetect.detect("打013905770001")] == ["13905770001"]
    assert piidetect.detect("12345678-1234-4123-8123-013905770001") == []


@settings(max_examples=1500)
@given(st.one_of(MIXES, written(), ARBITRARY))
def test_the_kernel_finds_what_the_twin_finds(text):
    assert found(text) == scan(text, today=TODAY)


@pytest.mark.parametrize("padding", [*range(0, 70, 3), 127, 500])
def test_a_number_is_found_wherever_it_stands(padding):
    for filler in ("。", "a ", "１，"):
        before = (filler * padding)[:padding]
        text = f"{before}，110101 19050101 0010，138-0013-8001。{before}"
        assert [one.entity for one in found(text)] == ["CN_RESIDENT_ID", "CN_MOBILE"]
        assert found(text) == scan(text, today=TODAY)


@pytest.mark.parametrize(
    "text", ["A138****8001", "138****8001A", "１３８********1", "138****", "138*8001"]
)
def test_what_is_no_masked_number(text):
    assert found(text) == []


# ---------------------------------------------------------------- cells from Arrow

TEXTS = st.lists(
    st.one_of(
        st.none(),
        st.just(""),
        st.sampled_from(
            ["13800138001", "电话１３８００１３８００１，", "110101190501010010", "无"]
        ),
        st.text("0123456789中 -*", max_size=20),
    ),
    min_size=1,
    max_size=12,
)


def rows_found(array):
    table = piidetect.detect(pa.table({"内容": array}), reference_date=DAY)
    return table.select(["row", "entity", "start", "end", "value", "verdict"]).to_pylist()


def by_text(texts):
    return [
        {
            "row": row,
            "entity": one.entity,
            "start": one.start,
            "end": one.end,
            "value": one.value,
            "verdict": one.verdict,
        }
        for row, text in enumerate(texts)
        for one in piidetect.detect(text or "", reference_date=DAY)
    ]


def shapes(texts, start):
    """The rows from `start` on, as Arrow may hold them."""
    plain = pa.array(texts, pa.string())
    rest = texts[start:]
    half = len(rest) // 2
    yield plain.slice(start)
    yield plain.cast(pa.large_string()).slice(start)
    yield plain.dictionary_encode().slice(start)
    yield pa.chunked_array([rest[:half], rest[half:]], pa.string())
    yield pa.chunked_array([plain.slice(start, half), plain.slice(start + half)])
    yield pa.chunked_array(
        [plain.slice(start).dictionary_encode(), plain.slice(0, 0).dictionary_encode()]
    )
    yield pa.concat_arrays([plain.slice(start, half), plain.slice(start + half)])


@settings(max_examples=60)
@given(TEXTS, st.data())
def test_slices_nulls_dictionaries_and_chunks_are_plain_lists(texts, data):
    start = data.draw(st.integers(0, len(texts) - 1))
    expected = rows_found(pa.array(texts[start:], pa.string()))  # the column may get a role
    for array in shapes(texts, start):
        assert rows_found(array) == expected


def test_views_and_numbers_are_text():
    values = ["13800138001", None, "110101190501010010"]
    assert rows_found(pa.array(values, pa.string_view())) == by_text(values)
    assert rows_found(pa.array([13800138001, None, 110101190501010010])) == by_text(values)
    assert rows_found(pa.array([one and one.encode() for one in values])) == by_text(values)


def test_a_column_of_nulls_or_nothing_is_empty():
    for array in (
        pa.nulls(3),
        pa.nulls(3, pa.string()),
        pa.array([], pa.string()),
        pa.chunked_array([], pa.string()),
    ):
        assert rows_found(array) == []
