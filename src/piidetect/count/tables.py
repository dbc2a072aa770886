# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL names this module's own tables
"""The records and findings of all parts as two SQL tables on one DuckDB connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.case_folder import literal
from piidetect.schema import schemas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from piidetect.case_folder import Folder


class Tables:
    """Runs SQL in which ``{records}`` and ``{findings}`` stand for the tables of all parts."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Folder) -> None:
        self._connection = connection
        self._names = {
            "records": _table([part.records for part in folder.parts]) or _empty("records"),
            "findings": _table([part.findings for part in folder.parts]) or _empty("findings"),
        }
        if not folder.parts:
            for name, schema in schemas().items():
                connection.register(f"no_{name}", schema.empty_table())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows that a query gives."""
        found: list[tuple[Any, ...]] = self._connection.execute(
            sql.format_map(self._names)
        ).fetchall()
        return found

    def run(self, sql: str) -> None:
        """Run a statement."""
        self._connection.execute(sql.format_map(self._names))


def _table(paths: Sequence[Path]) -> str:
    """Return the SQL that reads Parquet files, '' for none; names are taken literally."""
    names = ", ".join("'" + literal(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{names}])" if paths else ""


def _empty(name: str) -> str:
    return f"(select 0 as file_index, * from no_{name})"
