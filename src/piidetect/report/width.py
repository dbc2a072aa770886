# SPDX-License-Identifier: Apache-2.0
"""Text on a terminal: its width in cells, its cutting, and tables that line up.

East-Asian wide characters take two cells (Unicode UAX 11). Control characters, which a seized
file may hold in a heading or a name, are shown as escapes so that they can't steer a terminal.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The terminal cells that a wide character takes.
WIDE = 2
_WIDE = frozenset("WF")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINED = frozenset({"Mn", "Me"})


def visible(text: str) -> str:
    r"""Return ``text`` with each character that isn't seen written as an escape.

    >>> visible("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return "".join(
        repr(char)[1:-1] if unicodedata.category(char) in _UNSEEN else char for char in text
    )


def width(text: str) -> int:
    """Return the number of terminal cells of ``text``.

    >>> width("人a")
    3
    """
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.category(char) in _JOINED:
        return 0
    return WIDE if unicodedata.east_asian_width(char) in _WIDE else 1


def cut(text: str, cells: int) -> str:
    """Return ``text``, shortened to at most ``cells`` cells and ended by ``…`` if it was longer."""
    if width(text) <= cells:
        return text
    used = 0
    for position, char in enumerate(text):
        used += _cells(char)
        if used > cells - 1:
            return text[:position] + "…"
    return text


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """Return ``text`` filled with spaces up to ``cells``; ``right`` puts it at the right edge."""
    fill = " " * max(0, cells - width(text))
    return fill + text if right else text + fill


def wrap(text: str, cells: int) -> list[str]:
    """Return ``text`` in lines of at most ``cells`` cells.

    Lines break at spaces and beside wide characters, never before a closing mark.
    """
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and width(lines[-1]) + width(piece.rstrip()) > cells:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines if line.strip()] or [""]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        if pieces and _sticks(pieces[-1][-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _sticks(before: str, char: str) -> bool:
    if char == " " or char in "，。；：、）！？”’》":
        return True
    if before in "（“‘《":
        return True
    return before != " " and _cells(before) != WIDE and _cells(char) != WIDE


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], *, limit: int = 60
) -> list[str]:
    """Return the lines of an aligned table: heading, rule, rows.

    Args:
        head: One heading a column.
        rows: The cells; each row is as long as ``head``.
        numeric: Which columns stand at the right edge.
        limit: The most cells a column may take; longer texts are cut.
    """
    shown = [[cut(visible(cell), limit) for cell in row] for row in (head, *rows)]
    widths = [max(width(row[column]) for row in shown) for column in range(len(head))]
    lines = [
        "  ".join(
            pad(cell, cells, right=right)
            for cell, cells, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in shown
    ]
    rule = "  ".join("-" * cells for cells in widths)
    return [lines[0], rule, *lines[1:]]
