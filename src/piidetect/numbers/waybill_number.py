# SPDX-License-Identifier: Apache-2.0
"""Waybill number of a parcel (快递单号, 运单号).

* International post (EMS too), UPU S10: two letters, eight digits, a check digit, two letters for the
  country. With the weights 8 6 4 2 3 5 9 7 the check is 11 minus the sum modulo 11 (10 → 0, 11 → 5).
* Carriers' own prefixes: SF 顺丰, YT 圆通, JT 极兔 and 13 characters, JD 京东, DPK 德邦: the letters and
  the length say what it is (two public validators; the carriers publish no check digit).
* Digits only (顺丰 12, 中通 12 or 14 from 7, 韵达 and 邮政 13, 申通 and 韵达 15): the lengths are those of
  public validators and fit order numbers and times as well, so they are ``UNCHECKED`` until a heading
  confirms them.

    >>> validate("sf1234567890123"), carrier("SF1234567890123"), carrier("EE123456785CN")
    ('SF1234567890123', '顺丰', '邮政')
    >>> verdict("EE123456785CN").name, verdict("EE123456789CN").name
    ('VALID', 'INVALID_CHECKSUM')
    >>> verdict("751234567890123").name, verdict("75123456789012", context=True).name
    ('UNCHECKED', 'VALID')
    >>> verdict("SF12345").name, verdict("XX1234567890123").name
    ('INVALID_LENGTH', 'INVALID_FORMAT')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_capitals, is_digits, is_one_digit_over_and_over, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

SHORTEST = 12
LONGEST = 15
POSTAL_LENGTH = 13
POSTAL_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
#: Prefix → carrier, letters or digits between prefix and the closing digits.
PREFIXES = {
    "SF": ("顺丰", 1),
    "YT": ("圆通", 0),
    "JT": ("极兔", 0),
    "JD": ("京东", 2),
    "DPK": ("德邦", 0),
}


def calc_check_digit(digits: str) -> str:
    """Return the S10 check digit for eight digits."""
    total = sum(int(d) * weight for d, weight in zip(digits, POSTAL_WEIGHTS, strict=True))
    return {10: "0", 11: "5"}.get(11 - total % 11) or str(11 - total % 11)


def compact(text: str) -> str:
    """Return the number in one piece, letters in capitals."""
    return joined(text)


def _is_postal(number: str) -> bool:
    right = len(number) == POSTAL_LENGTH and is_digits(number[2:11])
    return right and is_capitals(number[:2] + number[11:])


def _carrier(number: str) -> str:
    """Return the carrier whose form a number has; 不明 where several share it, empty where none."""
    if is_digits(number):
        return "中通" if len(number) == 14 and number[0] == "7" else "不明"
    if _is_postal(number):
        return "邮政"
    for prefix, (name, free) in PREFIXES.items():
        middle, digits = number[len(prefix) : len(prefix) + free], number[len(prefix) + free :]
        if number.startswith(prefix) and len(number) == LONGEST and is_digits(digits):
            return name if all(is_digits(c) or is_capitals(c) for c in middle) else ""
    return ""


def _verdict(number: str) -> Verdict:
    if not SHORTEST <= len(number) <= LONGEST:
        return Verdict.INVALID_LENGTH
    if not _carrier(number):
        return Verdict.INVALID_FORMAT
    if is_digits(number):
        filler = is_one_digit_over_and_over(number)
        return Verdict.PLACEHOLDER if filler else Verdict.UNCHECKED
    if _is_postal(number) and calc_check_digit(number[2:10]) != number[10]:
        return Verdict.INVALID_CHECKSUM
    return Verdict.VALID


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def carrier(text: str) -> str:
    """Return the carrier in Chinese, 不明 where the digits fit several.

    Raises:
        ValidationError: the number isn't valid.
    """
    return _carrier(validate(text))
