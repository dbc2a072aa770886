# SPDX-License-Identifier: Apache-2.0
"""DuckDB databases, read-only and without a way out: no extension, no other file, no network."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.digesting import SharedDigest
from piidetect.sources.registry import Match
from piidetect.sources.rows import RowSource
from piidetect.sources.spill import on_disk
from piidetect.sources.table import TableSource, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

_CLOSED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "1GB",
    "threads": "1",
}


def sniff(head: Head) -> Match:
    """Say whether the magic number is that of DuckDB."""
    return Match.MAGIC if head.raw[8:12] == b"DUCK" else Match.NO


def open_content(content: Content, _head: Head, options: Options) -> Iterator[Opened]:
    """Yield the tables.

    Raises:
        SourceError: It can't be opened, as one of a newer version.
    """
    import duckdb

    with on_disk(content, options.spill) as path:
        try:
            database = duckdb.connect(str(path), read_only=True, config=_CLOSED)
        except duckdb.Error as error:
            raise SourceError(
                f"the DuckDB database can't be opened ({first_line(error)})"
            ) from error
        with closing(database):
            tables = database.execute(
                "select schema_name, table_name, estimated_size from duckdb_tables() "
                "where not internal and not temporary order by 1, 2"
            ).fetchall()
            for schema, name, _ in tables:
                shown = name if schema == "main" else f"{schema}.{name}"
                place = content.locator if len(tables) == 1 else f"{content.locator}!/{shown}"
                try:
                    yield _table(database, schema, name, place, content)
                except duckdb.Error as error:
                    raise SourceError(
                        f"the table {shown} can't be read ({first_line(error)})"
                    ) from error
            if not tables:
                digest = SharedDigest(content)
                yield RowSource(content.locator, "duckdb", None, 1, digest.no_rows)


def _table(database: Any, schema: str, name: str, place: str, content: Content) -> TableSource:
    parts = ['"' + part.replace('"', '""') + '"' for part in (schema, name)]
    sql = f"select * from {'.'.join(parts)}"  # noqa: S608 - quoted
    rows = database.execute(f"select count(*) from {'.'.join(parts)}").fetchone()[0]  # noqa: S608
    names = [column[0] for column in database.execute(f"{sql} limit 0").description]

    def slices(start: int, count: int) -> pa.Table:
        return database.sql(f"{sql} limit {count} offset {start}").to_arrow_table()

    return TableSource(
        path=place,
        format="duckdb",
        header=names,
        n_columns=len(names),
        rows=rows,
        batches=partial(_batches, database, sql),
        slices=slices,
        content=content,
        dialect={"table": name},
    )


def _batches(database: Any, sql: str, rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows; a damaged block ends them with OSError."""
    import duckdb

    try:
        yield from database.sql(sql).to_arrow_reader(rows)
    except duckdb.Error as error:
        raise OSError(first_line(error)) from error
