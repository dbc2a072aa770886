# SPDX-License-Identifier: Apache-2.0

"""Findings and different values by source, column, entity and verdict: exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from piidetect.case_folder import names_of
from piidetect.count.tables import open_tables
from piidetect.schema import TEXT_COLUMN, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.case_folder import Folder

_QUERY = """
select file_index, "column", entity, verdict, sum(findings)::bigint, count(*)
from (
    select file_index, "column", entity, verdict, key0, key1, count(*) as findings
    from {findings}
    group by all
)
group by all order by all"""


class ColumnCount(NamedTuple):
    """Findings of an entity with a verdict in a column of a part, and how many values they have.

    ``part`` counts the parts of the case; ``column`` is None for rows scanned as text.
    """

    part: int
    column: int | None
    entity: str
    verdict: Verdict
    findings: int
    distinct: int


def count_columns(
    folder: Folder, *, memory_limit: str = "512MB", threads: int | None = None
) -> Sequence[ColumnCount]:
    """Return the counts of all columns.

    Raises:
        CaseError: a table is damaged, or memory or disk don't suffice.
    """
    names = names_of(folder.meta)
    with open_tables(folder, memory_limit=memory_limit, threads=threads) as tables:
        found = tables.rows(_QUERY)
    return tuple(
        ColumnCount(
            *(part, None if column == TEXT_COLUMN else column, names[entity]),
            *(Verdict(verdict), findings, distinct),
        )
        for part, column, entity, verdict, findings, distinct in found
    )
