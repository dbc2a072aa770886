# SPDX-License-Identifier: Apache-2.0
"""Read a regular expression into positions: which characters each takes and which may follow it.

This is Glushkov's construction: every letter of the pattern, repeats written out, is a position.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_CHARACTERS = 1000
MOST_POSITIONS = 600
MOST_STEPS = 5000
DEEPEST = 20
_MOST_REPEAT_DIGITS = 3
_LAST = 0x10FFFF
_SPECIAL = frozenset("()[]{}|?*+.^$\\")
_ANY = ((0, 9), (11, _LAST))

Ranges = tuple[tuple[int, int], ...]


class PatternError(ValueError):
    """A pattern that can't be used; the message says why."""


@dataclass
class Part:
    """A piece of a pattern: its positions those from `base` on.

    Attributes:
        sets: by position, the ranges of code points it takes.
        follow: by position, the positions that may come next.
        first: positions that it may begin with.
        last: positions that it may end with.
        empty: whether it matches nothing, too.
    """

    sets: list[Ranges] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)
    first: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)
    empty: bool = True


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str, base: int, *, both_cases: bool) -> None:
        self.text = text
        self.at = 0
        self.base = base
        self.both_cases = both_cases
        self.sets: list[Ranges] = []
        self.follow: list[set[int]] = []
        self.steps = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        if self.at >= len(self.text):
            raise PatternError("ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def position(self, ranges: Ranges) -> Part:
        """Return the part of a single character."""
        if len(self.sets) >= MOST_POSITIONS:
            msg = f"is longer than {MOST_POSITIONS} characters with its repeats written out"
            raise PatternError(msg)
        number = self.base + len(self.sets)
        self.sets.append(_merged(ranges))
        self.follow.append(set())
        return Part(first={number}, last={number}, empty=False)

    def joined(self, left: Part, right: Part) -> Part:
        """Return `left` with `right` behind it."""
        for one in left.last:
            self.follow[one - self.base] |= right.first
        return Part(
            first=left.first | (right.first if left.empty else set()),
            last=right.last | (left.last if right.empty else set()),
            empty=left.empty and right.empty,
        )

    def alternatives(self, depth: int) -> Part:
        if depth > DEEPEST:
            msg = f"has brackets more than {DEEPEST} deep"
            raise PatternError(msg)
        whole = self.sequence(depth)
        while self.peek() == "|":
            self.take()
            other = self.sequence(depth)
            whole = Part(
                first=whole.first | other.first,
                last=whole.last | other.last,
                empty=whole.empty or other.empty,
            )
        return whole

    def sequence(self, depth: int) -> Part:
        whole = Part()
        while self.peek() not in ("", "|", ")"):
            whole = self.joined(whole, self.repeated(depth))
        return whole

    def repeated(self, depth: int) -> Part:
        """Read one atom and what says how often; repeats are read again from its text."""
        begin = self.at
        part = self.atom(depth)
        end = self.at
        least, most = self.times()
        if (least, most) == (1, 1):
            return part
        if most == 0:
            raise PatternError("repeats something no time at all")
        copies = [part]
        for _ in range(max(least, most or 0, 1) - 1):
            self.at = begin
            copies.append(self.atom(depth))
            self.at = end
        self.times()
        if most is None:
            for one in copies[-1].last:
                self.follow[one - self.base] |= copies[-1].first
        whole = Part()
        for number, copy in enumerate(copies):
            whole = self.joined(
                whole, Part(first=copy.first, last=copy.last, empty=copy.empty or number >= least)
            )
        return whole

    def times(self) -> tuple[int, int | None]:
        """Read a quantifier; without one it is once. The most may be None, without end."""
        sign = self.peek()
        if sign and sign in "?*+":
            self.take()
            found: tuple[int, int | None] = {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        elif sign == "{":
            stop = self.text.find("}", self.at)
            inside = self.text[self.at + 1 : stop] if stop > 0 else ""
            least, comma, most = inside.partition(",")
            numbers = [one for one in (least, most) if one]
            if not least or not all(
                one.isascii() and one.isdigit() and len(one) <= _MOST_REPEAT_DIGITS
                for one in numbers
            ):
                raise PatternError("has a { that is no repeat such as {2} or {2,5}")
            self.at = stop + 1
            found = (int(least), int(most) if most else None if comma else int(least))
            if found[1] is not None and found[1] < found[0]:
                raise PatternError("has a repeat whose most is less than its least")
        else:
            return (1, 1)
        if self.peek() and self.peek() in "?*+{":
            raise PatternError("repeats a repeat")
        return found

    def atom(self, depth: int) -> Part:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise PatternError("repeats repeats too often")
        character = self.take()
        if character == "(":
            if self.peek() == "?":
                self.take()
                if self.take() != ":":
                    raise PatternError("has a (? that isn't (?: at that place")
            inner = self.alternatives(depth + 1)
            if self.peek() != ")":
                raise PatternError("has a ( without its )")
            self.take()
            return inner
        if character == "[":
            return self.position(self.character_class())
        if character == ".":
            return self.position(_ANY)
        if character == "\\":
            return self.position(self.cased(*[ord(self.escaped())] * 2))
        if character in "^$":
            msg = f"has {character}: a value is found wherever it stands; leave it out"
            raise PatternError(msg)
        if character in _SPECIAL:
            msg = f"has {character} where a character must stand"
            raise PatternError(msg)
        return self.position(self.cased(ord(character), ord(character)))

    def escaped(self) -> str:
        character = self.take()
        if character.isalnum():
            msg = f"has \\{character}: only marks are escaped, and no anchors are known"
            raise PatternError(msg)
        return character

    def cased(self, low: int, high: int) -> Ranges:
        """Return a range of characters, in both cases where that is wanted."""
        ranges = [(low, high)]
        if self.both_cases:
            for first, last, shift in ((65, 90, 32), (97, 122, -32)):
                if max(low, first) <= min(high, last):
                    ranges.append((max(low, first) + shift, min(high, last) + shift))
        return tuple(ranges)

    def character_class(self) -> Ranges:
        inverted = self.peek() == "^"
        if inverted:
            self.take()
        ranges: list[tuple[int, int]] = []
        while self.peek() != "]":
            low = self.member()
            high = low
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.take()
                high = self.member()
            if high < low:
                raise PatternError("has a range that runs backwards")
            ranges += self.cased(low, high)
        self.take()
        if not ranges:
            raise PatternError("has an empty []")
        merged = _merged(tuple(ranges))
        return _inverted(merged) if inverted else merged

    def member(self) -> int:
        character = self.take()
        if character == "[":
            raise PatternError("has a [ inside []; escape it")
        return ord(self.escaped() if character == "\\" else character)


def _merged(ranges: Ranges) -> Ranges:
    """Return the ranges in order, none touching another."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)


def _inverted(ranges: Ranges) -> Ranges:
    out, low = [], 0
    for first, last in ranges:
        if first > low:
            out.append((low, first - 1))
        low = last + 1
    return (*out, (low, _LAST)) if low <= _LAST else tuple(out)


def parse(pattern: str, base: int = 0) -> Part:
    """Return the positions of a pattern, counted from `base`.

    Raises:
        PatternError: it is no pattern of this kind, or too long.
    """
    if len(pattern) > MOST_CHARACTERS:
        msg = f"is longer than {MOST_CHARACTERS} characters"
        raise PatternError(msg)
    both_cases = pattern.startswith("(?i)")
    reader = _Reader(pattern.removeprefix("(?i)"), base, both_cases=both_cases)
    part = reader.alternatives(0)
    if reader.peek():
        raise PatternError("has a ) without its (")
    part.sets, part.follow = reader.sets, reader.follow
    return part
