# SPDX-License-Identifier: Apache-2.0
"""MySQL, MariaDB and their kin, by PyMySQL.

All tables are read in one read-only transaction that sees one state of what is kept in InnoDB. Rows come
one after the other while the server still reads; numbers stay the text that the server sends. Columns
that call themselves latin1 are taken as they are stored: with Chinese data that is UTF-8 or GBK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from piidetect.errors import SourceError
from piidetect.kernels.cells import PADDING, SEPARATOR
from piidetect.sources.cell_text import bytes_text
from piidetect.sources.live_table import TableName
from piidetect.sources.rows import block_of_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from piidetect.kernels.cells import Block
    from piidetect.sources.database_url import DatabaseUrl

_BLOCK_BYTES, _BLOCK_ROWS, _STEP = 1 << 22, 1 << 15, 256

_SYSTEM = ("mysql", "information_schema", "performance_schema", "sys")
#: Engines whose rows lie elsewhere.
_ELSEWHERE = {"FEDERATED", "CONNECT", "SPIDER", "S3"}
_BINARY = {
    "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit", "geometry",
}  # fmt: skip
_ELSEWHERE_WHY = "its rows lie on another server, which is not asked"


def connect(url: DatabaseUrl, password: str | None) -> MySQL:
    """Connect.

    Raises:
        Exception: The driver's.
    """
    import pymysql
    from pymysql.converters import encoders

    where: dict[str, Any] = {"host": url.host, "port": url.port}
    if "unix_socket" in url.settings:
        where = {"unix_socket": url.settings["unix_socket"]}
    if "ssl_ca" in url.settings:
        where |= {"ssl_ca": url.settings["ssl_ca"], "ssl_verify_cert": True}
        where |= {"ssl_verify_identity": True}
    connection = pymysql.connect(
        **where,
        user=url.user or None,
        password=(password or "").encode(),  # a str would have to be latin1
        database=url.database or None,
        charset="utf8mb4",
        use_unicode=False,
        conv=encoders.copy(),  # and no decoders: values stay the bytes that were sent
        connect_timeout=15,
        program_name="piidetect",
    )
    try:
        return MySQL(connection, url.database)
    except BaseException:
        connection.close()
        raise


class MySQL:
    """A connection; see `live_table.Session`."""

    terms = "in one read-only transaction, which sees one state of InnoDB tables"

    def __init__(self, connection: Any, database: str) -> None:
        self._connection, self._database = connection, database
        self.version = self._all("select version()")[0][0]
        name = "MariaDB" if "mariadb" in self.version.lower() else "MySQL"
        self.version = f"{name} {self.version}"
        for statement in (
            "set session transaction isolation level repeatable read",
            "set session transaction read only",  # a statement that ends it begins another such
            "set session net_write_timeout = 86400",
            "set session wait_timeout = 86400",
            "start transaction with consistent snapshot, read only",
        ):
            self._all(statement)

    def close(self) -> None:
        """End the connection, also in the middle of an answer."""
        self._connection._force_close()  # noqa: SLF001 - `close` would send a farewell and wait

    def tables(self) -> list[TableName]:
        """Return the tables, without views."""
        own = f"= {_literal(self._database)}" if self._database else f"not in {_list(_SYSTEM)}"
        rows = self._all(
            "select table_schema, table_name, engine from information_schema.tables where "  # noqa: S608 - quoted
            f"table_type in ('BASE TABLE', 'SYSTEM VERSIONED') and table_schema {own} order by 1, 2"
        )
        return [
            TableName(schema, name, _ELSEWHERE_WHY if engine.upper() in _ELSEWHERE else "")
            for schema, name, engine in rows
        ]

    def columns(self, table: TableName) -> list[str]:
        """Return the names of a table's columns."""
        return [name for name, _, _ in self._described(table)]

    def blocks(self, table: TableName, most: int | None) -> Iterator[Block]:
        """Yield the rows; see `live_table.Session`."""
        described = self._described(table)
        binary = [at for at, one in enumerate(described) if one[1] in _BINARY or one[2] == "latin1"]
        values = ", ".join(_value(*one) for one in described)
        limit = "" if most is None else f" limit {most:d}"
        place = f"{_quoted(table.schema)}.{_quoted(table.name)}"
        sql = f"select {values} from {place}{limit}"  # noqa: S608 - quoted
        taken: list[Sequence[bytes | None]] = []
        size = 0
        for rows in self._fetched(sql):
            taken += rows
            size += sum(len(cell) for row in rows for cell in row if cell)
            if size >= _BLOCK_BYTES or len(taken) >= _BLOCK_ROWS:
                yield block_of_bytes(taken, len(described), binary)
                taken, size = [], 0
        if taken:
            yield block_of_bytes(taken, len(described), binary)

    def _fetched(self, sql: str) -> Iterator[list[Any]]:
        """Yield rows as they come, some at a time."""
        from pymysql import MySQLError
        from pymysql.cursors import SSCursor

        try:
            with SSCursor(self._connection) as cursor:
                cursor.execute(sql)
                while rows := cursor.fetchmany(_STEP):
                    yield rows
        except (MySQLError, OSError) as error:
            raise SourceError(reason(error)) from None

    def _described(self, table: TableName) -> list[tuple[str, str, str]]:
        """Return (name, type, character set) of a table's columns."""
        return self._all(
            "select column_name, data_type, character_set_name from information_schema.columns where "  # noqa: S608 - quoted
            f"table_schema = {_literal(table.schema)} and table_name = {_literal(table.name)} "
            "order by ordinal_position"
        )

    def _all(self, sql: str) -> list[Any]:
        return [
            tuple("" if one is None else bytes_text(one) for one in row)
            for rows in self._fetched(sql)
            for row in rows
        ]


def block_of_bytes(
    rows: list[Sequence[bytes | None]], width: int, binary: Sequence[int] = ()
) -> Block:
    """Return rows of bytes as a block; those of the `binary` columns may be no UTF-8."""
    if binary:
        decoded: list[Sequence[bytes | None]] = []
        for row in rows:
            values = list(row)
            for at in binary:
                values[at] = bytes_text(values[at] or b"").encode()
            decoded.append(values)
        rows = decoded
    cells: list[bytes] = [cell or b"" for row in rows for cell in row]
    data = bytes([SEPARATOR]).join([*cells, bytes(PADDING)])
    lengths = np.fromiter(map(len, cells), np.int64, len(cells))
    return block_of_table(np.frombuffer(bytearray(data), np.uint8), lengths, width)


def _value(name: str, _kind: str, charset: str) -> str:
    """Return the expression for a column's value."""
    return f"cast({_quoted(name)} as binary)" if charset == "latin1" else _quoted(name)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _literal(text: str) -> str:
    """Return a string that is safe whatever the server's mode says of backslashes."""
    return f"convert(x'{text.encode().hex()}' using utf8mb4)" if text else "''"


def _list(names: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in names) + ")"


def errors() -> tuple[type[Exception], ...]:
    """Return what connecting may raise."""
    from pymysql import MySQLError

    return MySQLError, OSError, ValueError, TypeError, RuntimeError


def reason(error: BaseException) -> str:
    """Return what the server or the driver says, in one line."""
    said = error.args[1] if len(error.args) > 1 else (error.args or [type(error).__name__])[0]
    return (str(said).splitlines() or [""])[0][:200]
