# SPDX-License-Identifier: Apache-2.0
"""Where members are laid while they are read: in memory if small, else in a private folder.

The folder has mode 0700 and a name that tells nothing; a file in it is removed when its member was
read, the folder when the process ends. What a killed process left is removed by the next one: each
holds a lock on its folder, and a folder without a lock belongs to nobody.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
import uuid
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, cast

from piidetect.errors import SourceError
from piidetect.sources.content import Content, open_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

_PREFIX = "piidetect-spill-"
_LOCK = "lock"

#: A member up to this length stays in memory.
IN_MEMORY = 1 << 24

_STEP = 1 << 20


@cache
def spill_folder(parent: str | None = None) -> Path:
    """Return this process's private folder; `parent` is the system's folder for such by default.

    Raises:
        SourceError: It can't be made.
    """
    above = Path(parent or tempfile.gettempdir())
    _remove_abandoned(above)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=above))
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        message = f"no spill folder can be made in {above}: {error.strerror}; give another one"
        raise SourceError(message) from error
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # a forked child isn't the owner
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def _remove_abandoned(above: Path) -> None:
    """Remove the folders of processes that have died, those of this user only."""
    with contextlib.suppress(OSError):
        for folder in above.glob(f"{_PREFIX}*"):
            status = folder.lstat()
            if folder.is_symlink() or status.st_uid != os.getuid():
                continue
            with contextlib.suppress(OSError):
                handle = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
                finally:
                    os.close(handle)


def _open(path: Path) -> BinaryIO:
    return cast("BinaryIO", open_file(path))


class Spill:
    """Takes a member's bytes, and gives them back as content.

    `close` frees what it took; a reader that is still open keeps its bytes.
    """

    def __init__(self, parent: str | None = None) -> None:
        self._parent = parent
        self._memory: BytesIO | None = BytesIO()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self.bytes = 0

    def write(self, piece: bytes | memoryview) -> None:
        """Append bytes.

        Raises:
            SourceError: The disk is full.
        """
        self.bytes += len(piece)
        try:
            if self._memory is not None:
                self._memory.write(piece)
                if self.bytes <= IN_MEMORY:
                    return
                self._to_disk()
            else:
                cast("BinaryIO", self._file).write(piece)
        except OSError as error:
            message = f"the spill folder can't be written: {error.strerror}"
            raise SourceError(message) from error

    def _to_disk(self) -> None:
        """Move what is in memory to a file."""
        self._path = spill_folder(self._parent) / uuid.uuid4().hex
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(handle, "wb", buffering=_STEP)
        self._file.write(cast("BytesIO", self._memory).getbuffer())
        self._memory = None

    def content(self, locator: str, name: str) -> Content:
        """Return what was written as content."""
        if self._memory is not None:
            raw = self._memory.getvalue()
            return Content(locator, name, len(raw), lambda: BytesIO(raw))
        path = cast("Path", self._path)
        try:
            cast("BinaryIO", self._file).flush()
        except OSError as error:
            message = f"the spill folder can't be written: {error.strerror}"
            raise SourceError(message) from error
        return Content(locator, name, self.bytes, partial(_open, path), path)

    def close(self) -> None:
        """Free what was written."""
        self._memory = None
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()


@contextlib.contextmanager
def on_disk(content: Content, parent: str | None, beside: Iterable[Path] = ()) -> Iterator[Path]:
    """Give the content a place on the disk while the block runs, for libraries that need a path.

    A file stays where it is unless there are files `beside` it, which belong to it and have its
    name with another ending; then all of them are copied, so that nothing is written to evidence.

    Raises:
        SourceError: It can't be read, or the disk is full.
    """
    others = list(beside)
    if content.path is not None and not others:
        yield content.path
        return
    folder = spill_folder(parent) / uuid.uuid4().hex
    try:
        folder.mkdir(mode=0o700)
        place = folder / "content"
        _copy(content, place)
        for other in others:
            suffix = other.name.removeprefix(content.path.name if content.path else "")
            _copy(
                replace(content, open=partial(_open, other)),
                folder / f"content{suffix}",
            )
        yield place
    except OSError as error:
        message = f"the spill folder can't be written: {error.strerror}"
        raise SourceError(message) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(content: Content, place: Path) -> None:
    with content.open() as source, place.open("xb") as target:
        shutil.copyfileobj(source, target, _STEP)
