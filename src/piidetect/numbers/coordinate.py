# SPDX-License-Identifier: Apache-2.0
"""Geographic coordinates (经纬度): latitude and longitude in decimal degrees.

Written as two decimals with a comma, semicolon or space between, in either order, perhaps in
brackets and with N, S, E or W. Where the order isn't said, the pair is read so that it lies in China
(3 to 54° N, 73 to 136° E), else as latitude and longitude. Canonical is ``latitude,longitude`` with
the digits as written. A precise location is a sensitive one (GB/T 45574-2025), a rough one isn't: with
four decimals or more (11 m) in both, and in China or with its marks, a pair is ``VALID``; with fewer,
elsewhere without marks (two measures may be written so), or a single number, ``UNCHECKED``. 0,0 is
nobody's. Whether it is WGS-84, GCJ-02 or BD-09 the digits don't tell.

    >>> validate("120.15507, 30.274085"), degrees("120.15507,30.274085")
    ('30.274085,120.15507', (30.274085, 120.15507))
    >>> validate("(N30.2741 E120.1551)"), is_precise("30.2741,120.1551"), is_precise("30.3,120.2")
    ('30.2741,120.1551', True, False)
    >>> verdict("30.3,120.2").name, verdict("120.1551").name, verdict("0.0,0.0").name
    ('UNCHECKED', 'UNCHECKED', 'PLACEHOLDER')
    >>> verdict("1.2345,0.6789").name, verdict("N1.2345,E0.6789").name
    ('UNCHECKED', 'VALID')
    >>> verdict("95.1234,181.1234").name, verdict("30,120").name, verdict("3.50,12.80").name
    ('INVALID_FORMAT', 'INVALID_FORMAT', 'UNCHECKED')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import MAX_CODES, capitals, fold, is_digits
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict

#: South, north, west and east of China.
CHINA = (3, 54, 73, 136)
PRECISE_DECIMALS = 4
MOST_DECIMALS = 18
_BRACKETS = "()[]{} °"


def _decimal(part: str) -> tuple[str, str] | None:
    """Return the signed digits of a part and its mark (N, S, E, W or none); None if it is no such."""
    part = part.strip(_BRACKETS)
    mark = "".join(c for c in part[:1] + part[-1:] if c in "NSEW")
    if len(mark) > 1:
        return None
    number = part.strip("NSEW°: ")
    whole, dot, decimals = number.removeprefix("-").partition(".")
    if not (dot and is_digits(whole) and len(whole) <= 3 and is_digits(decimals)):
        return None
    if len(decimals) > MOST_DECIMALS:
        return None
    negative = number.startswith("-") != (mark in ("S", "W"))
    return ("-" if negative else "") + number.removeprefix("-"), mark


def _in_china(latitude: str, longitude: str) -> bool:
    south, north, west, east = CHINA
    return south <= float(latitude) <= north and west <= float(longitude) <= east


def _on_earth(latitude: str, longitude: str) -> bool:
    return abs(float(latitude)) <= 90 and abs(float(longitude)) <= 180


def _pair(text: str) -> tuple[str, ...]:
    """Return latitude and longitude, a single number, or nothing."""
    cleaned = capitals(fold(text)).strip(_BRACKETS)
    if len(cleaned) > MAX_CODES:
        return ()
    for separator in (",", ";", "、"):
        cleaned = cleaned.replace(separator, " ")
    parts = [_decimal(part) for part in cleaned.split()]
    found = [part for part in parts if part is not None]
    if len(found) != len(parts) or not 1 <= len(found) <= 2:
        return ()
    if len(found) == 1:
        return (found[0][0],) if abs(float(found[0][0])) <= 180 else ()
    (first, mark), (second, other) = found
    turned = mark in ("E", "W") or other in ("N", "S")
    said = turned or mark in ("N", "S") or other in ("E", "W")
    if not said:
        turned = not _in_china(first, second) and (
            _in_china(second, first) or not _on_earth(first, second)
        )
    pair = (second, first) if turned else (first, second)
    return pair if _on_earth(*pair) else ()


def compact(text: str) -> str:
    """Return ``latitude,longitude``; text that is no pair comes back folded."""
    pair = _pair(text)
    return ",".join(pair) if pair else fold(text)


def is_precise(text: str) -> bool:
    """Return whether a pair has four decimals or more in both numbers; never raises."""
    pair = _pair(text)
    decimals = [len(number.partition(".")[2]) for number in pair]
    return len(pair) == 2 and min(decimals) >= PRECISE_DECIMALS


def verdict(text: str, *, context: bool = False) -> Verdict:
    """Return the verdict on a pair; never raises.

    Args:
        text: the pair as written.
        context: whether a heading or a word says what it is.
    """
    pair = _pair(text)
    if not pair:
        return Verdict.INVALID_FORMAT
    if not any(map(float, pair)):
        return Verdict.PLACEHOLDER
    marked = any(mark in capitals(fold(text)) for mark in "NSEW")
    sure = is_precise(text) and (marked or _in_china(*pair))
    return confirmed(Verdict.VALID if sure else Verdict.UNCHECKED, context)


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001


def degrees(text: str) -> tuple[float, ...]:
    """Return latitude and longitude, or the single number, in degrees.

    Raises:
        ValidationError: the text isn't a coordinate.
    """
    return tuple(map(float, validate(text).split(",")))
