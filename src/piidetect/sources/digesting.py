# SPDX-License-Identifier: Apache-2.0
"""Digest a source while a parser reads it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from piidetect.sources.content import read_failure
from piidetect.sources.digests import Digester
from piidetect.sources.ledger import Ledger

if TYPE_CHECKING:
    from typing import BinaryIO

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content
    from piidetect.sources.rows import Row

_STEP = 1 << 20


class DigestingFile(io.RawIOBase):
    """A stream to be read once from its beginning; digests and counts what goes through it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._digest = Digester()
        self.bytes = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, room: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill `room` as far as it goes.

        Raises:
            SourceError: It can't be read.
        """
        try:
            count: int = self._file.readinto(room) or 0  # type: ignore[attr-defined]
        except OSError as error:
            raise read_failure(error) from error
        self._digest.update(memoryview(room)[:count])
        self.bytes += count
        return count

    def finish(self, ledger: Ledger) -> None:
        """Read on to the end, then enter length and digest in the ledger."""
        room = bytearray(_STEP)
        while self.readinto(room):
            pass
        ledger.bytes = self.bytes
        self._digest.enter(ledger)


class SharedDigest:
    """The digest of a file with several tables, computed once; the first table has its bytes."""

    def __init__(self, content: Content) -> None:
        self._content, self._known = content, Ledger()
        self._first: object = None

    def enter(self, ledger: Ledger, table: object) -> None:
        """Enter it in the ledger of a table, of which `table` says which one it is.

        Raises:
            SourceError: The file can't be read.
        """
        if not self._known.sha256:
            digest_content(self._content, self._known)
        if self._first is None:
            self._first = table
        ledger.sha256, ledger.digests = self._known.sha256, dict(self._known.digests)
        ledger.bytes = self._known.bytes if table == self._first else 0

    def no_rows(self, ledger: Ledger, _alerts: list[Alert]) -> tuple[Row, ...]:
        """Enter it in the ledger of a file without a table; see `RowSource.rows`."""
        self.enter(ledger, self)
        return ()


def digest_content(content: Content, ledger: Ledger) -> None:
    """Read a content once and enter its length and digest in the ledger.

    Raises:
        SourceError: It can't be read.
    """
    with content.open() as file:
        DigestingFile(file).finish(ledger)
