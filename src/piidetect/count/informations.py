# SPDX-License-Identifier: Apache-2.0
"""The different records of a case by what they hold: from them any policy is computed.

A case is counted under one rule of who is identified; here the different records are counted by
their mask, whatever the rule, so that another rule needs no other pass.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from piidetect.cores import available_cores
from piidetect.count.identifiability import UNKNOWN_REGION
from piidetect.count.key_sets import Pairs, Room, fill_sets, row_groups, shares
from piidetect.count.persons import TOLD_APART
from piidetect.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

    from piidetect.count.key_sets import KeySet, Scatter

#: Bytes that may be held while keys are counted.
MEMORY = 512_000_000

_COLUMNS = ["mask", "flaws", "content0", "content1", "info0", "info1"]
_SUBJECTS = [*_COLUMNS, "subject_kind", "subject0", "subject1"]


@dataclass
class Informations:
    """Different records by what they hold.

    The keys are a record's mask, with :data:`~piidetect.count.identifiability.UNKNOWN_REGION` if it
    holds an ID of an unknown region; the values are how many different pairs of cells and
    information, and how many different informations there are.
    """

    pairs: Counter[int] = field(default_factory=Counter)
    information: Counter[int] = field(default_factory=Counter)


def distinct_informations(
    paths: Sequence[Path], threads: int | None = None, memory: int = MEMORY
) -> Informations:
    """Return the different records in records tables; those that hold nothing are left out.

    A record with the same cells but other information is not a repetition. Records whose only number
    is an ID of an unknown region have no information key; their cells stand for it.

    Args:
        paths: the Parquet files.
        threads: how many threads; None for one per core.
        memory: bytes that may be held.

    Raises:
        CaseError: a file is damaged.
    """
    import numpy as np

    def scatter(pile: int, sets: Sequence[KeySet], columns: list[np.ndarray]) -> None:
        mask, flaws, content0, content1, info0, info1 = columns
        held = _held(mask, flaws)
        none = (info0 == 0) & (info1 == 0)
        sets[0].add(pile, content0 ^ info0, content1 ^ info1, held)
        sets[1].add(pile, np.where(none, content0, info0), np.where(none, content1, info1), held)

    pairs, information = _tally(paths, _COLUMNS, 2, scatter, memory, threads or available_cores())
    return Informations(pairs, information)


def distinct_subjects(
    paths: Sequence[Path],
    bits: Mapping[int, int],
    threads: int | None = None,
    memory: int = MEMORY,
) -> Counter[int]:
    """Return joined bits → subjects: what is known of each by all of its records together.

    A record whose subject can't be told apart stands for itself: by its information, or its cells.

    Args:
        paths: the Parquet files.
        bits: what a record adds, by the keys of :attr:`Informations.information`; 0 to leave it out.
        threads: how many threads; None for one per core.
        memory: bytes that may be held.

    Raises:
        CaseError: a file is damaged.
    """
    import numpy as np

    known = np.array(sorted(bits) or [0], np.uint64)
    added = np.array([bits.get(key, 0) for key in known.tolist()], np.uint64)

    def scatter(pile: int, sets: Sequence[KeySet], columns: list[np.ndarray]) -> None:
        mask, flaws, content0, content1, info0, info1, kind, subject0, subject1 = columns
        held = _held(mask, flaws)
        place = np.minimum(np.searchsorted(known, held), known.size - 1)
        new = np.where(known[place] == held, added[place], np.uint64(0))
        none = (info0 == 0) & (info1 == 0)
        told = (kind >= min(TOLD_APART)) & (kind <= max(TOLD_APART))
        key0 = np.where(told, subject0, np.where(none, content0, info0))
        key1 = np.where(told, subject1, np.where(none, content1, info1))
        sets[0].add(pile, key0, key1, new)

    [tally] = _tally(paths, _SUBJECTS, 1, scatter, memory, threads or available_cores())
    return tally


def _held(mask: np.ndarray, flaws: np.ndarray) -> np.ndarray:
    """Return the masks with the bit of unknown regions, 0 for records without information."""
    import numpy as np

    doubted = (flaws >> Verdict.UNKNOWN_REGION & 1).astype(np.uint64)
    held: np.ndarray = mask | doubted << np.uint64(UNKNOWN_REGION.bit_length() - 1)
    return held


def _tally(
    paths: Sequence[Path],
    columns: Sequence[str],
    sets: int,
    scatter: Scatter,
    memory: int,
    threads: int,
) -> list[Counter[int]]:
    """Return for each of `sets` sets of keys: joined bits → distinct keys."""
    import numpy as np

    from piidetect.kernels.distinct import WIDE

    groups = row_groups(paths)
    parts = shares(sum(group.rows for group in groups), sets * WIDE, memory)
    found = [[Pairs() for _ in range(sets)] for _ in range(threads)]

    def take(piece: int, number: int, _keys: np.ndarray, bits: np.ndarray) -> None:
        found[piece][number].add(bits, np.zeros(bits.size, np.uint64))

    room = Room()
    for share in range(parts):
        fill_sets(groups, columns, (WIDE,) * sets, (share, parts), scatter, take, threads, room)
    tallies: list[Counter[int]] = [Counter() for _ in range(sets)]
    for by_set in found:
        for tally, pairs in zip(tallies, by_set, strict=True):
            for (bits, _), keys in pairs.total().items():
                tally[bits] += keys
    return tallies
