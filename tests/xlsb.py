# SPDX-License-Identifier: Apache-2.0
"""Write a binary workbook with texts as inline strings, after [MS-XLSB]."""

from __future__ import annotations

import io
import struct
import zipfile

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/'
    '2006/content-types"><Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary'
    '.macroEnabled.main"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
    'package.relationships+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/'
    'package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
)


def record(kind: int, body: bytes = b"") -> bytes:
    """Return a record: type and length in sevens of bits."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(body)
    while length >= 0x80:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + body


def text(value: str) -> bytes:
    """Return an XLWideString."""
    raw = value.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw


def workbook(cells: dict[tuple[int, int], str], name: str = "表") -> bytes:
    """Return a workbook with these cells, by row and column from 0."""
    book = (
        record(131)
        + record(143)
        + record(156, struct.pack("<II", 0, 1) + text("rId1") + text(name))
    )
    last = max(row for row, _ in cells), max(column for _, column in cells)
    sheet = record(129) + record(148, struct.pack("<4I", 0, last[0], 0, last[1])) + record(145)
    at = -1
    for (row, column), value in sorted(cells.items()):
        if row != at:
            sheet += record(0, struct.pack("<IIHBBI", row, 0, 300, 0, 0, 0))
            at = row
        sheet += record(6, struct.pack("<II", column, 0) + text(value))
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("xl/workbook.bin", book + record(144) + record(132))
        archive.writestr("xl/_rels/workbook.bin.rels", _RELATIONS)
        archive.writestr("xl/worksheets/sheet1.bin", sheet + record(146) + record(130))
    return into.getvalue()


def table(header: list[str], rows: list[list[str]]) -> bytes:
    """Return a workbook with a table."""
    lines = enumerate([header, *rows])
    return workbook({(at, to): cell for at, row in lines for to, cell in enumerate(row) if cell})
