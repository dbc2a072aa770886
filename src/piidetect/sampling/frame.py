# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this module's constants, of integers and of quoted literals
"""Which records are drawn: the frame, its strata and the draw.

The frame is what the funnel leaves: each different personal information once, represented by its
first record (parts in the order of their paths, then rows). A stratum is a source and a tier. In each
stratum the records with the smallest draw values are drawn; a draw value is

    SHA-256 of  seed | SHA-256 of the source | number | row

in UTF-8, where number tells tables of one source apart (0 for the first) and row counts from 0. It
depends on nothing else, so the draw is the same in whatever order, by whatever threads and shards the
case was scanned, whatever its key is, and anybody can work it out again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING

from piidetect.case_folder import names_of
from piidetect.count.identifiability import Identifiability
from piidetect.count.tables import open_tables
from piidetect.schema import TEXT_COLUMN, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from piidetect.case_folder import Folder
    from piidetect.count.tables import Tables

#: Digits of a draw value that are shown.
SHOWN_DIGITS = 16
_ALL = "g"  # above every hexadecimal digit


@dataclass(frozen=True)
class Stratum:
    """A source and a tier: how many records of the frame they hold and how many were drawn."""

    source: str
    tier: str
    records: int
    drawn: int


@dataclass(frozen=True)
class Drawn:
    """One drawn record: its stratum's number, its locator, and where to look; no value.

    ``row`` counts from 0; ``byte_offset`` is that of the row in the unpacked source; ``fields`` are
    the headings and entities of its valid values; ``value`` is an x and the first digits of the draw value.
    """

    stratum: int
    source: str
    row: int
    byte_offset: int
    fields: str
    value: str


def draw(
    folder: Folder,
    seed: str,
    tier: Callable[[int], str],
    allocate: Callable[[Sequence[int]], Sequence[int]],
    *,
    threads: int | None = None,
) -> tuple[list[Stratum], list[Drawn]]:
    """Return the strata and the drawn records, each in order of source and tier or row.

    Args:
        folder: the case folder.
        seed: the seed; any text.
        tier: gives the tier of a record's mask.
        allocate: gives from the sizes of the strata how many to draw from each.
        threads: how many threads; ``None`` for one per core.
    """
    rule = Identifiability.of(folder.meta["parameters"])
    with open_tables(folder, threads=threads) as tables:
        _make_frame(tables, rule)
        places = _places(tables, tier)
        order = sorted(set(places.values()))
        sizes = Counter[tuple[int, str]]()
        for (part, _mask, records), stratum in places.items():
            sizes[stratum] += records
            assert part == stratum[0]
        numbers = list(allocate([sizes[stratum] for stratum in order]))
        strata = [
            Stratum(folder.parts[part].meta["path"], name, sizes[part, name], drawn)
            for (part, name), drawn in zip(order, numbers, strict=True)
        ]
        _make_limits(tables, folder, seed, places, dict(zip(order, strata, strict=True)), order)
        chosen = _choose(tables, strata)
        return strata, _locate(tables, folder, chosen)


def _make_frame(tables: Tables, rule: Identifiability) -> None:
    """Make the table `frame`: one row for each different information: place (part << 32 | row), mask."""
    tables.run(
        f"""
        create temp table frame as
        select min((file_index::ubigint << 32) | row) as place, min(mask) as mask
        from (
            select file_index, row, mask,
                   if(info0 = 0 and info1 = 0, content0, info0) as key0,
                   if(info0 = 0 and info1 = 0, content1, info1) as key1
            from {{records}} where {rule.sql()}
        ) group by key0, key1"""
    )


def _places(
    tables: Tables, tier: Callable[[int], str]
) -> Mapping[tuple[int, int, int], tuple[int, str]]:
    """Return (part, mask, records) → stratum."""
    found = tables.rows(
        "select (place >> 32)::integer, mask, count(*) from frame group by all order by all"
    )
    return {(part, mask, records): (part, tier(mask)) for part, mask, records in found}


def _make_limits(
    tables: Tables,
    folder: Folder,
    seed: str,
    places: Mapping[tuple[int, int, int], tuple[int, str]],
    strata: Mapping[tuple[int, str], Stratum],
    order: Sequence[tuple[int, str]],
) -> None:
    """Make the table `limits`: what is hashed before the row, and below which value is enough."""
    prefixes = list(_prefixes(folder, seed))
    rows = [
        f"({part}, {mask}::ubigint, {order.index(stratum)}, {strata[stratum].drawn}, "
        f"{_literal(prefixes[part])}, {_literal(_enough(strata[stratum]))})"
        for (part, mask, _records), stratum in places.items()
    ]
    tables.run(
        "create temp table limits "
        "(part integer, mask ubigint, stratum integer, drawn bigint, prefix text, enough text)"
    )
    if rows:
        tables.run(
            "insert into limits values " + ", ".join(rows).replace("{", "{{").replace("}", "}}")
        )


def _prefixes(folder: Folder, seed: str) -> Iterator[str]:
    seen = Counter[str]()
    for part in folder.parts:
        digest = part.meta["sha256"]
        yield f"{seed}|{digest}|{seen[digest]}|"
        seen[digest] += 1


def _enough(stratum: Stratum) -> str:
    """Return a value below which there are surely more than are drawn, but not many more."""
    wanted = stratum.drawn + 10 * (isqrt(stratum.drawn) + 1) + 40
    if wanted >= stratum.records:
        return _ALL
    return f"{(wanted << 64) // stratum.records:016x}"


def _choose(tables: Tables, strata: Sequence[Stratum]) -> list[tuple[int, int, str]]:
    """Return (stratum, place, draw value) of the drawn records."""
    sql = """
        select stratum, place, value from (
            select stratum, place, drawn, enough, sha256(prefix || (place & 4294967295)) as value
            from frame join limits on (place >> 32) = part and frame.mask = limits.mask
        ) where value < enough
        qualify row_number() over (partition by stratum order by value, place) <= drawn
        order by stratum, place"""
    chosen = tables.rows(sql)
    if len(chosen) < sum(stratum.drawn for stratum in strata):  # never seen, but chance allows it
        tables.run(f"update limits set enough = '{_ALL}'")
        chosen = tables.rows(sql)
    return [(stratum, place, value) for stratum, place, value in chosen]


def _locate(tables: Tables, folder: Folder, chosen: Sequence[tuple[int, int, str]]) -> list[Drawn]:
    if not chosen:
        return []
    tables.run("create temp table chosen (part integer, row uinteger)")
    places = [(place >> 32, place & 0xFFFFFFFF) for _, place, _ in chosen]
    tables.run(f"insert into chosen values {', '.join(map(str, places))}")
    found = tables.rows(
        """
        select file_index, r.row, r."offset" from {records} as r
        join chosen on r.file_index = chosen.part and r.row = chosen.row"""
    )
    offsets = {(part, row): offset for part, row, offset in found}
    fields = _fields(tables, folder)
    return [
        Drawn(
            stratum=stratum,
            source=folder.parts[part].meta["path"],
            row=row,
            byte_offset=offsets[part, row],
            fields=", ".join(fields.get((part, row), ())),
            value="x" + value[:SHOWN_DIGITS],  # so that no spreadsheet takes it for a number
        )
        for (part, row), (stratum, _, value) in zip(places, chosen, strict=True)
    ]


def _fields(tables: Tables, folder: Folder) -> dict[tuple[int, int], list[str]]:
    """Return for each drawn record the headings and entities of its valid values."""
    found = tables.rows(
        f"""
        select distinct file_index, f.row, f."column", f.entity from {{findings}} as f
        join chosen on f.file_index = chosen.part and f.row = chosen.row
        where f.verdict = {Verdict.VALID:d} order by all"""
    )
    headers = [
        {column["position"]: column["header"] for column in part.meta["columns"]}
        for part in folder.parts
    ]
    names = names_of(folder.meta)
    fields: dict[tuple[int, int], list[str]] = {}
    for part, row, column, entity in found:
        header = "" if column == TEXT_COLUMN else headers[part].get(column, "") or f"#{column + 1}"
        name = f"{header} ({names[entity]})" if header else names[entity]
        fields.setdefault((part, row), []).append(name)
    return fields


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
