# SPDX-License-Identifier: Apache-2.0
"""Rich text, Outlook messages, and documents of which only the bytes are read."""

from __future__ import annotations

import datetime as dt
import random
import struct
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import ole
from tests.sources.reading import rows_of_block

from piidetect.sources import Alert, Options, Skipped, open_content
from piidetect.sources.content import content_of_bytes
from piidetect.sources.outlook_message import decompress
from piidetect.sources.rtf import paragraphs

ID, MOBILE = "110101190501010010", "13800138000"


def read(raw: bytes, name: str) -> tuple[dict, list]:
    """Return ({path: (format, rows)}, what was said)."""
    tables, said = {}, []
    for one in open_content(content_of_bytes(raw, name, name), Options()):
        if isinstance(one, (Alert, Skipped)):
            said.append(one)
            continue
        rows = [row for block in one.blocks() for row in rows_of_block(block)]
        texts = [tuple(cell.decode() for cell in row[3]) for row in rows]
        tables[one.path] = (one.format, texts)
        said += one.alerts
    return tables, said


def rtf_text(text: str, how: str) -> str:
    """Return text as rich text: in bytes of GBK, or in UTF-16 with a letter for other readers."""
    if how == "bytes":
        return "".join(
            chr(one) if 0x20 <= one < 0x7F and chr(one) not in "\\{}" else f"\\'{one:02x}"
            for one in text.encode("gb18030")
        )
    units = struct.unpack(f"<{len(text.encode('utf-16-le')) // 2}h", text.encode("utf-16-le"))
    return "".join(
        chr(one) if 0x20 <= one < 0x7F and chr(one) not in "\\{}" else f"\\u{one}?" for one in units
    )


HEAD = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1 Arial;}}{\*\generator x 99999;}\f0 "


@settings(max_examples=80)
@given(
    st.lists(st.text("张三\\{}a1,䶮😀é ", min_size=1).filter(str.strip), max_size=6),
    st.sampled_from(["bytes", "units"]),
)
def test_paragraphs_come_back(texts, how):
    body = "".join(rtf_text(text, how) + "\\par\n" for text in texts)
    assert list(paragraphs((HEAD + body + "}").encode())) == [text.strip() for text in texts]


def test_a_table_of_rich_text_keeps_its_rows():
    cells = "".join(
        rf"\trowd\intbl {rtf_text('张三', 'units')}\cell {ID}\par \cell {MOBILE}\cell\row "
        for _ in range(3)
    )
    hidden = r"{\pict\pngblip 13900139000}{\*\bkmkstart 13900139001}\bin14 \'d5{13900139 "
    tables, said = read((HEAD + cells + r"\pard " + hidden + r"end\par}").encode(), "a.rtf")
    assert tables == {"a.rtf": ("rtf", [(f"张三\t{ID} \t{MOBILE}",)] * 3 + [("end",)])}
    assert said == []


@settings(max_examples=100)
@given(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [
                b"\\u",
                b"{",
                b"}",
                b"\\'",
                b"\\bin9",
                b"\\f1",
                b"\\uc9",
                b"\\ansicpg0 ",
                b"\\fcharset134 ",
            ]
        ),
        max_size=8,
    ),
)
def test_hostile_rich_text_raises_nothing(junk, words):
    for text in paragraphs(b"{\\rtf1" + b"".join(words) + junk + b"".join(words)):
        text.encode()


def test_a_message_with_an_attachment():
    table = f"姓名,手机号\n张三,{MOBILE}\n".encode("gb18030")
    inner = ("__attach_version1.0_#00000009", "__substg1.0_3701000D")
    streams = ole.message(
        sender=("李四", "li@example.com"),
        to=[("王五", "wang@example.com"), ("赵六", "zhao@example.com")],
        subject="名单",
        body=f"见附件，{ID}" + "。" * 3000,
        sent=dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.UTC),
        files={"用户.csv": table},
        extra=ole.message(subject="转发", body=f"内层 {MOBILE}", folder=inner),
    )
    tables, said = read(ole.compound(streams), "a.msg")
    form, ((sender, to, time, subject, text),) = tables["a.msg"]
    assert (form, sender, to) == (
        "msg",
        "李四 <li@example.com>",
        "王五 <wang@example.com>; 赵六 <zhao@example.com>",
    )
    assert (time, subject) == ("2024-05-06 07:08:09+00:00", "名单")
    assert text.startswith(f"见附件，{ID}")
    assert text.endswith(f"转发\n内层 {MOBILE}")
    assert tables["a.msg!/用户.csv"] == ("csv", [("张三", MOBILE)])
    assert said == []


def lzfu(raw: bytes) -> bytes:
    """Return rich text compressed without references, and with the one that ends it."""
    out = bytearray()
    write = 207 + len(raw)
    parts = [*(bytes([one]) for one in raw), struct.pack(">H", (write % 4096) << 4)]
    for at in range(0, len(parts), 8):
        group = parts[at : at + 8]
        out.append(sum(1 << bit for bit, part in enumerate(group) if len(part) == 2))
        out += b"".join(group)
    return struct.pack("<II4sI", len(out) + 12, len(raw), b"LZFu", 0) + bytes(out)


def test_rich_text_of_a_message():
    # the example of [MS-OXRTFCP] 4.1
    raw = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompress(raw) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    body = (HEAD + rtf_text(f"张三 {ID}", "units") + r"\par}").encode()
    assert decompress(lzfu(body * 50)) == body * 50
    streams = ole.message(subject="x", extra={("__substg1.0_10090102",): lzfu(body)})
    assert read(ole.compound(streams), "a.msg")[0]["a.msg"][1][0][4] == f"张三 {ID}"


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, 6000))
def test_hostile_messages_never_raise_anything_else(junk, place):
    raw = bytearray(ole.compound(ole.message(subject="a", body="b" * 2000, files={"a": b"x" * 99})))
    raw[place : place + len(junk)] = junk
    read(bytes(raw), "a.msg")
    decompress(bytes(16) + junk)
    decompress(b"\0" * 8 + b"LZFu" + bytes(4) + junk)


def test_without_its_library_a_message_is_told_and_carved(monkeypatch):
    monkeypatch.setitem(sys.modules, "olefile", None)
    tables, said = read(ole.compound(ole.message(subject="名单", body=f"电话 {MOBILE}")), "a.msg")
    assert tables["a.msg"][0] == "carved"
    assert (f"电话 {MOBILE}",) in tables["a.msg"][1]
    assert "pip install 'piidetect[msg]'" in said[0].message


@pytest.mark.parametrize(
    ("name", "raw", "remedy"),
    [
        ("a.doc", ole.compound({("WordDocument",): f"张三 {ID}\r".encode("utf-16-le") * 99}), "docx"),
        ("a.ppt", ole.compound({("PowerPoint Document",): b"\x0f" + f"张三 {ID}\r".encode("utf-16-le") * 99}), "pptx"),
        ("a.mdb", b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(4000) + b"\xff\xfe" + ID.encode() + b"\x00" * 99, "export its tables with Access"),
        ("a.accdb", b"\x00\x01\x00\x00Standard ACE DB\x00" + bytes(4000) + f"张三{ID}".encode("utf-16-le") + b"\x00" * 99, "export its tables with Access"),
        ("a.pst", b"!BDN" + random.Random(1).randbytes(600) + f"\0\0张三{ID}\0".encode("utf-16-le"), "readpst"),
    ],
)  # fmt: skip
def test_what_is_only_carved_names_the_remedy(name, raw, remedy):
    tables, said = read(raw, name)
    ((form, texts),) = tables.values()
    assert form == "carved"
    assert all(ID in text for (text,) in texts)
    assert texts
    assert [one.code for one in said] == ["carved"]
    assert remedy in said[0].message
