# SPDX-License-Identifier: Apache-2.0
"""Read a file once: digest, decode and hand out its text piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.kernels import transcode, utf16
from piidetect.kernels.cells import PADDING
from piidetect.sources.digests import Digester
from piidetect.sources.samples import fewest_errors, read_at, transcode_into

if TYPE_CHECKING:
    from typing import BinaryIO

    from piidetect.sources.ledger import Ledger

#: Bytes from the first one that isn't ASCII by which an open choice of encoding is made.
_WINDOW = 1 << 18

#: Bytes of the longest UTF-8 sequence.
_LONGEST = 4


class Piece(NamedTuple):
    """Text to be indexed: `data` uint8[size + PADDING or more], its first `size` bytes, zeros after.

    `text_at`, `source_at` int64[M] are places in `data` and in the source that correspond; `wide` says
    that the source is UTF-16, whose bytes between them are counted.
    """

    data: np.ndarray
    size: int
    text_at: np.ndarray
    source_at: np.ndarray
    final: bool
    wide: bool = False

    def offsets(self, places: np.ndarray) -> np.ndarray:
        """Return the offsets in the source of `places` in `data` (int64, ascending)."""
        if self.wide:
            found = np.empty(places.size, np.int64)
            utf16.wide_offsets(self.data, self.text_at, self.source_at, places, found)
            return found
        if self.text_at.size == 1:
            shifted: np.ndarray = places + (self.source_at[0] - self.text_at[0])
            return shifted
        nearest = np.searchsorted(self.text_at, places, "right") - 1
        offsets: np.ndarray = self.source_at[nearest] + (places - self.text_at[nearest])
        return offsets


@dataclass(slots=True)
class Feed:
    """Reads `file` in steps of `step` bytes and decodes them; keeps `ledger` up to date."""

    file: BinaryIO
    encoding: str
    decided: bool
    step: int
    ledger: Ledger
    exact: bool = False  # whether statements on one line must be found again, too
    digesting: bool = True
    passing: bool = False  # whether a piece isn't used any more when the next one is read
    _digest: Digester = field(default_factory=Digester)
    _left: bytes = b""  # of a sequence that the last step cut
    _rooms: list[np.ndarray] = field(default_factory=lambda: [np.empty(0, np.uint8)] * 2)
    _carry: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))
    _text_at: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    _source_at: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    def skip(self, count: int) -> None:
        """Read and digest the file's first `count` bytes (its byte order mark)."""
        raw = self.file.read(count) or b""
        self._digest.update(raw)
        self.ledger.bytes += len(raw)

    def keep(self, piece: Piece, position: int) -> None:
        """Begin the next piece with what is left of `piece` from `position` on."""
        self._carry = piece.data[position : piece.size].copy()
        first = max(0, int(np.searchsorted(piece.text_at, position, "right")) - 1)
        self._text_at = piece.text_at[first:] - position
        self._source_at = piece.source_at[first:]
        if piece.wide:
            self._source_at = self._source_at.copy()
            self._text_at[0], self._source_at[0] = 0, piece.offsets(np.array([position]))[0]

    def read(self) -> Piece:
        """Read, digest and decode the next step of the file.

        After a piece that is `final` the ledger has the digest of the file.
        """
        carry, left = self._carry.size, len(self._left)
        begin = carry + left
        data = self._space(0, begin + self.step + PADDING)
        data[:carry] = self._carry
        data[carry:begin] = np.frombuffer(self._left, np.uint8)
        origin = self.ledger.bytes - left
        count = self.fill(data.data[begin : begin + self.step])
        final = count < self.step
        size = begin + count
        data[size : size + PADDING] = 0
        piece = self._decode(data, carry, size, origin, final=final)
        if final:
            self.finish()
        return piece

    def _space(self, number: int, size: int) -> np.ndarray:
        """Return room for a piece; fresh pages cost as much as reading, so it's kept if it may be."""
        if not self.passing:
            return np.empty(size, np.uint8)
        if self._rooms[number].size < size:
            self._rooms[number] = np.empty(size + (size >> 3), np.uint8)
        return self._rooms[number]

    def finish(self) -> None:
        """Enter the digest of what was read."""
        if self.digesting:
            self._digest.enter(self.ledger)

    def fill(self, room: memoryview) -> int:
        """Fill `room` from the file and digest it; return the bytes read, fewer only at the end."""
        count = 0
        while count < len(room):
            try:
                got = self.file.readinto(room[count:])  # type: ignore[attr-defined]
            except OSError as error:
                self.ledger.status = "partial"
                self.ledger.reason = f"reading stopped: {error.strerror or 'input/output error'}"
                break
            if not got:
                break
            count += got
        if self.digesting:
            self._digest.update(room[:count])
        self.ledger.bytes += count
        return count

    def _decode(
        self, data: np.ndarray, carry: int, size: int, origin: int, *, final: bool
    ) -> Piece:
        """Decode `data[carry:size]`, which starts at `origin` in the file."""
        if not self.decided:
            self._decide(data[carry:size], origin)
        if self.encoding.startswith("utf-8"):
            end, nuls = transcode.check_utf8(data, carry, size)
            cut = not final and size - end < _LONGEST and transcode.sequence(data, end, size) == 0
            if end == size or cut:
                self.ledger.nul_bytes += nuls
                self._left = data[end:size].tobytes()
                data[end:size] = 0
                places = np.array([carry]), np.array([origin])
                return self._piece(data, end, *places, final=final)
        into = self._space(1, carry + 3 * (size - carry) + 2 * PADDING)
        into[:carry] = data[:carry]
        marks = transcode.new_marks(size - carry + 2, exact=self.exact)
        used, written = transcode_into(
            data, carry, size, into[carry:], marks, self.encoding, final=final
        )
        self._left = data[used:size].tobytes()
        end = carry + written
        into[end : end + PADDING] = 0
        lines, errors, nuls, _ = (int(count) for count in marks.tally)
        self.ledger.nul_bytes += nuls
        self._note_errors(marks.bad[:errors] + (origin - carry), errors)
        text_at = np.concatenate(([0], marks.target[:lines])) + carry
        source_at = np.concatenate(([carry], marks.source[:lines])) + (origin - carry)
        return self._piece(into, end, text_at, source_at, final=final)

    def _piece(
        self,
        data: np.ndarray,
        size: int,
        text_at: np.ndarray,
        source_at: np.ndarray,
        *,
        final: bool,
    ) -> Piece:
        """Return the piece, the places of what it was begun with put before its own."""
        return Piece(
            data,
            size,
            np.concatenate((self._text_at, text_at)),
            np.concatenate((self._source_at, source_at)),
            final,
            self.encoding.startswith("utf-16"),
        )

    def _note_errors(self, places: np.ndarray, errors: int) -> None:
        """Count the undecodable bytes and keep the first places."""
        kept = self.ledger.undecodable_offsets
        kept.extend(int(place) for place in places[: transcode.PLACES - len(kept)])
        self.ledger.undecodable += errors

    def _decide(self, raw: np.ndarray, origin: int) -> None:
        """Choose the encoding by the first bytes that aren't ASCII, if there are any in `raw`.

        The window starts at the first of them, wherever the steps begin.
        """
        if raw.size == 0 or int(raw.max()) < 0x80:  # noqa: PLR2004
            return
        start = origin + int(np.argmax(raw >= 0x80))  # noqa: PLR2004
        here = self.file.tell()
        window = read_at(self.file, start, _WINDOW)
        self.file.seek(here)
        last = len(window) < _WINDOW
        self.encoding = fewest_errors([(window, last)])
        self.decided = True
