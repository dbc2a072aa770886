# SPDX-License-Identifier: Apache-2.0
"""Turn recognizers, columns, tables and the key into the arrays that the kernels work with."""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.detection.evidence import pairs_of
from piidetect.detection.patterns import OwnPattern, own_patterns
from piidetect.errors import RecognizerError
from piidetect.kernels.plan import LONGEST, MOST_LETTERS, VALIDATORS, Plan
from piidetect.kernels.values import PROFILE_NUMBERS, profile_id
from piidetect.schema import (
    FIRST_OWN,
    MOST_OWN,
    TEXT_COLUMN,
    entity_names,
    entity_numbers,
    own_entities,
)
from piidetect.tables import Tables, load_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Protocol

    from piidetect.recognizer import Recognizer

    class HasRole(Protocol):
        """What detect needs to know of a column."""

        @property
        def position(self) -> int:
            """Return its position in the source."""

        @property
        def entity(self) -> str:
            """Return the entity it holds, '' for none."""

        @property
        def whose(self) -> str:
            """Return whose values they are."""

        @property
        def kind(self) -> str:
            """Return what narrows the entity down."""


_COLUMNS = TEXT_COLUMN + 1
_LAST = 1000  # behind every precedence
_EMAIL = "email_address"

#: Entities that a column of another entity speaks for too: a phone column holds both kinds.
_ALSO = {
    "CN_MOBILE": ("CN_LANDLINE", "CN_SERVICE_NUMBER"),
    "CN_LANDLINE": ("CN_MOBILE", "CN_SERVICE_NUMBER"),
    "CN_RESIDENT_ID": ("CN_FOREIGN_PERMANENT_RESIDENT_ID",),
    "CN_FOREIGN_PERMANENT_RESIDENT_ID": ("CN_RESIDENT_ID",),
}
_QUICK = {11: "mobile", 18: "resident_id"}
_CARD_LENGTHS = (16, 17, 19)
_BEGINS_WITH_9 = "foreign_permanent_resident_id"
_PREFIXED = (12, 13, 15)
_IN_COMPANY = ("landline", "service_number")
_RANK = {"subject": 3, "unknown": 2, "doctor": 0, "organisation": 0}
_OTHER_PERSON = 1
_NOBODY_IN_PARTICULAR = 2


class Setup(NamedTuple):
    """What `detect_block` needs: the plan, the tables, `whose` uint8[65536] and the columns' count.

    With recognizers of a user's own also their patterns, `precedence` int64[64] of the others by entity,
    and the names of entities by number.
    """

    plan: Plan
    tables: Tables
    whose: np.ndarray
    columns: int
    patterns: tuple[OwnPattern, ...] = ()
    precedence: np.ndarray = np.zeros(0, np.int64)
    names: tuple[str, ...] = entity_names()
    pairs: np.ndarray = np.zeros((0, 3), np.int64)


def set_up(
    recognizers: Iterable[Recognizer], columns: Sequence[HasRole], *, today: int, key: bytes | None
) -> Setup:
    """Make the plan for one source.

    Args:
        recognizers: all recognizers, in any order.
        columns: the roles of the source's columns.
        today: the reference date, yyyymmdd.
        key: 16 bytes, the case's key; None where no keys are wanted.

    Raises:
        RecognizerError: a recognizer of the kind `shape` names a validator without a kernel.
    """
    recognizers = sorted(recognizers, key=lambda one: (one.precedence, one.id))
    shapes = [one for one in recognizers if one.kind == "shape"]
    for one in shapes:
        if one.validator not in VALIDATORS:
            msg = f"{one.id}: validator: no kernel named {one.validator}"
            raise RecognizerError(msg)
    class_first, class_recognizer = _classes(tuple(one.classes for one in shapes))
    word_first, word_edge, words = _words(shapes)
    own = own_entities(one.entity for one in recognizers)
    number = entity_numbers(own)
    own_profiles = {
        one.entity: PROFILE_NUMBERS[one.column["profile"]]
        for one in recognizers
        if one.entity in own and one.kind == "column"
    }
    column_entity, column_context, column_profile, whose = _columns(columns, number, own_profiles)
    mail = [one for one in recognizers if one.validator == _EMAIL and not one.own]
    k0, k1 = struct.unpack("<QQ", key or bytes(16))
    plan = Plan(
        class_first=class_first,
        class_recognizer=class_recognizer,
        validator=np.array([VALIDATORS.index(one.validator) for one in shapes], np.uint8),
        entity=np.array([number[one.entity] for one in shapes], np.uint8),
        word_first=word_first,
        word_edge=word_edge,
        words=words,
        column_entity=column_entity,
        column_context=column_context,
        column_profile=column_profile,
        email=number[mail[0].entity] if mail else -1,
        quick=_quick(shapes, number),
        today=today,
        k0=np.uint64(k0),
        k1=np.uint64(k1),
        keyed=int(key is not None),
    )
    return Setup(
        plan,
        load_tables(),
        whose,
        len(columns),
        own_patterns(recognizers, number),
        _precedence(recognizers, number),
        entity_names(own),
        pairs_of(columns),
    )


def _precedence(recognizers: Iterable[Recognizer], number: dict[str, int]) -> np.ndarray:
    """Return int64[64]: the precedence of what the kernels find, by entity."""
    precedence = np.full(FIRST_OWN + MOST_OWN, _LAST, np.int64)
    for one in recognizers:
        if not (one.own and one.kind == "pattern"):
            at = number[one.entity]
            precedence[at] = min(precedence[at], one.precedence)
    return precedence


@cache
def _classes(shapes: tuple[tuple[tuple[int, int], ...], ...]) -> tuple[np.ndarray, np.ndarray]:
    """List the recognizers of each (letters, digits), in order of precedence; once for all sources."""
    first = [0]
    listed: list[int] = []
    for letters in range(MOST_LETTERS + 1):
        for digits in range(LONGEST + 1):
            listed += [n for n, one in enumerate(shapes) if (letters, digits) in one]
            first.append(len(listed))
    return np.array(first, np.int32), np.array(listed or [0], np.int32)


def _quick(shapes: Sequence[Recognizer], number: dict[str, int]) -> np.ndarray:
    """Return by digits whose number a cell of nothing else is, where `survey` can run the check.

    The first recognizer in order of precedence that takes so many digits must have the validator
    that goes with them, but for those of foreigners: they begin with 9, and `survey` leaves what
    does. 12, 13 and 15 digits may be a mobile behind a prefix. What only a heading, a word or other
    groups make a number of is marked, too.
    """
    quick = np.full(LONGEST + 1, -2, np.int16)
    for digits in range(LONGEST + 1):
        takers = [
            one for one in shapes if (0, digits) in one.classes and one.validator != _BEGINS_WITH_9
        ]
        wanted = _QUICK.get(digits, "bank_card" if digits in _CARD_LENGTHS else "")
        if takers or digits in _PREFIXED:
            quick[digits] = -1
        if takers and digits not in _PREFIXED and all(map(_needs_company, takers)):
            quick[digits] = -3
        if takers and takers[0].validator == wanted and not takers[0].context_required:
            quick[digits] = number[takers[0].entity]
    return quick


def _needs_company(one: Recognizer) -> bool:
    """Tell whether digits that stand alone are never claimed: see `kernels.recognise.claims_alone`."""
    return one.context_required or one.validator in _IN_COMPANY


def _words(shapes: Sequence[Recognizer]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay the context words of all recognizers end to end in UTF-8."""
    first, edge, text = [0], [0], b""
    for one in shapes:
        for word in one.context_words:
            text += word.encode()
            edge.append(len(text))
        first.append(len(edge) - 1)
    padded = np.frombuffer(bytearray(text + bytes(8)), np.uint8)
    return np.array(first, np.int32), np.array(edge, np.int32), padded


def _columns(
    columns: Sequence[HasRole], number: dict[str, int], own_profiles: dict[str, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Spread the columns' roles over arrays by position."""
    entity = np.full(_COLUMNS, -1, np.int16)
    context = np.zeros(_COLUMNS, np.uint64)
    profile = np.zeros(_COLUMNS, np.uint8)
    whose = np.full(_COLUMNS, _NOBODY_IN_PARTICULAR, np.uint8)
    for column in columns:
        whose[column.position] = _RANK.get(column.whose, _OTHER_PERSON)
        if not column.entity:
            continue
        entity[column.position] = number[column.entity]
        bits = [column.entity, *_ALSO.get(column.entity, ())]
        context[column.position] = sum(1 << number[name] for name in bits)
        own = own_profiles.get(column.entity)
        profile[column.position] = profile_id(column.entity, column.kind) if own is None else own
    return entity, context, profile, whose
