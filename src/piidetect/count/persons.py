# SPDX-License-Identifier: Apache-2.0
"""Persons: low, point and high, and the groups of sex and age.

low
    The larger of two numbers, each of which is too small rather than too large: the distinct valid
    resident IDs and foreign permanent resident IDs, whoever's; and the distinct names of identifiable
    records, one of each record and one of each ID, for people of different names are different people.
    What an ID is judged to be (valid, a placeholder, of a wrong check digit) doesn't matter to the
    second, so that whatever is left out as untrue never raises the low figure.
point
    The distinct valid IDs, and the distinct pairs of name and contact or of name and address of
    records without an ID, unless the contact is that of somebody whose ID is known; the low figure
    if that is more.
high
    The point figure, the IDs of unknown division codes and the unchecked ones that are nowhere
    valid, and the distinct bare contacts that are nobody else's.

Age is counted in full years from the day after the birthday (the rule of the Supreme People's
Court, 2006-01-11, art. 2), at the reference date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from piidetect.count.identifiability import CONTACTS, IDS, PERSONAL_NUMBERS
from piidetect.schema import (
    DAYS_OF_YEAR,
    PLACE_SHIFT,
    SubjectKind,
    packed_day,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    import numpy as np

    from piidetect.count.distinct import Contents, Values

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
        names: tells the distinct names, one of each record and ID; asked where they may be more than
            the IDs.
    """
    ids = sum(values.valid[name] for name in IDS)
    low = max(ids, names()) if values.valid["PERSON"] > ids else ids
    point = max(ids + contents.named, low)
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
