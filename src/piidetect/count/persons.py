# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this module's constants and of integers
"""Persons: low, point and high, and the groups of sex and age.

low
    The distinct valid resident IDs and foreign permanent resident IDs, whoever's. Where there is
    none in the whole case: the distinct names in identifiable records, or the point figure if that
    is less; people of different names are different people.
point
    The distinct valid IDs, and the distinct pairs of name and contact or of name and address of
    records without an ID, unless the contact is that of somebody whose ID is known.
high
    The point figure, the IDs of unknown division codes and the unchecked ones that are nowhere
    valid, and the distinct bare contacts that are nobody else's.

Age is counted in full years from the day after the birthday (the rule of the Supreme People's
Court, 2006-01-11, art. 2), at the reference date.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from piidetect.count.identifiability import CONTACTS, PERSONAL_NUMBERS, entity_bits
from piidetect.schema import ENTITY_NUMBER, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from piidetect.case_folder import Folder
    from piidetect.count.identifiability import Identifiability
    from piidetect.count.tables import Tables

#: The numbers by which persons are counted.
IDS: tuple[str, ...] = ("CN_RESIDENT_ID", "CN_FOREIGN_PERMANENT_RESIDENT_ID")
#: The entities of which ``by_key`` gives the distinct valid values.
KEYS: tuple[str, ...] = (
    *PERSONAL_NUMBERS,
    *CONTACTS,
    "CN_BANK_CARD",
    "CN_MEDICAL_RECORD_NUMBER",
    "CN_VISIT_NUMBER",
)

_NONE = 0
_YEAR = 10_000  # in dates written as yyyymmdd
_NAMED = f"({SubjectKind.NAME_CONTACT:d}, {SubjectKind.NAME_ADDRESS:d})"
_HAS_CONTACT = "(contact0 <> 0 or contact1 <> 0)"


@dataclass(frozen=True)
class Persons:
    """How many persons: at least, most likely, at most; and the distinct values by entity."""

    low: int
    point: int
    high: int
    by_key: Mapping[str, int]


class Groups(TypedDict):
    """Persons by sex and age, as their IDs tell; ``pregnant`` as the records tell."""

    female: int
    male: int
    under_14: int
    under_18: int
    over_60: int
    pregnant: int


@dataclass(frozen=True)
class PersonTally:
    """What the persons are computed from; ``masks`` is mask of all of a person's records → persons."""

    low: int
    point: int
    high: int
    groups: Groups
    masks: Mapping[int, int]

    def persons(self, distinct_valid: Mapping[str, int]) -> Persons:
        """Return the figures; ``distinct_valid`` is entity → distinct valid values."""
        by_key = {name: distinct_valid[name] for name in sorted(KEYS) if name in distinct_valid}
        return Persons(self.low, self.point, self.high, by_key)


def count_persons(
    tables: Tables, folder: Folder, rule: Identifiability, births: Sequence[tuple[int, int]]
) -> PersonTally:
    """Return the tally of persons of a case.

    Args:
        tables: the case's tables.
        folder: the case folder.
        rule: when a record identifies somebody.
        births: (``detail``, distinct valid IDs) as in :func:`age_groups`.
    """
    ids = sum(number for _detail, number in births)
    named, bare = _others(tables)
    uncertain = _uncertain(tables)
    point = ids + named
    low = ids or min(point, _names(tables, folder, rule))
    masks = _masks(tables)
    pregnant = entity_bits("CN_PREGNANCY")
    groups = age_groups(
        births,
        dt.date.fromisoformat(folder.meta["reference_date"]),
        pregnant=sum(number for mask, number in masks.items() if mask & pregnant),
    )
    return PersonTally(low, point, point + uncertain + bare, groups, masks)


def age_groups(
    births: Iterable[tuple[int, int]], reference_date: dt.date, *, pregnant: int
) -> Groups:
    """Return the groups.

    Args:
        births: (birth date yyyymmdd * 2 + 1 if male, persons); 0 for unknown.
        reference_date: the day at which ages are counted.
        pregnant: how many persons are.
    """
    today = reference_date.year * _YEAR + reference_date.month * 100 + reference_date.day
    tally = Groups(female=0, male=0, under_14=0, under_18=0, over_60=0, pregnant=pregnant)
    for detail, persons in births:
        if detail == _NONE:
            continue
        birth = detail // 2
        tally["male" if detail & 1 else "female"] += persons
        tally["under_14"] += persons if today <= birth + 14 * _YEAR else 0
        tally["under_18"] += persons if today <= birth + 18 * _YEAR else 0
        tally["over_60"] += persons if today > birth + 60 * _YEAR else 0
    return tally


def _uncertain(tables: Tables) -> int:
    """Return the distinct IDs of unknown region or unchecked that are nowhere valid."""
    numbers = ", ".join(str(ENTITY_NUMBER[name]) for name in IDS)
    tables.run(
        f"""
        create temp table doubtful as
        select distinct entity, key0, key1 from {{findings}}
        where entity in ({numbers}) and (key0 <> 0 or key1 <> 0)
          and verdict in ({Verdict.UNKNOWN_REGION:d}, {Verdict.UNCHECKED:d})"""
    )
    [(doubtful,)] = tables.rows("select count(*) from doubtful")
    if not doubtful:
        return 0
    [(valid,)] = tables.rows(
        f"""
        select count(*) from (
            select distinct entity, key0, key1
            from {{findings}} semi join doubtful using (entity, key0, key1)
            where entity in ({numbers}) and verdict = {Verdict.VALID:d}
        )"""
    )
    return int(doubtful - valid)


def _others(tables: Tables) -> tuple[int, int]:
    """Return the persons known by name and contact or address only, and the bare contacts."""
    tables.run(
        f"""
        create temp table named as
        select distinct subject0, subject1, contact0, contact1 from {{records}}
        where subject_kind in {_NAMED}"""
    )
    tables.run(
        f"""
        create temp table bare as
        select distinct contact0, contact1 from {{records}}
        where subject_kind = {SubjectKind.CONTACT:d} and {_HAS_CONTACT}"""
    )
    [(named,)] = tables.rows(
        f"""
        with taken as (
            select distinct contact0, contact1, true as is_taken
            from {{records}} semi join named using (contact0, contact1)
            where subject_kind = {SubjectKind.ID:d} and {_HAS_CONTACT}
        )
        select count(*) from (
            select 1 from named left join taken using (contact0, contact1)
            group by subject0, subject1 having not coalesce(bool_or(is_taken), false)
        )"""
    )
    [(all_bare,)] = tables.rows("select count(*) from bare")
    if not all_bare:
        return named, 0
    known = f"({SubjectKind.ID:d}, {SubjectKind.NAME_CONTACT:d}, {SubjectKind.NAME_ADDRESS:d})"
    [(owned,)] = tables.rows(
        f"""
        select count(*) from (
            select distinct contact0, contact1
            from {{records}} semi join bare using (contact0, contact1)
            where subject_kind in {known}
        )"""
    )
    return named, all_bare - owned


def _masks(tables: Tables) -> dict[int, int]:
    """Return mask → persons; a person's mask is that of all of their records together."""
    rows = tables.rows(
        f"""
        select mask, count(*) from (
            select bit_or(mask) as mask from {{records}}
            where subject_kind in ({SubjectKind.ID:d}, {SubjectKind.NAME_CONTACT:d},
                                   {SubjectKind.NAME_ADDRESS:d})
            group by subject_kind, subject0, subject1
        ) group by all"""
    )
    return dict(sorted(rows))


def _names(tables: Tables, folder: Folder, rule: Identifiability) -> int:
    """Return the distinct names of persons in identifiable records, staff apart."""
    staff = [
        (number, column["position"])
        for number, part in enumerate(folder.parts)
        for column in part.meta["columns"]
        if column["entity"] == "PERSON" and column["whose"] in {"doctor", "organisation"}
    ]
    excluded = ", ".join(f"({part}, {column})" for part, column in staff) or "(-1, -1)"
    [(names,)] = tables.rows(
        f"""
        select count(*) from (
            select distinct key0, key1
            from (
                select file_index, row, key0, key1 from {{findings}}
                where entity = {ENTITY_NUMBER["PERSON"]} and verdict = {Verdict.VALID:d}
                  and (file_index, "column") not in ({excluded})
            ) semi join (select file_index, row from {{records}} where {rule.sql()})
            using (file_index, row)
        )"""
    )
    return int(names)
