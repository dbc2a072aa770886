# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect.report.width import cut, pad, table, visible, width, wrap

TEXTS = st.text(alphabet="aZ1 ，。人身份Ｘé́-", max_size=40)


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("abc", 3), ("身份证", 6), ("Ｘ１", 4), ("ｱ", 1), ("é", 1), ("a人", 3)],
)
def test_width(text, cells):
    assert width(text) == cells


@given(TEXTS, st.integers(1, 30))
def test_cut_never_exceeds(text, cells):
    assert width(cut(text, cells)) <= cells


@given(TEXTS, st.integers(1, 30))
def test_cut_leaves_what_fits(text, cells):
    if width(text) <= cells:
        assert cut(text, cells) == text


@given(TEXTS)
def test_pad_fills_to_the_cell(text):
    assert width(pad(text, 100)) == 100
    assert width(pad(text, 100, right=True)) == 100


@given(TEXTS, st.integers(8, 30))
def test_wrap_loses_no_character(text, cells):
    assert "".join(wrap(text, cells)).replace(" ", "") == text.replace(" ", "")


def test_wrap_fits_and_keeps_closing_marks_with_their_word():
    lines = wrap("不同的有效身份号码，加上其他。", 12)
    assert all(width(line) <= 12 for line in lines)
    assert not any(line[0] in "，。" for line in lines)


def test_wrap_breaks_english_between_words():
    assert wrap("one two three", 8) == ["one two", "three"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb", "a\\nb"),
        ("a\u202eb", "a\\u202eb"),
        ("\udc80", "\\udc80"),
        ("人 a", "人 a"),
    ],
)
def test_visible_disarms_what_steers_a_terminal(text, expected):
    assert visible(text) == expected


def test_columns_of_a_table_line_up():
    lines = table(("类型", "n"), [("手机号码", "1,234"), ("e-mail", "9")], (False, True))
    assert [width(line) for line in lines] == [15, 15, 15, 15]
    assert lines[-1].endswith("    9")
