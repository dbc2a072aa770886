# SPDX-License-Identifier: Apache-2.0
"""Property lists and YAML: parsed in memory, with a limit of 256 MiB."""

from __future__ import annotations

import plistlib
import re
import struct
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.digesting import digest_content
from piidetect.sources.json_records import records_inside
from piidetect.sources.lines import lines_of_content, whole_bytes, whole_text
from piidetect.sources.records import Record, distinct_keys, record_table
from piidetect.sources.registry import Match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.rows import RowSource

#: What the parser of property lists raises for broken ones, by what its parts do.
_PLIST_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,  # InvalidFileException too
    expat.ExpatError,
    struct.error,
)

#: A reference to an anchor: a few of them, nested, stand for more text than fits anywhere.
_REFERENCE = re.compile(r"(?:^|[-:,\[])\s*\*\w|<<\s*:")
_MAPPING = re.compile(rb"\s*(?:---|%YAML|#|(?:-\s+)?[\"'\w\x80-\xff][^\n:{]*:(?:\s|$))")


def sniff(head: Head) -> Match:
    """Say whether it is a property list by its content, or YAML by its name."""
    if head.raw.startswith(b"bplist0"):
        return Match.MAGIC
    if b"<plist" in head.text[:1024] and head.text.lstrip().startswith(b"<"):
        return Match.MAGIC
    if head.suffix in {".yaml", ".yml"} and _MAPPING.match(head.text):
        return Match.NAME
    return Match.NO


def open_content(content: Content, head: Head, options: Options) -> list[RowSource]:
    """Open a property list or YAML as one table; what can't be parsed is read as lines of text.

    Raises:
        SourceError: It can't be read.
    """
    kind = "yaml" if head.suffix in {".yaml", ".yml"} and b"<plist" not in head.text else "plist"
    values: list[Any] = []
    problem = ""
    try:
        values = _yaml(whole_text(content, head)) if kind == "yaml" else _plist(content)
    except SourceError as error:
        problem = str(error)

    def records(ledger: Ledger, alerts: list[Alert]) -> Iterator[Record]:
        if problem:
            alerts.append(Alert(content.locator, "read_as_text", problem))
            for offset, line in lines_of_content(content, head, options, ledger):
                yield Record(offset, line, broken=True)
            return
        digest_content(content, ledger)
        for number, value in enumerate(values):
            yield Record(number, value)

    return [record_table(content.locator, kind, records, encoding=head.encoding[0])]


class _Doubles(dict[str, Any]):
    """A dict in which a key that comes again gets a number."""

    def __setitem__(self, key: str, value: Any) -> None:
        number, name = 1, key
        while name in self:
            number += 1
            name = f"{key}~{number}"
        super().__setitem__(name, value)


def _plist(content: Content) -> list[Any]:
    """Return the records of a property list."""
    try:
        value = plistlib.loads(whole_bytes(content), dict_type=_Doubles)
    except _PLIST_ERRORS as error:
        message = f"the property list can't be parsed ({type(error).__name__})"
        raise SourceError(message) from error
    return _records(value)


def _yaml(text: str) -> list[Any]:
    """Return the records of YAML; its values stay as they are written."""
    import yaml

    if _REFERENCE.search(text):
        message = "YAML with references (* or <<) is not parsed"
        raise SourceError(message)

    class Texts(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
        """Makes texts of all values and keeps keys that come again."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:  # noqa: ARG002, FBT001, FBT002 - as PyYAML calls it
            pairs = [(self.construct_object(key, deep=True), self.construct_object(value, deep=True)) for key, value in node.value]  # fmt: skip
            return distinct_keys((str(key), value) for key, value in pairs)

    try:
        documents = list(yaml.load_all(text, Loader=Texts))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        message = f"the YAML can't be parsed ({type(error).__name__})"
        raise SourceError(message) from error
    return [one for value in documents for one in _records(value)]


def _records(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return records_inside(value) if isinstance(value, dict) else [value]
