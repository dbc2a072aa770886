# SPDX-License-Identifier: Apache-2.0
"""Sources: find, digest, decode and split what was seized into blocks of cells."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.content import Content, content_of_file
from piidetect.sources.database_url import DatabaseUrl, Server, is_url, read_url
from piidetect.sources.find import Source, find, locator
from piidetect.sources.ledger import Ledger
from piidetect.sources.limits import Limits
from piidetect.sources.options import Options
from piidetect.sources.registry import Opened, OpenSource, Skipped, open_content

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Alert",
    "Content",
    "DatabaseUrl",
    "Ledger",
    "Limits",
    "OpenSource",
    "Opened",
    "Options",
    "Server",
    "Skipped",
    "Source",
    "find",
    "is_url",
    "locator",
    "open_content",
    "open_source",
    "open_sources",
    "read_url",
]


def open_sources(source: Any, *, options: Options | None = None) -> Iterator[Opened]:
    """Open a path, a found source, a server or a table in memory; formats are told by content.

    A file may hold several tables; the next one is opened when it is asked for.

    Raises:
        ArgumentError: It is neither a path nor a table.
        SourceError: It can't be read or its format isn't supported; the message says why.
    """
    options = options or Options()
    if isinstance(source, Source):
        yield from open_content(content_of_file(source.path, source.locator), options)
    elif isinstance(source, Server):
        from piidetect.sources.servers import open_server

        yield from open_server(source)
    elif isinstance(source, (str, os.PathLike)):
        yield from open_content(content_of_file(Path(source), locator(source)), options)
    else:
        from piidetect.sources.table import open_table

        yield open_table(source)


def open_source(source: Any, *, options: Options | None = None) -> OpenSource:
    """Open a source that holds one table, or the first of several.

    Raises:
        ArgumentError: It is neither a path nor a table.
        SourceError: It can't be read or its format isn't supported; the message says why.
    """
    for one in open_sources(source, options=options):
        if isinstance(one, Skipped):
            raise SourceError(one.message)
        if not isinstance(one, Alert):
            return one
    message = "there is nothing in it that can be read"
    raise SourceError(message)
