# SPDX-License-Identifier: Apache-2.0
"""Compare what a tool found with the truth of a corpus: precision, recall and error of counts.

Findings are compared as multisets of canonical values, so finding a number twice where it stands
once is one false positive. Spans of a case folder are read back from the source and made canonical
here, without any code of the tool that found them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from writing import fingerprint, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from writing import Text, Whole

ENTITIES = ("CN_RESIDENT_ID", "CN_MOBILE", "CN_BANK_CARD", "EMAIL_ADDRESS")
SPAN_BYTES = 64


class Score(NamedTuple):
    """How well a tool did on one entity."""

    precision: float
    recall: float
    count_error: float  # (distinct found - distinct true) / distinct true

    @classmethod
    def of(cls, hits: int, found: int, true: int, distinct: int, distinct_true: int) -> Score:
        """Work the shares out; nothing found has precision 1."""
        return cls(
            hits / found if found else 1.0,
            hits / true if true else 1.0,
            (distinct - distinct_true) / max(distinct_true, 1),
        )


def canonical_emails(found: object) -> Whole:
    """Return fingerprints of e-mail addresses given as strings."""
    texts = [str(text).lower() for text in found]
    return fingerprint(table(texts)) if texts else np.zeros(0, np.int64)


def score(found: Mapping[str, object], corpus: Path) -> dict[str, Score]:
    """Score the values of each entity, and all together under the name ``all``.

    The count error of all together is the worst of them: errors of opposite signs don't cancel.
    """
    truth = json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8"))
    scores: dict[str, Score] = {}
    totals = np.zeros(5, np.int64)
    for entity in ENTITIES:
        if entity not in found:
            scores[entity] = Score(1.0, 0.0, -1.0)
            totals[2] += truth["entities"][entity]["occurrences"]
            totals[4] += truth["entities"][entity]["distinct"]
            continue
        values = found[entity]
        if entity == "EMAIL_ADDRESS" and not (
            isinstance(values, np.ndarray) and values.dtype == np.int64
        ):
            values = canonical_emails(values)
        true = np.load(corpus.with_suffix(f".{entity}.npy"))
        figures = matched(np.asarray(values, np.int64), true)
        scores[entity] = Score.of(*figures)
        totals += figures
    worst = max((s.count_error for s in scores.values()), key=abs)
    return {**scores, "all": Score.of(*totals.tolist())._replace(count_error=worst)}


def matched(values: Whole, true: Whole) -> tuple[int, int, int, int, int]:
    """Return hits, found, true, distinct found and distinct true of two multisets."""
    found_values, found_counts = np.unique(values, return_counts=True)
    true_values, true_counts = np.unique(true, return_counts=True)
    _, ours, theirs = np.intersect1d(
        found_values, true_values, assume_unique=True, return_indices=True
    )
    hits = int(np.minimum(found_counts[ours], true_counts[theirs]).sum())
    return hits, len(values), len(true), len(found_values), len(true_values)


# --- a case folder ---------------------------------------------------------------------------


def case_values(folder: Path, corpus: Path) -> dict[str, Whole]:
    """Read the valid findings of a case back from its source, as canonical values.

    Args:
        folder: case folder with one part.
        corpus: the file that was scanned.

    Returns:
        int64 arrays by entity, one entry for each valid finding.

    """
    import pyarrow.parquet as pq

    (part,) = sorted((folder / "parts").iterdir())
    records = pq.read_table(part / "records.parquet", columns=["row", "offset"])
    findings = pq.read_table(
        part / "findings.parquet", columns=["row", "entity", "verdict", "start", "length"]
    )
    data, offset = utf8_text(corpus, records["offset"].to_numpy())
    by_row = np.zeros(int(records["row"].to_numpy().max(initial=0)) + 1, np.int64)
    by_row[records["row"].to_numpy()] = offset
    entity, verdict = (plain(findings[name]) for name in ("entity", "verdict"))
    start = by_row[findings["row"].to_numpy()] + findings["start"].to_numpy()
    length = plain(findings["length"]).astype(np.int64)
    numbers = {"CN_RESIDENT_ID": 0, "CN_MOBILE": 1, "CN_BANK_CARD": 2, "EMAIL_ADDRESS": 3}
    values = {}
    for name, number in numbers.items():
        mask = (entity == number) & (verdict == 1)
        values[name] = canonical(name, gathered(data, start[mask], length[mask]))
    return values


def plain(column) -> NDArray:
    """Return a column as numpy, dictionaries resolved."""
    array = column.combine_chunks()
    return (array.dictionary_decode() if hasattr(array, "dictionary_decode") else array).to_numpy()


def utf8_text(corpus: Path, offset: Whole) -> tuple[NDArray[np.uint8], Whole]:
    """Return the source in UTF-8 and where its rows begin in it."""
    raw = corpus.read_bytes()
    if ".gb18030." not in corpus.name:
        return np.frombuffer(raw, np.uint8), offset.astype(np.int64)
    before = np.flatnonzero(np.frombuffer(raw, np.uint8) == 10)  # no hanzi of GB18030 holds a 10
    data = np.frombuffer(raw.decode("gb18030").encode(), np.uint8)
    line = np.searchsorted(before, offset.astype(np.int64))
    starts = np.concatenate([[0], np.flatnonzero(data == 10) + 1])
    return data, starts[line]


def gathered(data: NDArray[np.uint8], start: Whole, length: Whole) -> Text:
    """Copy spans into a matrix padded with NUL."""
    padded = np.concatenate([data, np.zeros(SPAN_BYTES, np.uint8)])
    out = padded[start[:, None] + np.arange(SPAN_BYTES)]
    out[np.arange(SPAN_BYTES) >= length[:, None]] = 0
    return out


def canonical(entity: str, text: Text) -> Whole:
    """Make spans canonical: fold full-width characters, drop separators, cut country codes."""
    if entity == "EMAIL_ADDRESS":
        upper = (text >= ord("A")) & (text <= ord("Z"))
        return fingerprint(np.where(upper, text + 32, text))
    folded = text.copy()
    wide = (text[:, :-2] == 0xEF) & (text[:, 1:-1] == 0xBC)
    folded[:, 2:][wide] -= 0x60
    folded[:, :-2][wide] = 0
    folded[:, 1:-1][wide] = 0
    letter = (folded == ord("X")) | (folded == ord("x"))
    keep = ((folded >= 48) & (folded <= 57)) | letter
    size = keep.sum(1)
    value = np.zeros(len(text), np.int64)
    seen = np.zeros(len(text), np.int64)
    skip = size - 11 if entity == "CN_MOBILE" else np.zeros_like(size)  # cut the country code
    most = {"CN_RESIDENT_ID": 17, "CN_MOBILE": 11, "CN_BANK_CARD": 19}[entity]
    for column, kept in zip(folded.T, keep.T, strict=True):
        taken = kept & (seen >= skip) & (seen < skip + most)
        value = np.where(taken, value * 10 + column - 48, value)
        seen += kept
    if entity == "CN_RESIDENT_ID":
        old = size == 15
        value[old] = (value[old] // 10**9 * 100 + 19) * 10**9 + value[old] % 10**9
    return value
