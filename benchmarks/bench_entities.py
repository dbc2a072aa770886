# SPDX-License-Identifier: Apache-2.0
"""Recall and precision of every entity on the labelled corpus, and what is found where nothing is.

Run ``python benchmarks/bench_entities.py --out benchmarks/runs/NAME``. Without ``--out`` the tables
are printed only. Exit code 1 where an entity that has a recognizer misses its mark.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
from entities import SPECS
from labelled import Label, Sample, decoys, tables, texts

import piidetect as pii
from piidetect.schema import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

REFERENCE_DATE = "2026-01-01"
MARK, CHECKED_MARK = 0.99, 0.999
MOST_PER_THOUSAND = 1.0
ROWS = 20_000
#: Entities that the same digits may truly be as well: not counted as false there.
SAME_VALUE = {
    ("EMAIL_ADDRESS", "QQ_NUMBER"),
    ("CN_DISABILITY_CARD", "CN_RESIDENT_ID"),
    ("CN_STUDENT_ID", "CN_RESIDENT_ID"),
    ("CN_USCC", "CN_ORGANISATION_CODE"),
    ("URL", "IP_ADDRESS"),
}
#: Findings by chance that the rule itself implies; they are reported apart.
BY_CHANCE = {
    "CN_BANK_CARD": "Luhn, 10.1 % of the digits behind an issuer's number",
    "IMEI": "Luhn, 10 % of 15 digits",
    "CN_USCC": "GB 32100, 3.2 % of 18 characters with a province",
    "CN_RESIDENT_ID": "MOD 11-2, 9.0 % of the digits behind a division and a day",
}


class Score:
    """Counts of one entity."""

    def __init__(self) -> None:
        self.labels = self.found = self.false = 0
        self.missed: Counter[str] = Counter()
        self.invented: Counter[str] = Counter()

    @property
    def recall(self) -> float:
        return self.found / self.labels if self.labels else 1.0

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.false, 1) if self.found + self.false else 1.0


class Row(NamedTuple):
    """One line of the result."""

    part: str
    entity: str
    labels: int
    recall: float
    precision: float
    missed: str
    false: str


def findings(header: str, cells: Sequence[str], beside: str = "") -> list[list[dict[str, object]]]:
    """Return the findings of each cell of a column."""
    found: list[list[dict[str, object]]] = [[] for _ in cells]
    for first in range(0, len(cells), ROWS):
        columns = {header: list(cells[first : first + ROWS])}
        if beside:
            columns[beside] = [f"138{row:08d}" for row in range(len(columns[header]))]
        for row in pii.detect(pa.table(columns), reference_date=REFERENCE_DATE).to_pylist():
            if row["header"] == header:
                found[first + row["row"]].append(row)
    return found


def score(samples: Sequence[Sample], found: Sequence[list[dict[str, object]]]) -> dict[str, Score]:
    """Compare findings with labels: entity, span, canonical value and verdict must be right."""
    scores: dict[str, Score] = defaultdict(Score)
    for sample, here in zip(samples, found, strict=True):
        seen = {(f["entity"], f["start"], f["end"], f["value"], f["verdict"]) for f in here}
        for label in sample.labels:
            one = scores[label.entity]
            one.labels += 1
            if is_found(label, seen):
                one.found += 1
            else:
                one.missed[sample.form] += 1
        for entity, start, end, value, verdict in seen:
            if verdict == "valid" and not is_labelled(str(entity), str(value), start, end, sample):
                scores[str(entity)].false += 1
                scores[str(entity)].invented[f"{sample.about} {sample.form}"] += 1
    return scores


def is_found(label: Label, seen: set[tuple[object, ...]]) -> bool:
    """Tell whether a label was found; edges may differ by quotes and spaces of a cell."""
    if tuple(label) in seen:
        return True
    return any(
        (entity, value, verdict) == (label.entity, label.value, label.verdict)
        and abs(int(str(start)) - label.start) <= 1
        and abs(int(str(end)) - label.end) <= 1
        for entity, start, end, value, verdict in seen
    )


def is_labelled(entity: str, value: str, start: object, end: object, sample: Sample) -> bool:
    """Tell whether a finding is one of the sample's labels, or may truly be the same value."""
    for label in sample.labels:
        apart = int(str(end)) <= label.start or int(str(start)) >= label.end
        if not apart and (label.entity, entity) in SAME_VALUE:
            return True
        if not apart and entity == label.entity and value == label.value:
            return True
    return False


def measure(seed: int, each: int, rows: int) -> list[Row]:
    """Score texts and tables of every entity."""
    checked = texts(seed, each)
    parts = {"text": score(checked, findings("备注", [one.text for one in checked]))}
    merged: dict[str, Score] = defaultdict(Score)
    for table in tables(seed, rows):
        found = findings(table.heading, [one.text for one in table.cells], table.beside)
        for entity, one in score(table.cells, found).items():
            total = merged[entity]
            total.labels += one.labels
            total.found += one.found
            total.false += one.false
            total.missed += one.missed
            total.invented += one.invented
    parts["table"] = merged
    return [
        Row(
            part,
            entity,
            one.labels,
            one.recall,
            one.precision,
            most(one.missed),
            most(one.invented),
        )
        for part, scores in parts.items()
        for entity, one in sorted(scores.items(), key=lambda item: ENTITIES.index(item[0]))
    ]


def most(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counter.most_common(4))


def false_alarms(seed: int, rows: int) -> tuple[Counter[str], Counter[str]]:
    """Count valid findings in rows of numbers that are none: by entity and by entity and kind."""
    drawn = decoys(seed, rows)
    found = findings("备注", [text for _, text in drawn])
    by_entity: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    for (kind, _), here in zip(drawn, found, strict=True):
        for entity in {str(one["entity"]) for one in here if one["verdict"] == "valid"}:
            by_entity[entity] += 1
            by_kind[f"{entity} in {kind}"] += 1
    return by_entity, by_kind


def marks() -> dict[str, float]:
    """Return what each entity must reach."""
    return {spec.entity: CHECKED_MARK if spec.checked else MARK for spec in SPECS}


def report(result: Iterable[Row], alarms: tuple[Counter[str], Counter[str]], rows: int) -> str:
    """Write the tables as Markdown."""
    known = {one.entity for one in pii.load_recognizers()}
    wanted = marks()
    lines = [
        "| part | entity | values | recall | precision | mark | missed in | falsely found in |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in result:
        verdict = "no recognizer yet" if one.entity not in known else passed(one, wanted)
        lines.append(
            f"| {one.part} | {one.entity} | {one.labels:,} | {one.recall:.4f} | {one.precision:.4f} | "
            f"{verdict} | {one.missed} | {one.false} |"
        )
    by_entity, by_kind = alarms
    outside = sum(n for entity, n in by_entity.items() if entity not in BY_CHANCE)
    too_many = "**below the mark** " if 1000 * outside > MOST_PER_THOUSAND * rows else ""
    lines += [
        "",
        (
            f"{too_many}{rows:,} rows of numbers that are none: {1000 * outside / rows:.3f} findings "
            f"per 1,000 rows outside those with a declared chance (at most {MOST_PER_THOUSAND:g})."
        ),
        "",
        "| entity | rows with a finding | declared chance |",
        "|---|---|---|",
        *(f"| {e} | {n:,} | {BY_CHANCE.get(e, '')} |" for e, n in by_entity.most_common()),
        "",
        "| entity and kind of row | rows |",
        "|---|---|",
        *(f"| {name} | {n:,} |" for name, n in by_kind.most_common(20)),
    ]
    return "\n".join(lines) + "\n"


def passed(one: Row, wanted: dict[str, float]) -> str:
    """Say whether an entity reached its mark."""
    mark = wanted.get(one.entity, MARK)
    good = one.recall >= mark and one.precision >= mark
    return f"{mark}" if good else f"**below {mark}**"


def main() -> None:
    """Measure, print, and write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--each", type=int, default=200, help="texts of each form of each entity")
    parser.add_argument("--rows", type=int, default=2000, help="cells of each column")
    parser.add_argument("--decoys", type=int, default=100_000, help="rows of numbers that are none")
    parser.add_argument("--out", type=Path, help="folder of the run")
    given = parser.parse_args()
    started = time.perf_counter()
    result = measure(given.seed, given.each, given.rows)
    alarms = false_alarms(given.seed, given.decoys)
    text = report(result, alarms, given.decoys)
    seconds = time.perf_counter() - started
    print(text)
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        head = (
            f"# Recall and precision of every entity\n\n`python benchmarks/bench_entities.py --seed {given.seed} "
            f"--each {given.each} --rows {given.rows} --decoys {given.decoys}`, piidetect {pii.__version__}, Python "
            f"{platform.python_version()}, {platform.machine()}, {seconds:.0f} s.\n\n"
        )
        (given.out / "README.md").write_text(head + text, encoding="utf-8")
    sys.exit("**below" in text)


if __name__ == "__main__":
    main()
