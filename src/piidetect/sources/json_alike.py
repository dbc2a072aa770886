# SPDX-License-Identifier: Apache-2.0
"""JSON objects that are written alike, taken by templates; see `kernels.json_rows`.

A template is learnt from an object that the parser has read. Its values go to the columns that the
parser's paths have; an object whose paths aren't columns, come twice, or stand in another order than
the columns makes no template, and its like are left to the parser.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from piidetect.kernels.cells import PADDING, Block
from piidetect.schema import RowKind
from piidetect.sources.records import distinct_keys, flatten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from piidetect.kernels.json_rows import ObjectRows, Templates
    from piidetect.sources.feed import Piece

#: Templates at most, and bytes of one; objects of so many bytes are left to the parser.
_MOST, _LONGEST = 16, 1 << 14
_OBJECT_BYTES = 1 << 23

_TOKEN = re.compile(
    r'("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity)', re.DOTALL
)
_DECODER = json.JSONDecoder(
    object_pairs_hook=distinct_keys, parse_float=str, parse_int=str, strict=False
)


@dataclass(slots=True)
class Alike:
    """The templates that were learnt; `places` are the columns by their paths."""

    places: Mapping[str, int]
    _learnt: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    _templates: Templates | None = None
    _shortest: int = 1
    _room: ObjectRows | None = None

    def learn(self, text: str) -> None:
        """Learn the template of the object that `text` is."""
        if len(self._learnt) >= _MOST or text[:1] != "{" or len(text) > _LONGEST:
            return
        pieces, marked = _pieces(text)
        if tuple(pieces) in self._learnt or len(pieces) == 1:
            return
        try:
            flat = flatten(_DECODER.decode(marked))
        except (ValueError, RecursionError):
            return
        columns = [self.places.get(path, -1) for path in flat]
        rising = all(a < b for a, b in pairwise(columns))
        in_order = list(flat.values()) == [str(number) for number in range(len(pieces) - 1)]
        if not in_order or columns[0] < 0 or not rising:
            return
        self._learnt[tuple(pieces)] = columns
        self._templates = self._laid_out()

    def _laid_out(self) -> Templates:
        """Return the templates for the kernel."""
        from piidetect.kernels.json_rows import Templates

        pieces = [one.encode("utf-8", "surrogatepass") for many in self._learnt for one in many]
        self._shortest = min(sum(map(len, many)) + len(many) for many in self._learnt)
        return Templates(
            np.frombuffer(bytearray(b"".join(pieces)), np.uint8),
            np.cumsum([0, *map(len, pieces)]).astype(np.int64),
            np.cumsum([0, *map(len, self._learnt)]).astype(np.int64),
            np.array([at for columns in self._learnt.values() for at in (*columns, -1)], np.int64),
        )

    def take(self, piece: Piece, place: int) -> tuple[list[Block], int]:
        """Return the objects from `place` on, as far as they fit, and where they end."""
        from piidetect.kernels.json_rows import index_objects, room_for

        if self._templates is None:
            return [], place
        width = len(self.places)
        rows = (piece.size - place) // self._shortest + 1
        if self._room is None or self._room.row_start.size < rows:
            self._room = room_for(rows, width)
        after, count = index_objects(
            piece.data, place, piece.size, self._templates, _OBJECT_BYTES, self._room
        )
        if not count:
            return [], place
        return [_block(piece, self._room, int(count), int(after), width)], int(after)


def _pieces(text: str) -> tuple[list[str], str]:
    """Return the text between an object's values, and the object with numbers in their place."""
    pieces: list[str] = []
    marked: list[str] = []
    at = 0
    for found in _TOKEN.finditer(text):
        if found[2] is not None:
            continue
        between = text[at : found.start()]
        marked += [between, str(len(pieces))]
        pieces.append(between)
        at = found.end()
    return [*pieces, text[at:]], "".join([*marked, text[at:]])


def _block(piece: Piece, rows: ObjectRows, count: int, stop: int, width: int) -> Block:
    """Return the block of the rows that were indexed."""
    start = rows.row_start[:count]
    base, cells = int(start[0]), count * width
    data = np.zeros(stop - base + PADDING, np.uint8)
    data[: stop - base] = piece.data[base:stop]
    cell_start, cell_stop = rows.cell_start[:cells] - base, rows.cell_stop[:cells] - base
    kind = np.full(count, RowKind.PARSED, np.uint8)
    filled = (cell_stop > cell_start).reshape(count, width).any(axis=1)
    kind[~filled] = RowKind.BLANK
    return Block(
        data,
        cell_start,
        cell_stop,
        np.tile(np.arange(width, dtype=np.uint16), count),
        np.arange(count + 1, dtype=np.int64) * width,
        start - base,
        piece.offsets(start),
        kind,
        0,
    )


def put_together(parts: list[Block]) -> Block:
    """Return blocks as one."""
    from piidetect.sources.sample_blocks import joined

    if len(parts) == 1:
        return parts[0]
    cut = [one._replace(data=one.data[: one.data.size - PADDING]) for one in parts]
    offsets = np.concatenate([one.row_offset for one in parts])
    return joined(cut)._replace(row_offset=offsets)
