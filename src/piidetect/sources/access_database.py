# SPDX-License-Identifier: Apache-2.0
"""Access databases (mdb, accdb), by the programs of mdbtools where they are installed.

There is no library for them that is kept up and may be installed with this package; as for RAR, an
installed program does the work: `mdb-tables` lists the tables, `mdb-export` writes one as csv, which is
read from its output. Where they aren't installed, or read nothing, the bytes are carved for text.
"""

from __future__ import annotations

import csv
import io
import os
import select
import shutil
import subprocess
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, cast

from piidetect.errors import SourceError
from piidetect.schema import RowKind
from piidetect.sources.digesting import SharedDigest
from piidetect.sources.registry import Match
from piidetect.sources.rows import Row, RowSource
from piidetect.sources.spill import on_disk

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options

_MAGIC = (b"\x00\x01\x00\x00Standard Jet DB", b"\x00\x01\x00\x00Standard ACE DB")
_REMEDY = "export its tables with Access and scan those"
_NO_TOOL = (
    "unsupported format: Access database; install the package mdbtools, which reads it, and scan again, or "
    + _REMEDY
)

#: Seconds without a byte after which a program is stopped, and characters of a value at most.
_PATIENCE = 120.0
_LONGEST = 1 << 24

#: Texts are given in UTF-8; those of Access 97 are in the code page of Chinese Windows.
_SETTINGS = {"MDBICONV": "UTF-8", "MDB_ICONV": "UTF-8", "MDB_JET3_CHARSET": "GB18030"}
_EXPORT = ("mdb-export", "-b", "strip", "-D", "%Y-%m-%d", "-T", "%Y-%m-%d %H:%M:%S", "--")


def sniff(head: Head) -> Match:
    """Say whether the magic number is that of Access."""
    return Match.MAGIC if head.raw.startswith(_MAGIC) else Match.NO


def open_content(content: Content, _head: Head, options: Options) -> Iterator[RowSource]:
    """Yield the tables.

    Raises:
        SourceError: The programs aren't installed, or can't read it.
    """
    if not all(map(shutil.which, ("mdb-tables", "mdb-export"))):
        raise SourceError(_NO_TOOL)
    digest = SharedDigest(content)
    with on_disk(content, options.spill) as path:
        with _output(("mdb-tables", "-1", "--", str(path))) as lines:
            names = [line.rstrip("\r\n") for line in lines]
        tables = [name for name in names if name]
        if not tables:
            yield RowSource(content.locator, "access", None, 0, digest.no_rows)
        for name in tables:
            yield _table(content, path, name, digest)


def _table(content: Content, path: Path, name: str, digest: SharedDigest) -> RowSource:
    """Return a table; what its heading can't tell is told when its rows are read."""
    try:
        with closing(_records(path, name)) as records:
            header = next(records, [])
    except SourceError:
        header = []

    def rows(ledger: Ledger, _alerts: list[Alert]) -> Iterator[Row]:
        digest.enter(ledger, name)
        with closing(_records(path, name)) as records:
            next(records, None)
            for number, cells in enumerate(records):
                short = len(header) - len(cells)
                if short < 0:
                    yield Row(number, [",".join(cells)], RowKind.TEXT)
                else:
                    yield Row(number, [*cells, *[""] * short])

    return RowSource(f"{content.locator}!/{name}", "access", header, len(header), rows)


def _records(path: Path, name: str) -> Generator[list[str], None, None]:
    """Yield the heading and the rows of a table.

    Raises:
        SourceError: The program fails, or writes what is no csv.
    """
    csv.field_size_limit(_LONGEST)
    with _output((*_EXPORT, str(path), name)) as lines:
        try:
            yield from csv.reader(lines, strict=False)
        except csv.Error as error:
            message = f"the table can't be read ({error})"
            raise SourceError(message) from error


@contextmanager
def _output(command: tuple[str, ...]) -> Iterator[io.TextIOWrapper]:
    """Run a program and give its output as text; at the end it must have ended well.

    Raises:
        SourceError: It didn't, or gave nothing for a long time.
    """
    environment = {**os.environ, **_SETTINGS}
    with subprocess.Popen(  # noqa: S603 - no shell; options end with --
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        pipe = _Patient(cast("io.FileIO", process.stdout).fileno(), command[0])
        text = io.TextIOWrapper(io.BufferedReader(pipe, 1 << 16), "utf-8", "replace", newline="")
        try:
            yield text
            ended = text.read(1) == "" and process.wait()
        finally:
            process.kill()
    if ended:
        message = f"{command[0]} can't read the Access database (it ended with {ended}); it may be damaged or encrypted; {_REMEDY}"
        raise SourceError(message)


class _Patient(io.RawIOBase):
    """The output of a program, which isn't waited for without end."""

    def __init__(self, number: int, program: str) -> None:
        super().__init__()
        self._number, self._program = number, program

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, room: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill `room` with what comes next.

        Raises:
            SourceError: Nothing comes.
        """
        ready, _, _ = select.select([self._number], [], [], _PATIENCE)
        if not ready:
            message = f"{self._program} gave nothing for {_PATIENCE:.0f} s and was stopped"
            raise SourceError(message)
        got = os.read(self._number, len(room))
        memoryview(room)[: len(got)] = got
        return len(got)
