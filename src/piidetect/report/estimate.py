# SPDX-License-Identifier: Apache-2.0
"""The paper of an estimate of persons: apart from every report, with the model laid open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.report.paper import Paper
from piidetect.report.sampling import facts
from piidetect.report.shapes import section

if TYPE_CHECKING:
    from piidetect.case import Case
    from piidetect.linkage import PersonEstimate
    from piidetect.report.shapes import Section, Words


def paper(case: Case, found: PersonEstimate, words: Words) -> Paper:
    """Return the paper; its first sentence says that it is no count and never pleaded."""
    few = [] if found.model["columns"] else [words.say("estimate.no_model")]
    return Paper(
        title=words.say("estimate.title"),
        facts=facts(case, words),
        sentences=[
            words.say("estimate.warning"),
            words.say(
                "estimate.headline",
                estimate=found.estimate,
                least=min(found.persons.values()),
                most=max(found.persons.values()),
                subjects=found.subjects,
                ids=found.ids,
            ),
            *few,
        ],
        sections=[one for one in (_persons(found, words), _model(found, words)) if one.rows],
        data=found.to_dict(),
        lang=words.lang,
    )


def _persons(found: PersonEstimate, words: Words) -> Section:
    rows = [(f"{at:g}", f"{number:,}") for at, number in found.persons.items()]
    return section(words, "estimate_persons", "#probability #persons", rows, pairs=found.pairs)


def _model(found: PersonEstimate, words: Words) -> Section:
    rows = [
        (
            words.term("estimate_column", one["name"]),
            f"{one['filled']:,}",
            f"{one['m']:.4f}",
            f"{one['u']:.3g}",
        )
        for one in found.model["columns"]
    ]
    names = [words.term("estimate_column", name) for name in found.model["left_out"]]
    rules = (rule.split(" + ") for rule in found.model["trained_on"])
    trained = [" + ".join(words.term("estimate_column", one) for one in rule) for rule in rules]
    return section(
        words,
        "estimate_model",
        "estimate_column #rows_filled #m #u",
        rows,
        compared=found.rows,
        prior=found.model["prior"],
        recall=found.model["assumed_recall"],
        trained="; ".join(trained) or "—",
        left_out=", ".join(names) or "—",
        hub=found.model["hub"],
        version=found.model["splink"],
    )
