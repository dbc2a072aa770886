# SPDX-License-Identifier: Apache-2.0
"""Writes one part of a case: the records and findings of a source, whole or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from piidetect import case_folder as layout
from piidetect.arrow_arrays import as_numpy
from piidetect.case.parquet_file import ParquetFile
from piidetect.errors import CaseError, SchemaError
from piidetect.schema import schemas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from piidetect.case.writer import CaseWriter

#: Rows of a row group: what waits to be written stays small, and what is read again stays in cache.
GROUP_ROWS = 1 << 17
#: Most rows of a batch; a larger one is cut.
_MOST_ROWS = 1 << 18


@dataclass(frozen=True)
class PartMeta:
    """What ``part.json`` says of a source.

    ``columns`` are mappings with position, header, entity, whose, evidence, kind (and
    ``share_valid`` where known); ``alerts`` with source, code, message, row, byte_offset;
    ``exemplars`` with column, entity, verdict, text (masked), row; ``ledger`` and ``dialect`` are
    free; ``checks`` holds sequences and agreements by column. ``status`` is complete, partial or skipped; ``rows`` are physical data rows incl. blank.
    """

    path: str
    format: str = ""
    encoding: str = ""
    bytes: int = 0
    sha256: str = ""
    rows: int = 0
    rows_unparsed: int = 0
    status: str = "complete"
    reason: str = ""
    header: Sequence[str] | None = None
    dialect: Mapping[str, Any] = field(default_factory=dict)
    ledger: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[Mapping[str, Any]] = ()
    alerts: Sequence[Mapping[str, Any]] = ()
    exemplars: Sequence[Mapping[str, Any]] = ()
    checks: Mapping[str, Any] = field(default_factory=dict)


class PartWriter:
    """Writes one source's part; made by :meth:`CaseWriter.part`, used by one thread at a time."""

    def __init__(self, case: CaseWriter, number: int) -> None:
        self._case = case
        self._final = case.directory / layout.PARTS / f"{number:06d}"
        self._folder = self._final.with_name(f".tmp-{number:06d}")
        self._tables: dict[str, _TableWriter] = {}
        try:
            self._folder.mkdir()
            for name in ("records", "findings"):
                self._tables[name] = _TableWriter(self._folder / f"{name}.parquet", name)
        except OSError as error:
            self.abort()
            raise write_error(case.directory, error) from error

    @property
    def rows(self) -> int:
        """Return the number of records so far."""
        return self._tables["records"].rows

    def write(
        self, records: pa.RecordBatch | pa.Table, findings: pa.RecordBatch | pa.Table
    ) -> None:
        """Append records and findings (``schemas()["records"]`` and ``["findings"]``).

        Raises:
            CaseError: the disk is full or the folder can't be written; the part is removed.
            SchemaError: a table has other columns.
        """
        try:
            self._tables["records"].write(records)
            self._tables["findings"].write(findings)
        except OSError as error:
            self.abort()
            raise write_error(self._case.directory, error) from error

    def close(self, meta: PartMeta) -> None:
        """Write what is left and ``part.json``, then make the part visible in one step.

        A ledger that counts other rows than were written gives the alert ``ledger_mismatch``.

        Raises:
            CaseError: the folder can't be written; the part is removed.
        """
        value = {
            "schema": layout.PART_SCHEMA,
            **{one.name: getattr(meta, one.name) for one in fields(meta)},
        }
        if meta.rows != self.rows:
            value["alerts"] = [*value["alerts"], _mismatch(meta, self.rows)]
        try:
            for table in self._tables.values():
                table.close()
            layout.write_json(self._folder / layout.PART_FILE, value, indent=None)
            self._folder.replace(self._final)
        except OSError as error:
            self.abort()
            raise write_error(self._case.directory, error) from error
        self._case.closed_part(self, meta.sha256)

    def abort(self) -> None:
        """Remove the part."""
        for table in self._tables.values():
            table.abort()
        layout.remove(self._folder)


class _TableWriter:
    """Gathers batches into row groups of :data:`GROUP_ROWS` rows or somewhat more."""

    def __init__(self, path: Path, name: str) -> None:
        self.rows = 0
        self._waiting: list[dict[str, np.ndarray]] = []
        self._waiting_rows = 0
        self._schema = schemas()[name]
        self._name = name
        types = {field.name: np.dtype(field.type.to_pandas_dtype()) for field in self._schema}
        self._file = ParquetFile(path, types)

    def write(self, batch: pa.RecordBatch | pa.Table) -> None:
        nulls = any(column.null_count for column in batch.columns)
        if nulls or not batch.schema.equals(self._schema):
            msg = (
                f"the {self._name} table needs the columns {', '.join(self._schema.names)}, "
                "without nulls"
            )
            raise SchemaError(msg)
        for start in range(0, batch.num_rows, _MOST_ROWS):
            self._gather(batch.slice(start, _MOST_ROWS))

    def close(self) -> None:
        self._flush()
        self._file.close()

    def abort(self) -> None:
        self._waiting.clear()
        self._file.abort()

    def _gather(self, batch: pa.RecordBatch | pa.Table) -> None:
        names = self._schema.names
        self._waiting.append({name: as_numpy(batch[name]) for name in names})
        self.rows += batch.num_rows
        self._waiting_rows += batch.num_rows
        if self._waiting_rows >= GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._waiting_rows:
            self._file.write_group(self._waiting)
            self._waiting.clear()
            self._waiting_rows = 0


def _mismatch(meta: PartMeta, rows: int) -> dict[str, Any]:
    message = (
        f"the ledger counts {meta.rows} rows, {rows} were written; the written ones are counted"
    )
    return {
        "source": meta.path,
        "code": "ledger_mismatch",
        "message": message,
        "row": None,
        "byte_offset": None,
    }


def write_error(directory: Path, error: OSError) -> CaseError:
    """Return the error that says why a case folder can't be written, and what to do."""
    cause = str(error).splitlines()[0]
    if error.errno or "[errno " in cause:  # Arrow hides the number in its message
        cause = os.strerror(error.errno or int(cause.split("[errno ")[1].split("]")[0]))
    return CaseError(
        f"case folder {directory} can't be written ({cause}); "
        "free some space, or give a folder on another disk with --out"
    )
