# SPDX-License-Identifier: Apache-2.0
"""The papers of a sample: what was drawn, and what the answers say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.report.json import plain
from piidetect.report.paper import Paper
from piidetect.report.sections import funnel_label
from piidetect.report.shapes import section

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from piidetect.case import Case
    from piidetect.report.sections import Section, Words
    from piidetect.sampling import Sample, SampleResult

_DIGITS = 10**6


def drawn(case: Case, sample: Sample, words: Words) -> Paper:
    """Return the paper of a sample that was drawn."""
    rows = [
        (
            plain(one.source),
            words.term("sample_tier", one.tier),
            f"{one.records:,}",
            f"{one.drawn:,}",
        )
        for one in sample.strata
    ]
    strata = section(words, "sample_strata", "source tier #records #drawn", rows)
    data = {"schema": "piidetect.sample/1", **_sample(case, sample)}
    return Paper(
        title=words.say("sample.title"),
        facts=facts(case, words),
        sentences=sample.notes(words.lang),
        sections=[strata],
        data=data,
        lang=words.lang,
    )


def verified(case: Case, result: SampleResult, words: Words) -> Paper:
    """Return the paper of a sample that was looked up."""
    total = result.total
    headline = words.say(
        "sample.headline",
        drawn=len(result.sample.records),
        true=total.true,
        false=total.false,
        unknown=total.unknown,
        low=result.true.low,
        high=result.true.high,
        frame=result.sample.frame,
        confidence=f"{result.sample.terms.confidence:%}",
    )
    return Paper(
        title=words.say("sample.title_result"),
        facts=facts(case, words),
        sentences=[headline, *result.sample.notes(words.lang)],
        sections=[_strata(result, words), _funnel(result, words)],
        data={
            "schema": "piidetect.sample-result/1",
            **_sample(case, result.sample),
            **_result(result),
        },
        lang=words.lang,
    )


def facts(case: Case, words: Words) -> list[str]:
    """Return the line of facts on a case: tool, id, reference date."""
    tool = case.meta["tool"]
    return [
        words.say(
            "report.tool", name=tool.get("name", "piidetect"), version=tool.get("version", "")
        ),
        words.say("report.case", id=case.id),
        words.say("report.reference_date", date=case.meta["reference_date"]),
    ]


def _strata(result: SampleResult, words: Words) -> Section:
    rows = [
        (
            plain(stratum.source),
            words.term("sample_tier", stratum.tier),
            f"{stratum.records:,}",
            f"{stratum.drawn:,}",
            f"{answers.true:,}",
            f"{answers.false:,}",
            f"{answers.unknown:,}",
            f"{_down(bounds.share_low)}–{_up(bounds.share_high)}",
            f"{bounds.low:,}–{bounds.high:,}",
        )
        for stratum, answers, bounds in zip(
            result.sample.strata, result.answers, result.bounds, strict=True
        )
    ]
    head = "source tier #records #drawn #true #false #unknown #share_true #number_true"
    return section(words, "sample_bounds", head, rows)


def _funnel(result: SampleResult, words: Words) -> Section:
    rows = [
        (
            funnel_label(vars(step), words),
            f"-{step.excluded:,}" if step.excluded else "",
            f"{step.remaining:,}",
        )
        for step in result.funnel
    ]
    return section(words, "sample_funnel", "step #excluded #remaining", rows)


def _sample(case: Case, sample: Sample) -> dict[str, Any]:
    terms = sample.terms
    return {
        "case": {"id": case.id, "reference_date": case.meta["reference_date"]},
        "frame": sample.frame,
        "seed": terms.seed,
        "size": len(sample.records),
        "precision": None if terms.precision is None else str(terms.precision),
        "expected": str(terms.expected),
        "confidence": str(terms.confidence),
        "method": sample.method,
        "slack": _up(sample.slack),
        "strata": [vars(one) | {"source": plain(one.source)} for one in sample.strata],
        "records": [
            {"number": number, **vars(one), "source": plain(one.source)}
            for number, one in enumerate(sample.records, 1)
        ],
    }


def _result(result: SampleResult) -> Mapping[str, Any]:
    return {
        "answers": [vars(one) for one in result.answers],
        "bounds": [
            {
                "share_low": _down(one.share_low),
                "share_high": _up(one.share_high),
                "low": one.low,
                "high": one.high,
            }
            for one in result.bounds
        ],
        "true": {"low": result.true.low, "high": result.true.high},
        "funnel": [vars(step) for step in result.funnel],
    }


def _down(share: Fraction) -> str:
    """Return a share with six decimals, rounded down: never more than was shown."""
    return f"{int(share * _DIGITS) / _DIGITS:.6f}"


def _up(share: Fraction) -> str:
    return f"{-int(-share * _DIGITS // 1) / _DIGITS:.6f}"
