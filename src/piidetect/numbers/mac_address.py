# SPDX-License-Identifier: Apache-2.0
"""Hardware address of a network card (MAC 地址), IEEE 802: 12 hexadecimal digits.

Written with colons, dashes or dots, or in one piece, where it is ``UNCHECKED`` until a heading
confirms it. Canonical are pairs with colons. Bits of the first byte: 1 a group's address (multicast,
broadcast): nobody's; 2 set by software: phones make such an address at random for each network, so
it identifies weakly and is ``UNCHECKED``, heading or not. All zeros and all ones are nobody's.

    >>> validate("00-1b-21-3a-4f-5e"), verdict("001b.213a.4f5e").name
    ('00:1B:21:3A:4F:5E', 'VALID')
    >>> verdict("001B213A4F5E").name, verdict("001B213A4F5E", context=True).name
    ('UNCHECKED', 'VALID')
    >>> verdict("DA:A1:19:00:11:22").name, is_random("DA:A1:19:00:11:22")
    ('UNCHECKED', True)
    >>> verdict("FF:FF:FF:FF:FF:FF").name, verdict("01:00:5E:00:00:01").name
    ('PLACEHOLDER', 'PLACEHOLDER')
    >>> verdict("00:1B:21:3A:4F").name, verdict("00:1B:21:3A:4F:5G").name
    ('INVALID_LENGTH', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import capitals, fold, is_hex, is_one_digit_over_and_over
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict

LENGTH = 12
GROUP_BIT = 1
SOFTWARE_BIT = 2
#: Separator → digits between two of them.
GROUPS = {":": 2, "-": 2, ".": 4}


def _digits(text: str) -> str:
    return capitals(fold(text)).translate(dict.fromkeys(map(ord, GROUPS)))


def compact(text: str) -> str:
    """Return pairs of digits with colons between them, letters in capitals."""
    digits = _digits(text)
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _is_grouped(text: str) -> bool:
    """Return whether the separators stand where one of the spellings has them, or nowhere."""
    marks = {c for c in text if c in GROUPS}
    if not marks:
        return True
    mark = marks.pop()
    return not marks and {len(group) for group in text.split(mark)} == {GROUPS[mark]}


def _verdict(text: str) -> Verdict:
    digits = _digits(text)
    if len(digits) != LENGTH:
        return Verdict.INVALID_LENGTH
    if not is_hex(digits) or not _is_grouped(text):
        return Verdict.INVALID_FORMAT
    filler = is_one_digit_over_and_over(digits) or compact(text) in tables.placeholders(
        "mac_address"
    )
    if filler or int(digits[:2], 16) & GROUP_BIT:
        return Verdict.PLACEHOLDER
    return Verdict.UNCHECKED if len(text) == LENGTH else Verdict.VALID


def verdict(text: str, *, context: bool = False) -> Verdict:
    """Return the verdict on an address; never raises.

    Args:
        text: the address as written.
        context: whether a heading or a word says what it is.
    """
    folded = fold(text)
    result = confirmed(_verdict(folded), context)
    random = result is Verdict.VALID and int(folded[:2], 16) & SOFTWARE_BIT
    return Verdict.UNCHECKED if random else result


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def is_random(text: str) -> bool:
    """Return whether software set the address, as phones do at random.

    Raises:
        ValidationError: the address isn't valid.
    """
    return bool(int(validate(text)[:2], 16) & SOFTWARE_BIT)
