# SPDX-License-Identifier: Apache-2.0
"""The certificate of a comparison before and after: text, HTML or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from piidetect.report import format_of, words
from piidetect.report.document import Document, as_html, as_text, require_format
from piidetect.report.json import plain
from piidetect.report.shapes import section
from piidetect.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from piidetect.case.compared import Comparison
    from piidetect.report.shapes import Section, Words

_FORMS = ("hashed", "encrypted", "encoded")


def render(comparison: Comparison, form: str, *, lang: str | None = None) -> str:
    """Return the certificate as ``text``, ``json`` or ``html``.

    Raises:
        ArgumentError: no such format or language.
    """
    require_format(form)
    content = comparison.as_dict()
    for column in content["columns"]:
        column["source"] = plain(column["source"])
    if form == "json":
        return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    document = _document(content, words(lang))
    return as_html(document) if form == "html" else as_text(document)


def write(comparison: Comparison, path: Path, *, lang: str | None = None) -> Path:
    """Write the certificate and return its path; the ending says the format.

    Raises:
        ArgumentError: the ending or the language isn't known.
        CaseError: the file can't be written.
    """
    return write_whole(path, render(comparison, format_of(path), lang=lang).encode(), "report")


def _document(content: dict[str, Any], words: Words) -> Document:
    before, after = content["before"], content["after"]
    return Document(
        title=words.say("comparison.title"),
        lang=words.lang,
        facts=(
            words.say("comparison.before", **_some(before)),
            words.say("comparison.after", **_some(after)),
        ),
        sentences=_sentences(content, words),
        sections=_sections(content, words),
        closing=(words.say("comparison.rule"), words.say("comparison.signature")),
    )


def _some(case: dict[str, Any]) -> dict[str, Any]:
    return {name: case[name] for name in ("id", "sources", "rows")}


def _sentences(content: dict[str, Any], words: Words) -> list[str]:
    persons, columns = content["persons"], content["columns"]
    states = {name: persons[name] for name in ("before", "still_there", "reachable", "gone")}
    sentences = [words.say("comparison.incomplete_persons", **states)]
    if content["complete"]:
        sentences.insert(0, words.say("comparison.complete"))
    if persons["new"]:
        sentences.append(words.say("comparison.new_persons", new=persons["new"]))
    formed = [one for one in columns if one["state"] in _FORMS]
    if formed:
        values = sum(one["indicated"] for one in formed)
        sentences.append(words.say("comparison.indicated", columns=len(formed), values=values))
    masked = [one for one in columns if one["state"] == "masked"]
    if masked:
        cells = sum(one["masked_after"] for one in masked)
        sentences.append(words.say("comparison.masked", columns=len(masked), cells=cells))
    if content["after"]["incomplete"]:
        sentences.append(words.say("comparison.not_read", n=content["after"]["incomplete"]))
    if content["before"]["recognizers_sha256"] != content["after"]["recognizers_sha256"]:
        sentences.append(words.say("comparison.other_recognizers"))
    return sentences


def _sections(content: dict[str, Any], words: Words) -> list[Section]:
    states = [
        section(
            words,
            f"compare_{name}",
            "state #number what",
            [
                (words.term("state", state), f"{number:,}", words.term("state_rule", state))
                for state, number in content[name].items()
            ],
        )
        for name in ("persons", "information")
    ]
    values = [
        (words.entity(row["entity"]), *(f"{row[name]:,}" for name in _VALUES))
        for row in content["values"]
    ]
    columns = [
        (
            row["source"],
            row["header"] or str(row["position"]),
            words.entity(row["entity"]),
            words.term("state", row["state"]),
            *("" if row[name] is None else f"{row[name]:,}" for name in _COLUMN),
        )
        for row in content["columns"]
    ]
    categories = [
        (
            words.term("category", row["category"]),
            f"{row['before']:,}",
            f"{row['after']:,}",
            words.term("state", row["state"]),
        )
        for row in content["categories"]
    ]
    return [
        *states,
        section(words, "compare_values", "entity #before #still_there #moved #gone #new", values),
        section(words, "compare_columns", _COLUMN_HEAD, columns),
        section(words, "compare_categories", "category #before #after state", categories),
    ]


_VALUES = ("before", "still_there", "moved", "gone", "new")
_COLUMN = (
    "cells_before",
    "cells_after",
    "masked_after",
    "same_column",
    "moved",
    "gone",
    "indicated",
)
_COLUMN_HEAD = "source header entity state #before #after #masked_after #same_column #moved_away #gone #indicated"
