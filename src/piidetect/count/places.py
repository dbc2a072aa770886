# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this module's constants
"""Distinct numbers by place and operator: from the details of the findings, exact.

A resident ID names the place where it was allotted, a phone number the place where its segment was
given out: neither says where somebody lives, and each number is counted once, wherever it occurs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from piidetect.count.tables import open_tables
from piidetect.schema import ENTITY_NUMBER, NO_PLACE, PLACE_SHIFT, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.case_folder import Folder

#: The entities whose findings keep a place.
PLACED: tuple[str, ...] = ("CN_RESIDENT_ID", "CN_MOBILE", "CN_LANDLINE")

_MOBILE = ENTITY_NUMBER["CN_MOBILE"]
_NUMBERS = ", ".join(str(ENTITY_NUMBER[name]) for name in PLACED)
_QUERY = f"""
select entity, detail >> {PLACE_SHIFT} as place,
       case when entity = {_MOBILE} then detail & {(1 << PLACE_SHIFT) - 1} else 0 end as operator,
       count(*) as numbers
from (
    select entity, key0, key1, max(detail) as detail
    from {{findings}}
    where verdict = {Verdict.VALID:d} and entity in ({_NUMBERS})
    group by all
)
group by all order by all"""


class Placed(NamedTuple):
    """How many different numbers of an entity are of a place and an operator.

    ``place`` is the first four digits of a division code, empty where unknown; ``operator`` is an index
    into :data:`piidetect.tables.lookups.OPERATORS`, 0 where unknown and for what has none.
    """

    entity: str
    place: str
    operator: int
    numbers: int


def count_places(
    folder: Folder, *, memory_limit: str = "512MB", threads: int | None = None
) -> Sequence[Placed]:
    """Return the distinct valid numbers by entity, place and operator.

    Args:
        folder: the case.
        memory_limit: what DuckDB may hold before it spills.
        threads: how many threads; None for one per core.

    Raises:
        CaseError: a table is damaged, or memory or disk don't suffice.
    """
    names = {ENTITY_NUMBER[name]: name for name in PLACED}
    with open_tables(folder, memory_limit=memory_limit, threads=threads) as tables:
        found = tables.rows(_QUERY)
    return tuple(
        Placed(names[entity], str(place + NO_PLACE) if place else "", operator, numbers)
        for entity, place, operator, numbers in found
    )
