# SPDX-License-Identifier: Apache-2.0
"""Reports of a case. One dictionary (:mod:`piidetect.report.json`) feeds every form.

>>> sorted(FORMATS)
['html', 'json', 'text']
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError
from piidetect.messages import language
from piidetect.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.case import Case
    from piidetect.policies import Assessment
    from piidetect.report.shapes import Report, Words

#: Format → the ending of its files.
FORMATS: dict[str, str] = {"text": ".txt", "json": ".json", "html": ".html"}
_ENDINGS = {".txt": "text", ".text": "text", ".json": "json", ".html": "html", ".htm": "html"}


def format_of(path: Path) -> str:
    """Return the format that a file name asks for by its ending.

    Raises:
        ArgumentError: The ending belongs to no format.
    """
    found = _ENDINGS.get(path.suffix.lower())
    if found is None:
        msg = f"report {str(path)!r}: no such format; end the name in .html, .json or .txt"
        raise ArgumentError(msg)
    return found


def build(case: Case, assessments: Sequence[Assessment] = ()) -> Report:
    """Return the report dictionary of a case, as report.json holds it."""
    from piidetect.report import json

    return json.build(case, assessments)


def render(
    case: Case,
    form: str,
    *,
    lang: str | None = None,
    assessments: Sequence[Assessment] = (),
    details: bool = False,
) -> str:
    """Return the report of a case as text in one of :data:`FORMATS`.

    Args:
        case: An open case.
        form: ``text``, ``json`` or ``html``.
        lang: ``zh`` or ``en``; that of the locale by default. JSON is the same in both.
        assessments: what ``Case.assess`` gave, to be shown too.
        details: whether the checks of truth, places, operators and sectors are shown too.

    Raises:
        ArgumentError: No such format or language.
    """
    from piidetect.report import html, json, text

    if form not in FORMATS:
        msg = f"format {form!r} is not known; use one of {', '.join(FORMATS)}"
        raise ArgumentError(msg)
    report = json.build(case, assessments, details=details)
    if form == "json":
        return json.dumps(report)
    renderer = html.render if form == "html" else text.render
    return renderer(report, words(lang), json.exemplars(case))


def write(
    case: Case,
    path: str | Path,
    *,
    form: str | None = None,
    lang: str | None = None,
    assessments: Sequence[Assessment] = (),
    details: bool = False,
) -> Path:
    """Write the report of a case to a file, whole or not at all, and return its path.

    Args:
        case: An open case.
        path: The file; an older one is replaced.
        form: One of :data:`FORMATS`; by default the ending of ``path`` decides.
        lang: ``zh`` or ``en``; that of the locale by default.
        assessments: what ``Case.assess`` gave, to be shown too.
        details: whether the checks of truth, places, operators and sectors are shown too.

    Raises:
        ArgumentError: The ending, format or language isn't known.
        CaseError: The file can't be written.
    """
    target = Path(path)
    content = render(
        case, form or format_of(target), lang=lang, assessments=assessments, details=details
    )
    return write_whole(target, content.encode(), "report")


def assessed(
    case: Case, assessments: Sequence[Assessment], form: str, *, lang: str | None = None
) -> str:
    """Return assessments of a case by themselves, as ``text`` or ``json``."""
    from piidetect.report import json, text

    dicts = [one.to_dict() for one in assessments]
    if form == "json":
        return json.dumps(json.assessed(case, dicts))
    return text.assessed({"assessments": dicts}, words(lang))


def card(case: Case, *, lang: str | None = None) -> str:
    """Return the card that a notebook shows of a case, as an HTML fragment."""
    from piidetect.report import notebook

    return notebook.render(build(case), words(lang))


def words(lang: str | None = None) -> Words:
    """Return the words of a language, with the entities' names from the recognizers."""
    from piidetect.recognizer import load_recognizers
    from piidetect.report.shapes import Words

    chosen = language(lang)
    names: dict[str, str] = {}
    for recognizer in load_recognizers():
        names.setdefault(recognizer.entity, recognizer.name[chosen])
    return Words(lang=chosen, entities=names)
