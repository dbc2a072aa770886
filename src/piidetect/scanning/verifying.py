# SPDX-License-Identifier: Apache-2.0
"""`verify`: whether the sources of a case are still what was scanned."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piidetect.case import Case, open_case
from piidetect.sources import is_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: What a source can be found to be; only the first is as it was.
STATES = ("unchanged", "changed", "grew", "vanished", "unreadable", "not_checked")

_STEP = 1 << 20
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")
_MEMBER, _TABLE = "!/", "#"


@dataclass(frozen=True)
class SourceCheck:
    """One source: its state, and size and SHA-256 when it was scanned and now ('' where unknown).

    ``grew``: what was scanned is still there, byte for byte, and something follows it.
    ``not_checked``: it is in an archive that isn't a source of the case itself, or it was a table in
    memory or on a server, or it couldn't be read when it was scanned.
    """

    path: str
    state: str
    bytes_before: int
    bytes_now: int | None
    sha256_before: str
    sha256_now: str


def verify(
    case: Case | str | os.PathLike[str], *, root: str | os.PathLike[str] | None = None
) -> tuple[SourceCheck, ...]:
    """Digest the sources of a case again and return what became of each, in order of their paths.

    Args:
        case: the case or its folder.
        root: the folder from which relative paths are taken; the current one by default.

    Raises:
        CaseError: the folder isn't a case.
    """
    opened = case if isinstance(case, Case) else open_case(case)
    return tuple(_checks(opened, Path(root or ".")))


def differing(checks: Sequence[SourceCheck]) -> list[SourceCheck]:
    """Return the sources that aren't known to be unchanged."""
    return [one for one in checks if one.state != STATES[0]]


def _checks(case: Case, root: Path) -> Iterator[SourceCheck]:
    digests: dict[tuple[Path, int], tuple[int, str, str]] = {}
    known = {part.meta["path"]: part.meta for part in case.parts}
    for part in case.parts:
        path, size, digest = part.meta["path"], part.meta["bytes"], part.meta["sha256"]
        file = None if is_url(path) else _file(root, path)
        if is_url(path):  # a server is never asked here, and its rows may be others by now
            yield SourceCheck(path, "not_checked", size, None, digest, "")
        elif file is None:
            yield _of_archive(root, path, known, part.meta, digests)
        elif not digest:
            yield SourceCheck(path, "not_checked", size, None, "", "")
        else:
            yield _compare(path, file, size, digest, digests)


def _compare(
    path: str,
    file: Path,
    size: int,
    digest: str,
    digests: dict[tuple[Path, int], tuple[int, str, str]],
) -> SourceCheck:
    try:
        if (file, size) not in digests:
            digests[file, size] = _digest(file, size)
    except OSError:
        return SourceCheck(path, "unreadable", size, None, digest, "")
    now, begins, whole = digests[file, size]
    state = (
        "unchanged" if whole == digest else "grew" if now > size and begins == digest else "changed"
    )
    return SourceCheck(path, state, size, now, digest, whole)


def _of_archive(
    root: Path,
    path: str,
    known: Mapping[str, Mapping[str, Any]],
    meta: Mapping[str, Any],
    digests: dict[tuple[Path, int], tuple[int, str, str]],
) -> SourceCheck:
    """Check a member by the archive in which it is, a table by its file."""
    size, digest = meta["bytes"], meta["sha256"]
    outer = path.split(_MEMBER, 1)[0] if _MEMBER in path else path.rpartition(_TABLE)[0]
    file = _file(root, outer) if outer else None
    if file is None:
        state = "vanished" if digest and path != "table" else "not_checked"
        return SourceCheck(path, state, size, None, digest, "")
    archive = known.get(outer)
    if archive is None or not archive["sha256"]:
        if _MEMBER in path:
            return SourceCheck(path, "not_checked", size, None, digest, "")
        return _compare(path, file, size, digest, digests)
    whole = _compare(outer, file, archive["bytes"], archive["sha256"], digests)
    return SourceCheck(path, whole.state, size, None, digest, "")


def _file(root: Path, path: str) -> Path | None:
    """Return the file at a path as the case shows it, None if there is none."""
    raw = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), os.fsencode(path))
    for name in (path, os.fsdecode(raw)):
        try:
            if (root / name).is_file():
                return root / name
        except (OSError, ValueError):  # too long, or with a NUL
            continue
    return None


def _digest(file: Path, size: int) -> tuple[int, str, str]:
    """Return a file's length, and the SHA-256 of its first `size` bytes and of the whole."""
    digest, begins, done = hashlib.sha256(), "", 0
    with file.open("rb") as stream:
        while True:
            step = min(_STEP, size - done) if done < size else _STEP
            block = stream.read(step)
            if not block:
                break
            digest.update(block)
            done += len(block)
            if done == size:
                begins = digest.copy().hexdigest()
    return done, begins, digest.hexdigest()
