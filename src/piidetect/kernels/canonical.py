# SPDX-License-Identifier: Apache-2.0
"""The one spelling of a folded cell: `张 三` is `张三`, `za-1` is `ZA-1`, `o80.0X01` is `O80.0x01`.

It is what `compact` of the scalar twin gives; keys are made of it, so that one value counts once.
"""

from __future__ import annotations

from typing import Any

from piidetect.kernels.compiling import kernel
from piidetect.kernels.fold import HAN, kind_of
from piidetect.kernels.values import ICD10, MEDICAL_RECORD_NUMBER, PERSON, VISIT_NUMBER


@kernel
def canonical(codes: Any, n: int, profile: int) -> int:
    """Rewrite folded code points in place; return how many are left.

    Args:
        codes: int32[], the cell as `fold.fold_cell` made it.
        n: how many code points.
        profile: see :mod:`piidetect.kernels.values`; other profiles leave a cell as it is.
    """
    if profile == MEDICAL_RECORD_NUMBER or profile == VISIT_NUMBER:
        for at in range(n):
            codes[at] -= 32 if 97 <= codes[at] <= 122 else 0
    elif profile == ICD10:
        for at in range(n):
            code = codes[at]
            if at == 0 and 97 <= code <= 122:
                codes[at] = code - 32
            elif at > 0 and code == 88:
                codes[at] = 120
    elif profile == PERSON:
        return _name(codes, n)
    return n


@kernel
def _name(codes: Any, n: int) -> int:
    """Take the spaces out of a name that has hanzi, else leave one between words."""
    han = False
    for at in range(n):
        han = han or (kind_of(codes[at]) & HAN) != 0
    left = 0
    for at in range(n):
        code = codes[at]
        if code == 32 and (han or left == 0 or codes[left - 1] == 32):
            continue
        codes[left] = code
        left += 1
    return left
