# SPDX-License-Identifier: Apache-2.0
"""Unified social credit code (统一社会信用代码), GB 32100-2015: 18 characters, for organisations.

1 registering department, 2 kind of organisation (`KINDS`: table 1 and its amendment of 2016; another pair
is ``UNCHECKED``, for departments may be added), 3-8 division code, 9-17 organisation code (GB
11714, with its own check character), 18 check character. The alphabet is 0-9 and A-Z without I O S
V Z; the weights are the powers of 3 modulo 31. Development zones register under codes that aren't in GB/T
2260, so only the province must be known, else ``UNKNOWN_REGION``. Rural collectives have codes with a letter in front
(N). It isn't personal information, save a sole trader's
(个体工商户, 92…), which points to one person.

    >>> validate("91110000600037341L"), is_sole_trader("91110000600037341L")
    ('91110000600037341L', False)
    >>> verdict("91110000600037341A").name, verdict("9111000060003734IL").name
    ('INVALID_CHECKSUM', 'INVALID_FORMAT')
    >>> verdict("9111000060003734").name, verdict("91999900MA00000006").name
    ('INVALID_LENGTH', 'UNKNOWN_REGION')
    >>> verdict("20240758256254721C").name in ("UNCHECKED", "INVALID_CHECKSUM")
    True
    >>> organisation_code_of("91110000600037341L")
    '600037341'
"""

from __future__ import annotations

from piidetect import tables
from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict
from piidetect.tables.names import Region, region_of

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SOLE_TRADER = "92"
#: Kinds of organisation by the department that registers them.
KINDS = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
#: Stands for the country where a national department registers.
NATIONAL = "100000"


def calc_check_character(body: str) -> str:
    """Return the check character for the 17 characters before it."""
    total = sum(ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return ALPHABET[-total % 31]


def compact(text: str) -> str:
    """Return the code in one piece, letters in capitals."""
    return joined(text)


def _verdict(code: str) -> Verdict:
    if len(code) != LENGTH:
        return Verdict.INVALID_LENGTH
    if any(c not in ALPHABET for c in code) or not is_digits(code[2:8]):
        return Verdict.INVALID_FORMAT
    if calc_check_character(code[:17]) != code[17]:
        return Verdict.INVALID_CHECKSUM
    if code[1] not in KINDS.get(code[0], ""):
        return Verdict.UNCHECKED
    known = f"{code[2:4]}0000" in tables.division_codes() or code[2:8] == NATIONAL
    return Verdict.VALID if known else Verdict.UNKNOWN_REGION


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def organisation_code_of(text: str) -> str:
    """Return the organisation code in places 9 to 17.

    Raises:
        ValidationError: the code isn't valid.
    """
    return validate(text)[8:17]


def is_sole_trader(text: str) -> bool:
    """Return whether the code is a sole trader's (个体工商户) and so points to one person.

    Raises:
        ValidationError: the code isn't valid.
    """
    return validate(text).startswith(SOLE_TRADER)


def region(text: str) -> Region:
    """Return where the organisation is registered; a development zone's county is empty.

    Raises:
        ValidationError: the code isn't valid.
    """
    return region_of(validate(text)[2:8])
