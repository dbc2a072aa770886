# SPDX-License-Identifier: Apache-2.0
"""The persons of a case by deterministic links, with the reason of each, and what contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from piidetect.case.opened import Case
    from piidetect.count.links import Links

#: Bytes that keys take at a time.
MEMORY = 600_000_000


@dataclass(frozen=True)
class PersonLinks:
    """Persons by links; made by :attr:`piidetect.Case.links`.

    The rules are those of :mod:`piidetect.count.links`. A link never joins two IDs.

    ``point`` is the point figure by links, ``point_of_report`` that of every report
    (:attr:`piidetect.Case.persons`). They differ in two ways. In the report a name whose contact is
    that of anybody with an ID is nobody new; by links a hub, a contact of several IDs, ties nobody,
    so the name counts. And links also tie by other numbers, by more contacts than the first of a
    record, and by name, birth date and address.
    """

    low: int
    point: int
    high: int
    point_of_report: int
    _links: Links
    _paths: tuple[str, ...]

    @property
    def figures(self) -> pd.DataFrame:
        """Return low, point, high and the point of the report, each with its rule."""
        import pandas as pd

        rules = {
            "low": "distinct valid IDs, or distinct names of identifiable records if those are more",
            "point": "distinct valid IDs, and what is left of named subjects after all links",
            "high": "distinct valid IDs, all named subjects, IDs in doubt, bare contacts of nobody",
            "point_of_report": "distinct valid IDs, and named subjects whose contact is of no ID at all",
        }
        persons = [self.low, self.point, self.high, self.point_of_report]
        rows = {"persons": persons, "rule": list(rules.values())}
        return pd.DataFrame(rows, index=pd.Index(list(rules), name="figure"))

    @property
    def merges(self) -> pd.DataFrame:
        """Return rule × merges: how many subjects each rule made one with another."""
        import pandas as pd

        merges = {"same_id": self._links.same_id, **self._links.merges}
        return pd.DataFrame(
            {"merges": list(merges.values())}, index=pd.Index(list(merges), name="rule")
        )

    @property
    def conflicts(self) -> pd.DataFrame:
        """Return kind × number of what contradicts itself and therefore links nobody."""
        import pandas as pd

        conflicts = self._links.conflicts
        index = pd.Index(list(conflicts), name="conflict")
        return pd.DataFrame({"number": list(conflicts.values())}, index=index)

    def merged(self) -> pa.Table:
        """Return each merge: source and row of a record of either subject, and the rule."""
        from piidetect.count.links import RULES

        records, others, rules = self._links.merged
        return self._table(
            {"": records, "other_": others}, "rule", [RULES[number] for number in rules.tolist()]
        )

    def contradicting(self) -> pa.Table:
        """Return each conflict: source and row of a record where it shows, and its kind."""
        from piidetect.count.links import CONFLICTS

        records, kinds = self._links.contradicting
        return self._table(
            {"": records}, "conflict", [CONFLICTS[number] for number in kinds.tolist()]
        )

    def __repr__(self) -> str:
        """Return the three figures."""
        return f"<PersonLinks {self.low} ≤ {self.point} ≤ {self.high}>"

    def _table(self, records: dict[str, np.ndarray], name: str, words: list[str]) -> pa.Table:
        import numpy as np
        import pyarrow as pa

        first = np.asarray(self._links.first)
        columns = {}
        for prefix, numbers in records.items():
            part = np.searchsorted(first, numbers, side="right") - 1
            columns[f"{prefix}source"] = pa.DictionaryArray.from_arrays(
                pa.array(part, pa.int32()), pa.array(self._paths, pa.string())
            )
            columns[f"{prefix}row"] = pa.array(numbers - first[part], pa.int64())
        columns[name] = pa.array(words, pa.string()).dictionary_encode()
        return pa.table(columns)


def links_of(case: Case, threads: int) -> PersonLinks:
    """Return the links of a case.

    Raises:
        CaseError: a table is damaged.
    """
    from piidetect.count.identifiability import IDS
    from piidetect.count.links import link

    links = link(case.folder, memory=MEMORY, threads=threads)
    persons = case.result.persons
    ids = sum(persons.by_key.get(name, 0) for name in IDS)
    point = ids + links.clusters
    return PersonLinks(
        low=persons.low,
        point=max(point, persons.low),
        high=max(ids + links.named, persons.low) + persons.high - persons.point,
        point_of_report=persons.point,
        _links=links,
        _paths=tuple(part.meta["path"] for part in case.parts),
    )
