# SPDX-License-Identifier: Apache-2.0
"""Tables of nested records: each value's path is a column.

`{"user": {"phones": ["138…"]}}` has the column `user.phones[0]`. The columns are those of the first
records; what a later record has besides them, and paths that hold digits themselves or are too many,
stands as `path: value` in one last column, so nothing is lost and nothing is read twice.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from piidetect.errors import SourceError
from piidetect.schema import RowKind
from piidetect.sources.cell_text import float_text
from piidetect.sources.ledger import Ledger
from piidetect.sources.rows import Row, RowSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from piidetect.kernels.cells import Block
    from piidetect.sources.alerts import Alert

    Faster = Callable[[Ledger, Callable[["Record"], Row], Mapping[str, int]], Iterable["Block"]]
    Records = Callable[[Ledger, list[Alert]], Iterable["Record"]]

#: Records by which the columns are told, columns at most, levels that are taken apart.
_FIRST_RECORDS = 5000
_MOST_COLUMNS = 512
_MOST_LEVELS = 64

#: The heading of the last column.
OTHERS = "…"

#: A path that may be a value itself: it is scanned with its value.
_TELLING = re.compile(r"\d{5}|@|\*{4}")


class Record(NamedTuple):
    """One record: where it begins, its value, and whether it is text that couldn't be parsed."""

    offset: int
    value: Any
    broken: bool = False


def distinct_keys(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return a dict of pairs in which a key that comes again gets a number, so no value is lost."""
    pairs = list(pairs)
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    found = {}
    for key, value in pairs:
        number, name = 1, key
        while name in found:
            number += 1
            name = f"{key}~{number}"
        found[name] = value
    return found


def flatten(value: Any) -> dict[str, str]:
    """Return the values in nested dicts and lists by their paths.

    >>> flatten({"a": {"b": [1, {"c": None}]}, "_id": {"$oid": "5f"}})
    {'a.b[0]': '1', 'a.b[1].c': '', '_id': '5f'}
    """
    cells: dict[str, str] = {}
    _flatten(value, "", cells, 0)
    return cells


def _flatten(value: Any, path: str, cells: dict[str, str], level: int) -> None:
    if isinstance(value, str):
        cells[path] = value
    elif value is None:
        cells[path] = ""
    elif level >= _MOST_LEVELS:
        cells[path] = str(value)
    elif isinstance(value, dict):
        if len(value) == 1:
            (key,) = value
            if isinstance(key, str) and key[:1] == "$":  # MongoDB's {"$oid": …}, {"$numberLong": …}
                _flatten(value[key], path, cells, level + 1)
                return
        for key, one in value.items():
            name = key if isinstance(key, str) else text_of(key)
            if type(one) is str:
                cells[f"{path}.{name}" if path else name] = one
            elif level == 0 and name == "_source" and isinstance(one, dict):  # Elasticsearch
                _flatten(one, "", cells, 0)
            else:
                _flatten(one, f"{path}.{name}" if path else name, cells, level + 1)
    elif isinstance(value, (list, tuple)):
        for number, one in enumerate(value):
            _flatten(one, f"{path}[{number}]", cells, level + 1)
    else:
        cells[path] = text_of(value)


def text_of(value: Any) -> str:
    """Return a value as text; a float shows no digits that were not stored."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, (bytes, bytearray)):
        try:
            return bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            return bytes(value).hex(" ")
    return str(value)


def record_table(
    path: str, kind: str, records: Records, *, encoding: str = "", faster: Faster | None = None
) -> RowSource:
    """Return the table of records that `records` gives anew each time.

    `records` gets the ledger and the alerts to fill, as the rows of a `RowSource` do. `faster` gives
    the same records as blocks; it gets what makes the row of a record and the columns' places besides.
    """
    columns, whole = _columns(records)
    header = [*columns, *([] if whole else [OTHERS])] or ["value"]
    places = {name: place for place, name in enumerate(header)}

    def rows(ledger: Ledger, alerts: list[Alert]) -> Iterator[Row]:
        for record in records(ledger, alerts):
            yield row_of(record)

    def row_of(record: Record) -> Row:
        if record.broken:
            return Row(record.offset, [str(record.value)], RowKind.TEXT)
        flat = flatten(record.value)
        same = len(flat) == len(header) and list(flat) == header
        return Row(record.offset, list(flat.values()) if same else _cells(flat, places))

    def blocks(ledger: Ledger, _alerts: list[Alert]) -> Iterable[Block]:
        assert faster is not None
        return faster(ledger, row_of, places)

    quick = blocks if faster else None
    return RowSource(path, kind, header, len(header), rows, encoding, faster=quick)


def _cells(flat: dict[str, str], places: dict[str, int]) -> list[str]:
    """Return the cells of a record; what has no column goes into the last one."""
    cells = [""] * len(places)
    others: list[str] = []
    for path, text in flat.items():
        place = places.get(path or "value")
        if place is None:
            others.append(f"{path}: {text}")
        else:
            cells[place] = text
    if others:
        cells[-1] = "; ".join(others) if not cells[-1] else "; ".join([cells[-1], *others])
    return cells


def _columns(records: Records) -> tuple[list[str], bool]:
    """Return the paths of the first records, and whether those are all that there are."""
    names: dict[str, None] = {}
    whole, seen = True, 0
    try:
        for record in islice(records(Ledger(), []), _FIRST_RECORDS + 1):
            seen += 1
            if seen > _FIRST_RECORDS:
                whole = False
                break
            for path in () if record.broken else flatten(record.value):
                name = path or "value"
                if name in names:
                    continue
                if len(names) < _MOST_COLUMNS and not _TELLING.search(name):
                    names[name] = None
                else:
                    whole = False
    except SourceError:
        whole = False  # the table says so when it is read
    return list(names), whole
