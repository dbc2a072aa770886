# SPDX-License-Identifier: Apache-2.0
"""The formats, and which of them reads a source.

A format is a module of this package with two functions, `sniff` and `open_content`; its name stands
in FORMATS. docs/reference/source-formats.md says what they owe.
"""

from __future__ import annotations

from enum import IntEnum
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, cast

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert  # noqa: TC001 - in a type alias
from piidetect.sources.content import read_head
from piidetect.sources.limits import LimitReached

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from piidetect.kernels.cells import Block
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options

#: The modules of the formats. Of two that are equally sure the first one reads the source.
FORMATS = (
    "volumes",
    "parquet",
    "arrow",
    "zip_archive",
    "outlook_message",
    "spreadsheet",
    "sqlite",
    "duckdb_file",
    "access_database",
    "document",
    "rtf",
    "mail",
    "dbase",
    "seven_zip",
    "rar_archive",
    "compressed",
    "tar_archive",
    "sql",
    "json_records",
    "bson_dump",
    "small_trees",
    "cards",
    "phone_backup",
    "xml_records",
    "chat_pages",
    "html_tables",
    "redis_log",
    "chat",
    "logs",
    "delimited",
    "carved",
)

#: What reads a source that no format claims.
_FALLBACK = "carved"


class Match(IntEnum):
    """How sure a format is that a source is of its kind."""

    NO = 0
    ANY = 1  # it can read this, if nobody knows better
    NAME = 2  # the name says so and the content doesn't speak against it
    CONTENT = 3  # the content looks like it
    MAGIC = 4  # a magic number leaves no doubt


class OpenSource(Protocol):
    """A table, text or list of messages whose form is known.

    `path` is the locator as shown: of a table in a file `file.sql!/table`; `format` is a short
    lower-case word; `encoding` is 'utf-8', 'utf-8-sig', 'gb18030', 'utf-16-le', 'utf-16-be' or ''
    (final after `blocks`); `header` has the column names or is None; `dialect` tells delimiter,
    quote and the like for the report. `ledger` and `alerts` are filled while the blocks are read.
    """

    path: str
    format: str
    encoding: str
    header: list[str] | None
    n_columns: int
    dialect: dict[str, str]
    ledger: Ledger
    alerts: list[Alert]

    def sample(self) -> Block:
        """Return about 2,000 parsed rows from head, middle and tail as one block."""

    def blocks(self) -> Iterator[Block]:
        """Yield all rows in order; the same rows whatever the size of the blocks."""


class Skipped(NamedTuple):
    """A source inside another one that can't be read: it stands in the report with the reason."""

    path: str
    code: str
    message: str


#: What opening a source yields. An Alert is about the whole of it (a limit that was reached).
Opened: TypeAlias = "OpenSource | Skipped | Alert"


class Format(Protocol):
    """What a module in FORMATS has."""

    def sniff(self, head: Head) -> Match:
        """Say how sure the format is; never raises, reads nothing but `head`."""

    def open_content(self, content: Content, head: Head, options: Options) -> Iterable[Opened]:
        """Yield the tables one by one; the next one is asked for when the last one was read.

        Raises:
            SourceError: Nothing of it can be read.
        """


def formats() -> list[tuple[str, Format]]:
    """Return the formats with their names."""
    return [(name, cast("Format", import_module(f"piidetect.sources.{name}"))) for name in FORMATS]


def format_of(head: Head, *, but: str = "") -> tuple[str, Format]:
    """Return the format that is surest of a source, and its name; one may be left out."""
    known = [one for one in formats() if one[0] != but]
    best, sure = next(one for one in known if one[0] == _FALLBACK), Match.NO
    for one in known:
        match = one[1].sniff(head)
        if match > sure:
            best, sure = one, match
        if sure == Match.MAGIC:
            break
    return best


def open_content(content: Content, options: Options) -> Iterator[Opened]:
    """Tell the format of a file or member and yield what is in it.

    Of what can't be read as what it seems to be its bytes are carved for text.

    Raises:
        SourceError: It can't be read or its format isn't supported; the message says why.
    """
    head = read_head(content)
    _, form = format_of(head)
    begun = False
    try:
        for opened in form.open_content(content, head, options):
            begun = True
            yield opened
    except LimitReached:
        raise
    except SourceError as error:
        if begun:
            raise
        from piidetect.sources.carved import CarvedSource

        yield CarvedSource(content, options=options, why=str(error))
