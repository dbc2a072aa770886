# SPDX-License-Identifier: Apache-2.0
"""`scan`: from paths or a table to a case."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piidetect import __version__
from piidetect.case import CaseWriter, PartMeta
from piidetect.cores import available_cores
from piidetect.errors import ArgumentError, SourceError
from piidetect.messages import remedy
from piidetect.recognizer import load_recognizers, recognizers_sha256
from piidetect.scanning.first_run import compiling_beside
from piidetect.scanning.parts import Progress, Rules, map_source
from piidetect.scanning.reading import reading, server_password
from piidetect.scanning.reference_day import as_number, reference_day
from piidetect.sources import (
    Alert,
    Server,
    Skipped,
    Source,
    find,
    is_url,
    locator,
    open_sources,
    read_url,
)
from piidetect.sources.digests import computing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from piidetect.case import Case
    from piidetect.sources import Limits, Opened, OpenSource

    Tell = Callable[[Progress], None]


def scan(
    paths_or_table: Any,
    *,
    out: str | os.PathLike[str] | None = None,
    reference_date: dt.date | str | None = None,
    key_file: str | os.PathLike[str] | None = None,
    threads: int | None = None,
    roles: bool = True,
    bare_phone: bool = False,
    progress: Tell | None = None,
    recognizers: str | os.PathLike[str] | None = None,
    block_bytes: int | None = None,
    password_file: str | os.PathLike[str] | None = None,
    limits: Limits | None = None,
    spill_dir: str | os.PathLike[str] | None = None,
    digests: Sequence[str] = ("sha256",),
    password: str | None = None,
) -> Case:
    """Size what one or more sources expose.

    Args:
        paths_or_table: a path, several paths (files or folders), or a table in memory with an
            Arrow stream (pandas, polars, pyarrow). ``postgresql://user@host/database``, mysql://
            and sqlserver:// are live databases; the address holds no password.
        out: the case folder to write, absent or empty; without it nothing is left on disk.
        reference_date: the day at which ages are counted, and the latest birth date that can be
            true; a date or ``YYYY-MM-DD``; today by default.
        key_file: a file with 32 hex digits; cases to be compared share it.
        threads: how many threads work, also when the case is counted; the machine's cores by
            default. No figure depends on it.
        roles: whether headings and value profiles give columns a role.
        bare_phone: whether a phone number or e-mail address alone makes a record identifiable.
        progress: called with a `Progress` for each block.
        recognizers: a folder with further recognizers.
        block_bytes: how much is read at a time; no figure depends on it.
        password_file: a file with passwords, one a line, that are tried on what is encrypted.
        limits: how far archives are unpacked.
        spill_dir: where the private folder for big members is made; that for temporary files by
            default.
        digests: which digests of the sources are computed: ``sha256`` (always), ``sm3``, ``md5``.
        password: the password of live databases; by default that in the environment variable
            ``PIIDETECT_PASSWORD``, else the first one in the password file. It is kept nowhere.

    Returns:
        the case; it counts when it is first asked.

    Raises:
        ArgumentError: an argument can't be used, or no source could be read.
        CaseError: the case folder can't be written.
        RecognizerError: a recognizer file is broken.
    """
    day = reference_day(reference_date)
    extra = None if recognizers is None else os.fspath(recognizers)
    loaded = load_recognizers(extra)
    workers = _threads(threads)
    options = reading(
        loaded, block_bytes, password_file=password_file, limits=limits, spill_dir=spill_dir
    )
    alerts: list[Alert] = []
    sources = _sources(paths_or_table, out, alerts, server_password(options.passwords, password))
    with (
        computing(digests),
        compiling_beside(workers) as ready,
        CaseWriter(
            out,
            reference_date=day,
            parameters={"roles": roles, "bare_phone": bare_phone},
            tool=_tool(extra),
            categories={one.entity: [one.category] for one in loaded},
            key_file=key_file,
        ) as writer,
    ):
        rules = Rules(
            recognizers=loaded,
            today=as_number(day),
            key=writer.key,
            threads=workers,
            roles=roles,
            options=options,
            ready=ready,
        )
        _hand_over(alerts, writer, _Run(writer, rules, alerts, progress).map(sources))
        return writer.finish(threads=workers)


def _hand_over(alerts: Sequence[Alert], writer: CaseWriter, run: _Run) -> None:
    """Enter the alerts that belong to no part in the case.

    Raises:
        ArgumentError: Nothing could be read.
    """
    if not run.readable:
        raise ArgumentError(_nothing_read([*alerts, *run.unread]))
    for alert in alerts:
        place = {"row": alert.row, "byte_offset": alert.byte_offset}
        writer.alert(alert.source, alert.code, alert.message, **place)


def _tool(extra: str | None) -> dict[str, str]:
    """Say what did the work: name, version and the recognizers' digest."""
    return {
        "name": "piidetect",
        "version": __version__,
        "recognizers_sha256": recognizers_sha256(extra),
    }


def _threads(threads: int | None) -> int:
    """Return how many threads to use: those asked for, else the cores this process may use."""
    if threads is None:
        return available_cores()
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        msg = f"threads: {threads!r} is not a whole number from 1 up"
        raise ArgumentError(msg)
    return threads


def _sources(
    paths_or_table: Any, out: Any, alerts: list[Alert], password: str | None
) -> Sequence[Any]:
    """Return the found files and the servers, or the table.

    Raises:
        ArgumentError: there is none of them, or an address can't be used.
    """
    if hasattr(paths_or_table, "__arrow_c_stream__"):
        return [paths_or_table]
    if isinstance(paths_or_table, (str, os.PathLike)):
        paths_or_table = [paths_or_table]
    try:
        paths = [os.fspath(path) for path in paths_or_table]
    except TypeError:
        msg = (
            f"scan takes paths or a table (pyarrow, polars, pandas), not "
            f"{type(paths_or_table).__name__}"
        )
        raise ArgumentError(msg) from None
    if not paths:
        msg = "no path was given; name at least one file or folder"
        raise ArgumentError(msg)
    servers = {one.locator: Server(one, password) for one in map(read_url, filter(is_url, paths))}
    paths = [path for path in paths if not is_url(path)]
    own = [] if out is None or _holds(out, paths) else [out]  # a case isn't scanned as a source
    found: list[Source] = find(paths, alerts, exclude=own)
    if not (found or servers):
        raise ArgumentError(_nothing_read(alerts, paths))
    return [*found, *(servers[shown] for shown in sorted(servers))]


def _holds(out: str | os.PathLike[str], paths: Sequence[str]) -> bool:
    """Return whether `out` is a source itself or holds one; the case writer then refuses it."""
    folder = Path(out).resolve()
    return any(folder in (path, *path.parents) for path in (Path(one).resolve() for one in paths))


def _nothing_read(alerts: Sequence[Alert], paths: Sequence[str] = ()) -> str:
    """Say why nothing could be read, and what to do, one line a source."""
    lines = [
        f"{alert.source}: {alert.message.rstrip('.')}. {remedy(alert.code, 'en')}".rstrip()
        for alert in alerts
    ]
    nothing = f"{', '.join(paths)}: no files were found; give a file, or a folder that holds some"
    return "\n".join(lines or [nothing])


@dataclass(slots=True)
class _Run:
    """Maps sources one after the other, each table of theirs into a part of the case.

    A source counts as many bytes as it had when it was found, whatever its tables take of them.
    """

    writer: CaseWriter
    rules: Rules
    alerts: list[Alert]
    progress: Tell | None
    total: int = 0
    bytes: int = 0  # of the sources that are done
    within: int = 0  # of the tables of this source that are done
    rows: int = 0
    readable: int = 0
    unread: list[Alert] = field(default_factory=list)  # why tables gave nothing

    def map(self, sources: Sequence[Any]) -> _Run:
        """Map all sources; return itself."""
        self.total = sum(one.bytes for one in sources if isinstance(one, Source))
        for one in sources:
            shown = one.locator if isinstance(one, (Source, Server)) else locator("table")
            try:
                for opened in open_sources(one, options=self.rules.options):
                    self._take(opened, one.bytes if isinstance(one, Source) else None)
            except SourceError as error:
                self._skip(Skipped(shown, "not_readable", str(error)))
            self.bytes += one.bytes if isinstance(one, Source) else self.within
            self.within = 0
        return self

    def _take(self, opened: Opened, size: int | None) -> None:
        """Map a table; note what can't be read or must be known."""
        if isinstance(opened, Alert):
            self.alerts.append(opened)
        elif isinstance(opened, Skipped):
            self._skip(opened)
        else:
            part = self.writer.part()
            tell = self._teller(opened, size)
            tell(0)  # its name is shown before its first block is read
            try:
                meta = map_source(opened, self.rules, part, tell)
            except SourceError as error:
                part.abort()
                self._skip(Skipped(opened.path, "not_readable", str(error)))
            except BaseException:
                part.abort()
                raise
            else:
                part.close(PartMeta(**meta))
                if opened.ledger.status == "skipped":
                    self.unread += opened.alerts
                else:
                    self.readable += 1
                self.within += opened.ledger.bytes

    def _teller(self, opened: OpenSource, size: int | None) -> Callable[[int], None]:
        """Return what is called with the rows of each block."""

        def tell(count: int) -> None:
            self.rows += count
            if self.progress is not None:
                done = self.within + opened.ledger.bytes
                done = self.bytes + (done if size is None else min(done, size))
                self.progress(Progress(done, self.total, self.rows, opened.path))

        return tell

    def _skip(self, one: Skipped) -> None:
        """Note a source that can't be read; an empty part keeps it from missing in the ledger."""
        self.alerts.append(Alert(one.path, one.code, one.message))
        self.writer.part().close(PartMeta(path=one.path, status="skipped", reason=one.message))
