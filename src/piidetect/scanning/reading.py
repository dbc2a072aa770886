# SPDX-License-Identifier: Apache-2.0
"""How the sources of a scan are read: what the arguments mean."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from piidetect.columns import known_headings
from piidetect.errors import ArgumentError
from piidetect.sources import Limits, Options
from piidetect.sources.database_url import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from piidetect.recognizer import Recognizer

#: Bytes of a password file at most: each password is tried on each encrypted member.
_LONGEST = 1 << 20


def reading(
    recognizers: Iterable[Recognizer],
    block_bytes: int | None = None,
    *,
    password_file: str | os.PathLike[str] | None = None,
    limits: Limits | None = None,
    spill_dir: str | os.PathLike[str] | None = None,
) -> Options:
    """Return how sources are read: known headings help to tell a heading from a first row.

    Raises:
        ArgumentError: The password file can't be read, or the spill folder isn't one.
    """
    if spill_dir is not None and not Path(spill_dir).is_dir():
        msg = f"spill_dir: {os.fspath(spill_dir)} is no folder; make it, or give another one"
        raise ArgumentError(msg)
    return Options(
        known=known_headings(recognizers),
        block_bytes=block_bytes or Options().block_bytes,
        passwords=() if password_file is None else passwords(password_file),
        limits=limits or Limits(),
        spill=None if spill_dir is None else os.fspath(spill_dir),
    )


def server_password(listed: Sequence[str], given: str | None) -> str | None:
    """Return the password of live databases: the given one, that of the environment, the first listed.

    One only: a server may lock an account after a few wrong ones.
    """
    if given is not None:
        return given
    return os.environ.get(PASSWORD_VARIABLE) or next(iter(listed), None)


def passwords(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return the passwords in a file, one a line, in UTF-8 or GB18030.

    Raises:
        ArgumentError: It can't be read, or has none.
    """
    shown = os.fspath(path)
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_LONGEST + 1)
    except OSError as error:
        msg = f"password file {shown} can't be read ({error.strerror})"
        raise ArgumentError(msg) from error
    if len(raw) > _LONGEST:
        msg = f"password file {shown} is too long; it may have 1 MiB"
        raise ArgumentError(msg)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    found = tuple(dict.fromkeys(line for line in text.splitlines() if line))
    if not found:
        msg = f"password file {shown} has no password; write one a line"
        raise ArgumentError(msg)
    return found
