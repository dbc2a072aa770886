# SPDX-License-Identifier: Apache-2.0
"""The fields of a recognizer file: what each may hold; every mistake is collected, none hides another."""

from __future__ import annotations

import importlib.util
import re
from typing import Any, Final

from piidetect.recognizer.automaton import compile_pattern
from piidetect.recognizer.model import Example, Match, Recognizer
from piidetect.recognizer.pattern_syntax import PatternError
from piidetect.schema import ENTITIES, OWN_PREFIX, Verdict
from piidetect.yaml_fields import Report
from piidetect.yaml_fields import choice as _choice
from piidetect.yaml_fields import mapping as _dict
from piidetect.yaml_fields import text as _text
from piidetect.yaml_fields import texts as _texts

CATEGORIES: Final = frozenset(
    [
        "basic",
        "identity",
        "contact",
        "financial",
        "health",
        "location",
        "network",
        "device",
        "education",
        "vehicle",
    ]
)
PROFILES: Final = frozenset(
    [
        "PERSON",
        "ADDRESS",
        "BIRTH_DATE",
        "MEDICAL_RECORD_NUMBER",
        "VISIT_NUMBER",
        "ICD10",
        "DATE",
        "GESTATION_WEEKS",
    ]
)
VERDICTS: Final = frozenset(verdict.name.lower() for verdict in Verdict if verdict)
#: Characters of a pattern at most.
LONGEST_PATTERN: Final = 500
KINDS: Final = ("shape", "pattern", "column")
#: Verdicts with which a pattern counts without a heading or a word, unless its file says otherwise.
DEFAULT_ALONE: Final = ("valid", "placeholder", "unknown_region")
#: Validators of patterns that name none: of ours all that they match is valid, of a user's unchecked.
FIELD: Final = "field"
SHAPED: Final = "shaped"
_LAST_SEPARATOR = 0xFF
DEFAULT_SCORES: Final = {"valid": 1.0, "unchecked": 0.4, "context": 0.3}
_OWN_ENTITY = re.compile(rf"{OWN_PREFIX}[A-Z0-9_]{{2,40}}")
_NOT_IN_PATTERNS = re.compile(r"\(\?(?!:)|\\[bBdDwWsS0-9]|\\[pP]")
_BOTH_CASES = "(?i)"
_LENGTHS = re.compile(r"(?:([1-4])\+)?([0-9]{1,2})")


def _share(value: Any, where: str, report: Report) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    report(where, "expected a number from 0 to 1")
    return 0.0


def _classes(shape: dict[str, Any], report: Report) -> tuple[tuple[int, int], ...]:
    """Return the (letters, digits) of each length: 18 is (0, 18), "3+12" is (3, 12)."""
    lengths = shape.get("length")
    if not isinstance(lengths, list) or not lengths:
        report("shape.length", "expected a list such as [18, 15] or [18, '3+12']")
        return ()
    classes = []
    for item in lengths:
        match = _LENGTHS.fullmatch(str(item)) if isinstance(item, int | str) else None
        if match is None or isinstance(item, bool):
            report("shape.length", "expected digits (18) or letters+digits ('3+12')")
            continue
        classes.append((int(match[1] or 0), int(match[2])))
    return tuple(classes)


def _shape(value: Any, report: Report) -> tuple[tuple[int, int], ...]:
    shape = _dict(value, "shape", "alphabet length last separators boundary", report)
    for key, only in (("alphabet", "digits"), ("boundary", "alnum")):
        if shape.get(key, only) != only:
            report(f"shape.{key}", f"expected {only}: the run scanner knows no other")
    if "last" in shape:
        _text(shape["last"], "shape.last", report)
    _texts(shape.get("separators"), "shape.separators", report)
    return _classes(shape, report)


def _pattern(value: Any, where: str, report: Report) -> str:
    pattern = _text(value, where, report)
    if len(pattern) > LONGEST_PATTERN:
        report(where, f"longer than {LONGEST_PATTERN} characters; write two recognizers")
        return ""
    if _NOT_IN_PATTERNS.search(pattern.removeprefix(_BOTH_CASES)):
        report(where, "no lookaround, back-reference, \\b, \\d, \\w, \\s: engines differ on them")
    try:
        re.compile(pattern)
    except re.error as error:
        report(where, f"not a regular expression: {error.msg}")
    except RecursionError:
        report(where, "nested too deep; write it flat")
        return ""
    try:
        automaton = compile_pattern(pattern)
    except PatternError as error:
        report(where, f"the pattern {error}")
        return ""
    if pattern and automaton.matches(""):
        report(where, "the pattern matches an empty text")
    return pattern


def _separators(value: Any, report: Report) -> tuple[str, ...]:
    marks = _texts(value, "separators", report)
    for mark in marks:
        if len(mark) != 1 or mark.isalnum() or ord(mark) > _LAST_SEPARATOR:
            report("separators", "expected single marks up to U+00FF, no letters or digits")
    return tuple(mark for mark in marks if len(mark) == 1 and ord(mark) <= _LAST_SEPARATOR)


def _names(value: Any, where: str, known: Any, report: Report) -> tuple[str, ...]:
    """Return a list of names, reporting what is none of the known ones."""
    found = _texts(value, where, report)
    for name in found:
        if name not in known:
            report(where, f"{name}: expected one of {', '.join(sorted(known))}")
    return tuple(name for name in found if name in known)


def _column(value: Any, report: Report) -> dict[str, Any]:
    column = _dict(value, "column", "profile profiles pattern min_share", report)
    if "pattern" in column and not {"profile", "profiles"} & set(column):
        share = _share(column.get("min_share", 0.6), "column.min_share", report)
        pattern = _pattern(column["pattern"], "column.pattern", report)
        return {"pattern": pattern, "min_share": share}
    given = column.get("profiles", [column.get("profile")])
    profiles = _texts(given if isinstance(given, list) else [given], "column.profiles", report)
    for name in profiles:
        if name not in PROFILES:
            report("column.profile", f"expected one of {', '.join(sorted(PROFILES))}")
    share = _share(column.get("min_share", 0.6), "column.min_share", report)
    return {"profile": profiles[0] if profiles else "", "profiles": profiles, "min_share": share}


def _examples(value: Any, report: Report) -> tuple[Example, ...]:
    if not isinstance(value, list) or not value:
        report("examples", "expected a list with at least one: a rule without examples is no rule")
        return ()
    examples = []
    for index, item in enumerate(value):
        where = f"examples[{index}]"
        entry = _dict(item, where, "text header matches", report)
        text = _text(entry.get("text"), f"{where}.text", report)
        header = _text(entry.get("header", ""), f"{where}.header", report, empty=True)
        matches = entry.get("matches")
        if not isinstance(matches, list) or not matches:
            report(
                f"{where}.matches", "expected a list; a text without a match is a counter-example"
            )
            matches = []
        found = [_match(each, f"{where}.matches[{at}]", report) for at, each in enumerate(matches)]
        examples.append(Example(text, tuple(found), header))
    return tuple(examples)


def _match(value: Any, where: str, report: Report) -> Match:
    entry = _dict(value, where, "value verdict", report)
    verdict = _text(entry.get("verdict"), f"{where}.verdict", report)
    if verdict and verdict not in VERDICTS:
        report(f"{where}.verdict", f"expected one of {', '.join(sorted(VERDICTS))}")
    return Match(_text(entry.get("value"), f"{where}.value", report), verdict)


def _validator(value: Any, report: Report) -> str:
    """Return the name of a module in `numbers`; a file can't name any other code."""
    name = _text(value, "validator", report)
    known = re.fullmatch(r"[a-z][a-z0-9_]*", name) and importlib.util.find_spec(
        f"piidetect.numbers.{name}"
    )
    if name and not known:
        report("validator", "no such module in piidetect.numbers")
    return name


def _entity(value: Any, own: bool, report: Report) -> str:  # noqa: FBT001  read once
    """Return the name of an entity; a user's own recognizers may have one of their own."""
    if own and isinstance(value, str) and value.startswith(OWN_PREFIX):
        if not _OWN_ENTITY.fullmatch(value):
            report("entity", f"expected {OWN_PREFIX} and 2 to 40 of A-Z, 0-9 and _")
        return value
    if own and isinstance(value, str) and value not in ENTITIES:
        report(
            "entity",
            f"expected one of {', '.join(sorted(ENTITIES))}, or {OWN_PREFIX}… for your own",
        )
        return value
    return _choice(value, "entity", ENTITIES, report)


def _scores(value: Any, report: Report) -> dict[str, float]:
    given = _dict(value, "score", " ".join(DEFAULT_SCORES), report)
    return DEFAULT_SCORES | {
        key: _share(each, f"score.{key}", report) for key, each in given.items()
    }


def _precedence(value: Any, report: Report) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000:  # noqa: PLR2004
        return value
    report("precedence", "expected a whole number from 0 to 999; the lower one wins")
    return 999


_KEYS = (
    "id entity name category references shape pattern column validator precedence context score "
    "separators placeholders examples counter_examples also"
)


def _context(value: Any, own: bool, report: Report) -> dict[str, Any]:  # noqa: FBT001  read once
    """Return the fields of a recognizer that say what stands around a value."""
    context = _dict(value, "context", "headers words required alone beside", report)
    required = context.get("required", False)
    if not isinstance(required, bool):
        report("context.required", "expected true or false")
    usual = [*DEFAULT_ALONE, "unchecked"] if own else list(DEFAULT_ALONE)
    alone = [] if required else context.get("alone", usual)
    return {
        "context_headers": _texts(context.get("headers"), "context.headers", report),
        "context_words": _texts(context.get("words"), "context.words", report),
        "context_required": bool(required),
        "alone": _names(alone, "context.alone", VERDICTS, report),
        "beside": _names(context.get("beside"), "context.beside", ENTITIES, report),
    }


def recognizer_from(
    content: Any, expected_id: str, report: Report, *, own: bool = False
) -> Recognizer | None:
    """Return the recognizer that a file describes; None where the file is no mapping.

    Args:
        content: what the YAML file holds.
        expected_id: the id that follows from the file's path.
        report: called with field and fault for each mistake.
        own: whether the file is in a folder of the user.
    """
    data = _dict(content, "", _KEYS, report)
    if not data:
        return None
    if data.get("id") != expected_id:
        report("id", f"must be {expected_id}, as the path says")
    kinds = [kind for kind in KINDS if kind in data]
    if len(kinds) != 1:
        report("shape", "expected exactly one of shape, pattern, column")
    kind = kinds[0] if kinds else "shape"
    name = _dict(data.get("name"), "name", "zh en", report)
    classes = _shape(data["shape"], report) if kind == "shape" and "shape" in data else ()
    also = data.get("also") or {}
    also = _dict(also, "also", " ".join(map(str, also)) if isinstance(also, dict) else "", report)
    column = _column(data["column"], report) if kind == "column" else {}
    pattern = column.get("pattern", "")
    if kind == "pattern":
        pattern = _pattern(data["pattern"], "pattern", report)
    unnamed = SHAPED if own and kind == "pattern" else FIELD
    validator = data.get("validator", unnamed if pattern else None)
    return Recognizer(
        id=expected_id,
        entity=_entity(data.get("entity"), own, report),
        name={lang: _text(name.get(lang), f"name.{lang}", report) for lang in ("zh", "en")},
        category=_choice(data.get("category"), "category", CATEGORIES, report),
        references=_texts(data.get("references"), "references", report),
        kind=kind,
        validator=_validator(validator, report),
        lengths=tuple(letters + digits for letters, digits in classes),
        classes=classes,
        pattern=pattern,
        separators=_separators(data.get("separators"), report),
        column=column,
        precedence=_precedence(data.get("precedence"), report),
        **_context(data.get("context", {}), own, report),
        placeholders=_texts(data.get("placeholders"), "placeholders", report),
        score=_scores(data.get("score", {}), report),
        examples=_examples(data.get("examples"), report),
        counter_examples=_texts(data.get("counter_examples"), "counter_examples", report),
        also={key: _text(why, f"also.{key}", report) for key, why in also.items()},
        own=own,
    )
