# SPDX-License-Identifier: Apache-2.0
"""Tokens of the blank pipeline: nothing is lost, context words stand alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect.integrations.words import blank_pipeline, words_of

KNOWN = ("身份证", "身份证号", "电话", "id card", "Email")
TEXTS = st.lists(
    st.sampled_from([*KNOWN, "张", "三的", " ", "  ", "\n", "，", "13800", "A1", "𠮷", "é"])
).map("".join)


@given(TEXTS | st.text())
def test_tokens_make_the_text_again(text):
    tokens = words_of(text, KNOWN)
    assert "".join(tokens) == text
    assert all(tokens)


@given(TEXTS)
def test_the_pipeline_keeps_the_text_and_gives_lemmas(text):
    doc = blank_pipeline("zh", KNOWN)(text)
    assert doc.text == text
    assert [token.lemma_ for token in doc] == [token.text.lower() for token in doc]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("张某身份证号码110", ["张某", "身份证号", "码", "110"]),
        ("他的电话是13800138001。", ["他的", "电话", "是", "13800138001", "。"]),
        ("电话电话", ["电话", "电话"]),
        ("id card 12", ["id card", " ", "12"]),
        ("", []),
    ],
)
def test_where_a_text_is_cut(text, tokens):
    assert words_of(text, KNOWN) == tokens


def test_nothing_is_known():
    assert words_of("身份证1", ()) == ["身份证", "1"]
