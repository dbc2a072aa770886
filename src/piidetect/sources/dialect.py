# SPDX-License-Identifier: Apache-2.0
"""Find out how a text is delimited, by samples from its head, middle and tail."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from piidetect.kernels import index
from piidetect.kernels.cells import PADDING
from piidetect.schema import TEXT_COLUMN, RowKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: In the order of preference where two fit equally well; longer ones before their parts.
DELIMITERS = (b"----", b"||", b"\t", b"\x01", b"|", b",", b";", "，".encode(), b"^", b"~")

#: Bytes of a sample by which a grammar is tried.
_LOOK = 1 << 16

#: Most lines of a sample that are looked at.
_LINES = 400

#: Least share of rows that a delimiter must split into the same number of cells.
_LEAST = 0.6

#: Most characters of a heading, and least rows below one that no known word speaks for.
_LONGEST, _FEW = 60, 3

#: Rows from the top among which the heading may be.
_HEADING_ROWS = 5

_WORDS = re.compile(
    r"(?:姓名|名称|名字|编号|序号|号码|证件|身份证|手机|电话|地址|住址|性别|日期|时间|生日|年龄|备注|邮箱"
    r"|科室|诊断)(?:\d{0,2}|[*＊:：]|[(（\[【].*)$"  # at the end: 电话未知 is a value
    r"|(?:^|[_\s])(?:id|no|name|phone|mobile|tel|email|mail|addr|address|sex|gender|age|birth\w*"
    r"|date|time|remark|xm|xb|sfzh|sjh|dz|bz)(?:$|[_\s])",
    re.IGNORECASE,
)
_DIGIT = re.compile(rb"[0-9]")
_DATA = re.compile(r"\d{5}|@|^\d{4}[-/.年]\d{1,2}[-/.月]\d|[０-９]{5}|\d\*+\d|1\d{2}[- ]\d{4}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text is delimited.

    `delimiter` is empty where each line is one cell. `heading` holds the raw cells of the heading
    (bytes, without outer quotes), or is None; it stands at `heading_start:heading_stop` of the
    decoded text.
    """

    delimiter: bytes
    quote: bytes
    line_end: str
    n_columns: int
    heading: tuple[bytes, ...] | None
    heading_start: int
    heading_stop: int
    bytes_per_row: float

    @property
    def grammar(self) -> index.Grammar:
        """The grammar for the kernel."""
        return index.grammar(
            self.delimiter,
            self.quote,
            self.n_columns,
            heading=self.heading or (),
            bare_cr=self.line_end == "cr",
        )

    def names(self) -> list[str] | None:
        """Return the heading as text, or None."""
        if self.heading is None:
            return None
        cells = [cell.replace(self.quote * 2, self.quote) for cell in self.heading]
        return [cell.decode("utf-8", "replace").strip() for cell in cells]


def sniff(
    texts: list[bytes],
    *,
    complete: bool,
    known: Callable[[str], bool] | None = None,
    tabular: bool = False,
) -> Dialect:
    """Return the dialect of a text of which `texts` are samples in UTF-8, the head first.

    Args:
        texts: Samples that begin at the start of a line and end anywhere.
        complete: The only sample is the whole text.
        known: Says whether a cell is a known heading.
        tabular: The name of the file says that it is a table.
    """
    ends = _line_end(texts)
    quote = _quote(texts)
    lines = [line for text in texts for line in _lines(text, ends)]
    best = _shape(texts, lines, quote, ends, complete)
    trusted = len(lines) > 1 or tabular or best[0] == b"\t"
    heading = _find_heading(texts[0], best, quote, ends, complete, known)
    if best[0] and not (trusted or heading):
        best = (b"", 1)
        heading = _find_heading(texts[0], best, b"", ends, complete, known)
    if not best[0]:
        quote = quote if heading and _is_quoted(lines, quote) else b""
    cells, start, stop = heading or (None, 0, 0)
    size = sum(len(line) + 1 for line in lines)
    return Dialect(best[0], quote, ends, best[1], cells, start, stop, size / max(1, len(lines)))


def _shape(
    texts: list[bytes],
    lines: list[bytes],
    quote: bytes,
    ends: str,
    complete: bool,  # noqa: FBT001
) -> tuple[bytes, int]:
    """Return (delimiter, number of columns) that split most rows; more columns win a tie."""
    best, best_score = (b"", 1), 0.0
    head = b"\n".join(lines)
    doubled = head.count(b"||")
    for delimiter in DELIMITERS:
        if delimiter not in head:
            continue
        if delimiter == b"|" and doubled and head.count(b"|") < doubled * 2.1:
            continue
        width, share = 1, 0.0
        for n_columns in _widths(lines, delimiter, quote):
            grammar = index.grammar(delimiter, quote, n_columns, bare_cr=ends == "cr")
            fit = _fit(texts, grammar, complete=complete)
            if fit > share:
                width, share = n_columns, fit
        score = share + min(width, 40) * 0.005
        if share >= _LEAST and score > best_score:
            best, best_score = (delimiter, width), score
    return best


def rows_of(text: bytes, grammar: index.Grammar, *, final: bool) -> tuple[np.ndarray, index.Rows]:
    """Index a sample; return (its bytes with padding, the rows, cut to what was filled)."""
    data = np.frombuffer(bytearray(text + bytes(PADDING)), np.uint8)
    room = text.count(b"\n") + text.count(b"\r") + 2
    rows = index.empty_rows(room, grammar.n_columns)
    number, cells, _ = index.index_block(data, 0, len(text), final, grammar, rows)
    return data, rows._replace(
        cell_start=rows.cell_start[:cells],
        cell_stop=rows.cell_stop[:cells],
        cell_column=rows.cell_column[:cells],
        row_cell=rows.row_cell[: number + 1],
        row_start=rows.row_start[:number],
        row_kind=rows.row_kind[:number],
    )


def _line_end(texts: list[bytes]) -> str:
    """Return 'lf', 'crlf' or 'cr', whichever ends most lines, or '' without line ends."""
    pairs = sum(text.count(b"\r\n") for text in texts)
    feeds = sum(text.count(b"\n") for text in texts) - pairs
    returns = sum(text.count(b"\r") for text in texts) - pairs
    if not pairs + feeds + returns:
        return ""
    if returns > pairs + feeds:
        return "cr"
    return "crlf" if pairs > feeds else "lf"


def _lines(text: bytes, ends: str) -> Iterator[bytes]:
    """Yield the first lines of a sample that aren't blank."""
    taken = 0
    for line in text.split(b"\r" if ends == "cr" else b"\n", _LINES)[:_LINES]:
        if line.strip(b' \t\r\n,;|"'):
            yield line.rstrip(b"\r")
            taken += 1
        if taken == _LINES:
            return


def _quote(texts: list[bytes]) -> bytes:
    """Return the quote: a single one only where cells stand in it and none in double ones."""
    head = b"\n".join(text[:_LOOK] for text in texts)
    double = len(re.findall(rb'(?:^|[,;|\t])"', head, re.MULTILINE))
    if b"'" not in head:
        return b'"'
    single = len(re.findall(rb"(?:^|[,;|\t])'[^'\n]*'(?=[,;|\t\r]|$)", head, re.MULTILINE))
    lines = head.count(b"\n") + head.count(b"\r") + 1
    return b"'" if single > double and single * 2 >= lines else b'"'


def _is_quoted(lines: list[bytes], quote: bytes) -> bool:
    """Say whether most lines stand in quotes as a whole."""
    quoted = sum(line.startswith(quote) and line.endswith(quote) for line in lines)
    return quoted * 2 > len(lines)


def _widths(lines: list[bytes], delimiter: bytes, quote: bytes) -> list[int]:
    """Return the numbers of cells that lines most often have, the smallest first."""
    counts = Counter(_width(line, delimiter, quote) for line in lines)
    common = [width for width, _ in counts.most_common(3)]
    if lines:
        common.append(_width(lines[0], delimiter, quote))
    return sorted({width for width in common if 1 < width < TEXT_COLUMN})


def _width(line: bytes, delimiter: bytes, quote: bytes) -> int:
    """Return the number of cells of a line, delimiters in quotes left out where they balance."""
    if quote in line and line.count(quote) % 2 == 0:
        line = b"".join(line.split(quote)[::2])
    return line.count(delimiter) + 1


def _fit(texts: list[bytes], grammar: index.Grammar, *, complete: bool) -> float:
    """Return the share of rows that the grammar splits."""
    parsed = other = 0
    for text in texts:
        piece = _head(text)
        final = complete and len(piece) == len(text)
        _, rows = rows_of(piece, grammar, final=final)
        kinds = np.bincount(rows.row_kind, minlength=len(RowKind))
        parsed += int(kinds[RowKind.PARSED])
        other += int(kinds[RowKind.TEXT])
    return parsed / max(1, parsed + other)


def _head(text: bytes) -> bytes:
    """Return the first 64 KiB of a sample, or all of it where that is a few long lines."""
    head = text[:_LOOK]
    return head if head.count(b"\n") + head.count(b"\r") > _HEADING_ROWS else text


def _find_heading(
    text: bytes,
    shape: tuple[bytes, int],
    quote: bytes,
    ends: str,
    complete: bool,  # noqa: FBT001
    known: Callable[[str], bool] | None,
) -> tuple[tuple[bytes, ...], int, int] | None:
    """Return (cells, start, stop) of the heading, or None."""
    grammar = index.grammar(shape[0], quote, shape[1], bare_cr=ends == "cr")
    head = _head(text)
    data, rows = rows_of(head, grammar, final=complete and len(head) == len(text))
    parsed = np.flatnonzero(rows.row_kind == RowKind.PARSED)
    if not parsed.size or parsed[0] >= _HEADING_ROWS:
        return None
    table = [_cells(data, rows, int(row)) for row in parsed[:101]]
    first = int(parsed[0])
    if not is_heading(table[0], table[1:], known):
        row, first = _cells(data, rows, 0), 0
        cells = row[0].split(shape[0]) if rows.row_kind[0] == RowKind.TEXT and shape[0] else []
        if not is_heading(tuple(cells), [], known):
            return None
        # a heading of more or fewer cells than the rows have
        cells = [cell.strip(quote) for cell in cells] + [b""] * shape[1]
        table[0] = tuple(cells[: shape[1]])
    start = int(rows.row_start[first])
    stop = int(rows.row_start[first + 1]) if first + 1 < rows.row_start.size else 0
    if not stop:
        line_end = re.search(rb"\r\n|\n|\r" if ends == "cr" else rb"\n", text[start:])
        stop = start + line_end.end() if line_end else len(text)
    return table[0], start, stop


def _cells(data: np.ndarray, rows: index.Rows, row: int) -> tuple[bytes, ...]:
    """Return the cells of a row as bytes."""
    cells = range(int(rows.row_cell[row]), int(rows.row_cell[row + 1]))
    return tuple(data[rows.cell_start[i] : rows.cell_stop[i]].tobytes() for i in cells)


def is_heading(
    first: tuple[bytes, ...],
    others: list[tuple[bytes, ...]],
    known: Callable[[str], bool] | None,
) -> bool:
    """Say whether the first row is a heading: never if a cell looks like a personal value."""
    cells = [cell.decode("utf-8", "replace").strip(" \t'\"\ufeff") for cell in first]
    named = [cell for cell in cells if cell]
    if not named or any(_DATA.search(cell) or len(cell) > _LONGEST for cell in cells):
        return False
    values_below = [{row[at] for row in others if row != first} for at in range(len(first))]
    hits = sum(
        bool(_WORDS.search(cell)) or (known is not None and known(cell))
        for cell, raw, below in zip(cells, first, values_below, strict=True)
        if cell and raw not in below  # what stands below too is a value
    )
    if hits * 3 >= len(named):
        return True
    if len(named) * 2 < len(cells) or len(set(named)) < len(named) or len(others) < _FEW:
        return False
    for position, cell in enumerate(cells):
        values = [row[position] for row in others]
        with_digits = sum(len(_DIGIT.findall(value)) * 2 > len(value) for value in values)
        if cell and not any(letter.isdigit() for letter in cell) and with_digits * 2 > len(values):
            return True
    return False
