# SPDX-License-Identifier: Apache-2.0
"""Checks of whole cells in columns whose heading says what they hold.

Each profile has a scalar twin in :mod:`piidetect.numbers` that states its rule; Hypothesis checks
that both agree on every text. A cell is folded and trimmed into a scratch array of code points
first, so that full-width digits and multi-byte letters cost the rules nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.dates import digits_at, is_real_day, judge_date, parse_date
from piidetect.kernels.fold import (
    ADDRESS_HIGH,
    ADDRESS_LOW,
    DOT,
    HAN,
    LETTER,
    MASK,
    TOO_LONG,
    fold_cell,
    is_absent,
    kind_of,
)
from piidetect.numbers.cell_text import MAX_CODES
from piidetect.numbers.date import AHEAD, EARLIEST
from piidetect.schema import Verdict

if TYPE_CHECKING:
    import numpy.typing as npt

PERSON = 1
ADDRESS = 2
BIRTH_DATE = 3
MEDICAL_RECORD_NUMBER = 4
VISIT_NUMBER = 5
ICD10 = 6
DATE = 7
GESTATION_WEEKS = 8

_PROFILES = {
    "PERSON": PERSON,
    "CN_ADDRESS": ADDRESS,
    "DATE_OF_BIRTH": BIRTH_DATE,
    "CN_MEDICAL_RECORD_NUMBER": MEDICAL_RECORD_NUMBER,
    "CN_VISIT_NUMBER": VISIT_NUMBER,
    "ICD10_CODE": ICD10,
}

#: Profiles by the names that recognizer files give them.
PROFILE_NUMBERS = {
    "PERSON": PERSON,
    "ADDRESS": ADDRESS,
    "BIRTH_DATE": BIRTH_DATE,
    "MEDICAL_RECORD_NUMBER": MEDICAL_RECORD_NUMBER,
    "VISIT_NUMBER": VISIT_NUMBER,
    "ICD10": ICD10,
    "DATE": DATE,
    "GESTATION_WEEKS": GESTATION_WEEKS,
}

_NONE = int(Verdict.NONE)
_VALID = int(Verdict.VALID)
_LENGTH = int(Verdict.INVALID_LENGTH)
_FORMAT = int(Verdict.INVALID_FORMAT)
_PRECISION_LOST = int(Verdict.PRECISION_LOST)
_MASKED = int(Verdict.MASKED)
_UNCHECKED = int(Verdict.UNCHECKED)
_AHEAD = AHEAD
_EARLIEST = EARLIEST
_EARLIEST_OTHER = 19000102


def profile_id(entity: str, kind: str) -> int:
    """Return the profile that checks a column of `entity`, or 0 where none does.

    Args:
        entity: the column's entity.
        kind: for ``CN_PREGNANCY`` one of ``lmp``, ``edd`` (dates) and ``weeks``.
    """
    if entity == "CN_PREGNANCY":
        return GESTATION_WEEKS if kind == "weeks" else DATE
    return _PROFILES.get(entity, 0)


@inlined
def _is_newborn(codes: Any, n: int) -> bool:
    """Return whether at least two hanzi, spaces apart, end with 之子, 之女 or 之婴."""
    i = n - 2
    while codes[i] == 32:
        i -= 1
    last = codes[n - 1]
    return codes[i] == 0x4E4B and (last == 0x5B50 or last == 0x5973 or last == 0x5A74)


@inlined
def _person(codes: Any, n: int) -> int:
    han = letters = dots = others = 0
    if n > 2 and (kind_of(codes[n - 2]) & HAN):
        c = codes[n - 1]
        if 48 <= c <= 57 or 65 <= c <= 90 or 97 <= c <= 122:
            n -= 1
    first = last = previous = 0
    doubled = foreign = False
    for i in range(n):
        c = codes[i]
        kind = kind_of(c)
        if c == 32:
            continue
        if kind & HAN:
            han += 1
        elif kind & LETTER:
            letters += 1
        elif kind & DOT:
            dots += 1
            doubled |= (previous & DOT) != 0
        elif c == 45 or c == 39 or c == 44:
            others += 1
        else:
            foreign = True
        if kind & MASK:
            return _MASKED
        if first == 0:
            first = kind
        previous = last = kind
    if foreign:
        return _FORMAT
    if han == 0:
        if letters < 2 or not (kind_of(codes[0]) & LETTER):
            return _FORMAT
        return _VALID if n <= 60 else _LENGTH
    if letters or others:
        return _FORMAT
    if dots == 0:
        most = 6 if han > 4 and _is_newborn(codes, n) else 4
        return _VALID if 2 <= han <= most else _LENGTH
    if doubled or not (first & HAN) or not (last & HAN):
        return _FORMAT
    return _VALID if han <= 25 else _LENGTH


@inlined
def _address(codes: Any, n: int) -> int:
    stars = 0
    for i in range(n):
        stars += codes[i] == 42
    if stars > 1:
        for i in range(1, n):
            if codes[i] == 42 and codes[i - 1] == 42:
                return _MASKED
    han = letters = digits = spaces = 0
    marks = 0
    for i in range(n):
        c = codes[i]
        if c < 128:
            digits += 48 <= c <= 57
            spaces += c == 32
        kind = kind_of(c)
        if kind & ADDRESS_LOW:  # such a mark is a hanzi and all that is needed
            return _VALID if n >= 5 else _LENGTH
        marks |= kind
        han += (kind & HAN) != 0
        letters += (kind & LETTER) != 0
    if han == 0:
        if letters >= 6 and spaces >= 2 and digits > 0 and n >= 10:
            return _VALID
        return _FORMAT
    if not marks & ADDRESS_HIGH:
        return _FORMAT
    if digits == 0:
        return _UNCHECKED
    return _VALID if n >= 5 else _LENGTH


@inlined
def _is_other(codes: Any, n: int) -> bool:
    """Return whether the code has the shape of a mobile number, a date or a resident ID."""
    if n != 8 and n != 11 and n != 15 and n != 18:
        return False
    for i in range(n - 1):
        if codes[i] < 48 or codes[i] > 57:
            return False
    end = codes[n - 1]
    whole = 48 <= end <= 57
    if n == 18:
        day, _ = digits_at(codes, n, 6, 8)
        return (
            (whole or end == 88 or end == 120) and 18000000 <= day < 21000000 and is_real_day(day)
        )
    if not whole:
        return False
    if n == 11:
        return codes[0] == 49 and codes[1] >= 51
    if n == 8:
        day, _ = digits_at(codes, n, 0, 8)
        return 19000000 <= day < 21000000 and is_real_day(day)
    day, _ = digits_at(codes, n, 6, 6)
    return is_real_day(19000000 + day)


@kernel
def is_scientific(codes: Any, n: int) -> bool:
    """Return whether the codes are a shortened number: ``3.30106E+17``."""
    if n < 4 or codes[0] < 48 or codes[0] > 57:
        return False
    at = 1
    if codes[1] == 46:
        _, at = digits_at(codes, n, 2, n)
        if at == 2:
            return False
    if at + 2 >= n or (codes[at] != 69 and codes[at] != 101) or codes[at + 1] != 43:
        return False
    for i in range(at + 2, n):
        if codes[i] < 48 or codes[i] > 57:
            return False
    return True


@inlined
def _number(codes: Any, n: int, longest: int) -> int:
    digits = 0
    foreign = False
    for i in range(n):
        c = codes[i]
        if 48 <= c <= 57:
            digits += 1
        elif c == 42:
            return _MASKED
        elif not (65 <= c <= 90 or 97 <= c <= 122 or c == 45):
            foreign = True
    if foreign:
        return _PRECISION_LOST if is_scientific(codes, n) else _FORMAT
    if n < 4 or n > longest:
        return _LENGTH
    if codes[0] == 45 or codes[n - 1] == 45 or digits < 3 or _is_other(codes, n):
        return _FORMAT
    return _VALID


@inlined
def _icd10(codes: Any, n: int) -> int:
    if codes[n - 1] == 43 or codes[n - 1] == 42:
        n -= 1
    if n < 3:
        return 0
    letter = codes[0] & ~32
    if codes[0] > 127 or letter < 65 or letter > 90:
        return 0
    block, at = digits_at(codes, n, 1, 2)
    if at != 3:
        return 0
    value = (letter - 64) * 100 + block
    if n == 3:
        return value
    if n < 5 or codes[3] != 46:
        return 0
    if not (48 <= codes[4] <= 57 or codes[4] == 88 or codes[4] == 120):
        return 0
    _, at = digits_at(codes, n, 5, 2)
    if at == n:
        return value
    if at != 7 or n != 11 or (codes[7] != 88 and codes[7] != 120):
        return 0
    _, at = digits_at(codes, n, 8, 3)
    return value if at == 11 else 0


@inlined
def _gestation(codes: Any, n: int) -> int:
    """Return the days of gestation, 0 where the cell has none."""
    weeks, at = digits_at(codes, n, 1 if codes[0] == 0x5B55 else 0, 2)
    if weeks < 4 or weeks > 42:
        return 0
    named = at < n and (codes[at] == 0x5468 or codes[at] == 87 or codes[at] == 119)
    at += named
    if at == n:
        return weeks * 7
    joined = codes[at] == 43
    at += joined
    if not (joined or named) or at == n or codes[at] < 48 or codes[at] > 54:
        return 0
    value = weeks * 7 + codes[at] - 48
    at += 1
    if at == n:
        return value
    end = codes[at]
    known = end == 0x5929 or end == 0x5468 or end == 68 or end == 100
    return value if known and at + 1 == n else 0


@kernel
def judge_day(day: int, profile: int, today: int) -> int:
    """Return the verdict on a date of a column of birth dates, or of other dates."""
    if profile == BIRTH_DATE:
        return judge_date(day, _EARLIEST, today)
    return judge_date(day, _EARLIEST_OTHER, today + _AHEAD if today > 0 else 0)


@kernel
def _check(codes: Any, n: int, profile: int, today: int, value: Any) -> int:
    """Return the verdict on folded codes; write the value, where there is one, to value[0]."""
    if is_absent(codes, n):
        return _NONE
    if n == TOO_LONG:
        return _LENGTH
    if profile == PERSON:
        return _person(codes, n)
    if profile == ADDRESS:
        return _address(codes, n)
    if profile == MEDICAL_RECORD_NUMBER or profile == VISIT_NUMBER:
        return _number(codes, n, 20 if profile == MEDICAL_RECORD_NUMBER else 32)
    if profile == ICD10:
        value[0] = _icd10(codes, n)
        return _VALID if value[0] > 0 else _FORMAT
    if profile == GESTATION_WEEKS:
        value[0] = _gestation(codes, n)
        return _VALID if value[0] > 0 else _FORMAT
    day = parse_date(codes, n)
    if day < 0:
        for i in range(n):
            if codes[i] == 42:
                return _MASKED
        return _FORMAT
    verdict = judge_day(day, profile, today)
    value[0] = day if verdict == _VALID or verdict == _UNCHECKED else 0
    return verdict


@kernel
def _check_cells(
    data: Any, start: Any, stop: Any, profile: int, today: int, out_verdict: Any, out_value: Any,
    codes: Any, value: Any,
) -> None:  # fmt: skip
    for i in range(start.size):
        value[0] = 0
        n = fold_cell(data, start[i], stop[i], codes)
        out_verdict[i] = _check(codes, n, profile, today, value)
        out_value[i] = value[0]


def check_cells(
    data: npt.NDArray[np.uint8],
    start: npt.NDArray[np.int64],
    stop: npt.NDArray[np.int64],
    profile: int,
    today: int,
    out_verdict: npt.NDArray[np.uint8],
    out_value: npt.NDArray[np.int64],
) -> None:
    """Check whole cells by one profile; the GIL is released.

    Args:
        data: uint8[], UTF-8.
        start: int64[C], first byte of each cell.
        stop: int64[C], byte after each cell.
        profile: ``PERSON`` to ``GESTATION_WEEKS``.
        today: the reference date yyyymmdd; 0 sets no upper limit on dates.
        out_verdict: uint8[C], overwritten with :class:`~piidetect.schema.Verdict`.
        out_value: int64[C], overwritten: dates yyyymmdd, gestation in days, ICD-10 codes
            letter * 100 + two digits (A = 1), else 0.
    """
    codes, value = np.empty(MAX_CODES, np.int32), np.zeros(1, np.int64)
    _check_cells(data, start, stop, profile, today, out_verdict, out_value, codes, value)
