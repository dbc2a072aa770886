# SPDX-License-Identifier: Apache-2.0
"""Lines of text with their places in the source, and small sources as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from piidetect.errors import SourceError
from piidetect.kernels.split import cut_place
from piidetect.sources import samples
from piidetect.sources.content import read_failure
from piidetect.sources.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options

#: A longer line is cut.
LINE_BYTES = 1 << 20

#: Formats that are parsed in memory take no more than this.
MOST_BYTES = 1 << 28


def lines_of(feed: Feed) -> Iterator[tuple[int, str]]:
    """Yield (byte offset, text) of each line that isn't blank, without its end."""
    while True:
        piece = feed.read()
        text, begin = piece.data[: piece.size].tobytes(), 0
        found: list[tuple[int, str]] = []
        while begin < len(text):
            stop = text.find(b"\n", begin)
            if stop < 0 and not piece.final and len(text) - begin < LINE_BYTES:
                break
            after = len(text) if stop < 0 else stop + 1
            if after - begin > LINE_BYTES:
                after = int(cut_place(piece.data, begin + LINE_BYTES))
            line = text[begin:after].decode("utf-8", "replace").rstrip("\r\n")
            if line.strip():
                found.append((begin, line))
            begin = after
        offsets = piece.offsets(np.array([at for at, _ in found], np.int64))
        yield from zip(map(int, offsets), (line for _, line in found), strict=True)
        if piece.final:
            return
        feed.keep(piece, begin)


def lines_of_content(
    content: Content, head: Head, options: Options, ledger: Ledger
) -> Iterator[tuple[int, str]]:
    """Yield the lines of a content and digest it."""
    encoding, bom, decided = head.encoding
    with content.open() as file:
        feed = Feed(file, encoding, decided, options.block_bytes, ledger, exact=True)
        feed.skip(bom)
        yield from lines_of(feed)


def whole_text(content: Content, head: Head) -> str:
    """Return the text of a small content.

    Raises:
        SourceError: It can't be read or is too large.
    """
    encoding, bom, _ = head.encoding
    return samples.decode(whole_bytes(content)[bom:], encoding, final=True)[0].decode(
        "utf-8", "replace"
    )


def whole_bytes(content: Content) -> bytes:
    """Return the bytes of a small content.

    Raises:
        SourceError: It can't be read or is too large.
    """
    if content.bytes > MOST_BYTES:
        message = f"a file of this format is read up to {MOST_BYTES >> 20} MiB; convert it first"
        raise SourceError(message)
    with content.open() as file:
        try:
            return samples.read_at(file, 0, content.bytes)
        except OSError as error:
            raise read_failure(error) from error
