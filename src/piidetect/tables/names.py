# SPDX-License-Identifier: Apache-2.0
"""What the codes of the reference tables are called: for reports and for people, not for scans.

Each table is read when a name of it is first asked for.

    >>> region_of("330103", 1960)
    Region(code='330103', province='浙江省', city='杭州市', county='下城区')
    >>> region_of("420601", 1985).city, region_of("420601", 2015).city
    ('襄樊市', '襄阳市')
    >>> issuer_of("6222020000000000018")
    Issuer(bank='中国工商银行', card='debit')
    >>> chapter_of("O80.000x001").title_zh
    '妊娠、分娩和产褥期'
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from piidetect._resources import recognizers_root
from piidetect.tables import table_rows

#: Names of the level between province and county that name no city.
_NO_CITY = ("市辖", "省直辖", "自治区直辖", "行政单位", "行政区划")
_NO_COUNTY = ("市辖区", "市区")
_LONGEST_IIN = 10
_FIRST_MOBILE = 1_000_000  # the 7-digit prefix with which mobile_areas.xz begins


class Region(NamedTuple):
    """A place as a division code names it; names are empty where the code names none.

    Attributes:
        code: 6-digit division code (行政区划代码).
        province: province, municipality, autonomous or special administrative region.
        city: prefecture-level city, prefecture or league; empty in municipalities.
        county: county, district or county-level city.
    """

    code: str
    province: str
    city: str
    county: str


class Issuer(NamedTuple):
    """Who issued a bank card: bank (or scheme) and ``debit``, ``credit``, ``quasi_credit``, ``prepaid``."""

    bank: str
    card: str


class Country(NamedTuple):
    """A country of ISO 3166: numeric, alpha-3 and alpha-2 code, Chinese and English name."""

    numeric: str
    alpha3: str
    alpha2: str
    name_zh: str
    name_en: str


class Chapter(NamedTuple):
    """A chapter of ICD-10: Roman number, first and last category, Chinese and English title."""

    chapter: str
    first: str
    last: str
    title_zh: str
    title_en: str


@cache
def _division_spans() -> dict[str, list[tuple[int, int, str]]]:
    """Return code → (first year, last year, name), oldest first; 0 and 9999 where it is open."""
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for code, name, first, last, _ in table_rows("division_codes"):
        spans.setdefault(code, []).append((int(first or 0), int(last or 9999), name))
    return spans


def division_name(code: str, year: int = 9999) -> str:
    """Return what a division code stood for in a year; empty where it was never in force.

    Args:
        code: 6-digit division code.
        year: where no name was in force in it, the next later one counts, else the newest.
    """
    spans = _division_spans().get(code, [])
    within = [name for first, last, name in spans if first <= year <= last]
    later = [name for first, _, name in spans if first > year]
    return within[-1] if within else later[0] if later else spans[-1][2] if spans else ""


def region_of(code: str, year: int = 9999) -> Region:
    """Return the province, city and county of a division code as they were called in a year.

    A resident ID keeps the code of the day when it was allotted, so the name for the year of birth is
    the nearest that the number alone can tell.
    """
    city = division_name(f"{code[:4]}00", year)
    county = "" if code.endswith("00") else division_name(code, year)
    return Region(
        code,
        division_name(f"{code[:2]}0000", year),
        "" if code[2:4] == "00" or city == "县" or any(w in city for w in _NO_CITY) else city,
        "" if county in _NO_COUNTY else county,
    )


@cache
def _segment_operators() -> dict[str, str]:
    return {
        row[0]: "virtual" if row[1] == "virtual" else row[2]
        for row in table_rows("number_segments")
    }


def operator_of(number: str) -> str:
    """Return whose segment a mobile number has: ``China Mobile``, …, ``virtual``; empty if unknown.

    Numbers may be taken to another operator (携号转网), so the segment doesn't prove who it is now.
    """
    known = _segment_operators()
    return next((known[number[:n]] for n in (5, 4, 3) if number[:n] in known), "")


@cache
def mobile_cities() -> tuple[tuple[str, str], ...]:
    """Return (division code, name) of the rows of ``mobile_areas.csv``; row 0 is unknown."""
    return (("", ""), *((row[1], row[2]) for row in table_rows("mobile_areas")))


@cache
def mobile_planes() -> bytes:
    """Return the city rows of all 7-digit prefixes: 1,000,000 low bytes, then the high ones."""
    import lzma

    return lzma.decompress((recognizers_root() / "tables" / "mobile_areas.xz").read_bytes())


def mobile_region(number: str) -> Region:
    """Return where a mobile number was given out, by its first 7 digits and today's names.

    Everything is empty where the prefix isn't known.
    """
    at = int(number[:7]) - _FIRST_MOBILE
    planes = mobile_planes()
    count = len(planes) // 2
    row = planes[at] + 256 * planes[count + at] if 0 <= at < count else 0
    return region_of(mobile_cities()[row][0])


@cache
def _areas() -> dict[str, Region]:
    return {
        code: Region(province, division_name(province), name, "")
        for code, name, _, province, _ in table_rows("area_codes")
    }


def area_region(area_code: str) -> Region:
    """Return the province and the cities of an area code (区号); names are empty if unknown."""
    return _areas().get(area_code, Region("", "", "", ""))


@cache
def _issuers() -> dict[str, Issuer]:
    return {row[0]: Issuer(row[2], row[3]) for row in table_rows("iins")}


def issuer_of(number: str) -> Issuer:
    """Return the issuer of a card by its longest known prefix; empty where none is known."""
    known = _issuers()
    lengths = range(min(len(number), _LONGEST_IIN), 0, -1)
    return next((known[number[:n]] for n in lengths if number[:n] in known), Issuer("", ""))


@cache
def _countries() -> dict[str, Country]:
    found = [Country(*row) for row in table_rows("countries")]
    return {key: country for country in found for key in country[:3]}


def country_of(code: str) -> Country | None:
    """Return a country by its numeric, alpha-3 or alpha-2 code; None where there is none."""
    return _countries().get(code)


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return the chapters of ICD-10 in order."""
    return tuple(Chapter(*row) for row in table_rows("icd10_chapters"))


def chapter_of(code: str) -> Chapter | None:
    """Return the chapter of an ICD-10 code; None for a category that no chapter has."""
    return next((c for c in chapters() if c.first <= code[:3] <= c.last), None)
