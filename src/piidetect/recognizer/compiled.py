# SPDX-License-Identifier: Apache-2.0
"""Turn the patterns of recognizers and the rules of their validators into tables for the kernels."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.errors import RecognizerError
from piidetect.kernels.forms import ALPHABET, MOST_CHECKED, Forms
from piidetect.kernels.plan import LONGEST, MOST_LETTERS, MOST_PATTERNS
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
_PLANE = 1 << 16
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
    if len(chosen) > MOST_PATTERNS:
        msg = f"{len(chosen)} recognizers with patterns; the most is {MOST_PATTERNS}"
        raise RecognizerError(msg)
    names = tuple(dict.fromkeys(one.validator for one in chosen)) or ("field",)
    own = [compile_pattern(one.pattern) for one in chosen]
    ruled = [compile_pattern(*(form.pattern for form in known[name].forms)) for name in names]
    states = _States([*own, *ruled])
    first, lead = _beginnings(chosen, own, states)
    tables = states.tables()
    by_rule = [ruled[names.index(one.validator)] for one in chosen]
    forms = Forms(
        **tables,
        **_recognizers(
            chosen, names, entity_numbers(own_entities(one.entity for one in recognizers))
        ),
        **_words(chosen),
        **_rules([known[name] for name in names], ruled),
        start=states.starts[: len(own)] if own else np.zeros(1, np.uint16),
        rule_start=states.starts[len(own) :],
        first=first,
        lead=lead,
        begins=np.take(first.any(axis=1), tables["kind"]),
        alone_first=_alone(chosen, first.shape[1]),
        alone_digits=_alone_digits(chosen, own, by_rule),
    )
    return Patterns(chosen, forms, _tokens(chosen, own, by_rule))


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
            "kind": np.array(self.class_of, np.uint8)[
                np.searchsorted(self.edges, np.arange(_PLANE), "right") - 1
            ],
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
    return {"word_first": first, "word_edge": edge, "words": words, **_endings(chosen)}


def _endings(chosen: Sequence[Recognizer]) -> dict[str, np.ndarray]:
    """Return the last bytes of context words by hash (`kernels.forms.word_hash`), and whose they are."""
    ending = np.zeros(_PLANE, np.uint16)
    whose: list[list[int]] = [[0] * _groups(chosen)]
    for at, one in enumerate(chosen):
        for word in (word.encode() for word in one.context_words):
            most, least = (3, 2) if word[-1:].isascii() else (6, 4)
            size = most if len(word) >= most else least
            number = int.from_bytes(word[-size:], "little") ^ size << 56
            place = (number * 0x9E3779B97F4A7C15 & (1 << 64) - 1) >> 48
            if not ending[place]:
                ending[place] = len(whose)
                whose.append([0] * _groups(chosen))
            whose[ending[place]][at // _BITS] |= 1 << at % _BITS
    return {"ending": ending, "whose": np.array(whose, np.uint64)}


def _groups(chosen: Sequence[Recognizer]) -> int:
    """Return how many words of 64 bits have a bit for each recognizer."""
    return max(-(-len(chosen) // _BITS), 1)


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
    groups = _groups(chosen)
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


def _alone(chosen: Sequence[Recognizer], groups: int) -> np.ndarray:
    """Return the bits of the recognizers that may claim something without heading or word."""
    alone = np.zeros(groups, np.uint64)
    for at, one in enumerate(chosen):
        if one.alone and one.kind != "column":
            alone[at // _BITS] |= np.uint64(1 << at % _BITS)
    return alone


def _alone_digits(
    chosen: Sequence[Recognizer], own: Sequence[Automaton], by_rule: Sequence[Automaton]
) -> np.ndarray:
    """Return by digits in a row which patterns may count without heading or word when they begin so."""
    alone = np.zeros((_MOST_LEAD + 1, _groups(chosen)), np.uint64)
    for at, (one, automaton, rule) in enumerate(zip(chosen, own, by_rule, strict=True)):
        if one.kind == "column" or not one.alone:
            continue
        bit, good = np.uint64(1 << at % _BITS), _good_labels(one)
        alnum = {bisect_right(automaton.edges, code) - 1 for code in _ALNUM}
        pair = _Pair(automaton, rule, capital=one.pattern.startswith("(?i)"))
        states = {(_START, _START)}
        for digits in range(1, _MOST_LEAD + 1):
            states = pair.step(states, _ALNUM[:10])
            whole = any(automaton.accepts[p] and rule.accepts[q] in good for p, q in states)
            more = any(
                target and kind not in alnum
                for p, _ in states
                for kind, target in enumerate(automaton.moves[p])
            )
            if states and (whole or more or one.separators):
                alone[digits, at // _BITS] |= bit
    return alone


def _tokens(
    chosen: Sequence[Recognizer], own: Sequence[Automaton], by_rule: Sequence[Automaton]
) -> np.ndarray:
    """Return whether some pattern may claim so many letters and then digits without a heading."""
    token = np.zeros((MOST_LETTERS + 1) * (LONGEST + 1), np.bool_)
    digits, letters = _ALNUM[:10], _ALNUM[10:]
    for one, automaton, rule in zip(chosen, own, by_rule, strict=True):
        if one.kind == "column" or not one.alone:
            continue
        good = _good_labels(one)
        pair = _Pair(automaton, rule, capital=one.pattern.startswith("(?i)"))
        states = {(_START, _START)}
        for before in range(MOST_LETTERS + 1):
            behind = states
            for after in range(1, LONGEST + 1):
                behind = pair.step(behind, digits)
                if not behind:
                    break
                fits = any(automaton.accepts[p] and rule.accepts[q] in good for p, q in behind)
                token[before * (LONGEST + 1) + after] |= fits
            states = pair.step(states, letters)
    return token


def _good_labels(recognizer: Recognizer) -> set[int]:
    """Return the labels of the forms that may count without heading or word."""
    forms = rules()[recognizer.validator].forms
    return {at for at, form in enumerate(forms, 1) if form.verdict.name.lower() in recognizer.alone}


class _Pair:
    """A pattern and the rule of its validator, run side by side."""

    def __init__(self, pattern: Automaton, rule: Automaton, *, capital: bool) -> None:
        self.pattern = pattern
        self.rule = rule
        self.capital = capital
        self.known: dict[tuple[int, ...], set[tuple[int, int]]] = {}

    def step(self, states: set[tuple[int, int]], codes: Sequence[int]) -> set[tuple[int, int]]:
        """Return where both may be behind one of the characters."""
        key = tuple(codes)
        if key not in self.known:
            folded = [ord(chr(code).upper()) if self.capital else code for code in codes]
            self.known[key] = {
                (bisect_right(self.pattern.edges, a) - 1, bisect_right(self.rule.edges, b) - 1)
                for a, b in zip(codes, folded, strict=True)
            }
        moves, judged = self.pattern.moves, self.rule.moves
        found = {(moves[p][a], judged[q][b]) for p, q in states for a, b in self.known[key]}
        return {(p, q) for p, q in found if p and q}


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


def patterns_for(entities: int, forms: Forms, count: int) -> np.ndarray:
    """Return the bits uint64[w] of the first `count` recognizers whose entity is one of `entities`, bits."""
    found = np.zeros(forms.first.shape[1], np.uint64)
    for at in range(count):
        if entities >> int(forms.entity[at]) & 1:
            found[at // _BITS] |= np.uint64(1 << at % _BITS)
    return found
