# SPDX-License-Identifier: Apache-2.0
"""Was it put right? Before, demanded and after side by side, for a hearing.

It builds on the comparison of two cases with one key. Each demand of a lead sheet is measured:

``met``
    nothing of it is left (or nothing new of it, where collecting was to stop),
``partly``, ``not_met``
    some of it is left; all of it is,
``reversible``
    no value is left in clear, but a column of it holds what looks hashed, encrypted or encoded,
``masked``
    no value is left in clear, but masked ones are: whether they can be restored is to be judged,
``unread``
    nothing was found, but sources of the case afterwards could not be read,
``papers``
    data can't show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from piidetect.errors import ArgumentError
from piidetect.tracks.lead import (
    NEW,
    PERSON,
    PERSONS,
    SHOWN,
    VALUE,
    of_sources,
    persons_of,
)
from piidetect.tracks.plain import terms_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from piidetect.case import Case
    from piidetect.case.compared import Comparison
    from piidetect.tracks.lead import Demand, LeadSheet
    from piidetect.tracks.plain import Terms

SCHEMA = "piidetect.rectification/1"
MET, PARTLY, NOT_MET, REVERSIBLE, MASKED, UNREAD, PAPERS = STATES = (
    "met",
    "partly",
    "not_met",
    "reversible",
    "masked",
    "unread",
    "papers",
)


@dataclass(frozen=True)
class Outcome:
    """What became of a demand.

    Attributes:
        demand: what was demanded.
        before: how many persons, distinct values or cells there were; None for papers and for what is new.
        demanded: how many may be there; None for papers.
        after: how many are there; for what is no more to be collected, how many are new.
        moved: of those, how many in none of the old columns; None where that isn't known.
        indicated: cells of columns of this entity that look hashed, encrypted or encoded.
        masked: cells of those columns with characters masked out.
        new: distinct values of it that weren't there before.
        state: one of :data:`STATES`.
    """

    demand: Demand
    before: int | None
    demanded: int | None
    after: int | None
    moved: int | None
    indicated: int
    masked: int
    new: int | None
    state: str


@dataclass(frozen=True)
class Rectification:
    """The assessment; ``before`` has the sources of the holder alone."""

    terms: Terms
    before: Case
    after: Case
    comparison: Comparison
    outcomes: tuple[Outcome, ...]

    @property
    def measured(self) -> list[Outcome]:
        """Return the outcomes that data can show."""
        return [one for one in self.outcomes if one.state != PAPERS]

    @property
    def complete(self) -> bool:
        """Return whether all that data can show was put right."""
        return all(one.state == MET for one in self.measured)

    @property
    def table(self) -> pd.DataFrame:
        """Return one row a demand: before, demanded, after, moved, indicated, new, state."""
        import pandas as pd

        rows = [_row(one) for one in self.outcomes]
        counts = ["before", "demanded", "after", "moved", "indicated", "masked", "new"]
        names = ["demand", "unit", *counts, "state"]
        table = pd.DataFrame(rows, columns=names).set_index("demand")
        return table.astype(dict.fromkeys(counts, "Int64"))

    @property
    def figures(self) -> list[tuple[str, int, int]]:
        """Return figure, before, after: rows, records that count, persons, groups."""
        before, after = _figures(self.before), _figures(self.after)
        return [(name, number, after.get(name, 0)) for name, number in before.items()]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as ``piidetect.rectification/1``; no raw value, no time of day."""
        terms = self.terms
        return {
            "schema": SCHEMA,
            "holder": terms.holder,
            "authority": dict(terms.authority),
            "reply_by": terms.reply_by,
            "complete": self.complete,
            "demands": [
                _row(one)
                | {"kind": one.demand.kind, "entity": one.demand.entity}
                | {"duties": list(one.demand.duties)}
                for one in self.outcomes
            ],
            "figures": [
                {"figure": name, "before": before, "after": after}
                for name, before, after in self.figures
            ],
            "provisions": dict(terms.provisions),
            "comparison": self.comparison.as_dict(),
        }


def rectification(
    before: Case,
    after: Case | str | os.PathLike[str],
    lead: LeadSheet | Mapping[str, Any] | str | os.PathLike[str],
    *,
    sources: Sequence[str] = (),
) -> Rectification:
    """Return what became of the demands of a lead sheet.

    Args:
        before: the case that the lead sheet was made of.
        after: the case afterwards, or its folder; made with the same key.
        lead: the lead sheet, what its ``to_dict`` gave, or the path of its JSON.
        sources: the sources of this holder in the later case: paths, or patterns with * and ?; all
            by default.

    Raises:
        ArgumentError: the lead sheet is of another case or can't be used, a pattern matches no
            source, or the keys differ.
        CaseError: a case is damaged.
    """
    from piidetect.case.compared import as_case

    terms = terms_of(lead)
    if terms.case != before.id:
        raise ArgumentError(
            f"the lead sheet is of case {terms.case}, this is case {before.id}; give the case that "
            "it was made of, or make it again"
        )
    own = _own(before, terms.sources)
    later = of_sources(as_case(after), sources)
    compared = own.compare(later)
    outcomes = tuple(_outcome(demand, compared) for demand in terms.demands)
    return Rectification(terms, own, later, compared, outcomes)


def _figures(case: Case) -> dict[str, int]:
    counts = case.result
    found = {"rows": counts.rows, "counted": counts.funnel[-1].remaining, **persons_of(case)}
    return found | cast("dict[str, int]", counts.groups)


def _own(case: Case, paths: tuple[str, ...]) -> Case:
    """Return a case of the sources of the lead sheet, named as report.json names them."""
    import os as system

    wanted = set(paths)
    real = [part.meta["path"] for part in case.parts]
    shown = {path: system.fsencode(path).decode("utf-8", "backslashreplace") for path in real}
    missing = wanted - set(shown.values())
    if missing:
        raise ArgumentError(
            f"source {min(missing)!r} of the lead sheet is none of the case's; make it again"
        )
    if wanted == set(shown.values()):
        return case
    return of_sources(case, [path for path in real if shown[path] in wanted])


def _outcome(demand: Demand, compared: Comparison) -> Outcome:
    if demand.kind == SHOWN:
        return Outcome(demand, None, None, None, None, 0, 0, None, PAPERS)
    content = compared.as_dict()
    unread = bool(content["after"]["incomplete"])
    columns = [
        one
        for one in content["columns"]
        if demand.kind == PERSONS or one["entity"] == demand.entity
    ]
    indicated = sum(one["indicated"] for one in columns)
    masked = sum(one["masked_after"] for one in columns)
    before, left, moved, new = _left(demand, compared, content)
    if demand.kind == NEW:
        left = left if new is None else new
        state = NOT_MET if left else UNREAD if unread else MET
        return Outcome(demand, None, 0, left, None, 0, 0, new, state)
    state = _state(before, left, indicated=indicated, masked=masked, unread=unread)
    return Outcome(demand, before, 0, left, moved, indicated, masked, new, state)


def _left(
    demand: Demand, compared: Comparison, content: Mapping[str, Any]
) -> tuple[int, int, int | None, int | None]:
    """Return how many there were, are left, have moved and are new; None where that isn't known."""
    if demand.unit == PERSON:
        persons = content["persons"]
        left = persons["still_there"] + persons["reachable"]
        return persons["before"], left, None, persons["new"]
    if demand.unit == VALUE:
        none = dict.fromkeys(("before", "still_there", "moved", "new"), 0)
        rows = (one for one in content["values"] if one["entity"] == demand.entity)
        found = next(rows, none)
        return found["before"], found["still_there"], found["moved"], found["new"]
    cells = [_cells(case, demand.entity) for case in (compared.before, compared.after)]
    return cells[0], cells[1], None, None


def _cells(case: Case, entity: str) -> int:
    """Return the valid cells of an entity."""
    found = case.result.entities.get(entity)
    return 0 if found is None else found["verdicts"].get("valid", 0)


def _state(before: int, left: int, *, indicated: int, masked: int, unread: bool) -> str:
    if left:
        return PARTLY if left < before else NOT_MET
    if indicated:
        return REVERSIBLE
    if masked:
        return MASKED
    return UNREAD if unread else MET


def _row(one: Outcome) -> dict[str, Any]:
    names = ("before", "demanded", "after", "moved", "indicated", "masked", "new", "state")
    return {
        "demand": one.demand.id,
        "unit": one.demand.unit,
        **{name: getattr(one, name) for name in names},
    }
