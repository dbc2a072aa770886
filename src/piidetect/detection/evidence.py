# SPDX-License-Identifier: Apache-2.0
"""Evidence for and against the numbers of a source: which columns are compared, sums over blocks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from piidetect.kernels.evidence import (
    BIRTH,
    BROKEN,
    COUNT,
    FIELDS,
    FIRST,
    HEAD,
    LAST,
    LONG,
    LONGEST,
    REGION,
    RUN,
    SEX,
    SHORT,
    STEPS,
    note_agreements,
)
from piidetect.tables import table_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.detection.plan import HasRole, Setup
    from piidetect.kernels.cells import Block
    from piidetect.kernels.plan import Out

#: What is compared with an ID, by the number that kernels know it by.
WHAT: tuple[str, ...] = ("sex", "birth_date", "region")
_WORD_BYTES = 6
_LAST_WORD = 64


def pairs_of(columns: Sequence[HasRole]) -> np.ndarray:
    """Return int64[p, 3]: column of an ID, a column that may agree with it, what that holds.

    A column of birth dates goes with the ID of the same person, else with the only one; columns of
    sexes and regions, whose heading doesn't say whose, with that of the subject.
    """
    identities = [one for one in columns if one.entity == "CN_RESIDENT_ID"]
    pairs = []
    for column in columns:
        what = {"sex": SEX, "region": REGION}.get(column.kind) if not column.entity else None
        what = BIRTH if column.entity == "DATE_OF_BIRTH" else what
        whose = column.whose if column.entity else "subject"
        own = [one for one in identities if one.whose == whose] or identities
        if what is not None and len(own) == 1:
            pairs.append((own[0].position, column.position, what))
    return np.array(pairs, np.int64).reshape(-1, 3)


@cache
def region_words() -> tuple[np.ndarray, np.ndarray]:
    """Return the first two hanzi of provinces and prefectures, and the provinces that they may mean.

    int64[n], sorted, and uint64[n, 2] with a bit for each first two digits of the code less 10.
    """
    found: dict[int, int] = {}
    for code, name, *_ in table_rows("division_codes"):
        start = name.encode()[:_WORD_BYTES]
        if code.endswith("00") and len(start) == _WORD_BYTES and "辖" not in name:
            word = int.from_bytes(start, "big")
            found[word] = found.get(word, 0) | 1 << int(code[:2]) - 10
    words = sorted(found)
    low = [found[word] & (1 << _LAST_WORD) - 1 for word in words]
    high = [found[word] >> _LAST_WORD for word in words]
    return np.array(words, np.int64), np.array([low, high], np.uint64).T.copy()


def agreements_of(block: Block, out: Out, first: np.ndarray, setup: Setup) -> np.ndarray:
    """Return int64[p, 3] by pair: rows of a block that agree, disagree, can't be compared."""
    agreements = np.zeros((setup.pairs.shape[0], 3), np.int64)
    if setup.pairs.size:
        note_agreements(block, out, first, setup.pairs, *region_words(), agreements)
    return agreements


class Evidence:
    """What the blocks of a source say, taken in their order."""

    def __init__(self, setup: Setup) -> None:
        self._pairs = setup.pairs
        self._sequences = np.zeros((setup.columns + 1, FIELDS), np.int64)
        self._agreements = np.zeros((setup.pairs.shape[0], 3), np.int64)

    def add(self, sequences: np.ndarray, agreements: np.ndarray) -> None:
        """Take a block's."""
        self._agreements += agreements
        for whole, part in zip(self._sequences, sequences, strict=True):
            if part[COUNT]:
                _join(whole, part)

    def shown(self) -> dict[str, Any]:
        """Return what `part.json` keeps: counts only, no number."""
        return {
            "sequences": [
                {
                    "column": None if at == len(self._sequences) - 1 else at,
                    "numbers": int(own[COUNT]),
                    "consecutive": int(own[STEPS]),
                    "longest": int(own[LONGEST]),
                    "shortest": int(own[SHORT]),
                    "widest": int(own[LONG]),
                }
                for at, own in enumerate(self._sequences)
                if own[COUNT]
            ],
            "agreements": [
                {
                    "identity": int(pair[0]),
                    "column": int(pair[1]),
                    "what": WHAT[int(pair[2])],
                    "agree": int(counts[0]),
                    "disagree": int(counts[1]),
                    "not_comparable": int(counts[2]),
                }
                for pair, counts in zip(self._pairs, self._agreements, strict=True)
            ],
        }


def _join(whole: np.ndarray, part: np.ndarray) -> None:
    """Add the sequence of the block that follows."""
    if not whole[COUNT]:
        whole[:] = part
        return
    meets = abs(int(part[FIRST] - whole[LAST])) == 1
    joined = int(whole[RUN] + part[HEAD]) if meets else 0
    if meets and not whole[BROKEN]:
        whole[HEAD] += part[HEAD]
    whole[RUN] = joined if meets and not part[BROKEN] else part[RUN]
    whole[BROKEN] |= part[BROKEN] | (not meets)
    whole[LONGEST] = max(whole[LONGEST], part[LONGEST], joined)
    whole[STEPS] += part[STEPS] + meets
    whole[COUNT] += part[COUNT]
    whole[LAST] = part[LAST]
    whole[SHORT] = min(whole[SHORT], part[SHORT])
    whole[LONG] = max(whole[LONG], part[LONG])
