# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this module's constants and of integers
"""R11 of the ledger: the records that count under a policy, by actor and recipient (art. 11).

The records are those of the assessment: under its rule, without sources left out as public and without
contacts of companies where these don't count. That each of them is in the events or in none, and that
each actor's number is what he passed on and what he only acquired, is checked whenever it is made.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from piidetect.cores import available_cores
from piidetect.count.identifiability import UNKNOWN_REGION
from piidetect.count.tables import open_tables
from piidetect.errors import CaseError
from piidetect.events.received import RECORD_KEY, bits_of, in_order, part_bits
from piidetect.events.table import ACQUIRE
from piidetect.policies.ledger import insert
from piidetect.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from piidetect.case import Case
    from piidetect.events.table import Event
    from piidetect.policies.assessment import Assessment, Frame

_SHIFT = UNKNOWN_REGION.bit_length() - 1


class _Group(NamedTuple):
    """Records alike: the parts that hold them (bit i: part i), their tier, and how many."""

    parts: int
    tier: str
    records: int


def with_events(
    case: Case,
    assessment: Assessment,
    events: Sequence[Event],
    *,
    threads: int | None = None,
) -> Assessment:
    """Return an assessment whose ledger has R11, and ``received``: one entry an actor.

    Args:
        case: the case that was assessed.
        assessment: what a policy says of it.
        events: as :func:`piidetect.events.read_events` gives them.
        threads: how many threads; None for one per core.

    Raises:
        CaseError: the case is damaged, or its records don't add up.
    """
    frame = assessment.frame
    assert frame is not None
    found = _renumbered(events, case, frame)
    groups = _groups(frame, threads or available_cores())
    everything = bits_of(found)
    within = sum(group.records for group in groups if group.parts & everything)
    total = sum(group.records for group in groups)
    if total != frame.total:
        raise CaseError(
            f"{frame.total} records count and the sources hold {total}; the case is damaged: restore "
            "it from a copy or scan the sources again"
        )
    actors = [_actor(name, found, groups, frame) for name in in_order(e.actor for e in found)]
    ledger: dict[str, Any] = {**assessment.ledger, "steps": list(assessment.ledger["steps"])}
    insert(ledger, "R11", {one["actor"]: one["counted"] for one in actors})
    ledger["received"] = actors
    ledger["received_identity"] = f"{total} = {within} + {total - within}"
    return replace(assessment, ledger=ledger)


def _renumbered(events: Sequence[Event], case: Case, frame: Frame) -> list[Event]:
    """Return the events with the parts as the frame numbers them, those left out as public dropped."""
    place = {id(part): at for at, part in enumerate(frame.folder.parts)}
    now = [place.get(id(part)) for part in case.folder.parts]
    return [
        replace(
            event, parts=frozenset(at for at in map(now.__getitem__, event.parts) if at is not None)
        )
        for event in events
    ]


def _groups(frame: Frame, threads: int) -> list[_Group]:
    """Return the records that count, each once, by the parts that hold them and by tier."""
    words, bits = part_bits(len(frame.folder.parts))
    if not words or not frame.tier_of:
        return []
    doubted = f"(flaws >> {Verdict.UNKNOWN_REGION:d} & 1)::ubigint"
    held = f"(mask | ({doubted} << {_SHIFT}::ubigint))"
    sql = f"""
        select held, {", ".join(words)}, count(*) from (
            select bit_or(held) as held, {bits} from (
                select {held} as held, file_index::ubigint as part,
                    {RECORD_KEY[0]} as key0, {RECORD_KEY[1]} as key1
                from {{records}} where {held} <> 0
            ) group by key0, key1
        ) group by all"""
    with open_tables(frame.folder, threads=threads) as tables:
        rows = tables.rows(sql)
    tally: Counter[tuple[int, str]] = Counter()
    for mask, *found, records in rows:
        if mask in frame.tier_of:
            parts = sum(int(word) << (64 * at) for at, word in enumerate(found))
            tally[parts, frame.tier_of[mask]] += records
    return [_Group(parts, tier, records) for (parts, tier), records in sorted(tally.items())]


def _actor(
    name: str, events: Sequence[Event], groups: Sequence[_Group], frame: Frame
) -> dict[str, Any]:
    own = [event for event in events if event.actor == name]
    acquired = bits_of(event for event in own if event.act == ACQUIRE)
    passed = {
        recipient: bits_of(e for e in own if e.act != ACQUIRE and e.counterparty == recipient)
        for recipient in in_order(e.counterparty for e in own if e.act != ACQUIRE)
    }
    tiers: Counter[str] = Counter()
    by_recipient = dict.fromkeys(passed, 0)
    only_acquired = 0
    for group in groups:
        got = [recipient for recipient, bits in passed.items() if group.parts & bits]
        for recipient in got:
            by_recipient[recipient] += group.records
        kept = not got and bool(group.parts & acquired)
        only_acquired += group.records * kept
        tiers[group.tier] += group.records * (len(got) + kept)
    counted = sum(tiers.values())
    accumulated = sum(by_recipient.values())
    if counted != accumulated + only_acquired:
        raise CaseError(f"the records of {name!r} don't add up; scan the sources again")
    return {
        "actor": name,
        "acquired": _held(groups, acquired),
        "only_acquired": only_acquired,
        "by_recipient": by_recipient,
        "accumulated": accumulated,
        "counted": counted,
        "tiers": {tier: tiers[tier] for tier in frame.weights},
        "points": _points(tiers, frame.weights),
        "identity": f"{counted} = {accumulated} + {only_acquired}",
    }


def _held(groups: Sequence[_Group], bits: int) -> int:
    return sum(group.records for group in groups if group.parts & bits)


def _points(tiers: Mapping[str, int], weights: Mapping[str, int]) -> int | None:
    return sum(tiers[tier] * weight for tier, weight in weights.items()) if weights else None
