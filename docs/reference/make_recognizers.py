# SPDX-License-Identifier: Apache-2.0
"""Write recognizers.md from the recognizer files: python docs/reference/make_recognizers.py"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import piidetect
from piidetect.recognizer import cell_detector, crossfire

if TYPE_CHECKING:
    from piidetect import Recognizer

PAGE = Path(__file__).with_name("recognizers.md")
OPENING = """# Recognizers

<!-- Written by docs/reference/make_recognizers.py from the recognizer files; don't edit. -->

All recognizers that come with piidetect, in the order of their ids; what their fields mean says
[recognizer files](recognizer-files.md). "Counts alone" lists the verdicts with which a value counts
where neither a heading nor a word names it: the others need one of them. "Column" means that only a
heading tells.

| id | entity | name | found by | counts alone |
|---|---|---|---|---|
"""
MATRIX = """
## Cross-fire

Every example is run against all recognizers. Where another one finds something too, or has a claim on
the same span that it loses (`also` of a finding), its file says why; anything else fails
`piidetect recognizers check`. On one span the lower precedence wins, and what only has a shape comes
after everything else.

| example of | also found by | examples | why |
|---|---|---|---|
"""


def way(recognizer: Recognizer) -> str:
    """Return how a recognizer finds values."""
    if recognizer.kind == "column":
        return "column"
    return "digits" if recognizer.kind == "shape" else "pattern"


def alone(recognizer: Recognizer) -> str:
    """Return with which verdicts a value counts without context."""
    if recognizer.kind == "column" or recognizer.context_required:
        return "–"
    return ", ".join(recognizer.alone) if recognizer.by_pattern else "by its rule"


def entry(recognizer: Recognizer) -> str:
    """Return the section on a recognizer."""
    lines = [
        f"## {recognizer.id}",
        "",
        f"{recognizer.name['zh']} · {recognizer.name['en']} · `{recognizer.entity}`, precedence "
        f"{recognizer.precedence}, validator `{recognizer.validator}`.",
        "",
        "Sources: " + "; ".join(recognizer.references) + ".",
    ]
    if recognizer.context_words:
        lines += ["", "Words: " + ", ".join(recognizer.context_words) + "."]
    if recognizer.beside:
        lines += ["", "Only beside: " + ", ".join(f"`{one}`" for one in recognizer.beside) + "."]
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the page."""
    recognizers = piidetect.load_recognizers()
    rows = [
        f"| [`{one.id}`](#{one.id.replace('.', '')}) | `{one.entity}` | {one.name['zh']} | {way(one)} "
        f"| {alone(one)} |"
        for one in recognizers
    ]
    known = {one.id: one for one in recognizers}
    cells = crossfire(recognizers, piidetect.detect, cell_detector(piidetect.detect))
    matrix = [
        f"| `{one}` | `{other}` | {count} | {known[one].also.get(other, 'NOT DECLARED')} |"
        for (one, other), count in sorted(cells.items())
    ]
    sections = "\n".join(entry(one) for one in recognizers)
    return OPENING + "\n".join(rows) + "\n" + MATRIX + "\n".join(matrix) + "\n\n" + sections


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name}: {len(piidetect.load_recognizers())} recognizers\n")
