# SPDX-License-Identifier: Apache-2.0
"""Digests of evidence, several kinds in the one pass that reads it.

SHA-256 is always computed: it is what tells sources apart. SM3 (GB/T 32905-2016) comes from the OpenSSL
that Python was built with, MD5 is there for lists of old.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from piidetect.sources.ledger import Ledger

#: What may be asked for besides SHA-256.
KINDS = ("sha256", "sm3", "md5")

_ASKED: ContextVar[tuple[str, ...]] = ContextVar("_ASKED", default=())


@contextmanager
def computing(kinds: Iterable[str]) -> Iterator[None]:
    """Compute these digests for what is read while the block runs, in this thread.

    Raises:
        ArgumentError: One is unknown, or this Python can't compute it.
    """
    asked = []
    for kind in kinds:
        if kind not in KINDS:
            message = f"digest: {kind!r} is unknown; choose from {', '.join(KINDS)}"
            raise ArgumentError(message)
        try:
            hashlib.new(kind, usedforsecurity=False)
        except ValueError as error:
            message = f"digest: the OpenSSL of this Python has no {kind}; use one that has it"
            raise ArgumentError(message) from error
        if kind != "sha256" and kind not in asked:
            asked.append(kind)
    token = _ASKED.set(tuple(asked))
    try:
        yield
    finally:
        _ASKED.reset(token)


class Digester:
    """Takes the bytes of a source in order."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._others = {kind: hashlib.new(kind, usedforsecurity=False) for kind in _ASKED.get()}

    def update(self, piece: bytes | bytearray | memoryview) -> None:
        """Take the next bytes."""
        self._sha256.update(piece)
        for other in self._others.values():
            other.update(piece)

    def enter(self, ledger: Ledger) -> None:
        """Enter the digests of all bytes so far."""
        ledger.sha256 = self._sha256.hexdigest()
        ledger.digests = {kind: other.hexdigest() for kind, other in self._others.items()}
