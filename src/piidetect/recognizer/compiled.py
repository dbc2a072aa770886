# SPDX-License-Identifier: Apache-2.0
"""Turn the patterns of recognizers and the rules of their validators into tables for the kernels."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.errors import RecognizerError
from piidetect.kernels.forms import ALPHABET, MOST_CHECKED, Forms
from piidetect.kernels.plan import LONGEST, MOST_LETTERS
from piidetect.recognizer.automaton import Automaton, compile_pattern
from piidetect.recognizer.rules import rules
from piidetect.schema import Verdict, entity_numbers, own_entities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.recognizer.form_checks import Check, Rule
    from piidetect.recognizer.model import Recognizer

_START = 1
_MOST_LEAD = 63
_BITS = 64
_DROPPED = 4
_CODES = 256
MOST_RECOGNIZERS = 223  # numbers from `FIRST_PATTERN` on in a byte
_ALNUM = tuple(ord(c) for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Patterns(NamedTuple):
    """The recognizers that have a pattern in the order of their numbers, and their tables."""

    recognizers: tuple[Recognizer, ...]
    forms: Forms
    token: np.ndarray


@lru_cache(maxsize=8)
def patterns_of(recognizers: tuple[Recognizer, ...]) -> Patterns:
    """Return the tables of those recognizers that have a pattern.

    Raises:
        RecognizerError: a validator has no rule, or they are too many.
    """
    chosen = tuple(one for one in recognizers if one.by_pattern)
    known = rules()
    for one in chosen:
        if one.validator not in known:
            msg = f"{one.id}: validator: {one.validator} has no rule for patterns"
            raise RecognizerError(msg)
    if len(chosen) > MOST_RECOGNIZERS:
        msg = f"{len(chosen)} recognizers with patterns; the most is {MOST_RECOGNIZERS}"
        raise RecognizerError(msg)
    names = tuple(dict.fromkeys(one.validator for one in chosen)) or ("field",)
    own = [compile_pattern(one.pattern) for one in chosen]
    ruled = [compile_pattern(*(form.pattern for form in known[name].forms)) for name in names]
    states = _States([*own, *ruled])
    first, lead = _beginnings(chosen, own, states)
    forms = Forms(
        **states.tables(),
        **_recognizers(
            chosen, names, entity_numbers(own_entities(one.entity for one in recognizers))
        ),
        **_words(chosen),
        **_rules([known[name] for name in names], ruled),
        start=states.starts[: len(own)] if own else np.zeros(1, np.uint16),
        rule_start=states.starts[len(own) :],
        first=first,
        lead=lead,
    )
    return Patterns(chosen, forms, _tokens(chosen, own))


class _States:
    """All automata in one table, over classes of characters that they share."""

    def __init__(self, automata: Sequence[Automaton]) -> None:
        self.edges = sorted({edge for one in automata for edge in one.edges})
        parts = []
        offsets, offset = [], 0
        for one in automata:
            local = [bisect_right(one.edges, edge) - 1 for edge in self.edges]
            moves = np.array(one.moves, np.int64)[:, local]
            parts.append(np.where(moves > 0, moves + offset, 0))
            offsets.append(offset + _START)
            offset += len(one.moves)
        self.moves = np.concatenate(parts).astype(np.uint16)
        self.accepts = np.array([label for one in automata for label in one.accepts], np.uint8)
        self.starts = np.array(offsets, np.uint16)
        known: dict[bytes, int] = {}
        columns = np.ascontiguousarray(self.moves.T)
        self.class_of = [known.setdefault(one.tobytes(), len(known)) for one in columns]
        keep = [self.class_of.index(number) for number in range(len(known))]
        self.moves = np.ascontiguousarray(self.moves[:, keep])

    def of(self, code: int) -> int:
        """Return the class of a code point."""
        return self.class_of[bisect_right(self.edges, code) - 1]

    def tables(self) -> dict[str, np.ndarray]:
        """Return the fields of `Forms` that say how automata run."""
        return {
            "ascii": np.array([self.of(code) for code in range(128)], np.uint8),
            "edge": np.array(self.edges, np.int32),
            "edge_class": np.array(self.class_of, np.uint8),
            "moves": self.moves,
            "accepts": self.accepts,
        }


def _recognizers(
    chosen: Sequence[Recognizer], names: Sequence[str], number: dict[str, int]
) -> dict[str, np.ndarray]:
    size = max(len(chosen), 1)
    separator = np.zeros((size, _CODES), np.bool_)
    found: dict[str, np.ndarray] = {
        "rule": np.zeros(size, np.uint8),
        "entity": np.zeros(size, np.uint8),
        "precedence": np.zeros(size, np.int32),
        "alone": np.zeros(size, np.uint16),
        "separator": separator,
        "capital": np.zeros(size, np.bool_),
    }
    for at, one in enumerate(chosen):
        found["rule"][at] = names.index(one.validator)
        found["entity"][at] = number[one.entity]
        found["precedence"][at] = one.precedence
        found["alone"][at] = sum(1 << Verdict[name.upper()] for name in one.alone)
        found["capital"][at] = one.pattern.startswith("(?i)")
        separator[at, [ord(mark) for mark in one.separators]] = True
    return found


def _words(chosen: Sequence[Recognizer]) -> dict[str, np.ndarray]:
    first, edge, words = context_words(chosen)
    return {"word_first": first, "word_edge": edge, "words": words}


def context_words(recognizers: Sequence[Recognizer]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay the context words of all recognizers end to end in UTF-8."""
    first, edge, text = [0], [0], b""
    for one in recognizers:
        for word in one.context_words:
            text += word.encode()
            edge.append(len(text))
        first.append(len(edge) - 1)
    padded = np.frombuffer(bytearray(text + bytes(8)), np.uint8)
    return np.array(first, np.int32), np.array(edge, np.int32), padded


def _beginnings(
    chosen: Sequence[Recognizer], own: Sequence[Automaton], states: _States
) -> tuple[np.ndarray, np.ndarray]:
    """Return by class and by length of the first run of letters and digits which patterns may begin."""
    groups = max(-(-len(chosen) // _BITS), 1)
    first = np.zeros((states.moves.shape[1], groups), np.uint64)
    lead = np.zeros((_MOST_LEAD + 1, groups), np.uint64)
    for at, (one, automaton) in enumerate(zip(chosen, own, strict=True)):
        if one.kind == "column":
            continue
        bit, group = np.uint64(1 << at % _BITS), at // _BITS
        first[states.moves[states.starts[at]] > 0, group] |= bit
        for length in _leads(automaton, any_length=bool(one.separators)):
            lead[length, group] |= bit
    return first, lead


def _leads(automaton: Automaton, *, any_length: bool) -> set[int]:
    """Return how many letters and digits in a row a match may begin with; 0 stands for another begin.

    Args:
        automaton: of the pattern.
        any_length: whether separators may stand between any two characters.
    """
    alnum = {bisect_right(automaton.edges, code) - 1 for code in _ALNUM}
    found, states = {0}, {_START}
    for length in range(1, _MOST_LEAD + 1):
        states = {automaton.moves[s][c] for s in states for c in alnum} - {0}
        if not states:
            break
        others = any(
            target and c not in alnum for s in states for c, target in enumerate(automaton.moves[s])
        )
        if any_length or others or any(automaton.accepts[s] for s in states):
            found.add(length)
    return found


def _tokens(chosen: Sequence[Recognizer], own: Sequence[Automaton]) -> np.ndarray:
    """Return whether some pattern may claim so many letters and then digits without a heading."""
    token = np.zeros((MOST_LETTERS + 1) * (LONGEST + 1), np.bool_)
    digits, letters = _ALNUM[:10], _ALNUM[10:]
    for one, automaton in zip(chosen, own, strict=True):
        if one.kind == "column" or not one.alone:
            continue
        states = {_START}
        for before in range(MOST_LETTERS + 1):
            behind = states
            for after in range(1, LONGEST + 1):
                behind = _step(automaton, behind, digits)
                fits = any(automaton.accepts[state] for state in behind)
                token[before * (LONGEST + 1) + after] |= fits
            states = _step(automaton, states, letters)
    return token


def _step(automaton: Automaton, states: set[int], codes: Sequence[int]) -> set[int]:
    classes = {bisect_right(automaton.edges, code) - 1 for code in codes}
    return {automaton.moves[state][kind] for state in states for kind in classes} - {0}


def _rules(chosen: Sequence[Rule], automata: Sequence[Automaton]) -> dict[str, np.ndarray]:
    forms = [form for rule in chosen for form in rule.forms]
    checks = list(dict.fromkeys(form.check for form in forms if form.check is not None))
    counts = [len(rule.forms) for rule in chosen]
    drop = np.zeros((len(chosen), _DROPPED), np.int32)
    flag = np.zeros((len(chosen), 2), np.int32)
    for at, rule in enumerate(chosen):
        drop[at, : len(rule.drop)] = [ord(character) for character in rule.drop]
        flag[at, : len(rule.flag)] = [ord(character) for character in rule.flag]
    found: dict[str, np.ndarray] = {
        "form_first": np.cumsum([0, *counts[:-1]]).astype(np.int32),
        "keep": np.array([rule.keep for rule in chosen], np.int32),
        "drop": drop,
        "flag": flag,
        "sizes": np.array([_sizes(one) for one in automata], np.uint64),
        "check": np.array(
            [-1 if form.check is None else checks.index(form.check) for form in forms], np.int32
        ),
        "verdict": np.array([form.verdict for form in forms], np.uint8),
        "bad": np.array([form.bad for form in forms], np.uint8),
        "fixed": np.array([form.fixed for form in forms], np.bool_),
        "groups": np.array([form.groups for form in forms], np.bool_),
    }
    for name in ("date", "region", "filler", "digits", "fewest"):
        found[name] = np.array([getattr(form, name) for form in forms], np.int32)
    return found | _checks(checks)


def _sizes(automaton: Automaton) -> int:
    """Return the lengths that the automaton accepts as bits; bit 63 stands for 63 and more."""
    found, states = 0, {_START}
    for length in range(_MOST_LEAD + 1):
        if any(automaton.accepts[state] for state in states):
            found |= 1 << length
        states = {target for state in states for target in automaton.moves[state]} - {0}
    return found


def _checks(checks: Sequence[Check]) -> dict[str, np.ndarray]:
    size = max(len(checks), 1)
    part = np.zeros((size, MOST_CHECKED, ALPHABET), np.int16)
    mark = np.zeros((size, ALPHABET), np.uint8)
    numbers = np.ones((3, size), np.int32)
    for at, check in enumerate(checks):
        part[at, : len(check.parts)] = check.parts
        mark[at, : len(check.marks)] = list(check.marks.encode())
        numbers[:, at] = check.modulus, check.constant, check.at
    modulus, constant, place = numbers
    return {"part": part, "mark": mark, "modulus": modulus, "constant": constant, "at": place}
