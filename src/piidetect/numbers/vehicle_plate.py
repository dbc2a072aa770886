# SPDX-License-Identifier: Apache-2.0
"""Number plate of a motor vehicle (机动车号牌号码), GA 36-2018.

A hanzi for the province, a letter for the office (no I, O) and

* ordinary: five letters and digits (no I, O), of which the last may be 学 警 挂 领 试 超 港 澳 使;
* new energy: six, small vehicles with A to K (no I) first, then a letter or digit and four digits,
  large ones with five digits first and A to K last. D, A, B, C, E are electric, F, G, H, J, K not
  wholly (D and F were the first letters; public validators agree on the others).

Embassies have 使 and six digits. WJ, a province or none and five characters (armed police) are known
from public validators only and stay ``UNCHECKED``, as do plates with fewer than two digits. Army
plates and those of electric bicycles follow no public rule and are not known here.

    >>> validate("浙a·12345"), kind("浙A12345"), kind("浙AD12345"), kind("浙A12345D")
    ('浙A12345', 'ordinary', 'new_energy', 'new_energy')
    >>> verdict("浙A1234学").name, verdict("浙AA12345").name, verdict("浙AABCDE").name
    ('VALID', 'VALID', 'UNCHECKED')
    >>> verdict("浙AI2345").name, verdict("折A12345").name, verdict("浙A1234").name
    ('INVALID_FORMAT', 'INVALID_FORMAT', 'INVALID_LENGTH')
    >>> region("浙A12345").province, format("浙A12345")
    ('浙江省', '浙A·12345')
"""

from __future__ import annotations

from piidetect.numbers.cell_text import is_digits, joined
from piidetect.numbers.verdict_errors import checked, confirmable
from piidetect.schema import Verdict
from piidetect.tables.names import Region, region_of

LENGTH = 7
NEW_ENERGY_LENGTH = 8
_CODES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65"
)
#: The first hanzi of a plate, by the division code of the province.
PROVINCES = dict(
    zip(
        "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新",
        _CODES.split(),
        strict=True,
    )
)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
SERIAL = LETTERS + "0123456789"
NEW_ENERGY = "ABCDEFGHJK"
LAST = "学警挂领试超港澳使"
_FEWEST_DIGITS = 2


def compact(text: str) -> str:
    """Return the plate without spaces, dashes and dots, letters in capitals."""
    return joined(text, " -·•.")


def _serial_kind(serial: str) -> str:
    """Return the kind of the part behind province and office, empty where it is none."""
    if len(serial) == NEW_ENERGY_LENGTH - 2:
        small = serial[0] in NEW_ENERGY and serial[1] in SERIAL and is_digits(serial[2:])
        large = is_digits(serial[:5]) and serial[5] in NEW_ENERGY
        return "new_energy" if small or large else ""
    plain = all(c in SERIAL for c in serial[:4]) and serial[4] in SERIAL + LAST
    return "ordinary" if plain else ""


def _kind(plate: str) -> str:
    """Return the kind of a compact plate of 7 or 8 characters, empty where it is none."""
    if plate[0] in PROVINCES:
        return _serial_kind(plate[2:]) if plate[1] in LETTERS else ""
    if plate[0] == "使":
        return "embassy" if len(plate) == LENGTH and is_digits(plate[1:]) else ""
    if plate.startswith("WJ"):
        serial = plate[3:] if plate[2] in PROVINCES else plate[2:]
        right = is_digits(serial[:4]) and serial[4:5] in list(SERIAL) and len(serial) == 5
        return "armed_police" if right else ""
    return ""


def _verdict(plate: str) -> Verdict:
    if len(plate) not in (LENGTH, NEW_ENERGY_LENGTH):
        return Verdict.INVALID_LENGTH
    kind = _kind(plate)
    if not kind:
        return Verdict.INVALID_FORMAT
    sure = kind != "armed_police" and sum(map(is_digits, plate)) >= _FEWEST_DIGITS
    return Verdict.VALID if sure else Verdict.UNCHECKED


verdict = confirmable(_verdict, compact)
validate, is_valid = checked(verdict, compact)


def format(text: str) -> str:  # noqa: A001
    """Return the plate with a dot behind the office, as on the plate. It isn't checked."""
    plate = compact(text)
    return f"{plate[:2]}·{plate[2:]}" if plate[:1] in PROVINCES else plate


def kind(text: str) -> str:
    """Return ``ordinary``, ``new_energy``, ``embassy`` or ``armed_police``.

    Raises:
        ValidationError: the plate isn't valid.
    """
    return _kind(validate(text))


def region(text: str) -> Region:
    """Return the province; the names are empty for plates that name none.

    Raises:
        ValidationError: the plate isn't valid.
    """
    code = PROVINCES.get(validate(text)[0], "")
    return region_of(f"{code}0000" if code else "")
