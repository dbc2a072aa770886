# SPDX-License-Identifier: Apache-2.0
"""What the XML of an xlsx workbook says that a library for workbooks doesn't.

How far apart the cells of a sheet lie, since the library lays out the whole rectangle; and the digits
of whole numbers that a program wrote in full, which are gone once they are a float.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from piidetect.sources.cell_text import EXACT
from piidetect.sources.zip_directory import directory
from piidetect.sources.zip_member import pieces_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from piidetect.sources.content import Content
    from piidetect.sources.zip_member import Entry

_STEP = 1 << 20
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>/]*>')
_INTEGER = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>/]*>(?:<f\b[^>]*>[^<]*</f>)?<v>(\d{16,25})</v>'
)
_LONG = re.compile(rb"<v>\d{16}")


class SheetFacts(NamedTuple):
    """Cells of the rectangle that holds the sheet's values; integers by (row, column), from 0."""

    cells: int
    integers: dict[tuple[int, int], str]


def sheet_facts(content: Content) -> dict[str, SheetFacts]:
    """Return the facts of the sheets by name; nothing of a workbook in another form.

    Raises:
        SourceError: A sheet is damaged.
    """
    facts = {}
    with content.open() as file:
        entries = {entry.name.lower(): entry for entry in directory(file)}

        def pieces(entry: Entry) -> Iterator[bytes]:
            return pieces_of(file, entry, [])

        for name, place in sheet_places(entries, pieces).items():
            if place in entries:
                facts[name] = _facts(pieces(entries[place]))
    return facts


def sheet_places(
    entries: dict[str, Entry], pieces: Callable[[Entry], Iterator[bytes]]
) -> dict[str, str]:
    """Return where each sheet's XML lies, by the sheet's name."""
    texts = []
    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if part not in entries:
            return {}
        texts.append(_start(pieces(entries[part])))
    targets = relations(texts[1])
    found = {}
    for tag in _SHEET.findall(texts[0]):
        found[attribute(tag, b"name")] = targets.get(attribute(tag, rb"\w+:id"), "").lower()
    return found


def _start(pieces: Iterator[bytes]) -> bytes:
    """Return a small part of the workbook."""
    raw = b""
    for piece in pieces:
        raw += piece
        if len(raw) > 1 << 24:
            break
    return raw


def relations(raw: bytes) -> dict[str, str]:
    """Return the places of a workbook's parts by the names that it gives them."""
    targets = {}
    for tag in _RELATION.findall(raw):
        target = attribute(tag, b"Target").lstrip("/")
        targets[attribute(tag, b"Id")] = target if target.startswith("xl/") else f"xl/{target}"
    return targets


def attribute(tag: bytes, name: bytes) -> str:
    """Return an attribute of an XML tag, or ''."""
    found = re.search(rb"\s" + name + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag)
    return html.unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) if found else ""


def _facts(pieces: Iterator[bytes]) -> SheetFacts:
    """Scan a sheet's XML once."""
    rows: set[int] = set()
    columns: set[bytes] = set()
    integers: dict[tuple[int, int], str] = {}
    left = b""
    for piece in pieces:
        text = left + piece
        cut = text.rfind(b"<c ")
        cut = cut if cut > 0 else max(0, len(text) - 256)
        text, left = text[:cut], text[cut:][-_STEP:]
        _scan(text, rows, columns, integers)
    _scan(left, rows, columns, integers)
    if not rows:
        return SheetFacts(0, integers)
    across = [column_number(one) for one in columns]
    cells = (max(rows) - min(rows) + 1) * (max(across) - min(across) + 1)
    return SheetFacts(cells, integers)


def _scan(
    text: bytes, rows: set[int], columns: set[bytes], integers: dict[tuple[int, int], str]
) -> None:
    found = _CELL.findall(text)
    columns.update({column for column, _ in found})
    numbers = {int(row) for row in {row for _, row in found}}
    if numbers:
        rows.update((min(numbers), max(numbers)))
    integers.update(long_integers(text))


def long_integers(text: bytes) -> dict[tuple[int, int], str]:
    """Return the digits of whole numbers that no float holds, by (row, column), from 0."""
    if not _LONG.search(text):
        return {}
    return {
        (int(row) - 1, column_number(column)): digits.decode()
        for column, row, digits in _INTEGER.findall(text)
        if int(digits) >= EXACT
    }


def column_number(letters: bytes) -> int:
    """Return a column's number, from 0.

    >>> column_number(b"A"), column_number(b"AA")
    (0, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def column_letters(number: int) -> str:
    """Return the letters of a column.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
