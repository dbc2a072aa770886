# SPDX-License-Identifier: Apache-2.0
"""Tables of Arrow record batches, and tables of pandas, polars or pyarrow in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from piidetect.errors import ArgumentError
from piidetect.kernels.cells import PADDING, Block, block_from_columns, cells_from_arrow
from piidetect.schema import RowKind
from piidetect.sources.alerts import Alert
from piidetect.sources.digesting import digest_content
from piidetect.sources.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from piidetect.sources.content import Content

#: Rows of a block: fewer in wide tables, so that blocks stay small.
_BLOCK_CELLS = 1 << 18

_SAMPLE_ROWS = 700


@dataclass(slots=True)
class TableSource:
    """A table of Arrow record batches; see `piidetect.sources.OpenSource`.

    `batches` gives the record batches anew each time. The offset of a row is its number. The
    digest is that of the file's bytes, or, for a table in memory, of its column names and cells.
    """

    path: str
    format: str
    header: list[str] | None
    n_columns: int
    rows: int
    batches: Callable[[int], Iterator[pa.RecordBatch]]
    slices: Callable[[int, int], pa.Table]
    content: Content | None = None
    encoding: str = ""
    dialect: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    alerts: list[Alert] = field(default_factory=list)

    def sample(self) -> Block:
        """Return up to 2,100 rows from head, middle and tail as one block."""
        if self.rows <= 3 * _SAMPLE_ROWS:
            return _block(self.slices(0, self.rows), 0)
        starts = (0, (self.rows - _SAMPLE_ROWS) // 2, self.rows - _SAMPLE_ROWS)
        import pyarrow as pa

        parts = [self.slices(start, _SAMPLE_ROWS) for start in starts]
        return _block(pa.concat_tables(parts), 0)

    def blocks(self) -> Iterator[Block]:
        """Yield the rows; `ledger` and `alerts` are filled meanwhile.

        Raises:
            SourceError: The file can't be read any more.
        """
        import pyarrow as pa

        self.ledger, self.alerts = Ledger(), []
        ledger = self.ledger
        digest = hashlib.sha256("\x1f".join(self.header or []).encode("utf-8", "surrogatepass"))
        if self.content is not None:
            digest_content(self.content, ledger)
        try:
            for batch in self.batches(max(1, _BLOCK_CELLS // max(1, self.n_columns))):
                block = _block(batch, ledger.rows)
                if self.content is None:
                    text = block.data[: block.data.size - PADDING]
                    digest.update(text.data)
                    ledger.bytes += text.size
                ledger.rows += batch.num_rows
                ledger.rows_blank += int(np.count_nonzero(block.row_kind == RowKind.BLANK))
                if batch.num_rows:
                    yield block
        except (pa.ArrowException, OSError) as error:
            ledger.status, ledger.reason = "partial", f"reading stopped: {first_line(error)}"
            self.alerts.append(Alert(self.path, "read_error", ledger.reason, ledger.rows))
        if self.content is None:
            ledger.sha256 = digest.hexdigest()
        if not ledger.rows:
            self.alerts.append(Alert(self.path, "empty", "the table has no rows"))


def _block(batch: pa.RecordBatch | pa.Table, first_row: int) -> Block:
    """Return the rows of a batch as a block; a batch without columns has none."""
    columns = [cells_from_arrow(batch.column(i)) for i in range(batch.num_columns)]
    return block_from_columns(columns, first_row)


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says."""
    return (str(error).splitlines() or ["unknown error"])[0][:200]


def open_table(table: Any, shown: str = "table") -> TableSource:
    """Open a pandas, polars or pyarrow table, or anything with `__arrow_c_stream__`.

    Raises:
        ArgumentError: It is no table.
    """
    return of_arrow(_as_arrow(table), shown, "table")


def _as_arrow(table: Any) -> pa.Table:
    """Return any table as an Arrow table, without a copy where its library can do so."""
    import pyarrow as pa

    if isinstance(table, pa.Table):
        return table
    if isinstance(table, pa.RecordBatch):
        return pa.Table.from_batches([table])
    if isinstance(table, pa.RecordBatchReader):
        return table.read_all()
    if not hasattr(table, "__arrow_c_stream__"):
        message = f"{type(table).__name__!r} is no table; give a path, or a pandas, polars or pyarrow table"
        raise ArgumentError(message)
    try:
        return pa.RecordBatchReader.from_stream(table).read_all()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # pandas columns of mixed types: each value goes by its text
        names = [str(name) for name in table.columns]
        columns = [_texts(table.iloc[:, i]) for i in range(len(names))]
        return pa.Table.from_arrays(columns, names=names)


def _texts(column: Any) -> pa.Array:
    """Return a pandas column as strings."""
    import pyarrow as pa

    missing = column.isna()
    texts = [None if gone else str(value) for value, gone in zip(column, missing, strict=True)]
    return pa.array(texts, pa.large_string())


def of_arrow(table: pa.Table, shown: str, kind: str, content: Content | None = None) -> TableSource:
    """Wrap an Arrow table."""
    return TableSource(
        path=shown,
        format=kind,
        header=[str(name) for name in table.column_names],
        n_columns=table.num_columns,
        rows=table.num_rows,
        batches=lambda rows: iter(table.to_batches(max_chunksize=rows)),
        slices=table.slice,
        content=content,
    )
