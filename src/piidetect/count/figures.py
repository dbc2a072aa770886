# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this module's constants and of integers
"""The reduce: all figures of a case, by SQL over its Parquet parts; no source is opened.

Everything is a sum or a number of distinct keys, so the order of parts, rows and threads can't
change a figure. DuckDB spills to a folder that is removed at the end.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from piidetect import case_folder as layout
from piidetect.count.funnel import Group, Step, classify, funnel
from piidetect.count.identifiability import Identifiability, entity_bits
from piidetect.count.persons import IDS, Groups, Persons, PersonTally, count_persons
from piidetect.count.tables import Tables
from piidetect.errors import CaseError
from piidetect.schema import ENTITIES, Verdict

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb


class EntityCount(TypedDict):
    """An entity's findings by verdict, its distinct valid values, and the rows that hold one."""

    findings: int
    verdicts: dict[str, int]
    distinct_valid: int
    rows: int


class CategoryCount(TypedDict):
    """The rows that hold a value of a category, and the persons of whom they tell."""

    rows: int
    persons: int


@dataclass(frozen=True)
class Counts:
    """All figures of a case.

    ``sources``, ``bytes`` and ``rows`` are the totals; the mappings are as report.json has them;
    ``histogram`` is mask → records: from it any policy can be computed without a new scan.
    """

    sources: int
    bytes: int
    rows: int
    entities: Mapping[str, EntityCount]
    categories: Mapping[str, CategoryCount]
    funnel: Sequence[Step]
    persons: Persons
    groups: Groups
    histogram: Mapping[int, int]


def count(
    case_dir: str | os.PathLike[str] | layout.Folder,
    *,
    memory_limit: str = "512MB",
    threads: int | None = None,
    temp_directory: str | os.PathLike[str] | None = None,
    policy: Identifiability | None = None,
) -> Counts:
    """Return the figures of a case folder.

    Args:
        case_dir: the folder, or one that :func:`~piidetect.case_folder.read_folder` opened.
        memory_limit: what DuckDB may hold before it spills, e.g. ``512MB``.
        threads: DuckDB's threads; ``None`` for one per core.
        temp_directory: where a spill folder is made; ``None`` for the case folder.
        policy: when a record identifies somebody.

    Raises:
        CaseError: the folder isn't a case or is damaged, or memory or disk don't suffice.
    """
    folder = case_dir if isinstance(case_dir, layout.Folder) else layout.read_folder(Path(case_dir))
    rule = policy or Identifiability()
    with (
        _spill_folder(folder.directory, temp_directory) as spill,
        _connection(folder, spill, memory_limit, threads) as connection,
    ):
        return _count(Tables(connection, folder), folder, rule)


def _count(tables: Tables, folder: layout.Folder, rule: Identifiability) -> Counts:
    groups = [
        Group(*row)
        for row in tables.rows("select kind, mask, flaws, count(*) from {records} group by all")
    ]
    histogram: dict[int, int] = {}
    for group in sorted(groups):
        histogram[group.mask] = histogram.get(group.mask, 0) + group.records
    values = _distinct_values(tables)
    births = [birth for name in IDS for birth in sorted(values.get(name, {}).items())]
    people = count_persons(tables, folder, rule, births)
    steps = funnel(groups, rule, **_distinct_records(tables, groups, rule))
    entities = _entities(tables, histogram, values)
    return Counts(
        sources=len(folder.parts),
        bytes=sum(part.meta["bytes"] for part in folder.parts),
        rows=sum(histogram.values()),
        entities=entities,
        categories=_categories(folder, histogram, people),
        funnel=steps,
        persons=people.persons({name: value["distinct_valid"] for name, value in entities.items()}),
        groups=people.groups,
        histogram=dict(sorted(histogram.items())),
    )


def _distinct_records(
    tables: Tables, groups: Sequence[Group], rule: Identifiability
) -> dict[str, int]:
    """Count the identifiable records that repeat cells, and those with different information.

    A record with the same cells but other information (the same line under another heading) is not
    a repetition, hence the pair. Records whose only number is an ID of an unknown region have no
    information key; their cells stand for it.
    """
    info = ", ".join(
        f"case when info0 = 0 and info1 = 0 then content{i} else info{i} end" for i in (0, 1)
    )
    [(pairs,)] = tables.rows(
        f"""
        select count(*) from (
            select distinct xor(content0, info0), xor(content1, info1)
            from {{records}} where {rule.sql()}
        )"""
    )
    [(distinct,)] = tables.rows(
        f"select count(*) from (select distinct {info} from {{records}} where {rule.sql()})"
    )
    identifiable = sum(group.records for group in groups if not classify(group, rule))
    return {"duplicate_content": identifiable - pairs, "distinct": distinct}


def _distinct_values(tables: Tables) -> dict[str, dict[int, int]]:
    """Return entity → detail → distinct valid values; the detail follows from the value."""
    values: dict[str, dict[int, int]] = {}
    for entity, detail, number in tables.rows(
        f"""
        select entity, detail, count(*) from (
            select distinct entity, key0, key1, detail from {{findings}}
            where verdict = {Verdict.VALID:d}
        ) group by all"""
    ):
        values.setdefault(ENTITIES[entity], {})[detail] = number
    return values


def _entities(
    tables: Tables, histogram: Mapping[int, int], values: Mapping[str, Mapping[int, int]]
) -> dict[str, EntityCount]:
    verdicts: dict[str, dict[str, int]] = {}
    for entity, verdict, findings in sorted(
        tables.rows("select entity, verdict, count(*) from {findings} group by all")
    ):
        verdicts.setdefault(ENTITIES[entity], {})[Verdict(verdict).name.lower()] = findings
    return {
        name: EntityCount(
            findings=sum(by_verdict.values()),
            verdicts=by_verdict,
            distinct_valid=sum(values.get(name, {}).values()),
            rows=_having(histogram, entity_bits(name)),
        )
        for name, by_verdict in sorted(verdicts.items())
    }


def _categories(
    folder: layout.Folder, histogram: Mapping[int, int], people: PersonTally
) -> dict[str, CategoryCount]:
    bits: dict[str, int] = {}
    for entity, categories in folder.meta["categories"].items():
        for category in categories:
            bits[category] = bits.get(category, 0) | entity_bits(entity)
    return {
        category: CategoryCount(rows=_having(histogram, mask), persons=_having(people.masks, mask))
        for category, mask in sorted(bits.items())
        if _having(histogram, mask)
    }


def _having(histogram: Mapping[int, int], bits: int) -> int:
    return sum(number for mask, number in histogram.items() if mask & bits)


@contextmanager
def _spill_folder(case_dir: Path, temp_directory: str | os.PathLike[str] | None) -> Iterator[Path]:
    try:
        path = Path(tempfile.mkdtemp(prefix=".spill-", dir=temp_directory or case_dir))
    except OSError as error:
        if temp_directory is not None:
            msg = f"temporary folder {temp_directory} can't be used ({error.strerror})"
            raise CaseError(msg) from error
        path = Path(tempfile.mkdtemp(prefix="piidetect-"))  # a case on a read-only medium
    try:
        yield path
    finally:
        layout.remove(path)


@contextmanager
def _connection(
    folder: layout.Folder, spill: Path, memory_limit: str, threads: int | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    options: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(spill),
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
    }
    if threads is not None:
        options["threads"] = threads
    try:
        with duckdb.connect(":memory:", config=options) as connection:
            yield connection
    except duckdb.OutOfMemoryException as error:
        msg = (
            f"counting {folder.directory} needs more than memory_limit={memory_limit} "
            "and the spill folder hold; raise memory_limit or free space on the disk"
        )
        raise CaseError(msg) from error
    except duckdb.Error as error:
        cause = str(error).splitlines()[0]
        msg = (
            f"case folder {folder.directory} can't be counted ({cause}); "
            "restore it from a copy or scan the sources again"
        )
        raise CaseError(msg) from error
