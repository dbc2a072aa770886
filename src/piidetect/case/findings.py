# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this module's constants and of integers
"""The findings of a case in words: names in place of numbers, source, heading and offset beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.case_folder import literal
from piidetect.errors import ArgumentError, CaseError
from piidetect.schema import TEXT_COLUMN, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    import pyarrow as pa

    from piidetect.case_folder import Part


def findings(
    parts: Sequence[Part],
    names: Sequence[str],
    entity: str | None,
    verdict: str | Verdict | None,
) -> pa.Table:
    """Return the findings of all parts, as :meth:`piidetect.case.Case.findings` describes them.

    Raises:
        ArgumentError: there is no such entity or verdict.
        CaseError: a part is damaged.
    """
    import duckdb
    import pyarrow as pa

    where = _conditions(names, entity, verdict)
    with duckdb.connect(":memory:") as connection:
        tables = [_read(connection, part, where, names) for part in parts]
    return pa.concat_tables([_schema().empty_table(), *tables])


def _conditions(names: Sequence[str], entity: str | None, verdict: str | Verdict | None) -> str:
    conditions = ["true"]
    if entity is not None:
        if entity not in names or not entity:
            msg = (
                f"there is no entity {entity!r}; the entities are: {', '.join(filter(None, names))}"
            )
            raise ArgumentError(msg)
        conditions.append(f"f.entity = {names.index(entity)}")
    if verdict is not None:
        verdicts = {item.name.lower(): item for item in Verdict if item}
        name = verdict.name.lower() if isinstance(verdict, Verdict) else verdict.lower()
        if name not in verdicts:
            msg = f"there is no verdict {name!r}; the verdicts are: {', '.join(verdicts)}"
            raise ArgumentError(msg)
        conditions.append(f"f.verdict = {verdicts[name]:d}")
    return " and ".join(conditions)


def _read(
    connection: duckdb.DuckDBPyConnection, part: Part, where: str, names: Sequence[str]
) -> pa.Table:
    import duckdb

    sql = f"""
        select f.row, f."column", f.entity, f.verdict, r."offset", f.start, f.length
        from read_parquet(?) as f join read_parquet(?) as r using (row)
        where {where} order by f.row, f.start, f.entity"""
    try:
        paths = [literal(part.findings), literal(part.records)]
        rows = connection.sql(sql, params=paths).to_arrow_table()
    except duckdb.Error as error:
        msg = (
            f"{part.directory} can't be read ({str(error).splitlines()[0]}); "
            "restore it from a copy or scan the sources again"
        )
        raise CaseError(msg) from error
    return _named(rows, part, names)


def _schema() -> pa.Schema:
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            ("source", words),
            ("row", pa.uint32()),
            ("column", pa.uint16()),
            ("header", words),
            ("entity", words),
            ("verdict", words),
            ("byte_offset", pa.uint64()),
            ("start", pa.uint32()),
            ("length", pa.uint16()),
        ]
    )


def _named(rows: pa.Table, part: Part, entities: Sequence[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = rows.combine_chunks()
    column = rows["column"].combine_chunks()
    column = pc.if_else(pc.equal(column, TEXT_COLUMN), pa.scalar(None, pa.uint16()), column)
    headers = {entry["position"]: entry["header"] for entry in part.meta["columns"]}
    names = [headers.get(position, "") for position in range(max(headers, default=-1) + 1)]
    known = pc.if_else(pc.less(column, len(names)), column, pa.scalar(None, pa.uint16()))
    source = pa.array([0] * rows.num_rows, pa.int32())
    arrays: list[Any] = [
        _words(source, [part.meta["path"]]),
        rows["row"],
        column,
        _words(known, names),
        _words(rows["entity"], [name or f"#{n}" for n, name in enumerate(entities)]),
        _words(rows["verdict"], [verdict.name.lower() for verdict in Verdict]),
        rows["offset"],
        rows["start"],
        rows["length"],
    ]
    return pa.Table.from_arrays(arrays, schema=_schema())


def _words(numbers: Any, names: list[str]) -> Any:
    import pyarrow as pa

    if isinstance(numbers, pa.ChunkedArray):
        numbers = numbers.combine_chunks()
    return pa.DictionaryArray.from_arrays(numbers.cast(pa.int32()), pa.array(names, pa.string()))
