# SPDX-License-Identifier: Apache-2.0
"""Tables of a live database: what a driver for one kind of server gives, and the source made of it.

A server is no file: there are no bytes to digest, and the rows may be others tomorrow. The digest of a
table covers what was read: SHA-256 over the names of the columns and then all cells as UTF-8, row by
row in the order in which the server sent them, each name and each cell followed by the byte 1F.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from piidetect.errors import SourceError
from piidetect.kernels.cells import PADDING, Block
from piidetect.schema import RowKind
from piidetect.sources.alerts import Alert
from piidetect.sources.digests import Digester
from piidetect.sources.ledger import Ledger
from piidetect.sources.rows import block_of_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Rows of a sample.
SAMPLE_ROWS = 2100


class TableName(NamedTuple):
    """A table of a server; `refused` says why it isn't read, '' if it is."""

    schema: str
    name: str
    refused: str = ""


class Session(Protocol):
    """A connection, on which one table after the other is read."""

    version: str
    terms: str  # under what the rows are read, a half sentence

    def tables(self) -> list[TableName]:
        """Return the tables in order of their names."""

    def columns(self, table: TableName) -> list[str]:
        """Return the names of a table's columns."""

    def blocks(self, table: TableName, most: int | None) -> Iterator[Block]:
        """Yield the rows in batches of bounded size, `most` rows if that is given.

        The rows' offsets and `first_row` are set by who asks.

        Raises:
            SourceError: The server refuses, or is gone.
        """

    def close(self) -> None:
        """End the connection."""


@dataclass(slots=True)
class LiveTable:
    """A table of a server; see `piidetect.sources.OpenSource`."""

    path: str
    format: str
    header: list[str] | None
    session: Session
    table: TableName
    n_columns: int
    encoding: str = ""
    dialect: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    alerts: list[Alert] = field(default_factory=list)

    def sample(self) -> Block:
        """Return the first rows as one block."""
        blocks = list(self.session.blocks(self.table, SAMPLE_ROWS))
        return _joined(blocks) if blocks else block_of_rows([], 0)

    def blocks(self) -> Iterator[Block]:
        """Yield the rows; `ledger` and `alerts` are filled meanwhile."""
        self.ledger, self.alerts = Ledger(), []
        digest = Digester()
        for name in self.header or ():
            digest.update(name.encode("utf-8", "surrogatepass") + b"\x1f")
        try:
            for block in self.session.blocks(self.table, None):
                yield self._counted(block, digest)
        except SourceError as error:
            self.ledger.status, self.ledger.reason = "partial", f"reading stopped: {error}"
            self.alerts.append(Alert(self.path, "read_error", self.ledger.reason, self.ledger.rows))
        digest.enter(self.ledger)
        if not self.ledger.rows:
            self.alerts.append(Alert(self.path, "empty", "the table has no rows"))

    def _counted(self, block: Block, digest: Digester) -> Block:
        """Enter a block in the ledger and say where its rows stand in the table."""
        text = block.data[: block.data.size - PADDING]
        digest.update(text.data)
        first, rows = self.ledger.rows, block.row_start.size
        self.ledger.bytes += text.size
        self.ledger.rows += rows
        self.ledger.rows_blank += int(np.count_nonzero(block.row_kind == RowKind.BLANK))
        return block._replace(
            first_row=first, row_offset=np.arange(first, first + rows, dtype=np.int64)
        )


def _joined(blocks: list[Block]) -> Block:
    """Return blocks as one."""
    from piidetect.sources.sample_blocks import joined

    return joined([one._replace(data=one.data[: one.data.size - PADDING]) for one in blocks])
