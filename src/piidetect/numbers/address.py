# SPDX-License-Identifier: Apache-2.0
"""Addresses (地址) as they stand in a column of addresses.

Valid is an address that goes below the county: it has a mark of a place below it (乡 镇 村 路 街 号
栋 室 …), or a mark from province to county (省 市 区 县 …) and a digit. A cell that names only a
province, city or county (``浙江省杭州市``) can't lead to a person and is ``unchecked``. In Latin
letters a digit and two spaces are asked for.

    >>> validate("浙江省杭州市西湖区文三路1号")
    '浙江省杭州市西湖区文三路1号'
    >>> verdict("浙江省杭州市").name, verdict("Room 501, 8 Wensan Road").name
    ('UNCHECKED', 'VALID')
    >>> verdict("12345").name, verdict("文三路***号").name, verdict("-").name
    ('INVALID_FORMAT', 'MASKED', 'NONE')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import MAX_CODES, fold, is_placeholder
from piidetect.numbers.person_name import is_han, is_letter
from piidetect.numbers.verdict_errors import raise_unless_usable
from piidetect.schema import Verdict

#: Marks of places from the province to the county.
HIGH_MARKS = frozenset("省市区县州盟旗區縣")

#: Marks of places below the county.
LOW_MARKS = frozenset(
    "乡镇村路街道巷弄号楼栋幢室组队屯苑园座层厦坊庄社里院胡堡寨厂场校鄉鎮號樓棟莊園"
)

_SHORTEST = 5
_SHORTEST_LATIN = 10
_FEWEST_LETTERS = 6
_FEWEST_SPACES = 2


def compact(text: str) -> str:
    """Return the folded address; spaces are taken out where it holds hanzi."""
    folded = fold(text)
    return folded.replace(" ", "") if any(map(is_han, folded)) else " ".join(folded.split())


def verdict(text: str) -> Verdict:
    """Return the verdict on a cell of an address column; never raises."""
    folded = fold(text)
    if is_placeholder(folded):
        return Verdict.NONE
    if len(folded) > MAX_CODES:
        return Verdict.INVALID_LENGTH
    if "**" in folded:
        return Verdict.MASKED
    han = sum(map(is_han, folded))
    digits = any("0" <= c <= "9" for c in folded)
    if not han:
        letters = sum(map(is_letter, folded))
        worded = letters >= _FEWEST_LETTERS and folded.count(" ") >= _FEWEST_SPACES
        long_enough = len(folded) >= _SHORTEST_LATIN
        return Verdict.VALID if worded and digits and long_enough else Verdict.INVALID_FORMAT
    high = any(c in HIGH_MARKS for c in folded)
    low = any(c in LOW_MARKS for c in folded)
    if not high and not low:
        return Verdict.INVALID_FORMAT
    if not low and not digits:
        return Verdict.UNCHECKED
    return Verdict.VALID if len(folded) >= _SHORTEST else Verdict.INVALID_LENGTH


def validate(text: str) -> str:
    """Return the canonical address.

    Raises:
        ValidationError: the cell can't be an address.
    """
    raise_unless_usable(verdict(text))
    return compact(text)


def is_valid(text: str) -> bool:
    """Return whether `text` is an address below the county; never raises."""
    return verdict(text) is Verdict.VALID


def format(text: str) -> str:  # noqa: A001
    """Return the address as it is written: the canonical form."""
    return compact(text)
