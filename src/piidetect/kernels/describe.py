# SPDX-License-Identifier: Apache-2.0
"""What each sampled cell looks like: the raw material of column profiles.

Unlike the checks this is no statement about a number, only about a cell's looks, so that a column
can be told from its values: ``ID18`` has a real date and a right check digit, ``ID18_LIKE`` only
the shape, and so on down to ``TEXT``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.dates import is_real_day, parse_date
from piidetect.kernels.fold import (
    ADDRESS_HIGH,
    ADDRESS_LOW,
    HAN,
    TOO_LONG,
    fold_cell,
    is_absent,
    kind_of,
)
from piidetect.kernels.values import is_scientific
from piidetect.numbers import person_name
from piidetect.numbers.cell_text import MAX_CODES

if TYPE_CHECKING:
    import numpy.typing as npt

(
    EMPTY,
    ID18,
    ID18_LIKE,
    ID15,
    MOBILE,
    LANDLINE,
    SHORT_PHONE,
    CARD,
    CARD_LIKE,
    EMAIL,
    DATE,
    INTEGER,
    DECIMAL,
    MASKED_ID,
    MASKED_PHONE,
    MASKED,
    PRECISION_LOST,
    NAME,
    HAN_WORD,
    ADDRESS,
    TIME,
    TEXT,
) = range(22)

#: Number of looks.
LOOKS = 22

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int64)
_SURNAMES = np.zeros(1 << 16, np.bool_)
for _name in person_name.SURNAMES:
    _SURNAMES[ord(_name)] = True
_COMPOUND_SURNAMES = np.array(
    sorted(ord(name[0]) << 16 | ord(name[1]) for name in person_name.COMPOUND_SURNAMES), np.int64
)


@inlined
def _has_surname(codes: Any, n: int) -> bool:
    """Return whether the hanzi begin with a common surname (`numbers.person_name.has_surname`)."""
    if n < 2 or codes[0] > 0xFFFF:
        return False
    if _SURNAMES[codes[0]]:
        return True
    if n < 3:
        return False
    pair = np.int64(codes[0]) << 16 | codes[1]
    for known in _COMPOUND_SURNAMES:
        if known == pair:
            return True
    return False


@kernel
def _digits_at(codes: Any, at: int, count: int) -> int:
    value = 0
    for i in range(at, at + count):
        value = value * 10 + codes[i] - 48
    return value


@kernel
def _is_luhn(codes: Any, n: int) -> bool:
    total = 0
    for i in range(n):
        digit = codes[n - 1 - i] - 48
        if i & 1:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return total % 10 == 0


@inlined
def _look_of_18(codes: Any) -> int:
    total = 0
    for i in range(17):
        total += (codes[i] - 48) * _WEIGHTS[i]
    check = (12 - total % 11) % 11
    last = 10 if codes[17] & ~32 == 88 else codes[17] - 48
    day = _digits_at(codes, 6, 8)
    if check == last and 18500000 < day < 21000000 and is_real_day(day):
        return ID18
    if last < 10 and _is_luhn(codes, 18) and not is_real_day(day):
        return CARD
    return ID18_LIKE


@inlined
def _look_of_digits(codes: Any, n: int, dashed: int) -> int:
    """Return the look of `n` digits (separators taken out; dashed: position of the first dash)."""
    if n == 18:
        return _look_of_18(codes)
    if n == 11 and codes[0] == 49 and codes[1] >= 51:
        return MOBILE
    if codes[0] == 48 and codes[1] != 48:
        if n == 12 and codes[1] == 49 and codes[2] >= 51 and dashed == 0:
            return MOBILE
        if 10 <= n <= 12 or (n <= 16 and 3 <= dashed <= 4 and n >= 10):
            return LANDLINE
    if n == 13 and _digits_at(codes, 0, 2) == 86 and codes[2] == 49 and codes[3] >= 51:
        return MOBILE
    if n == 15:
        if _digits_at(codes, 0, 4) == 86 and codes[4] == 49 and codes[5] >= 51:
            return MOBILE
        if is_real_day(19000000 + _digits_at(codes, 6, 6)) and codes[0] != 48:
            return ID15
    if 13 <= n <= 19:
        return CARD if codes[0] > 50 and _is_luhn(codes, n) else CARD_LIKE
    return SHORT_PHONE if (n == 7 or n == 8) and codes[0] > 49 else INTEGER


@inlined
def _look_of_numeric(codes: Any, n: int, digits: Any) -> int:
    """Return the look of a cell of digits and marks, ``TEXT`` where it is none of them."""
    stars = count = dashed = dots = 0
    for i in range(n):
        c = codes[i]
        if 48 <= c <= 57:
            digits[count] = c
            count += 1
        elif c == 42:
            stars += 1
        elif c == 45 and i > 0:
            dashed = count if dashed == 0 else dashed
        elif c == 46:
            dots += 1
        elif (c == 88 or c == 120) and i == n - 1 and count + stars == 17:
            digits[count] = c
            count += 1
        elif (c == 47 or c == 44 or c == 59 or c == 0x3001) and count == 11 and i == 11:
            return MOBILE if codes[0] == 49 and codes[1] >= 51 else TEXT
        elif not (c == 32 or (i == 0 and (c == 43 or c == 45)) or c == 40 or c == 41):
            return TEXT
    if stars > 1:
        if count + stars == 18 or count + stars == 15:
            return MASKED_ID
        return MASKED_PHONE if count + stars == 11 and codes[0] == 49 else MASKED
    if stars or count == 0 or count > 64:
        return TEXT
    if dots:
        return DECIMAL if dots == 1 else TEXT
    if count == 1:
        return INTEGER
    return _look_of_digits(digits, count, dashed)


@inlined
def _look_of_text(codes: Any, n: int) -> int:
    han = spaces = points = at = 0
    marks = high_at = 0
    for i in range(n):
        c = codes[i]
        kind = kind_of(c)
        if kind & HAN:
            han += 1
            if kind & ADDRESS_HIGH and not marks & ADDRESS_HIGH:
                high_at = i
            marks |= kind
        elif c == 32:
            spaces += 1
        elif c == 64 and i > 0:
            at = i
        elif c == 44 or c == 59 or c == 0x3002 or c == 58:
            points += 1
        elif c == 46 and at > 0 and i > at + 1 and han == 0 and i < n - 1:
            return EMAIL
    if han and han + spaces == n and han <= 4:
        return NAME if _has_surname(codes, n) else HAN_WORD
    both = marks & ADDRESS_HIGH and marks & ADDRESS_LOW
    if both and high_at <= 9 and points == 0 and n >= 7:
        return ADDRESS
    return HAN_WORD if han == n and han <= 8 else TEXT


@inlined
def _look(codes: Any, n: int, digits: Any) -> int:
    if is_absent(codes, n):
        return EMPTY
    if n == TOO_LONG:
        return TEXT
    day = parse_date(codes, n)
    if day > 0:
        whole = day % 100 > 0
        if (
            is_real_day(day if whole else day + 1)
            and 17000000 < day < 22000000
            and (whole or n > 6)
        ):
            return DATE if n <= 11 else TIME
    if is_scientific(codes, n):
        return PRECISION_LOST
    look = _look_of_numeric(codes, n, digits)
    return look if look != TEXT else _look_of_text(codes, n)


@kernel
def _look_cells(data: Any, start: Any, stop: Any, out: Any, codes: Any, digits: Any) -> None:
    for i in range(start.size):
        n = fold_cell(data, start[i], stop[i], codes)
        out[i] = _look(codes, n, digits)


def look_cells(
    data: npt.NDArray[np.uint8], start: npt.NDArray[np.int64], stop: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint8]:
    """Return the look of each cell.

    Args:
        data: uint8[], UTF-8.
        start: int64[C], first byte of each cell.
        stop: int64[C], byte after each cell.

    Returns:
        uint8[C], ``EMPTY`` to ``TEXT``.
    """
    out = np.empty(start.size, np.uint8)
    codes, digits = np.empty((2, MAX_CODES), np.int32)
    _look_cells(data, start, stop, out, codes, digits)
    return out
