# SPDX-License-Identifier: Apache-2.0
"""Tables that people fill in: a CSV file (UTF-8 or GB18030) or a DataFrame, as lines of texts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piidetect.errors import ArgumentError
from piidetect.refusal import Problem, RowsRefused

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd

Lines = list[tuple[int, list[str]]]

_LIST_SEPARATOR = ";"
_DATE = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?")
_MOST_BYTES = 64 << 20


def read_lines(table: str | os.PathLike[str] | pd.DataFrame, what: str) -> tuple[str, Lines]:
    """Return what to call a table in messages, and its lines with their numbers, the heading first.

    Cells are stripped; missing ones are empty; a list in a cell of a DataFrame is joined with ``;``.

    Raises:
        ArgumentError: the file can't be read, or is no CSV in UTF-8 or GB18030.
    """
    if hasattr(table, "columns"):
        return f"the {what}", _frame_lines(table)
    path = Path(table)
    name = f"{what} {str(path)!r}"
    return name, _csv_lines(path, name)


def find_columns(
    name: str, lines: Lines, columns: Sequence[str], headings: Mapping[str, str]
) -> dict[str, int]:
    """Return column → place by the heading.

    Args:
        name: what the table is called.
        lines: its lines.
        columns: those that it must have.
        headings: heading in small letters → column.

    Raises:
        RowsRefused: a column is missing or stands twice.
    """
    line, head = lines[0] if lines else (1, [])
    places: dict[str, int] = {}
    for at, cell in enumerate(head):
        column = headings.get(cell.casefold())
        if column in places:
            raise RowsRefused(
                name, [Problem(line, column, "stands twice in the heading; keep one")]
            )
        if column is not None:
            places[column] = at
    missing = [column for column in columns if column not in places]
    if missing:
        what = f"the column is missing; the heading must be {','.join(columns)}"
        raise RowsRefused(name, [Problem(line, column, what) for column in missing])
    return places


def day_of(line: int, field: str, text: str, problems: list[Problem]) -> dt.date | None:
    """Return a date, None for an empty cell and, with a problem noted, for what is none."""
    if not text:
        return None
    match = _DATE.fullmatch(text.removesuffix(" 00:00:00"))
    try:
        if match:
            return dt.date(*map(int, match.groups()))
    except ValueError:
        pass
    what = f"{text[:20]!r} is no date; write it as 2024-06-30, or leave it empty if it isn't known"
    problems.append(Problem(line, field, what))
    return None


def _frame_lines(frame: Any) -> Lines:
    def text(cell: Any) -> str:
        if isinstance(cell, list | tuple):
            return _LIST_SEPARATOR.join(str(one) for one in cell)
        return "" if cell is None or cell != cell else str(cell).strip()  # noqa: PLR0124 (NaN, NaT)

    head = [text(name) for name in frame.columns]
    rows = frame.astype(object).to_numpy().tolist()
    return [(1, head), *((at, [text(cell) for cell in row]) for at, row in enumerate(rows, 2))]


def _csv_lines(path: Path, name: str) -> Lines:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ArgumentError(f"{name} is larger than such a table can be; give another file")
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ArgumentError(f"{name} can't be read: {why}") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ArgumentError(f"{name} is neither UTF-8 nor GB18030; save it as one of them")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        return [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise ArgumentError(f"{name} is no CSV file ({error}); save it as CSV again") from error
