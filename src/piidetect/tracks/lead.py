# SPDX-License-Identifier: Apache-2.0
"""The lead sheet for an authority: whose data, which duties it touches, what is to be put right, by when.

It says what the data shows. Whether there was consent or a purpose isn't in the data: a duty that is
touched isn't one that was broken.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from piidetect.columns.sectors import sector_of
from piidetect.count.persons import KEYS
from piidetect.errors import ArgumentError
from piidetect.policies.categories import load_categories
from piidetect.policies.ledger import without
from piidetect.policies.names import bits
from piidetect.schema import ENTITIES
from piidetect.tracks.duties import DELETE, PAPERS, STOP, Duties, Duty, Holder, load_duties
from piidetect.tracks.leads import read_leads

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from piidetect.case import Case
    from piidetect.policies import Assessment
    from piidetect.policies.model import Texts
    from piidetect.tracks.leads import Leads

SCHEMA = "piidetect.lead/1"
SENSITIVE, NECESSITY = "cn-pipl-sensitive", "cn-app-necessity-2021"
#: In what a demand is measured.
PERSON, VALUE, CELL = UNITS = ("person", "value", "cell")
#: Kinds of demands: nobody is left, a kind of value is left nowhere or no more collected, papers.
PERSONS, VALUES, NEW, SHOWN = KINDS = ("persons", "values", "new", "papers")


@dataclass(frozen=True)
class Touched:
    """A duty that the data touches: by which entities, in how many rows, of how many persons."""

    duty: Duty
    entities: tuple[str, ...]
    rows: int | None
    persons: int


@dataclass(frozen=True)
class Demand:
    """What is demanded: ``before`` is what there is now; what is measured must come to 0.

    ``id`` is ``persons``, ``values:ENTITY``, ``new:ENTITY`` or ``papers:DUTY``; ``unit`` is
    ``person``, ``value`` (distinct values of what identifies), ``cell`` (cells of anything else, for
    a date or a name says nothing of whose it is), or '' for papers.
    """

    id: str
    kind: str
    entity: str
    duties: tuple[str, ...]
    before: int | None
    unit: str


@dataclass(frozen=True)
class LeadSheet:
    """A lead for one holder; ``case`` has the holder's sources alone.

    Attributes:
        case: the sources of the holder.
        holder: who holds the data.
        kind: what kind of holder that is.
        authority: to whom the lead goes, by language.
        touched: the duties.
        demands: what is to be put right, as the re-check measures it.
        sensitive: what is held by kind of sensitive information.
        keep: entities that the holder may keep.
        app_type: the type of app, if it is one.
        served: the day on which the authority received it.
        urgent: whether the shorter time runs.
        reply_by: until when the authority must have acted and answered.
        leads: leads from volunteers.
        duties: the file of duties.
    """

    case: Case
    holder: str
    kind: Holder
    authority: Texts
    touched: Sequence[Touched]
    demands: Sequence[Demand]
    sensitive: Assessment
    keep: tuple[str, ...]
    app_type: str | None
    served: dt.date | None
    urgent: bool
    reply_by: dt.date | None
    leads: Leads | None
    duties: Duties = field(repr=False)

    @property
    def sectors(self) -> list[str]:
        """Return the sector of each source, '' where none is known."""
        return sectors_of(self.case)

    def to_dict(self) -> dict[str, Any]:
        """Return the sheet as ``piidetect.lead/1``: plain values, no raw value of a person."""
        from piidetect.tracks.plain import sheet

        return sheet(self)


def lead_sheet(
    case: Case,
    holder: str,
    *,
    kind: str | None = None,
    authority: str | None = None,
    sources: Sequence[str] = (),
    app_type: str | None = None,
    duties: Sequence[str] = (),
    keep: Sequence[str] = (),
    served: dt.date | str | None = None,
    urgent: bool = False,
    leads: str | os.PathLike[str] | pd.DataFrame | None = None,
) -> LeadSheet:
    """Return the lead sheet for one holder of what is in a case.

    Args:
        case: the case.
        holder: the name of who holds the data.
        kind: ``app``, ``health``, ``property``, ``education``, ``finance`` or ``other``; by default
            that of the sector of most rows.
        authority: to whom it goes; by default who supervises that kind.
        sources: the sources of the holder: paths, or patterns with * and ?; all by default.
        app_type: the type of app, for duties on what is necessary; an app is of kind ``app``.
        duties: the ids of the duties to name; by default those of the kind that the data touches.
        keep: entities that the holder may keep, such as CN_MOBILE.
        served: the day on which the authority receives it.
        urgent: whether harm is spreading, so that the shorter time runs.
        leads: a table of leads from volunteers: where, what, when.

    Raises:
        ArgumentError: an argument can't be used.
        RowsRefused: rows of the leads can't be used.
        PolicyError: a file of the law is broken.
        CaseError: the case is damaged.
    """
    if not holder.strip():
        raise ArgumentError("holder is empty; name who holds the data")
    own = of_sources(case, sources)
    book = load_duties()
    chosen = _kind(book, own, kind or ("app" if app_type is not None else None))
    kept = _kept(keep)
    touched = _touched(own, _wanted(book, chosen, duties), app_type)
    day = _day(served)
    return LeadSheet(
        case=own,
        holder=holder.strip(),
        kind=chosen,
        authority={"zh": authority, "en": authority} if authority else chosen.authority,
        touched=touched,
        demands=_demands(own, touched, kept),
        sensitive=own.assess(SENSITIVE),
        keep=kept,
        app_type=app_type,
        served=day,
        urgent=urgent,
        reply_by=None
        if day is None
        else _until(day, book.reply["urgent" if urgent else "ordinary"]),
        leads=None if leads is None else read_leads(own, leads),
        duties=book,
    )


def of_sources(case: Case, patterns: Sequence[str]) -> Case:
    """Return a case of the sources that match a pattern; the case itself where none is given.

    Raises:
        ArgumentError: a pattern matches no source.
    """
    from piidetect.case import Case as Opened

    if isinstance(patterns, str):
        patterns = (patterns,)
    if not patterns:
        return case
    try:
        rest = without(case.folder, patterns).parts
    except ArgumentError as error:
        raise ArgumentError(str(error).replace("public source", "source")) from None
    left_out = {id(part) for part in rest}
    parts = tuple(part for part in case.parts if id(part) not in left_out)
    return Opened(replace(case.folder, parts=parts), threads=case.threads)


def sectors_of(case: Case) -> list[str]:
    """Return the sector of each source, '' where none is known."""
    return [
        sector_of(column["header"] for column in part.meta["columns"])[0] for part in case.parts
    ]


def _kind(book: Duties, case: Case, wanted: str | None) -> Holder:
    if wanted is None:
        rows: dict[str, int] = {}
        for part, sector in zip(case.parts, sectors_of(case), strict=True):
            rows[sector] = rows.get(sector, 0) + part.meta["rows"]
        most = max(sorted(rows), key=lambda one: (rows[one], one != ""), default="")
        wanted = book.of_sector(most)
    if wanted not in book.holders:
        raise ArgumentError(
            f"kind of holder {wanted!r} is unknown; use one of {', '.join(book.holders)}"
        )
    return book.holders[wanted]


def _wanted(book: Duties, kind: Holder, asked: Sequence[str]) -> list[Duty]:
    if isinstance(asked, str):
        asked = (asked,)
    unknown = [name for name in asked if name not in book.duties]
    if unknown:
        raise ArgumentError(f"duty {unknown[0]!r} is unknown; use of {', '.join(book.duties)}")
    return [book.duties[name] for name in dict.fromkeys(asked or kind.duties)]


def _kept(keep: Sequence[str]) -> tuple[str, ...]:
    if isinstance(keep, str):
        keep = (keep,)
    unknown = [name for name in keep if name not in ENTITIES]
    if unknown:
        raise ArgumentError(f"{unknown[0]!r} is no entity; `piidetect recognizers list` has them")
    return tuple(sorted(set(keep)))


def _touched(case: Case, duties: Sequence[Duty], app_type: str | None) -> list[Touched]:
    """Return the duties that the data touches, with what touches them."""
    counts = case.result
    labels = load_categories().labels
    held = [
        name
        for name, one in counts.entities.items()
        if one["rows"] and not (name in labels and labels[name].category == "none")
    ]
    beyond: tuple[str, ...] = ()
    if app_type is not None:
        lines = case.assess(NECESSITY, app_type=app_type).lines
        beyond = tuple(
            line.label for line in lines if line.standing == "beyond" and line.label != "any"
        )
    sensitive = [
        n for n in held if n in labels and labels[n].sensitive["pipl"].standing == "sensitive"
    ]
    meant = {"all": held, "sensitive": sensitive, "beyond": beyond, "minors": ()}
    found = []
    for duty in duties:
        if duty.concerns == "minors":
            children = counts.groups["under_14"]
            found += [Touched(duty, (), None, children)] if children else []
            continue
        names = meant[duty.concerns] if duty.concerns else [n for n in held if n in duty.entities]
        if names:
            wanted = bits(names)
            rows, persons = (
                sum(number for mask, number in masks.items() if mask & wanted)
                for masks in (counts.histogram, counts.person_masks)
            )
            found.append(Touched(duty, tuple(sorted(names)), rows, persons))
    return found


def _demands(case: Case, touched: Sequence[Touched], keep: Sequence[str]) -> list[Demand]:
    """Return what is to be put right: persons, then values by entity, what is new, then papers."""
    erased: dict[str, list[str]] = {}
    stopped: dict[str, list[str]] = {}
    whole: list[str] = []
    for one in touched:
        if one.duty.measure == PAPERS:
            continue
        if one.duty.measure == DELETE and one.duty.concerns == "all" and not keep:
            whole.append(one.duty.id)
        for name in one.entities:
            if name not in keep:
                erased.setdefault(name, []).append(one.duty.id)
                if one.duty.measure == STOP:
                    stopped.setdefault(name, []).append(one.duty.id)
    entities = case.result.entities
    found = []
    if whole:
        persons = sum(case.result.person_masks.values())
        found.append(Demand(PERSONS, PERSONS, "", tuple(whole), persons, PERSON))
    for name, ids in sorted(erased.items()):
        held = entities[name]
        before = held["distinct_valid"] if name in KEYS else held["verdicts"]["valid"]
        found.append(Demand(f"{VALUES}:{name}", VALUES, name, tuple(ids), before, _unit(name)))
    for name, ids in sorted(stopped.items()):
        found.append(Demand(f"{NEW}:{name}", NEW, name, tuple(ids), None, _unit(name)))
    return found + [
        Demand(f"{SHOWN}:{one.duty.id}", SHOWN, "", (one.duty.id,), None, "")
        for one in touched
        if one.duty.measure == PAPERS
    ]


def _unit(entity: str) -> str:
    return VALUE if entity in KEYS else CELL


def _day(day: dt.date | str | None) -> dt.date | None:
    if day is None or isinstance(day, dt.date):
        return day
    try:
        return dt.date.fromisoformat(day)
    except ValueError:
        raise ArgumentError(f"served {day!r} is no day; write it as 2024-06-30") from None


def _until(day: dt.date, time: tuple[str, int, str]) -> dt.date:
    """Return the last day of a time that begins with the day of receipt."""
    unit, number, _rule = time
    if unit == "days":
        return day + dt.timedelta(days=number)
    years, month = divmod(day.month - 1 + number, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def persons_of(case: Case) -> Mapping[str, int]:
    """Return low, point and high."""
    persons = case.result.persons
    return {"low": persons.low, "point": persons.point, "high": persons.high}
