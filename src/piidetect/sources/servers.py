# SPDX-License-Identifier: Apache-2.0
"""Live databases by their address: connect, list the tables, read them one by one.

The only part of the package that uses the network, and only for an address that was given.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.live_table import LiveTable
from piidetect.sources.registry import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.database_url import Server
    from piidetect.sources.live_table import Session
    from piidetect.sources.registry import Opened

#: What has to be installed for a kind of database: the module that it is, the extra's name.
_DRIVERS = {
    "postgresql": ("adbc_driver_postgresql", "postgresql"),
    "mysql": ("pymysql", "mysql"),
    "sqlserver": ("pytds", "sqlserver"),
}
_NOT_A_FILE = (
    "a live database ({version}), read {terms}: it is no file, its rows may change, and the digests "
    "cover the cells as they were read, in that order"
)


def open_server(server: Server) -> Iterator[Opened]:
    """Yield what concerns the server as a whole, then its tables one by one.

    Raises:
        SourceError: The driver isn't installed, or the server can't be reached or refuses.
    """
    session = _connected(server)
    try:
        message = _NOT_A_FILE.format(version=session.version, terms=session.terms)
        yield Alert(server.locator, "live_database", message)
        tables = session.tables()
        for table in tables:
            qualified = f"{table.schema}.{table.name}"
            path = f"{server.locator}!/{qualified}"
            if table.refused:
                yield Skipped(path, "not_readable", table.refused)
                continue
            header = session.columns(table)
            dialect = {"table": qualified, "server": session.version}
            live = (path, server.url.kind, header, session, table, len(header))
            yield LiveTable(*live, dialect=dialect)
        if not tables:
            yield Alert(server.locator, "empty", "the database has no tables that this user sees")
    finally:
        session.close()


def _connected(server: Server) -> Session:
    """Connect.

    Raises:
        SourceError: The driver isn't installed, or the server can't be reached or refuses.
    """
    kind = server.url.kind
    module, extra = _DRIVERS[kind]
    try:
        import_module(module)
    except ImportError:
        message = f"its driver isn't installed; run: pip install 'piidetect[{extra}]'"
        raise SourceError(message) from None
    driver: Any = import_module(f"piidetect.sources.server_{kind}")
    try:
        return cast("Session", driver.connect(server.url, server.password))
    except (SourceError, *driver.errors()) as error:  # what they say may quote the password
        said = _without(driver.reason(error), server.password)
        raise SourceError(f"the database can't be opened ({said})") from None


def _without(text: str, password: str | None) -> str:
    """Return what a driver says with the password blotted out, as written and as in an address."""
    for secret in (password, quote(password or "", safe="")):
        if secret:
            text = text.replace(secret, "***")
    return text
