# SPDX-License-Identifier: Apache-2.0
"""Arrow IPC files and streams (Feather version 2, too)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.errors import SourceError
from piidetect.sources.registry import Match
from piidetect.sources.table import TableSource, first_line, of_arrow

if TYPE_CHECKING:
    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options

_FILE, _STREAM = b"ARROW1", b"\xff\xff\xff\xff"


def sniff(head: Head) -> Match:
    """Say whether the magic number is Arrow's."""
    return Match.MAGIC if head.raw.startswith((_FILE, _STREAM)) else Match.NO


def open_content(content: Content, head: Head, _options: Options) -> list[TableSource]:
    """Read an Arrow IPC file or stream.

    Raises:
        SourceError: It can't be read.
    """
    import pyarrow as pa
    from pyarrow import ipc

    try:
        with content.open() as file, pa.PythonFile(file, mode="r") as source:
            stream = not head.raw.startswith(_FILE)
            reader = ipc.open_stream(source) if stream else ipc.open_file(source)
            table = reader.read_all()
    except (pa.ArrowException, OSError) as error:
        message = f"the Arrow file can't be read: {first_line(error)}"
        raise SourceError(message) from error
    return [of_arrow(table, content.locator, "arrow", content)]
