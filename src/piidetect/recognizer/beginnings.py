# SPDX-License-Identifier: Apache-2.0
"""All automata in one table, and where their matches may begin: what lets kernels pass over most of a text."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

from piidetect.kernels.forms import BEGINS, ENDS, EVERYWHERE, PRECEDES
from piidetect.kernels.plan import LONGEST, MOST_LETTERS
from piidetect.recognizer.rules import rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.recognizer.automaton import Automaton
    from piidetect.recognizer.model import Recognizer

START = 1
PLANE = 1 << 16
BITS = 64
_MOST_LEAD = 63
_MOST_BEFORE = 16
_ASCII = 128
_ALNUM = tuple(ord(c) for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class States:
    """All automata in one table, over classes of characters that they share."""

    def __init__(self, automata: Sequence[Automaton]) -> None:
        self.edges = sorted({edge for one in automata for edge in one.edges})
        parts = []
        offsets, offset = [], 0
        for one in automata:
            local = [bisect_right(one.edges, edge) - 1 for edge in self.edges]
            moves = np.array(one.moves, np.int64)[:, local]
            parts.append(np.where(moves > 0, moves + offset, 0))
            offsets.append(offset + START)
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
                np.searchsorted(self.edges, np.arange(PLANE), "right") - 1
            ],
            "edge": np.array(self.edges, np.int32),
            "edge_class": np.array(self.class_of, np.uint8),
            "moves": self.moves,
            "accepts": self.accepts,
        }


def groups_of(chosen: Sequence[Recognizer]) -> int:
    """Return how many words of 64 bits have a bit for each recognizer."""
    return max(-(-len(chosen) // BITS), 1)


def beginnings(
    chosen: Sequence[Recognizer], own: Sequence[Automaton], states: States
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return by class which patterns may begin, and by letters and digits in a row which may end or go on."""
    groups = groups_of(chosen)
    first = np.zeros((states.moves.shape[1], groups), np.uint64)
    whole = np.zeros((_MOST_LEAD + 1, groups), np.uint64)
    onward = np.zeros((_MOST_LEAD + 1, groups), np.uint64)
    for at, (one, automaton) in enumerate(zip(chosen, own, strict=True)):
        if one.kind == "column":
            continue
        bit, group = np.uint64(1 << at % BITS), at // BITS
        first[states.moves[states.starts[at]] > 0, group] |= bit
        for length, ends, goes_on in _leads(automaton, any_length=bool(one.separators)):
            whole[length, group] |= bit if ends else np.uint64(0)
            onward[length, group] |= bit if goes_on else np.uint64(0)
    return first, whole, onward


def follow(chosen: Sequence[Recognizer], own: Sequence[Automaton], states: States) -> np.ndarray:
    """Return by class of characters the patterns in which it may stand, or as a separator."""
    follow = np.zeros((states.moves.shape[1], groups_of(chosen)), np.uint64)
    for at, (one, automaton) in enumerate(zip(chosen, own, strict=True)):
        bit, group, begin = np.uint64(1 << at % BITS), at // BITS, int(states.starts[at]) - START
        follow[states.moves[begin : begin + len(automaton.moves)].any(axis=0), group] |= bit
        for mark in one.separators:
            follow[states.of(ord(mark)), group] |= bit
    return follow


def marks(
    chosen: Sequence[Recognizer],
    own: Sequence[Automaton],
    states: States,
    first: np.ndarray,
    kind: np.ndarray,
) -> np.ndarray:
    """Return `Forms.begins`."""
    precedes = np.zeros(first.shape[0], np.bool_)
    alnum = sorted({states.of(code) for code in _ALNUM})
    others = [one for one in range(first.shape[0]) if one not in alnum]
    for at, one in enumerate(chosen):
        if one.kind == "column":
            continue
        begin = int(states.starts[at])
        ahead = states.moves[begin - START : begin - START + len(own[at].moves)]
        leads = np.append(ahead[:, alnum].any(axis=1), [False])
        for column in others:
            target = ahead[:, column].astype(np.int64) - (begin - START)
            precedes[column] |= bool(leads[np.where(target > 0, target, -1)].any())
        precedes[[states.of(ord(mark)) for mark in one.separators]] = True
    marks = np.take(first.any(axis=1) * BEGINS + precedes * PRECEDES, kind).astype(np.uint8)
    last = {ord(word[-1]) for one in chosen for word in one.context_words}
    marks[[code for code in last if code < PLANE]] |= ENDS
    return marks


def reach(one: Recognizer, automaton: Automaton) -> int:
    """Return how many characters a match may have before its first letter or digit."""
    if one.kind == "column":
        return 0
    alnum = {bisect_right(automaton.edges, code) - 1 for code in _ALNUM}
    states, reach = {START}, 0
    for length in range(1, _MOST_BEFORE + 1):
        states = {
            target
            for state in states
            for kind, target in enumerate(automaton.moves[state])
            if target and kind not in alnum
        }
        if not states:
            return 2 * reach if one.separators else reach
        if any(automaton.accepts[state] for state in states):
            break
        reach = length
    return EVERYWHERE


def _leads(automaton: Automaton, *, any_length: bool) -> list[tuple[int, bool, bool]]:
    """Return how many letters and digits in a row a match may begin with, if it may end there, and go on.

    0 stands for another begin.

    Args:
        automaton: of the pattern.
        any_length: whether separators may stand between any two characters.
    """
    alnum = {bisect_right(automaton.edges, code) - 1 for code in _ALNUM}
    found, states = [(0, True, True)], {START}
    for length in range(1, _MOST_LEAD + 1):
        states = {automaton.moves[s][c] for s in states for c in alnum} - {0}
        if not states:
            break
        others = any(
            target and c not in alnum for s in states for c, target in enumerate(automaton.moves[s])
        )
        ends = any(automaton.accepts[s] for s in states)
        found.append((length, ends, any_length or others))
    return found


def alone(chosen: Sequence[Recognizer], by_rule: Sequence[Automaton], states: States) -> np.ndarray:
    """Return by class of the first character which patterns may count without heading or word."""
    alone = np.zeros((states.moves.shape[1], groups_of(chosen)), np.uint64)
    for at, (one, rule) in enumerate(zip(chosen, by_rule, strict=True)):
        if one.kind == "column" or not one.alone:
            continue
        bit = np.uint64(1 << at % BITS)
        drop = {ord(character) for character in rules()[one.validator].drop}
        useful = _useful(rule, _good_labels(one))
        folded = one.pattern.startswith("(?i)")
        for code in {*range(_ASCII), *states.edges}:
            seen = ord(chr(code).upper()) if folded and code < _ASCII else code
            if rule.moves[START][bisect_right(rule.edges, seen) - 1] in useful or code in drop:
                alone[states.of(code), at // BITS] |= bit
    return alone


def _useful(rule: Automaton, good: set[int]) -> set[int]:
    """Return the states of a rule from which one of the labels can be reached."""
    useful = {state for state, label in enumerate(rule.accepts) if label in good}
    while True:
        more = {s for s, moves in enumerate(rule.moves) if s not in useful and useful & {*moves}}
        if not more:
            return useful
        useful |= more


def alone_digits(
    chosen: Sequence[Recognizer], own: Sequence[Automaton], by_rule: Sequence[Automaton]
) -> np.ndarray:
    """Return by digits in a row which patterns may count without heading or word when they begin so."""
    alone = np.zeros((_MOST_LEAD + 1, groups_of(chosen)), np.uint64)
    for at, (one, automaton, rule) in enumerate(zip(chosen, own, by_rule, strict=True)):
        if one.kind == "column" or not one.alone:
            continue
        bit, good = np.uint64(1 << at % BITS), _good_labels(one)
        alnum = {bisect_right(automaton.edges, code) - 1 for code in _ALNUM}
        pair = _Pair(automaton, rule, capital=one.pattern.startswith("(?i)"))
        states = {(START, START)}
        for digits in range(1, _MOST_LEAD + 1):
            states = pair.step(states, _ALNUM[:10])
            whole = any(automaton.accepts[p] and rule.accepts[q] in good for p, q in states)
            more = any(
                target and kind not in alnum
                for p, _ in states
                for kind, target in enumerate(automaton.moves[p])
            )
            if states and (whole or more or one.separators):
                alone[digits, at // BITS] |= bit
    return alone


def tokens(
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
        states = {(START, START)}
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
