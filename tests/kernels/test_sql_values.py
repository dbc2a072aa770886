# SPDX-License-Identifier: Apache-2.0
"""The index of INSERT rows gives what its slow twin gives, on any rubble, wherever it is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.kernels.slow_sql import Reader

from piidetect.kernels.sql_rows import empty_sql_rows, index_values
from piidetect.schema import TEXT_COLUMN, RowKind

HEADER = b"INSERT INTO t VALUES "
PIECES = [
    b"(1,'a')", b"('b',2)", b", ", b",", b";", b";\n", b"'", b"''", b"\\", b"\\'", b"(", b")", b"\n", b"\r\n", b" ",
    HEADER, b"NULL", b"null ", b"0x4142", b"0X4", b"0x00", b"X'4142'", b"N'x'", b"n'y\\", b"E'\\n'", b"_utf8'z'",
    b"to_date('2001-01-01','YYYY')", b"CAST(N'q' AS Date)", b"'j'::jsonb", b"'a'||'b'", b"1.5", b"\xe5\xbc\xa0", b"x" * 40,
    b"CREATE ", b"-- ", b"\0", b"('long " + b"y" * 70 + b"',3)", b"f('a','b','c')", b"(',);')", b"('p', 'q')", b"\t",
]  # fmt: skip
RUBBLE = st.lists(st.sampled_from(PIECES), max_size=24).map(b"".join)


def indexed(data, *, final, header, backslash, n_columns, limit=1 << 40):
    """Return what the kernel gives, as its twin does."""
    size = len(data)
    block = np.frombuffer(bytearray(data + bytes(64)), np.uint8)
    rows = empty_sql_rows(size + 2, n_columns)
    args = (np.frombuffer(header, np.uint8), backslash, n_columns, limit, rows)
    place, reason = index_values(block, 0, size, final, *args)
    number, _, unparsed, cut, _ = rows.tally
    found = []
    for row in range(number):
        cells = range(rows.row_cell[row], rows.row_cell[row + 1])
        texts = [block[rows.cell_start[c] : rows.cell_stop[c]].tobytes() for c in cells]
        start = int(rows.row_start[row])
        if rows.row_kind[row] == RowKind.TEXT:
            assert rows.cell_column[cells[0]] == TEXT_COLUMN
            found.append((start, None, texts[0]))
        else:
            assert rows.cell_column[cells.start : cells.stop].tolist() == list(range(n_columns))
            found.append((start, texts, b""))
    assert unparsed == sum(texts is None for _, texts, _ in found)
    assert cut == 0
    return found, place, reason


def counted(data, *, final, header, backslash, n_columns):
    """Return what the kernel counts when it stores nothing."""
    block = np.frombuffer(bytearray(data + bytes(64)), np.uint8)
    rows = empty_sql_rows(0, 0)
    args = (np.frombuffer(header, np.uint8), backslash, n_columns, 1 << 40, rows)
    place, reason = index_values(block, 0, len(data), final, *args)
    assert block.tobytes() == data + bytes(64)
    return int(rows.tally[0]), int(rows.tally[2]), place, reason


@settings(max_examples=1500)
@given(
    data=RUBBLE,
    final=st.booleans(),
    header=st.sampled_from([HEADER, b""]),
    backslash=st.booleans(),
    n_columns=st.integers(1, 3),
)
@example(b"('" + b"z" * 40, False, HEADER, True, 1)
@example(b"(1,'a'", False, HEADER, True, 2)
@example(b"(1,'a')", False, HEADER, True, 2)
def test_rows_are_those_of_the_slow_twin(data, final, header, backslash, n_columns):
    rules = {"final": final, "header": header, "backslash": backslash, "n_columns": n_columns}
    slow = Reader(data, **rules).rows(0)
    assert indexed(data, **rules) == slow
    rows, place, reason = slow
    unparsed = sum(texts is None for _, texts, _ in rows)
    assert counted(data, **rules) == (len(rows), unparsed, place, reason)


ROWS = [b"(%d, '%s',N'n%d',NULL)" % (i, b"v" * (i % 50), i) for i in range(3000)]
MIXED = [row if i % 40 else b"(7,CAST('c' AS x),E'\\'',  0x41)" for i, row in enumerate(ROWS)]
LONG = [b"('%s',1,2,3)" % (b"w(,);" * size) for size in (10, 3000, 3276, 3277, 4000, 7000)]


@pytest.mark.parametrize("backslash", [True, False])
@pytest.mark.parametrize("between", [b",", b",\n", b";\n" + HEADER])
@pytest.mark.parametrize("rows", [ROWS, MIXED, ROWS[:500] + LONG + ROWS[:9]])
def test_rows_over_many_stretches(rows, between, backslash):
    data = between.join(rows) + b";"
    rules = {"final": True, "header": HEADER, "backslash": backslash, "n_columns": 4}
    slow = Reader(data, **rules).rows(0)
    assert indexed(data, **rules) == slow
    assert len(slow[0]) == len(rows)


def test_no_more_rows_are_taken_than_asked_for():
    data = b",".join(ROWS)
    rules = {"final": True, "header": b"", "backslash": False, "n_columns": 4}
    all_rows = Reader(data, **rules).rows(0)[0]
    found, place, _ = indexed(data, limit=7, **rules)
    assert found == all_rows[:7]
    assert place == all_rows[7][0]
