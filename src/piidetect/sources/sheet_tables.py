# SPDX-License-Identifier: Apache-2.0
"""Where the tables on a sheet are: headings below titles, merged headings, tables under each other.

A sheet is read from the top. A heading among the first rows begins a table; what stands above it are
titles, which are scanned as text. After a blank row a row that is a heading of its own begins the next
table. A heading whose upper row is merged over several columns (``母亲信息`` over ``姓名`` and
``证件号``) is joined with the row below, so that a column says whose value it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from piidetect.sources.dialect import is_heading

if TYPE_CHECKING:
    from collections.abc import Callable

    Known = Callable[[str], bool] | None

#: Rows from the top, or below a blank row, among which a heading may stand.
LOOK = 10

#: Rows below a heading by which it is told from a row of values.
BELOW = 100

#: What a merged heading says besides whose values stand below it.
_GROUP_WORDS = ("基本信息", "个人信息", "信息", "资料", "情况", "档案")

#: ((row, column) of the upper left cell, of the lower right cell), both in the sheet's own numbers.
Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: the rows from the first one given to it and itself, and its names by column."""

    first: int  # number of the row that it begins in, counted from the rows that were looked at
    rows: int
    names: list[str]


def find_heading(
    rows: list[list[str]], known: Known, merged: list[Merged], top: int
) -> Heading | None:
    """Return the first heading among the first rows, or None.

    Args:
        rows: Rows of equal length, the first of which is row `top` of the sheet.
        known: Says whether a cell is a known heading.
        merged: Merged ranges of the sheet; columns as in `rows`.
        top: The number of the first row.
    """
    looked_at = [at for at in range(min(LOOK, len(rows))) if any(rows[at])]
    for at in looked_at:
        groups = _groups(rows[at], merged, top + at)
        if groups and at + 1 < len(rows) and _is(rows[at + 1], rows, at + 1, known):
            return Heading(at, 2, _joined(groups, rows[at], rows[at + 1]))
        if _words(rows[at], known) and _is(rows[at], rows, at, known):
            return Heading(at, 1, [cell.strip() for cell in rows[at]])
    for at in looked_at:  # one word in three, or what stands below, speaks for it
        if _is(rows[at], rows, at, known):
            return Heading(at, 1, [cell.strip() for cell in rows[at]])
    return None


def _words(row: list[str], known: Known) -> bool:
    """Say whether most cells of a row are words of headings, and so many that it is no title."""
    named = [cell for cell in row if cell.strip()]
    hits = sum(is_heading(tuple(_cells([cell])), [], known) for cell in named)
    return hits * 2 > len(named) and (hits > 1 or len(row) == 1)


def _is(row: list[str], rows: list[list[str]], at: int, known: Known) -> bool:
    if not _wide(row):
        return False
    below = [tuple(_cells(one)) for one in rows[at + 1 : at + 1 + BELOW] if any(one)]
    return is_heading(tuple(_cells(row)), below, known)


def _wide(row: list[str]) -> bool:
    """Say whether a row has more than a title."""
    return len(row) == 1 or sum(bool(cell.strip()) for cell in row) > 1


def _cells(row: list[str]) -> list[bytes]:
    return [cell.encode("utf-8", "surrogatepass") for cell in row]


def _groups(row: list[str], merged: list[Merged], number: int) -> dict[int, str]:
    """Return the names that are merged over several columns in this row, by column.

    A title over the whole width is none.
    """
    found: dict[int, str] = {}
    for (top, left), (bottom, right) in merged:
        if top == bottom == number and right > left and left < len(row) and row[left].strip():
            found.update(dict.fromkeys(range(left, right + 1), row[left].strip()))
    named = {at for at, cell in enumerate(row) if cell.strip()}
    return found if len(set(found.values())) > 1 or named - set(found) else {}


def _joined(groups: dict[int, str], upper: list[str], lower: list[str]) -> list[str]:
    """Return the names of the columns under a heading of two rows."""
    names = []
    for at, cell in enumerate(lower):
        below, above = cell.strip(), upper[at].strip()
        if at in groups:
            word = groups[at]
            for extra in _GROUP_WORDS:
                word = word.removesuffix(extra)
            names.append(f"{word}/{below}" if word and below else below or word)
        else:
            names.append(below or above)
    return names


def begins_table(rows: list[list[str]], heading: list[str], known: Known) -> bool:
    """Say whether the first of the rows, which follows a blank one, is the heading of a new table."""
    first = [cell.strip() for cell in rows[0]]
    if first == heading or not _wide(rows[0]):
        return False
    below = [tuple(_cells(row)) for row in rows[1:] if any(row)]
    return is_heading(tuple(_cells(rows[0])), below, known)


def side_by_side(heading: Heading, rows: list[list[str]], known: Known) -> list[int]:
    """Return the columns where tables that stand beside each other begin; the first is 0.

    They do where a column without a name and without values parts two headings.
    """
    starts = [0]
    body = rows[heading.first + heading.rows :]
    for at in range(1, len(heading.names)):
        blank = not heading.names[at - 1] and not any(row[at - 1].strip() for row in body)
        if not (blank and heading.names[at]):
            continue
        parts = [heading.names[starts[-1] : at], heading.names[at:]]
        if all(
            sum(bool(name) for name in part) > 1 and is_heading(tuple(_cells(part)), [], known)
            for part in parts
        ):
            starts.append(at)
    return starts
