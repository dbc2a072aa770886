# SPDX-License-Identifier: Apache-2.0
"""The text of a cell that a library gives as a Python value.

A number is written as it was stored, never with more digits: a float from 2^53 up can't tell whole
numbers apart any more, and Excel keeps 15 digits only, so such a one is written as 1.23E+17 with the
digits that are sure, which recognizers take for a number that has lost its precision. So is one of
16 digits that ends in 0, since that is what typing a card number into a cell makes of it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: From here on neighbouring whole numbers share a float.
EXACT = 1 << 53

#: Digits that a spreadsheet keeps of a number.
SURE_DIGITS = 15


def float_text(value: float) -> str:
    """Return a float as text.

    >>> float_text(13800138000.0), float_text(0.5)
    ('13800138000', '0.5')
    >>> float_text(6228480402564891.0), float_text(6228480402564890.0)
    ('6228480402564891', '6.22848040256489E+15')
    >>> float_text(1.101051949090437e17)
    '1.10105194909043E+17'
    """
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN
        return ""
    if abs(value) < EXACT and not _cut(value):
        return str(int(value)) if value.is_integer() else repr(value)
    mantissa, _, exponent = f"{value!r}".partition("e")
    if not exponent:  # up to 1e16 repr writes all digits
        digits = mantissa.removesuffix(".0").lstrip("-")
        mantissa = f"{'-' if value < 0 else ''}{digits[0]}.{digits[1:]}"
        exponent = f"+{len(digits) - 1}"
    sign, digits = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    kept = digits[: SURE_DIGITS + 1].rstrip("0").rstrip(".")
    return f"{sign}{kept}E{exponent}"


def _cut(value: float) -> bool:
    """Say whether a spreadsheet may have made the 16th digit a 0, as it does with what is typed."""
    return abs(value) >= 10**SURE_DIGITS and value % 10 == 0


def _date_time(value: dt.datetime) -> str:
    return (
        value.isoformat(" ", "seconds") if value.time() != dt.time() else value.date().isoformat()
    )


def _seconds(value: dt.timedelta) -> str:
    whole = int(value.total_seconds())
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    return f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


_WRITERS: dict[type, Callable[..., str]] = {
    str: str,
    float: float_text,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    dt.datetime: _date_time,
    dt.date: dt.date.isoformat,
    dt.time: lambda value: value.isoformat("seconds"),
    dt.timedelta: _seconds,
    type(None): lambda _: "",
}


def cell_text(value: object) -> str:
    """Return a value as text; bytes as UTF-8 or GB18030 where they are such."""
    if type(value) is str:
        return value
    writer = _WRITERS.get(type(value))
    if writer is not None:
        return writer(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes_text(bytes(value))
    return str(value)


def bytes_text(raw: bytes) -> str:
    """Return bytes as text: UTF-8, else GB18030, else what of them is UTF-8."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")
