# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this module's constants and of integers
"""What the model compares: for each record that tells of a person the keyed hashes of its values.

A value is the first 63 bits of its key: enough to tell values apart in an estimate, and what both
DuckDB and Spark take as an integer. Nothing here can be read back without the case's key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.count.identifiability import IDS, PERSONAL_NUMBERS
from piidetect.count.persons import TOLD_APART
from piidetect.count.tables import open_tables
from piidetect.schema import ENTITY_NUMBER, SubjectKind, Verdict

if TYPE_CHECKING:
    import os

    import pyarrow as pa

    from piidetect.case_folder import Folder

#: Column → the entities whose value it has. ``id`` is the record's own ID.
VALUES: dict[str, tuple[str, ...]] = {
    "name": ("PERSON",),
    "birth": ("DATE_OF_BIRTH",),
    "mobile": ("CN_MOBILE",),
    "email": ("EMAIL_ADDRESS",),
    "address": ("CN_ADDRESS",),
    "number": tuple(name for name in PERSONAL_NUMBERS if name not in IDS),
    "card": ("CN_BANK_CARD",),
    "record": ("CN_MEDICAL_RECORD_NUMBER",),
}
#: A value of more different subjects than this ties nobody (an agent's phone, a dormitory).
HUB = 10
_TIES = tuple(name for name in VALUES if name not in {"name", "birth"})
_OWN = {"subject", "unknown", ""}


def rows_of(folder: Folder, *, threads: int, temp_directory: str | os.PathLike[str]) -> pa.Table:
    """Return the different rows: unique_id, subject, id and the columns of :data:`VALUES`.

    ``subject`` tells apart whom the record speaks of, ``id`` is null where that is no ID.

    Args:
        folder: the case.
        threads: how many threads.
        temp_directory: where DuckDB may spill.

    Raises:
        CaseError: a table is damaged, or the disk is full.
    """
    with open_tables(
        folder, memory_limit="1GB", threads=threads, temp_directory=temp_directory
    ) as tables:
        return tables.arrow(_sql(folder))


def _sql(folder: Folder) -> str:
    kinds = ", ".join(f"{kind:d}" for kind in TOLD_APART)
    wanted = sorted({ENTITY_NUMBER[name] for names in VALUES.values() for name in names})
    picked = ",\n".join(f"{_pick(names)} as {column}" for column, names in VALUES.items())
    # a record number is unique within one source only
    columns = ", ".join(
        "if(record is null, null, (hash(record, file_index) >> 1)::bigint) as record"
        if name == "record"
        else name
        for name in VALUES
    )
    hubs = ", ".join(
        f"if({name} in (select {name} from different group by {name} "
        f"having count(distinct subject) > {HUB}), null, {name}) as {name}"
        for name in _TIES
    )
    return f"""
        with own as (
            select file_index, "row", {picked}
            from {{findings}}
            where verdict = {Verdict.VALID:d} and entity in ({", ".join(map(str, wanted))})
              and {_own_columns(folder)}
            group by file_index, "row"
        ), told as (
            select file_index, "row", (subject0 >> 1)::bigint as subject,
                if(subject_kind = {SubjectKind.ID:d}, (subject0 >> 1)::bigint, null) as id
            from {{records}} where subject_kind in ({kinds})
        ), different as materialized (
            select distinct subject, id, {columns} from told left join own using (file_index, "row")
        )
        select row_number() over (order by subject, {", ".join(VALUES)}) - 1 as unique_id,
            subject, id, name, birth, {hubs}
        from different
        order by unique_id"""


def _pick(names: tuple[str, ...]) -> str:
    """Return the SQL of a record's value: that of its first column, the least of several there."""
    numbers = ", ".join(str(ENTITY_NUMBER[name]) for name in names)
    return (
        f'(arg_min(key0, ("column", key0)) filter (where entity in ({numbers}) and key0 <> 0) '
        ">> 1)::bigint"
    )


def _own_columns(folder: Folder) -> str:
    """Return the SQL condition: columns that hold the entity of the record's own subject.

    Where a source has no columns of a role, such as plain text, all it holds is taken.
    """
    held, plain = [], []
    for number, part in enumerate(folder.parts):
        own = [
            column["position"]
            for column in part.meta["columns"]
            if column["entity"] and column["whose"] in _OWN
        ]
        held += [f"({number}, {position})" for position in own]
        if not own:
            plain.append(str(number))
    terms = []
    if held:
        terms.append(f'(file_index, "column") in ({", ".join(held)})')
    if plain:
        terms.append(f"file_index in ({', '.join(plain)})")
    return "(" + (" or ".join(terms) or "false") + ")"
