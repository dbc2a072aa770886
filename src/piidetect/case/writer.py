# SPDX-License-Identifier: Apache-2.0
"""Writes a case folder: parts whole or not at all, nothing left behind where writing fails."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import signal
import tempfile
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from piidetect import case_folder as layout
from piidetect.case.part import PartWriter, write_error
from piidetect.errors import CaseError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from types import FrameType, TracebackType

    from piidetect.case.opened import Case


class CaseWriter:
    """Makes a case folder; use it as a context manager, or call :meth:`abort` on failure.

    Args:
        directory: where to write, absent or empty; ``None`` for a private temporary folder that
            goes away with the :class:`~piidetect.case.Case`, at exit and on SIGTERM.
        reference_date: the day at which ages are counted.
        parameters: what the scan was told (JSON values; no paths of key files).
        tool: name, version, recognizers_sha256.
        categories: the categories of each entity.
        key_file: a file with the key, 32 hex digits; else a random key is kept in the folder.
        key: the key to keep in the folder in place of a random one, 16 bytes.

    Raises:
        CaseError: the folder isn't empty or can't be written; the key file is unusable.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        *,
        reference_date: dt.date,
        parameters: Mapping[str, Any] | None = None,
        tool: Mapping[str, str] | None = None,
        categories: Mapping[str, Sequence[str]] | None = None,
        key_file: str | os.PathLike[str] | None = None,
        key: bytes | None = None,
    ) -> None:
        self.reference_date = reference_date
        self._parameters = dict(parameters or {})
        self._tool = dict(tool or {})
        self._categories = {name: sorted(words) for name, words in (categories or {}).items()}
        self._key_file = None if key_file is None else Path(key_file)
        self._alerts: list[dict[str, Any]] = []
        self._digests: list[str] = []
        self._numbers = itertools.count()
        self._open: list[PartWriter] = []
        self._lock = threading.Lock()
        self._made: Path | None = None  # the topmost folder that this writer made
        self._cleanup: weakref.finalize[Any, Any] | None = None
        self._done = False
        #: The case's key, 16 bytes.
        self.key = (
            (key or secrets.token_bytes(layout.KEY_BYTES))
            if self._key_file is None
            else layout.read_key_file(self._key_file)
        )
        #: The case folder.
        self.directory = self._temporary() if directory is None else self._claim(Path(directory))
        with contextlib.ExitStack() as unfinished:  # also where a signal comes in between
            unfinished.callback(self.abort)
            try:
                (self.directory / layout.PARTS).mkdir()
                if self._key_file is None:
                    _write_key(self.directory / layout.KEY_FILE, self.key)
                layout.write_json(self.directory / layout.CASE_FILE, self._meta("unfinished"))
            except OSError as error:
                raise write_error(self.directory, error) from error
            unfinished.pop_all()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was written unless :meth:`finish` was reached."""
        if not self._done:
            self.abort()

    def part(self) -> PartWriter:
        """Return the writer of the next part; parts may be written by several threads at a time."""
        with self._lock:
            part = PartWriter(self, next(self._numbers))
            self._open.append(part)
            return part

    def adopt(self, part: layout.Part) -> None:
        """Copy a part of another case that has the same key.

        Raises:
            CaseError: the folder can't be written.
        """
        with self._lock:
            number = next(self._numbers)
        final = self.directory / layout.PARTS / f"{number:06d}"
        unfinished = final.with_name(f".tmp-{final.name}")
        try:
            shutil.copytree(part.directory, unfinished)
            unfinished.replace(final)
        except OSError as error:  # shutil.Error is one
            layout.remove(unfinished)
            raise write_error(self.directory, error) from error
        with self._lock:
            self._digests.append(part.meta["sha256"])

    def alert(
        self,
        source: str,
        code: str,
        message: str,
        *,
        row: int | None = None,
        byte_offset: int | None = None,
    ) -> None:
        """Add an alert that belongs to no part, e.g. a path that can't be read."""
        alert = {
            "source": source,
            "code": code,
            "message": message,
            "row": row,
            "byte_offset": byte_offset,
        }
        with self._lock:
            self._alerts.append(alert)

    def finish(self, *, threads: int | None = None) -> Case:
        """Mark the folder as complete and return the opened case.

        Args:
            threads: how many threads count it; ``None`` for one per core.

        Raises:
            CaseError: the folder can't be written; nothing is left behind.
        """
        from piidetect.case.opened import Case

        try:
            layout.write_json(self.directory / layout.CASE_FILE, self._meta("complete"))
        except OSError as error:
            self.abort()
            raise write_error(self.directory, error) from error
        self._done = True
        temporary = self._cleanup is not None
        if self._cleanup is not None:
            self._cleanup.detach()  # from here on the folder lives as long as the case
        folder = layout.read_folder(self.directory)
        return Case(folder, temporary=temporary, threads=threads)

    def abort(self) -> None:
        """Remove everything that was written."""
        self._done = True
        while self._open:
            self._open.pop().abort()
        if self._cleanup is not None:
            self._cleanup()
            return
        for name in (layout.PARTS, layout.KEY_FILE, layout.CASE_FILE, f".tmp-{layout.CASE_FILE}"):
            layout.remove(self.directory / name)
        folder = self.directory
        while self._made is not None:
            try:
                folder.rmdir()
            except OSError:
                break
            if folder == self._made:
                break
            folder = folder.parent

    def closed_part(self, part: PartWriter, digest: str) -> None:
        """Take note of a part that was written whole (called by :class:`PartWriter`)."""
        with self._lock:
            self._digests.append(digest)
            if part in self._open:
                self._open.remove(part)

    def _meta(self, status: str) -> dict[str, Any]:
        key_file = None if self._key_file is None else str(self._key_file)
        return {
            "schema": layout.CASE_SCHEMA,
            "status": status,
            "id": layout.case_id(self.key, self._digests),
            "tool": self._tool,
            "parameters": self._parameters,
            "reference_date": self.reference_date.isoformat(),
            "key": {"file": key_file, "fingerprint": layout.key_fingerprint(self.key)},
            "categories": self._categories,
            "alerts": self._alerts,
            "parts": len(self._digests),
        }

    def _claim(self, directory: Path) -> Path:
        """Return the folder after making it where it is absent."""
        try:
            if directory.is_dir():
                _refuse_foreign(directory)
                return directory
            missing = directory
            while not missing.parent.exists():
                missing = missing.parent
            self._made = missing
            directory.mkdir(mode=0o700, parents=True)
        except OSError as error:
            msg = (
                f"case folder {directory} can't be made ({error.strerror}); "
                "give another folder with --out"
            )
            raise CaseError(msg) from error
        return directory

    def _temporary(self) -> Path:
        try:
            directory = Path(tempfile.mkdtemp(prefix="piidetect-"))  # mode 0700
        except OSError as error:
            msg = (
                f"no temporary folder can be made ({error.strerror}); "
                "set TMPDIR to a writable folder or give one with --out"
            )
            raise CaseError(msg) from error
        self._cleanup = weakref.finalize(self, layout.remove, directory)
        _exit_on_sigterm()
        return directory


def _refuse_foreign(directory: Path) -> None:
    if not any(directory.iterdir()):
        return
    if (directory / layout.CASE_FILE).exists():
        msg = (
            f"{directory} already holds a case; give another folder with --out, or delete this one"
        )
    else:
        msg = f"{directory} is not empty and not a case; give an empty or new folder with --out"
    raise CaseError(msg)


def _write_key(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
        file.write(key.hex() + "\n")


def _exit_on_sigterm() -> None:
    """Let SIGTERM end the interpreter in order, so that temporary folders are removed."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, leave)
