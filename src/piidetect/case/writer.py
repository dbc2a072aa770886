# SPDX-License-Identifier: Apache-2.0
"""Writes a case folder: parts whole or not at all, nothing left behind where writing fails."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import signal
import tempfile
import threading
import weakref
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from piidetect import case_folder as layout
from piidetect.errors import CaseError, SchemaError
from piidetect.schema import schemas

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from types import FrameType, TracebackType

    import pyarrow as pa
    import pyarrow.parquet as pq

    from piidetect.case.opened import Case

#: Rows of a row group: small enough for memory, large enough for DuckDB's threads.
GROUP_ROWS = 1 << 19

# Measured on a million records and six million findings: a dictionary costs twice what LZ4 does on
# these small numbers, keys don't compress, row numbers vanish as deltas; with their statistics
# DuckDB groups entities and verdicts by array instead of hash table.
_UNCOMPRESSED = {"row", "offset", "start", "detail"}
_DELTAS = {"row": "DELTA_BINARY_PACKED", "offset": "DELTA_BINARY_PACKED"}
_STATISTICS = ["entity", "verdict", "kind", "flaws", "subject_kind"]


@dataclass(frozen=True)
class PartMeta:
    """What ``part.json`` says of a source.

    ``columns`` are mappings with position, header, entity, whose, evidence, kind (and
    ``share_valid`` where known); ``alerts`` with source, code, message, row, byte_offset;
    ``exemplars`` with column, entity, verdict, text (masked), row; ``ledger`` and ``dialect`` are
    free. ``status`` is complete, partial or skipped; ``rows`` are physical data rows incl. blank.
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


class CaseWriter:
    """Makes a case folder; use it as a context manager, or call :meth:`abort` on failure.

    Args:
        directory: where to write, absent or empty; ``None`` for a private temporary folder that
            goes away with the :class:`~piidetect.case.Case`, at exit and on SIGTERM.
        reference_date: the day at which ages are counted.
        parameters: what the scan was told (JSON values; no paths of key files).
        tool: name, version, recognizers_sha256.
        categories: the categories of each entity.
        key_file: a file with the key, 32 hex digits; else a random key is kept in the folder.

    Raises:
        CaseError: the folder isn't empty or can't be written; the key file is unusable.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        *,
        reference_date: dt.date,
        parameters: Mapping[str, Any] | None = None,
        tool: Mapping[str, str] | None = None,
        categories: Mapping[str, Sequence[str]] | None = None,
        key_file: str | os.PathLike[str] | None = None,
    ) -> None:
        self.reference_date = reference_date
        self._parameters = dict(parameters or {})
        self._tool = dict(tool or {})
        self._categories = {name: sorted(words) for name, words in (categories or {}).items()}
        self._key_file = None if key_file is None else Path(key_file)
        self._alerts: list[dict[str, Any]] = []
        self._digests: list[str] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._made: Path | None = None  # the topmost folder that this writer made
        self._cleanup: weakref.finalize[Any, Any] | None = None
        self._done = False
        #: The case's key, 16 bytes.
        self.key = (
            secrets.token_bytes(layout.KEY_BYTES)
            if self._key_file is None
            else layout.read_key_file(self._key_file)
        )
        #: The case folder.
        self.directory = self._temporary() if directory is None else self._claim(Path(directory))
        with contextlib.ExitStack() as unfinished:  # also where a signal comes in between
            unfinished.callback(self.abort)
            try:
                (self.directory / layout.PARTS).mkdir()
                if self._key_file is None:
                    _write_key(self.directory / layout.KEY_FILE, self.key)
                layout.write_json(self.directory / layout.CASE_FILE, self._meta("unfinished"))
            except OSError as error:
                raise _write_error(self.directory, error) from error
            unfinished.pop_all()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was written unless :meth:`finish` was reached."""
        if not self._done:
            self.abort()

    def part(self) -> PartWriter:
        """Return the writer of the next part; parts may be written by several threads at a time."""
        with self._lock:
            return PartWriter(self, next(self._numbers))

    def alert(
        self,
        source: str,
        code: str,
        message: str,
        *,
        row: int | None = None,
        byte_offset: int | None = None,
    ) -> None:
        """Add an alert that belongs to no part, e.g. a path that can't be read."""
        alert = {
            "source": source,
            "code": code,
            "message": message,
            "row": row,
            "byte_offset": byte_offset,
        }
        with self._lock:
            self._alerts.append(alert)

    def finish(self) -> Case:
        """Mark the folder as complete and return the opened case.

        Raises:
            CaseError: the folder can't be written; nothing is left behind.
        """
        from piidetect.case.opened import Case

        try:
            layout.write_json(self.directory / layout.CASE_FILE, self._meta("complete"))
        except OSError as error:
            self.abort()
            raise _write_error(self.directory, error) from error
        self._done = True
        temporary = self._cleanup is not None
        if self._cleanup is not None:
            self._cleanup.detach()  # from here on the folder lives as long as the case
        return Case(layout.read_folder(self.directory), temporary=temporary)

    def abort(self) -> None:
        """Remove everything that was written."""
        self._done = True
        if self._cleanup is not None:
            self._cleanup()
            return
        for name in (layout.PARTS, layout.KEY_FILE, layout.CASE_FILE, f".tmp-{layout.CASE_FILE}"):
            layout.remove(self.directory / name)
        folder = self.directory
        while self._made is not None:
            try:
                folder.rmdir()
            except OSError:
                break
            if folder == self._made:
                break
            folder = folder.parent

    def closed_part(self, digest: str) -> None:
        """Take note of a part that was written whole (called by :class:`PartWriter`)."""
        with self._lock:
            self._digests.append(digest)

    def _meta(self, status: str) -> dict[str, Any]:
        key_file = None if self._key_file is None else str(self._key_file)
        return {
            "schema": layout.CASE_SCHEMA,
            "status": status,
            "id": layout.case_id(self.key, self._digests),
            "tool": self._tool,
            "parameters": self._parameters,
            "reference_date": self.reference_date.isoformat(),
            "key": {"file": key_file, "fingerprint": layout.key_fingerprint(self.key)},
            "categories": self._categories,
            "alerts": self._alerts,
            "parts": len(self._digests),
        }

    def _claim(self, directory: Path) -> Path:
        """Return the folder after making it where it is absent."""
        try:
            if directory.is_dir():
                _refuse_foreign(directory)
                return directory
            missing = directory
            while not missing.parent.exists():
                missing = missing.parent
            self._made = missing
            directory.mkdir(mode=0o700, parents=True)
        except OSError as error:
            msg = (
                f"case folder {directory} can't be made ({error.strerror}); "
                "give another folder with --out"
            )
            raise CaseError(msg) from error
        return directory

    def _temporary(self) -> Path:
        try:
            directory = Path(tempfile.mkdtemp(prefix="piidetect-"))  # mode 0700
        except OSError as error:
            msg = (
                f"no temporary folder can be made ({error.strerror}); "
                "set TMPDIR to a writable folder or give one with --out"
            )
            raise CaseError(msg) from error
        self._cleanup = weakref.finalize(self, layout.remove, directory)
        _exit_on_sigterm()
        return directory


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
            raise _write_error(case.directory, error) from error

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
            raise _write_error(self._case.directory, error) from error

    def close(self, meta: PartMeta) -> None:
        """Write what is left and ``part.json``, then make the part visible in one step.

        A ledger that counts other rows than were written gives the alert ``ledger_mismatch``.

        Raises:
            CaseError: the folder can't be written; the part is removed.
        """
        value = {"schema": layout.PART_SCHEMA, **asdict(meta)}
        if meta.rows != self.rows:
            value["alerts"] = [*value["alerts"], _mismatch(meta, self.rows)]
        try:
            for table in self._tables.values():
                table.close()
            layout.write_json(self._folder / layout.PART_FILE, value)
            self._folder.replace(self._final)
        except OSError as error:
            self.abort()
            raise _write_error(self._case.directory, error) from error
        self._case.closed_part(meta.sha256)

    def abort(self) -> None:
        """Remove the part."""
        for table in self._tables.values():
            table.abort()
        layout.remove(self._folder)


class _TableWriter:
    """Gathers batches into row groups of :data:`GROUP_ROWS` rows."""

    def __init__(self, path: Path, name: str) -> None:
        import pyarrow.parquet as pq

        self.rows = 0
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._schema = schemas()[name]
        self._name = name
        self._file: pq.ParquetWriter | None = pq.ParquetWriter(
            path,
            self._schema,
            version="2.6",
            compression={
                column: "none" if column in _UNCOMPRESSED or column[-1] in "01" else "lz4"
                for column in self._schema.names
            },
            write_statistics=[name for name in self._schema.names if name in _STATISTICS],
            use_dictionary=["verdict"] if name == "findings" else False,
            column_encoding={
                column: _DELTAS[column] for column in self._schema.names if column in _DELTAS
            },
            store_schema=False,
        )

    def write(self, batch: pa.RecordBatch | pa.Table) -> None:
        import pyarrow as pa

        table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        if not table.schema.equals(self._schema):
            msg = f"the {self._name} table needs the columns {', '.join(self._schema.names)}"
            raise SchemaError(msg)
        self.rows += table.num_rows
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        if self._waiting_rows >= GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        if self._file is not None:
            self._file.close()
            self._file = None

    def abort(self) -> None:
        self._waiting.clear()
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError:
                file.is_open = False  # the file is being removed; nothing more can be written

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting_rows and self._file is not None:
            table = pa.concat_tables(self._waiting)
            self._waiting.clear()
            self._waiting_rows = 0
            self._file.write_table(table, row_group_size=table.num_rows)


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


def _refuse_foreign(directory: Path) -> None:
    if not any(directory.iterdir()):
        return
    if (directory / layout.CASE_FILE).exists():
        msg = (
            f"{directory} already holds a case; give another folder with --out, or delete this one"
        )
    else:
        msg = f"{directory} is not empty and not a case; give an empty or new folder with --out"
    raise CaseError(msg)


def _write_key(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
        file.write(key.hex() + "\n")


def _write_error(directory: Path, error: OSError) -> CaseError:
    cause = str(error).splitlines()[0]
    if error.errno or "[errno " in cause:  # Arrow hides the number in its message
        cause = os.strerror(error.errno or int(cause.split("[errno ")[1].split("]")[0]))
    return CaseError(
        f"case folder {directory} can't be written ({cause}); "
        "free some space, or give a folder on another disk with --out"
    )


def _exit_on_sigterm() -> None:
    """Let SIGTERM end the interpreter in order, so that temporary folders are removed."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, leave)
