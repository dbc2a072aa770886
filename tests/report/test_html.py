# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from html.parser import HTMLParser

import pytest

from piidetect.report import html, notebook
from piidetect.report.sections import sections

VOID = {"meta", "br"}


class Outline(HTMLParser):
    """Collects tags, attributes and text; fails where tags don't nest."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def outline(document):
    parser = Outline()
    parser.feed(document)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture(params=[html.render, notebook.render], ids=["html", "card"])
def rendered(request, report, words):
    return outline(request.param(report, words))


def test_it_is_well_formed_and_needs_nothing_from_elsewhere(rendered):
    assert not {"script", "link", "img", "iframe"} & set(rendered.tags)
    assert not {"src", "href"} & {name for name, _ in rendered.attributes}
    assert "url(" not in "".join(rendered.text)
    assert "@import" not in "".join(rendered.text)


def test_headings_of_the_source_are_text_and_not_markup(report, words):
    document = html.render(report, words)
    assert "<b>手机号" not in document
    assert "&lt;b&gt;手机号&lt;/b&gt;\\x1b[31m" in document


def test_the_file_shows_each_cell_of_each_section(report, words, exemplars):
    text = outline(html.render(report, words, exemplars)).text
    for section in sections(report, words, exemplars):
        for row in section.rows:
            for cell in row:
                assert not cell or html.visible(cell) in text


def test_the_card_shows_the_figures_and_what_was_found(report, words):
    text = outline(notebook.render(report, words)).text
    for figure in ("1,000,000", "800,000", "650,000", "1,310,000"):
        assert figure in text


def test_the_file_names_the_digests_and_the_parameters(report, words):
    text = outline(html.render(report, words)).text
    assert "ab" * 32 in text
    assert "cd" * 32 in text
    assert "bare_phone" in text


def test_the_language_is_declared(report, words):
    expected = "zh-CN" if words.lang == "zh" else "en"
    assert ("lang", expected) in outline(html.render(report, words)).attributes
