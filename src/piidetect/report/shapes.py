# SPDX-License-Identifier: Apache-2.0
"""What reports are made of: the dictionary, titled tables, and the words of a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from piidetect.messages import catalogue, say, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Report = dict[str, Any]
#: Masked examples by (source, position of the column): (entity, verdict, masked text).
Exemplars = dict[tuple[str, int], list[tuple[str, str, str]]]


@dataclass(frozen=True)
class Section:
    """A titled table: ``rows`` of as many cells as ``head``; ``note`` explains it, may be empty.

    ``bars`` are shares of a width that HTML draws behind each row, none for a plain table.
    """

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    note: str = ""
    bars: tuple[float, ...] = ()


@dataclass(frozen=True)
class Words:
    """The language of a report and the names of entities and categories in it."""

    lang: str
    entities: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return the text of ``key`` with its values."""
        return say(key, self.lang, **values)

    def term(self, section: str, name: str) -> str:
        """Return the word for a code that comes from data."""
        return term(section, name, self.lang)

    def entity(self, name: str) -> str:
        """Return the name of an entity."""
        return self.entities.get(name, name)


def section(
    words: Words, key: str, head: str, rows: Iterable[tuple[str, ...]], **note: object
) -> Section:
    """Return a section: title, headings and note from the catalogue; # before a heading is a number."""
    names = head.split()
    return Section(
        key=key,
        title=words.say(f"section.{key}"),
        head=tuple(words.say(f"heading.{name.removeprefix('#')}") for name in names),
        rows=tuple(rows),
        numeric=tuple(name.startswith("#") for name in names),
        note=words.say(f"note.{key}", **note) if key in catalogue()["note"] else "",
    )
