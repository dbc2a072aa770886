# SPDX-License-Identifier: Apache-2.0
"""Identifiers by which advertising knows a phone: IDFA (Apple), OAID (China), Android ID.

IDFA, Google's advertising ID and most OAIDs are UUIDs (36 characters); other makers' OAIDs have 16,
32 or 64 hexadecimal digits, Android's own ID 16 (public SDKs). None has a check digit and a UUID may
name anything, so all are ``UNCHECKED`` until a heading confirms them. All zeros means that the
user refused or the system has none: nobody's.

    >>> validate("6d92078a-8246-4ba4-ae5b-76104861e7dc")
    '6D92078A-8246-4BA4-AE5B-76104861E7DC'
    >>> verdict("6D92078A-8246-4BA4-AE5B-76104861E7DC").name, verdict("9f8c2d3b4a5e6f70").name
    ('UNCHECKED', 'UNCHECKED')
    >>> verdict("9f8c2d3b4a5e6f70", context=True).name
    'VALID'
    >>> verdict("00000000-0000-0000-0000-000000000000").name, verdict("9774d56d682e549c").name
    ('PLACEHOLDER', 'PLACEHOLDER')
    >>> verdict("6D92078A-8246-4BA4-AE5B76104861E7DC-").name, verdict("9f8c2d3b").name
    ('INVALID_FORMAT', 'INVALID_LENGTH')
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import capitals, fold, is_hex, is_one_digit_over_and_over
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTHS = (16, 32, 64)
UUID_LENGTH = 36
UUID_GROUPS = (8, 4, 4, 4, 12)


def compact(text: str) -> str:
    """Return the identifier folded, without braces, letters in capitals; dashes are kept."""
    return capitals(fold(text)).strip("{} ")


def _is_uuid(text: str) -> bool:
    groups = text.split("-")
    return tuple(map(len, groups)) == UUID_GROUPS and all(map(is_hex, groups))


def _verdict(text: str) -> Verdict:
    if len(text) not in (*LENGTHS, UUID_LENGTH):
        return Verdict.INVALID_LENGTH
    if not (_is_uuid(text) if len(text) == UUID_LENGTH else is_hex(text)):
        return Verdict.INVALID_FORMAT
    filler = is_one_digit_over_and_over(text.replace("-", ""))
    nobody = filler or text in tables.placeholders("advertising_id")
    return Verdict.PLACEHOLDER if nobody else Verdict.UNCHECKED


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
