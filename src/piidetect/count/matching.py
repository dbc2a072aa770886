# SPDX-License-Identifier: Apache-2.0
"""Which source and column of one case answers to which of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from piidetect.schema import TEXT_COLUMN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from piidetect.case_folder import Folder

#: Places that are told apart; what lies in no such place has the bit after theirs.
MOST_PLACES = 27
ELSEWHERE = 1 << MOST_PLACES
_COLUMNS = TEXT_COLUMN + 1


@dataclass(frozen=True)
class Place:
    """A column of the case before, and where it is in the case after.

    ``source`` and ``header`` are as the case before has them; ``before`` and ``after`` are the
    columns as (number of the part, position), several where columns of the same heading are taken
    together; ``after`` is empty where there is none.
    """

    source: str
    position: int
    header: str
    entity: str
    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]


def match_sources(before: Folder, after: Folder) -> dict[int, int]:
    """Return number of a part before → number of the part after that is the same source.

    A source is the same where its path below the folder that all sources share is; else where its
    file name occurs once on both sides; a case's only source answers to the other's only one.
    """
    if len(before.parts) == len(after.parts) == 1:
        return {0: 0}
    old = [part.meta["path"] for part in before.parts]
    new = [part.meta["path"] for part in after.parts]
    found: dict[int, int] = {}
    for names_of in (_below, _last):
        left, right = _once(names_of(old), set(found)), _once(names_of(new), set(found.values()))
        found |= {left[name]: right[name] for name in left if name in right}
    return found


def match_columns(before: Folder, after: Folder) -> list[Place]:
    """Return the columns of the case before that hold something, in order of sources and positions."""
    sources = match_sources(before, after)
    places = []
    for number, part in enumerate(before.parts):
        other = sources.get(number)
        columns = [] if other is None else after.parts[other].meta["columns"]
        for column in sorted(part.meta["columns"], key=lambda one: one["position"]):
            if not (column["entity"] or column.get("share_valid")):
                continue
            at = None if other is None else _column(column, part.meta["columns"], columns)
            answer = () if other is None or at is None else ((other, at),)
            places.append(
                _place(part.meta["path"], column, ((number, column["position"]),), answer)
            )
    return places


def told_apart(places: Sequence[Place], before: Folder) -> list[Place]:
    """Return at most :data:`MOST_PLACES` places, those with most values; equal headings join first."""
    chosen = list(places)
    if len(chosen) > MOST_PLACES:
        joined: dict[tuple[str, str], Place] = {}
        for place in places:
            old = joined.get((place.header, place.entity))
            joined[place.header, place.entity] = place if old is None else _join(old, place)
        chosen = list(joined.values())

    def weight(place: Place) -> float:
        return sum(_values(before, part, position) for part, position in place.before)

    heavy = sorted(range(len(chosen)), key=lambda i: (-weight(chosen[i]), i))[:MOST_PLACES]
    return [chosen[i] for i in sorted(heavy)]


def place_numbers(places: Sequence[Place], folder: Folder, *, after: bool) -> list[np.ndarray]:
    """Return for each part uint8[65536]: the number of each column's place, the last for elsewhere."""
    import numpy as np

    tables = [np.full(_COLUMNS, MOST_PLACES, np.uint8) for _ in folder.parts]
    for number, place in enumerate(places):
        for part, position in place.after if after else place.before:
            tables[part][position] = number
    return tables


def own_columns(folder: Folder) -> list[np.ndarray]:
    """Return for each part bool[65536]: columns of the subject or of nobody in particular."""
    import numpy as np

    tables = []
    for part in folder.parts:
        own = np.ones(_COLUMNS, np.bool_)
        for column in part.meta["columns"]:
            own[column["position"]] = column["whose"] in {"subject", "unknown", ""}
        tables.append(own)
    return tables


def _place(
    source: str,
    column: Mapping[str, Any],
    before: tuple[tuple[int, int], ...],
    after: tuple[tuple[int, int], ...],
) -> Place:
    names = (column["position"], column["header"], column["entity"])
    return Place(source, *names, before, after)


def _join(one: Place, other: Place) -> Place:
    places = (one.before + other.before, one.after + other.after)
    return Place("*", -1, one.header, one.entity, *places)


def _values(folder: Folder, part: int, position: int) -> float:
    meta = folder.parts[part].meta
    shares = {one["position"]: one.get("share_valid") or 0.0 for one in meta["columns"]}
    return float(shares.get(position, 0.0)) * int(meta["rows"])


def _column(
    column: Mapping[str, Any],
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
) -> int | None:
    """Return the position of the column after with the same heading, without headings the same place."""
    header = column["header"].strip()
    if header:
        nth = [one["position"] for one in before if one["header"].strip() == header].index(
            column["position"]
        )
        same = [int(one["position"]) for one in after if one["header"].strip() == header]
        return same[nth] if nth < len(same) else None
    bare = {int(one["position"]) for one in after if not one["header"].strip()}
    return column["position"] if column["position"] in bare else None


def _below(paths: Sequence[str]) -> list[str]:
    """Return the paths below the folder that all share."""
    split = [path.split("/") for path in paths]
    depth = 0
    while split and all(len(one) > depth + 1 and one[depth] == split[0][depth] for one in split):
        depth += 1
    return ["/".join(one[depth:]) for one in split]


def _last(paths: Sequence[str]) -> list[str]:
    return [path.rsplit("/", 1)[-1] for path in paths]


def _once(names: Sequence[str], taken: set[int]) -> dict[str, int]:
    """Return name → number of the names that occur once; those that are taken don't count."""
    left = [(name, number) for number, name in enumerate(names) if number not in taken]
    seen: dict[str, list[int]] = {}
    for name, number in left:
        seen.setdefault(name, []).append(number)
    return {name: numbers[0] for name, numbers in seen.items() if len(numbers) == 1}
