# SPDX-License-Identifier: Apache-2.0
"""Objects that templates take have the cells that the parser gives them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import rows_of_block

from piidetect.schema import TEXT_COLUMN, RowKind
from piidetect.sources import Options, open_content
from piidetect.sources.content import content_of_bytes
from piidetect.sources.json_alike import Alike
from piidetect.sources.ledger import Ledger
from piidetect.sources.rows import block_of_rows


def both(raw, block_bytes=1 << 22):
    """Return the rows as blocks give them, and as the parser alone gives them."""
    content = content_of_bytes(raw, "a.json", "a.json")
    (source,) = open_content(content, Options(block_bytes=block_bytes))
    fast = [row for block in source.blocks() for row in rows_of_block(block)]
    ledger = Ledger()
    slow = list(source.rows(ledger, []))
    assert (source.ledger.bytes, source.ledger.sha256) == (ledger.bytes, ledger.sha256)
    return fast, rows_of_block(block_of_rows(slow, 0)), source


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=True),
    st.text(max_size=12),
    st.sampled_from(["张三", "13900000000", "\\", '"', "a\nb", "\0", "\x1f", "𠀀", "\ud800", ""]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "$x", "电话"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
NAMES = ["a", "b", "a.b", "_source", "_id", "身份证号", 'q"', ""]
RECORDS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5)


@st.composite
def texts_of_json(draw):
    """Records of a few kinds, written in a few ways, some of them damaged."""
    kinds = draw(st.lists(RECORDS, min_size=1, max_size=3))
    written = []
    for _ in range(draw(st.integers(1, 40))):
        record = dict(draw(st.sampled_from(kinds)))
        for name in record:
            if draw(st.booleans()):
                record[name] = draw(VALUES)
        ascii_only, spaces = draw(st.booleans()), draw(st.sampled_from([(",", ":"), (", ", ": ")]))
        written.append(json.dumps(record, ensure_ascii=ascii_only, separators=spaces))
    between = draw(st.sampled_from(["\n", "\r\n", ",\n", " ", "", "\x1e"]))
    text = between.join(written)
    if draw(st.booleans()):
        text = f"[{text}]" if between.strip() == "," else text
    if draw(st.booleans()) and text:
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.sampled_from(["", '"', "\\", "{", "}", "x", "0", "\ud800"])) + text[at + 1 :]  # fmt: skip
    return text.encode("utf-8", "surrogatepass")


@given(texts_of_json(), st.sampled_from([64, 200, 1 << 22]))
@settings(max_examples=300)
def test_templates_give_what_the_parser_gives(raw, block_bytes):
    try:
        fast, slow, _ = both(b"{}\n" + raw, block_bytes)
    except AttributeError:  # it isn't read as JSON
        return
    assert fast == slow


@given(texts_of_json())
def test_blocks_of_any_size_give_the_same(raw):
    raw = b'[{"a": 1},\n' + raw
    sizes = [both(raw, size)[0] for size in (50, 1000)]
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("110101190501010010", "110101190501010010"),
        ("9007199254740993", "9007199254740993"),
        ("1.10101190501010010e17", "1.10101190501010010e17"),
        ("0.10", "0.10"),
        ("-0", "-0"),
        ("true", "true"),
        ("null", ""),
        (r'"\u5f20\u4e09 \ud840\udc00\n\"\/\t\b\f\\"', '张三 𠀀\n"/\t\b\f\\'),
        ('"\x00\x1f"', "\x00\x1f"),
    ],
)
def test_values_keep_what_was_written(written, cell):
    lines = "".join(f'{{"n": {number}, "v": {written}}}\n' for number in range(50))
    fast, slow, source = both(lines.encode())
    assert fast == slow
    assert {row[3][1].decode() for row in fast} == {cell}
    assert len(fast) == 50
    assert source.ledger.rows_unparsed == 0


def test_keys_that_come_twice_keep_both_values():
    lines = "".join(f'{{"v": "1390000{number:04d}", "v": "x", "w": 1}}\n' for number in range(50))
    fast, slow, source = both(lines.encode())
    assert fast == slow
    assert source.header == ["v", "v~2", "w"]
    assert [row[3][0] for row in fast] == [b"1390000%04d" % number for number in range(50)]


def test_damaged_rows_stand_where_they_are():
    lines = [f'{{"n": {number}, "v": "a"}}' for number in range(3000)]
    lines[1500] = '{"n": 1500, "v": "a'
    lines[2000] = '{"n": 02000, "v": "a"}'
    fast, slow, source = both("\n".join(lines).encode(), 5000)
    assert fast == slow
    assert source.ledger.rows_unparsed == 2
    assert [row[0] for row in fast if row[2] == RowKind.TEXT] == [1500, 2000]
    assert all(row[4] == (TEXT_COLUMN,) for row in fast if row[2] == RowKind.TEXT)


def test_most_records_need_no_parser(monkeypatch):
    taken = []
    take = Alike.take

    def counting(self, piece, place):
        blocks, stop = take(self, piece, place)
        taken.extend(block.row_start.size for block in blocks)
        return blocks, stop

    monkeypatch.setattr(Alike, "take", counting)
    records = [{"a": {"$oid": "5f"}, "b": [1, {"c": str(n)}], "d": None} for n in range(20000)]
    for n in range(0, 20000, 7):
        del records[n]["d"]
    fast, slow, _ = both(json.dumps(records, indent=1).encode())
    assert fast == slow
    assert sum(taken) > 19_000
