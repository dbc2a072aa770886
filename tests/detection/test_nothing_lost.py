# SPDX-License-Identifier: Apache-2.0
"""No valid resident ID, mobile or card is lost because a further recognizer exists.

The recognizers of digits and columns alone are the measure: what they find valid behind any word, in any
column, is found by all of them together.
"""

from __future__ import annotations

import pyarrow as pa
import pytest

import piidetect as pii
from piidetect import load_recognizers
from piidetect.numbers import luhn

ALL = load_recognizers()
FIRST = tuple(one for one in ALL if not one.by_pattern)
FURTHER = [one for one in ALL if one.by_pattern]
BODY = "622202020000000001"
CARD = BODY + luhn.calc_check_digit(BODY)
NUMBERS = ("110101190501010010", "11010119050101001X", "13912345678", "+86 139-1234-5678", CARD)
KEPT = {"CN_RESIDENT_ID", "CN_MOBILE", "CN_BANK_CARD"}
WORDS = sorted({word for one in FURTHER for word in one.context_words})
HEADINGS = sorted({one.context_headers[0] for one in FURTHER if one.context_headers})


def valid(findings):
    return {
        (one["entity"], one["value"])
        for one in findings
        if one["verdict"] == "valid" and one["entity"] in KEPT
    }


def in_text(text, recognizers):
    return valid(one._asdict() for one in pii.detect(text, recognizers=recognizers))


@pytest.mark.parametrize("number", NUMBERS)
def test_in_a_text_behind_every_word(number):
    found = 0
    for word in WORDS:
        for text in (f"{word}：{number}，已登记", f"{word}{number}", f'{{"{word}":"{number}"}}'):
            before = in_text(text, FIRST)
            found += len(before)
            assert before <= in_text(text, ALL), text
    assert found or number == NUMBERS[1]  # which fails its check digit: never valid


@pytest.mark.parametrize("heading", HEADINGS)
def test_in_a_column_below_every_heading(heading):
    cells = [number for number in NUMBERS for _ in range(3)]
    table = pa.table({heading: cells})
    before = valid(pii.detect(table, recognizers=FIRST).to_pylist())
    assert before
    assert before <= valid(pii.detect(table, recognizers=ALL).to_pylist())


def test_in_the_middle_of_other_values():
    others = "浙A12345 LSVAA2188E2100003 114.114.114.114 00:1B:21:3A:4F:5E 352099001761481"
    text = f"{others} {' '.join(NUMBERS)} {others}"
    assert in_text(text, FIRST) <= in_text(text, ALL)
    assert len(in_text(text, ALL)) == 3
