# SPDX-License-Identifier: Apache-2.0
"""File number of a driving licence (驾驶证档案编号): 12 digits, given by the traffic police.

The number on the licence itself (证号) is the holder's resident ID. The file number begins with the
division code of the issuing place (public validators' samples; no rule of the issuer was seen), so
it is ``UNCHECKED`` until a heading confirms it, and ``UNKNOWN_REGION`` where no code of a province
stands in front.

    >>> validate("4301 0175 8218"), verdict("430101758218", context=True).name
    ('430101758218', 'VALID')
    >>> verdict("430101758218").name, verdict("990101758218").name
    ('UNCHECKED', 'UNKNOWN_REGION')
    >>> verdict("43010175821").name, verdict("43010175821X").name
    ('INVALID_LENGTH', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTH = 12


def compact(text: str) -> str:
    """Return the number in one piece."""
    return joined(text)


def _verdict(number: str) -> Verdict:
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    if not is_digits(number):
        return Verdict.INVALID_FORMAT
    known = f"{number[:2]}0000" in tables.division_codes()
    return Verdict.UNCHECKED if known else Verdict.UNKNOWN_REGION


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
