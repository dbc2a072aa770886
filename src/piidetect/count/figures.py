# SPDX-License-Identifier: Apache-2.0
"""The reduce: all figures of a case, from its Parquet parts; no source is opened.

Everything is a sum or a number of distinct keys, so the order of parts, rows and threads can't change
a figure. What every case needs comes from kernels in one pass over each table; what is asked of some
is SQL on DuckDB.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from piidetect import case_folder as layout
from piidetect.arrow_arrays import memory_used_again
from piidetect.cores import available_cores
from piidetect.count.distinct import Contents, Values, distinct_contents, distinct_values
from piidetect.count.funnel import Group, Step, funnel
from piidetect.count.identifiability import Identifiability, entity_bits
from piidetect.count.key_sets import Room
from piidetect.count.names import distinct_names
from piidetect.count.persons import Groups, Persons, age_groups, count_persons
from piidetect.errors import ArgumentError
from piidetect.schema import Verdict

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

_MEMORY = "512MB"


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
    ``alike`` are the records by kind, mask and flaws; ``person_masks`` is the mask of all records of
    a person together → persons.
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
    alike: Sequence[Group]
    person_masks: Mapping[int, int]


def count(
    case_dir: str | os.PathLike[str] | layout.Folder,
    *,
    memory_limit: str = _MEMORY,
    threads: int | None = None,
    policy: Identifiability | None = None,
) -> Counts:
    """Return the figures of a case folder.

    Args:
        case_dir: the folder, or one that :func:`~piidetect.case_folder.read_folder` opened.
        memory_limit: what the count of distinct keys holds at most, e.g. ``512MB``.
        threads: how many threads; ``None`` for one per core.
        policy: when a record identifies somebody.

    Raises:
        ArgumentError: the memory limit isn't a size.
        CaseError: the folder isn't a case or is damaged.
    """
    folder = case_dir if isinstance(case_dir, layout.Folder) else layout.read_folder(Path(case_dir))
    rule = policy or Identifiability()
    workers = threads or available_cores()
    memory, room = _bytes(memory_limit), Room()
    records = [part.records for part in folder.parts]
    with memory_used_again():
        values = distinct_values(
            [part.findings for part in folder.parts],
            memory,
            workers,
            room,
            names=layout.names_of(folder.meta),
        )
        contents = distinct_contents(records, rule, memory, workers, room)

    def names() -> int:
        return distinct_names(folder, rule, memory=memory, threads=workers)

    return _figures(folder, rule, values, contents, count_persons(values, contents, names))


def count_funnel(folder: layout.Folder, *, threads: int | None = None) -> Sequence[Step]:
    """Return the funnel under the rule of the scan alone: it reads no findings, tells no persons.

    Raises:
        CaseError: a table is damaged.
    """
    rule, workers = Identifiability.of(folder.meta["parameters"]), threads or available_cores()
    records = [part.records for part in folder.parts]
    with memory_used_again():
        found = distinct_contents(records, rule, _bytes(_MEMORY), workers, persons=False)
    groups = [Group(*alike, number) for alike, number in found.groups.items()]
    return funnel(groups, rule, pairs=found.pairs, information=found.information)


def _figures(
    folder: layout.Folder,
    rule: Identifiability,
    values: Values,
    contents: Contents,
    persons: Persons,
) -> Counts:
    groups = [Group(*alike, records) for alike, records in contents.groups.items()]
    histogram: dict[int, int] = {}
    for group in sorted(groups):
        histogram[group.mask] = histogram.get(group.mask, 0) + group.records
    return Counts(
        sources=len(folder.parts),
        bytes=sum(part.meta["bytes"] for part in folder.parts),
        rows=sum(histogram.values()),
        entities=_entities(folder, values, histogram),
        categories=_categories(folder, histogram, contents.masks),
        funnel=funnel(groups, rule, pairs=contents.pairs, information=contents.information),
        persons=persons,
        groups=age_groups(
            values.births,
            datetime.date.fromisoformat(folder.meta["reference_date"]),
            pregnant=_having(contents.masks, entity_bits("CN_PREGNANCY")),
        ),
        histogram=dict(sorted(histogram.items())),
        alike=tuple(sorted(groups)),
        person_masks=dict(sorted(contents.masks.items())),
    )


def _entities(
    folder: layout.Folder, values: Values, histogram: Mapping[int, int]
) -> dict[str, EntityCount]:
    names = layout.names_of(folder.meta)
    by_entity: dict[str, dict[str, int]] = {}
    for (entity, verdict), findings in sorted(values.findings.items()):
        by_entity.setdefault(names[entity], {})[Verdict(verdict).name.lower()] = findings
    return {
        name: EntityCount(
            findings=sum(by_verdict.values()),
            verdicts=by_verdict,
            distinct_valid=values.valid[name],
            rows=_having(histogram, 1 << names.index(name)),
        )
        for name, by_verdict in sorted(by_entity.items())
    }


def _categories(
    folder: layout.Folder, histogram: Mapping[int, int], masks: Mapping[int, int]
) -> dict[str, CategoryCount]:
    bits: dict[str, int] = {}
    names = layout.names_of(folder.meta)
    for entity, categories in folder.meta["categories"].items():
        for category in categories:
            bits[category] = bits.get(category, 0) | 1 << names.index(entity)
    return {
        category: CategoryCount(rows=_having(histogram, mask), persons=_having(masks, mask))
        for category, mask in sorted(bits.items())
        if _having(histogram, mask)
    }


def _having(histogram: Mapping[int, int], bits: int) -> int:
    return sum(number for mask, number in histogram.items() if mask & bits)


def _bytes(size: str) -> int:
    match = re.fullmatch(r"([0-9]{1,9}) ?([KMGT])(i?)B", size)
    if not match or not int(match[1]):
        raise ArgumentError(f"memory limit {size!r} is not a size; give it as 512MB or 2GB")
    power = "KMGT".index(match[2]) + 1
    return int(match[1]) * int((1024 if match[3] else 1000) ** power)
