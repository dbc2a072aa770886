# SPDX-License-Identifier: Apache-2.0
"""Workbooks that are read in parts give what they give when they are read whole."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import random
import zipfile
from functools import cache

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from test_spreadsheets import HEADER, ID, people, read, xlsx

from piidetect.errors import SourceError
from piidetect.sources import xlsx_parts, xlsx_streamed
from piidetect.sources.content import content_of_bytes
from piidetect.sources.spreadsheet import _big_part


def plain(raw: bytes) -> bool:
    """Say whether a workbook is read in parts once it is big enough."""
    content = content_of_bytes(raw, "a.xlsx", "a.xlsx")
    return xlsx_streamed.big_workbook(content, _big_part) is not None


@pytest.fixture(autouse=True)
def _in_parts(monkeypatch):
    """Read all workbooks in parts of a few rows."""
    monkeypatch.setattr(xlsx_streamed, "STREAMED_FROM", -1)
    for module in (xlsx_streamed, xlsx_parts):
        monkeypatch.setattr(module, "STEP", 100)


def same(raw: bytes, *, in_parts: bool = True) -> dict:
    """Compare both ways; return the tables."""
    assert plain(raw) == in_parts
    found = read(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx_streamed, "STREAMED_FROM", 1 << 40)
        assert not plain(raw)
        assert read(raw) == found
    return found[0]


def changed(raw: bytes, change) -> bytes:
    """Return a workbook whose parts were changed: change(name, bytes)."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(into, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return into.getvalue()


@cache
def dirty(seed: int) -> bytes:
    """Return a workbook with what makes sheets hard."""
    rng = random.Random(seed)
    into = io.BytesIO()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["二〇二四年登记"])
    sheet.append([])
    sheet.append([*HEADER, "日期", "时间", "长", "备注", "是否"])
    for name, number, phone in people(300, seed):
        sheet.append(
            [
                name,
                rng.choice([number, int(number), "'" + number, None]),
                rng.choice([phone, int(phone), float(phone)]),
                rng.choice([dt.date(1905, 3, rng.randint(1, 28)), "", "1905年"]),
                rng.choice([dt.datetime(2024, 1, 2, 3, 4, 5), dt.time(3, 4), None]),
                rng.choice([dt.timedelta(hours=30), 1.5, -0.1, 6228480402564890]),
                rng.choice(["a<b&c>\n\t ", ' t="s"><v>1', "_x000D_", "\U0002070e", "=1+1", ""]),
                rng.choice([True, False, "TRUE", None]),
            ]
        )
        if rng.random() < 0.05:
            for _ in range(rng.randint(1, 3)):
                sheet.append([])
    sheet.append([None, *HEADER])
    sheet["K900"] = ID
    hidden = book.create_sheet("乙&<甲>")
    hidden.sheet_state = "hidden"
    for row in [
        ["母亲信息", None, "父亲信息", None],
        ["姓名", "证件号"] * 2,
        *[["张安", ID] * 2] * 9,
    ]:
        hidden.append([None, None, *row])
    hidden.merge_cells("C1:D1")
    hidden.merge_cells("E1:F1")
    book.create_sheet("空")
    book.save(into)
    return into.getvalue()


@pytest.mark.parametrize("seed", range(4))
def test_dirty_workbooks(seed):
    tables = same(dirty(seed))
    assert len(tables) >= 2
    assert any(ID in cells for _, rows in tables.values() for _, cells, _ in rows)


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}, {"strings_to_numbers": True}])
def test_texts_in_the_cells_and_apart_from_them(options):
    tables = same(xlsx({"表": [HEADER, *people(300)], "乙": [HEADER, *people(7, 2)]}, **options))
    assert [len(rows) for _, rows in tables.values()] == [300, 7]


def test_rich_texts_and_a_table_away_from_the_corner():
    into = io.BytesIO()
    book = xlsxwriter.Workbook(into, {"in_memory": True, "date_1904": True})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate([HEADER, *people(50)]):
        sheet.write_row(20 + at, 5, row)
        sheet.write_rich_string(20 + at, 9, "a ", bold, f"b{at}", " c")
        sheet.write_datetime(20 + at, 10, dt.datetime(1905, 1, 2), date)
        sheet.write_string(20 + at, 11, f"x{at}", date)
    book.close()
    tables = same(into.getvalue())
    [(_, rows)] = tables.values()
    assert rows[0][1][4:] == ["a b0 c", "1905-01-02", "x0"]


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.text(max_size=5),
                st.integers(),
                st.floats(allow_nan=False, allow_infinity=False),
                st.booleans(),
            ),
            max_size=4,
        ),
        max_size=30,
    )
)
def test_whatever_is_written(rows):
    same(xlsx({"表": rows}))


def test_digits_that_a_program_wrote_in_full():
    raw = xlsx({"表": [HEADER, *[["张安", 4242, at] for at in range(50)]]})
    tables = same(changed(raw, lambda _, part: part.replace(b">4242<", f">{ID}<".encode())))
    assert all(cells[1] == ID for _, cells, _ in tables["a.xlsx"][1])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<row r="7"', b"<row"),
        (b'<c r="B7"', b"<c"),
        (b'<c r="B7"', b'<c s="0" r="B7"'),
        (b'<row r="7"', b'<row r="6"'),
        (b"<sheetData>", b"<sheetData><!-- a -->"),
        (b'"UTF-8"', b'"GB18030"'),
        (b'r="B7" t="s"', b't="s" r="B7"'),
    ],
)
def test_other_shapes_are_read_whole(old, new):
    raw = xlsx({"表": [HEADER, *people(20)]})
    changes = {"xl/worksheets/sheet1.xml"}
    raw = changed(raw, lambda name, part: part.replace(old, new, 1) if name in changes else part)
    same(raw, in_parts=False)


def test_pointers_written_in_another_way():
    raw = xlsx({"表": [HEADER, *people(20)]})
    tables = same(changed(raw, lambda _, part: part.replace(b' t="s"><v>', b" t='s' ><v>")))
    assert [cells for _, cells, _ in tables["a.xlsx"][1]] == people(20)


def test_a_pointer_to_nowhere_is_told():
    raw = xlsx({"表": [HEADER, *people(20)]})
    raw = changed(raw, lambda _, part: part.replace(b"<v>8</v>", b"<v>800</v>"))
    tables, said = read(raw)
    assert said or tables


@settings(max_examples=30)
@given(st.data())
def test_damage_raises_nothing_else(data):
    raw = bytearray(dirty(1))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SourceError):
        read(bytes(raw))
