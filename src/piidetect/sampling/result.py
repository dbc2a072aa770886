# SPDX-License-Identifier: Apache-2.0
"""What a filled-in sheet says: bounds for each stratum and for all, and the funnel under them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from piidetect.count.funnel import Step
from piidetect.errors import ArgumentError
from piidetect.messages import LANGUAGES, term
from piidetect.refusal import Problem, RowsRefused
from piidetect.sampling.bounds import (
    binomial_lower,
    binomial_upper,
    hypergeometric_lower,
    hypergeometric_upper,
)
from piidetect.sampling.design import Range, Size, combine
from piidetect.sampling.sample import Sample, decimal_share, draw_sample, make_terms
from piidetect.sampling.sheet import FALSE, TRUE, UNKNOWN, Answer, answer_of, read_sheet, same
from piidetect.sampling.tiers import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction
    from pathlib import Path

    import pandas as pd

    from piidetect.case import Case

UNTRUE_BY_SAMPLE = "untrue_by_sample"
REASON = "not shown to be true by the sample: the lower confidence bound is taken"
_TOKEN = ("case", "frame", "tiers", "size", "confidence", "expected", "precision", "seed")
_FIXED = ("value", "source", "row", "byte_offset")


@dataclass(frozen=True)
class Answers:
    """The answers of a stratum: how many are true, false, or could not be verified."""

    true: int
    false: int
    unknown: int


@dataclass(frozen=True)
class Bounds:
    """Confidence bounds of a stratum: the share of true records and their number.

    The low one takes what could not be verified for untrue, the high one for true. Shares are
    Clopper-Pearson bounds rounded outwards, numbers are exact hypergeometric bounds.
    """

    share_low: Fraction
    share_high: Fraction
    low: int
    high: int


@dataclass(frozen=True)
class SampleResult:
    """A verified sample.

    Attributes:
        sample: the sample as it was drawn.
        answers: one for each stratum.
        bounds: one for each stratum, each at the sample's confidence.
        true: how many records of the frame are true, at least and at most, for all strata together.
        funnel: the case's funnel with the lower bound as one more step: a scenario.
    """

    sample: Sample
    answers: Sequence[Answers]
    bounds: Sequence[Bounds]
    true: Range
    funnel: Sequence[Step]

    @property
    def total(self) -> Answers:
        """Return the answers of all strata."""
        sums = [sum(getattr(one, name) for one in self.answers) for name in (TRUE, FALSE, UNKNOWN)]
        return Answers(*sums)

    @property
    def strata(self) -> pd.DataFrame:
        """Return one row a stratum: sizes, answers and bounds."""
        import pandas as pd

        rows = [
            {
                **vars(stratum),
                **vars(answers),
                "share_low": float(bounds.share_low),
                "share_high": float(bounds.share_high),
                "low": bounds.low,
                "high": bounds.high,
            }
            for stratum, answers, bounds in zip(
                self.sample.strata, self.answers, self.bounds, strict=True
            )
        ]
        return pd.DataFrame(rows)


def read_sample(case: Case, path: Path, *, threads: int | None = None) -> SampleResult:
    """Read a filled-in sheet, draw again, compare, and return the bounds.

    Raises:
        ArgumentError: the file can't be read, or it is a sheet of another case.
        RowsRefused: rows that were never drawn or are missing, changed locators, unknown answers.
    """
    rows = read_sheet(path)
    terms, frame = _terms(case, path, rows)
    sample = draw_sample(case, terms, threads=threads)
    if sample.frame != frame:
        msg = f"sheet {str(path)!r}: its frame has {frame} records, that of the case {sample.frame}; draw again"
        raise ArgumentError(msg)
    problems = list(_problems(sample, rows))
    if problems:
        raise RowsRefused(f"sheet {str(path)!r}", sorted(problems))
    return evaluate(case, sample, {int(row.cells["number"]): _answer(row) for row in rows})


def evaluate(case: Case, sample: Sample, answers: Mapping[int, str]) -> SampleResult:
    """Return the bounds for the answers by number of the drawn record, from 1."""
    tallies = [Counter[str]() for _ in sample.strata]
    for number, one in enumerate(sample.records, 1):
        tallies[one.stratum][answers[number]] += 1
    counted = [Answers(tally[TRUE], tally[FALSE], tally[UNKNOWN]) for tally in tallies]
    least = [one.true for one in counted]
    most = [one.true + one.unknown for one in counted]
    alpha = sample.terms.alpha
    found = combine(sample.sizes, least, most, alpha)
    last = case.steps[-1].remaining
    step = Step(UNTRUE_BY_SAMPLE, last - found.low, found.low, REASON)
    return SampleResult(
        sample=sample,
        answers=counted,
        bounds=[
            _bounds(size, few, many, alpha)
            for size, few, many in zip(sample.sizes, least, most, strict=True)
        ],
        true=found,
        funnel=(*case.steps, step),
    )


def _bounds(size: Size, least: int, most: int, alpha: Fraction) -> Bounds:
    return Bounds(
        binomial_lower(size.drawn, least, alpha),
        binomial_upper(size.drawn, most, alpha),
        hypergeometric_lower(size.records, size.drawn, least, alpha),
        hypergeometric_upper(size.records, size.drawn, most, alpha),
    )


def _terms(case: Case, path: Path, rows: Sequence[Answer]) -> tuple[Any, int]:
    """Return the terms of the draw and the size of the frame, which each row carries."""
    name = f"sheet {str(path)!r}"
    tokens = Counter(row.cells["draw"] for row in rows)
    if not tokens:
        raise ArgumentError(f"{name} has no row; give the sheet that was filled in")
    token = tokens.most_common(1)[0][0]
    other = [row for row in rows if row.cells["draw"] != token]
    if other:
        what = "belongs to another draw or was changed; take the row out or restore the cell"
        raise RowsRefused(name, [Problem(row.line, "draw", what) for row in other])
    values = dict(piece.partition("=")[::2] for piece in token.split(";", len(_TOKEN) - 1))
    if tuple(values) != _TOKEN or not (values["frame"].isdecimal() and values["size"].isdecimal()):
        what = (
            "the terms of the draw were changed; restore the column from the sheet as it was drawn"
        )
        raise RowsRefused(name, [Problem(rows[0].line, "draw", what)])
    if values["case"] != case.id:
        msg = f"{name} was drawn from case {values['case']!r}, this is {case.id!r}; give that case"
        raise ArgumentError(msg)
    if values["tiers"] != version():
        msg = (
            f"{name} was drawn by the tiers of {values['tiers']!r}, this version has {version()!r}; "
            "read it with the version of piidetect that drew it"
        )
        raise ArgumentError(msg)
    terms = make_terms(
        seed=values["seed"],
        size=int(values["size"]),
        expected=values["expected"],
        confidence=values["confidence"],
    )
    if values["precision"] != "-":
        terms = replace(terms, precision=decimal_share("precision", values["precision"]))
    return terms, int(values["frame"])


def _problems(sample: Sample, rows: Sequence[Answer]) -> Iterator[Problem]:
    seen: dict[int, int] = {}
    for row in rows:
        text = row.cells["number"]
        number = int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 (digits of a number of rows)
        if not 1 <= number <= len(sample.records):
            yield Problem(row.line, "number", f"{text[:20]!r} was never drawn; delete the row")
        elif number in seen:
            what = f"{number} stands in line {seen[number]} too; delete one of the two"
            yield Problem(row.line, "number", what)
        else:
            seen[number] = row.line
            yield from _row_problems(sample, number, row)
    for number in range(1, len(sample.records) + 1):
        if number not in seen:
            one = sample.records[number - 1]
            what = f"{number} (row {one.row} of {one.source!r}) is missing; every drawn record must be answered"
            yield Problem(rows[-1].line, "number", what)


def _row_problems(sample: Sample, number: int, row: Answer) -> Iterator[Problem]:
    drawn = sample.records[number - 1]
    for name in _FIXED:
        if not same(row.cells[name], getattr(drawn, name)):
            what = f"is not as it was drawn ({getattr(drawn, name)!r}); restore it"
            yield Problem(row.line, name, what)
    tier = sample.strata[drawn.stratum].tier
    if row.cells["tier"] not in {tier, *(term("sample_tier", tier, lang) for lang in LANGUAGES)}:
        yield Problem(row.line, "tier", f"is not as it was drawn ({tier!r}); restore it")
    if answer_of(row.cells["answer"]) is None:
        given = row.cells["answer"]
        what = f"{given[:20]!r} is no answer" if given else "there is no answer"
        yield Problem(
            row.line, "answer", f"{what}; fill in true, false or unknown (真实, 不真实, 无法核实)"
        )


def _answer(row: Answer) -> str:
    answer = answer_of(row.cells["answer"])
    assert answer is not None
    return answer
