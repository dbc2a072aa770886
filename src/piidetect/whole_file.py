# SPDX-License-Identifier: Apache-2.0
"""Files for people are written whole or not at all; an older one is replaced."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, BinaryIO

from piidetect.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def write_whole(path: Path, content: bytes, what: str = "") -> Path:
    """Write a file and return its path.

    Args:
        path: the file.
        content: all of it.
        what: what an error calls it.

    Raises:
        CaseError: it can't be written; nothing half-written is left.
    """
    with writing_whole(path, what) as file:
        file.write(content)
    return path


@contextlib.contextmanager
def writing_whole(path: Path, what: str = "") -> Iterator[BinaryIO]:
    """Give a file to write to, which takes its place when the ``with`` block ends without an error.

    Args:
        path: the file.
        what: what an error calls it.

    Raises:
        CaseError: it can't be written; nothing half-written is left.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        why = error.strerror or type(error).__name__
        named = f"{what} {str(path)!r}".lstrip()
        msg = f"{named} can't be written: {why}; name a file in a writable folder"
        raise CaseError(msg) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)  # it is gone where all went well
