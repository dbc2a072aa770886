# SPDX-License-Identifier: Apache-2.0
"""What rules are made of: forms, and check characters as weighted sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from piidetect.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

DIGITS = "0123456789"
ALL = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Check(NamedTuple):
    """A weighted sum over the characters, by place and character, and the character it must give.

    `parts` are by place the amounts of characters 0-9 and A-Z; `marks` is the check character by
    remainder, `at` its place.
    """

    parts: tuple[tuple[int, ...], ...]
    modulus: int
    at: int
    marks: str
    constant: int = 0


class Form(NamedTuple):
    """A form that a value may have, and what it is worth; fields as in `kernels.forms.Forms`."""

    pattern: str
    verdict: Verdict = Verdict.UNCHECKED
    check: Check | None = None
    bad: Verdict = Verdict.INVALID_CHECKSUM
    date: int = -1
    region: int = -1
    digits: int = 6
    filler: int = -1
    fewest: int = 0
    fixed: bool = False
    groups: bool = False


class Rule(NamedTuple):
    """The forms of a validator, the first that fits counting, and what makes the key.

    `keep`: how many characters tell values apart, 0 for all; `drop`: characters that a value may have
    and that say nothing; `flag`: values that begin so get 1 as detail of their findings.
    """

    forms: tuple[Form, ...]
    keep: int = 0
    drop: str = ""
    flag: str = ""


def amounts(values: Sequence[int] | str, weight: int, modulus: int) -> tuple[int, ...]:
    """Return what each character of the alphabet adds: its value (or place in `values`) times weight."""
    if isinstance(values, str):
        values = [values.find(one) if one in values else 0 for one in ALL]
    return tuple(value * weight % modulus for value in (*values, *[0] * (36 - len(values))))


def weighted(
    values: Sequence[int] | str,
    weights: Sequence[int],
    modulus: int,
    marks: str,
    *,
    at: int = -1,
    constant: int = 0,
) -> Check:
    """Return a check of one table of values and a weight for each place; `at` is the end by default."""
    parts = tuple(amounts(values, weight, modulus) for weight in weights)
    return Check(parts, modulus, len(weights) if at < 0 else at, marks, constant)


def negative(marks: str) -> str:
    """Return the marks by remainder r of a check character that stands for -r."""
    return "".join(marks[-remainder % len(marks)] for remainder in range(len(marks)))


def luhn(size: int) -> Check:
    """Return Luhn's check of a number of so many digits, the last one being the check digit."""
    doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    parts = tuple(
        amounts(doubled if (size - place) % 2 == 0 else list(range(10)), 1, 10)
        for place in range(size - 1)
    )
    return Check(parts, 10, size - 1, negative(DIGITS))
