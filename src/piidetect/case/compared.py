# SPDX-License-Identifier: Apache-2.0
"""Two cases side by side: what was deleted, what is still there, what only changed its form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piidetect.arrow_arrays import memory_used_again
from piidetect.case_folder import names_of
from piidetect.errors import ArgumentError
from piidetect.schema import Verdict, entity_names

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from piidetect.case.opened import Case
    from piidetect.count.comparison import Presence
    from piidetect.count.matching import Place

SCHEMA = "piidetect.comparison/1"
#: Bytes that the key tables of a comparison hold.
MEMORY = 600_000_000

_VALID, _MASKED = int(Verdict.VALID), int(Verdict.MASKED)
#: Form of a column's values → what it indicates.
_INDICATES = {"cipher": "encrypted", "base64_text": "encoded"}


@dataclass(frozen=True)
class Comparison:
    """What of the case before is in the case after; made by :meth:`piidetect.Case.compare`.

    The figures of presence are exact. ``hashed``, ``encrypted`` and ``encoded`` columns are told by
    the form of sampled cells alone: indicated, not proved.
    """

    before: Case
    after: Case
    _persons: Mapping[str, int]
    _information: Mapping[str, int]
    _values: Sequence[Mapping[str, Any]]
    _columns: Sequence[Mapping[str, Any]]
    _categories: Sequence[Mapping[str, Any]]

    @property
    def persons(self) -> pd.DataFrame:
        """Return state × persons: before, still_there, reachable, gone, new.

        A person is the distinct subject of records: an ID, or a name with a contact or an address.
        ``reachable``: not there under the same identity, but a number of their own is, or their name
        with their address.
        """
        return _states("persons", self._persons)

    @property
    def information(self) -> pd.DataFrame:
        """Return state × records without repetitions: before, unchanged, reduced, reachable, gone, new.

        ``reduced``: the same person with other information.
        """
        return _states("information", self._information)

    @property
    def values(self) -> pd.DataFrame:
        """Return entity × before, still_there, moved (of those, in none of the old columns), gone, new."""
        import pandas as pd

        names = ["entity", "before", "still_there", "moved", "gone", "new"]
        return pd.DataFrame(self._values, columns=names).set_index("entity")

    @property
    def columns(self) -> pd.DataFrame:
        """Return one row a column of the case before: what it held and what became of it."""
        import pandas as pd

        names = ["source", "position", "header", "entity", "state", "cells_before", "cells_after"]
        names += ["masked_after", "form", "values", "same_column", "moved", "gone", "indicated"]
        return pd.DataFrame(self._columns, columns=names)

    @property
    def categories(self) -> pd.DataFrame:
        """Return category × cells before and after, and whether it went."""
        import pandas as pd

        names = ["category", "before", "after", "state"]
        return pd.DataFrame(self._categories, columns=names).set_index("category")

    @property
    def complete(self) -> bool:
        """Return whether nothing is left: no person, no value, no column that indicates one."""
        left = self._persons["still_there"] + self._persons["reachable"]
        left += sum(row["still_there"] for row in self._values)
        return not left and not any(row["indicated"] for row in self._columns)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as ``piidetect.comparison/1`` has it; no raw value, no key, no time of day."""
        return {
            "schema": SCHEMA,
            "complete": self.complete,
            "before": _identity(self.before),
            "after": _identity(self.after),
            "persons": dict(self._persons),
            "information": dict(self._information),
            "values": [dict(row) for row in self._values],
            "columns": [dict(row) for row in self._columns],
            "categories": [dict(row) for row in self._categories],
        }

    def report(self, path: str | os.PathLike[str], *, lang: str | None = None) -> Path:
        """Write the certificate and return its path; the ending says the format (.html, .json, .txt).

        Raises:
            ArgumentError: the ending or the language isn't known.
            CaseError: the file can't be written.
        """
        from piidetect.report import comparison

        return comparison.write(self, Path(path), lang=lang)

    def __repr__(self) -> str:
        """Return the persons before and what is left of them."""
        persons = self._persons
        left = persons["still_there"] + persons["reachable"]
        return f"<Comparison {self.before.id} → {self.after.id}: {left} of {persons['before']} persons left>"


def compare(before: Case, after: Case, *, threads: int, memory: int = MEMORY) -> Comparison:
    """Return the comparison of two cases that share a key.

    Raises:
        ArgumentError: the cases have different keys; the message says what to do.
        CaseError: a table is damaged.
    """
    from piidetect.count import Identifiability
    from piidetect.count.comparison import presence, side
    from piidetect.count.matching import match_columns, told_apart

    require_one_key([before, after])
    columns = match_columns(before.folder, after.folder)
    places = told_apart(columns, before.folder)
    rule = Identifiability.of(before.meta["parameters"])
    sides = (
        side(before.folder, places, after=False),
        side(after.folder, places, after=True),
    )
    with memory_used_again():
        found = presence(*sides, rule, memory=memory, threads=threads)
    names = _names(before, after)
    return Comparison(
        before=before,
        after=after,
        _persons=_persons(found),
        _information=_information(found),
        _values=_value_rows(found, names),
        _columns=_column_rows(columns, places, found, after, names),
        _categories=_category_rows(before, after, found),
    )


def _names(before: Case, after: Case) -> tuple[str, ...]:
    """Return the names of entities by number; of the user's own only where both cases have the same."""
    names = names_of(before.meta)
    return names if names == names_of(after.meta) else entity_names()


def require_one_key(cases: Sequence[Case]) -> None:
    """Refuse cases that don't share a key.

    Raises:
        ArgumentError: they don't; the message names the first that differs, and the remedy.
    """
    first = cases[0]
    for case in cases[1:]:
        fingerprint = first.meta["key"].get("fingerprint")
        if not fingerprint or case.meta["key"].get("fingerprint") != fingerprint:
            msg = (
                f"{first.directory} and {case.directory} have different keys, so their values can't "
                "be compared; scan with one --key-file, or rescan a case from its sources with: "
                "piidetect rekey CASE --key-file FILE --out DIR"
            )
            raise ArgumentError(msg)


def _states(what: str, states: Mapping[str, int]) -> pd.DataFrame:
    import pandas as pd

    index = pd.Index(list(states), name="state")
    return pd.DataFrame({what: list(states.values())}, index=index)


def _identity(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "reference_date": case.meta["reference_date"],
        "tool": {name: case.meta["tool"].get(name, "") for name in ("name", "version")},
        "sources": len(case.parts),
        "rows": sum(part.meta["rows"] for part in case.parts),
        "incomplete": _unread(case),
        "recognizers_sha256": case.meta["tool"].get("recognizers_sha256", ""),
    }


def _unread(case: Case) -> int:
    """Return the sources that were not read in full, those that could not be opened included."""
    read = {part.meta["path"] for part in case.parts}
    unopened = {alert["source"] for alert in case.meta["alerts"]} - read
    partial = [part for part in case.parts if part.meta["status"] != "complete"]
    return len(unopened) + len(partial)


def _persons(found: Presence) -> dict[str, int]:
    from piidetect.count.comparison import AFTER, BEFORE, KNOWN_BEFORE, REACHABLE

    out = dict.fromkeys(("before", "still_there", "reachable", "gone", "new"), 0)
    for bits, number in found.persons.items():
        if bits & BEFORE:
            out["before"] += number
            state = "still_there" if bits & AFTER else "reachable" if bits & REACHABLE else "gone"
            out[state] += number
        elif not bits & KNOWN_BEFORE:
            out["new"] += number
    return out


def _information(found: Presence) -> dict[str, int]:
    from piidetect.count.comparison import AFTER, BEFORE, REACHABLE, SAME_SUBJECT

    out = dict.fromkeys(("before", "unchanged", "reduced", "reachable", "gone", "new"), 0)
    for bits, number in found.information.items():
        if not bits & BEFORE:
            out["new"] += number
            continue
        out["before"] += number
        if bits & AFTER:
            out["unchanged"] += number
        elif bits & SAME_SUBJECT:
            out["reduced"] += number
        else:
            out["reachable" if bits & REACHABLE else "gone"] += number
    return out


def _value_rows(found: Presence, names: Sequence[str]) -> list[dict[str, Any]]:
    from piidetect.count.matching import ELSEWHERE
    from piidetect.kernels.numbering import PAIR

    rows: dict[str, dict[str, Any]] = {}
    for (entity, before, after), number in found.values.items():
        if entity == PAIR or not names[entity]:
            continue
        name = names[entity]
        row = rows.setdefault(
            name, {"entity": name, "before": 0, "still_there": 0, "moved": 0, "gone": 0, "new": 0}
        )
        if not before:
            row["new"] += number
            continue
        row["before"] += number
        row["still_there" if after else "gone"] += number
        # a place that isn't told apart can't be said to be another one
        if after and not before & after and not before & ELSEWHERE:
            row["moved"] += number
    return [rows[name] for name in sorted(rows)]


def _column_rows(
    columns: Sequence[Place],
    places: Sequence[Place],
    found: Presence,
    after: Case,
    names: Sequence[str],
) -> list[dict[str, Any]]:
    """Return what became of each column; figures of values where the column is told apart."""
    rows = []
    bits = {place.before: 1 << number for number, place in enumerate(places)}
    for column in columns:
        entity = column.entity if column.entity in names else ""
        entity = entity or _main_entity(column, found, names)
        number = names.index(entity) if entity else -1
        row: dict[str, Any] = {
            "source": column.source,
            "position": column.position,
            "header": column.header,
            "entity": entity,
            "cells_before": _cells(found.cells_before, column.before, number, _VALID),
            "cells_after": _cells(found.cells_after, column.after, number, _VALID),
            "masked_after": _cells(found.cells_after, column.after, number, _MASKED),
            "form": _form(column, after),
        }
        row |= _fate(found, bits.get(column.before, 0))
        row["state"] = _state(row, column)
        indicated = row["state"] in {"hashed", *_INDICATES.values()}
        held = sum(after.parts[part].meta["rows"] for part, _ in column.after)
        row["indicated"] = min(row["gone"] or row["cells_before"], held) if indicated else 0
        rows.append(row)
    return rows


def _fate(found: Presence, bit: int) -> dict[str, int | None]:
    """Return how many distinct values a column had, and where they are now."""
    if not bit:
        return dict.fromkeys(("values", "same_column", "moved", "gone"), None)
    fate = {"values": 0, "same_column": 0, "moved": 0, "gone": 0}
    for (_entity, before, after), number in found.values.items():
        if before & bit:
            fate["values"] += number
            name = "same_column" if after & bit else "moved" if after else "gone"
            fate[name] += number
    return dict(fate)


def _main_entity(column: Place, found: Presence, names: Sequence[str]) -> str:
    """Return what a column without a role holds most of."""
    tally: dict[int, int] = {}
    for (part, position, entity, verdict), number in found.cells_before.items():
        if (part, position) in column.before and verdict == _VALID:
            tally[entity] = tally.get(entity, 0) + number
    return names[max(sorted(tally), key=lambda one: tally[one])] if tally else ""


def _cells(
    cells: Mapping[tuple[int, int, int, int], int],
    at: Sequence[tuple[int, int]],
    number: int,
    verdict: int,
) -> int:
    return sum(cells.get((part, column, number, verdict), 0) for part, column in at)


def _form(column: Place, after: Case) -> str:
    forms = {
        one.get("form", "")
        for part, position in column.after
        for one in after.parts[part].meta["columns"]
        if one["position"] == position
    }
    return next(iter(forms)) if len(forms) == 1 else ""


def _state(row: Mapping[str, Any], column: Place) -> str:
    """Return kept, reduced, masked, hashed, encrypted, encoded, emptied or removed."""
    if not column.after:
        return "removed"
    if row["form"]:
        return _INDICATES.get(row["form"], "hashed")
    if row["masked_after"] > row["cells_after"]:
        return "masked"
    if not row["cells_after"]:
        return "emptied"
    return "kept" if row["cells_after"] >= row["cells_before"] else "reduced"


def _category_rows(before: Case, after: Case, found: Presence) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for name, case, cells in (
        ("before", before, found.cells_before),
        ("after", after, found.cells_after),
    ):
        names = names_of(case.meta)
        for (_part, _column, entity, verdict), number in cells.items():
            if verdict != _VALID:
                continue
            for category in case.meta["categories"].get(names[entity], ()):
                row = rows.setdefault(category, {"category": category, "before": 0, "after": 0})
                row[name] += number
    for row in rows.values():
        row["state"] = "new" if not row["before"] else "kept" if row["after"] else "removed"
    return [rows[name] for name in sorted(rows)]


def as_case(other: object) -> Case:
    """Return a case, opened if it is given by its folder.

    Raises:
        ArgumentError: it is neither a case nor a path.
        CaseError: the folder isn't a case.
    """
    import os as system

    from piidetect.case.opened import Case, open_case

    if isinstance(other, Case):
        return other
    if isinstance(other, (str, system.PathLike)):
        return open_case(other)
    msg = f"compare takes a case or its folder, not {type(other).__name__}"
    raise ArgumentError(msg)
