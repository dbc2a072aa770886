# SPDX-License-Identifier: Apache-2.0
"""Patterns of a user's own: found in every cell and text, judged by headings and words, counted once."""

from __future__ import annotations

import re
import time

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import piidetect as pii
from piidetect.detection import find
from piidetect.detection.plan import set_up
from piidetect.kernels.cells import block_from_texts
from piidetect.recognizer import load_recognizers

FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
ALNUM = re.compile(r"[0-9A-Za-z]")
FILE = """\
id: own.{name}
entity: {entity}
name: {{zh: 自定, en: Own}}
category: health
references: [nobody]
pattern: '{pattern}'
precedence: {precedence}
context: {{headers: [{header}], words: [编号], required: {required}}}
examples:
- {{text: 'x', matches: [{{value: 'x', verdict: valid}}]}}
{more}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "own").mkdir()

    def write(
        name="mrn",
        pattern="ZY[0-9]{8}",
        entity="X_MRN",
        precedence=200,
        required="false",
        more="",
        header="自定号",
    ):
        text = FILE.format(
            name=name,
            pattern=pattern,
            entity=entity,
            precedence=precedence,
            required=required,
            more=more,
            header=header,
        )
        (tmp_path / "own" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def found(text, recognizers):
    return [
        (one.entity, one.text, one.verdict, one.recognizer)
        for one in pii.detect(text, recognizers=recognizers)
    ]


# ------------------------------------------------------------------ a twin that goes cell by cell


def slow(pattern, text):
    """All matches that stand alone, by the standard library, in a text after folding.

    From each place that no letter or digit goes on at the longest; of two that overlap the first.
    """
    folded = text.translate(FOLD)
    spans, done = [], 0
    for start in range(len(folded)):
        inside = start > 0 and ALNUM.fullmatch(folded[start - 1]) and ALNUM.fullmatch(folded[start])
        ends = [
            end
            for end in range(start + 1, len(folded) + 1)
            if re.fullmatch(pattern, folded[start:end])
            and not (end < len(folded) and ALNUM.fullmatch(folded[end]))
        ]
        if not inside and ends and start >= done and not goes_on(folded, start, ends[-1]):
            done = ends[-1]
            spans.append((start, done))
    return spans


def goes_on(text, start, end):
    """Whether a dash that the match has between its groups stands at its edge with a group beyond."""
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    edges = [before[::-1], after]
    return any(
        len(edge) == 2 and edge[0] == "-" and ALNUM.fullmatch(edge[1]) and "-" in text[start:end]
        for edge in edges
    )


PATTERNS = ("ZY[0-9]{2,4}", "[A-Z]{1,2}-?[0-9]{2,3}", "张[0-9]{2}", "[0-9]{3}[^0-9]{1,2}[0-9]{2}")
CELLS = st.lists(
    st.lists(
        st.sampled_from(
            [
                "ZY12",
                "ZY",
                "12",
                "3",
                "A",
                "-",
                "张",
                "，",
                "Ｚ",
                "Ｙ１２",
                " ",
                "x",
                "é",
                "𠮷",
                "\x1f",
            ]
        ),
        max_size=7,
    ).map("".join),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=150)
@given(cells=CELLS)
def test_the_kernels_find_what_the_standard_library_finds(tmp_path_factory, pattern, cells):
    setup = _setup(tmp_path_factory, pattern)
    out = find(block_from_texts(cells), setup)[0]
    rows = zip(out.row, out.entity, out.start, out.length, range(int(out.count[0])), strict=False)
    got = [
        (int(row), int(start), int(length))
        for row, entity, start, length, _ in rows
        if setup.names[int(entity)] == "X_IT"
    ]
    want = [
        (cell, len(text[:start].encode()), len(text[start:end].encode()))
        for cell, text in enumerate(cells)
        for start, end in slow(pattern, text)
    ]
    assert got == want


_SETUPS: dict[str, object] = {}


def _setup(factory, pattern):
    if pattern not in _SETUPS:
        root = factory.mktemp("own")
        (root / "own").mkdir()
        text = FILE.format(
            name="it",
            pattern=pattern,
            entity="X_IT",
            precedence=1,
            required="false",
            more="",
            header="h",
        )
        (root / "own" / "it.yaml").write_text(text, encoding="utf-8")
        _SETUPS[pattern] = set_up(load_recognizers(root), (), today=20250630, key=None)
    return _SETUPS[pattern]


# ------------------------------------------------------------------ what it finds


def test_beside_hanzi_in_full_width_and_not_beside_letters(folder):
    own = load_recognizers(folder())
    text = "号ZY12345678，ＺＹ８７６５４３２１；AZY12345678 ZY123456789 ZY1234567"
    assert found(text, own) == [
        ("X_MRN", "ZY12345678", "unchecked", "own.mrn"),
        ("X_MRN", "ＺＹ８７６５４３２１", "unchecked", "own.mrn"),
    ]


def test_a_word_or_a_heading_makes_it_valid(folder):
    own = load_recognizers(folder(required="true"))
    assert found("ZY12345678", own) == []
    assert found("编号ZY12345678", own) == [("X_MRN", "ZY12345678", "valid", "own.mrn")]
    table = pa.table({"自定号": ["ZY12345678", "无"], "其他": ["ZY12345678", "x"]})
    rows = pii.detect(table, recognizers=own).to_pylist()
    assert [(one["row"], one["column"], one["verdict"]) for one in rows] == [(0, 0, "valid")]


def test_an_entity_of_ours_gets_findings_under_the_own_id(folder):
    own = load_recognizers(folder(entity="CN_MEDICAL_RECORD_NUMBER"))
    assert found("病历zy12345678和ZY12345678", own) == [
        ("CN_MEDICAL_RECORD_NUMBER", "ZY12345678", "unchecked", "own.mrn")
    ]
    cells = pii.detect(pa.table({"病案号": ["A001234", "ZY12345678"]}), recognizers=own)
    assert cells["verdict"].to_pylist() == ["valid", "valid"]
    assert cells["recognizer"].to_pylist() == ["cn.medical_record_number", "own.mrn"]


def test_one_span_has_one_winner_by_precedence(folder):
    folder("wide", "[0-9]{11}", "X_WIDE", 500)
    folder("low", "[0-9]{11}-7", "X_LOW", 5)
    own = load_recognizers(folder("same", "138[0-9]{8}", "X_SAME", 600))
    assert [one[0] for one in found("13800138001", own)] == ["CN_MOBILE"]
    assert [one[0] for one in found("13800138001-7", own)] == ["X_LOW"]
    assert [one[0] for one in found("99900138001", own)] == ["X_WIDE"]


def test_a_shape_of_ones_own(folder):
    text = folder().joinpath("own", "mrn.yaml").read_text("utf-8")
    text = text.replace(
        "pattern: 'ZY[0-9]{8}'", "shape: {alphabet: digits, length: [18]}\nvalidator: resident_id"
    )
    root = folder()
    (root / "own" / "mrn.yaml").write_text(text, encoding="utf-8")
    assert found("110101190501010010", load_recognizers(root)) == [
        ("CN_RESIDENT_ID", "110101190501010010", "valid", "cn.resident_id")
    ]
    (root / "own" / "mrn.yaml").write_text(
        text.replace("precedence: 200", "precedence: 1"), "utf-8"
    )
    assert found("110101190501010010", load_recognizers(root)) == [
        ("X_MRN", "110101190501010010", "valid", "own.mrn")
    ]


def test_a_column_of_ones_own(folder):
    root = folder()
    text = (root / "own" / "mrn.yaml").read_text("utf-8")
    text = text.replace(
        "pattern: 'ZY[0-9]{8}'",
        "column: {profile: MEDICAL_RECORD_NUMBER}\nvalidator: medical_record_number",
    )
    (root / "own" / "mrn.yaml").write_text(
        text.replace("text: 'x'", "text: 'x', header: h"), "utf-8"
    )
    rows = pii.detect(
        pa.table({"自定号": ["A001234", "无", "B001235"]}), recognizers=load_recognizers(root)
    ).to_pylist()
    assert [(one["entity"], one["value"], one["recognizer"]) for one in rows] == [
        ("X_MRN", "A001234", "own.mrn"),
        ("X_MRN", "B001235", "own.mrn"),
    ]


# ------------------------------------------------------------------ a case


def rows_of(n):
    yield "自定号,手机,备注"
    for at in range(n):
        yield f"ZY{at % 700:08d},138{at:08d},见ZY{at % 5:08d}，13800138001与ZY1"


def case_of(path, root, tmp_path, **options):
    case = pii.scan(path, recognizers=root, reference_date="2025-06-30", **options)
    out = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
    case.report(out)
    return case, out.read_bytes()


def test_counts_depend_on_neither_threads_nor_blocks(folder, tmp_path):
    root = folder(entity="X_MRN")
    folder("tel", "138[0-9]{8}", "CN_MOBILE", 1, header="手机号2")
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows_of(3000)) + "\n", encoding="utf-8")
    key = tmp_path / "key"
    key.write_text("0123456789abcdef" * 2)
    results = [
        case_of(path, root, tmp_path, key_file=key, threads=threads, block_bytes=size)
        for threads, size in ((1, None), (2, 5000), (3, 70_000))
    ]
    assert len({report for _, report in results}) == 1
    case = results[0][0]
    row = case.counts.loc["X_MRN"]
    assert (row["findings"], row["distinct_valid"], row["rows"]) == (6000, 700, 3000)
    assert case.findings("X_MRN").num_rows == 6000
    assert set(case.findings("X_MRN")["entity"].to_pylist()) == {"X_MRN"}
    assert case.columns.set_index("header").loc["自定号", "entity"] == "X_MRN"
    with pytest.raises(pii.PiiDetectError, match="X_MRN"):
        case.findings("X_OTHER")


def test_a_case_with_an_own_entity_in_everything_else(folder, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows_of(200)) + "\n", encoding="utf-8")
    key = tmp_path / "key"
    key.write_text("0123456789abcdef" * 2)
    first = pii.scan(
        path, recognizers=folder(), key_file=key, out=tmp_path / "one", bare_phone=True
    )
    path.write_text("\n".join(rows_of(120)) + "\n", encoding="utf-8")
    second = pii.scan(path, recognizers=folder(), key_file=key)
    columns = first.compare(second).columns.set_index("header")
    assert columns.loc["自定号", ["entity", "cells_before", "cells_after"]].tolist() == [
        "X_MRN",
        200,
        120,
    ]
    plain = pii.scan(path, key_file=key)  # without the folder: nobody says what number 60 is
    columns = first.compare(plain).columns.set_index("header")
    assert columns.loc["自定号", "entity"] == ""
    assert first.assess("cn-criminal-2017") is not None
    assert first.sample(20, seed="s") is not None
    assert pii.open_case(tmp_path / "one").counts.loc["X_MRN"]["findings"] == 400
    for form in ("report.txt", "report.html"):
        first.report(tmp_path / form)
        assert "X_MRN" in (tmp_path / form).read_text("utf-8")


def test_a_long_hostile_text_takes_linear_time(folder):
    own = load_recognizers(folder(pattern="(?:[0-9]{0,9}){0,20}[A-Z]"))
    for text in ("1" * 300_000, "1 " * 150_000, "A1" * 150_000):
        began = time.process_time()
        assert found(text + "，", own) == []
        assert time.process_time() - began < 5


def test_more_values_in_a_cell_than_there_is_room_for_at_first(folder):
    own = load_recognizers(folder())
    text = "，".join(f"ZY{at:08d}" for at in range(20_000))
    began = time.process_time()
    assert [one.value for one in pii.detect(text, recognizers=own)] == text.split("，")
    assert time.process_time() - began < 10
