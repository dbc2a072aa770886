# SPDX-License-Identifier: Apache-2.0
"""The reference tables: as plain sets for ``numbers``, as arrays for ``kernels``.

Both come from the same CSV files in ``recognizers/tables``, so a kernel and its scalar twin can't
disagree on what is assigned. Nothing here imports numpy before :func:`load_tables` is called.
What codes are called stands in :mod:`piidetect.tables.names`, indices by number for figures by
place, operator and bank in :mod:`piidetect.tables.lookups`: a scan loads neither.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from piidetect._resources import table_bytes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOBILE, IOT, SATELLITE = 1, 2, 3
_SEGMENT_KINDS = {
    "mobile": MOBILE,
    "virtual": MOBILE,
    "data_card": MOBILE,
    "iot": IOT,
    "satellite": SATELLITE,
}
CODE_3_DIGITS, CODE_4_DIGITS, SUBSCRIBER_7_DIGITS, SUBSCRIBER_8_DIGITS = 1, 2, 4, 8
_SEGMENT_DIGITS, _IIN_DIGITS = 5, 6


class Tables(NamedTuple):
    """Reference tables as arrays for kernels.

    Attributes:
        region: uint8[1_000_000], 1 where a division code was ever in force.
        segment: uint8[100_000] by the first 5 digits of a mobile number: 0 unassigned,
            1 mobile (virtual operators and data cards too), 2 internet of things, 3 satellite.
        iin: uint32[1_000_000] by the first 6 digits of a card: bit L where cards of L digits exist.
        area: uint8[10_000] by the area code as int: 0 none, bit 0 code of 3 digits, bit 1 code of
            4 digits, bit 2 subscribers of 7 digits, bit 3 subscribers of 8 digits.
        placeholder: int64[n], sorted: numbers that are typed as fillers or samples.
    """

    region: npt.NDArray[np.uint8]
    segment: npt.NDArray[np.uint8]
    iin: npt.NDArray[np.uint32]
    area: npt.NDArray[np.uint8]
    placeholder: npt.NDArray[np.int64]


def table_rows(name: str) -> list[list[str]]:
    """Return the rows of a table below its heading; our tables hold no quoted cells."""
    return [line.split(",") for line in table_bytes(name).decode().splitlines()[1:]]


@cache
def division_codes() -> frozenset[str]:
    """Return every 6-digit division code (行政区划代码) that was ever in force."""
    return frozenset(line[:6].decode() for line in table_bytes("division_codes").splitlines()[1:])


@cache
def number_segments() -> dict[str, int]:
    """Return the number segments (号段): prefix → 1 mobile, 2 IoT, 3 satellite."""
    return {row[0]: _SEGMENT_KINDS[row[1]] for row in table_rows("number_segments")}


def segment_of(number: str) -> int:
    """Return the kind of a mobile number's longest known prefix, 0 where it is unassigned."""
    known = number_segments()
    for length in range(_SEGMENT_DIGITS, 2, -1):
        kind = known.get(number[:length])
        if kind is not None:
            return kind
    return 0


@cache
def card_lengths() -> dict[str, int]:
    """Return the issuer prefixes (IIN): prefix → bit L set where cards of L digits exist."""
    known: dict[str, int] = {}
    for row in table_rows("iins"):
        prefix = row[0][:_IIN_DIGITS]
        bits = sum(1 << int(length) for length in row[1].split("|"))
        known[prefix] = known.get(prefix, 0) | bits
    return known


def is_card_length(number: str) -> bool:
    """Tell whether an issuer is known whose prefix and length are those of the number."""
    known = card_lengths()
    bits = 0
    for length in range(1, _IIN_DIGITS + 1):
        bits |= known.get(number[:length], 0)
    return bool(bits >> len(number) & 1)


@cache
def area_codes() -> dict[str, int]:
    """Return the area codes (区号) with the bits of :attr:`Tables.area`."""
    known = {}
    for row in table_rows("area_codes"):
        lengths = row[2].split("|")
        bits = CODE_3_DIGITS if len(row[0]) == len("010") else CODE_4_DIGITS
        bits |= SUBSCRIBER_7_DIGITS if "7" in lengths else 0
        bits |= SUBSCRIBER_8_DIGITS if "8" in lengths else 0
        known[row[0]] = bits
    return known


@cache
def placeholders(validator: str) -> frozenset[str]:
    """Return the canonical values that are fillers or samples rather than somebody's number."""
    return frozenset(row[1] for row in table_rows("placeholders") if row[0] == validator)


@cache
def load_tables() -> Tables:
    """Return the tables as arrays; they are built once per process and must not be written to."""
    import numpy as np

    region = np.zeros(1_000_000, np.uint8)
    region[np.array([int(code) for code in division_codes()], np.int64)] = 1
    segment = np.zeros(100_000, np.uint8)
    for prefix, kind in sorted(number_segments().items(), key=lambda item: len(item[0])):
        width = 10 ** (_SEGMENT_DIGITS - len(prefix))
        segment[int(prefix) * width : (int(prefix) + 1) * width] = kind
    iin = np.zeros(1_000_000, np.uint32)
    for prefix, bits in card_lengths().items():
        width = 10 ** (_IIN_DIGITS - len(prefix))
        iin[int(prefix) * width : (int(prefix) + 1) * width] |= np.uint32(bits)
    area = np.zeros(10_000, np.uint8)
    for code, bits in area_codes().items():
        area[int(code)] = bits
    digits = [row[1] for row in table_rows("placeholders") if row[1].isdigit()]
    placeholder = np.sort(np.array([int(value) for value in digits], np.int64))
    for array in (region, segment, iin, area, placeholder):
        array.setflags(write=False)
    return Tables(region, segment, iin, area, placeholder)
