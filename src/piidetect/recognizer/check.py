# SPDX-License-Identifier: Apache-2.0
"""Run every example of every recognizer against all recognizers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from piidetect import numbers
from piidetect.schema import Verdict

if TYPE_CHECKING:
    from piidetect.recognizer.model import Example, Recognizer

Detect = Callable[[str], Iterable[Any]]
#: Findings in the last cell of a row, given as headings and cells.
DetectCell = Callable[[dict[str, str]], Iterable[Any]]


def verdict_name(verdict: object) -> str:
    """Return the lower-case name of a verdict, given as its number, its member or its name."""
    return Verdict(verdict).name.lower() if isinstance(verdict, int) else str(verdict).lower()


def _shown(pairs: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{value} {verdict}" for value, verdict in pairs) or "nothing"


def cell_detector(detect: Callable[[Any], Any]) -> DetectCell:
    """Return a function that finds what a cell below a heading holds, made from `detect` of tables."""
    import pyarrow as pa

    def detect_cell(row: dict[str, str]) -> list[Any]:
        found = detect(pa.table({header: [text] for header, text in row.items()})).to_pylist()
        return [SimpleNamespace(**one) for one in found if one["column"] == len(row) - 1]

    return detect_cell


def _compare(example: Example, recognizer: Recognizer, findings: list[Any]) -> list[str]:
    """Compare what an example gives with what it promises."""
    found = sorted(
        (f.value, verdict_name(f.verdict)) for f in findings if f.recognizer == recognizer.id
    )
    expected = sorted((match.value, match.verdict) for match in example.matches)
    faults = []
    if found != expected:
        faults.append(f"expected {_shown(expected)}, found {_shown(found)}")
    others = {name for f in findings for name in (f.recognizer, *getattr(f, "also", ()))}
    others -= {recognizer.id, *recognizer.also}
    faults += [f"{other} matches too; if that is right, say so in also" for other in sorted(others)]
    return faults


def _check_cell(example: Example, recognizer: Recognizer) -> list[str]:
    """Compare the validator's verdict on a cell with the one that the example promises."""
    module = getattr(numbers, recognizer.validator)
    found = verdict_name(int(module.verdict(example.text)))
    expected = example.matches[0].verdict
    if found != expected:
        return [f"expected {expected}, found {found}"]
    if found == "valid" and (value := module.validate(example.text)) != example.matches[0].value:
        return [f"expected {example.matches[0].value}, found {value}"]
    return []


def _check_counter_example(
    text: str, recognizer: Recognizer, detect: Detect, detect_cell: DetectCell | None
) -> list[str]:
    if recognizer.kind == "column" and recognizer.by_pattern:
        if detect_cell is None or not recognizer.context_headers:
            return []
        found = detect_cell({recognizer.context_headers[0]: text})
        valid = [f for f in found if f.recognizer == recognizer.id and f.verdict == "valid"]
        return ["its column takes it"] if valid else []
    if recognizer.kind == "column":
        verdict = getattr(numbers, recognizer.validator).verdict(text)
        return ["the validator accepts it"] if verdict == Verdict.VALID else []
    found = [f for f in detect(text) if f.recognizer == recognizer.id]
    pairs = [(f.value, verdict_name(f.verdict)) for f in found]
    return [f"expected nothing, found {_shown(pairs)}"] if pairs else []


def _beside(recognizers: Iterable[Recognizer]) -> dict[str, dict[str, str]]:
    """Return, for recognizers that need another column, one that an example of another file has."""
    columns: dict[str, dict[str, str]] = {}
    for recognizer in recognizers:
        for example in recognizer.examples:
            if example.header and [one.verdict for one in example.matches] == ["valid"]:
                columns.setdefault(recognizer.entity, {example.header: example.text})
    found = {}
    for recognizer in recognizers:
        known = [columns[entity] for entity in recognizer.beside if entity in columns]
        if known:
            found[recognizer.id] = known[0]
    return found


def _check_example(
    example: Example,
    recognizer: Recognizer,
    detect: Detect,
    detect_cell: DetectCell | None,
    beside: dict[str, dict[str, str]],
) -> list[str]:
    if example.header and recognizer.by_pattern:
        if detect_cell is None:
            return []
        row = {**beside.get(recognizer.id, {}), example.header: example.text}
        return _compare(example, recognizer, list(detect_cell(row)))
    if recognizer.kind == "column":
        return _check_cell(example, recognizer)
    return _compare(example, recognizer, list(detect(example.text)))


def check(
    recognizers: Iterable[Recognizer], detect: Detect, detect_cell: DetectCell | None = None
) -> list[str]:
    """Return all that is wrong with the recognizers, one line each; nothing if all is well.

    Every example of a shape or pattern is run through `detect`, so against all recognizers:
    findings of another one, and claims that it lost, are a fault unless the file declares them in
    ``also``. An example with a heading is a cell: those of patterns go through `detect_cell`, the
    others' through the validator.

    Args:
        recognizers: the recognizers whose examples are run.
        detect: ``piidetect.detect`` on a text: findings with ``value``, ``verdict``, ``recognizer``.
        detect_cell: the same on a cell below a heading (:func:`cell_detector`); without it the
            examples of patterns that have a heading aren't run.
    """
    recognizers = tuple(recognizers)
    known = {recognizer.id for recognizer in recognizers}
    problems = []
    beside = _beside(recognizers)
    for recognizer in recognizers:
        problems += [
            f"{recognizer.id}: also: no recognizer {name}" for name in set(recognizer.also) - known
        ]
        for index, example in enumerate(recognizer.examples):
            faults = _check_example(example, recognizer, detect, detect_cell, beside)
            problems += [f"{recognizer.id}: examples[{index}]: {fault}" for fault in faults]
        for index, text in enumerate(recognizer.counter_examples):
            faults = _check_counter_example(text, recognizer, detect, detect_cell)
            problems += [f"{recognizer.id}: counter_examples[{index}]: {fault}" for fault in faults]
    return problems


def crossfire(
    recognizers: Iterable[Recognizer], detect: Detect, detect_cell: DetectCell
) -> dict[tuple[str, str], int]:
    """Return the cross-fire matrix: in how many examples of one recognizer another one finds something.

    A claim on a span that another recognizer won counts as well.

    Args:
        recognizers: those whose examples are run; cells that only a validator judges are left out.
        detect: as in :func:`check`.
        detect_cell: as in :func:`check`.
    """
    recognizers = tuple(recognizers)
    beside = _beside(recognizers)
    cells: dict[tuple[str, str], int] = {}
    for recognizer in recognizers:
        for example in recognizer.examples:
            if example.header and recognizer.by_pattern:
                row = {**beside.get(recognizer.id, {}), example.header: example.text}
                found = list(detect_cell(row))
            elif recognizer.kind == "column":
                continue
            else:
                found = list(detect(example.text))
            names = {name for one in found for name in (one.recognizer, *getattr(one, "also", ()))}
            for name in names - {recognizer.id}:
                cells[recognizer.id, name] = cells.get((recognizer.id, name), 0) + 1
    return cells
