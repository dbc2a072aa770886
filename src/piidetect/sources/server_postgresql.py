# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL and its kin (KingBase, openGauss in that mode), by the ADBC driver.

All tables are read in one transaction that is read-only and sees the database as it was when it began.
The server writes each value as text, so no digit of a number is lost; it sends rows by COPY, which the
driver hands on in batches. What row-level security would hide is an error, not a shorter table.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import numpy as np

from piidetect.errors import SourceError
from piidetect.kernels.cells import PADDING, SEPARATOR
from piidetect.sources.cell_text import bytes_text
from piidetect.sources.live_table import TableName
from piidetect.sources.rows import block_of_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.kernels.cells import Block
    from piidetect.sources.database_url import DatabaseUrl

#: Bytes of a batch as the driver is asked for them.
_BATCH_BYTES = 1 << 22

_TABLES = """
    select n.nspname::text, c.relname::text, case
      when c.relkind = 'f' then 'its rows lie on another server, which is not asked'
      when not has_table_privilege(c.oid, 'select') then 'this user may not read it'
      when row_security_active(c.oid) then 'row-level security would hide rows of it from this user'
      else '' end
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f') and not c.relispartition and n.nspname !~ '^pg_'
      and n.nspname <> 'information_schema' order by 1, 2"""
_COLUMNS = """
    select a.attname::text, t.typname::text
    from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
    where a.attrelid = '{}'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum"""
_SAID = re.compile(r"(?:ERROR|FATAL):")


def connect(url: DatabaseUrl, password: str | None) -> PostgreSQL:
    """Connect.

    Raises:
        Exception: The driver's, which may repeat what it was given.
    """
    from adbc_driver_postgresql import dbapi

    connection = dbapi.connect(_uri(url, password))
    try:
        return PostgreSQL(connection)
    except BaseException:
        connection.close()
        raise


def _uri(url: DatabaseUrl, password: str | None) -> str:
    """Return the address as libpq takes it."""
    settings = {
        "options": "-c default_transaction_read_only=on -c row_security=off"
        " -c default_transaction_isolation=repeatable\\ read -c extra_float_digits=3"
        " -c statement_timeout=0 -c idle_in_transaction_session_timeout=0",
        "application_name": "piidetect",
        "client_encoding": "UTF8",
        "connect_timeout": "15",
        **url.settings,
    }
    known = "" if password is None else f":{quote(password, safe='')}"
    user = f"{quote(url.user, safe='')}{known}@" if url.user else ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    query = urlencode(settings, quote_via=quote)
    return f"postgresql://{user}{host}:{url.port}/{quote(url.database, safe='')}?{query}"


class PostgreSQL:
    """A connection; see `live_table.Session`."""

    terms = "in one read-only transaction that sees one state"

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.version = "PostgreSQL " + self._setting("server_version")
        self._raw = self._setting("server_encoding") == "SQL_ASCII"

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def tables(self) -> list[TableName]:
        """Return the tables; partitions are read through the table that they are parts of."""
        return [TableName(*row) for row in self._all(_TABLES)]

    def columns(self, table: TableName) -> list[str]:
        """Return the names of a table's columns."""
        return [name for name, _ in self._described(table)]

    def blocks(self, table: TableName, most: int | None) -> Iterator[Block]:
        """Yield the rows; see `live_table.Session`."""
        described = self._described(table)
        if not described:
            return
        values = ", ".join(self._value(name, kind) for name, kind in described)
        limit = "" if most is None else f" limit {most:d}"
        sql = f"select {values} from {_place(table)}{limit}"  # noqa: S608 - quoted
        for batch in self._batches(sql):
            if batch.num_rows:
                yield self._block(batch)

    def _batches(self, sql: str) -> Iterator[Any]:
        with self._connection.cursor() as cursor:
            try:
                cursor.adbc_statement.set_options(
                    **{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)}
                )
                cursor.execute(sql)
                yield from cursor.fetch_record_batch()
            except (OSError, self._connection.Error) as error:
                self._go_back()
                raise SourceError(reason(error)) from None

    def _value(self, name: str, kind: str) -> str:
        """Return the expression for a column's value: text, or bytes where it holds such."""
        quoted = _quoted(name)
        if kind == "bytea":
            return quoted
        return f"convert_to({quoted}::text, 'SQL_ASCII')" if self._raw else f"{quoted}::text"

    def _block(self, batch: Any) -> Block:
        """Return a batch as a block."""
        import pyarrow as pa
        import pyarrow.compute as pc

        columns = [_texts(column) for column in batch.columns]
        lengths = [
            pc.fill_null(pc.binary_length(one), 0).to_numpy(zero_copy_only=False) for one in columns
        ]
        separator = pa.scalar(bytes([SEPARATOR]), pa.large_binary())
        end = pa.array([b""] * batch.num_rows, pa.large_binary())
        rows = pc.binary_join_element_wise(
            *columns, end, separator, null_handling="replace", null_replacement=b""
        )
        width = len(columns)
        lengths_by_row = np.stack(lengths, axis=1).astype(np.int64).ravel()
        size = int(lengths_by_row.sum()) + lengths_by_row.size
        data = np.zeros(size + PADDING, np.uint8)
        data[:size] = np.frombuffer(rows.buffers()[2], np.uint8, size)
        return block_of_table(data, lengths_by_row, width)

    def _described(self, table: TableName) -> list[tuple[str, str]]:
        """Return (name, type) of a table's columns."""
        return self._all(_COLUMNS.format(_place(table).replace("'", "''")))

    def _all(self, sql: str) -> list[Any]:
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(sql)
                return list(cursor.fetchall())
            except (OSError, self._connection.Error) as error:
                self._go_back()
                raise SourceError(reason(error)) from None

    def _setting(self, name: str) -> str:
        value: str = self._all(f"select current_setting('{name}')")[0][0]
        return value

    def _go_back(self) -> None:
        """After an error begin a new transaction: the driver takes no other command."""
        with suppress(OSError, self._connection.Error):
            self._connection.rollback()


def _texts(column: Any) -> Any:
    """Return a column as UTF-8 in an Arrow array of large_binary."""
    import pyarrow as pa

    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        texts = [None if one is None else bytes_text(one).encode() for one in column.to_pylist()]
        return pa.array(texts, pa.large_binary())
    return column.cast(pa.large_string()).cast(pa.large_binary())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _place(table: TableName) -> str:
    return f"{_quoted(table.schema)}.{_quoted(table.name)}"


def errors() -> tuple[type[Exception], ...]:
    """Return what connecting may raise."""
    from adbc_driver_manager import Error

    return Error, OSError, ValueError


def reason(error: BaseException) -> str:
    """Return what the server or the driver says, in one line."""
    text = " ".join(str(error).split())
    found = _SAID.search(text)
    return (text[found.start() :] if found else text or type(error).__name__)[:200]
