# SPDX-License-Identifier: Apache-2.0
"""The index equals a slow, readable twin on any bytes, whatever the size of the blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piidetect.kernels import index
from piidetect.schema import TEXT_COLUMN, RowKind

FIELD_BYTES, FIELD_BREAKS = 1 << 16, 256


def _lines(text: bytes, row: int, *, bare_cr: bool) -> tuple[int, int, bool]:
    """Return (end of the text, next line, ended by CR) of the physical line at `row`."""
    line_feed = text.find(b"\n", row)
    near = text[row : row + FIELD_BYTES]
    far = len(text) > row + FIELD_BYTES and not -1 < line_feed <= row + FIELD_BYTES
    bare_cr = bare_cr or (far and b"\r" in near)
    ends = [line_feed] if line_feed >= 0 else []
    if bare_cr and text.find(b"\r", row) >= 0:
        ends.append(text.find(b"\r", row))
    if not ends:
        return len(text) - text[row:].endswith(b"\r"), len(text), bare_cr
    end = min(ends)
    if text[end : end + 1] == b"\r":
        return end, end + 1 + (text[end + 1 : end + 2] == b"\n"), bare_cr
    return end - text[row:end].endswith(b"\r"), end + 1, bare_cr


class _Malformed(Exception):
    pass


def _strict(text: bytes, row: int, rules: dict, *, bare_cr: bool) -> tuple[list, int, int]:
    """Return (cells as spans, next row, line breaks) by the strict rules."""
    delimiter, quote = rules["delimiter"], rules["quote"]
    cells, breaks, field = [], 0, row
    while True:
        end, after, _ = _ends(text, field, row, bare_cr=bare_cr)
        if quote and text[field : field + 1] == quote:
            close, inside = _close(text, field, rules, bare_cr=bare_cr)
            breaks += inside
            cells.append((field + 1, close))
            end, after, _ = _ends(text, close + 1, row, bare_cr=bare_cr)
            if close + 1 == end:
                return cells, after, breaks
            field = close + 1 + len(delimiter)
            continue
        stop = text.find(delimiter, field, end) if delimiter else -1
        if stop < 0:
            cells.append((field, end))
            return cells, after, breaks
        cells.append((field, stop))
        field = stop + len(delimiter)


def _ends(text: bytes, position: int, row: int, *, bare_cr: bool) -> tuple[int, int, bool]:
    """Return the end of the line that goes on at `position`; its limits were checked at `row`."""
    for at in range(position, len(text)):
        byte = text[at : at + 1]
        if byte == b"\n":
            return at - (at > position and text[at - 1 : at] == b"\r"), at + 1, False
        if byte == b"\r" and bare_cr:
            return at, at + 1 + (text[at + 1 : at + 2] == b"\n"), True
    cut = len(text) > position and text.endswith(b"\r")
    return len(text) - cut, len(text), False


def _close(text: bytes, field: int, rules: dict, *, bare_cr: bool) -> tuple[int, int]:
    """Return (closing quote, line breaks inside) of the field that a quote opens at `field`."""
    delimiter, quote = rules["delimiter"], rules["quote"]
    at, breaks = field + 1, 0
    while at < len(text):
        byte, after = text[at : at + 1], text[at + 1 : at + 2]
        breaks += byte == b"\n" or (byte == b"\r" and bare_cr and after != b"\n")
        if breaks > FIELD_BREAKS or (breaks and at - field > FIELD_BYTES):
            raise _Malformed
        if byte == quote:
            if after == quote:
                at += 2
                continue
            rest = text[at + 1 :]
            line_end = rest in {b"", b"\r"} or rest.startswith((b"\n", b"\r\n"))
            line_end = line_end or (bare_cr and rest.startswith(b"\r"))
            if line_end or (delimiter and rest.startswith(delimiter)):
                return at, breaks
            raise _Malformed
        at += 1
    raise _Malformed


def _unquoted(text: bytes, row: int, stop: int, rules: dict) -> list:
    """Split a physical line without quotes; a cell loses one pair of outer quotes."""
    delimiter, quote = rules["delimiter"], rules["quote"]
    pieces = text[row:stop].split(delimiter) if delimiter else [text[row:stop]]
    cells = []
    for piece in pieces:
        start, end = row, row + len(piece)
        if quote and len(piece) >= 2 and piece.startswith(quote) and piece.endswith(quote):
            start, end = start + 1, end - 1
        cells.append((start, end))
        row += len(piece) + len(delimiter)
    return cells


def _blank(piece: bytes, rules: dict) -> bool:
    while piece:
        if rules["delimiter"] and piece.startswith(rules["delimiter"]):
            piece = piece[len(rules["delimiter"]) :]
        elif piece[:1] in {b" ", b"\t", b"\r", b"\n", b"\v", b"\f", rules["quote"] or b" "}:
            piece = piece[1:]
        else:
            return False
    return True


def _row(text: bytes, row: int, rules: dict, *, bare_cr: bool) -> tuple:
    """Return (kind, cells, next row, repaired, end of line) of the row at `row`."""
    n = rules["n_columns"]
    stop, after, bare_cr = _lines(text, row, bare_cr=bare_cr)
    repaired = False

    def fits(cells: list) -> bool:
        return len(cells) >= n and all(a == b for a, b in cells[n:])

    try:
        cells, next_row, breaks = _strict(text, row, rules, bare_cr=bare_cr)
        again = breaks > 0 and not fits(cells)
    except _Malformed:
        again = True
    if again:
        cells, next_row = _unquoted(text, row, stop, rules), after
        repaired = fits(cells)
    if _blank(text[row:next_row], rules):
        return RowKind.BLANK, [], next_row, False
    if not fits(cells):
        if not bare_cr and b"\r" in text[row:stop]:
            return _row(text, row, rules, bare_cr=True)
        return RowKind.TEXT, [(row, stop)], after, False
    if rules["heading"] and tuple(text[a:b] for a, b in cells[:n]) == rules["heading"]:
        return RowKind.REPEATED_HEADER, [], next_row, False
    return RowKind.PARSED, cells[:n], next_row, repaired


def twin(text: bytes, rules: dict) -> list[tuple]:
    """Return (start, kind, cells, repaired) of each row."""
    rows, row = [], 0
    while row < len(text):
        kind, cells, after, repaired = _row(text, row, rules, bare_cr=rules["bare_cr"])
        rows.append((row, kind, cells, repaired))
        row = after
    return rows


def indexed(text: bytes, rules: dict, block: int, room: int = 1000) -> list[tuple]:
    """Return the rows as `twin` does, by the kernel over blocks of `block` bytes."""
    grammar = index.grammar(
        rules["delimiter"],
        rules["quote"],
        rules["n_columns"],
        heading=rules["heading"],
        bare_cr=rules["bare_cr"],
    )
    found, begin, size = [], 0, min(block, len(text))
    tally = np.zeros(len(index.TALLY), np.int64)
    while begin < len(text):
        data = np.frombuffer(bytearray(text[begin:size] + bytes(64)), np.uint8)
        rows = index.empty_rows(room, rules["n_columns"])
        final = size == len(text)
        number, cells, after = index.index_block(data, 0, size - begin, final, grammar, rows)
        assert cells == rows.row_cell[number]
        tally += rows.tally
        for i in range(number):
            spans = range(rows.row_cell[i], rows.row_cell[i + 1])
            kind = RowKind(int(rows.row_kind[i]))
            columns = [int(rows.cell_column[j]) for j in spans]
            want = [TEXT_COLUMN] if kind == RowKind.TEXT else list(range(len(spans)))
            assert columns == want
            cell = [
                (begin + int(rows.cell_start[j]), begin + int(rows.cell_stop[j])) for j in spans
            ]
            found.append((begin + int(rows.row_start[i]), kind, cell))
        if final and number < room:
            assert after == size - begin
        if after == 0:
            assert not final
        begin += after
        size = min(max(size, begin) + block, len(text))
    return found, dict(zip(index.TALLY, tally.tolist(), strict=True))


BYTES = st.sampled_from(
    [b",", b"\n", b"\r", b'"', b"a", b"1", b" ", b"\r\n", b'""', b'"\n', b"x,y"]
)
DELIMITERS = st.sampled_from([b",", b"", b"||", b"----", "，".encode(), b"\t", b"\x01"])


@st.composite
def sources(draw: st.DrawFn) -> tuple[bytes, dict]:
    delimiter = draw(DELIMITERS)
    piece = st.one_of(
        BYTES,
        st.just(delimiter),
        st.just(delimiter[:1]),
        st.just(b'"' + delimiter),
        st.just(delimiter + b'"'),
        st.just(b"a" + delimiter + b"b\n"),
        st.just(delimiter + b"b\n"),
        st.just(b'"a"' + delimiter + b'"b"\r'),
        st.binary(max_size=3),
        st.integers(60, 140).map(lambda n: b"k" * n),
    )
    text = b"".join(draw(st.lists(piece, max_size=60)))
    n_columns = draw(st.integers(1, 4)) if delimiter else 1
    rules = {
        "delimiter": delimiter,
        "quote": draw(st.sampled_from([b'"', b"", b"'"])),
        "n_columns": n_columns,
        "heading": draw(st.sampled_from([(), (b"a",) * n_columns, (b"",) * n_columns])),
        "bare_cr": draw(st.booleans()),
    }
    if n_columns == 2 and draw(st.booleans()):
        rules["heading"] = (draw(st.sampled_from([b"a", b""])), b"b")
    return text, rules


@pytest.mark.parametrize("text", [b"\0", b"\0\0", b"a\n\0b\0\nc"])
def test_a_nul_is_no_quote_where_there_are_none(text):
    rules = {"delimiter": b"", "quote": b"", "n_columns": 1, "heading": (), "bare_cr": False}
    assert next(row[2] for row in equal(text, rules, len(text)))[0][0] == 0


@settings(max_examples=400, deadline=None)
@given(sources(), st.integers(1, 90), st.integers(1, 20))
def test_rows_equal_the_twin(source, block, room):
    text, rules = source
    equal(text, rules, len(text) or 1)
    equal(text, rules, block, room)


def equal(text: bytes, rules: dict, block: int, room: int = 1000) -> list[tuple]:
    """Assert that kernel and twin say the same; return the rows."""
    rows = twin(text, rules)
    kinds = [row[1] for row in rows]
    found, tally = indexed(text, rules, block, room)
    assert found == [row[:3] for row in rows]
    assert tally == {
        "unparsed": kinds.count(RowKind.TEXT),
        "blank": kinds.count(RowKind.BLANK),
        "repeated_header": kinds.count(RowKind.REPEATED_HEADER),
        "repaired": sum(row[3] for row in rows),
        "cut": 0,
    }
    return rows


RULES = {"delimiter": b",", "quote": b'"', "n_columns": 2, "heading": (), "bare_cr": False}


@pytest.mark.parametrize("delimiter", [b",", b"||", b"----"])
def test_a_row_of_delimiters_is_blank(delimiter):
    text = delimiter + b"\n" + b"a" + delimiter + b"b\n"
    rows = equal(text, RULES | {"delimiter": delimiter}, len(text))
    assert [row[1] for row in rows] == [RowKind.BLANK, RowKind.PARSED]


@pytest.mark.parametrize("breaks", [255, 256, 257])
def test_limit_of_line_breaks_in_a_field(breaks):
    text = b'a,"' + b"\n" * breaks + b'x"\nb,c\n'
    rows = equal(text, RULES, 100)
    assert len(rows) == (2 if breaks <= 256 else breaks + 2)


@pytest.mark.parametrize("length", [(1 << 16) - 2, (1 << 16) - 1, 1 << 16])
def test_limit_of_bytes_in_a_field(length):
    text = b'a,"\n' + b"x" * (length - 1) + b'"\nb,c\n'
    rows = equal(text, RULES, 5000)
    assert len(rows) == (2 if length < 1 << 16 else 3)
    assert len(equal(text.replace(b"\n", b"", 1), RULES, 5000)) == 2


@pytest.mark.parametrize("length", [-2, -1, 0, 1])
def test_a_bare_cr_ends_a_line_whose_lf_is_far(length):
    text = b"a,b\rc" + b"x" * ((1 << 16) + length - 5) + b"\nd,e\n"
    rows = equal(text, RULES, 5000)
    assert rows[0][2] == ([(0, 1), (2, 3)] if length > 0 else [(0, 1), (2, len(text) - 5)])


def test_a_long_line_is_cut_between_characters():
    text = b"a" + "字".encode() * 6_000_000 + b"\nb,c\n"
    found, tally = indexed(text, RULES, 1 << 22)
    assert [row[0] for row in found] == [0, (1 << 24) - 0, len(text) - 4]
    assert [row[1] for row in found] == [RowKind.TEXT, RowKind.TEXT, RowKind.PARSED]
    assert tally["cut"] == 1
