# SPDX-License-Identifier: Apache-2.0
"""Cells that lie far apart, or are said to be repeated, cost no memory, and are told."""

from __future__ import annotations

import io
import resource
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import xlsb

from piidetect.sources import Alert, Options, Skipped, open_content
from piidetect.sources.content import content_of_bytes
from piidetect.sources.sheet_extents import MOST_CELLS, ods_cells, xlsb_cells

ID = "110101190501010010"
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383


def read(raw: bytes, name: str):
    """Return ({path: rows}, what was said)."""
    tables, said = {}, []
    for one in open_content(content_of_bytes(raw, name, name), Options()):
        if isinstance(one, (Alert, Skipped)):
            said.append(one)
        else:
            tables[one.path] = sum(block.row_start.size for block in one.blocks())
    return tables, said


def xlsx(cells) -> bytes:
    into = io.BytesIO()
    book = openpyxl.Workbook()
    for (row, column), value in cells.items():
        book.active.cell(row + 1, column + 1, value)
    book.save(into)
    return into.getvalue()


def ods(body: str, sheets: str = "") -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", 0)
        archive.writestr(
            "content.xml",
            '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="表">{body}</table:table>{sheets}'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return into.getvalue()


def ods_cell(text: str, times: int = 1) -> str:
    return (
        f'<table:table-cell table:number-columns-repeated="{times}" office:value-type="string">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def ods_of(cells) -> bytes:
    """Return an OpenDocument workbook with cells by row and column."""
    body, at = "", 0
    for row in sorted({row for row, _ in cells}):
        if row > at:
            body += f'<table:table-row table:number-rows-repeated="{row - at}"><table:table-cell/></table:table-row>'
        body += "<table:table-row>"
        place = 0
        for column, value in sorted(
            (to, value) for (row2, to), value in cells.items() if row2 == row
        ):
            if column > place:
                body += f'<table:table-cell table:number-columns-repeated="{column - place}"/>'
            body += ods_cell(value)
            place = column + 1
        body += "</table:table-row>"
        at = row + 1
    return ods(body)


WRITERS = {"a.xlsx": xlsx, "a.xlsb": xlsb.workbook, "a.ods": ods_of}


@pytest.mark.parametrize("name", WRITERS)
def test_two_cells_in_far_corners_are_told_and_cost_nothing(name):
    raw = WRITERS[name]({(0, 0): ID, (0, 1): "x", (LAST_ROW, LAST_COLUMN): ID})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tables, said = read(raw, name)
    assert tables == {}
    assert [(type(one), one.code) for one in said] == [(Skipped, "limit_reached")]
    assert f"more than the {MOST_CELLS} that are read" in said[0].message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 << 10  # KiB


@pytest.mark.parametrize("name", WRITERS)
def test_a_cell_in_the_last_row_is_read(name):
    raw = WRITERS[name]({(LAST_ROW, 2): ID})
    assert read(raw, name) == ({name: 1}, [])


@pytest.mark.parametrize("name", WRITERS)
def test_a_tall_sheet_is_read(name):
    tables, _ = read(WRITERS[name]({(0, 0): ID, (60_000, 0): ID}), name)
    assert tables == {name: 60_001}


def test_a_cell_that_repeats_itself_is_told():
    whole = f'<table:table-row table:number-rows-repeated="1048576">{ods_cell(ID, 16384)}</table:table-row>'
    assert [one.code for one in read(ods(whole), "a.ods")[1]] == ["limit_reached"]
    wide = f'<table:table-row><table:table-cell table:number-columns-repeated="16383"/>{ods_cell(ID)}</table:table-row>'
    assert [one.code for one in read(ods(wide * 3000), "a.ods")[1]] == ["limit_reached"]


def test_the_other_sheets_are_read_or_told():
    whole = f'<table:table-row table:number-rows-repeated="1048576">{ods_cell(ID, 16384)}</table:table-row>'
    other = f'<table:table table:name="b"><table:table-row>{ods_cell(ID)}</table:table-row></table:table>'
    _, said = read(ods(whole, other), "a.ods")
    assert [one.path for one in said] == ["a.ods!/表", "a.ods!/b"]
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = ID, ID
    book.create_sheet("b")["A1"] = ID
    into = io.BytesIO()
    book.save(into)
    tables, said = read(into.getvalue(), "a.xlsx")
    assert (tables, [one.path for one in said]) == ({"a.xlsx!/b": 1}, ["a.xlsx!/Sheet"])


@pytest.mark.parametrize("name", WRITERS)
def test_no_row_is_lost_where_the_first_ones_are_blank(name):
    cells = {(row, column): ID for row in range(7, 30) for column in (3, 4)}
    source = next(iter(open_content(content_of_bytes(WRITERS[name](cells), name, name), Options())))
    (block,) = source.blocks()
    assert block.row_offset.tolist() == list(range(8, 31))
    assert source.dialect["range"] == "D8:E30"


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 300), st.integers(0, 60)), st.text("甲1", min_size=1), min_size=1
    )
)
def test_the_rectangle_is_that_of_the_cells(cells):
    rows, columns = {row for row, _ in cells}, {column for _, column in cells}
    rectangle = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
    assert xlsb_cells(content_of_bytes(xlsb.workbook(cells), "a", "a")) == {"表": rectangle}
    laid = sum(1 + max(to for at, to in cells if at == row) for row in rows)
    assert ods_cells(content_of_bytes(ods_of(cells), "a", "a")) == {"表": max(rectangle, laid)}


@settings(max_examples=60)
@given(st.binary(max_size=200), st.integers(0, 3000))
def test_a_damaged_sheet_ends_without_a_crash(junk, cut):
    raw = xlsb.record(129) + b"".join(
        xlsb.record(0, bytes([row, 0, 0, 0] * 4)) + xlsb.record(6, bytes(8) + xlsb.text("甲"))
        for row in range(100)
    )
    into = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(xlsb.workbook({(0, 0): "x"})))
    with zipfile.ZipFile(into, "w") as archive:
        for name in whole.namelist():
            sheet = "sheet1" in name
            archive.writestr(name, raw[:cut] + junk if sheet else whole.read(name))
    xlsb_cells(content_of_bytes(into.getvalue(), "a", "a"))
