# SPDX-License-Identifier: Apache-2.0
"""What is asked of a recognizer from a user's folder beyond what is asked of ours.

Its pattern runs on a linear-time engine (RE2), so nothing can backtrack; and every match is bounded, so
that one cell can't make work for all. Both are settled when the file is loaded, not when it is used.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any, Final

from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    from piidetect.recognizer.model import Recognizer
    from piidetect.yaml_fields import Report

#: Characters of a match at most.
LONGEST_MATCH: Final = 200
_ANCHORS = re.compile(r"(?:^|[^\\])(?:\\\\)*(?:\[\^|(\^|\$)|\\([AzZ]))")


def compiled(pattern: str) -> Any:
    """Return a pattern made for RE2.

    Raises:
        ArgumentError: RE2 refuses it, or isn't installed; the message says why.
    """
    try:
        import re2
    except ModuleNotFoundError:
        msg = "google-re2 isn't installed; pip install google-re2"
        raise ArgumentError(msg) from None
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0] if error.args else "refused"
        why = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        raise ArgumentError(f"RE2 refuses it: {why}") from None


def check_own(recognizer: Recognizer, report: Report) -> None:
    """Report what a recognizer of a user's folder may not have."""
    if recognizer.kind == "pattern":
        _check_pattern(recognizer.pattern, report)
    if recognizer.validator:
        module = importlib.import_module(f"piidetect.numbers.{recognizer.validator}")
        if not (hasattr(module, "verdict") and hasattr(module, "validate")):
            report("validator", "that module checks no number; see the list of pii.numbers")


def _check_pattern(pattern: str, report: Report) -> None:
    if any(match[1] or match[2] for match in _ANCHORS.finditer(pattern)):
        report("pattern", "no ^, $, \\A, \\z: a value is found wherever it stands; leave them out")
    try:
        from re import _parser  # type: ignore[attr-defined]  # what knows the width of a match

        least, most = _parser.parse(pattern).getwidth()
    except (re.error, RecursionError):
        return  # told by the check of all patterns
    if least == 0:
        report("pattern", "it matches an empty text; ask for at least one character")
    if most > LONGEST_MATCH:
        report(
            "pattern",
            f"a match may have {LONGEST_MATCH} characters; write {{1,20}} instead of + and *",
        )
        return
    try:
        compiled(pattern)
    except ArgumentError as error:
        report("pattern", str(error))
