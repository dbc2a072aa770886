# SPDX-License-Identifier: Apache-2.0
"""The paper of an event table: who got what, and what overlaps."""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING, Any

from piidetect.report.json import plain
from piidetect.report.paper import Paper
from piidetect.report.sampling import facts
from piidetect.report.shapes import section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.case import Case
    from piidetect.events import Received
    from piidetect.report.sections import Section, Words

#: Pairs that a table shows, the largest first; the matrix of all is in the JSON.
_PAIRS = 200


def paper(case: Case, received: Received, words: Words) -> Paper:
    """Return the paper of who got what."""
    sentences = [
        words.say(
            "events.headline",
            actor=one.actor,
            acquired=one.acquired.records,
            passed_on=one.passed_on.records,
            recipients=len(one.by_recipient),
            accumulated=one.accumulated,
            counted=one.counted,
        )
        for one in received.actors
    ]
    return Paper(
        title=words.say("events.title"),
        facts=facts(case, words),
        sentences=sentences,
        sections=[
            _actors(received, words),
            *_recipients(received, words),
            *_overlaps(received, words),
        ],
        data=_data(case, received),
        lang=words.lang,
    )


def _actors(received: Received, words: Words) -> Section:
    rows = [
        (
            one.actor,
            f"{one.acquired.records:,}",
            f"{one.passed_on.records:,}",
            f"{one.accumulated:,}",
            f"{one.counted:,}",
            f"{one.acquired.persons:,}",
            f"{one.passed_on.persons:,}",
        )
        for one in received.actors
    ]
    head = "actor #acquired #passed_on #accumulated #art_11 #persons_acquired #persons_passed_on"
    return section(words, "event_actors", head, rows)


def _recipients(received: Received, words: Words) -> Iterator[Section]:
    rows = [
        (one.actor, name, f"{number.records:,}", f"{number.persons:,}")
        for one in received.actors
        for name, number in one.by_recipient.items()
    ]
    if rows:
        yield section(words, "event_recipients", "actor recipient #records #persons", rows)


def _overlaps(received: Received, words: Words) -> Iterator[Section]:
    """Yield the pairs that have most records in common, of sources, recipients and actors."""
    for what, names in received.names.items():
        matrix = received.matrices[what]
        pairs = [
            (-matrix[a][b], a, b)
            for a in range(len(names))
            for b in range(a + 1, len(names))
            if matrix[a][b]
        ]
        rows = [
            (
                plain(names[a]),
                plain(names[b]),
                f"{-common:,}",
                f"{matrix[a][a]:,}",
                f"{matrix[b][b]:,}",
            )
            for common, a, b in nsmallest(_PAIRS, pairs)
        ]
        if rows:
            head = "first second #in_common #of_first #of_second"
            yield section(words, f"overlap_{what}", head, rows)


def _data(case: Case, received: Received) -> dict[str, Any]:
    return {
        "schema": "piidetect.events/1",
        "case": {"id": case.id, "reference_date": case.meta["reference_date"]},
        "events": [
            {
                "actor": event.actor,
                "act": event.act,
                "counterparty": event.counterparty,
                "date": None if event.date is None else event.date.isoformat(),
                "sources": [plain(case.parts[part].meta["path"]) for part in sorted(event.parts)],
            }
            for event in received.events
        ],
        "actors": [
            {
                "actor": one.actor,
                "acquired": vars(one.acquired),
                "passed_on": vars(one.passed_on),
                "by_recipient": {name: vars(n) for name, n in one.by_recipient.items()},
                "accumulated": one.accumulated,
                "counted": one.counted,
            }
            for one in received.actors
        ],
        "overlap": {
            what: {"names": [plain(name) for name in names], "records": received.matrices[what]}
            for what, names in received.names.items()
        },
    }
