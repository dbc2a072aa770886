# SPDX-License-Identifier: Apache-2.0
"""Workbooks of all forms, as they are seized; what was planted is told."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import random
import re
import zipfile

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from piidetect.columns import known_headings
from piidetect.errors import SourceError
from piidetect.recognizer import load_recognizers
from piidetect.schema import RowKind
from piidetect.sources import Alert, Options, Skipped, open_content
from piidetect.sources.content import content_of_bytes
from piidetect.sources.xlsx_cells import column_letters

HEADER = ["姓名", "身份证号", "手机号"]
#: Invented; born before 1906.
ID = "110105190501010013"


def people(count: int, seed: int = 1) -> list[list[str]]:
    rng = random.Random(seed)
    return [
        [
            f"张{'安宁晓雨'[at % 4]}",
            f"11010519050{at % 9 + 1}01{at:04d}",
            f"138{rng.randrange(10**8):08d}",
        ]
        for at in range(count)
    ]


def known():
    return known_headings(load_recognizers())


def read(raw: bytes, name: str = "a.xlsx") -> tuple[dict, list]:
    """Return ({path: (header, [(kind, cells)])}, what was said) of all that is in it."""
    from reading import rows_of_block

    tables, said = {}, []
    for one in open_content(content_of_bytes(raw, name, name), Options(known=known())):
        if isinstance(one, (Alert, Skipped)):
            said.append(one)
            continue
        rows = []
        for block in one.blocks():
            found = rows_of_block(block)
            rows += [(row[2], [cell.decode() for cell in row[3]], row[1]) for row in found]
        one.sample()
        tables[one.path] = (one.header, rows)
        said += one.alerts
        assert len(rows) == one.ledger.rows
        assert len(one.ledger.sha256) == 64
    return tables, said


def parsed(table) -> list[list[str]]:
    return [cells for kind, cells, _ in table[1] if kind == RowKind.PARSED]


def xlsx(sheets: dict[str, list[list]], **options) -> bytes:
    into = io.BytesIO()
    book = xlsxwriter.Workbook(into, {"in_memory": True, **options})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return into.getvalue()


def xls(rows: list[list]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def ods(rows: list[list[str]]) -> bytes:
    book = OpenDocumentSpreadsheet()
    table = Table(name="表")
    for row in rows:
        line = TableRow()
        for value in row:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=value))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    into = io.BytesIO()
    book.write(into)
    return into.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.xlsx", lambda rows: xlsx({"表": rows})),
        ("a.xlsm", lambda rows: xlsx({"表": rows})),
        ("a.et", lambda rows: xlsx({"表": rows})),
        ("no name at all", lambda rows: xlsx({"表": rows})),
        ("a.xls", xls),
        ("b.et", xls),
        ("a.ods", ods),
    ],
)
def test_the_same_table_in_all_forms(name, make):
    rows = people(30)
    tables, said = read(make([HEADER, *rows]), name)
    assert list(tables) == [name]
    assert tables[name][0] == HEADER
    assert parsed(tables[name]) == rows
    assert said == []
    assert [offset for _, _, offset in tables[name][1]] == list(range(2, 32))


def test_sheets_hidden_ones_too():
    into = io.BytesIO()
    book = openpyxl.Workbook()
    for name, state in (("甲", "visible"), ("乙", "hidden"), ("丙", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for row in [HEADER, *people(5)]:
            sheet.append(row)
    book.save(into)
    tables, said = read(into.getvalue())
    assert list(tables) == ["a.xlsx!/甲", "a.xlsx!/乙", "a.xlsx!/丙"]  # and no empty sheet
    assert all(parsed(table) == people(5) for table in tables.values())
    assert [(one.source, one.code) for one in said] == [
        ("a.xlsx!/乙", "hidden_sheet"),
        ("a.xlsx!/丙", "hidden_sheet"),
    ]


def test_a_heading_in_row_three_below_titles():
    rows = people(20)
    raw = xlsx(
        {"表": [["2024年度建档孕产妇登记表"], ["制表单位：某某医院", "", "第1页"], HEADER, *rows]}
    )
    tables, _ = read(raw)
    header, _ = table = tables["a.xlsx"]
    assert header == HEADER
    assert parsed(table) == rows
    texts = [cells for kind, cells, _ in table[1] if kind == RowKind.TEXT]
    assert texts == [["2024年度建档孕产妇登记表"], ["制表单位：某某医院 第1页"]]


def test_merged_headings_say_whose():
    into = io.BytesIO()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["序号", "母亲信息", "", "父亲信息", "", "备注"])
    sheet.append(["", "姓名", "证件号", "姓名", "证件号", ""])
    rows = [[str(at), "张安", ID, "李宁", ID, ""] for at in range(5)]
    for row in rows:
        sheet.append(row)
    for place in ("A1:A2", "B1:C1", "D1:E1", "F1:F2"):
        sheet.merge_cells(place)
    book.save(into)
    tables, _ = read(into.getvalue())
    header, _ = tables["a.xlsx"]
    assert header == ["序号", "母亲/姓名", "母亲/证件号", "父亲/姓名", "父亲/证件号", "备注"]
    assert parsed(tables["a.xlsx"]) == rows


def test_several_tables_under_and_beside_each_other():
    first, second = people(5, 1), people(120, 2)
    other = ["车牌号", "车主姓名", "联系电话"]
    under = [HEADER, *first, [], other, *second]
    tables, _ = read(xlsx({"表": under}))
    assert {path: table[0] for path, table in tables.items()} == {
        "a.xlsx!A1:C7": HEADER,
        "a.xlsx!A8:C128": other,
    }
    assert parsed(tables["a.xlsx!A1:C7"]) == first
    assert parsed(tables["a.xlsx!A8:C128"]) == second
    first = people(120, 1)
    pairs = zip([HEADER, *first], [other, *second], strict=True)
    beside = [[*a, "", *b] for a, b in pairs]
    beside.append(["末行", "", "", "越界", "", "", ""])
    tables, _ = read(xlsx({"表": beside}))
    assert [table[0][:3] for table in tables.values()] == [HEADER, other]
    left, right = (parsed(table) for table in tables.values())
    assert [row[:3] for row in left[:-1]] == first
    assert right == second
    assert left[-1] == ["末行", "", "", "越界"]  # nothing between is lost


def test_a_blank_row_parts_nothing_by_itself():
    rows = people(9)
    tables, _ = read(xlsx({"表": [HEADER, *rows[:4], [], *rows[4:]]}))
    assert parsed(tables["a.xlsx"]) == rows


def test_a_heading_that_comes_again_is_no_record():
    rows = people(6)
    tables, _ = read(xlsx({"表": [HEADER, *rows[:3], HEADER, *rows[3:]]}))
    kinds = [kind for kind, _, _ in tables["a.xlsx"][1]]
    assert kinds.count(RowKind.REPEATED_HEADER) == 1
    assert parsed(tables["a.xlsx"]) == rows


def test_no_heading_loses_no_row():
    rows = people(8)
    tables, _ = read(xlsx({"表": rows}))
    assert tables["a.xlsx"][0] is None
    assert parsed(tables["a.xlsx"]) == rows


def test_numbers_are_written_as_they_are_stored():
    """Never with more digits: 15 of a float that big are sure."""
    rows = [
        [13800138000, 110105190501010013, 3.30102e17],
        [0.5, "110105190501010013", "3.30102E+17"],
        [6228480402564890, 110105190501010.0, -1.5],
    ]
    for name, make in (("a.xlsx", lambda rows: xlsx({"表": rows})), ("a.xls", xls)):
        tables, _ = read(make([HEADER, *rows]), name)
        assert parsed(tables[name]) == [
            ["13800138000", "1.1010519050101E+17", "3.30102E+17"],
            ["0.5", "110105190501010013", "3.30102E+17"],
            ["6.22848040256489E+15", "110105190501010", "-1.5"],
        ]


@given(st.integers(10**15, 10**19))
def test_no_digit_is_made_up(number):
    from piidetect.sources.cell_text import float_text

    text = float_text(float(number))
    if "E" in text:
        assert len(text.partition("E")[0].replace(".", "")) <= 15
        assert abs(float(text) - number) <= number * 1e-14
    else:
        assert int(text) == number


def test_digits_that_a_program_wrote_in_full_are_kept():
    raw = xlsx({"表": [HEADER, ["张安", 4242, 13800138000]]})
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(into, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>4242</v>", f"<v>{ID}</v>".encode()))
    tables, _ = read(into.getvalue())
    assert parsed(tables["a.xlsx"]) == [["张安", ID, "13800138000"]]


def test_dates_and_other_values():
    into = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["姓名", "日期", "时间", "是否", "备注", "公式"])
    book.active.append(
        ["张安", dt.date(1905, 1, 2), dt.datetime(2024, 1, 2, 3, 4, 5), True, "'" + ID, "=1+1"]
    )
    book.save(into)
    tables, _ = read(into.getvalue())
    assert parsed(tables["a.xlsx"])[0] == [
        "张安",
        "1905-01-02",
        "2024-01-02 03:04:05",
        "TRUE",
        "'" + ID,
        "",
    ]


def test_an_empty_workbook():
    tables, said = read(xlsx({"表": []}))
    assert tables == {"a.xlsx": (None, [])}
    assert [one.code for one in said] == ["empty"]


def test_a_workbook_in_an_archive():
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("b/用户.xlsx", xlsx({"表": [HEADER, *people(3)]}))
    tables, _ = read(into.getvalue(), "a.zip")
    assert parsed(tables["a.zip!/b/用户.xlsx"]) == people(3)


def test_a_damaged_workbook_is_told_or_read():
    raw = xlsx({"表": [HEADER, *people(300)]})
    tables, said = read(raw[: len(raw) * 2 // 3])
    assert any(one.code == "archive_damaged" for one in said)
    text = "".join(cell for _, rows in tables.values() for _, cells, _ in rows for cell in cells)
    assert "sheetData" in text or "<si>" in text or re.search("张", text)


SPECIMENS = {
    "a.xlsx": xlsx({"表": [HEADER, *people(20)]}),
    "a.xls": xls([HEADER, *people(20)]),
    "a.ods": ods([HEADER]),
}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_hostile_bytes_never_raise_anything_else(data):
    name = data.draw(st.sampled_from(sorted(SPECIMENS)))
    raw = bytearray(SPECIMENS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    with contextlib.suppress(SourceError):
        read(bytes(raw), name)


@given(st.integers(0, 16383))
def test_column_letters(number):
    from openpyxl.utils import get_column_letter

    assert column_letters(number) == get_column_letter(number + 1)
