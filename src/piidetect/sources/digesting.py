# SPDX-License-Identifier: Apache-2.0
"""Digest a source while a parser reads it."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from piidetect.sources.content import read_failure

if TYPE_CHECKING:
    from typing import BinaryIO

    from piidetect.sources.content import Content
    from piidetect.sources.ledger import Ledger

_STEP = 1 << 20


class DigestingFile(io.RawIOBase):
    """A stream to be read once from its beginning; digests and counts what goes through it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._digest = hashlib.sha256()
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
        ledger.bytes, ledger.sha256 = self.bytes, self._digest.hexdigest()


def digest_content(content: Content, ledger: Ledger) -> None:
    """Read a content once and enter its length and digest in the ledger.

    Raises:
        SourceError: It can't be read.
    """
    with content.open() as file:
        DigestingFile(file).finish(ledger)
