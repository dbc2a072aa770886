# SPDX-License-Identifier: Apache-2.0
"""Big xlsx workbooks, which would not fit into memory as the library holds them.

A sheet's XML is cut between rows, and each part given to the library as a small workbook of its own, so
that every cell is told by the same rules as in a workbook that is read whole. Texts that the sheet only
points to are read once, the same way, and held as an Arrow array; in the parts a mark, which nobody can
guess, stands before what points to them.

What programs write has a plain shape (each row and cell says its place, in order). A workbook of any
other shape is read whole.
"""

from __future__ import annotations

import io
import re
import secrets
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.cell_text import cell_text
from piidetect.sources.xlsx_cells import attribute, long_integers, sheet_places
from piidetect.sources.xlsx_parts import (
    END,
    LONGEST,
    STEP,
    NotPlain,
    Part,
    is_odd,
    last_row,
    parts_of,
    whole,
)
from piidetect.sources.zip_directory import directory
from piidetect.sources.zip_member import pieces_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from piidetect.sources.content import Content
    from piidetect.sources.sheet_tables import Merged
    from piidetect.sources.zip_member import Entry

#: A workbook with a sheet, or texts, that take more packed bytes than this is read in parts.
STREAMED_FROM = 1 << 23

_BOOK, _STYLES = "xl/workbook.xml", "xl/styles.xml"
_LINKS, _TEXTS = "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml"
_ROOT = "http://schemas.openxmlformats.org"
_MAIN, _LINKED = f"{_ROOT}/spreadsheetml/2006/main", f"{_ROOT}/officeDocument/2006/relationships"
_PACKAGE = f"{_ROOT}/package/2006/relationships"

_POINTS = re.compile(rb"<c [^>]*?\bt\s*=\s*[\"']s[\"']")
_POINTER = re.compile(
    rb"(<c [^>]*?\bt\s*=\s*)[\"']s[\"']([^>]*>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v>)"
)


@dataclass(slots=True)
class BigSheet:
    """A sheet as rows of text, from its first used cell on; read anew each time."""

    parts: Callable[[], Iterator[Part]]
    book: BigWorkbook
    top: int = 0
    left: int = 0
    bottom: int = -1
    right: int = -1
    merged: list[Merged] = field(default_factory=list)

    def look(self) -> None:
        """Find where the values are and what is merged.

        Raises:
            NotPlain: It has to be read whole.
        """
        edges, last = [], 0
        merged: list[Merged] = []
        for part in self.parts():
            last = last_row(part.rows, last)
            sheet = self.book.opened(part)
            merged = sheet.merged_cell_ranges or []
            if sheet.start:
                edges.append((*sheet.start, *sheet.end))
        if edges:
            tops, lefts, bottoms, rights = zip(*edges, strict=True)
            self.top, self.left, self.bottom, self.right = (
                min(tops),
                min(lefts),
                max(bottoms),
                max(rights),
            )
        self.merged = [
            ((top, left - self.left), (bottom, right - self.left))
            for (top, left), (bottom, right) in merged
            if left >= self.left
        ]

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows."""
        number = self.top
        width = self.right - self.left + 1
        for part in self.parts():
            sheet = self.book.opened(part)
            if not sheet.start:
                continue
            top, left = sheet.start
            for _ in range(number, top):
                yield [""] * width
            before = [""] * (left - self.left)
            after = [""] * (self.right - sheet.end[1])
            for row in self.book.texts(sheet, long_integers(part.rows)):
                yield before + row + after if before or after else row
            number = sheet.end[0] + 1


@dataclass(slots=True)
class BigWorkbook:
    """A workbook that is read in parts: its sheets by name, what the library says of them.

    `about` are the library's descriptions of the sheets, in order.
    """

    load: Callable[[io.BytesIO], Any]
    styles: bytes
    options: str
    mark: str
    about: list[Any]
    pointed: pa.ChunkedArray | None = None
    sheets: dict[str, BigSheet] = field(default_factory=dict)

    def opened(self, part: Part, texts: bytes = b"") -> Any:
        """Return a part as a sheet of the library."""
        rows = part.rows if texts else self._marked(part.rows)
        sheet = b"<worksheet><sheetData>" + rows + END + (part.after or b"</worksheet>")
        parts = {_BOOK: _small_book(self.options), _LINKS: _SMALL_LINKS, _STYLES: self.styles}
        parts |= {"xl/sharedStrings.xml": texts, "xl/worksheets/sheet1.xml": sheet}
        return self.load(_packed(parts)).get_sheet_by_index(0)

    def _marked(self, rows: bytes) -> bytes:
        """Turn what points to texts into marked numbers."""
        mark = self.mark.encode()
        rows = rows.replace(b' t="s"><v>', b' t="str"><v>' + mark)
        if b'"s"' in rows or b"'s'" in rows:
            rows = _POINTER.sub(rb'\1"str"\2' + mark, rows)
            if _POINTS.search(rows):
                raise NotPlain
        return rows

    def texts(self, sheet: Any, integers: dict[tuple[int, int], str]) -> list[list[str]]:
        """Return the rows of a part as text."""
        values = sheet.to_python(skip_empty_area=True)
        rows = [
            [value if type(value) is str else cell_text(value) for value in row] for row in values
        ]
        top, left = sheet.start
        for (row, column), digits in integers.items():
            if type(values[row - top][column - left]) is float:
                rows[row - top][column - left] = digits
        mark = self.mark
        pointers = [cell[len(mark) :] for row in rows for cell in row if cell.startswith(mark)]
        if not pointers:
            return rows
        known = iter(self._pointed(pointers))
        return [[next(known) if cell.startswith(mark) else cell for cell in row] for row in rows]

    def _pointed(self, pointers: list[str]) -> list[str]:
        """Return the texts that are pointed to.

        Raises:
            SourceError: There is no such text.
        """
        import pyarrow as pa

        if self.pointed is not None and all(map(str.isdecimal, pointers)):
            places = pa.array(map(int, pointers), pa.int64())
            try:
                return self.pointed.take(places).to_pylist()  # type: ignore[no-any-return]
            except (pa.ArrowInvalid, IndexError):
                pass
        raise SourceError("a cell points to a text that the workbook doesn't have")


def big_workbook(content: Content, load: Callable[[io.BytesIO], Any]) -> BigWorkbook | None:
    """Return a workbook that is to be read in parts; None if it is to be read whole.

    `load` opens a workbook by the library.
    """
    with content.open() as file:
        entries = {entry.name.lower(): entry for entry in directory(file)}
        sizes = [
            entry.packed
            for name, entry in entries.items()
            if name.startswith("xl/worksheets/") or name == _TEXTS
        ]
        if _BOOK not in entries or max(sizes, default=0) <= STREAMED_FROM:
            return None
        try:
            return _opened(content, entries, load)
        except (NotPlain, SourceError):
            return None


def _opened(
    content: Content, entries: dict[str, Entry], load: Callable[[io.BytesIO], Any]
) -> BigWorkbook:
    def pieces(name: str) -> Iterator[bytes]:
        with content.open() as file:
            yield from pieces_of(file, entries[name], [])

    small = {
        name: whole(pieces(name)) if name in entries else b"" for name in (_BOOK, _LINKS, _STYLES)
    }
    options = re.search(rb"<workbookPr\b[^>]*>", small[_BOOK])
    book = BigWorkbook(
        load,
        small[_STYLES] or b"<styleSheet/>",
        attribute(options[0], b"date1904") if options else "",
        "\ue000" + secrets.token_hex(6),
        load(_packed({**small, _STYLES: small[_STYLES] or b"<styleSheet/>"})).sheets_metadata,
    )
    if _TEXTS in entries:
        book.pointed = _texts(pieces(_TEXTS), book)
    places = sheet_places(entries, lambda entry: pieces(entry.name.lower()))
    for about in book.about:
        place = places.get(about.name, "")
        if place.startswith("xl/worksheets/"):
            if place not in entries:
                raise NotPlain
            sheet = BigSheet(lambda place=place: parts_of(pieces(place)), book)  # type: ignore[misc]
            sheet.look()
            book.sheets[about.name] = sheet
        elif "Chart" not in str(about.typ) and "Vba" not in str(about.typ):
            raise NotPlain
    return book


def _texts(pieces: Iterator[bytes], book: BigWorkbook) -> pa.ChunkedArray:
    """Return the texts that cells point to."""
    import pyarrow as pa

    found = []
    held: list[bytes] = []
    size = 0
    head = b""
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size < STEP:
            continue
        raw = b"".join(held)
        cut = raw.rfind(b"<si>")
        if cut <= 0 and len(raw) > LONGEST:
            raise NotPlain
        if cut > 0:
            head, part = _after_head(raw[:cut], head)
            found.append(_some_texts(part, book))
            raw = raw[cut:]
        held, size = [raw], len(raw)
    _, part = _after_head(b"".join(held), head)
    found.append(_some_texts(part.partition(b"</sst>")[0], book))
    return pa.chunked_array(found, pa.large_string())


def _after_head(raw: bytes, head: bytes) -> tuple[bytes, bytes]:
    """Return (the beginning of the member, what follows it)."""
    if head:
        return head, raw
    begin = re.search(rb"<sst\b[^>]*>", raw)
    if begin is None or is_odd(raw[: begin.end()]):
        raise NotPlain
    return raw[: begin.end()], raw[begin.end() :]


def _some_texts(raw: bytes, book: BigWorkbook) -> pa.Array:
    import pyarrow as pa

    if b"<!" in raw:
        raise NotPlain
    count = sum(raw.count(tag) for tag in (b"<si>", b"<si/>", b"<si "))
    if not count:
        return pa.array([], pa.large_string())
    rows = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (at + 1, at + 1, at)
        for at in range(count)
    )
    sheet = book.opened(Part(rows, b""), b"<sst>" + raw + b"</sst>")
    values = [row[0] for row in sheet.to_python(skip_empty_area=True)]
    if sheet.start != (0, 0) or len(values) != count or not all(type(one) is str for one in values):
        raise NotPlain
    return pa.array(values, pa.large_string())


def _packed(parts: dict[str, bytes]) -> io.BytesIO:
    """Return the parts of a workbook as one."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", _FIRST_LINKS)
        for name, raw in parts.items():
            if raw:
                archive.writestr(name, raw)
    into.seek(0)
    return into


def _links(kind: str, target: str) -> bytes:
    link = f'<Relationship Id="rId1" Type="{_LINKED}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}">{link}</Relationships>'.encode()


_FIRST_LINKS = _links("officeDocument", _BOOK)
_SMALL_LINKS = _links("worksheet", "worksheets/sheet1.xml")


def _small_book(date1904: str) -> bytes:
    """Return the description of a workbook with one sheet."""
    options = f'<workbookPr date1904="{date1904}"/>' if date1904.isalnum() else ""
    sheet = '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
    names = f'xmlns="{_MAIN}" xmlns:r="{_LINKED}"'
    return f"<workbook {names}>{options}{sheet}</workbook>".encode()
