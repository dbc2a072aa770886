# SPDX-License-Identifier: Apache-2.0
"""What the heading of a column means, before anyone looks at its values.

Headings are data (``recognizers/headings.yaml`` and each recognizer's ``context.headers``). A
heading is looked up whole; then without brackets and final digits; then with the word that says
whose value it is taken off (``母亲姓名``, ``husbandPhone``, ``LXRXM``); then, for hanzi, by its end
(``产前检查身份证号``).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from piidetect._resources import recognizers_root
from piidetect.errors import RecognizerError
from piidetect.schema import ENTITY_NUMBER, WHOSE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

FILE = "headings.yaml"

#: Meanings of columns that hold no entity.
KINDS = ("sex", "age", "id_type", "region", "row_number", "time", "amount", "institution", "other")

_SECTIONS = ("headings", "ambiguous", "fixed", "codes", "whose")
_NOISE = str.maketrans("", "", " \t\r\n\u00a0\u200b\ufeff_-*:.'\"`/\\#[]")
_BRACKETS = {"(": ")", "[": "]", "【": "】", "<": ">", "「": "」"}
_NOTES = ("必填", "选填", "text")
_CODE_PREFIXES = ("ws", "ct", "de")
_CODE_DIGITS = 7
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a heading may mean.

    Attributes:
        entity: an entity name, '' for a column that holds none.
        kind: ``lmp``, ``edd``, ``weeks`` for pregnancies; one of :data:`KINDS` without entity.
        whose: one of ``schema.WHOSE``; '' where the heading doesn't say.
        sure: the heading has no other usual meaning, so that an empty column keeps the role.
        recognizer: id of the recognizer whose pattern the values must have, '' where any may.
    """

    entity: str
    kind: str
    whose: str
    sure: bool
    recognizer: str = ""


class HasHeaders(Protocol):
    """The part of a recognizer that this module reads; it is hashable, as recognizers are."""

    @property
    def entity(self) -> str:
        """Return the entity that the recognizer finds."""

    @property
    def own(self) -> bool:
        """Return whether it is a user's own."""

    @property
    def id(self) -> str:
        """Return its id."""

    @property
    def by_pattern(self) -> bool:
        """Return whether its values are found by a pattern."""

    @property
    def context_headers(self) -> Iterable[str]:
        """Return the headings that announce it."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The tables of ``headings.yaml``: normalised heading → meanings, whose-word → whose."""

    meanings: Mapping[str, tuple[Meaning, ...]]
    codes: Mapping[str, tuple[Meaning, ...]]
    whose: Mapping[str, str]


def normalise(heading: str) -> str:
    """Return the heading in small letters without spaces, punctuation and notes in brackets."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    for opening, closing in _BRACKETS.items():
        while opening in text and closing in text[text.index(opening) :]:
            start = text.index(opening)
            stop = text.index(closing, start)
            text = text[:start] + text[stop + 1 :]
    text = text.translate(_NOISE)
    for note in _NOTES:
        if text != note:
            text = text.removesuffix(note)
    return text


def _in_brackets(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading)
    start = text.find("(")
    stop = text.find(")", start)
    return normalise(text[start + 1 : stop]) if 0 <= start < stop else ""


def _fault(where: str, expected: str) -> RecognizerError:
    return RecognizerError(f"{FILE}: {where}: {expected}")


def _meaning(text: str, where: str, *, whose: str = "", sure: bool = False) -> Meaning:
    entity, _, kind = text.partition("/")
    if entity in ENTITY_NUMBER:
        return Meaning(entity, kind, whose, sure)
    if entity in KINDS and not kind:
        return Meaning("", entity, whose, sure)
    raise _fault(where, f"expected an entity or one of {', '.join(KINDS)}; got {text!r}")


def _words(text: object, where: str) -> list[str]:
    if not isinstance(text, str):
        raise _fault(where, "expected text: words with spaces between them")
    return text.split()


def _read() -> dict[str, dict[str, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    path = recognizers_root() / FILE
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    except OSError as error:
        raise _fault("file", f"can't be read ({error.strerror}); reinstall piidetect") from None
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise _fault(f"line {line}", "is no YAML; mend it or reinstall piidetect") from None
    if not isinstance(content, dict) or sorted(content) != sorted(_SECTIONS):
        raise _fault("top level", f"expected exactly {', '.join(_SECTIONS)}")
    for section, entries in content.items():
        if not isinstance(entries, dict) or not all(isinstance(key, str) for key in entries):
            raise _fault(section, "expected names and their words")
    return content


@cache
def load_headings() -> Headings:
    """Return the tables of ``headings.yaml``.

    Raises:
        RecognizerError: the file is missing or broken; the message names the place.
    """
    content = _read()
    meanings: dict[str, tuple[Meaning, ...]] = {}
    for name, text in content["headings"].items():
        for word in _words(text, f"headings.{name}"):
            meanings.setdefault(normalise(word), (_meaning(name, f"headings.{name}", sure=True),))
    for word, text in content["ambiguous"].items():
        names = _words(text, f"ambiguous.{word}")
        old = tuple(m for m in meanings.get(normalise(word), ()) if not m.entity)
        new = tuple(_meaning(name, f"ambiguous.{word}") for name in names)
        meanings[normalise(word)] = new + old
    for word, text in content["fixed"].items():
        name, whose = [*_words(text, f"fixed.{word}"), "", ""][:2]
        if whose not in WHOSE:
            raise _fault(f"fixed.{word}", f"expected a meaning and one of {', '.join(WHOSE)}")
        meaning = _meaning(name, f"fixed.{word}", whose=whose, sure=True)
        meanings[normalise(word)] = (meaning,)
    codes = {
        code: (_meaning(str(text), f"codes.{code}"),) for code, text in content["codes"].items()
    }
    owners: dict[str, str] = {}
    for whose, text in content["whose"].items():
        if whose not in WHOSE:
            raise _fault(f"whose.{whose}", f"expected one of {', '.join(WHOSE)}")
        for word in _words(text, f"whose.{whose}"):
            owners.setdefault(normalise(word), whose)
    return Headings(meanings, codes, owners)


@lru_cache(maxsize=8)
def headings_for(recognizers: tuple[HasHeaders, ...]) -> Headings:
    """Return the file's headings with those of the recognizers, made once for all sources."""
    return with_recognizers(load_headings(), recognizers)


def with_recognizers(headings: Headings, recognizers: Iterable[HasHeaders]) -> Headings:
    """Return `headings` with those of the recognizers that the file doesn't explain yet."""
    meanings = dict(headings.meanings)
    for recognizer in recognizers:
        if recognizer.entity in ENTITY_NUMBER or recognizer.own:
            for header in recognizer.context_headers:
                key = normalise(header)
                if key and recognizer.own:  # the user knows the headings of his data
                    meanings[key] = (Meaning(recognizer.entity, "", "", sure=True),)
                elif key and recognizer.by_pattern:
                    meanings[key] = _with_pattern(meanings.get(key, ()), recognizer)
                elif key and not _lookup(key, headings):
                    # which date or duration it is shows in the values
                    meanings.setdefault(key, (Meaning(recognizer.entity, "", "", sure=True),))
    return Headings(meanings, headings.codes, headings.whose)


def _with_pattern(known: tuple[Meaning, ...], recognizer: HasHeaders) -> tuple[Meaning, ...]:
    """Return the meanings of a heading with that of a recognizer behind the other entities."""
    if any(one.entity and one.sure for one in known):
        return known
    entities = tuple(one for one in known if one.entity)
    sure = not entities
    own = Meaning(recognizer.entity, "", "", sure=sure, recognizer=recognizer.id)
    return (*entities, own, *(one for one in known if not one.entity))


def _owned(key: str, headings: Headings) -> tuple[Meaning, ...]:
    """Return the meanings of a heading that begins or ends with a whose-word."""
    owner = headings.whose.get(key)
    if owner is not None:
        return (Meaning("PERSON", "", owner, sure=owner != "subject"),)
    for cut in range(len(key) - 1, 0, -1):
        for word, rest in ((key[:cut], key[cut:]), (key[-cut:], key[:-cut])):
            owner = headings.whose.get(word)
            if owner is None or rest not in headings.meanings:
                continue
            if word.isascii() and (word != key[:cut] or len(word) + len(rest) < 4):  # noqa: PLR2004
                continue
            return tuple(
                replace(m, whose=m.whose or owner, sure=m.sure or len(word) > 3)  # noqa: PLR2004
                for m in headings.meanings[rest]
            )
    return ()


def _by_end(key: str, headings: Headings) -> tuple[Meaning, ...]:
    """Return the meanings of the longest known heading of two hanzi or more that ends `key`."""
    for cut in range(1, len(key) - 1):
        rest = key[cut:]
        if rest.isascii():
            return ()
        found = headings.meanings.get(rest) or _owned(rest, headings)
        if found and found[0].sure and found[0].kind != "row_number":
            whose = next(
                (w for word, w in headings.whose.items() if len(word) > 1 and word in key[:cut]), ""
            )
            return tuple(replace(m, whose=m.whose or whose, sure=False) for m in found)
    return ()


def _by_code(key: str, headings: Headings) -> tuple[Meaning, ...]:
    for prefix in _CODE_PREFIXES:
        if key.startswith(prefix) and key[len(prefix) :].isdigit():
            return headings.codes.get(key[len(prefix) :][:_CODE_DIGITS], ())
    return ()


def _lookup(key: str, headings: Headings) -> tuple[Meaning, ...]:
    return headings.meanings.get(key) or _by_code(key, headings) or _owned(key, headings)


def meanings_of(heading: str, headings: Headings) -> tuple[Meaning, ...]:
    """Return what `heading` may mean, likeliest first; empty where nothing is known."""
    if len(heading) > 4 * _LONGEST or len(normalise(heading)) > _LONGEST:
        return ()  # free text
    last = heading.rsplit(".", 1)
    tail = last[1] if len(last) > 1 and heading.isascii() and not last[1].isdigit() else heading
    key = normalise(heading)
    for candidate in dict.fromkeys(
        (key, normalise(tail), key.rstrip("0123456789"), _in_brackets(heading))
    ):
        if candidate:
            found = _lookup(candidate, headings)
            if found:
                return found
    return _by_end(key.rstrip("0123456789"), headings)


def known_headings(recognizers: Iterable[HasHeaders]) -> Callable[[str], bool]:
    """Return a function that tells whether a cell is a heading whose meaning is known."""
    headings = headings_for(tuple(recognizers))
    return lambda cell: bool(meanings_of(cell, headings))
