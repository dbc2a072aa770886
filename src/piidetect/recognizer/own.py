# SPDX-License-Identifier: Apache-2.0
"""What is asked of a recognizer from a user's folder beyond what is asked of ours.

Its pattern becomes an automaton like ours, so nothing can backtrack, and what is too costly is refused
when the file is loaded, not when it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from piidetect.recognizer.rules import rules

if TYPE_CHECKING:
    from piidetect.recognizer.model import Recognizer
    from piidetect.yaml_fields import Report


def check_own(recognizer: Recognizer, report: Report) -> None:
    """Report what a recognizer of a user's folder may not have."""
    if not recognizer.validator:
        return
    module = importlib.import_module(f"piidetect.numbers.{recognizer.validator}")
    if not (hasattr(module, "verdict") and hasattr(module, "validate")):
        report("validator", "that module checks no number; see the list of pii.numbers")
    elif recognizer.by_pattern and recognizer.validator not in rules():
        known = ", ".join(sorted(rules()))
        report("validator", f"patterns are judged by one of {known}; leave it out for any other")
