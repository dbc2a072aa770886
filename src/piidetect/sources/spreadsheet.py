# SPDX-License-Identifier: Apache-2.0
"""Workbooks: xlsx, xlsm, xls, xlsb, ods, and those of WPS (et), which are xls or xlsx.

Sheets are read one at a time, hidden ones too; a sheet may hold several tables. The library loads a
sheet whole: some 100 bytes a cell; big xlsx are given to it in parts (`xlsx_streamed`). Formulas count by
the value that was stored with them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.schema import RowKind
from piidetect.sources.alerts import Alert
from piidetect.sources.cell_text import cell_text
from piidetect.sources.digesting import SharedDigest
from piidetect.sources.registry import Match, Skipped
from piidetect.sources.rows import Row, RowSource
from piidetect.sources.sheet_extents import MOST_CELLS, ods_cells, xlsb_cells
from piidetect.sources.sheet_tables import (
    BELOW,
    LOOK,
    Heading,
    begins_table,
    find_heading,
    side_by_side,
)
from piidetect.sources.xlsx_cells import column_letters, sheet_facts
from piidetect.sources.xlsx_streamed import big_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened
    from piidetect.sources.sheet_tables import Known, Merged
    from piidetect.sources.xlsx_cells import SheetFacts
    from piidetect.sources.xlsx_streamed import BigSheet, BigWorkbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_BIFF = (b"\x09\x08", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00")

#: Rows that are asked for at once.
_ROWS = 256

#: Tables that are looked for on a sheet; what is below belongs to the last.
_MOST_TABLES = 200


def sniff(head: Head) -> Match:
    """Say whether it is an xls workbook; the others are ZIP archives, which hand over to here."""
    if head.raw.startswith(_OLE) and (
        head.suffix in {".xls", ".et", ".xlt", ".xlsx"} or any(one in head.raw for one in _STREAMS)
    ):
        return Match.MAGIC
    return Match.NO


def open_content(content: Content, head: Head, options: Options) -> Iterator[Opened]:
    """Yield the tables of all sheets.

    Raises:
        SourceError: It can't be read.
    """
    kind = _kind(head)
    big = big_workbook(content, _big_part) if kind == "xlsx" else None
    if big is not None:
        yield from _streamed(content, big, options)
        return
    facts, cells = _facts(content, kind)
    far = {name: count for name, count in cells.items() if count > MOST_CELLS}
    if far and kind == "ods":  # the library lays out all sheets when it opens one
        for name in cells:
            yield Skipped(f"{content.locator}!/{name}", "limit_reached", _too_far(far, name))
        return
    digest = SharedDigest(content)
    empty = True
    with content.open() as file:
        book = _guarded(lambda: _load(file))
        sheets = book.sheets_metadata
        for number, about in enumerate(sheets):
            if "Chart" in str(about.typ) or "Vba" in str(about.typ):
                continue
            place = content.locator if len(sheets) == 1 else f"{content.locator}!/{about.name}"
            if about.name in far:
                yield Skipped(place, "limit_reached", _too_far(far, about.name))
                empty = False
                continue
            try:
                sheet = _Sheet(
                    _guarded(partial(book.get_sheet_by_index, number)),
                    facts[about.name].integers if about.name in facts else {},
                )
            except SourceError as error:
                yield Skipped(place, "not_readable", str(error))
                empty = False
                continue
            for table in _tables(sheet, options.known):
                empty = False
                yield _source(place, kind, about.name, table, digest, hidden=_hidden(about))
    if empty:
        yield RowSource(content.locator, kind, None, 1, digest.no_rows)


def _streamed(content: Content, book: BigWorkbook, options: Options) -> Iterator[Opened]:
    """Yield the tables of a big workbook."""
    digest = SharedDigest(content)
    empty = True
    for about in book.about:
        sheet = book.sheets.get(about.name)
        place = content.locator if len(book.about) == 1 else f"{content.locator}!/{about.name}"
        for table in _tables(sheet, options.known) if sheet else ():
            empty = False
            yield _source(place, "xlsx", about.name, table, digest, hidden=_hidden(about))
    if empty:
        yield RowSource(content.locator, "xlsx", None, 1, digest.no_rows)


def _big_part(file: Any) -> Any:
    return _guarded(lambda: _load(file))


def _hidden(about: Any) -> bool:
    return str(about.visible).rsplit(".", 1)[-1] != "Visible"


def _facts(content: Content, kind: str) -> tuple[dict[str, SheetFacts], dict[str, int]]:
    """Return what the library doesn't tell of the sheets, and how many cells they take, by name.

    An xls holds no more than can be read.

    Raises:
        SourceError: The workbook is damaged.
    """
    if kind == "xls":
        return {}, {}
    if kind == "ods":
        return {}, ods_cells(content)
    facts = sheet_facts(content)
    return facts, {name: one.cells for name, one in facts.items()} or xlsb_cells(content)


def _too_far(far: dict[str, int], name: str) -> str:
    """Say why a sheet isn't read."""
    if name in far:
        return f"the sheet spreads over {far[name]} cells, more than the {MOST_CELLS} that are read"
    return "another sheet spreads too far; put this one into a workbook of its own and scan that"


def _kind(head: Head) -> str:
    """Return the format's name."""
    if head.raw.startswith(_OLE):
        return "xls"
    if b"opendocument" in head.raw[:120]:
        return "ods"
    return "xlsb" if head.suffix == ".xlsb" else "xlsx"


def _load(file: Any) -> Any:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(file)


def _guarded(call: Callable[[], Any]) -> Any:
    """Call the library; what it raises becomes a SourceError, its panics too."""
    from python_calamine import CalamineError, PasswordError

    try:
        return call()
    except PasswordError as error:
        message = (
            "the workbook is encrypted; open it with its password, save it without, and scan that"
        )
        raise SourceError(message) from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        first = (str(error).splitlines() or [""])[0][:160]
        raise SourceError(f"the workbook can't be read ({first})") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of the library's language; no Exception
            message = "the workbook can't be read (it is damaged)"
            raise SourceError(message) from error
        raise


@dataclass(slots=True)
class _Sheet:
    """A sheet as rows of text, from its first used cell on."""

    sheet: Any
    integers: dict[tuple[int, int], str]
    top: int = 0
    left: int = 0
    merged: list[Merged] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Ask where the values begin and what is merged."""
        self.top, self.left = self.sheet.start or (0, 0)
        ranges = _guarded(lambda: self.sheet.merged_cell_ranges) or []
        self.merged = [
            ((top, left - self.left), (bottom, right - self.left))
            for (top, left), (bottom, right) in ranges
            if left >= self.left
        ]

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows."""
        rows = islice(self.sheet.iter_rows(), self.top, None)  # it begins at the sheet's first row
        height = self.sheet.height if self.sheet.start else 0
        together = (_guarded(lambda: list(islice(rows, _ROWS))) for _ in range(0, height, _ROWS))
        for number, row in enumerate(chain.from_iterable(together)):
            texts = [value if type(value) is str else cell_text(value) for value in row]
            if self.integers:
                for at in range(len(texts)):
                    whole = self.integers.get((self.top + number, self.left + at))
                    if whole is not None and type(row[at]) is float:
                        texts[at] = whole
            yield texts


@dataclass(frozen=True, slots=True)
class _Table:
    """A table on a sheet: its rows (counted from the first used one), its columns, its heading."""

    sheet: _Sheet | BigSheet
    number: int
    alone: bool
    first: int
    stop: int
    left: int
    right: int
    heading: Heading | None

    @property
    def place(self) -> str:
        """Return the cells that it takes, as Excel writes them."""
        top, left = self.sheet.top + self.first + 1, self.sheet.left + self.left
        bottom, right = self.sheet.top + self.stop, self.sheet.left + self.right - 1
        return f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"

    def rows(self) -> Iterator[Row]:
        """Yield its rows; titles above the heading are texts."""
        start = self.first + (self.heading.first + self.heading.rows if self.heading else 0)
        names = self.heading.names[self.left : self.right] if self.heading else None
        above = self.first + self.heading.first if self.heading else 0
        for number, row in enumerate(islice(self.sheet.rows(), self.stop)):
            if number < self.first or above <= number < start:
                continue
            cells = row[self.left : self.right]
            offset = self.sheet.top + number + 1
            if number < start:
                text = " ".join(cell for cell in cells if cell)
                if text:
                    yield Row(offset, [text], RowKind.TEXT)
            elif names is not None and [cell.strip() for cell in cells] == names:
                yield Row(offset, cells, RowKind.REPEATED_HEADER)
            else:
                yield Row(offset, cells)


def _tables(sheet: _Sheet | BigSheet, known: Known) -> list[_Table]:
    """Return the tables on a sheet, after one pass over its rows."""
    begins: list[tuple[int, Heading | None, list[int]]] = []
    width, number = 0, 0
    ahead: deque[list[str]] = deque()
    rows = sheet.rows()
    blank = True
    while True:
        if len(ahead) < LOOK + BELOW:
            ahead.extend(islice(rows, 4 * (LOOK + BELOW)))
        if not ahead:
            break
        width = len(ahead[0])
        filled = any(ahead[0])
        if filled and blank and len(begins) < _MOST_TABLES:
            window = list(islice(ahead, LOOK + BELOW))
            names = begins[-1][1].names if begins and begins[-1][1] else []
            if not begins or begins_table(window, names, known):
                heading = find_heading(window, known, sheet.merged, sheet.top + number)
                starts = side_by_side(heading, window, known) if heading else [0]
                begins.append((number, heading, starts))
        blank = not filled
        ahead.popleft()
        number += 1
    if not begins:
        return []
    stops = [first for first, _, _ in begins[1:]] + [number]
    count = sum(len(starts) for _, _, starts in begins)
    places = [
        (first, stop, left, right, heading)
        for (first, heading, starts), stop in zip(begins, stops, strict=True)
        for left, right in zip(starts, [*starts[1:], width], strict=True)
    ]
    return [_Table(sheet, at, count == 1, *place) for at, place in enumerate(places)]


def _source(
    place: str, kind: str, sheet: str, table: _Table, digest: SharedDigest, *, hidden: bool
) -> RowSource:
    path = place if table.alone else f"{place}!{table.place}"
    heading = table.heading
    names = heading.names[table.left : table.right] if heading else None

    def rows(ledger: Ledger, alerts: list[Alert]) -> Iterable[Row]:
        digest.enter(ledger, id(table))
        if hidden:
            alerts.append(
                Alert(path, "hidden_sheet", "the sheet is hidden in the workbook; it was read")
            )
        return table.rows()

    dialect = {"sheet": sheet, "range": table.place}
    return RowSource(path, kind, names, table.right - table.left, rows, dialect=dialect)
