# SPDX-License-Identifier: Apache-2.0
"""Who got what: the numbers of records of 法释〔2017〕10号 art. 11, and what overlaps.

A record is one different personal information of identifiable records, a person one subject that is
told apart (by ID, by name and contact, by name and address). Sets of records are never listed: each
record has a signature, the set of the sources that hold it, and the number of records of each signature
says all.

Art. 11 (1): what is acquired and then sold or provided counts once. (2): what is sold or provided to
several recipients counts once for each. So a record counts for an actor as often as there are recipients
to whom he passed it on, and once if he only acquired it. Within a recipient it counts once, however often
it was passed on. What was published counts as passed on to one recipient.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from piidetect.count.identifiability import Identifiability
from piidetect.count.persons import TOLD_APART
from piidetect.count.tables import open_tables
from piidetect.events.table import ACQUIRE, Event, read_events

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from piidetect.case import Case
    from piidetect.count.tables import Tables

#: Signature (bit i: part i) → how many.
Signatures = dict[int, int]
_WORD = 64


@dataclass(frozen=True)
class Number:
    """Records and persons."""

    records: int
    persons: int


@dataclass(frozen=True)
class ActorCount:
    """What an actor did.

    Attributes:
        actor: who.
        acquired: what he acquired, each once.
        passed_on: what he sold, provided or published, each once.
        by_recipient: recipient → what he passed on to him, each once.
        accumulated: the sum over the recipients (art. 11 (2)).
        counted: the number of art. 11: accumulated, and what was acquired and not passed on.
        sources: the numbers of the parts in his events.
    """

    actor: str
    acquired: Number
    passed_on: Number
    by_recipient: Mapping[str, Number]
    accumulated: int
    counted: int
    sources: frozenset[int]


@dataclass(frozen=True)
class Received:
    """The events and their figures.

    ``overlap`` has a square matrix of records for ``sources``, ``recipients`` and ``actors``: the
    diagonal is each one's number, the rest how many two have in common.
    """

    events: Sequence[Event]
    actors: Sequence[ActorCount]
    names: Mapping[str, Sequence[str]]
    matrices: Mapping[str, Sequence[Sequence[int]]]

    def overlap(self, what: str) -> pd.DataFrame:
        """Return the overlap matrix of ``sources``, ``recipients`` or ``actors``, in records."""
        import pandas as pd

        names = list(self.names[what])
        return pd.DataFrame(list(self.matrices[what]), index=names, columns=names)

    @property
    def counts(self) -> pd.DataFrame:
        """Return one row an actor: acquired, passed_on, accumulated, counted; records and persons."""
        import pandas as pd

        rows = [
            {
                "actor": one.actor,
                "acquired": one.acquired.records,
                "passed_on": one.passed_on.records,
                "recipients": len(one.by_recipient),
                "accumulated": one.accumulated,
                "counted": one.counted,
                "persons_acquired": one.acquired.persons,
                "persons_passed_on": one.passed_on.persons,
            }
            for one in self.actors
        ]
        return pd.DataFrame(rows).set_index("actor")

    @property
    def recipients(self) -> pd.DataFrame:
        """Return one row for each actor and recipient: records and persons."""
        import pandas as pd

        rows = [
            {"actor": one.actor, "recipient": name, **vars(number)}
            for one in self.actors
            for name, number in one.by_recipient.items()
        ]
        return pd.DataFrame(rows, columns=["actor", "recipient", "records", "persons"])


def receive(
    case: Case, events: str | os.PathLike[str] | pd.DataFrame, *, threads: int | None = None
) -> Received:
    """Return the figures of an event table.

    Raises:
        ArgumentError: the table can't be read.
        RowsRefused: rows of it can't be used.
        CaseError: the case is damaged.
    """
    found = read_events(events, case.folder)
    rule = Identifiability.of(case.meta["parameters"])
    parts = len(case.parts)
    with open_tables(case.folder, threads=threads) as tables:
        records = _signatures(tables, parts, *RECORD_KEY, rule.sql())
        kinds = ", ".join(str(int(kind)) for kind in TOLD_APART)
        persons = _signatures(tables, parts, "subject0", "subject1", f"subject_kind in ({kinds})")
    actors = [_actor(name, found, records, persons) for name in in_order(e.actor for e in found)]
    named = _groups(case, found)
    return Received(
        events=found,
        actors=actors,
        names={what: list(groups) for what, groups in named.items()},
        matrices={what: _matrix(records, list(groups.values())) for what, groups in named.items()},
    )


#: The key of a record: its information, or its cells where it has none.
RECORD_KEY = (
    "if(info0 = 0 and info1 = 0, content0, info0)",
    "if(info0 = 0 and info1 = 0, content1, info1)",
)


def _signatures(tables: Tables, parts: int, key0: str, key1: str, where: str) -> Signatures:
    """Return signature → number of distinct keys."""
    words, bits = part_bits(parts)
    if not words:
        return {}
    rows = tables.rows(
        f"""
        select {", ".join(words)}, count(*) from (
            select {bits} from (
                select file_index::ubigint as part, {key0} as key0, {key1} as key1
                from {{records}} where {where}
            ) group by key0, key1
        ) group by all"""  # noqa: S608 (constants and integers)
    )
    return {
        sum(int(word) << (_WORD * at) for at, word in enumerate(row[:-1])): row[-1] for row in rows
    }


def part_bits(parts: int) -> tuple[list[str], str]:
    """Return the names of words of 64 bits, and SQL that joins ``part`` to them: bit i for part i."""
    words = [f"w{word}" for word in range(-(-parts // _WORD))]
    bits = ", ".join(
        f"bit_or(if(part // {_WORD} = {word}, 1::ubigint << (part % {_WORD}), 0::ubigint)) as {name}"
        for word, name in enumerate(words)
    )
    return words, bits


def _actor(
    name: str, events: Sequence[Event], records: Signatures, persons: Signatures
) -> ActorCount:
    own = [event for event in events if event.actor == name]
    acquired = bits_of(event for event in own if event.act == ACQUIRE)
    passed = {
        recipient: bits_of(e for e in own if e.act != ACQUIRE and e.counterparty == recipient)
        for recipient in in_order(e.counterparty for e in own if e.act != ACQUIRE)
    }
    times: Counter[str] = Counter()
    for signature, number in records.items():
        recipients = sum(1 for bits in passed.values() if signature & bits)
        times["accumulated"] += number * recipients
        times["counted"] += number * max(recipients, 1 if signature & acquired else 0)
    everything = bits_of(event for event in own if event.act != ACQUIRE)
    return ActorCount(
        actor=name,
        acquired=Number(_union(records, acquired), _union(persons, acquired)),
        passed_on=Number(_union(records, everything), _union(persons, everything)),
        by_recipient={
            recipient: Number(_union(records, bits), _union(persons, bits))
            for recipient, bits in passed.items()
        },
        accumulated=times["accumulated"],
        counted=times["counted"],
        sources=frozenset().union(*(event.parts for event in own)),
    )


def _groups(case: Case, events: Sequence[Event]) -> dict[str, dict[str, int]]:
    """Return for sources, recipients and actors: name → bits of its parts."""
    used = frozenset().union(*(event.parts for event in events))
    sources: dict[str, int] = {}
    for part in sorted(used):
        path = case.parts[part].meta["path"]
        sources[path] = sources.get(path, 0) | 1 << part
    passed = [event for event in events if event.act != ACQUIRE]
    return {
        "sources": sources,
        "recipients": {
            name: bits_of(e for e in passed if e.counterparty == name)
            for name in in_order(e.counterparty for e in passed)
        },
        "actors": {
            name: bits_of(e for e in events if e.actor == name)
            for name in in_order(e.actor for e in events)
        },
    }


def _matrix(signatures: Signatures, groups: Sequence[int]) -> list[list[int]]:
    matrix = [[0] * len(groups) for _ in groups]
    for signature, number in signatures.items():
        holders = [at for at, bits in enumerate(groups) if signature & bits]
        for one in holders:
            row = matrix[one]
            for other in holders:
                row[other] += number
    return matrix


def _union(signatures: Signatures, bits: int) -> int:
    return sum(number for signature, number in signatures.items() if signature & bits)


def bits_of(events: Iterable[Event]) -> int:
    """Return the bits of the parts in events."""
    bits = 0
    for event in events:
        for part in event.parts:
            bits |= 1 << part
    return bits


def in_order(names: Iterable[str]) -> list[str]:
    """Return each name once, in the order in which they first come."""
    return list(dict.fromkeys(names))
