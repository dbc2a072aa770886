# SPDX-License-Identifier: Apache-2.0
"""Rules as data say what the scalar modules say: on what their patterns match, and on what is near."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect import load_recognizers, numbers
from piidetect.detection import in_order
from piidetect.kernels.fields import check_fields
from piidetect.recognizer.compiled import patterns_of
from piidetect.schema import Verdict
from piidetect.tables import load_tables

TODAY = 20260101
PATTERNS = patterns_of(tuple(sorted(load_recognizers(), key=in_order)))
NUMBERED = [(at, one) for at, one in enumerate(PATTERNS.recognizers) if one.validator != "field"]
#: What a cell is that breaks the rule: the kernels don't tell apart why.
BROKEN = {Verdict.INVALID_LENGTH, Verdict.INVALID_FORMAT}
#: Three zeros before a wrong check digit are a spreadsheet's work in an ID only.
SAME = {Verdict.PRECISION_LOST: Verdict.INVALID_CHECKSUM}


def kernel(at, text):
    raw = text.encode()
    data = np.frombuffer(raw + bytes(64), np.uint8)
    start, stop = np.zeros(1, np.int64), np.array([len(raw)], np.int64)
    region = load_tables().region
    return Verdict(check_fields(data, start, stop, at, PATTERNS.forms, region, TODAY)[0])


def scalar(one, text):
    module = getattr(numbers, one.validator)
    options = {"context": True}
    if one.validator in ("disability_card", "student_id"):
        options["today"] = TODAY
    try:
        found = module.verdict(text, **options)
    except TypeError:  # numbers with a check digit need no context
        found = module.verdict(text)
    return SAME.get(found, found)


def agree(at, one, text):
    mine, twin = kernel(at, text), scalar(one, text)
    mine = SAME.get(mine, mine)
    if mine in BROKEN or twin in BROKEN:
        # a pattern may be stricter than the module, never the other way round
        assert mine in BROKEN or mine == twin, (one.id, text, mine, twin)
        return
    assert mine == twin, (one.id, text, mine, twin)


@pytest.mark.parametrize(("at", "one"), NUMBERED, ids=[one.id for _, one in NUMBERED])
@given(data=st.data())
def test_kernel_and_module_agree_on_what_the_pattern_matches(at, one, data):
    text = data.draw(st.from_regex(one.pattern, fullmatch=True).filter(str.isprintable))
    if all(ord(character) < 0x3000 for character in text) and text.strip() == text:
        agree(at, one, text)


@pytest.mark.parametrize(("at", "one"), NUMBERED, ids=[one.id for _, one in NUMBERED])
@given(data=st.data())
def test_kernel_and_module_agree_on_examples_with_one_character_changed(at, one, data):
    # what is masked or was written by a spreadsheet is told before the rule is asked
    told = ("masked", "precision_lost")
    matches = [match for example in one.examples for match in example.matches]
    text = data.draw(st.sampled_from([one.value for one in matches if one.verdict not in told]))
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
    agree(at, one, text)
    agree(at, one, text[:place] + other + text[place + 1 :])
