# SPDX-License-Identifier: Apache-2.0
"""Raw bytes as the last resort: what no format reads is carved for text, wherever it stands.

Deleted rows in database pages, memory and disk images, documents in old formats: a piece of text that
holds five digits or an @ becomes a row of text, with its byte offset. `kernels.carve` says what a piece
is. Its structure isn't known, so such a source is never `complete`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from piidetect.kernels.cells import PADDING, Block
from piidetect.schema import TEXT_COLUMN, RowKind
from piidetect.sources import samples
from piidetect.sources.alerts import Alert
from piidetect.sources.feed import Feed
from piidetect.sources.ledger import Ledger
from piidetect.sources.registry import Match
from piidetect.sources.rowless import Rowless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.kernels.carve import Pieces
    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options

#: Pieces of a block.
_PIECES = 1 << 15


def sniff(_head: Head) -> Match:
    """Say no: it reads what no other format does."""
    return Match.NO


def open_content(content: Content, _head: Head, options: Options) -> list[CarvedSource]:
    """Return the pieces of text in bytes of which no format is known.

    Raises:
        SourceError: They can't be read.
    """
    pieces = samples.samples_of(content)
    reason = samples.binary(pieces, "") or "binary data of an unknown format"
    return [CarvedSource(content, options=options, why=f"unsupported format: {reason}")]


@dataclass(slots=True)
class CarvedSource(Rowless):
    """Pieces of text in a content; `why` says why nothing else could be done with it."""

    format: str = "carved"
    n_columns: int = 1
    options: Options = field(kw_only=True)
    why: str = field(kw_only=True)

    def blocks(self) -> Iterator[Block]:
        """Yield the pieces; `ledger` and `alerts` are filled meanwhile.

        Raises:
            SourceError: The content can't be opened any more.
        """
        from piidetect.kernels import carve, transcode

        self.ledger, self.alerts = Ledger(), []
        step, final = self.options.block_bytes, False
        tables, found = transcode.gb18030_tables(), carve.new_pieces(_PIECES, 2 * step)
        common = carve.common_characters()
        with self.content.open() as file:
            feed = Feed(file, "", True, step, self.ledger, digesting=self.options.digest)
            carry = np.zeros(0, np.uint8)
            position = floor = 0
            while not final:
                data = np.empty(carry.size + step + PADDING, np.uint8)
                data[: carry.size] = carry
                got = feed.fill(data.data[carry.size : carry.size + step])
                size, final = carry.size + got, got < step
                data[size:] = 0
                origin = self.ledger.bytes - size
                while position < (size if final else size - carve.REACH):
                    position, floor, count, used = carve.carve(
                        data, position, floor, size, final, tables, common, found
                    )
                    if count:
                        yield self._block(found, count, used, origin)
                keep = max(floor, position - carve.LOOK_BACK, 0)
                carry = data[keep:size].copy()
                position, floor = position - keep, floor - keep
            feed.finish()
        self._close()

    def _block(self, found: Pieces, count: int, used: int, origin: int) -> Block:
        """Return the pieces as rows of text and enter them in the ledger."""
        text = np.zeros(used + PADDING, np.uint8)
        text[:used] = found.text[:used]
        first = self.ledger.rows
        self.ledger.rows += count
        self.ledger.rows_unparsed += count
        start = found.start[:count].copy()
        return Block(
            data=text,
            cell_start=start,
            cell_stop=found.stop[:count].copy(),
            cell_column=np.full(count, TEXT_COLUMN, np.uint16),
            row_cell=np.arange(count + 1, dtype=np.int64),
            row_start=start,
            row_offset=found.offset[:count] + origin,
            row_kind=np.full(count, RowKind.TEXT, np.uint8),
            first_row=first,
        )

    def _close(self) -> None:
        """Compare the ledger with the content and say what was done."""
        ledger, size = self.ledger, self.content.bytes
        if ledger.status == "partial":
            self.alerts.append(Alert(self.path, "read_error", ledger.reason, None, ledger.bytes))
        elif ledger.bytes < size:
            message = f"the file was {size} bytes long and ended at {ledger.bytes}"
            self.alerts.append(Alert(self.path, "truncated", message, None, ledger.bytes))
        elif ledger.bytes > size:
            message = f"the file grew from {size} to {ledger.bytes} bytes while it was read"
            self.alerts.append(Alert(self.path, "grew", message, None, size))
        if ledger.rows:
            ledger.status = "partial"
            message = f"{self.why}; {ledger.rows} pieces of text were carved from its bytes"
            self.alerts.append(Alert(self.path, "carved", message))
        else:
            ledger.status = "skipped"
            message = f"{self.why}; its bytes hold no text with numbers"
            self.alerts.append(Alert(self.path, "nothing_carved", message))
        ledger.reason = message
