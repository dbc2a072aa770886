# SPDX-License-Identifier: Apache-2.0
"""What ``detect`` and ``recognizers list`` print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from piidetect.report.width import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.recognizer import Recognizer
    from piidetect.report.shapes import Words
    from piidetect.scanning import Finding


def as_json(findings: Sequence[Finding]) -> str:
    """Return findings as a JSON list that ends with a line break."""
    rows = [finding._asdict() for finding in findings]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def as_text(findings: Sequence[Finding], words: Words) -> str:
    """Return findings as an aligned table, or one sentence if there are none."""
    if not findings:
        return words.say("cli.nothing_found") + "\n"
    rows = [
        (
            words.entity(one.entity),
            f"{one.start}-{one.end}",
            one.text,
            one.value,
            words.term("verdict", one.verdict),
            f"{one.score:.2f}",
            one.recognizer,
        )
        for one in findings
    ]
    names = ("entity", "place", "text", "canonical", "result", "score", "recognizer")
    head = [words.say(f"heading.{name}") for name in names]
    numeric = [name in ("place", "score") for name in names]
    return "\n".join(table(head, rows, numeric)) + "\n"


def recognizers(loaded: Sequence[Recognizer], words: Words) -> str:
    """Return the recognizers as an aligned table."""
    rows = [
        (one.id, one.entity, one.name[words.lang], one.validator or "", one.category)
        for one in loaded
    ]
    names = ("recognizer", "entity", "name", "validator", "category")
    head = [words.say(f"heading.{name}") for name in names]
    return "\n".join(table(head, rows, [False] * len(names))) + "\n"
