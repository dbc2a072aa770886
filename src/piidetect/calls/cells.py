# SPDX-License-Identifier: Apache-2.0
"""The cells of one column of a block as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from piidetect.numbers.cell_text import MAX_CODES
from piidetect.schema import RowKind

if TYPE_CHECKING:
    import numpy.typing as npt

    from piidetect.kernels.cells import Block

#: Bytes of a cell at most: what is longer is no number and no time.
LONGEST = 4 * MAX_CODES


def parsed_rows(block: Block) -> npt.NDArray[np.int64]:
    """Return the rows that were split into cells, int64[n]."""
    return np.flatnonzero(block.row_kind == RowKind.PARSED)


def spans(
    block: Block, rows: npt.NDArray[np.int64], column: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return first byte and length of a column's cells in these rows; a row too short has none."""
    cell = block.row_cell[rows] + column
    there = cell < block.row_cell[rows + 1]
    cell = np.where(there, cell, 0)
    start = np.where(there, block.cell_start[cell], 0)
    stop = np.where(there, block.cell_stop[cell], 0)
    return start, np.minimum(stop, start + LONGEST)


def column_texts(block: Block, column: int) -> list[str]:
    """Return the cells of a column, row by row, of the rows that were split."""
    start, stop = spans(block, parsed_rows(block), column)
    raw = block.data.tobytes()
    return [text_of(raw[a:b]) for a, b in zip(start.tolist(), stop.tolist(), strict=True)]


def text_of(cell: bytes) -> str:
    """Return a cell's text; what is no UTF-8 becomes U+FFFD."""
    return cell.decode("utf-8", "replace")
