# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL names this module's own tables
"""The records and findings of all parts as two SQL tables on one DuckDB connection.

DuckDB holds as much memory as it may and spills the rest to a folder that is removed at the end.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piidetect import case_folder as layout
from piidetect.cores import available_cores
from piidetect.errors import CaseError
from piidetect.schema import schemas

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    import duckdb
    import pyarrow as pa

    from piidetect.case_folder import Folder


class Tables:
    """Runs SQL in which ``{records}`` and ``{findings}`` stand for the tables of all parts.

    Both have the column ``file_index`` beside those of their schema: the number of the part in
    ``Folder.parts``.
    """

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

    def arrow(self, sql: str) -> pa.Table:
        """Return the rows that a query gives, in its order, as a table."""
        return self._connection.sql(sql.format_map(self._names)).to_arrow_table()

    def run(self, sql: str) -> None:
        """Run a statement."""
        self._connection.execute(sql.format_map(self._names))


@contextmanager
def open_tables(
    folder: Folder,
    *,
    memory_limit: str = "512MB",
    threads: int | None = None,
    temp_directory: str | os.PathLike[str] | None = None,
) -> Iterator[Tables]:
    """Open the tables of a case.

    Args:
        folder: the opened case folder.
        memory_limit: what DuckDB may hold before it spills, e.g. ``512MB``.
        threads: how many threads; ``None`` for one per core.
        temp_directory: where a spill folder is made; ``None`` for the case folder.

    Raises:
        CaseError: a table is damaged, or memory or disk don't suffice; also for what is asked
            inside the ``with`` block.
    """
    import duckdb

    with spill_folder(folder.directory, temp_directory) as spill:
        options: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "threads": threads or available_cores(),
        }
        try:
            with duckdb.connect(":memory:", config=options) as connection:
                yield Tables(connection, folder)
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


@contextmanager
def spill_folder(case_dir: Path, temp_directory: str | os.PathLike[str] | None) -> Iterator[Path]:
    """Give a folder that is removed when the ``with`` block ends.

    Raises:
        CaseError: ``temp_directory`` can't be written to.
    """
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


def _table(paths: Sequence[Path]) -> str:
    """Return the SQL that reads Parquet files, '' for none; names are taken literally."""
    names = ", ".join("'" + layout.literal(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{names}])" if paths else ""


def _empty(name: str) -> str:
    return f"(select 0 as file_index, * from no_{name})"
