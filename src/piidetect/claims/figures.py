# SPDX-License-Identifier: Apache-2.0
"""The figures of a case that a claim rests on: value, funnel step, and the query that reproduces it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from piidetect.case_folder import names_of
from piidetect.claims import queries
from piidetect.count.identifiability import Identifiability
from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from piidetect.case import Case

FIGURES = {"record": ("counted", "sampled", "received"), "person": ("low", "point", "high")}


@dataclass(frozen=True)
class Figure:
    """A figure.

    Attributes:
        name: ``seized``, ``counted``, ``low``, ``point``, ``high``, ``sampled``, ``received``, or
            ``category:`` and a category.
        value: how many.
        unit: ``record`` or ``person``.
        step: the step of the funnel that it is, '' if it is none.
        sql: the query for DuckDB, run in the case folder. That of ``sampled`` gives the frame.
        origin: what the query doesn't say: the sheet and terms of a sample, the events.
    """

    name: str
    value: int
    unit: str
    step: str
    sql: str
    origin: str = ""


def case_figures(case: Case) -> list[Figure]:
    """Return the figures of the annex: seized, counted, persons, and rows by category."""
    result, rule = case.result, Identifiability.of(case.meta["parameters"])
    figures = [
        Figure("seized", result.rows, "record", "seized", queries.SEIZED),
        Figure("counted", result.funnel[-1].remaining, "record", "counted", queries.counted(rule)),
    ]
    figures += [
        Figure(
            name,
            getattr(result.persons, name),
            "person",
            "",
            queries.persons(name, case.folder, rule),
        )
        for name in FIGURES["person"]
    ]
    bits: dict[str, int] = {}
    names = names_of(case.meta)
    for entity, categories in case.meta["categories"].items():
        for category in categories:
            bits[category] = bits.get(category, 0) | 1 << names.index(entity)
    figures += [
        Figure(f"category:{name}", count["rows"], "record", "", queries.holding(bits[name]))
        for name, count in sorted(result.categories.items())
    ]
    return figures


def base_figure(
    case: Case,
    figures: Sequence[Figure],
    per: str,
    name: str | None,
    *,
    sample: str | os.PathLike[str] | None = None,
    events: str | os.PathLike[str] | None = None,
    actor: str | None = None,
) -> Figure:
    """Return the figure that a unit price is multiplied by.

    Args:
        case: the case.
        figures: its figures.
        per: ``record`` or ``person``.
        name: one of :data:`FIGURES`; by default the lowest that stands: counted records, low persons.
        sample: the filled-in sheet, for ``sampled``.
        events: the event table, for ``received``.
        actor: whose number of art. 11, for ``received``.

    Raises:
        ArgumentError: there is no such figure, or what it needs is missing.
    """
    chosen = name or FIGURES[per][0]
    if chosen not in FIGURES[per]:
        raise ArgumentError(
            f"figure {chosen!r} is none of {per}s; use one of {', '.join(FIGURES[per])}"
        )
    if sample is not None and chosen != "sampled":
        raise ArgumentError(
            "a sample sheet belongs to the figure 'sampled'; name it or leave it out"
        )
    if (events is not None or actor is not None) and chosen != "received":
        raise ArgumentError(
            "events and actor belong to the figure 'received'; name it or leave them out"
        )
    if chosen == "sampled":
        return _sampled(case, sample)
    if chosen == "received":
        return _received(case, events, actor)
    return next(figure for figure in figures if figure.name == chosen)


def _sampled(case: Case, sheet: str | os.PathLike[str] | None) -> Figure:
    if sheet is None:
        raise ArgumentError("the figure 'sampled' needs the filled-in sheet; give it with --sample")
    result = case.read_sample(sheet)
    digest = hashlib.sha256(Path(sheet).read_bytes()).hexdigest()
    rule = Identifiability.of(case.meta["parameters"])
    origin = f"{result.sample.token()}; sheet SHA-256 {digest}"
    sql = queries.counted(rule)
    return Figure("sampled", result.true.low, "record", "untrue_by_sample", sql, origin)


def _received(case: Case, events: str | os.PathLike[str] | None, actor: str | None) -> Figure:
    if events is None or actor is None:
        raise ArgumentError("the figure 'received' needs --events and --actor; give both")
    received = case.received(events)
    found = next((one for one in received.actors if one.actor == actor), None)
    if found is None:
        names = ", ".join(one.actor for one in received.actors)
        raise ArgumentError(f"actor {actor!r} has no event; the actors are: {names}")
    own = [event for event in received.events if event.actor == actor]
    acquired = frozenset().union(*(e.parts for e in own if e.act == "acquire"))
    passed = {
        name: frozenset[int]().union(
            *(e.parts for e in own if e.act != "acquire" and e.counterparty == name)
        )
        for name in found.by_recipient
    }
    rule = Identifiability.of(case.meta["parameters"])
    sql = queries.received(case.folder, acquired, passed, rule)
    return Figure("received", found.counted, "record", "", sql, f"art. 11, {actor}")
