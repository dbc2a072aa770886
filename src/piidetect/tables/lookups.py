# SPDX-License-Identifier: Apache-2.0
"""Numbers for places, operators and banks: arrays that a kernel looks a value up in.

A kernel gives an index and the report turns it into a name: ``PROVINCES``, ``OPERATORS``,
:func:`banks`, :func:`piidetect.tables.names.mobile_cities`. They are made when they are first asked for.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from piidetect.schema import NO_PLACE, PLACE_SHIFT
from piidetect.tables import division_codes, table_rows
from piidetect.tables.names import division_name, mobile_cities, mobile_planes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: First two digits of the division codes of provinces; index 0 is unknown.
PROVINCES: tuple[str, ...] = (
    *("", "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"),
    *(
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
    ),
    *("71", "81", "82", "83"),
)

#: Operators of mobile segments; index 0 is unknown. ``virtual`` is a reseller's (虚拟运营商).
OPERATORS: tuple[str, ...] = (
    "",
    "China Mobile",
    "China Unicom",
    "China Telecom",
    "China Broadnet",
    "virtual",
    "China SatNet",
    "Inmarsat",
    "emergency communications",
)

#: Types of bank cards; index 0 is unknown.
CARDS: tuple[str, ...] = ("", "debit", "credit", "quasi_credit", "prepaid")

_SEGMENT_DIGITS, _IIN_DIGITS = 5, 6


class Lookups(NamedTuple):
    """Indices by number; all arrays are read-only.

    Attributes:
        province: uint8[1_000_000] by division code: index into ``PROVINCES``, 0 where the code was
            never in force.
        operator: uint8[100_000] by the first 5 digits of a mobile number: index into ``OPERATORS``.
        mobile_city: uint16[1_000_000] by the first 7 digits of a mobile number less 1,000,000: index
            into ``names.mobile_cities()``.
        mobile_province: uint8[n] by index of the city: index into ``PROVINCES``.
        bank: uint16[1_000_000] by the first 6 digits of a card: index into :func:`banks`. Prefixes
            that are longer than 6 digits count where no shorter one is known.
        card: uint8[1_000_000] by the first 6 digits of a card: index into ``CARDS``.
        area_province: uint8[10_000] by the area code as int: index into ``PROVINCES``.
    """

    province: npt.NDArray[np.uint8]
    operator: npt.NDArray[np.uint8]
    mobile_city: npt.NDArray[np.uint16]
    mobile_province: npt.NDArray[np.uint8]
    bank: npt.NDArray[np.uint16]
    card: npt.NDArray[np.uint8]
    area_province: npt.NDArray[np.uint8]


@cache
def banks() -> tuple[str, ...]:
    """Return the names of banks and card schemes in order; index 0 is unknown."""
    return ("", *sorted({row[2] for row in table_rows("iins")} - {""}))


def _province_index(code: str) -> int:
    return PROVINCES.index(code[:2]) if code[:2] in PROVINCES else 0


def _fill(array: npt.NDArray[np.generic], prefix: str, digits: int, value: int) -> None:
    """Set all elements whose index, as `digits` digits, begins with the prefix."""
    width = 10 ** (digits - len(prefix))
    first = int(prefix) * width
    array[first : first + width] = value


def _issuers() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
    import numpy as np

    bank = np.zeros(10**_IIN_DIGITS, np.uint16)
    card = np.zeros(10**_IIN_DIGITS, np.uint8)
    index = {name: number for number, name in enumerate(banks())}
    rows = sorted(table_rows("iins"), key=lambda row: len(row[0]))
    known: set[str] = {row[0] for row in rows if len(row[0]) == _IIN_DIGITS}
    for prefix, _, name, kind, _ in rows:
        if len(prefix) > _IIN_DIGITS and prefix[:_IIN_DIGITS] in known:
            continue
        _fill(bank, prefix[:_IIN_DIGITS], _IIN_DIGITS, index[name])
        _fill(card, prefix[:_IIN_DIGITS], _IIN_DIGITS, CARDS.index(kind))
    return bank, card


@cache
def operators() -> npt.NDArray[np.uint8]:
    """Return uint8[100_000], `Lookups.operator`."""
    import numpy as np

    operator = np.zeros(10**_SEGMENT_DIGITS, np.uint8)
    for row in sorted(table_rows("number_segments"), key=lambda row: len(row[0])):
        name = "virtual" if row[1] == "virtual" else row[2]
        _fill(operator, row[0], _SEGMENT_DIGITS, OPERATORS.index(name))
    return operator


@cache
def mobile_cities_of() -> npt.NDArray[np.uint16]:
    """Return uint16[1_000_000], `Lookups.mobile_city`."""
    import numpy as np

    low, high = np.frombuffer(mobile_planes(), np.uint8).reshape(2, -1).astype(np.uint16)
    return low + 256 * high


@cache
def phone_details() -> npt.NDArray[np.int32]:
    """Return int32[1_010_000], what a finding keeps of a phone (``detail`` in `piidetect.schema`).

    Of a mobile by its first 7 digits less 1,000,000, of a landline by 1,000,000 and its area code;
    where several cities share an area code, the place is their province.
    """
    import numpy as np

    detail = np.zeros(1_010_000, np.int32)
    places = np.array([_place(code) for code, _ in mobile_cities()], np.int32) << PLACE_SHIFT
    detail[:1_000_000] = places[mobile_cities_of()]
    detail[:1_000_000] |= operators()[10_000:20_000].repeat(100)
    by_name = {name: code for code, name in mobile_cities()}
    for code, name, _, province, _ in table_rows("area_codes"):
        city = by_name.get(division_name(province) + name, province)
        detail[1_000_000 + int(code)] = _place(city) << PLACE_SHIFT
    detail.setflags(write=False)
    return detail


def _place(code: str) -> int:
    """Return a place as ``detail`` has it, 0 for none."""
    return int(code[:4]) - NO_PLACE if code else 0


@cache
def load_lookups() -> Lookups:
    """Return the arrays; they are built once per process."""
    import numpy as np

    province = np.zeros(1_000_000, np.uint8)
    codes = sorted(division_codes())
    province[np.array([int(code) for code in codes])] = [_province_index(code) for code in codes]
    operator, mobile_city = operators(), mobile_cities_of()
    mobile_province = np.array([_province_index(code) for code, _ in mobile_cities()], np.uint8)
    area_province = np.zeros(10_000, np.uint8)
    for row in table_rows("area_codes"):
        area_province[int(row[0])] = _province_index(row[3])
    bank, card = _issuers()
    found = Lookups(province, operator, mobile_city, mobile_province, bank, card, area_province)
    for array in found:
        array.setflags(write=False)
    return found
