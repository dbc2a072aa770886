# SPDX-License-Identifier: Apache-2.0
"""The sheet of a sample: locators to look up, answers to fill in, no personal value.

As xlsx or csv. Each row carries the parameters of the draw, so that the sheet alone is enough to draw
again and to see whether anything but the answers was changed.
"""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from piidetect.errors import ArgumentError
from piidetect.messages import LANGUAGES, catalogue, say
from piidetect.refusal import Problem, RowsRefused
from piidetect.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

#: The columns in their order; the headings stand in the catalogue, section ``sheet``.
COLUMNS: tuple[str, ...] = (
    "number",
    "value",
    "source",
    "row",
    "byte_offset",
    "tier",
    "fields",
    "answer",
    "remark",
    "draw",
)
TRUE, FALSE, UNKNOWN = ANSWERS = ("true", "false", "unknown")
_ALSO = {"yes": TRUE, "y": TRUE, "是": TRUE, "属实": TRUE, "真": TRUE, "no": FALSE, "n": FALSE}
_ALSO |= {"否": FALSE, "不属实": FALSE, "假": FALSE, "不明": UNKNOWN}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_BYTES = 64 << 20
_WIDTHS = {"number": 7, "value": 19, "source": 36, "fields": 60, "remark": 30, "draw": 24}


class Answer(NamedTuple):
    """A row of a sheet that was read: its line, its cells by column, and the answer."""

    line: int
    cells: Mapping[str, str]


def write_sheet(
    path: Path, rows: Iterable[Sequence[str | int]], notes: Sequence[str], lang: str
) -> None:
    """Write a sheet, whole or not at all; the ending says whether as xlsx or csv.

    Args:
        path: the file; an older one is replaced.
        rows: the cells in the order of :data:`COLUMNS`.
        notes: sentences on frame, seed and method (xlsx: on a sheet of their own).
        lang: ``zh`` or ``en``.

    Raises:
        ArgumentError: the ending is another.
        CaseError: the file can't be written.
    """
    kind = _kind(path)
    head = [say(f"sheet.{name}", lang) for name in COLUMNS]
    cells = [[_shown(cell) for cell in row] for row in rows]
    content = _xlsx(head, cells, notes, lang) if kind == ".xlsx" else _csv(head, cells)
    write_whole(path, content, "sheet")


def read_sheet(path: Path) -> list[Answer]:
    """Return the rows of a sheet, blank ones left out.

    Raises:
        ArgumentError: the file can't be read or isn't xlsx or csv.
        RowsRefused: a column is missing.
    """
    kind = _kind(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ArgumentError(
                f"sheet {str(path)!r} is larger than a sheet can be; give the one that was filled in"
            )
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ArgumentError(f"sheet {str(path)!r} can't be read: {why}") from error
    lines = _xlsx_lines(path, content) if kind == ".xlsx" else _csv_lines(path, content)
    head_line, head = next(iter(lines), (1, []))
    places = _columns(path, head_line, head)
    answers = []
    for line, cells in lines[1:]:
        if any(cells):
            row = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
            answers.append(Answer(line, row))
    return answers


def answer_of(text: str) -> str | None:
    """Return ``true``, ``false`` or ``unknown`` for what was filled in, None for anything else."""
    given = text.strip().casefold()
    for answer in ANSWERS:
        if given in {answer, *(say(f"answer.{answer}", lang).casefold() for lang in LANGUAGES)}:
            return answer
    return _ALSO.get(given)


def same(cell: str, drawn: str | int) -> bool:
    """Tell whether a cell still says what was drawn, whatever a spreadsheet made of its form."""
    return cell == _plain(_shown(drawn))


def _kind(path: Path) -> str:
    kind = path.suffix.lower()
    if kind not in {".xlsx", ".csv"}:
        raise ArgumentError(f"sheet {str(path)!r}: no such format; end the name in .xlsx or .csv")
    return kind


def _shown(cell: str | int) -> str | int:
    """Return a cell as valid Unicode: bytes of a file name that are no UTF-8 become escapes."""
    return os.fsencode(cell).decode("utf-8", "backslashreplace") if isinstance(cell, str) else cell


def _csv(head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _harmless(cell: str | int) -> str | int:
    """Return a cell that no spreadsheet takes for a formula: a file may be called ``=cmd…``."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _plain(cell: Any) -> str:
    """Return a cell as text: without the mark against formulas, numbers without a fraction."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _xlsx(
    head: Sequence[str], rows: Sequence[Sequence[str | int]], notes: Sequence[str], lang: str
) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(say("sheet.name", lang))
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
        text = book.add_format({"num_format": "@"})
        for column, title in enumerate(head):
            sheet.write_string(0, column, title, bold)
            sheet.set_column(column, column, _WIDTHS.get(COLUMNS[column], 14))
        for line, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, column, cell, text)
                else:
                    sheet.write_number(line, column, cell)
        place = COLUMNS.index("answer")
        choices = [say(f"answer.{answer}", lang) for answer in ANSWERS]
        sheet.data_validation(
            1, place, max(1, len(rows)), place, {"validate": "list", "source": choices}
        )
        sheet.freeze_panes(1, 0)
        method = book.add_worksheet(say("sheet.notes", lang))
        method.set_column(0, 0, 100)
        for line, note in enumerate(notes):
            method.write_string(line, 0, note, wrapped)
    return buffer.getvalue()


def _csv_lines(path: Path, content: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")  # a Chinese spreadsheet saves csv so
        except UnicodeDecodeError as error:
            msg = f"sheet {str(path)!r} is neither UTF-8 nor GB18030; save it as one of them"
            raise ArgumentError(msg) from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        return [(reader.line_num, [_plain(cell) for cell in cells]) for cells in reader]
    except csv.Error as error:
        msg = f"sheet {str(path)!r} is no CSV file ({error}); save it as CSV again"
        raise ArgumentError(msg) from error


def _xlsx_lines(path: Path, content: bytes) -> list[tuple[int, list[str]]]:
    import python_calamine

    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        msg = f"sheet {str(path)!r} is no xlsx file that can be read; save it as xlsx again"
        raise ArgumentError(msg) from error
    return [(line, [_plain(cell) for cell in row]) for line, row in enumerate(rows, 1)]


def _columns(path: Path, line: int, head: Sequence[str]) -> dict[str, int]:
    names = {text: name for name in COLUMNS for text in catalogue()["sheet"][name].values()}
    places: dict[str, int] = {}
    for at, cell in enumerate(head):
        if cell in names:
            places.setdefault(names[cell], at)
    needed = [name for name in COLUMNS if name not in {"fields", "remark"}]
    missing = [name for name in needed if name not in places]
    if missing:
        problems = [
            Problem(
                line,
                " / ".join(catalogue()["sheet"][name].values()),
                "the column is missing; restore it",
            )
            for name in missing
        ]
        raise RowsRefused(f"sheet {str(path)!r}", problems)
    return places
