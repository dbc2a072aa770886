# SPDX-License-Identifier: Apache-2.0
"""Numbers with asterisks in the middle: counted apart, for nobody can tell whether they are right."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.kernels.plan import LONGEST, VALIDATORS
from piidetect.kernels.recognise import emit, in_context
from piidetect.schema import Verdict

_RESIDENT = VALIDATORS.index("resident_id")
_MOBILE = VALIDATORS.index("mobile")
_CARD = VALIDATORS.index("bank_card")
_MASKED = int(Verdict.MASKED)
_ID_LENGTH = 18


@kernel
def is_wide_star(data: Any, position: int, stop: int) -> bool:
    """Tell whether a full-width asterisk stands there."""
    if position + 3 > stop or data[position] != 0xEF:
        return False
    return data[position + 1] == 0xBC and data[position + 2] == 0x8A


@kernel
def mark_masked(
    data: Any, begin: int, start: int, position: int, stop: int, where: Any, plan: Any, out: Any
) -> int:
    """Read a number with asterisks in the middle; write a masked finding; return where it ends.

    The asterisks may be full-width; each counts as one character.
    """
    stars, spare = position, 0  # bytes of asterisks beyond one for each
    while stars < stop:
        if data[stars] == 42:
            stars += 1
        elif is_wide_star(data, stars, stop):
            stars += 3
            spare += 2
        else:
            break
    end = stars
    while end < stop and (48 <= data[end] <= 57 or (end > stars and data[end] in (88, 120))):
        end += 1
    size = end - start - spare
    glued = end < stop and 65 <= data[end] & 0xDF <= 90
    if stars - position - spare < 2 or end == stars or size > LONGEST or glued or data[start] > 127:
        return stars
    for index in range(plan.class_first[size], plan.class_first[size + 1]):
        recognizer = plan.class_recognizer[index]
        validator = plan.validator[recognizer]
        fits = validator == _RESIDENT and size == _ID_LENGTH
        fits = fits or (validator == _MOBILE and size == 11 and data[start] == 49)
        if not fits and validator == _CARD:
            fits = in_context(data, begin, start, recognizer, where[1], plan)
        if fits:
            emit(
                start,
                end,
                np.int64(plan.entity[recognizer]),
                np.int64(_MASKED),
                np.int64(0),
                where,
                out,
            )
            break
    return end
