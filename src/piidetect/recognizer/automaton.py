# SPDX-License-Identifier: Apache-2.0
"""Regular expressions as automata: what they cost to run is known before they run.

A pattern of a recognizer file becomes a deterministic automaton over code points, so no text can
make it slow, and a pattern that would need too many states is refused when the file is read. Known
are literals, ``.``, ``[…]`` and ``[^…]``, ``(…)``, ``(?:…)``, ``|``, ``? * + {m} {m,} {m,n}``, escaped
marks and a leading ``(?i)``, which takes ASCII letters in both cases. RE2 and Python's `re` read all of
that alike.

>>> automaton = compile_pattern("(?i)E[0-9]{2}")
>>> automaton.matches("e12"), automaton.matches("e123"), automaton.matches("x12")
(True, False, False)
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from piidetect.recognizer.pattern_syntax import PatternError, Ranges, parse

MOST_STATES = 1000
MOST_WORK = 300_000

#: A state that nothing leads out of and that accepts nothing.
DEAD = 0
START = 1


class Automaton(NamedTuple):
    """A deterministic automaton.

    Attributes:
        edges: the code points where one class of characters ends and the next begins; class 0 is
            below the first, which is 0, so classes count from 1.
        moves: by state, by class (one of them is always `DEAD`): the next state. State 0 is `DEAD`,
            state 1 the start.
        accepts: by state: 1 + the number of the first pattern that is complete there, else 0.
    """

    edges: tuple[int, ...]
    moves: tuple[tuple[int, ...], ...]
    accepts: tuple[int, ...]

    def label(self, text: str) -> int:
        """Return 1 + the number of the first pattern that the whole text matches, else 0."""
        state = START
        for character in text:
            state = self.moves[state][bisect_right(self.edges, ord(character)) - 1]
        return self.accepts[state]

    def matches(self, text: str) -> bool:
        """Return whether the whole text matches."""
        return self.label(text) > 0


@lru_cache(maxsize=512)
def compile_pattern(*patterns: str) -> Automaton:
    """Return the automaton of one pattern, or of several that are told apart by their number.

    Raises:
        PatternError: a pattern can't be read or would need too many states.
    """
    first: set[int] = set()
    sets: list[Ranges] = []
    follow: list[set[int]] = []
    last: dict[int, int] = {}
    empty = 0
    for number, pattern in enumerate(patterns):
        part = parse(pattern, len(sets))
        sets += part.sets
        follow += part.follow
        first |= part.first
        for position in part.last:
            last[position] = number + 1
        empty = empty or (number + 1 if part.empty else 0)
    edges = sorted({0} | {edge for one in sets for low, high in one for edge in (low, high + 1)})
    states = _States(sum(1 << one for one in first), empty, follow, last)
    return _automaton(edges, _takers(edges, sets), states)


def _takers(edges: list[int], sets: list[Ranges]) -> list[int]:
    """Return by class the positions (as bits) whose set holds its characters."""
    number = {edge: at for at, edge in enumerate(edges)}
    found = [0] * len(edges)
    for position, ranges in enumerate(sets):
        for low, high in ranges:
            for at in range(number[low], number[high + 1]):
                found[at] |= 1 << position
    return found


class _States:
    """Makes sets of positions that may come next, with what is complete, into states."""

    def __init__(
        self, first: int, empty: int, follow: list[set[int]], last: dict[int, int]
    ) -> None:
        self.number: dict[tuple[int, int], int] = {(0, 0): DEAD, (first, empty): START}
        self.follow = [sum(1 << one for one in following) for following in follow]
        self.last = last
        self.work = 0

    def next_to(self, expected: int, takers: int) -> int:
        """Return the state behind one of the expected positions, for a class of characters."""
        taken, following, ends = expected & takers, 0, 0
        while taken:
            bit = taken & -taken
            taken ^= bit
            one = bit.bit_length() - 1
            following |= self.follow[one]
            label = self.last.get(one, 0)
            ends = min(ends, label) if ends and label else ends or label
            self.work += 1
        state = self.number.setdefault((following, ends), len(self.number))
        if state >= MOST_STATES or self.work > MOST_WORK:
            msg = f"needs more than {MOST_STATES} states; make its repeats shorter"
            raise PatternError(msg)
        return state


def _automaton(edges: list[int], takers: list[int], states: _States) -> Automaton:
    distinct = list(dict.fromkeys(takers))
    column = [distinct.index(one) for one in takers]
    moves: list[tuple[int, ...]] = []
    done = 0
    while done < len(states.number):
        for expected, _ in list(states.number)[done:]:
            row = [states.next_to(expected, positions) for positions in distinct]
            moves.append(tuple(row[at] for at in column))
            done += 1
    return Automaton(tuple(edges), tuple(moves), tuple(label for _, label in states.number))
