# SPDX-License-Identifier: Apache-2.0
"""`rekey`: the same case under another key, from its sources, so that it can be compared."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from piidetect.case import Case, open_case
from piidetect.errors import ArgumentError
from piidetect.recognizer import recognizers_sha256
from piidetect.scanning.cases import scan
from piidetect.scanning.verifying import differing, verify

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 5


def rekey(
    case: Case | str | os.PathLike[str],
    *,
    key_file: str | os.PathLike[str],
    out: str | os.PathLike[str],
    recognizers: str | os.PathLike[str] | None = None,
    **options: Any,
) -> Case:
    """Scan the sources of a case again under the key in a file, and return the new case.

    Hashes can't be turned into those of another key, so the sources are needed, unchanged. The old
    case stays as it is.

    Args:
        case: the case or its folder.
        key_file: a file with 32 hex digits.
        out: the new case folder, absent or empty.
        recognizers: the folder of further recognizers that the case was scanned with.
        options: more options of :func:`piidetect.scan`: threads, progress, password_file.

    Raises:
        ArgumentError: a source changed or vanished, or the recognizers are others now.
        CaseError: the case or the key file is unusable, or the new folder can't be written.
    """
    opened = case if isinstance(case, Case) else open_case(case)
    _require_sources(opened)
    extra = None if recognizers is None else os.fspath(recognizers)
    if recognizers_sha256(extra) != opened.meta["tool"].get("recognizers_sha256"):
        msg = (
            f"{opened.directory} was scanned with other recognizers than these, so the counts might "
            "differ; use the version of piidetect that scanned it, and --recognizers as then"
        )
        raise ArgumentError(msg)
    parameters: Mapping[str, Any] = opened.meta["parameters"]
    return scan(
        _files(opened),
        out=out,
        reference_date=opened.meta["reference_date"],
        key_file=key_file,
        roles=bool(parameters.get("roles", True)),
        bare_phone=bool(parameters.get("bare_phone", False)),
        recognizers=extra,
        **options,
    )


def _require_sources(case: Case) -> None:
    others = differing(verify(case))
    if others:
        shown = ", ".join(f"{one.path} ({one.state})" for one in others[:_SHOWN])
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        msg = (
            f"{case.directory} can't be scanned again as it was: {shown}{more}; bring the sources "
            "back to where they were scanned, or run this in the folder from which they were"
        )
        raise ArgumentError(msg)


def _files(case: Case) -> list[str]:
    """Return the files behind the parts: an archive once, not its members."""
    paths = [str(part.meta["path"]) for part in case.parts]
    outer = [path.split("!/", 1)[0] for path in paths]
    files = [
        path if os.path.exists(path) else path.rpartition("#")[0]  # noqa: PTH110
        for path in outer
    ]
    return sorted(set(files))
