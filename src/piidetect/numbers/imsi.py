# SPDX-License-Identifier: Apache-2.0
"""International mobile subscriber identity (IMSI, 国际移动用户识别码), ITU-T E.212: 15 digits.

460 is China; two digits name the network: 00 02 04 07 08 13 China Mobile, 01 06 09 10 China Unicom,
03 05 11 12 China Telecom, 15 China Broadnet, 20 railways (the public list that python-stdnum has;
10, 12 and 13 aren't in it and are ``UNCHECKED``). Other networks of 460 are ``UNASSIGNED``; other
countries' numbers aren't looked for.

    >>> validate("460 00 1234567890"), operator("460001234567890"), verdict("460131234567890").name
    ('460001234567890', 'China Mobile', 'UNCHECKED')
    >>> verdict("460991234567890").name, verdict("310001234567890").name
    ('UNASSIGNED', 'INVALID_FORMAT')
    >>> verdict("46000123456789").name, verdict("460000000000000").name
    ('INVALID_LENGTH', 'PLACEHOLDER')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_digits, is_one_digit_over_and_over, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict

LENGTH = 15
COUNTRY = "460"
_BY_OPERATOR = {
    "China Mobile": "00 02 04 07 08 13",
    "China Unicom": "01 06 09 10",
    "China Telecom": "03 05 11 12",
    "China Broadnet": "15",
    "railways": "20",
}
#: Network code → operator.
NETWORKS = {code: name for name, codes in _BY_OPERATOR.items() for code in codes.split()}
#: Networks that the public list lacks.
UNCONFIRMED = frozenset(["10", "12", "13"])


def compact(text: str) -> str:
    """Return the digits in one piece."""
    return joined(text)


def _verdict(number: str) -> Verdict:
    if len(number) != LENGTH:
        return Verdict.INVALID_LENGTH
    if not is_digits(number) or not number.startswith(COUNTRY):
        return Verdict.INVALID_FORMAT
    network = number[3:5]
    if network not in NETWORKS:
        return Verdict.UNASSIGNED
    if is_one_digit_over_and_over(number[5:]):
        return Verdict.PLACEHOLDER
    return Verdict.UNCHECKED if network in UNCONFIRMED else Verdict.VALID


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def operator(text: str) -> str:
    """Return the operator, such as ``China Mobile``.

    Raises:
        ValidationError: the number isn't valid.
    """
    return NETWORKS[validate(text)[3:5]]
