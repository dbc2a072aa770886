# SPDX-License-Identifier: Apache-2.0
"""Merge cases into one: the exact union of shards and of resumed scans."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from piidetect import case_folder as layout
from piidetect.case.compared import require_one_key
from piidetect.case.opened import Case, open_case
from piidetect.case.writer import CaseWriter
from piidetect.errors import ArgumentError, CaseError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

_DUPLICATE = (
    "a source of the same path and digest is in several of the merged cases; it is taken once"
)


def merge(
    out: str | os.PathLike[str],
    cases: Sequence[Case | str | os.PathLike[str]],
    *,
    key_file: str | os.PathLike[str] | None = None,
) -> Case:
    """Write the union of cases to a new folder and return it; the cases stay as they are.

    The result depends neither on the order of the cases nor on how they are grouped. A source that
    is in several cases (same path, same SHA-256) is taken once, with the alert ``duplicate_source``.

    Args:
        out: the new case folder, absent or empty.
        cases: two or more cases, or their folders.
        key_file: the key that they share, where none of them keeps it.

    Raises:
        ArgumentError: the cases differ in key, reference date, parameters or recognizers.
        CaseError: a folder isn't a case, the key is nowhere, or the new folder can't be written.
    """
    opened = [case if isinstance(case, Case) else open_case(case) for case in cases]
    if len(opened) < 2:  # noqa: PLR2004
        msg = "merge takes at least two cases"
        raise ArgumentError(msg)
    require_one_key(opened)
    _require_alike(opened)
    first = opened[0]
    path, key = _key(opened, key_file)
    categories: dict[str, set[str]] = {}
    for case in opened:
        for entity, names in case.meta["categories"].items():
            categories.setdefault(entity, set()).update(names)
    parts = [part for case in opened for part in case.parts]
    parts.sort(key=lambda part: (part.meta["path"], part.meta["sha256"]))
    with CaseWriter(
        out,
        reference_date=dt.date.fromisoformat(first.meta["reference_date"]),
        parameters=first.meta["parameters"],
        tool=first.meta["tool"],
        categories={entity: sorted(names) for entity, names in categories.items()},
        key_file=path,
        key=key,
    ) as writer:
        taken: set[tuple[str, str]] = set()
        alerts = {tuple(sorted(alert.items())) for case in opened for alert in case.meta["alerts"]}
        for part in parts:
            name = (part.meta["path"], part.meta["sha256"])
            if name in taken:
                alerts.add(_duplicate(part.meta["path"]))
                continue
            taken.add(name)
            writer.adopt(part)
        for alert in sorted(alerts, key=repr):
            content = dict(alert)
            place = {"row": content["row"], "byte_offset": content["byte_offset"]}
            writer.alert(content["source"], content["code"], content["message"], **place)
        return writer.finish()


def _duplicate(path: str) -> tuple[tuple[str, object], ...]:
    alert = {
        "source": path,
        "code": "duplicate_source",
        "message": _DUPLICATE,
        "row": None,
        "byte_offset": None,
    }
    return tuple(sorted(alert.items()))


def _require_alike(cases: Sequence[Case]) -> None:
    first = cases[0]
    for case in cases[1:]:
        for name, here, there in (
            ("reference date", first.meta["reference_date"], case.meta["reference_date"]),
            ("parameters", first.meta["parameters"], case.meta["parameters"]),
            ("tool or recognizers", first.meta["tool"], case.meta["tool"]),
        ):
            if here != there:
                msg = (
                    f"{first.directory} and {case.directory} can't be merged: their {name} differ "
                    f"({here!r}, {there!r}); scan one of them again as the other was"
                )
                raise ArgumentError(msg)


def _key(
    cases: Sequence[Case], key_file: str | os.PathLike[str] | None
) -> tuple[Path | None, bytes | None]:
    """Return the key file of the merged case, or the key to be kept in its folder."""
    wanted = cases[0].meta["key"].get("fingerprint")
    if key_file is None:
        for case in sorted(cases, key=lambda one: str(one.directory)):
            kept = case.directory / layout.KEY_FILE
            if kept.is_file():
                return None, layout.read_key_file(kept)
        files = sorted({case.meta["key"].get("file") or "" for case in cases} - {""})
        there = [Path(name) for name in files if Path(name).is_file()]
        path = there[0] if there else None
    else:
        path = Path(key_file)
    if path is None:
        msg = "the key of the cases is nowhere; give its file with --key-file"
        raise CaseError(msg)
    if layout.key_fingerprint(layout.read_key_file(path)) != wanted:
        msg = (
            f"key file {path} isn't the key of {cases[0].directory}; give that one with --key-file"
        )
        raise CaseError(msg)
    return path, None
