# SPDX-License-Identifier: Apache-2.0
"""Run every example of every recognizer against all recognizers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from piidetect import numbers
from piidetect.schema import Verdict

if TYPE_CHECKING:
    from piidetect.recognizer.model import Example, Recognizer

Detect = Callable[[str], Iterable[Any]]


def verdict_name(verdict: object) -> str:
    """Return the lower-case name of a verdict, given as its number, its member or its name."""
    return Verdict(verdict).name.lower() if isinstance(verdict, int) else str(verdict).lower()


def _shown(pairs: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{value} {verdict}" for value, verdict in pairs) or "nothing"


def _check_text(example: Example, recognizer: Recognizer, detect: Detect) -> list[str]:
    """Compare what a text gives with what the example promises."""
    findings = list(detect(example.text))
    found = sorted(
        (f.value, verdict_name(f.verdict)) for f in findings if f.recognizer == recognizer.id
    )
    expected = sorted((match.value, match.verdict) for match in example.matches)
    faults = []
    if found != expected:
        faults.append(f"expected {_shown(expected)}, found {_shown(found)}")
    others = {f.recognizer for f in findings} - {recognizer.id} - set(recognizer.also)
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


def _check_counter_example(text: str, recognizer: Recognizer, detect: Detect) -> list[str]:
    if recognizer.kind == "column":
        verdict = getattr(numbers, recognizer.validator).verdict(text)
        return ["the validator accepts it"] if verdict == Verdict.VALID else []
    found = [f for f in detect(text) if f.recognizer == recognizer.id]
    pairs = [(f.value, verdict_name(f.verdict)) for f in found]
    return [f"expected nothing, found {_shown(pairs)}"] if pairs else []


def check(recognizers: Iterable[Recognizer], detect: Detect) -> list[str]:
    """Return all that is wrong with the recognizers, one line each; nothing if all is well.

    Every example of a shape or pattern is run through `detect`, so against all recognizers:
    findings of another one are a fault unless the file declares them in ``also``. Examples of
    columns are cells and go through the validator.

    Args:
        recognizers: the recognizers whose examples are run.
        detect: ``piidetect.detect`` on a text: findings with ``value``, ``verdict``, ``recognizer``.
    """
    recognizers = tuple(recognizers)
    known = {recognizer.id for recognizer in recognizers}
    problems = []
    for recognizer in recognizers:
        problems += [
            f"{recognizer.id}: also: no recognizer {name}" for name in set(recognizer.also) - known
        ]
        for index, example in enumerate(recognizer.examples):
            column = recognizer.kind == "column"
            faults = (
                _check_cell(example, recognizer)
                if column
                else _check_text(example, recognizer, detect)
            )
            problems += [f"{recognizer.id}: examples[{index}]: {fault}" for fault in faults]
        for index, text in enumerate(recognizer.counter_examples):
            faults = _check_counter_example(text, recognizer, detect)
            problems += [f"{recognizer.id}: counter_examples[{index}]: {fault}" for fault in faults]
    return problems
