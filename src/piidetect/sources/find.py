# SPDX-License-Identifier: Apache-2.0
"""Find the files behind the paths that were given."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from piidetect.sources.alerts import Alert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A regular file to be read: `locator` as shown, `path` to open, `bytes` when it was found."""

    locator: str
    path: Path
    bytes: int


def locator(path: str | os.PathLike[str]) -> str:
    """Return how a path is shown: as given, bytes that are no UTF-8 as backslash escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


#: What tells a case folder from a folder of sources.
_CASE_NAMES = {"case.json", "parts"}


def find(
    paths: Iterable[str | os.PathLike[str]],
    alerts: list[Alert],
    *,
    exclude: Iterable[str | os.PathLike[str]] = (),
) -> list[Source]:
    """Return the regular files at `paths`, those in directories too, sorted by locator.

    A path that is given may be a symbolic link; links inside a directory, FIFOs, sockets and
    devices are not read. Each thing left out adds an alert. A file reached twice is read once.
    Nothing below `exclude` is read, nor a case folder that an earlier scan wrote.
    """
    left_out = {os.path.realpath(path) for path in exclude}
    found: dict[str, Source] = {}
    for path in sorted(Path(path) for path in paths):
        for source in _walk(path, alerts, left_out, given=True):
            real = os.path.realpath(source.path)
            if real not in found or source < found[real]:
                found[real] = source
    return sorted(found.values())


def _walk(path: Path, alerts: list[Alert], left_out: set[str], *, given: bool) -> Iterator[Source]:
    """Yield the files at `path` in the order of their names."""
    shown = locator(path)
    if os.path.realpath(path) in left_out:
        return
    try:
        status = path.stat() if given else path.lstat()
        if stat.S_ISREG(status.st_mode):
            yield Source(shown, path, status.st_size)
            return
        names = sorted(os.listdir(path)) if stat.S_ISDIR(status.st_mode) else None  # noqa: PTH208
    except FileNotFoundError:
        alerts.append(Alert(shown, "not_found", "there is no such file or directory"))
        return
    except PermissionError:
        alerts.append(Alert(shown, "no_permission", "no permission to read it"))
        return
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path can't be used"
        alerts.append(Alert(shown, "read_error", f"it can't be read: {reason}"))
        return
    if names is None:
        alerts.append(_not_regular(shown, status.st_mode))
        return
    if set(names) >= _CASE_NAMES:
        alerts.append(Alert(shown, "case_skipped", "a case folder of piidetect is no source"))
        return
    for name in names:
        yield from _walk(path / name, alerts, left_out, given=False)


def _not_regular(shown: str, mode: int) -> Alert:
    """Return the alert for what is neither a file nor a directory."""
    if stat.S_ISLNK(mode):
        message = "a symbolic link inside a directory is not followed; give its target as a path"
        return Alert(shown, "symlink_skipped", message)
    return Alert(shown, "special_file_skipped", "a FIFO, socket or device is not read")
