# SPDX-License-Identifier: Apache-2.0
"""The layout of a case folder: what lies where, and how it is read and checked.

::

    case.json               schema, status, id, tool, parameters, reference date, categories, alerts
    key                     32 hex digits, mode 0600 (absent where a key file was given)
    parts/000000/           one folder a source, written whole or not at all
        records.parquet     one row a record  (piidetect.schema.schemas()["records"])
        findings.parquet    one row a finding (piidetect.schema.schemas()["findings"])
        part.json           the source, its ledger, columns, alerts and masked exemplars
"""

from __future__ import annotations

import glob
import hashlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from piidetect.errors import CaseError
from piidetect.schema import entity_names, own_entities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CASE_SCHEMA = "piidetect.case/2"
PART_SCHEMA = "piidetect.part/2"
CASE_FILE = "case.json"
KEY_FILE = "key"
PARTS = "parts"
PART_FILE = "part.json"
RECORDS_FILE = "records.parquet"
FINDINGS_FILE = "findings.parquet"
KEY_BYTES = 16

_CASE_FIELDS: dict[str, type] = {
    "id": str,
    "tool": dict,
    "parameters": dict,
    "reference_date": str,
    "key": dict,
    "categories": dict,
    "alerts": list,
    "parts": int,
}
_PART_FIELDS: dict[str, type] = {
    "path": str,
    "format": str,
    "encoding": str,
    "bytes": int,
    "sha256": str,
    "rows": int,
    "rows_unparsed": int,
    "status": str,
    "reason": str,
    "columns": list,
    "alerts": list,
}


@dataclass(frozen=True)
class Part:
    """One part of a case: the folder of one source and its ``part.json``."""

    directory: Path
    meta: Mapping[str, Any]

    @property
    def records(self) -> Path:
        """Return the path of the records table."""
        return self.directory / RECORDS_FILE

    @property
    def findings(self) -> Path:
        """Return the path of the findings table."""
        return self.directory / FINDINGS_FILE


@dataclass(frozen=True)
class Folder:
    """A case folder that was opened and checked; ``parts`` are in the order of their source paths."""

    directory: Path
    meta: Mapping[str, Any]
    parts: Sequence[Part]


def read_folder(directory: Path) -> Folder:
    """Return the checked folder.

    Raises:
        CaseError: the folder doesn't exist, isn't a case, is unfinished, damaged or of another
            version; the message says which, and what to do.
    """
    meta = _read_case_file(directory)
    parts = [_read_part(path) for path in _part_directories(directory)]
    if len(parts) != meta["parts"]:
        msg = (
            f"case folder {directory} is damaged: it should hold {meta['parts']} parts but holds "
            f"{len(parts)}; restore it from a copy or scan the sources again"
        )
        raise CaseError(msg)
    parts.sort(key=lambda part: (part.meta["path"], part.meta["sha256"], part.directory.name))
    return Folder(directory, meta, tuple(parts))


def key_fingerprint(key: bytes) -> str:
    """Return 16 hex digits that tell keys apart and give nothing of the key away."""
    return hashlib.blake2b(b"piidetect key fingerprint", key=key, digest_size=8).hexdigest()


def case_id(key: bytes, digests: Sequence[str]) -> str:
    """Return the case's id, 16 hex digits: the same for the same key and the same sources.

    Args:
        key: the case's key.
        digests: the SHA-256 of each source, in any order.
    """
    text = "\n".join(sorted(digests)).encode("ascii")
    return hashlib.blake2b(text, key=key, digest_size=8).hexdigest()


def parse_key(text: str, path: Path) -> bytes:
    """Return the 16 bytes that a key file's text stands for.

    Raises:
        CaseError: the text isn't 32 hex digits.
    """
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        msg = (
            f"key file {path} is unusable: it must hold exactly 32 hex digits; "
            f"make one with: openssl rand -hex 16 > {path.name}"
        )
        raise CaseError(msg)
    return key


def read_key_file(path: Path) -> bytes:
    """Return the key in a file.

    Raises:
        CaseError: the file can't be read or isn't a key.
    """
    try:
        text = path.read_text(encoding="ascii")
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        msg = (
            f"key file {path} can't be read ({error.strerror}); "
            f"make one with: openssl rand -hex 16 > {path.name}"
        )
        raise CaseError(msg) from error
    return parse_key(text, path)


def write_json(path: Path, value: Mapping[str, Any], *, indent: int | None = 1) -> None:
    """Write a JSON file whole or not at all: sorted keys, UTF-8, a final line feed.

    Without `indent` it is one line, which is written several times as fast.
    """
    temporary = path.with_name(f".tmp-{path.name}")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent) + "\n"
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    temporary.replace(path)


def literal(path: Path) -> str:
    """Return a path for DuckDB in which ``*``, ``?`` and ``[`` mean themselves."""
    return glob.escape(str(path))


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; an absent one is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _read_case_file(directory: Path) -> dict[str, Any]:
    if not directory.is_dir():
        what = "is a file" if directory.exists() else "does not exist"
        msg = f"case folder {directory} {what}; give the folder that `piidetect scan --out` wrote"
        raise CaseError(msg)
    path = directory / CASE_FILE
    if not path.exists():
        msg = (
            f"{directory} is not a case folder (it has no {CASE_FILE}); "
            "give the folder that `piidetect scan --out` wrote"
        )
        raise CaseError(msg)
    meta = _read_json(path)
    _check_schema(path, meta, CASE_SCHEMA)
    if meta.get("status") != "complete":
        msg = (
            f"case folder {directory} is unfinished: its scan was interrupted; "
            "delete the folder and scan the sources again"
        )
        raise CaseError(msg)
    _check_fields(path, meta, _CASE_FIELDS)
    return meta


def _part_directories(directory: Path) -> list[Path]:
    parts = directory / PARTS
    try:
        return sorted(path for path in parts.iterdir() if not path.name.startswith("."))
    except OSError as error:
        msg = (
            f"case folder {directory} is damaged: {PARTS}/ can't be read ({error.strerror}); "
            "restore it from a copy or scan the sources again"
        )
        raise CaseError(msg) from error


def _read_part(directory: Path) -> Part:
    path = directory / PART_FILE
    meta = _read_json(path)
    _check_schema(path, meta, PART_SCHEMA)
    _check_fields(path, meta, _PART_FIELDS)
    for name in (RECORDS_FILE, FINDINGS_FILE):
        if not (directory / name).is_file():
            msg = f"{directory / name} is missing; restore it or scan the sources again"
            raise CaseError(msg)
    return Part(directory, meta)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads(path.read_bytes())
    except OSError as error:
        msg = f"{path} can't be read ({error.strerror}); restore it or scan the sources again"
        raise CaseError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{path} is damaged (not JSON); restore it or scan the sources again"
        raise CaseError(msg) from error
    if not isinstance(meta, dict):
        msg = f"{path} is damaged (not a JSON object); restore it or scan the sources again"
        raise CaseError(msg)
    return meta


def _check_schema(path: Path, meta: Mapping[str, Any], expected: str) -> None:
    found = meta.get("schema")
    if found != expected:
        msg = (
            f"{path} has the schema {found!r}, this version reads {expected!r}; "
            "open it with the version of piidetect that wrote it"
        )
        raise CaseError(msg)


def _check_fields(path: Path, meta: Mapping[str, Any], fields: Mapping[str, type]) -> None:
    wrong = [name for name, kind in fields.items() if not isinstance(meta.get(name), kind)]
    if wrong:
        msg = (
            f"{path} is damaged: missing or of the wrong type: {', '.join(wrong)}; "
            "restore it or scan the sources again"
        )
        raise CaseError(msg)


def names_of(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of entities by number in a case: ours, and those of the user's recognizers."""
    return entity_names(own_entities(meta["categories"]))
