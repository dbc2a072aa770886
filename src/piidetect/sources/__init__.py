# SPDX-License-Identifier: Apache-2.0
"""Sources: find, digest, decode and split what was seized into blocks of cells."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.find import Source, find, locator
from piidetect.sources.ledger import Ledger
from piidetect.sources.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.kernels.cells import Block

__all__ = ["Alert", "Ledger", "OpenSource", "Options", "Source", "find", "locator", "open_source"]


class OpenSource(Protocol):
    """A source whose form is known.

    `path` is the locator as shown; `format` is 'csv', 'tsv', 'text', 'parquet', 'arrow' or
    'table'; `encoding` is 'utf-8', 'utf-8-sig', 'gb18030', 'utf-16-le', 'utf-16-be' or '' (final
    after `blocks`); `header` has the column names or is None; `dialect` tells delimiter, quote and
    line end for the report. `ledger` and `alerts` are filled while the blocks are read.
    """

    path: str
    format: str
    encoding: str
    header: list[str] | None
    n_columns: int
    dialect: dict[str, str]
    ledger: Ledger
    alerts: list[Alert]

    def sample(self) -> Block:
        """Return about 2,000 parsed rows from head, middle and tail as one block."""

    def blocks(self) -> Iterator[Block]:
        """Yield all rows in order; the same rows whatever the size of the blocks."""


def open_source(source: Any, *, options: Options | None = None) -> OpenSource:
    """Open a path, a found source or a table in memory; the form is told by content.

    Raises:
        ArgumentError: It is neither a path nor a table.
        SourceError: It can't be read or its format isn't supported; the message says why.
    """
    options = options or Options()
    if isinstance(source, Source):
        return _open_file(source.path, source.locator, options)
    if isinstance(source, (str, os.PathLike)):
        return _open_file(Path(source), locator(source), options)
    from piidetect.sources.table import open_table

    return open_table(source)


def _open_file(path: Path, shown: str, options: Options) -> OpenSource:
    """Open a file by its first bytes."""
    from piidetect.sources.delimited import open_delimited, open_file

    with open_file(path) as file:
        try:
            magic = file.read(8) or b""
        except OSError as error:
            message = f"the file can't be read: {error.strerror or 'input/output error'}"
            raise SourceError(message) from error
    if magic.startswith(b"PAR1"):
        from piidetect.sources.table import open_parquet

        return open_parquet(path, shown, options)
    if magic.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        from piidetect.sources.table import open_ipc

        return open_ipc(path, shown, options)
    return open_delimited(path, shown, options)
