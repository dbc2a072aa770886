# SPDX-License-Identifier: Apache-2.0
"""Turn the patterns of recognizers and the rules of their validators into tables for the kernels."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.errors import RecognizerError
from piidetect.kernels.forms import (
    ALPHABET,
    MOST_CHECKED,
    Forms,
)
from piidetect.kernels.plan import MOST_PATTERNS, UNSURE
from piidetect.recognizer import beginnings
from piidetect.recognizer.automaton import Automaton, compile_pattern
from piidetect.recognizer.beginnings import BITS, PLANE, START
from piidetect.recognizer.kept import kept
from piidetect.recognizer.rules import rules
from piidetect.schema import Verdict, entity_numbers, own_entities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.recognizer.form_checks import Check, Rule
    from piidetect.recognizer.model import Recognizer

_MOST_LEAD = 63
_DROPPED = 4
_CODES = 256


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
    from piidetect.recognizer import built_in_digest, load_recognizers

    built_in = load_recognizers()
    known = {id(one): at for at, one in enumerate(built_in)}
    if not all(id(one) in known for one in recognizers):
        return _made(recognizers)

    def make() -> tuple[list[int], Forms, np.ndarray]:
        patterns = _made(recognizers)
        return [known[id(one)] for one in patterns.recognizers], patterns.forms, patterns.token

    order = " ".join(str(known[id(one)]) for one in recognizers)
    chosen, forms, token = kept("patterns", f"{built_in_digest()} {order}", make)
    return Patterns(tuple(built_in[at] for at in chosen), forms, token)


def _made(recognizers: tuple[Recognizer, ...]) -> Patterns:
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
    states = beginnings.States([*own, *ruled])
    first, whole, onward = beginnings.beginnings(chosen, own, states)
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
        whole=whole,
        onward=onward,
        follow=beginnings.follow(chosen, own, states),
        begins=beginnings.marks(chosen, own, states, first, tables["kind"]),
        reach=np.array(
            [max([beginnings.reach(*pair) for pair in zip(chosen, own, strict=True)], default=0)]
        ),
        alone_first=beginnings.alone(chosen, by_rule, states),
        alone_digits=beginnings.alone_digits(chosen, own, by_rule),
    )
    return Patterns(chosen, forms, beginnings.tokens(chosen, own, by_rule))


def _recognizers(
    chosen: Sequence[Recognizer], names: Sequence[str], number: dict[str, int]
) -> dict[str, np.ndarray]:
    size = max(len(chosen), 1)
    separator = np.zeros((size, _CODES), np.bool_)
    found: dict[str, np.ndarray] = {
        "rule": np.zeros(size, np.uint8),
        "entity": np.zeros(size, np.uint8),
        "precedence": np.zeros(size, np.int32),
        "unsure": np.zeros(size, np.int32),
        "alone": np.zeros(size, np.uint16),
        "separator": separator,
        "capital": np.zeros(size, np.bool_),
    }
    for at, one in enumerate(chosen):
        found["rule"][at] = names.index(one.validator)
        found["entity"][at] = number[one.entity]
        found["precedence"][at] = one.precedence
        found["unsure"][at] = 0 if one.own else UNSURE
        found["alone"][at] = sum(1 << Verdict[name.upper()] for name in one.alone)
        found["capital"][at] = one.pattern.startswith("(?i)") or one.validator == "shaped"
        separator[at, [ord(mark) for mark in one.separators]] = True
    return found


def _words(chosen: Sequence[Recognizer]) -> dict[str, np.ndarray]:
    first, edge, words = context_words(chosen)
    return {"word_first": first, "word_edge": edge, "words": words, **_endings(chosen)}


def _endings(chosen: Sequence[Recognizer]) -> dict[str, np.ndarray]:
    """Return the last bytes of context words by hash (`kernels.forms.word_hash`), and whose they are."""
    ending = np.zeros(PLANE, np.uint16)
    whose: list[list[int]] = [[0] * beginnings.groups_of(chosen)]
    for at, one in enumerate(chosen):
        for word in (word.encode() for word in one.context_words):
            most, least = (3, 2) if word[-1:].isascii() else (6, 4)
            size = most if len(word) >= most else least
            number = int.from_bytes(word[-size:], "little") ^ size << 56
            place = (number * 0x9E3779B97F4A7C15 & (1 << 64) - 1) >> 48
            if not ending[place]:
                ending[place] = len(whose)
                whose.append([0] * beginnings.groups_of(chosen))
            whose[ending[place]][at // BITS] |= 1 << at % BITS
    return {"ending": ending, "whose": np.array(whose, np.uint64)}


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
    found, states = 0, {START}
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
            found[at // BITS] |= np.uint64(1 << at % BITS)
    return found
