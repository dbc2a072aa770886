# SPDX-License-Identifier: Apache-2.0
"""Patterns as automata: they match what Python's `re` matches, and a costly one is refused at once."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect.recognizer.automaton import MOST_STATES, compile_pattern
from piidetect.recognizer.pattern_syntax import PatternError

ATOMS = st.sampled_from(["a", "b", "1", ".", "[ab]", "[^a]", "[0-9A-F]", "京", "\\.", "(?:a|b1)"])
REPEATS = st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "{2,}"])
PIECES = st.tuples(ATOMS, REPEATS).map("".join)
SEQUENCES = st.lists(PIECES, min_size=1, max_size=4).map("".join)
PATTERNS = st.lists(SEQUENCES, min_size=1, max_size=3).map("|".join)
CASES = st.sampled_from(["", "(?i)"])


@given(CASES, PATTERNS, st.text("abAB1F.京\n", max_size=8))
def test_an_automaton_matches_what_the_expression_does(case, pattern, text):
    whole = case + pattern
    assert compile_pattern(whole).matches(text) == bool(re.fullmatch(whole, text))


@given(PATTERNS, PATTERNS, st.text("abAB1F.京", max_size=6))
def test_of_two_patterns_the_first_that_matches_counts(first, second, text):
    label = compile_pattern(first, second).label(text)
    matched = [at for at, one in enumerate((first, second), 1) if re.fullmatch(one, text)]
    assert label == (matched[0] if matched else 0)


@pytest.mark.parametrize(
    "pattern",
    [
        "a" * 1001,
        "(?:a{1,30}){30}",
        "(((){999}){999}){999}",
        ".*a.{20}",
        "(" * 30 + "a" + ")" * 30,
        "(?:(?:a|b)?){200}[a-z]{3,300}",
        "[a-z]{1,999}[0-9]{1,999}",
    ],
)
def test_a_costly_pattern_is_refused_in_no_time(pattern):
    begin = time.process_time()
    with pytest.raises(PatternError):
        compile_pattern(pattern)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("pattern", ["(x+x+)+y", "(?:a|aa)+b", "(?:a*)*b"])
def test_what_makes_others_backtrack_is_small_here(pattern):
    assert len(compile_pattern(pattern).moves) < MOST_STATES // 10


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a", "without its )"),
        ("a)", "without its ("),
        ("[a", "ends too early"),
        ("[]", "empty"),
        ("a**", "repeats a repeat"),
        ("*a", "where a character must stand"),
        ("a{x}", "no repeat"),
        ("a{3,2}", "most is less"),
        ("\\d", "only marks are escaped"),
        ("(?=a)", "isn't (?:"),
        ("[z-a]", "backwards"),
        ("^a", "leave it out"),
    ],
)
def test_a_broken_pattern_says_why(pattern, why):
    with pytest.raises(PatternError, match=re.escape(why)):
        compile_pattern(pattern)
