# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this package's constants and of integers
"""The queries that reproduce the figures of a claim: SQL for DuckDB, run inside the case folder.

They say in one statement what :mod:`piidetect.count` works out in several steps; tests run each of
them and compare.
"""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from typing import TYPE_CHECKING

from piidetect.count.identifiability import IDS
from piidetect.count.names import TIES, naming_columns
from piidetect.schema import ENTITY_NUMBER, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from piidetect.case_folder import Folder
    from piidetect.count.identifiability import Identifiability

RECORDS = "read_parquet('parts/[0-9]*/records.parquet')"
FINDINGS = "read_parquet('parts/[0-9]*/findings.parquet')"
_KEYS = (
    "if(info0 = 0 and info1 = 0, content0, info0) as key0,",
    "if(info0 = 0 and info1 = 0, content1, info1) as key1",
)
_IDS = ", ".join(str(ENTITY_NUMBER[name]) for name in IDS)
_TIES = ", ".join(str(ENTITY_NUMBER[name]) for name in TIES)
_NAMED = f"({SubjectKind.NAME_CONTACT:d}, {SubjectKind.NAME_ADDRESS:d})"
_HAS_CONTACT = "(contact0 <> 0 or contact1 <> 0)"

SEIZED = f"select count(*) from {RECORDS}"


def counted(rule: Identifiability) -> str:
    """Return the query for the records that count."""
    return _sql(
        f"""
        select count(*) from (
            select distinct {_KEYS[0]}
                            {_KEYS[1]}
            from {RECORDS}
            where {rule.sql()}
        )"""
    )


def holding(bits: int) -> str:
    """Return the query for the rows that hold a valid value of one of these entities."""
    return f"select count(*) from {RECORDS} where (mask & {bits}::ubigint) <> 0"


def persons(figure: str, folder: Folder, rule: Identifiability) -> str:
    """Return the query for the persons, ``low``, ``point`` or ``high``."""
    names = "greatest((select count(*) from ids){}, (select count(*) from names))"
    if figure == "low":
        tables = [_IDS_TABLE, *_names(folder, rule)]
        value = names.format("")
    else:
        tables = [_IDS_TABLE, *_NAMED_TABLES, *_names(folder, rule)]
        value = names.format(" + (select count(*) from persons_without_id)")
    if figure == "high":
        tables += [_DOUBTFUL_TABLE, *_BARE_TABLES]
        value += "\n     + (select count(*) from doubtful) + (select count(*) from bare_alone)"
    return "with " + ",\n".join(tables) + f"\nselect {value}"


def received(
    folder: Folder,
    acquired: frozenset[int],
    passed: Mapping[str, frozenset[int]],
    rule: Identifiability,
) -> str:
    """Return the query for the number of art. 11 of one actor.

    Args:
        folder: the case folder.
        acquired: the numbers of the parts that he acquired.
        passed: recipient → numbers of the parts that he passed on.
        rule: when a record identifies somebody.
    """

    def inside(parts: frozenset[int]) -> str:
        names = ", ".join(f"'{folder.parts[part].directory.name}'" for part in sorted(parts))
        return f"max((part in ({names}))::integer)" if parts else "0"

    recipients = " + ".join(inside(parts) for parts in passed.values()) or "0"
    return _sql(
        f"""
        select coalesce(sum(greatest(acquired, recipients)), 0) from (
            select {inside(acquired)} as acquired,
                   {recipients} as recipients
            from (
                select parse_path(filename)[-2] as part,
                       {_KEYS[0]}
                       {_KEYS[1]}
                from {RECORDS}
                where {rule.sql()}
            ) group by key0, key1
        )"""
    )


def _sql(text: str) -> str:
    return dedent(text).strip()


_IDS_TABLE = _sql(
    f"""
    ids as (
        select distinct key0, key1 from {FINDINGS}
        where entity in ({_IDS}) and verdict = {Verdict.VALID:d}
    )"""
)
_NAMED_TABLES = (
    _sql(
        f"""
        named as (
            select distinct subject0, subject1, contact0, contact1 from {RECORDS}
            where subject_kind in {_NAMED}
        )"""
    ),
    _sql(
        f"""
        contacts_of_ids as (
            select distinct contact0, contact1, true as taken from {RECORDS}
            where subject_kind = {SubjectKind.ID:d} and {_HAS_CONTACT}
        )"""
    ),
    _sql(
        """
        persons_without_id as (
            select subject0, subject1
            from named left join contacts_of_ids using (contact0, contact1)
            group by subject0, subject1 having not coalesce(bool_or(taken), false)
        )"""
    ),
)
_DOUBTFUL_TABLE = _sql(
    f"""
    doubtful as (
        select key0, key1 from {FINDINGS} where entity in ({_IDS}) group by key0, key1
        having bool_or(verdict in ({Verdict.UNKNOWN_REGION:d}, {Verdict.UNCHECKED:d}))
           and not bool_or(verdict = {Verdict.VALID:d})
    )"""
)
_BARE_TABLES = (
    _sql(
        f"""
        bare as (
            select distinct contact0, contact1 from {RECORDS}
            where subject_kind = {SubjectKind.CONTACT:d} and {_HAS_CONTACT}
        )"""
    ),
    _sql(
        f"""
        bare_alone as (
            select contact0, contact1 from bare
            except
            select contact0, contact1 from {RECORDS}
            where subject_kind in ({SubjectKind.ID:d}, {_NAMED[1:-1]})
        )"""
    ),
)


def _names(folder: Folder, rule: Identifiability) -> tuple[str, ...]:
    """Return the tables of the distinct names, one of each record and ID: see count/names.py."""
    keyed = "(key0 <> 0 or key1 <> 0)"
    terms = []
    for part, (own, staff) in zip(folder.parts, naming_columns(folder), strict=True):
        columns = f'"column" = {own}' if own is not None else ""
        if own is None and staff:
            columns = f'"column" not in ({", ".join(map(str, staff))})'
        terms.append(f"part = '{part.directory.name}'" + (f" and {columns}" if columns else ""))
    held = "\n               or ".join(terms) or "false"
    found = f"select parse_path(filename)[-2] as part, * from {FINDINGS}"
    return (
        _sql(
            f"""
        ids_of_records as (
            select part, row, min_by(concat_ws('-', key0, key1), key0) as id from ({found})
            where entity in ({_IDS}) and {keyed} group by part, row
        )"""
        ),
        _sql(
            f"""
        names_of_units as (
            select part, row, key0, key1, verdict, coalesce(id, concat_ws(':', part, row)) as unit
            from ({found}) left join ids_of_records using (part, row)
            where entity = {ENTITY_NUMBER["PERSON"]} and {keyed}
              and ({held})
        )"""
        ),
        _sql(
            f"""
        tied as (
            select distinct part, row from ({found}) join (
                select distinct entity, key0, key1 from ({found}) semi join ids_of_records using (part, row)
                where entity in ({_TIES}) and {keyed}
            ) using (entity, key0, key1) anti join ids_of_records using (part, row)
        )"""
        ),
        _sql(
            f"""
        names as (
            select distinct key0, key1
            from names_of_units anti join tied using (part, row) join (
                select unit, min(key0) as least from names_of_units group by unit
            ) using (unit) semi join (
                select parse_path(filename)[-2] as part, row from {RECORDS}
                where {replace(rule, unknown_region=False).sql()}
            ) using (part, row)
            where verdict = {Verdict.VALID:d} and key0 = least
        )"""
        ),
    )
