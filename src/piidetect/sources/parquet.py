# SPDX-License-Identifier: Apache-2.0
"""Parquet files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.registry import Match
from piidetect.sources.table import TableSource, first_line

if TYPE_CHECKING:
    import pyarrow as pa

    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options


def sniff(head: Head) -> Match:
    """Say whether the magic number is Parquet's."""
    return Match.MAGIC if head.raw.startswith(b"PAR1") else Match.NO


def open_content(content: Content, _head: Head, _options: Options) -> list[TableSource]:
    """Open a Parquet file; its row groups are read one by one.

    Raises:
        SourceError: It can't be read.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        place = content.open() if content.path is None else os.fspath(content.path)
        file = parquet.ParquetFile(place)
    except (pa.ArrowException, OSError) as error:
        message = f"the Parquet file can't be read: {first_line(error)}"
        raise SourceError(message) from error

    def slices(start: int, count: int) -> pa.Table:
        return _row_groups(file, start, count)

    source = TableSource(
        path=content.locator,
        format="parquet",
        header=list(file.schema_arrow.names),
        n_columns=len(file.schema_arrow.names),
        rows=file.metadata.num_rows,
        batches=lambda rows: file.iter_batches(batch_size=rows),
        slices=slices,
        content=content,
    )
    return [source]


def _row_groups(file: Any, start: int, count: int) -> pa.Table:
    """Return rows of a Parquet file, read from the row group where they start (and no other)."""
    begin = 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if start < begin + rows:
            return file.read_row_group(group).slice(start - begin, count)
        begin += rows
    return file.schema_arrow.empty_table()
