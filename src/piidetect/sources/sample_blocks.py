# SPDX-License-Identifier: Apache-2.0
"""Samples of a table as one block: rows from several places, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from piidetect.kernels.cells import PADDING, Block
from piidetect.schema import RowKind

if TYPE_CHECKING:
    from piidetect.kernels.split import Rows
    from piidetect.kernels.sql_rows import SqlRows

#: Rows that each of the samples gives at most.
_SAMPLE_ROWS = 700


def regular(data: np.ndarray, rows: Rows | SqlRows) -> Block:
    """Return up to _SAMPLE_ROWS parsed rows of a sample, spread evenly, as a block."""
    parsed = np.flatnonzero(rows.row_kind == RowKind.PARSED)
    if parsed.size > _SAMPLE_ROWS:
        parsed = parsed[np.arange(_SAMPLE_ROWS) * parsed.size // _SAMPLE_ROWS]
    first, last = rows.row_cell[parsed], rows.row_cell[parsed + 1]
    width = int(last[0] - first[0]) if parsed.size else 0
    cells = (first[:, None] + np.arange(width)).ravel()
    return Block(
        data,
        rows.cell_start[cells],
        rows.cell_stop[cells],
        rows.cell_column[cells],
        np.arange(parsed.size + 1, dtype=np.int64) * width,
        rows.row_start[parsed],
        rows.row_start[parsed],
        rows.row_kind[parsed],
        0,
    )


def joined(blocks: list[Block]) -> Block:
    """Return the blocks, whose data have no padding, as one."""
    begins = np.cumsum([0, *(block.data.size for block in blocks)])
    cells = np.cumsum([0, *(block.cell_start.size for block in blocks)])
    pairs = list(zip(blocks, begins, strict=False))
    start = np.concatenate([block.row_start + begin for block, begin in pairs])
    return Block(
        np.concatenate([*(block.data for block in blocks), np.zeros(PADDING, np.uint8)]),
        np.concatenate([block.cell_start + begin for block, begin in pairs]),
        np.concatenate([block.cell_stop + begin for block, begin in pairs]),
        np.concatenate([block.cell_column for block in blocks]),
        np.concatenate(
            [[0], *(block.row_cell[1:] + n for block, n in zip(blocks, cells, strict=False))]
        ).astype(np.int64),
        start,
        np.arange(start.size, dtype=np.int64),
        np.concatenate([block.row_kind for block in blocks]),
        0,
    )
