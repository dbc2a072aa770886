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

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from piidetect.count.identifiability import CONTACTS, PERSONAL_NUMBERS
from piidetect.schema import (
    DAYS_OF_YEAR,
    ENTITY_NUMBER,
    PLACE_SHIFT,
    SubjectKind,
    Verdict,
    packed_day,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    import numpy as np

    from piidetect.case_folder import Folder
    from piidetect.count.distinct import Contents, Values
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

#: The kinds of subjects that are persons.
TOLD_APART = (SubjectKind.ID, SubjectKind.NAME_CONTACT, SubjectKind.NAME_ADDRESS)

_DAYS = (1 << PLACE_SHIFT) - 1  # day of birth and sex in the detail of an ID


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


def count_persons(values: Values, contents: Contents, names: Callable[[], int]) -> Persons:
    """Return the figures.

    Args:
        values: the distinct values.
        contents: the distinct contents.
        names: tells the distinct names of persons in identifiable records; asked where there is no
            ID.
    """
    ids = sum(values.valid[name] for name in IDS)
    point = ids + contents.named
    low = ids or min(point, names())
    by_key = {name: values.valid[name] for name in sorted(KEYS) if values.valid[name]}
    return Persons(low, point, point + values.doubtful + contents.bare, by_key)


def age_groups(births: Iterable[np.ndarray], reference_date: dt.date, *, pregnant: int) -> Groups:
    """Return the groups.

    Args:
        births: int32 arrays, for each person the detail of the ID (see :mod:`piidetect.schema`).
        reference_date: the day at which ages are counted.
        pregnant: how many persons are.
    """
    today = packed_day(reference_date.year, reference_date.month, reference_date.day)
    tally = Groups(female=0, male=0, under_14=0, under_18=0, over_60=0, pregnant=pregnant)
    for details in births:
        known = details[details != 0] & _DAYS
        birth = known >> 1
        male = int((known & 1).sum())
        tally["male"] += male
        tally["female"] += known.size - male
        tally["under_14"] += int((birth >= today - 14 * DAYS_OF_YEAR).sum())
        tally["under_18"] += int((birth >= today - 18 * DAYS_OF_YEAR).sum())
        tally["over_60"] += int((birth < today - 60 * DAYS_OF_YEAR).sum())
    return tally


def distinct_names(tables: Tables, folder: Folder, rule: Identifiability) -> int:
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
