# SPDX-License-Identifier: Apache-2.0
"""Protected numbers, and which of them a call went to.

A number is its digits, whatever spaces, dashes and brackets stand between them, after +86 or 0086. A
short one may be dialled with the area code of a place: 0571-110 is 110. A longer number that only
ends in the same digits is another number.

    >>> lines = Protected()
    >>> [lines.called(text) for text in ("120", "0571-120", "+86 571 12345", "057112345", "１２０")]
    [2, 2, 4, 4, 2]
    >>> [lines.called(text) for text in ("0571-87654120", "1120", "57112345", "13800138120")]
    [-1, -1, -1, -1]
    >>> lines.called("") is None, lines.called("120****") is None
    (True, True)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError
from piidetect.numbers import mobile
from piidetect.numbers.cell_text import fold, is_digits
from piidetect.refusal import Problem, RowsRefused
from piidetect.tables import area_codes

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

#: Police, fire brigade, ambulance, traffic police, the governments' service line (政务服务便民热线).
PROTECTED: tuple[str, ...] = ("110", "119", "120", "122", "12345")

_COUNTRY = re.compile(r"(?:\+|00)86")
_FRACTION = re.compile(r"\.0+$")  # a spreadsheet's number
_BETWEEN = str.maketrans("", "", " -()\t")
_SHORT = 6  # most digits of a number that is dialled after an area code
_FEWEST, _MOST = 3, 20
_MOST_NUMBERS = 1000
_FILE_BYTES = 1 << 20
_KEPT_OPEN = 7


def digits_of(text: str) -> tuple[str, bool] | None:
    """Return the digits of a number without country code, and whether it had one; None for no number."""
    joined = _FRACTION.sub("", fold(text)).translate(_BETWEEN)
    digits = _COUNTRY.sub("", joined, count=1) if _COUNTRY.match(joined) else joined
    if not (is_digits(digits) and _FEWEST <= len(digits) <= _MOST):
        return None
    return digits, digits != joined


def number_of(text: str) -> str:
    """Return the one form of a number: digits, a mobile without prefix; empty for no number.

    >>> number_of("+86 138-0013-8001"), number_of("+86 571 87654321"), number_of("138****8001")
    ('13800138001', '057187654321', '')
    """
    if len(text) == mobile.LENGTH and text[0] == "1" and is_digits(text):
        return text  # nearly all callers
    found = digits_of(text)
    if found is None:
        return ""
    digits, abroad = found
    compact = mobile.compact(digits)
    if len(compact) == mobile.LENGTH and compact[0] == "1":
        return compact
    return f"0{digits}" if abroad and _has_area(f"0{digits}") else digits


def _has_area(digits: str) -> bool:
    return digits[:3] in area_codes() or digits[:4] in area_codes()


def hidden(number: str) -> str:
    """Return a number with its last digits starred: of a long one the segment stays, 7 digits.

    >>> hidden("13800138001"), hidden("95588"), hidden("")
    ('1380013****', '9****', '')
    """
    keep = _KEPT_OPEN if len(number) >= mobile.LENGTH else 1
    return number[:keep] + "*" * (len(number) - keep)


class Protected:
    """The numbers that count.

    Attributes:
        numbers: their one form, in the order given, each once.
    """

    def __init__(self, numbers: Iterable[str] = PROTECTED) -> None:
        """Take numbers.

        Raises:
            ArgumentError: one of them is no number, or there are none or more than 1,000.
        """
        given = [numbers] if isinstance(numbers, str) else [str(one) for one in numbers]
        for at, one in enumerate(given):
            if not number_of(one):
                msg = (
                    f"protected number {at + 1} isn't a number of 3 to 20 digits; write it like 110"
                )
                raise ArgumentError(msg)
        self.numbers = tuple(dict.fromkeys(map(number_of, given)))
        if not 1 <= len(self.numbers) <= _MOST_NUMBERS:
            msg = f"{len(self.numbers)} protected numbers were given; give 1 to {_MOST_NUMBERS:,}"
            raise ArgumentError(msg)
        self._place = {number: at for at, number in enumerate(self.numbers)}

    @property
    def shown(self) -> tuple[str, ...]:
        """How they are shown: a mobile number, which is somebody's, by its place and segment."""
        return tuple(
            f"{at + 1}: {hidden(one)}" if len(one) == mobile.LENGTH and one[0] == "1" else one
            for at, one in enumerate(self.numbers)
        )

    def called(self, text: str) -> int | None:
        """Return the place of the number that was called, -1 for another one, None for no number."""
        found = digits_of(text)
        if found is None:
            return None
        digits, abroad = found
        place = self._place.get(number_of(text), self._place.get(digits))
        if place is not None:
            return place
        dialled = [digits, f"0{digits}"] if abroad else [digits]
        for one in dialled:
            for width in (3, 4):
                rest = one[width:]
                if one[:width] in area_codes() and len(rest) <= _SHORT and rest in self._place:
                    return self._place[rest]
        return -1


def read_numbers(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return the numbers in a file, one a line, in UTF-8 or GB18030; ``#`` begins a remark.

    Raises:
        ArgumentError: it can't be read or has no number.
        RowsRefused: lines that are no numbers.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - any path
            raw = file.read(_FILE_BYTES + 1)
    except OSError as error:
        msg = f"list of numbers {path} can't be read ({error.strerror})"
        raise ArgumentError(msg) from error
    if len(raw) > _FILE_BYTES:
        raise ArgumentError(f"list of numbers {path} is too long; it may have 1 MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    bad = [
        Problem(at, "number", "it is no number of 3 to 20 digits; write one number a line")
        for at, line in enumerate(lines, 1)
        if line and not number_of(line)
    ]
    if bad:
        raise RowsRefused(f"list of numbers {path}", bad)
    found = tuple(line for line in lines if line)
    if not found:
        raise ArgumentError(f"list of numbers {path} has no number; write one a line")
    return found
