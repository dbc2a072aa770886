# SPDX-License-Identifier: Apache-2.0
"""Microsoft SQL Server, by python-tds.

The server has no read-only transaction: the connection declares its intent to read, and nothing but
SELECT is sent. Where the database allows it, all tables are read from one snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.cell_text import cell_text
from piidetect.sources.live_table import TableName
from piidetect.sources.server_mysql import block_of_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.kernels.cells import Block
    from piidetect.sources.database_url import DatabaseUrl

_STEP = 4096

_TABLES = """
    select s.name, t.name, t.is_external from sys.tables t join sys.schemas s
    on s.schema_id = t.schema_id where t.is_ms_shipped = 0 order by 1, 2"""
_COLUMNS = """
    select c.name, type_name(c.system_type_id), coalesce(type_name(c.user_type_id), '')
    from sys.columns c where c.object_id = object_id(N'{}') order by c.column_id"""
_SNAPSHOT = "select snapshot_isolation_state from sys.databases where database_id = db_id()"
_EXTERNAL = "its rows lie on another server, which is not asked"

#: How values are asked for that the driver doesn't read by itself; the server makes text of them.
_AS_TEXT = {"char", "varchar", "text", "ntext", "xml", "sql_variant"}
_BY_METHOD = {"geometry", "geography", "hierarchyid"}


def connect(url: DatabaseUrl, password: str | None) -> SQLServer:
    """Connect.

    Raises:
        Exception: The driver's.
    """
    import pytds

    connection = pytds.connect(
        dsn=url.host,
        port=url.port,
        database=url.database,
        user=url.user,
        password=password or "",
        cafile=url.settings.get("cafile"),
        login_timeout=15,
        timeout=None,
        appname="piidetect",
        readonly=True,
        autocommit=True,
    )
    try:
        return SQLServer(connection)
    except BaseException:
        connection.close()
        raise


class SQLServer:
    """A connection; see `live_table.Session`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        version = self._all("select cast(serverproperty('ProductVersion') as nvarchar(64))")
        self.version = f"SQL Server {version[0][0]}"
        states = self._all(_SNAPSHOT)
        one_state = bool(states) and states[0][0] == 1
        self.terms = "row by row as committed, by SELECT only"
        if one_state:
            self._run("set transaction isolation level snapshot; begin transaction")
            self.terms = "in one transaction that sees one state, by SELECT only"

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def tables(self) -> list[TableName]:
        """Return the tables, without views."""
        return [
            TableName(schema, name, _EXTERNAL if external else "")
            for schema, name, external in self._all(_TABLES)
        ]

    def columns(self, table: TableName) -> list[str]:
        """Return the names of a table's columns."""
        return [row[0] for row in self._described(table)]

    def blocks(self, table: TableName, most: int | None) -> Iterator[Block]:
        """Yield the rows; see `live_table.Session`."""
        for rows in self._fetched(select(table, self._described(table), most)):
            texts = [[cell_text(value).encode("utf-8", "replace") for value in row] for row in rows]
            yield block_of_bytes(texts, len(rows[0]))  # type: ignore[arg-type]

    def _fetched(self, sql: str) -> Iterator[list[Any]]:
        """Yield rows as they come, some at a time."""
        import pytds

        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql)
                while rows := cursor.fetchmany(_STEP):
                    yield rows
        except (pytds.Error, OSError, UnicodeError) as error:
            raise SourceError(reason(error)) from None

    def _described(self, table: TableName) -> list[tuple[str, str, str]]:
        """Return (name, type, type as the user calls it) of a table's columns."""
        return self._all(_COLUMNS.format(_place(table).replace("'", "''")))

    def _all(self, sql: str) -> list[Any]:
        return [row for rows in self._fetched(sql) for row in rows]

    def _run(self, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)


def select(table: TableName, columns: list[tuple[str, str, str]], most: int | None) -> str:
    """Return the statement that asks for a table's rows."""
    values = ", ".join(_value(*column) for column in columns)
    limit = "" if most is None else f"top ({most:d}) "
    return f"select {limit}{values} from {_place(table)}"  # noqa: S608 - quoted


def _value(name: str, kind: str, own: str) -> str:
    """Return the expression for a column's value."""
    quoted = _quoted(name)
    if own in _BY_METHOD:
        return f"{quoted}.ToString()"
    if kind in _AS_TEXT:
        return f"convert(nvarchar(max), {quoted})"
    return f"convert(varbinary(max), {quoted})" if kind == "image" else quoted


def _quoted(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"


def _place(table: TableName) -> str:
    return f"{_quoted(table.schema)}.{_quoted(table.name)}"


def errors() -> tuple[type[Exception], ...]:
    """Return what connecting may raise."""
    import pytds

    return pytds.Error, OSError, ValueError, EOFError


def reason(error: BaseException) -> str:
    """Return what the server or the driver says, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
