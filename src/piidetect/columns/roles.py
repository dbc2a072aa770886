# SPDX-License-Identifier: Apache-2.0
"""What each column of a source holds and whose it is, from its heading and a sample of its values.

A heading proposes, the values dispose: a heading that the values contradict gives no role, and a
heading with several usual meanings (``ZY``, ``XM``, ``DH``) gets the one that the values support.
Without a heading, roles come from values that speak for themselves. A role adds context; it never
hides a number that has a check digit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from piidetect.columns.forms import form_of
from piidetect.columns.headings import Meaning, headings_for, meanings_of
from piidetect.columns.profile import (
    Profile,
    birth_agreement,
    profile_columns,
    supports,
    term_agreement,
    value_meaning,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from piidetect.kernels.cells import Block
    from piidetect.recognizer.model import Recognizer

_AGREES = 0.8
_STAFF = ("doctor", "organisation")
_NEAR = 3
_NAMING = ("PERSON", "CN_RESIDENT_ID")


@dataclass(frozen=True, slots=True)
class Column:
    """The role of one column.

    Attributes:
        position: 0-based position in the source.
        header: the heading as it stands, '' where there is none.
        entity: the entity that the column holds, '' for none.
        whose: one of ``schema.WHOSE``; ``unknown`` where there is no entity.
        evidence: ``heading+values``, ``heading``, ``values`` or ''.
        kind: ``lmp``, ``edd``, ``weeks`` (pregnancies), ``doctor_name``; without an entity
            ``sex``, ``age``, ``id_type``, ``region``, ``row_number``, ``time``, ``amount``,
            ``institution`` or ''.
        recognizer: id of the recognizer whose pattern the values have, '' where it has none.
        form: how the values are written where they are no plain ones, one of ``forms.FORMS``.
    """

    position: int
    header: str
    entity: str
    whose: str
    evidence: str
    kind: str
    form: str = ""
    recognizer: str = ""


def infer(
    header: Sequence[str] | None,
    sample: Block,
    recognizers: Iterable[Recognizer],
    *,
    roles: bool = True,
) -> tuple[Column, ...]:
    """Return the role of each column.

    Args:
        header: the headings, None where the source has none.
        sample: some rows from all over the source (about 2,000 are enough).
        recognizers: their ``context_headers`` are added to those of ``headings.yaml``.
        roles: False gives every column without a role.

    Returns:
        one column for each position of the header or of the sample, in order.

    Raises:
        RecognizerError: ``headings.yaml`` is broken.
    """
    names = list(header or ())
    profiles = profile_columns(sample, len(names))
    names += [""] * (len(profiles) - len(names))
    if not roles:
        return tuple(Column(p, n, "", "unknown", "", "") for p, n in enumerate(names))
    known = tuple(recognizers)
    headings = headings_for(known)
    columns = []
    for position, name in enumerate(names):
        meanings = meanings_of(name, headings) if name.strip() else ()
        columns.append(_one(position, name, meanings, profiles[position], known))
    columns = _weigh_dates(_without_strays(columns, known), profiles)
    columns = _say_whose(columns)
    return tuple(replace(one, form=form_of(profiles[one.position].texts)) for one in columns)


def _column(position: int, name: str, meaning: Meaning, evidence: str) -> Column:
    kind = "" if meaning.kind == "other" else meaning.kind
    whose = meaning.whose if meaning.entity else "unknown"
    if meaning.entity == "PERSON" and whose in _STAFF:
        kind, whose = "doctor_name", "doctor"
    return Column(
        position, name, meaning.entity, whose, evidence, kind, recognizer=meaning.recognizer
    )


def _without_strays(columns: list[Column], recognizers: tuple[Recognizer, ...]) -> list[Column]:
    """Take away roles that mean something only beside others: times beside places, passwords."""
    beside = {one.id: set(one.beside) for one in recognizers if one.beside}
    out = []
    for column in columns:
        needed = beside.get(column.recognizer)
        others = {one.entity for one in columns if one.position != column.position}
        if needed and not needed & others:
            column = Column(column.position, column.header, "", "unknown", "", "")  # noqa: PLW2901
        out.append(column)
    return out


def _one(
    position: int,
    name: str,
    meanings: tuple[Meaning, ...],
    profile: Profile,
    recognizers: tuple[Recognizer, ...],
) -> Column:
    for meaning in meanings:
        if not meaning.entity:
            continue
        if profile.filled == 0:
            if meaning.sure:
                return _column(position, name, meaning, "heading")
            continue
        found = supports(meaning, profile, recognizers)
        if found is not None:
            return _column(position, name, found, "heading+values")
    found = value_meaning(profile, named=bool(meanings))
    if found is not None:
        return _column(position, name, found, "values")
    for meaning in meanings:
        if not meaning.entity:
            return _column(position, name, meaning, "heading")
    return Column(position, name, "", "unknown", "", "")


def _weigh_dates(columns: list[Column], profiles: Sequence[Profile]) -> list[Column]:
    """Find dates of birth by the resident ID of the same row, and pregnancies by 280 days."""
    out = list(columns)
    dated = [
        c
        for c in columns
        if not c.entity and c.kind in ("", "time") and profiles[c.position].is_dates
    ]
    identities = [c for c in columns if c.entity == "CN_RESIDENT_ID"]
    for column in dated:
        for identity in identities:
            share = birth_agreement(profiles[identity.position], profiles[column.position])
            if share >= _AGREES:
                out[column.position] = replace(
                    column, entity="DATE_OF_BIRTH", whose=identity.whose, evidence="values", kind=""
                )
                break
    return _pair_terms(out, profiles)


def _pair_terms(columns: list[Column], profiles: Sequence[Profile]) -> list[Column]:
    out = list(columns)
    free = [
        c for c in out if not c.entity and c.kind in ("", "time") and profiles[c.position].is_dates
    ]
    known = [c for c in out if c.entity == "CN_PREGNANCY" and c.kind in ("lmp", "edd")]
    for first in [*known, *free]:
        for second in [*known, *free]:
            if first.position == second.position or (first in known and second in known):
                continue
            if first.kind == "edd" or second.kind == "lmp":
                continue
            if term_agreement(profiles[first.position], profiles[second.position]) >= _AGREES:
                for column, kind in ((first, "lmp"), (second, "edd")):
                    if not out[column.position].entity:
                        out[column.position] = replace(
                            column, entity="CN_PREGNANCY", whose="", evidence="values", kind=kind
                        )
    return out


def _say_whose(columns: list[Column]) -> list[Column]:
    """Fill in whose the values are where the heading doesn't say."""
    near_contact = _near_contact(columns)
    held: set[str] = set()
    out = []
    for column in columns:
        whose = column.whose
        if column.entity and not whose:
            whose = "contact" if column.position in near_contact else "subject"
            if column.evidence == "values" and column.entity in held and column.entity in _NAMING:
                whose = "unknown"  # a second person, and no heading says who
        if whose == "subject":
            held.add(column.entity)
        out.append(replace(column, whose=whose))
    return _promote(out)


def _near_contact(columns: Sequence[Column]) -> set[int]:
    """Return phone and address columns that follow a contact's name and repeat an earlier one."""
    near: set[int] = set()
    for contact in columns:
        if contact.entity != "PERSON" or contact.whose in ("", "subject", "unknown", *_STAFF):
            continue
        for column in columns[contact.position + 1 : contact.position + 1 + _NEAR]:
            if column.whose or column.entity not in ("CN_MOBILE", "CN_LANDLINE", "CN_ADDRESS"):
                continue
            same = (
                ("CN_ADDRESS",) if column.entity == "CN_ADDRESS" else ("CN_MOBILE", "CN_LANDLINE")
            )
            if any(c.entity in same and not c.whose for c in columns[: contact.position]):
                near.add(column.position)
    return near


def _promote(columns: list[Column]) -> list[Column]:
    """Take somebody for the subject where no heading names one.

    A list of expectant mothers is about the mothers, unless it names the children or others; in
    every other list without a subject's name or ID the first person named is the subject.
    """
    names = {column.whose for column in columns if column.entity == "PERSON"}
    if "mother" in names and not names & {"subject", "child"}:
        return _as_subject(columns, "mother")
    naming = [column for column in columns if column.entity in _NAMING]
    others = naming or [column for column in columns if column.entity]
    if any(column.whose == "subject" for column in others):
        return columns
    for column in others:
        if column.whose not in ("unknown", *_STAFF):
            return _as_subject(columns, column.whose)
    return columns


def _as_subject(columns: list[Column], holder: str) -> list[Column]:
    return [replace(c, whose="subject") if c.whose == holder else c for c in columns]
