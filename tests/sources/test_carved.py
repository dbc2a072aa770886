# SPDX-License-Identifier: Apache-2.0
"""Raw bytes: what is planted anywhere is found exactly once, whatever the size of the pages."""

from __future__ import annotations

import hashlib
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import seized
from tests.sources.reading import rows_of_block

import piidetect as pii
from piidetect.errors import ArgumentError
from piidetect.kernels import carve as kernel
from piidetect.schema import TEXT_COLUMN, RowKind
from piidetect.sources import Options, open_content
from piidetect.sources.carved import CarvedSource
from piidetect.sources.content import content_of_bytes

ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
ID, MOBILE = "110101190501010010", "13800138000"
SEPARATOR = "\x1f"


def carved(raw: bytes, block_bytes: int = 1 << 22):
    """Return ([(offset, text)], source) of bytes that are carved."""
    source = CarvedSource(
        content_of_bytes(raw, "a", "a"), options=Options(block_bytes=block_bytes), why="why"
    )
    found = []
    for block in source.blocks():
        assert not block.data[-64:].any()
        for _, offset, kind, cells, columns in rows_of_block(block):
            assert (kind, columns) == (RowKind.TEXT, (TEXT_COLUMN,))
            found.append((offset, cells[0].decode("utf-8")))
    assert source.ledger.bytes == len(raw)
    assert source.ledger.sha256 == hashlib.sha256(raw).hexdigest()
    assert source.ledger.rows == source.ledger.rows_unparsed == len(found)
    return found, source


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("page", [512, 4096, 16384])
@pytest.mark.parametrize("filler", [0x00, 0xFF])
def test_at_every_offset_around_an_edge(encoding, page, filler):
    text = f"张三丰{ID} {MOBILE}"
    raw = text.encode(encoding)
    for edge in (page, 2 * page, kernel.REACH):
        for offset in range(edge - len(raw) - 2, edge + 3):
            image = bytearray([filler]) * (edge + page + 2 * len(raw))
            image[offset : offset + len(raw)] = raw
            assert carved(bytes(image), page)[0] == [(offset, text)]


def filling(rng, kind, size):
    """Return bytes of a kind in which no number is planted."""
    if kind == "zeros":
        return bytes(size)
    if kind == "noise":
        return rng.randbytes(size)
    if kind == "high":
        return bytes(one | 0x80 for one in rng.randbytes(size))
    return ("甲乙丙丁,ab;" * size).encode(rng.choice(ENCODINGS))[:size]


@st.composite
def images(draw):
    """Return (bytes, numbers that were planted): binary with texts in it, each behind two NULs."""
    rng = random.Random(draw(st.integers(0, 1 << 32)))
    parts, planted = [], []
    for _ in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["zeros", "noise", "high", "text"]))
        number = f"1{rng.choice('3578')}{rng.randrange(10**9):09d}"
        name = "".join(rng.sample(seized.GIVEN, rng.randrange(4)))
        text = f"{name}{number}".encode(rng.choice(ENCODINGS))
        parts += [filling(rng, kind, draw(st.integers(0, 9000))), b"\0\0", text, b"\0\0"]
        planted.append(number)
    return b"".join(parts), planted


@settings(max_examples=60)
@given(images(), st.integers(1, 30_000))
def test_found_exactly_once_whatever_the_page(image, page):
    raw, planted = image
    found, _ = carved(raw)
    for number in planted:
        assert sum(text.count(number) for _, text in found) == planted.count(number)
    if page > 50:  # one byte at a time takes long
        assert carved(raw, page)[0] == found


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from([b"1380", b"@a.cn", b"\x81\x30", "张".encode(), "１２".encode()]),
            st.sampled_from(["京A12345", "甲1234", "丰0一", "0571-８８"]).flatmap(
                lambda text: st.sampled_from(ENCODINGS).map(text.encode)
            ),
        ),
        max_size=30,
    ),
    st.integers(1, 4000),
    st.integers(64, 9000),
)
def test_no_page_changes_what_any_bytes_give(parts, times, page):
    raw = (b"".join(parts) * times)[:40_000]
    assert carved(raw, page)[0] == carved(raw)[0]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_line_of_any_length_is_cut_between_its_values(encoding):
    rng = random.Random(2)
    numbers = [f"138{rng.randrange(10**8):08d}" for _ in range(9000)]
    line = ",".join(f"张三丰{number}" for number in numbers)
    found, _ = carved(b"\0\0" + line.encode(encoding) + b"\0\0", 10_000)
    assert len(found) > 10
    assert "".join(text for _, text in found) == line
    assert max(len(text.encode(encoding)) for _, text in found) < 3 * kernel.LONGEST


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_values_without_anything_between_are_parted(encoding):
    raw = b"\x80\0\0\x01A" + f"{ID}{MOBILE}张三{ID}x\0{MOBILE}{ID}".encode(encoding) + b"\0"
    texts = [text for _, text in carved(raw)[0]]
    assert texts == [
        f"A{SEPARATOR}{ID}{SEPARATOR}{MOBILE}张三{ID}{SEPARATOR}x",
        f"{MOBILE}{SEPARATOR}{ID}",
    ]


def test_hanzi_whose_low_byte_is_a_digit():
    for encoding in ("utf-16-le", "utf-16-be"):
        for text in (f"张三丰{MOBILE}", f"{MOBILE}丰小明", f"张丰{MOBILE}丰小明"):  # 丰 is U+4E30
            for around in (b"\xff\xff", bytes(2)):
                assert carved(around + text.encode(encoding) + around)[0] == [(2, text)]


def test_full_width_digits():
    text = "张三１３８００１３８０００"
    for encoding in ENCODINGS:
        assert [one for _, one in carved(bytes(3) + text.encode(encoding) + bytes(3))[0]] == [text]


def test_e_mail_addresses():
    raw = b"\x01\x02zhang.san@mail.example.com\0 a @ b \0x@y\0"
    wide = "li.si@example.com".encode("utf-16-be")
    texts = [text for _, text in carved(raw + b"\0\xff" + wide + b"\0\0")[0]]
    assert texts == ["zhang.san@mail.example.com", "li.si@example.com"]


def test_random_bytes_hold_next_to_nothing():
    assert len(carved(random.Random(1).randbytes(1 << 22))[0]) < 20


def image_of(people, page=4096):
    """Return a made-up disk image: a person a page, in turns in the four encodings."""
    rng = random.Random(8)
    raw = bytearray()
    for at, one in enumerate(people):
        text = f"{one.name}|{one.resident_id}|{one.mobile}".encode(ENCODINGS[at % 4])
        place = rng.randrange(page - len(text) - 4)
        before = rng.randbytes(place // 2) + bytes(place - place // 2 + 2)
        raw += (before + text + b"\xff\xff").ljust(page, b"\0")
    return bytes(raw)


def test_a_disk_image_is_sized(tmp_path):
    rng = random.Random(4)
    people = [seized.person(rng) for _ in range(200)]
    path = tmp_path / "disk.img"
    path.write_bytes(image_of(people))
    case = pii.scan(path, threads=1)
    case.report(tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    (source,) = report["sources"]
    assert (source["format"], source["status"]) == ("carved", "partial")
    assert (source["bytes"], source["rows"]) == (path.stat().st_size, 200)
    assert source["rows_unparsed"] == 200
    assert report["entities"]["CN_RESIDENT_ID"]["distinct_valid"] == len(
        {one.resident_id for one in people}
    )
    assert report["entities"]["CN_MOBILE"]["findings"] == 200
    assert "carved" in {one["code"] for one in report["alerts"]}


def test_what_holds_nothing_is_told_as_not_read(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(5000))
    with pytest.raises(ArgumentError, match="PNG image; its bytes hold no text with numbers"):
        pii.scan(path)
    (tmp_path / "a.csv").write_text(f"姓名,手机号\n张三,{MOBILE}\n", encoding="utf-8")
    case = pii.scan(tmp_path)
    (png,) = [one for one in case.sources.to_dict("records") if one["path"].endswith("png")]
    assert (png["status"], png["bytes"], png["rows"]) == ("skipped", 5008, 0)
    assert png["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_damaged_database_is_carved():
    raw = b"SQLite format 3\0" + bytes(2000) + f"张三{ID}".encode() + bytes(99)
    (source,) = open_content(content_of_bytes(raw, "a.db", "a.db"), Options())
    assert sum(block.row_start.size for block in source.blocks()) == 1
    assert (source.format, source.ledger.status) == ("carved", "partial")
    assert [one.code for one in source.alerts] == ["carved"]


@pytest.mark.parametrize("tail", [b"", b"\n" * 3, "一行字\n".encode()])
def test_text_stays_lines(tail):
    raw = f"张三 {ID}\n李四 {MOBILE}\n".encode() + tail
    (source,) = open_content(content_of_bytes(raw, "a.bin", "a.bin"), Options())
    assert source.format == "text"
