# SPDX-License-Identifier: Apache-2.0
"""Which error stands for which verdict, for numbers with a check digit, a table or both.

>>> raise_unless_usable(Verdict.UNKNOWN_REGION)
Traceback (most recent call last):
...
piidetect.errors.InvalidComponent: unknown_region
"""

from __future__ import annotations

from piidetect.errors import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    ValidationError,
)
from piidetect.schema import Verdict

_ERRORS: dict[Verdict, type[ValidationError]] = {
    Verdict.NONE: InvalidFormat,
    Verdict.INVALID_LENGTH: InvalidLength,
    Verdict.INVALID_FORMAT: InvalidFormat,
    Verdict.MASKED: InvalidFormat,
    Verdict.PRECISION_LOST: InvalidChecksum,
    Verdict.INVALID_CHECKSUM: InvalidChecksum,
    Verdict.INVALID_DATE: InvalidComponent,
    Verdict.UNKNOWN_REGION: InvalidComponent,
    Verdict.UNASSIGNED: InvalidComponent,
    Verdict.IOT: InvalidComponent,
}


def raise_unless_usable(verdict: Verdict) -> None:
    """Raise the error that stands for `verdict`; the other verdicts are no errors.

    Raises:
        ValidationError: the leaf class for this verdict; its message is the verdict's name and
            never holds the value.
    """
    error = _ERRORS.get(verdict)
    if error is not None:
        raise error(verdict.name.lower())
