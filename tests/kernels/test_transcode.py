# SPDX-License-Identifier: Apache-2.0
"""Transcoding equals Python's codecs on any bytes, whatever the size of the blocks."""

from __future__ import annotations

import codecs

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piidetect.kernels import transcode, utf16

ENCODINGS = ("gb18030", "utf-16-le", "utf-16-be", "utf-8")


def _decode(encoding, source, position, size, final, into, marks):
    if encoding == "gb18030":
        tables = transcode.gb18030_tables()
        return transcode.gb18030(source, position, size, final, into, tables, marks)
    if encoding == "utf-8":
        return transcode.utf8(source, position, size, final, into, marks)
    return utf16.utf16(source, position, size, final, into, encoding == "utf-16-be", marks)


def transcoded(raw: bytes, encoding: str, block: int) -> tuple[bytes, list, list, int, int]:
    """Return (UTF-8, marks as pairs, places of errors, errors, NULs), decoded block by block."""
    text, pairs, places, errors, nuls, position, size = b"", [], [], 0, 0, 0, 0
    while True:
        size = min(max(size, position) + block, len(raw))
        final = size == len(raw)
        piece = np.frombuffer(bytearray(raw[position:size] + bytes(64)), np.uint8)
        into = np.full(3 * len(piece) + 64, 0xAA, np.uint8)
        marks = transcode.new_marks(len(piece))
        used, at = _decode(encoding, piece, 0, size - position, final, into, marks)
        lines, bad, zeros, _ = (int(count) for count in marks.tally)
        pairs += [
            (position + int(marks.source[i]), len(text) + int(marks.target[i]))
            for i in range(lines)
        ]
        places += [position + int(place) for place in marks.bad[: min(bad, transcode.PLACES)]]
        errors, nuls = errors + bad, nuls + zeros
        text += into[:at].tobytes()
        position += used
        if final:
            assert position == len(raw)
            return text, pairs, places, errors, nuls


def expected(raw: bytes, encoding: str) -> tuple[bytes, list[int]]:
    """Return (UTF-8, places of errors) by Python's codec."""
    places = []

    def handler(error):
        places.append(error.start)
        return "\ufffd", error.end

    codecs.register_error("piidetect.test", handler)
    return raw.decode(encoding, "piidetect.test").encode("utf-8"), places


LEADS = st.sampled_from(
    [bytes([b]) for b in (0x80, 0x81, 0x84, 0x90, 0xA1, 0xC0, 0xC1, 0xE0, 0xE3, 0xE4, 0xED, 0xEF)]
    + [bytes([b]) for b in (0xF0, 0xF4, 0xF5, 0xFE, 0xFF, 0x30, 0x39, 0x0A, 0x0D, 0, 0x9F, 0xBF)]
    + [bytes([b]) for b in (0xD8, 0xDB, 0xDC, 0xDF, 0xE3, 0x32, 0x9A, 0x35, 0x7F, 0x40)]
)


@st.composite
def raws(draw):
    encoding = draw(st.sampled_from(ENCODINGS))
    words = st.text(max_size=40).map(lambda text: text.encode(encoding, "replace"))
    hanzi = st.text(alphabet="张伟身份证号0123\n\r\x00,é😀𠮷", max_size=60)
    pieces = st.one_of(
        words, LEADS, st.binary(max_size=5), hanzi.map(lambda text: text.encode(encoding))
    )
    return b"".join(draw(st.lists(pieces, max_size=14))), encoding


@settings(max_examples=500, deadline=None)
@given(raws(), st.integers(1, 70))
def test_equals_the_codec_on_any_bytes(case, block):
    raw, encoding = case
    text, places = expected(raw, encoding)
    for size in (max(len(raw), 1), max(block, 4)):
        got, pairs, bad, errors, nuls = transcoded(raw, encoding, size)
        assert got == text
        assert errors == len(places)
        assert bad == places
        assert nuls == text.count(b"\0")
        ends = [i + 1 for i, byte in enumerate(text) if byte in b"\r\n"]
        if not encoding.startswith("utf-16"):
            assert [target for _, target in pairs] == ends
        for source, target in pairs:
            assert expected(raw[source:], encoding)[0] == text[target:]


WIDE = st.text("a,\n张é😀\ufffd\0", max_size=9) | st.sampled_from(["b" * 9000, "伟a" * 5000])


@settings(max_examples=200, deadline=None)
@given(st.lists(WIDE, max_size=8), st.booleans(), st.booleans())
def test_places_of_utf16_are_counted(words, big, odd):
    text, encoding = "".join(words), "utf-16-be" if big else "utf-16-le"
    raw = text.encode(encoding) + b"x" * odd
    padded = np.frombuffer(bytearray(raw + bytes(64)), np.uint8)
    into, marks = np.zeros(3 * len(raw) + 128, np.uint8), transcode.new_marks(len(raw) + 9)
    _, size = utf16.utf16(padded, 0, len(raw), True, into, big, marks)
    ends = np.cumsum([0, *(len(one.encode()) for one in text)], dtype=np.int64)
    expected_at = np.cumsum([0, *(len(one.encode(encoding)) for one in text)])
    places = np.append(ends, size)
    count = marks.tally[0]
    assert count >= ends[-1] // 10000
    for known in (count, 0):
        if odd and not known:
            continue
        text_at = np.concatenate(([0], marks.target[:known]))
        source_at = np.concatenate(([0], marks.source[:known]))
        found = np.empty(places.size, np.int64)
        utf16.wide_offsets(into, text_at, source_at, places, found)
        assert found.tolist() == [*expected_at, len(raw)]


@settings(max_examples=500, deadline=None)
@given(raws(), st.integers(0, 20))
def test_check_of_utf8(case, position):
    raw = case[0]
    position = min(position, len(raw))
    data = np.frombuffer(bytearray(raw + bytes(64)), np.uint8)
    end, nuls = transcode.check_utf8(data, position, len(raw))
    places = expected(raw[position:], "utf-8")[1]
    assert end == (position + places[0] if places else len(raw))
    if not places:
        assert nuls == raw[position:].count(0)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_code_point(encoding):
    points = [*range(0xD800), *range(0xE000, 0x110000)]
    text = "".join(map(chr, points))
    raw = text.encode(encoding)
    got, _, _, errors, _ = transcoded(raw, encoding, len(raw))
    assert errors == 0
    assert got == text.encode("utf-8")


def test_every_pair_of_gb18030():
    raw = b"".join(bytes([lead, trail, 0x0A]) for lead in range(256) for trail in range(256))
    text, places = expected(raw, "gb18030")
    got, _, bad, errors, _ = transcoded(raw, "gb18030", len(raw))
    assert got == text
    assert errors == len(places)
    assert bad == places[: transcode.PLACES]


def test_places_of_errors_are_capped():
    got, _, bad, errors, _ = transcoded(b"\xff" * 1000, "gb18030", 1000)
    assert got == "\ufffd".encode() * 1000
    assert errors == 1000
    assert bad == list(range(transcode.PLACES))
