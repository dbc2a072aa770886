# SPDX-License-Identifier: Apache-2.0
"""The addresses of live databases: `postgresql://user@host:5432/database`.

An address holds no password: it would stand in the list of processes, in the shell's history and in
the case. Nothing of an address that can't be read is repeated in an error, since it may hold one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    import os
    from urllib.parse import SplitResult

#: The environment variable with the password of live databases.
PASSWORD_VARIABLE = "PIIDETECT_PASSWORD"  # noqa: S105 - the name of a variable

#: Names of the kinds, and what else they are called.
_KINDS = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlserver": "sqlserver",
    "mssql": "sqlserver",
}
_PORTS = {"postgresql": 5432, "mysql": 3306, "sqlserver": 1433}

#: What may follow the question mark.
_SETTINGS = {
    "postgresql": {"sslmode", "sslrootcert", "host"},
    "mysql": {"ssl_ca", "unix_socket"},
    "sqlserver": {"cafile"},
}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PLAIN = re.compile(r"[^\w.@+-]")


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """Where a database is; `settings` are what stood after the question mark."""

    kind: str
    host: str
    port: int
    user: str
    database: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def locator(self) -> str:
        """Return the address as shown."""
        user = f"{_shown(self.user)}@" if self.user else ""
        return f"{self.kind}://{user}{self.host}:{self.port}/{_shown(self.database)}"


@dataclass(frozen=True, slots=True)
class Server:
    """A database to be read; the password never leaves this object but to the driver."""

    url: DatabaseUrl
    password: str | None = field(default=None, repr=False)

    @property
    def locator(self) -> str:
        """Return its address as shown, without a password."""
        return self.url.locator


def is_url(path: str | os.PathLike[str]) -> bool:
    """Say whether a path is an address; an existing file of such a name is a file."""
    return isinstance(path, str) and bool(_SCHEME.match(path)) and not Path(path).exists()


def read_url(text: str) -> DatabaseUrl:
    """Read an address.

    Raises:
        ArgumentError: It is none, holds a password, or has settings that aren't known.
    """
    found = _SCHEME.match(text)
    kind = _KINDS.get(found[1].lower(), "") if found else ""
    if not kind:
        scheme = found[1] if found else ""
        message = (
            f"{scheme}://… is no kind of database that is read; "
            "give postgresql://, mysql:// or sqlserver://"
        )
        raise ArgumentError(message)
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS[kind]
    except ValueError:
        message = f"the address {kind}://… can't be read; write {kind}://user@host:{_PORTS[kind]}/database"
        raise ArgumentError(message) from None
    if parts.password is not None or "@" in (parts.path + parts.query + parts.fragment):
        message = (
            f"the address {kind}://… holds a password, which others could see; write "
            f"{kind}://user@host/database and give the password in PIIDETECT_PASSWORD, with "
            "--password-file, or when it is asked for"
        )
        raise ArgumentError(message)
    return DatabaseUrl(
        kind,
        parts.hostname or "localhost",
        port,
        unquote(parts.username or ""),
        unquote(parts.path.strip("/")),
        _settings(kind, parts),
    )


def _settings(kind: str, parts: SplitResult) -> dict[str, str]:
    """Return what stands after the question mark.

    Raises:
        ArgumentError: It isn't known.
    """
    settings = dict(parse_qsl(parts.query, keep_blank_values=True))
    if set(settings) - _SETTINGS[kind] or parts.fragment:
        known = ", ".join(sorted(_SETTINGS[kind]))
        message = f"the address {kind}://… has settings that aren't known; it may have {known}"
        raise ArgumentError(message)
    return settings


def _shown(name: str) -> str:
    """Return a name in which nothing can be taken for a part of the address."""
    return _PLAIN.sub(lambda found: f"%{ord(found[0]):02X}", name)
