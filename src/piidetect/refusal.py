# SPDX-License-Identifier: Apache-2.0
"""How tables that people fill in are refused: whole, with line, field and remedy of every problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Problem(NamedTuple):
    """What is wrong with a field of a table: the line in the file, the field, what and the remedy."""

    line: int
    field: str
    what: str


class RowsRefused(ArgumentError):
    """A table that the user filled in can't be used; it is refused whole, with all that is wrong.

    The message has one line for each of the first 20 problems; ``problems`` has them all.
    """

    SHOWN = 20

    def __init__(self, table: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"line {one.line}, {one.field}: {one.what}" for one in self.problems[: self.SHOWN]]
        if len(self.problems) > self.SHOWN:
            lines.append(f"and {len(self.problems) - self.SHOWN} more")
        super().__init__("\n  ".join([f"{table} is refused; nothing was counted:", *lines]))
