# SPDX-License-Identifier: Apache-2.0
"""``headings.yaml``: what stands in it, and what a broken one gives."""

from __future__ import annotations

import pytest

from piidetect.columns import headings
from piidetect.errors import RecognizerError

GOOD = "headings: {PERSON: 姓名}\nambiguous: {xm: PERSON}\nfixed: {lxr: PERSON contact}\ncodes: {'0201030': PERSON}\nwhose: {mother: 母亲}\n"


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr(headings, "recognizers_root", lambda: tmp_path)

    def write(text):
        headings.load_headings.cache_clear()
        (tmp_path / headings.FILE).write_text(text, encoding="utf-8")
        return headings.load_headings()

    yield write
    headings.load_headings.cache_clear()


def test_a_small_file(load):
    found = load(GOOD)
    assert found.whose == {"母亲": "mother"}
    assert [m.whose for m in headings.meanings_of("母亲姓名", found)] == ["mother"]
    assert [m.sure for m in headings.meanings_of("XM", found)] == [False]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("PERSON: 姓名", "PERSONS: 姓名", "headings.PERSONS"),
        ("PERSON: 姓名", "PERSON: [姓名]", "headings.PERSON"),
        ("PERSON: 姓名", "1: 姓名", "headings"),
        ("xm: PERSON", "xm: NAME", "ambiguous.xm"),
        ("PERSON contact", "PERSON stranger", "fixed.lxr"),
        ("PERSON contact", "''", "fixed.lxr"),
        ("mother: 母亲", "stranger: 母亲", "whose.stranger"),
        ("'0201030': PERSON", "0201030: PERSON", "codes"),
        ("whose:", "who:", "top level"),
        ("{PERSON: 姓名}", "{PERSON: 姓名", "line"),
        ("headings", "- headings", "line"),
    ],
)
def test_a_broken_file_is_an_error_that_names_the_place(load, old, new, place):
    with pytest.raises(RecognizerError, match=rf"^headings\.yaml: {place}"):
        load(GOOD.replace(old, new))


def test_a_missing_file(tmp_path, monkeypatch):
    monkeypatch.setattr(headings, "recognizers_root", lambda: tmp_path)
    headings.load_headings.cache_clear()
    with pytest.raises(RecognizerError, match="reinstall"):
        headings.load_headings()
    headings.load_headings.cache_clear()


def test_every_heading_stands_normalised_and_once():
    found = headings.load_headings()
    assert len(found.meanings) > 500
    for table in (found.meanings, found.whose):
        assert all(key == headings.normalise(key) != "" for key in table)
