# SPDX-License-Identifier: Apache-2.0
"""Files that were split into volumes: `a.7z.001`, `a.zip.001`, `a.dd.001`, `a.z01` with `a.zip`.

What a volume is only its name and its neighbours tell, so the name is enough to come here; a file that
is no volume goes to the format of its content. The first volume (of `a.z01` the `.zip`) stands for the
whole; the others are in the ledger with their digests, without rows.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, BinaryIO, cast

from piidetect.sources.archive import ArchiveSource
from piidetect.sources.content import Content, open_file, read_failure, read_head
from piidetect.sources.digesting import digest_content
from piidetect.sources.ledger import Ledger
from piidetect.sources.registry import Match, format_of
from piidetect.sources.registry import open_content as open_any
from piidetect.sources.rowless import Rowless

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from piidetect.kernels.cells import Block
    from piidetect.sources.content import Head
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

_NUMBERED = re.compile(r"(.+)\.(\d{3})")
_ZIP = re.compile(r"(.+)\.[zZ](\d\d)")

#: Formats that are told by the members in them: these have the path of their first volume.
_ARCHIVES = {"zip_archive", "seven_zip", "compressed", "tar_archive", "rar_archive"}


def sniff(head: Head) -> Match:
    """Say whether the name is that of a volume."""
    named = _NUMBERED.fullmatch(head.name) or _ZIP.fullmatch(head.name)
    last = head.suffix == ".zip" and not head.raw.startswith(b"PK")
    return Match.MAGIC if named or last else Match.NO


def open_content(content: Content, head: Head, options: Options) -> Iterator[Opened]:
    """Yield what is in the whole if this is its first volume, nothing but its digest if a later one.

    Raises:
        SourceError: It can't be read.
    """
    volumes = _volumes(content)
    if content.name.lower().endswith(".zip") and zip_volumes(content):
        from piidetect.sources import zip_archive

        yield from zip_archive.open_content(content, head, options)
    elif not volumes:
        _, form = format_of(head, but="volumes")
        yield from form.open_content(content, head, options)
    elif content.path == volumes[0] and not _ZIP.fullmatch(content.name):
        yield from _whole(content, volumes, options)
    else:
        yield VolumeSource(content)


def _volumes(content: Content) -> list[Path]:
    """Return the volumes of which this file is one, in order; none if it isn't a volume."""
    path = content.path
    if path is None or path.name != content.name:  # a member of an archive has no neighbours
        return []
    if _ZIP.fullmatch(content.name):
        last = [path.with_suffix(ending) for ending in (".zip", ".ZIP")]
        return [path] if any(one.is_file() for one in last) else []
    found: list[Path] = []
    while True:
        volume = path.with_suffix(f".{len(found) + 1:03d}")
        if not volume.is_file():
            break
        found.append(volume)
    sizes = [volume.stat().st_size for volume in found]
    alike = len(found) > 1 and len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0]
    return found if alike and path in found else []


def _whole(content: Content, volumes: list[Path], options: Options) -> Iterator[Opened]:
    """Yield what is in all volumes together."""
    whole = joined(volumes, content.locator, content.path.stem if content.path else content.name)
    name, _ = format_of(read_head(whole))
    if name not in _ARCHIVES:
        yield VolumeSource(content)
        whole = replace(whole, locator=f"{content.locator}!/{whole.name}")
    for one in open_any(whole, options):
        if isinstance(one, ArchiveSource) and one.path == content.locator:
            one.content = content  # its digest is that of the file
            one.dialect = {**one.dialect, "volumes": str(len(volumes))}
        yield one


def joined(volumes: list[Path], locator: str, name: str) -> Content:
    """Return files one after the other as content.

    Raises:
        SourceError: One can't be opened.
    """
    begins = begins_of(volumes)
    return Content(locator, name, begins[-1], partial(_open, volumes, begins))


def begins_of(volumes: list[Path]) -> list[int]:
    """Return where each file begins in all of them together, and where the last one ends."""
    return [0, *accumulate(volume.stat().st_size for volume in volumes)]


def zip_volumes(content: Content) -> list[Path]:
    """Return the volumes of a split ZIP archive whose last one this is; none if it isn't split."""
    path = content.path
    if path is None or path.name != content.name:
        return []
    found: list[Path] = []
    while True:
        names = [path.with_suffix(f".{letter}{len(found) + 1:02d}") for letter in "zZ"]
        here = [one for one in names if one.is_file()]
        if not here:
            return [*found, path] if found else []
        found.append(here[0])


def _open(volumes: list[Path], begins: list[int]) -> BinaryIO:
    return cast("BinaryIO", Joined(volumes, begins))


class Joined(io.RawIOBase):
    """Files one after the other as one stream; one of them is open at a time."""

    def __init__(self, paths: list[Path], begins: list[int]) -> None:
        super().__init__()
        self._paths, self._begins = paths, begins
        self._place, self._number = 0, -1
        self._file: io.FileIO | None = None

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return the place in the whole."""
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move about in the whole."""
        base = (0, self._place, self._begins[-1])[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, room: memoryview | bytearray) -> int:  # type: ignore[override]
        """Fill `room` from as many volumes as it takes.

        Raises:
            SourceError: It can't be read.
        """
        view, count = memoryview(room), 0
        while count < len(view) and self._place < self._begins[-1]:
            number = bisect_right(self._begins, self._place) - 1
            if number != self._number:
                self._release()
                self._file, self._number = open_file(self._paths[number]), number
            left = self._begins[number + 1] - self._place
            try:
                file = cast("io.FileIO", self._file)
                file.seek(self._place - self._begins[number])
                got = file.readinto(view[count : count + left]) or 0
            except OSError as error:
                raise read_failure(error) from error
            if not got:  # it became shorter
                break
            self._place += got
            count += got
        return count

    def _release(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._number = None, -1

    def close(self) -> None:
        """Close what is open."""
        self._release()
        super().close()


@dataclass(slots=True)
class VolumeSource(Rowless):
    """A volume as a source of its own without rows, so that its digest stands in the ledger."""

    format: str = "volume"

    def blocks(self) -> Iterator[Block]:
        """Digest the volume; there are no rows."""
        self.ledger = Ledger()
        digest_content(self.content, self.ledger)
        return iter(())
