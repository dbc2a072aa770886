# SPDX-License-Identifier: Apache-2.0
"""Read a source into plain Python values."""

from __future__ import annotations

from piidetect.schema import RowKind
from piidetect.sources import Alert, Options, open_content, open_source
from piidetect.sources.content import content_of_bytes


def rows_of_block(block) -> list[tuple]:
    """Return (number, offset, kind, cells, columns) of each row."""
    rows = []
    for i in range(len(block.row_start)):
        cells = range(int(block.row_cell[i]), int(block.row_cell[i + 1]))
        rows.append(
            (
                block.first_row + i,
                int(block.row_offset[i]),
                RowKind(int(block.row_kind[i])),
                tuple(
                    block.data[block.cell_start[j] : block.cell_stop[j]].tobytes() for j in cells
                ),
                tuple(int(block.cell_column[j]) for j in cells),
            )
        )
    return rows


def read(path, **options) -> tuple:
    """Return (source, rows) of a path or table."""
    source = open_source(path, options=Options(**options))
    rows = []
    for block in source.blocks():
        assert not block.data[-64:].any()
        assert block.cell_stop.size == 0 or block.cell_stop.max() <= block.data.size - 64
        rows += rows_of_block(block)
    return source, rows


def texts(rows) -> list[tuple[str, ...]]:
    """Return the cells of each row as strings."""
    return [tuple(cell.decode("utf-8") for cell in row[3]) for row in rows]


def opened(raw, name="a.sql", block_bytes=1 << 22):
    """Return (tables by the end of their path, alerts on the whole) after reading all rows."""
    tables, alerts = {}, []
    for one in open_content(content_of_bytes(raw, name, name), Options(block_bytes=block_bytes)):
        if isinstance(one, Alert):
            alerts.append(one)
            continue
        rows = []
        for block in one.blocks():
            assert not block.data[-64:].any()
            rows += rows_of_block(block)
        tables[one.path.rpartition("!/")[2]] = (one, rows)
    return tables, alerts
