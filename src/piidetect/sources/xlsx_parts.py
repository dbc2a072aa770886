# SPDX-License-Identifier: Apache-2.0
"""The XML of a sheet of an xlsx workbook, cut between its rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from piidetect.errors import SourceError
from piidetect.sources.xlsx_cells import column_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Bytes of XML in a part; of a row, and of what stands before or after the rows, at most.
STEP = 1 << 22
LONGEST = 1 << 24

#: Cells of the rectangle around a part's cells at most.
_MOST_CELLS = 1 << 24

_BEGIN = re.compile(rb"<sheetData\s*(/?)>")
END = b"</sheetData>"
_ROW = re.compile(rb'<row r="(\d{1,7})"')
_PLACE = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')


class NotPlain(SourceError):
    """The workbook has another shape than programs give it, or another one than before."""

    def __init__(self, message: str = "it has a shape that can't be read in parts") -> None:
        super().__init__(message)


class Part(NamedTuple):
    """Rows of a sheet as XML, and what follows the last one."""

    rows: bytes
    after: bytes


def parts_of(pieces: Iterator[bytes]) -> Iterator[Part]:
    """Cut a sheet's XML between its rows."""
    raw = b""
    begin = None
    for piece in pieces:
        raw += piece
        begin = _BEGIN.search(raw)
        if begin:
            break
        if len(raw) > LONGEST:
            raise NotPlain
    if begin is None or b"<worksheet" not in raw[: begin.start()] or is_odd(raw[: begin.start()]):
        raise NotPlain("the sheet begins in another way")
    if begin[1]:
        return
    held, size, ended = [raw[begin.end() :]], 0, False
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size < (LONGEST if ended else STEP):
            continue
        raw = b"".join(held)
        cut, ended = raw.rfind(b"<row "), END in raw
        if len(raw) > LONGEST and (ended or cut <= 0):
            raise NotPlain("a row, or what follows the last one, is too long")
        if cut > 0 and not ended:
            yield Part(raw[:cut], b"")
            raw = raw[cut:]
        held, size = [raw], len(raw)
    rows, end, after = b"".join(held).partition(END)
    if not end:
        raise NotPlain("the sheet has no end")
    yield Part(rows, after)


def is_odd(head: bytes) -> bool:
    """Say whether a member's beginning tells of another encoding, or of entities."""
    encoding = re.search(rb"encoding\s*=\s*[\"']([^\"']+)", head[:200])
    return b"<!" in head or (encoding is not None and encoding[1].lower() != b"utf-8")


def last_row(rows: bytes, last: int) -> int:
    """Return the number of a part's last row, after `last`.

    Raises:
        NotPlain: The part has another shape, or its cells lie too far apart.
    """
    places = _PLACE.findall(rows)
    cells = sum(rows.count(tag) for tag in (b"<c ", b"<c>", b"<c/"))
    numbers = [int(number) for number in _ROW.findall(rows)]
    if b"<!" in rows or len(places) != cells or len(numbers) != rows.count(b"<row"):
        raise NotPlain
    if not numbers:
        return last
    columns = [column_number(letters) for letters in {letters for letters, _ in places}]
    among = {int(number) for number in {number for _, number in places}}
    if not among <= set(numbers) or numbers[0] <= last or numbers != sorted(set(numbers)):
        raise NotPlain
    if (numbers[-1] - numbers[0] + 1) * (max(columns, default=0) + 1) > _MOST_CELLS:
        raise NotPlain
    return numbers[-1]


def whole(pieces: Iterable[bytes]) -> bytes:
    """Return a member that has to be short."""
    raw = bytearray()
    for piece in pieces:
        raw += piece
        if len(raw) > LONGEST:
            raise NotPlain
    return bytes(raw)
