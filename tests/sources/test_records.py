# SPDX-License-Identifier: Apache-2.0
"""JSON, XML, HTML, YAML, property lists, BSON, cards and Redis: records, damage, hostile input."""

from __future__ import annotations

import json
import plistlib
import random
import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import formats, seized
from tests.sources.reading import opened

from piidetect.schema import RowKind
from piidetect.sources.bson_dump import decode
from piidetect.sources.records import OTHERS, flatten


def one(raw, name, **options):
    """Return (source, rows as dicts by heading, texts) of a source with one table."""
    tables, _ = opened(raw.encode() if isinstance(raw, str) else raw, name, **options)
    ((source, rows),) = tables.values()
    header = source.header or []
    records = [
        {n: c.decode() for n, c in zip(header, row[3], strict=True) if c}
        for row in rows
        if row[2] != RowKind.TEXT
    ]
    return source, records, [row[3][0].decode() for row in rows if row[2] == RowKind.TEXT]


# ------------------------------------------------------------------ JSON


def test_nested_objects_become_paths():
    raw = '{"user": {"name": "甲", "phones": ["13800138000", {"home": 1}]}, "n": null, "ok": true}\n{"n": 2.50}\n'
    source, records, _ = one(raw, "a.jsonl")
    assert source.header == ["user.name", "user.phones[0]", "user.phones[1].home", "n", "ok"]
    assert records == [
        {
            "user.name": "甲",
            "user.phones[0]": "13800138000",
            "user.phones[1].home": "1",
            "ok": "true",
        },
        {"n": "2.50"},
    ]


def test_big_integers_keep_their_digits():
    raw = '[{"id": 110105190503070017, "card": 62284804025648900180, "x": 1.10105190503070017E+17}]'
    assert one(raw, "a.json")[1] == [
        {"id": "110105190503070017", "card": "62284804025648900180", "x": "1.10105190503070017E+17"}
    ]


JSON_SHAPES = {
    "lines": '{"a": "1"}\n{"a": "2"}\n',
    "array": '[{"a": "1"},\n {"a": "2"}]',
    "concatenated": '{"a": "1"}{"a": "2"}',
    "envelope": '{"RECORDS": [{"a": "1"}, {"a": "2"}]}',
    "deep envelope": '{"hits": {"hits": [{"_source": {"a": "1"}}, {"_source": {"a": "2"}}]}}',
    "lists": '[["1"], ["2"]]',
    "by key": None,
    "mongo": '{"a": {"$numberLong": "1"}}\n{"a": {"$date": "2"}}\n',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("shape", JSON_SHAPES)
def test_shapes_of_json(shape, encoding):
    text = JSON_SHAPES[shape]
    if text is None:
        text = json.dumps({f"k{n}": {"a": str(n)} for n in range(1, 31)})
    _, records, texts = one(text.encode(encoding), "a.json")
    values = [record.get("a", record.get("[0]")) for record in records]
    assert values == [str(n) for n in range(1, len(values) + 1)]
    assert len(values) == (30 if shape == "by key" else 2)
    assert texts == []


def test_offsets_of_json_records():
    raw = '[{"a": "甲"},\n  {"a": "乙"}, {"a": "丙"}]'.encode("gb18030")
    for size in (8, 1 << 22):
        tables, _ = opened(raw, "a.json", size)
        ((_, rows),) = tables.values()
        assert [raw[row[1] :][:6] for row in rows] == [b'{"a": '[:6]] * 3


def test_what_is_left_of_an_envelope_is_a_record():
    _, records, _ = one('{"admin": "13800138000", "data": [{"a": "1"}], "n": {"m": 2}}', "a.json")
    assert records == [{"a": "1"}, {"admin": "13800138000", "n.m": "2"}]


def test_records_with_other_paths_later_lose_nothing():
    lines = [json.dumps({"a": "x"})] * 5000 + [json.dumps({"a": "y", "b": {"c": "13800138000"}})]
    source, records, _ = one("\n".join(lines), "a.jsonl")
    assert source.header == ["a", OTHERS]
    assert records[-1] == {"a": "y", OTHERS: "b.c: 13800138000"}


def test_numbers_as_names_are_scanned():
    _, records, _ = one('{"13800138000": {"n": "甲"}, "x": 1}\n{"x": 2}', "a.json")
    assert records[0] == {"x": "1", OTHERS: "13800138000.n: 甲"}


@pytest.mark.parametrize("size", [7, 64, 1 << 22])
def test_broken_json_is_text(size):
    lines = [
        '{"a": "1"}',
        '{"a": "13800138000", "b"',
        '{"a": "2"}',
        "not json",
        '{"a": "3"',
        '{"a": "4"}',
        '{"a": "1380',
    ]
    source, records, texts = one("\n".join(lines), "a.json", block_bytes=size)
    assert [record["a"] for record in records] == ["1", "2", "4"]
    assert texts == ['{"a": "13800138000", "b"', "not json", '{"a": "3"', '{"a": "1380']
    assert source.ledger.rows_unparsed == 4
    assert [alert.code for alert in source.alerts] == ["rows_unparsed"]


def test_deep_json_does_not_overflow():
    raw = '{"a": "13800138000"}\n' + '{"a":' * 100_000 + "\n" + "[" * 100_000 + '\n{"a": "1"}'
    _, records, texts = one(raw, "a.json")
    assert {"a": "13800138000"} in records
    assert sum(map(len, texts)) > 100_000


def test_a_large_array_is_read_in_bounded_memory():
    line = json.dumps({"name": "甲" * 20, "phone": "13800138000"}).encode()
    raw = b'{"RECORDS": [' + b",\n".join([line] * 200_000) + b"]}"
    assert len(raw) > 30 << 20
    tracemalloc.start()
    try:
        tables, _ = opened_counting(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert tables == {"a.json": 200_000}
    assert peak < 250 << 20


def opened_counting(raw):
    from piidetect.sources import Options, open_content
    from piidetect.sources.content import content_of_bytes

    counts = {}
    for source in open_content(content_of_bytes(raw, "a.json", "a.json"), Options()):
        counts[source.path] = sum(block.row_start.size for block in source.blocks())
    return counts, None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(
    values=st.lists(
        st.dictionaries(st.sampled_from("abcd"), JSON, min_size=1), min_size=2, max_size=6
    ),
    lines=st.booleans(),
    plain=st.booleans(),
    size=st.integers(5, 200),
)
def test_json_is_read_whatever_the_blocks_are(values, lines, plain, size):
    dump = [json.dumps(value, ensure_ascii=plain) for value in values]
    raw = "\n".join(dump) if lines else "[" + ", ".join(dump) + "]"
    _, records, texts = one(raw, "a.json", block_bytes=size)
    expected = [{k: c for k, c in flatten(value).items() if c} for value in values]
    assert (records, texts) == (expected, [])


# ------------------------------------------------------------------ XML and HTML

SMS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- backup of 13800138009 -->
<messages count="2">
  <sms address="13800138000" date="1600000000000" body="你好&#10;甲 &amp; 乙"/>
  <sms address="13800138001"><part seq="0" text="x"/><part seq="1">丙</part></sms>
</messages>
"""


@pytest.mark.parametrize("size", [40, 1 << 22])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_xml_records(encoding, size):
    raw = SMS.encode(encoding)
    tables, _ = opened(raw, "a.xml", size)
    ((source, rows),) = tables.values()
    _, records, texts = one(raw, "a.xml", block_bytes=size)
    assert records[0] == {
        "address": "13800138000",
        "date": "1600000000000",
        "body": "你好\n甲 & 乙",
    }
    assert records[1]["part[1].text"] == "丙"
    assert "13800138009" in str(records[2])
    assert texts == []
    if encoding != "utf-16":
        assert raw[rows[1][1] :].startswith(b'<sms address="13800138001"')
    assert (source.format, source.alerts) == ("xml", [])


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "13800138000"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<r><x>&b;</x><x>13800138001</x></r>
"""
XXE = """<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<r><x>&f;</x><x>13800138001</x></r>
"""


@pytest.mark.parametrize("text", [BOMB, XXE])
def test_entities_are_refused(text):
    source, records, texts = one(text, "a.xml")
    assert source.alerts[0].code == "xml_entities"
    assert "13800138001" in str(texts)
    assert "root:" not in str(texts) + str(records)
    assert len(str(texts)) < 2 * len(text)


@pytest.mark.parametrize("size", [16, 1 << 22])
def test_broken_xml_is_text_from_there_on(size):
    raw = "<r><x>13800138000</x><x><y>13800138001</y><z>13800138002</x><x>13800138003</x></r>"
    source, records, texts = one(raw, "a.xml", block_bytes=size)
    seen = str(records) + str(texts)
    for number in range(4):
        assert seen.count(f"1380013800{number}") == 1
    assert source.alerts[0].code == "read_as_text"


def test_html_tables():
    raw = """<!DOCTYPE html><title>名单 13800138009</title><p>联系 13800138008
<table><tr><th>姓名<th>手机号<tr><td>甲&nbsp;乙<td><a href="tel:13800138000">13800138000</a>
<tr><td>丙</table><script>var p = "13800138007"</script>
<table><tr><td>x</td></tr></table><!-- 13800138006 -->"""
    tables, _ = opened(raw.encode("gb18030"), "a.html")
    assert list(tables) == ["table1", "table2", "text"]
    source, rows = tables["table1"]
    assert source.header == ["姓名", "手机号"]
    assert [row[3][0].decode() for row in rows] == ["甲 乙", "丙"]
    text = b"\n".join(row[3][0] for row in tables["text"][1]).decode()
    assert all(f"1380013800{number}" in text for number in (6, 7, 8, 9))
    assert sum(source.ledger.bytes for source, _ in tables.values()) == len(raw.encode("gb18030"))


# ------------------------------------------------------------------ BSON


def test_bson_types():
    def element(kind, name, payload):
        return bytes([kind]) + name.encode() + b"\0" + payload

    inner = formats.bson_document([("0", "甲"), ("1", "乙")])
    body = b"".join(
        [
            element(0x07, "_id", bytes(range(12))),
            element(0x12, "long", struct.pack("<q", 110105190503070017)),
            element(0x10, "int", struct.pack("<i", -5)),
            element(0x01, "double", struct.pack("<d", 13800138000.0)),
            element(0x09, "date", struct.pack("<q", -2000000000000)),
            element(0x04, "list", inner),
            element(0x08, "yes", b"\x01"),
            element(0x0A, "nothing", b""),
            element(0x05, "bytes", struct.pack("<i", 2) + b"\0\xff\x01"),
            element(0x13, "decimal", struct.pack("<QQ", 6228480402564890018, 6176 << 49)),
        ]
    )
    raw = struct.pack("<i", len(body) + 5) + body + b"\0"
    assert decode(raw)["list"] == ["甲", "乙"]
    source, records, texts = one(raw * 2 + raw[:30], "a.bson")
    assert records[0] == {
        "_id": bytes(range(12)).hex(),
        "long": "110105190503070017",
        "int": "-5",
        "double": "13800138000",
        "date": "1906-08-16T20:26:40Z",
        "list[0]": "甲",
        "list[1]": "乙",
        "yes": "true",
        "bytes": "ff 01",
        "decimal": "6228480402564890018",
    }
    assert (len(records), len(texts), source.ledger.rows_unparsed) == (2, 1, 1)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_break_bson(raw):
    begin = formats.bson_document([("a", "13800138000")])
    source, records, _ = one(begin + raw, "a.bson")
    assert records[0] == {"a": "13800138000"}
    assert source.ledger.bytes == len(begin + raw)


# ------------------------------------------------------------------ the rest


def test_cards():
    raw = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=94=\r\n=B2\r\n"
        "TEL;CELL:138\r\n 00138000\r\nTEL;HOME:13800138001\r\nNOTE:a\\, b\\nc\r\nEND:VCARD\r\n"
        "13800138002\r\nBEGIN:VCARD\r\nitem1.TEL:13800138003\r\n"
    )
    source, records, texts = one(raw, "a.vcf")
    assert records[0] == {
        "VERSION": "2.1",
        "FN": "甲",
        "TEL": "13800138000",
        "TEL2": "13800138001",
        "NOTE": "a, b\nc",
    }
    assert records[1] == {"TEL": "13800138003"}
    assert (texts, source.format) == (["13800138002"], "vcard")


def test_a_calendar():
    raw = 'BEGIN:VCALENDAR\nX-WR-CALNAME:13800138000\nBEGIN:VEVENT\nSUMMARY:复诊\nATTENDEE;CN="甲: 乙":mailto:a@example.com\nEND:VEVENT\nEND:VCALENDAR\n'
    source, records, _ = one(raw, "a.ics")
    assert records == [
        {"SUMMARY": "复诊", "ATTENDEE": "mailto:a@example.com"},
        {"X-WR-CALNAME": "13800138000"},
    ]
    assert source.format == "icalendar"


def test_redis_commands():
    raw = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$6\r\nuser:1\r\n$11\r\n13800138000\r\njunk 13800138001\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$99\r\n13800138002"
    source, records, texts = one(raw, "appendonly.aof")
    assert records == [
        {"command": "SELECT", "key": "0"},
        {"command": "SET", "key": "user:1", "value": "13800138000"},
    ]
    assert "13800138001" in texts[0]
    assert "13800138002" in texts[1]
    assert source.format == "redis"


def test_yaml_keeps_its_digits_and_refuses_references():
    source, records, _ = one("- phone: 0571\n  id: 013\n- phone: 13800138000\n", "a.yml")
    assert records == [{"phone": "0571", "id": "013"}, {"phone": "13800138000"}]
    bomb = "a: &a [13800138000]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n"
    source, records, texts = one(bomb, "a.yaml")
    assert source.alerts[0].code == "read_as_text"
    assert records == []
    assert "13800138000" in texts[0]
    source, _, texts = one("a: [13800138000\nb: }", "a.yaml")
    assert source.ledger.rows_unparsed == 2


def test_property_lists():
    value = {"contacts": [{"name": "甲", "phone": 13800138000}], "own": "13800138001"}
    for fmt in (plistlib.FMT_XML, plistlib.FMT_BINARY):
        raw = plistlib.dumps(value, fmt=fmt)
        _, records, _ = one(raw, "a.plist")
        assert records == [{"name": "甲", "phone": "13800138000"}, {"own": "13800138001"}]
    bomb = '<!DOCTYPE plist [<!ENTITY a "x">]><plist><string>&a;13800138000</string></plist>'
    source, _, texts = one(bomb, "a.plist")
    assert source.alerts[0].code == "read_as_text"
    assert "13800138000" in texts[0]


# ------------------------------------------------------------------ damage


def rubbish(raw, rng):
    at = rng.randrange(len(raw)) & ~1
    return raw[:at] + b"\xff\xfe\x00<{[('\"x\n\n" + raw[at:]


def missing(raw, rng):
    at = rng.randrange(len(raw)) & ~1
    return raw[:at] + raw[at + 40 :]


DAMAGE = {
    "cut": lambda raw, rng: raw[: rng.randrange(len(raw) // 3, len(raw))],
    "rubbish": rubbish,
    "missing": missing,
    "doubled": lambda raw, rng: raw + raw[len(raw) // 2 & ~1 :],
}
TEXTS = [
    name
    for name in formats.WRITERS
    if not name.endswith((".parquet", ".feather", ".xlsb")) and name != "binary.plist"
]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", [*TEXTS, *formats.TEXT_WRITERS])
def test_every_planted_number_is_found_in_damaged_sources(name, damage):
    """The golden set: each number that still stands whole in the bytes stands in a cell or text."""
    rng = random.Random(f"{name} {damage}")
    people = [seized.person(rng) for _ in range(30)]
    rows = [
        [one.name, one.resident_id, one.mobile, one.card, one.email, one.address, ""]
        for one in people
    ]
    if name in formats.TEXT_WRITERS:
        texts = [["；".join(row)] for row in rows]
        whole = formats.TEXT_WRITERS[name](["正文"], texts)
    else:
        whole = formats.WRITERS[name](seized.HEADER, rows)
    encoding = "utf-16-le" if whole.startswith(b"\xff\xfe") else "ascii"
    for _ in range(12):
        raw = DAMAGE[damage](whole, rng)
        tables, _ = opened(raw, name)
        seen = b"\x1f".join(
            cell for _, found in tables.values() for row in found for cell in row[3]
        )
        for one in people:
            for number in (one.resident_id, one.mobile, one.card):
                if number.encode(encoding) in raw:
                    assert number.encode() in seen, (name, damage, number)
        for source, found in tables.values():
            assert source.ledger.rows == len(found)
        assert sum(source.ledger.bytes for source, _ in tables.values()) == len(raw)
