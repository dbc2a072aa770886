# SPDX-License-Identifier: Apache-2.0
"""Turn recognizers, columns, tables and the key into the arrays that the kernels work with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.detection.evidence import pairs_of
from piidetect.errors import RecognizerError
from piidetect.kernels.forms import FIRST_PATTERN
from piidetect.kernels.plan import LONGEST, MOST_LETTERS, VALIDATORS, Plan
from piidetect.kernels.values import PROFILE_NUMBERS, profile_id
from piidetect.recognizer.compiled import Patterns, context_words, patterns_for, patterns_of
from piidetect.schema import (
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

        @property
        def recognizer(self) -> str:
            """Return the id of the recognizer whose pattern the values have, '' for none."""


_COLUMNS = TEXT_COLUMN + 1
_EMAIL = "email_address"

#: Numbers of other papers that stand in a column of ID numbers, with forms that nothing else has.
_OTHER_PAPERS = ("CN_PASSPORT", "CN_HK_MACAU_PERMIT", "CN_MILITARY_ID", "HK_ID", "TW_ID")

#: Entities that a column of another entity speaks for too: a phone column holds both kinds.
_ALSO = {
    "CN_MOBILE": ("CN_LANDLINE", "CN_SERVICE_NUMBER"),
    "CN_LANDLINE": ("CN_MOBILE", "CN_SERVICE_NUMBER"),
    "CN_RESIDENT_ID": ("CN_FOREIGN_PERMANENT_RESIDENT_ID", *_OTHER_PAPERS),
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


def _profile(column: HasRole, patterns: Sequence[Recognizer]) -> int:
    """Return by what a column is checked as a whole: its recognizer's pattern, or a named profile."""
    named = profile_id(column.entity, column.kind)
    for at, one in enumerate(patterns):
        unnamed = column.recognizer == "" and not named
        if one.entity == column.entity and (unnamed or column.recognizer == one.id):
            return FIRST_PATTERN + at
    return named


class Setup(NamedTuple):
    """What `detect_block` needs: the plan, the tables, `whose` uint8[65536] and the columns' count.

    And the names of entities by number, and the pairs of columns that must agree.
    """

    plan: Plan
    tables: Tables
    whose: np.ndarray
    columns: int
    names: tuple[str, ...] = entity_names()
    pairs: np.ndarray = np.zeros((0, 3), np.int64)


def in_order(recognizer: Recognizer) -> tuple[int, str]:
    """Return what recognizers are sorted by: the lower precedence goes first."""
    return recognizer.precedence, recognizer.id


def set_up(
    recognizers: Iterable[Recognizer],
    columns: Sequence[HasRole],
    *,
    today: int,
    key: bytes | None,
    explained: bool = False,
) -> Setup:
    """Make the plan for one source.

    Args:
        recognizers: all recognizers, in any order.
        columns: the roles of the source's columns.
        today: the reference date, yyyymmdd.
        key: 16 bytes, the case's key; None where no keys are wanted.
        explained: whether findings carry their recognizer, and claims that lost are written, too.

    Raises:
        RecognizerError: a recognizer of the kind `shape` names a validator without a kernel.
    """
    recognizers = sorted(recognizers, key=in_order)
    shapes = _shapes(recognizers)
    classes, context = _classes(tuple(one.classes for one in shapes)), context_words(shapes)
    patterns = patterns_of(tuple(recognizers))
    own = own_entities(one.entity for one in recognizers)
    number = entity_numbers(own)
    known = _columns(columns, number, _own_profiles(recognizers, own), patterns.recognizers)
    mail = [one for one in recognizers if one.validator == _EMAIL and not one.own]
    halves = np.frombuffer(key or bytes(16), "<u8")
    plan = Plan(
        class_first=classes[0],
        class_recognizer=classes[1],
        validator=np.array([VALIDATORS.index(one.validator) for one in shapes], np.uint8),
        entity=np.array([number[one.entity] for one in shapes], np.uint8),
        word_first=context[0],
        word_edge=context[1],
        words=context[2],
        column_entity=known[0],
        column_context=known[1],
        column_profile=known[2],
        email=number[mail[0].entity] if mail else -1,
        quick=_no_quick() if explained else _quick(shapes, number),
        token=patterns.token,
        column_forms=_column_forms(columns, known[1], patterns),
        precedence=np.array([one.precedence for one in shapes], np.int32),
        forms=patterns.forms,
        today=today,
        k0=np.uint64(halves[0]),
        k1=np.uint64(halves[1]),
        keyed=int(key is not None),
        explained=int(explained),
        everywhere=int(any(one.own for one in patterns.recognizers)),
    )
    return Setup(
        plan,
        load_tables(),
        known[3],
        len(columns),
        entity_names(own),
        pairs_of(columns),
    )


def _shapes(recognizers: Iterable[Recognizer]) -> list[Recognizer]:
    """Return the recognizers of the kind `shape`; each has a kernel."""
    shapes = [one for one in recognizers if one.kind == "shape"]
    for one in shapes:
        if one.validator not in VALIDATORS:
            msg = f"{one.id}: validator: no kernel named {one.validator}"
            raise RecognizerError(msg)
    return shapes


def _column_forms(
    columns: Sequence[HasRole], context: np.ndarray, patterns: Patterns
) -> np.ndarray:
    """Return by column the bits of the patterns that its role speaks for."""
    bits = np.zeros((_COLUMNS, patterns.forms.first.shape[1]), np.uint64)
    for column in columns:
        held = int(context[column.position])
        if held:
            bits[column.position] = patterns_for(held, patterns.forms, len(patterns.recognizers))
    return bits


def _own_profiles(recognizers: Iterable[Recognizer], own: Sequence[str]) -> dict[str, int]:
    """Return the named profiles of columns of a user's own entities."""
    return {
        one.entity: PROFILE_NUMBERS[one.column["profile"]]
        for one in recognizers
        if one.entity in own and one.kind == "column" and not one.by_pattern
    }


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


def _no_quick() -> np.ndarray:
    """Return that no cell is settled at a glance: all claims on it are wanted."""
    return np.full(LONGEST + 1, -1, np.int16)


def _columns(
    columns: Sequence[HasRole],
    number: dict[str, int],
    own_profiles: dict[str, int],
    patterns: Sequence[Recognizer],
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
        profile[column.position] = _profile(column, patterns) if own is None else own
    return entity, context, profile, whose
