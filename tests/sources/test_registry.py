# SPDX-License-Identifier: Apache-2.0
"""One format, one module: which one reads a source, and a source with several tables."""

from __future__ import annotations

import hashlib
import json
import random
from types import SimpleNamespace

import pytest
from tests import seized
from tests.sources.reading import rows_of_block, texts

import piidetect as pii
from piidetect.errors import SourceError
from piidetect.schema import TEXT_COLUMN, RowKind
from piidetect.sources import Alert, Options, Skipped, open_content, open_source, registry
from piidetect.sources.content import Content, Head, content_of_bytes
from piidetect.sources.digesting import digest_content
from piidetect.sources.rows import Row, RowSource


def test_every_format_has_the_two_functions():
    for name, form in registry.formats():
        assert callable(form.sniff), name
        assert callable(form.open_content), name


@pytest.mark.parametrize("raw", [b"", b"\0", b"\xff\xfe", b"{", b"--", b"<", b"\x81" * 99])
def test_no_beginning_makes_a_format_raise(raw):
    for name, form in registry.formats():
        for whole in (True, False):
            assert form.sniff(Head(raw, whole, "a")) in registry.Match, name


def test_a_member_is_read_like_a_file(tmp_path):
    raw = "姓名,手机号\n张三,13800138000\n李四,13900139000\n".encode("gb18030")
    (tmp_path / "a.csv").write_bytes(raw)
    file = open_source(tmp_path / "a.csv")
    member = next(iter(open_content(content_of_bytes(raw, "z.zip!/a.csv", "a.csv"), Options())))
    for source in (file, member):
        rows = [row for block in source.blocks() for row in rows_of_block(block)]
        assert texts(rows) == [("张三", "13800138000"), ("李四", "13900139000")]
        assert source.ledger.sha256 == hashlib.sha256(raw).hexdigest()
    assert member.path == "z.zip!/a.csv"


def two_tables(content: Content, head: Head, options: Options):
    """A format made for the test: lines, of which those with `;` are a table of their own."""
    assert head.raw.startswith(b"%two")
    lines = head.text.decode().splitlines()[1:]

    def rows(separator):
        def read(ledger, alerts):
            digest_content(content, ledger)
            ledger.bytes = ledger.bytes if separator == "," else 0
            for at, line in enumerate(lines):
                if separator in line:
                    cells = line.split(separator)
                    kind = RowKind.PARSED if len(cells) == 2 else RowKind.TEXT
                    yield Row(at, cells if kind == RowKind.PARSED else [line], kind)

        return read

    for name, separator in (("first", ","), ("second", ";")):
        header = ["姓名", "手机号"]
        yield RowSource(f"{content.locator}!/{name}", "two", header, 2, rows(separator))
    yield Skipped(f"{content.locator}!/third", "encrypted", "the table is encrypted")
    yield Alert(content.locator, "too_many", "only three tables were read")


@pytest.fixture
def two(monkeypatch):
    def sniff(head):
        return registry.Match.CONTENT if head.raw.startswith(b"%two") else registry.Match.NO

    form = SimpleNamespace(sniff=sniff, open_content=two_tables)
    known = [("two", form), *registry.formats()]
    monkeypatch.setattr(registry, "formats", lambda: known)


def test_a_source_of_several_tables_is_one_part_a_table(tmp_path, two):
    rng = random.Random(3)
    people = [seized.person(rng) for _ in range(5)]
    lines = ["%two", *(f"{one.name},{one.mobile}" for one in people[:3])]
    lines += [f"{people[3].name};{people[3].mobile}", f"{people[4].name};{people[4].mobile};x"]
    path = tmp_path / "a.two"
    path.write_text("\n".join(lines), encoding="utf-8")
    told = []
    case = pii.scan(path, out=tmp_path / "case", progress=told.append, threads=1)
    report = json.loads(
        (case.report(tmp_path / "report.json") or tmp_path / "report.json").read_text()
    )
    shown = {one["path"].rpartition("!/")[2]: one for one in report["sources"]}
    assert {
        name: (one["rows"], one["rows_unparsed"], one["status"]) for name, one in shown.items()
    } == {
        "first": (3, 0, "complete"),
        "second": (2, 1, "complete"),
        "third": (0, 0, "skipped"),
    }
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert shown["first"]["sha256"] == shown["second"]["sha256"] == digest
    assert report["totals"]["bytes"] == path.stat().st_size
    assert report["entities"]["CN_MOBILE"]["distinct_valid"] == 5
    assert {one["code"] for one in report["alerts"]} >= {"encrypted", "too_many", "rows_unparsed"}
    assert told[-1].rows_done == 5
    assert told[-1].bytes_done == told[-1].bytes_total == path.stat().st_size


def test_rows_become_blocks():
    rows = [
        Row(7, ["甲", "1"]),
        Row(9, ["", ""]),
        Row(12, ["broken"], RowKind.TEXT),
        Row(30, ["\ud800", ""]),
    ]
    source = RowSource("t", "x", ["a", "b"], 2, lambda ledger, alerts: rows)
    (block,) = source.blocks()
    assert not block.data[-64:].any()
    assert rows_of_block(block) == [
        (0, 7, RowKind.PARSED, ("甲".encode(), b"1"), (0, 1)),
        (1, 9, RowKind.BLANK, (b"", b""), (0, 1)),
        (2, 12, RowKind.TEXT, (b"broken",), (TEXT_COLUMN,)),
        (3, 30, RowKind.PARSED, (b"\xed\xa0\x80", b""), (0, 1)),
    ]
    assert (source.ledger.rows, source.ledger.rows_unparsed, source.ledger.rows_blank) == (4, 1, 1)
    assert source.sample().row_start.size == 3


def test_a_table_that_fails_on_the_way_is_partial():
    def rows(ledger, alerts):
        yield Row(0, ["x"])
        raise SourceError("the page is torn")

    source = RowSource("t", "x", None, 1, rows)
    assert sum(block.row_start.size for block in source.blocks()) == 1
    assert (source.ledger.status, source.ledger.reason) == (
        "partial",
        "reading stopped: the page is torn",
    )
    assert [one.code for one in source.alerts] == ["read_error"]
