# SPDX-License-Identifier: Apache-2.0
"""ZIP archives, and the Office documents that are such.

The library reads the directory; members are unpacked here, since it neither decrypts AES nor bounds
what one step gives, and gives up a whole archive that has lost its end.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.archive import Member, unpack
from piidetect.sources.registry import Match
from piidetect.sources.volumes import begins_of, joined, zip_volumes
from piidetect.sources.zip_directory import directory, salvage
from piidetect.sources.zip_member import pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened
    from piidetect.sources.zip_member import Entry

_LOCAL = b"PK\x03\x04"

#: A member that only such a document has, and the module that reads it.
_OFFICE = {
    "xl/workbook.xml": "spreadsheet",
    "xl/workbook.bin": "spreadsheet",
    "word/document.xml": "document",
    "ppt/presentation.xml": "document",
}

#: By the type that an OpenDocument says of itself at its beginning.
_OPEN_DOCUMENT = {b"opendocument.spreadsheet": "spreadsheet"}


def sniff(head: Head) -> Match:
    """Say whether a ZIP archive begins here, or (by name) behind a program that unpacks itself."""
    if head.raw.startswith((_LOCAL, b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")):
        return Match.MAGIC
    if head.suffix in {".zip", ".exe"} and _LOCAL in head.raw:
        return Match.MAGIC
    return Match.NO


def open_content(content: Content, head: Head, options: Options) -> Iterator[Opened]:
    """Yield what is in the members; an Office document goes to the module that reads it.

    Raises:
        SourceError: There is no member in it that can be found.
    """
    volumes = zip_volumes(content)
    source = joined(volumes, content.locator, content.name) if volumes else content
    with source.open() as file:
        try:
            entries: Iterable[Entry] = directory(file, begins_of(volumes))
        except SourceError as error:
            entries = list(salvage(file, source.bytes))
            if not entries:
                raise
            message = f"{error}; its {len(entries)} members were found by their own headers"
            yield Alert(content.locator, "archive_damaged", message)
        else:
            office = _office({entry.name for entry in entries}, head)
            if office is not None:
                yield from office.open_content(content, head, options)
                return
        passwords = password_bytes(options.passwords)
        members = (Member(entry.name, _pieces(file, entry, passwords)) for entry in entries)
        yield from unpack(content, "zip", options, members)


def _pieces(file: BinaryIO, entry: Entry, passwords: list[bytes]) -> Iterator[bytes]:
    return pieces_of(file, entry, passwords)


def password_bytes(passwords: Iterable[str]) -> list[bytes]:
    """Return passwords as bytes: in UTF-8, and in GB18030, as Chinese packers have them."""
    both = [one.encode(encoding) for one in passwords for encoding in ("utf-8", "gb18030")]
    return list(dict.fromkeys(both))


def _office(names: set[str], head: Head) -> Any:
    """Return the module that reads an Office document with these members, or None."""
    kinds = [kind for name, kind in _OFFICE.items() if name in names]
    if head.raw[30:38] == b"mimetype":
        kinds += [kind for mark, kind in _OPEN_DOCUMENT.items() if mark in head.raw[38:120]]
    return import_module(f"piidetect.sources.{kinds[0]}") if kinds else None
