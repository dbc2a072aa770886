# SPDX-License-Identifier: Apache-2.0
"""Parts of a source read as one stream."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from piidetect.sources.content import read_failure

if TYPE_CHECKING:
    from typing import BinaryIO


class Extents(io.RawIOBase):
    """The bytes of `file` between `start[i]` and `stop[i]` (int64, ascending), one after the other."""

    def __init__(self, file: BinaryIO, start: np.ndarray, stop: np.ndarray) -> None:
        super().__init__()
        self._file = file
        self._start, self._stop = start, stop
        self._begin = np.concatenate(([0], np.cumsum(stop - start)))
        self._at = 0
        self._place = -1  # of the file

    @property
    def bytes(self) -> int:
        """Return how many bytes there are."""
        return int(self._begin[-1])

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, room: memoryview | bytearray) -> int:  # type: ignore[override]
        """Fill `room` from as many extents as it takes.

        Raises:
            SourceError: It can't be read.
        """
        view, count = memoryview(room), 0
        while count < len(view) and self._at < self.bytes:
            number = int(np.searchsorted(self._begin, self._at, "right")) - 1
            left = int(self._begin[number + 1]) - self._at
            place = int(self._stop[number]) - left
            try:
                if place != self._place:
                    self._file.seek(place)
                got: int = self._file.readinto(view[count : count + left])  # type: ignore[attr-defined]
            except OSError as error:
                raise read_failure(error) from error
            if not got:
                break
            self._place = place + got
            self._at += got
            count += got
        return count

    def offsets(self, places: np.ndarray) -> np.ndarray:
        """Return where places of the stream (int64) lie in the file."""
        last = self._start.size - 1
        number = np.minimum(np.searchsorted(self._begin, places, "right") - 1, last)
        offsets: np.ndarray = places - self._begin[number] + self._start[number]
        return offsets
