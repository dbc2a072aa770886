# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import read, rows_of_block, texts

from piidetect.errors import SourceError
from piidetect.schema import TEXT_COLUMN, RowKind
from piidetect.sources import Options, open_source
from piidetect.sources.dialect import DELIMITERS

HEADER = ("姓名", "手机号", "住址", "备注")


def table(rows: int, seed: int = 1) -> list[tuple[str, ...]]:
    """Return made-up rows; the numbers are random digits."""
    rng = np.random.default_rng(seed)
    names, streets = "张王李赵陈", ["文三", "解放", "中山", "人民"]
    digits = rng.integers(0, 10, (rows, 10))
    return [
        (
            names[row[0] % 5] + "某" * (1 + row[1] % 2),
            "1" + "".join(map(str, row)),
            f"杭州市{streets[row[2] % 4]}路{row[3]}号",
            "" if row[4] < 3 else f"备注{row[5]}",
        )
        for row in digits
    ]


def written(rows, delimiter, encoding, *, header=HEADER, end="\n", quote="") -> bytes:
    lines = [header, *rows] if header else rows
    text = "".join(delimiter.join(quote + c + quote for c in line) + end for line in lines)
    return text.encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [d.decode() for d in DELIMITERS])
def test_delimiters_and_encodings(tmp_path, delimiter, encoding):
    rows = table(50)
    path = tmp_path / "dump"
    path.write_bytes(written(rows, delimiter, encoding))
    source, got = read(path)
    assert (source.dialect["delimiter"], source.encoding) == (delimiter, encoding)
    assert source.header == list(HEADER)
    assert texts(got) == rows
    assert source.alerts == []
    assert source.format == ("tsv" if delimiter == "\t" else "csv")
    assert texts(rows_of_block(source.sample())) == rows


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"', "'"])
@pytest.mark.parametrize("header", [HEADER, None])
def test_line_ends_quotes_and_headings(tmp_path, end, quote, header):
    rows = table(30)
    path = tmp_path / "a.csv"
    path.write_bytes(written(rows, ",", "utf-8", header=header, end=end, quote=quote))
    source, got = read(path)
    assert texts(got) == rows
    assert source.header == (list(header) if header else None)
    assert source.ledger.rows == 30


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16-be"])
def test_offsets_are_those_of_the_file(tmp_path, encoding):
    rows = table(200)
    raw = written(rows, ",", encoding, end="\r\n")
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    source, got = read(path, block_bytes=700)
    codec = source.encoding.replace("-sig", "")
    for row, (_, offset, *_) in zip(rows, got, strict=True):
        assert raw[offset:].decode(codec).startswith(",".join(row) + "\r\n")
    assert source.ledger.sha256 == hashlib.sha256(raw).hexdigest()
    assert source.ledger.bytes == len(raw)


DIRTY = (
    "姓名,手机号,备注\n"
    "张一,1,x\n"
    "短行,2\n"
    '王二,3,"两行\n备注"\n'
    "\n"
    "李三,4,多,了\n"
    "赵四,5,空的,,\n"
    '钱五,6,5" 管\n'
    '孙六,"7,未闭合\n'
    "周七,8,x\n"
    "姓名,手机号,备注\n"
    "吴八,9,\0\n"
    "郑九,10,中\r间\n"
    "冯十,11,x\r陈一,12,x\n"
    ' , ,""\n'
    '"褚二","13","他说""好"""'
)


def test_dirty_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(DIRTY.encode())
    source, rows = read(path)
    parsed, text, blank, repeated = RowKind
    assert [(row[2], *cells) for row, cells in zip(rows, texts(rows), strict=True)] == [
        (parsed, "张一", "1", "x"),
        (text, "短行,2"),
        (parsed, "王二", "3", "两行\n备注"),
        (blank,),
        (text, "李三,4,多,了"),
        (parsed, "赵四", "5", "空的"),
        (parsed, "钱五", "6", '5" 管'),
        (parsed, "孙六", '"7', "未闭合"),
        (parsed, "周七", "8", "x"),
        (repeated,),
        (parsed, "吴八", "9", "\0"),
        (parsed, "郑九", "10", "中\r间"),
        (parsed, "冯十", "11", "x"),
        (parsed, "陈一", "12", "x"),
        (blank,),
        (parsed, "褚二", "13", '他说""好""'),
    ]
    assert [row[0] for row in rows] == list(range(16))
    assert all(row[4] == (TEXT_COLUMN,) for row in rows if row[2] == text)
    ledger = source.ledger
    assert (ledger.rows, ledger.rows_unparsed, ledger.rows_blank) == (16, 2, 2)
    assert (ledger.rows_repeated_header, ledger.quotes_repaired, ledger.nul_bytes) == (1, 1, 1)
    (unparsed, nuls) = source.alerts
    assert (unparsed.code, unparsed.row) == ("rows_unparsed", 1)
    assert unparsed.byte_offset == DIRTY.encode().index("短行".encode())
    assert nuls.code == "nul_bytes"


def test_one_unclosed_quote_in_the_middle_costs_no_row(tmp_path):
    rows = table(3000)
    rows[1500] = (rows[1500][0], '"' + rows[1500][1], *rows[1500][2:])
    path = tmp_path / "a.csv"
    path.write_bytes(written(rows, ",", "utf-8"))
    source, got = read(path)
    assert texts(got) == rows
    assert source.ledger.quotes_repaired == 1


@pytest.mark.parametrize(
    ("raw", "rows"), [(b"", 0), (b"\n", 1), (b"\n\n", 2), (b"abc", 1), (b"\xef\xbb\xbf", 0)]
)
def test_small_files_close_the_ledger(tmp_path, raw, rows):
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    source, got = read(path)
    assert len(got) == source.ledger.rows == rows
    assert source.ledger.bytes == len(raw)
    assert [alert.code for alert in source.alerts] == ([] if raw else ["empty"])
    assert source.sample().row_start.size in {0, 1}


def test_plain_text_is_one_column_of_lines(tmp_path):
    path = tmp_path / "notes.txt"
    lines = ["今天,天气很好。", "他说", '"你好，世界"', "", "a|b,c;d"] * 5
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    source, rows = read(path)
    assert (source.format, source.header, source.n_columns) == ("text", None, 1)
    assert texts(rows) == [(line,) if line else () for line in lines]


def test_one_column_with_a_heading(tmp_path):
    path = tmp_path / "phones.csv"
    path.write_text("手机号\n" + "\n".join(row[1] for row in table(20)), encoding="utf-8")
    source, rows = read(path)
    assert source.header == ["手机号"]
    assert texts(rows) == [(row[1],) for row in table(20)]


def test_a_first_row_with_a_value_is_no_heading(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,19912345678\n张三,男\n", encoding="utf-8")
    source, rows = read(path)
    assert source.header is None
    assert len(rows) == 2


@pytest.mark.parametrize(
    "first", ["王小明,电话未知,地址不详", "王小明,手机,地址", "王小明,无身份证,备注无"]
)
def test_a_first_row_of_words_is_no_heading(tmp_path, first):
    # a heading is printed as it stands, a value never
    rows = [first, first.replace("王小明", "李大海"), first.replace("王小明", "张三")]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    source = open_source(path)
    assert source.header is None
    assert sum(block.row_start.size for block in source.blocks()) == 3


def test_a_title_above_the_heading_is_a_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("导出\n".encode() + written(table(20), ",", "utf-8"))
    for block_bytes in (5, 1 << 22):
        source, rows = read(path, block_bytes=block_bytes)
        assert source.header == list(HEADER)
        assert texts(rows) == [("导出",), *table(20)]
        assert rows[0][2] == RowKind.TEXT


@pytest.mark.parametrize("header", [HEADER[:3], (*HEADER, "年龄")])
def test_a_heading_of_another_length_names_the_columns(tmp_path, header):
    rows = [(*row[:3], "x") for row in table(20)]
    path = tmp_path / "a.csv"
    path.write_bytes(written(rows, ",", "utf-8", header=header))
    source, got = read(path)
    assert source.header == [*header, ""][:4]
    assert texts(got) == rows


def test_rows_longer_than_the_look(tmp_path):
    rows = [(*row[:3], "x" * 100_000) for row in table(6)]
    path = tmp_path / "a.csv"
    path.write_bytes(written(rows, ",", "utf-8"))
    source, got = read(path)
    assert source.header == list(HEADER)
    assert texts(got) == rows


def test_known_headings_decide(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("甲,乙\n丙,丁\n", encoding="utf-8")
    assert read(path)[0].header is None
    assert read(path, known=lambda cell: cell in {"甲", "乙"})[0].header == ["甲", "乙"]


def test_hanzi_far_behind_ascii_decide_the_encoding(tmp_path):
    head = b"a,b\n" * 400_000
    for encoding in ("utf-8", "gb18030"):
        raw = head + "张三,你好\n".encode(encoding) + head
        path = tmp_path / encoding
        path.write_bytes(raw)
        source, rows = read(path, block_bytes=1 << 20)
        assert source.encoding == encoding
        assert texts(rows[400_000:400_001]) == [("张三", "你好")]
        assert rows[400_001][1] == raw.index(b"\n", len(head)) + 1
        assert source.alerts == []


def test_undecodable_bytes_are_counted_and_located(tmp_path):
    rows = table(100)
    raw = written(rows, ",", "utf-8")
    cut = raw.index("路".encode(), 2000)
    raw = raw[:cut] + b"\xff\xfe" + raw[cut:]
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    source, got = read(path)
    assert source.encoding == "utf-8"
    assert source.ledger.undecodable == 2
    assert source.ledger.undecodable_offsets == [cut, cut + 1]
    (alert,) = source.alerts
    assert (alert.code, alert.byte_offset) == ("undecodable", cut)
    assert got[alert.row][1] <= cut < got[alert.row + 1][1]
    assert sum(cell.count("\ufffd") for row in texts(got) for cell in row) == 2
    assert len(got) == 100


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [b"a,b\n", "姓名,电话\n".encode(), b'"x\ny",1\n', b'"', b"\r", b"\0", b"\n"]
            ),
            st.sampled_from(
                ["张三,1\n".encode("gb18030"), "李四,2\n".encode(), b"\xff", b"1,2,3\n"]
            ),
            st.binary(max_size=6),
        ),
        max_size=40,
    ),
    st.integers(4, 200),
)
def test_no_figure_depends_on_the_size_of_the_blocks(tmp_path, pieces, block_bytes):
    raw = b"".join(pieces)
    path = tmp_path / "a"
    path.write_bytes(raw)
    try:
        source, rows = read(path)
    except SourceError:
        return
    again, same = read(path, block_bytes=block_bytes)
    assert same == rows
    assert again.ledger == source.ledger
    assert again.alerts == source.alerts
    ledger = source.ledger
    assert (ledger.bytes, ledger.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert ledger.rows == len(rows)
    kinds = [row[2] for row in rows]
    assert ledger.rows_unparsed == kinds.count(RowKind.TEXT)
    assert ledger.rows_blank == kinds.count(RowKind.BLANK)
    assert ledger.rows_repeated_header == kinds.count(RowKind.REPEATED_HEADER)


def test_a_long_line_is_cut_and_said_so(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("x\n" + "字" * 6_000_000 + "\ny\n", encoding="utf-8")
    source, rows = read(path)
    assert [len(cell) for row in rows for cell in row[3]] == [1, (1 << 24) - 1, 1222785, 1]
    assert source.ledger.lines_cut == 1
    assert [alert.code for alert in source.alerts] == ["lines_cut"]


def test_the_sample_is_spread_over_the_file(tmp_path):
    path = tmp_path / "a.csv"
    rows = [(str(i), f"{i:0200d}") for i in range(20_000)]
    path.write_bytes(written(rows, ",", "utf-8", header=("编号", "电话")))
    sample = texts(rows_of_block(open_source(path).sample()))
    numbers = [int(row[0]) for row in sample]
    assert len(numbers) == 2100
    assert numbers == sorted(numbers)
    assert numbers[0] == 0
    assert 9000 < numbers[1050] < 11000
    assert numbers[-1] > 19_900


def test_a_fifo_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="no regular file"):
        open_source(tmp_path / "pipe")


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n" + bytes(50), b"\x7fELF", bytes(range(32)) * 9])
def test_what_is_no_text_is_refused(tmp_path, raw):
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    source, rows = read(path)
    assert (source.format, rows) == ("carved", [])
    assert source.ledger.status == "skipped"
    assert source.ledger.reason.startswith("unsupported format")


def test_a_file_that_vanishes_or_is_cut_off(tmp_path):
    path = tmp_path / "a.csv"
    raw = written(table(2000), ",", "utf-8")
    path.write_bytes(raw)
    source = open_source(path, options=Options(block_bytes=4096))
    path.write_bytes(raw[:5000])
    rows = sum(len(block.row_start) for block in source.blocks())
    assert source.ledger.status == "partial"
    assert source.alerts[-1].code == "truncated"
    assert rows == source.ledger.rows > 0
    path.unlink()
    with pytest.raises(SourceError, match="vanished"):
        list(source.blocks())
    with pytest.raises(SourceError, match="vanished"):
        open_source(path)


def test_a_read_error_ends_the_source_with_an_alert(tmp_path, monkeypatch):
    from piidetect.sources import content

    class Failing:
        def __init__(self, file):
            self.file, self.reads = file, 0

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def read(self, count):
            return self.file.read(count)

        def seek(self, place):
            return self.file.seek(place)

        def tell(self):
            return self.file.tell()

        def readinto(self, room):
            self.reads += 1
            if self.reads > 2:
                raise OSError(5, "Input/output error")
            return self.file.readinto(room)

    path = tmp_path / "a.csv"
    path.write_bytes(written(table(2000), ",", "utf-8"))
    source = open_source(path, options=Options(block_bytes=4096))
    opened = content.open_file
    monkeypatch.setattr(content, "open_file", lambda path: Failing(opened(path)))
    rows = sum(len(block.row_start) for block in source.blocks())
    assert rows > 0
    assert (source.ledger.status, source.ledger.bytes) == ("partial", 8192)
    assert source.alerts[-1].code == "read_error"
