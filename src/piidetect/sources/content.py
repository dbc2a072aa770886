# SPDX-License-Identifier: Apache-2.0
"""What is read: the bytes of a file, or of a member of an archive, and how to get at them."""

from __future__ import annotations

import io
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import FileIO
from typing import TYPE_CHECKING, BinaryIO, cast

from piidetect.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Bytes by which the format of a source is told.
HEAD_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file or of a member.

    `locator` is shown; `name` is the last part of its name; `bytes` its length when it was found.
    `open` gives a new unbuffered stream that can be read, `readinto` and moved about in (seek), and
    raises SourceError where it can't. `path` is where the bytes lie on this disk, or None if they
    don't.
    """

    locator: str
    name: str
    bytes: int
    open: Callable[[], BinaryIO]
    path: Path | None = None


@dataclass(frozen=True)
class Head:
    """The beginning of a source, by which formats tell whether it is theirs.

    `raw` are its first HEAD_BYTES bytes, `whole` says that there are no more, `name` is the last
    part of its name.
    """

    raw: bytes
    whole: bool
    name: str

    @cached_property
    def encoding(self) -> tuple[str, int, bool]:
        """Return (encoding, bytes of its BOM, whether `raw` decides it)."""
        from piidetect.sources import samples

        return samples.choose_encoding([samples.Sample(0, self.raw, self.whole)])

    @cached_property
    def text(self) -> bytes:
        """Return `raw` as UTF-8 without its BOM; what can't be decoded is U+FFFD."""
        encoding, bom, _ = self.encoding
        from piidetect.sources import samples

        return samples.decode(self.raw[bom:], encoding, final=self.whole)[0]

    @cached_property
    def suffix(self) -> str:
        """Return the name's ending, in lower case and with its dot, or ''."""
        return os.path.splitext(self.name)[1].lower()  # noqa: PTH122 - a name is no path


def content_of_file(path: Path, locator: str) -> Content:
    """Return the content of a file.

    Raises:
        SourceError: It can't be opened.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return Content(locator, name, size, lambda: cast("BinaryIO", open_file(path)), path)


def content_of_bytes(raw: bytes, locator: str, name: str) -> Content:
    """Return bytes that are at hand as content."""
    return Content(locator, name, len(raw), lambda: io.BytesIO(raw))


def read_head(content: Content) -> Head:
    """Read the beginning of a content.

    Raises:
        SourceError: It can't be read.
    """
    from piidetect.sources import samples  # with numba, which `piidetect --help` has no need of

    with reading(content) as file:
        raw = samples.read_at(file, 0, HEAD_BYTES)
    return Head(raw, len(raw) >= content.bytes, content.name)


@contextmanager
def reading(content: Content) -> Iterator[BinaryIO]:
    """Open a content while the block runs, in which nothing fails but reading.

    Raises:
        SourceError: It can't be read.
    """
    with content.open() as file:
        try:
            yield file
        except OSError as error:
            raise read_failure(error) from error


def read_failure(error: OSError) -> SourceError:
    """Return the error that says why reading failed."""
    return SourceError(f"the file can't be read: {error.strerror or 'input/output error'}")


def open_file(path: Path) -> FileIO:
    """Open a file for reading without a buffer.

    Raises:
        SourceError: It can't be opened; the message says why.
    """
    try:
        file = FileIO(path, opener=_open_at_once)
        regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except FileNotFoundError as error:
        message = "the file has vanished"
        raise SourceError(message) from error
    except PermissionError as error:
        message = "no permission to read the file"
        raise SourceError(message) from error
    except OSError as error:
        message = f"the file can't be opened: {error.strerror or 'input/output error'}"
        raise SourceError(message) from error
    if not regular:
        file.close()
        message = "it is no regular file; a FIFO, socket or device is not read"
        raise SourceError(message)
    return file


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting for a writer, as opening a FIFO would."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
