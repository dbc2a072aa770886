# SPDX-License-Identifier: Apache-2.0
"""The groups hit: by sex and age, expectant mothers, disabled; by place, operator and sector."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from piidetect.columns.sectors import load_sectors
from piidetect.count.identifiability import entity_bits
from piidetect.count.places import count_places
from piidetect.report.paper import Paper
from piidetect.report.sampling import facts
from piidetect.report.shapes import Section, section
from piidetect.tables.lookups import OPERATORS
from piidetect.tables.names import region_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from piidetect.case import Case
    from piidetect.report.shapes import Words

_KINDS = {"CN_RESIDENT_ID": "id", "CN_MOBILE": "mobile", "CN_LANDLINE": "landline"}
_GROUPS = ("female", "male", "under_14", "under_18", "over_60", "pregnant", "disabled")
SECTOR = ("persons", "female", "male", "under_14", "under_18", "over_60")

#: The columns of :func:`places_of`.
PLACES = ["number", "province", "city", "operator", "distinct"]


def groups_of(case: Case) -> dict[str, int]:
    """Return the groups of a case, the disabled among them: who has a disability card."""
    disabled = entity_bits("CN_DISABILITY_CARD")
    masks = case.result.person_masks
    number = sum(persons for mask, persons in masks.items() if mask & disabled)
    known = cast("dict[str, int]", case.result.groups)
    return {**known, "disabled": number}


def places_of(case: Case) -> pd.DataFrame:
    """Return number (``id``, ``mobile``, ``landline``), province, city, operator × how many different.

    Raises:
        CaseError: a table is damaged.
    """
    import pandas as pd

    tally: Counter[tuple[str, ...]] = Counter()
    for one in count_places(case.folder, threads=case.threads):
        region = region_of(f"{one.place}00") if one.place else None
        where = (region.province, region.city) if region else ("", "")
        tally[(_KINDS[one.entity], *where, OPERATORS[one.operator])] += one.numbers
    rows = sorted(tally.items(), key=lambda item: (item[0][0], -item[1], item[0]))
    return pd.DataFrame([(*where, n) for where, n in rows], columns=PLACES)


def _totals(places: pd.DataFrame, by: list[str]) -> list[tuple[tuple[str, ...], int]]:
    """Return how many there are by these columns, most first."""
    tally: Counter[tuple[str, ...]] = Counter()
    for *key, number in places[[*by, "distinct"]].itertuples(index=False, name=None):
        tally[tuple(key)] += int(number)
    return sorted(tally.items(), key=lambda item: (-item[1], item[0]))


def paper(case: Case, words: Words) -> Paper:
    """Return the paper of the groups hit."""
    groups, places = groups_of(case), case.places
    sections = [
        _groups(groups, case, words),
        *of_places(places, words),
        of_sectors(case.sectors, words),
    ]
    return Paper(
        title=words.say("groups.title"),
        facts=facts(case, words),
        sentences=[words.say("groups.headline", **groups)],
        sections=[one for one in sections if one.rows],
        data=_data(case, groups, places),
        lang=words.lang,
    )


def of_places(places: pd.DataFrame, words: Words) -> list[Section]:
    """Return provinces and cities of IDs and phones, and operators."""
    return [
        *(_provinces(places, number, words) for number in ("id", "phone")),
        *(_cities(places, number, words) for number in ("id", "phone")),
        _operators(places, words),
    ]


def _barred(made: Section, values: Iterable[int]) -> Section:
    """Return a section with a bar behind each row, the longest for the largest value."""
    numbers = list(values)
    most = max(numbers, default=0)
    return replace(made, bars=tuple(number / most for number in numbers) if most else ())


def _groups(groups: Mapping[str, int], case: Case, words: Words) -> Section:
    rows = [(words.term("group", name), f"{groups[name]:,}") for name in _GROUPS]
    date = case.meta["reference_date"]
    made = section(words, "groups", "group #persons", rows, date=date)
    return _barred(made, (groups[name] for name in _GROUPS))


def _of(places: pd.DataFrame, number: str) -> pd.DataFrame:
    """Return the places of IDs, or those of phones."""
    ids = places["number"] == "id"
    return places[ids if number == "id" else ~ids]


def _provinces(places: pd.DataFrame, number: str, words: Words) -> Section:
    found = _totals(_of(places, number), ["province"])
    rows = [(name or words.say("groups.unknown"), f"{n:,}") for (name,), n in found]
    made = section(words, f"provinces_{number}", "province #distinct", rows)
    return _barred(made, (n for _, n in found))


def _cities(places: pd.DataFrame, number: str, words: Words) -> Section:
    found = _totals(_of(places, number), ["province", "city"])
    known = [(place, n) for place, n in found if place[0]]
    rows = [(*place, f"{n:,}") for place, n in known]
    made = section(words, f"cities_{number}", "province city #distinct", rows)
    return _barred(made, (n for _, n in known))


def _operators(places: pd.DataFrame, words: Words) -> Section:
    found = _totals(places[places["number"] == "mobile"], ["operator"])
    rows = [(words.term("operator", name or "unknown"), f"{n:,}") for (name,), n in found]
    return _barred(section(words, "operators", "operator #distinct", rows), (n for _, n in found))


def of_sectors(table: pd.DataFrame, words: Words) -> Section:
    """Return the sectors of the sources, with persons, sexes and ages."""
    names = {sector.key: sector.name[words.lang] for sector in load_sectors()}
    rows = [
        (
            names.get(str(key)) or words.term("sector", str(key)),
            *(f"{int(row[name]):,}" for name in SECTOR),
        )
        for key, row in table.iterrows()
    ]
    head = " ".join(["sector", *(f"#{name}" for name in SECTOR)])
    return _barred(section(words, "sectors", head, rows), (int(n) for n in table["persons"]))


def _data(case: Case, groups: Mapping[str, int], places: pd.DataFrame) -> dict[str, Any]:
    sectors = case.sectors.reset_index()
    return {
        "schema": "piidetect.groups/1",
        "case": {"id": case.id, "reference_date": case.meta["reference_date"]},
        "groups": dict(groups),
        "places": places.to_dict("records"),
        "sectors": sectors.to_dict("records"),
    }
