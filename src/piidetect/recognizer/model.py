# SPDX-License-Identifier: Apache-2.0
"""What a recognizer is once its file has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Match(NamedTuple):
    """What an example must give: the canonical value and the verdict's name in lower case."""

    value: str
    verdict: str


class Example(NamedTuple):
    """A text with its matches; for a recognizer of columns, a cell below `header`."""

    text: str
    matches: tuple[Match, ...]
    header: str = ""


@dataclass(frozen=True, kw_only=True)
class Recognizer:
    """One file of ``recognizers/``.

    Attributes:
        id: the path with dots: ``cn.resident_id``.
        entity: one of :data:`piidetect.schema.ENTITIES`.
        name: by language, ``zh`` and ``en``.
        category: class of personal information.
        references: standards and sources.
        kind: ``shape``, ``pattern`` or ``column``.
        validator: module in :mod:`piidetect.numbers`; its kernel has the same name.
        lengths: characters of the compact number (kind ``shape``).
        classes: the same as (letters in front, digits), where a closing X counts as a digit.
        pattern: the regular expression (kind ``pattern``, and ``column`` without a profile).
        separators: characters of which one may stand between any two of a pattern.
        column: ``profile``, ``profiles``, ``min_share`` (kind ``column``).
        precedence: among recognizers that claim one span, the lower one wins.
        context_headers: headings of columns that hold it.
        context_words: words that stand before it in a text.
        context_required: whether it is nothing without a heading or a word.
        alone: verdicts with which a pattern counts without a heading or a word.
        beside: entities of which one must be in another column, or the heading means nothing.
        placeholders: canonical values that stand for no value.
        score: by ``valid``, ``unchecked`` and ``context``.
        examples: texts with exactly the matches that they must give.
        counter_examples: texts that must give no match of this recognizer.
        own: whether it is from a folder of the user.
        also: recognizers that may match the same examples, with the reason.
    """

    id: str
    entity: str
    name: Mapping[str, str] = field(hash=False)
    category: str
    references: tuple[str, ...]
    kind: str
    validator: str
    lengths: tuple[int, ...]
    classes: tuple[tuple[int, int], ...]
    pattern: str
    separators: tuple[str, ...] = ()
    column: Mapping[str, Any] = field(hash=False)
    precedence: int
    context_headers: tuple[str, ...]
    context_words: tuple[str, ...]
    context_required: bool
    alone: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    placeholders: tuple[str, ...]
    score: Mapping[str, float] = field(hash=False)
    examples: tuple[Example, ...]
    counter_examples: tuple[str, ...]
    also: Mapping[str, str] = field(hash=False)
    own: bool = False

    @property
    def by_pattern(self) -> bool:
        """Return whether the pattern runs as an automaton; e-mail addresses have kernels of their own."""
        return bool(self.pattern) and self.validator != "email_address"
