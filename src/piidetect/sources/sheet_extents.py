# SPDX-License-Identifier: Apache-2.0
"""How many cells the library lays out for the sheets of xlsb and ods workbooks.

Two cells in far corners cost as much as all that lie between them, and a repeated cell as often as it
is repeated; so this is told before the library is asked.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from piidetect.kernels.cells import PADDING
from piidetect.sources.xlsx_cells import attribute, relations
from piidetect.sources.zip_directory import directory
from piidetect.sources.zip_member import pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from piidetect.sources.content import Content

#: Cells of a sheet, filled or not, that fit into memory (some 100 bytes each).
MOST_CELLS = 1 << 25

#: BrtBundleSh of [MS-XLSB]: a sheet of the workbook.
_BUNDLE = 156
_LONGEST = 1 << 24

_TAG = re.compile(rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
_COLUMNS = re.compile(rb'table:number-columns-repeated="(\d{1,9})"')
_ROWS = re.compile(rb'table:number-rows-repeated="(\d{1,9})"')


def xlsb_cells(content: Content) -> dict[str, int]:
    """Return how many cells the sheets of a binary workbook take, by their names.

    Raises:
        SourceError: The archive is damaged.
    """
    with content.open() as file:
        entries = {entry.name.lower(): entry for entry in directory(file)}
        if "xl/workbook.bin" not in entries:
            return {}
        book = _whole(pieces_of(file, entries["xl/workbook.bin"], []))
        linked = entries.get("xl/_rels/workbook.bin.rels")
        targets = relations(_whole(pieces_of(file, linked, []))) if linked else {}
        return {
            name: _binary_sheet(pieces_of(file, entries[place], []))
            for name, place in _bundles(book, targets)
            if place in entries
        }


def _whole(pieces: Iterable[bytes]) -> bytes:
    """Return a small part of a workbook."""
    raw = b""
    for piece in pieces:
        raw += piece
        if len(raw) > _LONGEST:
            break
    return raw


def _bundles(book: bytes, targets: dict[str, str]) -> list[tuple[str, str]]:
    """Return (name, place in lower case) of the sheets that a workbook lists."""
    found = []
    at = 0
    while at + 2 < len(book):
        kind, at = book[at], at + 1
        if kind & 0x80:
            kind, at = kind & 0x7F | (book[at] & 0x7F) << 7, at + 1
        length = 0
        for shift in (0, 7, 14, 21):
            byte = book[at] if at < len(book) else 0
            length, at = length | (byte & 0x7F) << shift, at + 1
            if byte < 0x80:  # noqa: PLR2004 - the last byte of a length
                break
        if kind == _BUNDLE:
            relation, after = _wide_text(book, at + 8)
            name, _ = _wide_text(book, after)
            found.append((name, targets.get(relation, "").lower()))
        at += length
    return found


def _wide_text(raw: bytes, at: int) -> tuple[str, int]:
    """Return (XLWideString, place after it)."""
    stop = at + 4 + 2 * int.from_bytes(raw[at : at + 4], "little")
    return raw[at + 4 : stop].decode("utf-16-le", "replace"), stop


def _binary_sheet(pieces: Iterable[bytes]) -> int:
    from piidetect.kernels.xlsb_records import spread

    far = 1 << 40
    extent = np.array([far, -1, far, -1, 0], np.int64)
    left = b""
    for piece in pieces:
        text = left + piece
        data = np.frombuffer(bytearray(text + bytes(PADDING)), np.uint8)
        left = text[spread(data, len(text), False, extent) :]
    data = np.frombuffer(bytearray(left + bytes(PADDING)), np.uint8)
    spread(data, len(left), True, extent)
    first_row, last_row, first, last = (int(one) for one in extent[:4])
    return max(0, last_row - first_row + 1) * max(0, last - first + 1)


def ods_cells(content: Content) -> dict[str, int]:
    """Return how many cells the sheets of an OpenDocument workbook take, by their names.

    Raises:
        SourceError: The archive is damaged.
    """
    with content.open() as file:
        for entry in directory(file):
            if entry.name == "content.xml":
                return _open_document(pieces_of(file, entry, []))
    return {}


def _open_document(pieces: Iterable[bytes]) -> dict[str, int]:
    found: dict[str, int] = {}
    sheet = _OpenSheet()
    left = b""
    for piece in chain(pieces, (b"<",)):
        text = left + piece
        cut = text.rfind(b"<")
        text, left = text[:cut], text[cut:][-_LONGEST:]
        for end, tag, attributes in _TAG.findall(text):
            if tag == b"table":
                if not end:
                    sheet = _OpenSheet()
                    name = attribute(attributes, b"table:name")
                else:
                    found[name] = sheet.cells()
            elif tag == b"table-row":
                sheet.row(_times(_ROWS, attributes), closed=attributes.endswith(b"/"), end=end)
            elif not end:
                filled = not attributes.endswith(b"/") or b"office:" in attributes
                sheet.cell(_times(_COLUMNS, attributes), filled=filled)
    return found


def _times(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    times = pattern.search(attributes)
    return int(times[1]) if times else 1


class _OpenSheet:
    """Counts the cells of a sheet as its rows come."""

    def __init__(self) -> None:
        self._at = self._times = self._column = self._last_here = 0
        self._laid = 0  # cells of single rows, empty ones on the left among them
        self._first, self._last, self._left, self._right = -1, -1, 1 << 40, -1

    def row(self, times: int, *, closed: bool, end: bytes) -> None:
        """Begin or end a row."""
        if not end:
            self._times, self._column, self._last_here = times, 0, -1
        if not (end or closed):
            return
        if self._last_here >= 0:
            self._laid += self._last_here + 1
            self._first = self._at if self._first < 0 else self._first
            self._last = self._at + self._times - 1
            self._right = max(self._right, self._last_here)
        self._at += self._times

    def cell(self, times: int, *, filled: bool) -> None:
        """Take a cell, which may stand for several."""
        if filled:
            self._left = min(self._left, self._column)
            self._last_here = self._column + times - 1
        self._column += times

    def cells(self) -> int:
        """Return the cells that are laid out for it."""
        if self._first < 0:
            return 0
        across = self._right - self._left + 1
        return max(self._laid, (self._last - self._first + 1) * across)
