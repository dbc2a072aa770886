# SPDX-License-Identifier: Apache-2.0
"""SQLite databases, read-only: nothing is written beside the evidence.

A database with a write-ahead log or a rollback journal is copied to the spill folder with it and
opened there, so that rows that only the log holds are read too. Texts are UTF-8, or GB18030 where they
are no UTF-8, cell by cell. Virtual tables are left out: their rows lie in tables of their own.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.cell_text import cell_text
from piidetect.sources.digesting import SharedDigest
from piidetect.sources.registry import Match, Skipped
from piidetect.sources.rows import Row, RowSource
from piidetect.sources.spill import on_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

#: The library decodes what SQLite says of damaged names as UTF-8, which they may not be.
_ERRORS = (sqlite3.Error, UnicodeError)

_TABLES = """
    select cast(name as blob), cast(coalesce(sql, '') as blob) from sqlite_master
    where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by rowid"""


def sniff(head: Head) -> Match:
    """Say whether the magic number is that of SQLite."""
    return Match.MAGIC if head.raw.startswith(b"SQLite format 3\0") else Match.NO


def open_content(content: Content, _head: Head, options: Options) -> Iterator[Opened]:
    """Yield the tables.

    Raises:
        SourceError: It is damaged so that not even its tables are known.
    """
    beside = _beside(content)
    digest = SharedDigest(content)
    if beside:
        logs = ", ".join(path.name for path in beside)
        message = f"rows that are only in its log were read too ({logs})"
        yield Alert(content.locator, "log_applied", message)
    with (
        on_disk(content, options.spill, beside) as path,
        closing(_connect(path, fixed=path == content.path)) as database,
    ):
        try:
            tables = [(name, sql) for name, sql in database.execute(_TABLES)]
        except _ERRORS as error:
            raise SourceError(f"the database can't be read ({error})") from error
        stored = [
            name for name, sql in tables if not sql.lstrip().upper().startswith(b"CREATE VIRTUAL")
        ]
        for name in stored:
            shown = cell_text(name)
            place = content.locator if len(stored) == 1 else f"{content.locator}!/{shown}"
            try:
                yield _table(database, name, shown, place, digest)
            except _ERRORS as error:
                yield Skipped(place, "not_readable", f"the table can't be read ({error})")
        if not stored:
            yield RowSource(content.locator, "sqlite", None, 1, digest.no_rows)


def _beside(content: Content) -> list[Path]:
    """Return the log and the journal that lie beside a database and hold something."""
    if content.path is None:
        return []
    places = [Path(f"{content.path}{ending}") for ending in ("-wal", "-journal")]
    return [place for place in places if place.is_file() and place.stat().st_size]


def _connect(path: Path, *, fixed: bool) -> sqlite3.Connection:
    """Open a database; one that is `fixed` is never written, nor is a lock taken."""
    mode = "mode=ro&immutable=1" if fixed else "mode=rw"
    try:
        database = sqlite3.connect(
            f"file:{quote(str(path.resolve()))}?{mode}", uri=True, check_same_thread=False
        )
        database.text_factory = bytes
        database.execute("pragma trusted_schema = off")
        database.execute("pragma cell_size_check = on")
    except _ERRORS as error:
        raise SourceError(f"the database can't be opened ({error})") from error
    return database


def _quoted(name: bytes) -> str:
    return '"' + name.decode("utf-8", "surrogateescape").replace('"', '""') + '"'


def _table(
    database: sqlite3.Connection, name: bytes, shown: str, place: str, digest: SharedDigest
) -> RowSource:
    """Return a table; rows have their rowid as offset, or their number where there is none."""
    table = _quoted(name)
    sql, skipped = f"select rowid, * from {table}", 1  # noqa: S608 - quoted
    try:
        columns = [column[0] for column in database.execute(f"{sql} limit 0").description]
    except sqlite3.OperationalError:
        sql, skipped = f"select * from {table}", 0  # noqa: S608 - quoted
        columns = [column[0] for column in database.execute(f"{sql} limit 0").description]
    header = [cell_text(column) for column in columns[skipped:]]

    def rows(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Row]:
        digest.enter(ledger, place)
        number = 0
        try:
            for number, row in enumerate(database.execute(sql)):
                cells = [cell_text(value) for value in row[skipped:]]
                yield Row(row[0] if skipped and isinstance(row[0], int) else number, cells)
        except _ERRORS as error:
            raise SourceError(f"the table is damaged after row {number} ({error})") from error

    return RowSource(place, "sqlite", header, len(header), rows, dialect={"table": shown})
