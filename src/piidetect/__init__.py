# SPDX-License-Identifier: Apache-2.0
"""Size a leaked or seized database of personal data: what is exposed, whose, and what counts.

>>> import piidetect as pii
>>> [finding.entity for finding in pii.detect("电话13800138001")]
['CN_MOBILE']

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piidetect import numbers
    from piidetect.calls import CallLog, call_log
    from piidetect.case import Case, open_case
    from piidetect.case.many import overlap, portfolio
    from piidetect.case.merging import merge
    from piidetect.errors import PiiDetectError
    from piidetect.linkage import PersonEstimate, estimate_persons
    from piidetect.policies import Assessment, assess_counts
    from piidetect.recognizer import Recognizer, load_recognizers
    from piidetect.scanning import Finding, Progress, detect, scan
    from piidetect.scanning.rekeying import rekey
    from piidetect.scanning.verifying import verify
    from piidetect.schema import Verdict
    from piidetect.tracks import lead_sheet, read_leads, rectification

__version__ = "0.1.0"

__all__ = [
    "Assessment",
    "CallLog",
    "Case",
    "Finding",
    "PersonEstimate",
    "PiiDetectError",
    "Progress",
    "Recognizer",
    "Verdict",
    "__version__",
    "assess_counts",
    "call_log",
    "detect",
    "estimate_persons",
    "lead_sheet",
    "load_recognizers",
    "merge",
    "numbers",
    "open_case",
    "overlap",
    "portfolio",
    "read_leads",
    "rectification",
    "rekey",
    "scan",
    "verify",
]

_HOME = {
    "Assessment": "policies",
    "CallLog": "calls",
    "Case": "case",
    "Finding": "scanning",
    "PersonEstimate": "linkage",
    "PiiDetectError": "errors",
    "Progress": "scanning",
    "Recognizer": "recognizer",
    "Verdict": "schema",
    "assess_counts": "policies",
    "call_log": "calls",
    "detect": "scanning",
    "estimate_persons": "linkage",
    "lead_sheet": "tracks",
    "load_recognizers": "recognizer",
    "merge": "case.merging",
    "open_case": "case",
    "overlap": "case.many",
    "portfolio": "case.many",
    "read_leads": "tracks",
    "rectification": "tracks",
    "rekey": "scanning.rekeying",
    "scan": "scanning",
    "verify": "scanning.verifying",
}


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it.

    Raises:
        AttributeError: there is no such name.
    """
    if name == "numbers":
        return importlib.import_module("piidetect.numbers")
    if name not in _HOME:
        msg = f"module 'piidetect' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(f"piidetect.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
