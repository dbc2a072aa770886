# SPDX-License-Identifier: Apache-2.0
"""Load and check the recognizers: YAML files, one each, whose id is their path.

>>> from piidetect.recognizer import load_recognizers
>>> [r.id for r in load_recognizers() if r.entity == "CN_RESIDENT_ID"]
['cn.resident_id']
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from piidetect import tables, yaml_file
from piidetect._resources import recognizers_root
from piidetect.errors import RecognizerError
from piidetect.recognizer.check import cell_detector, check, crossfire
from piidetect.recognizer.fields import recognizer_from
from piidetect.recognizer.kept import kept
from piidetect.recognizer.model import Example, Match, Recognizer
from piidetect.recognizer.own import check_own
from piidetect.schema import MOST_OWN, own_entities

__all__ = [
    "Example",
    "Match",
    "Recognizer",
    "cell_detector",
    "check",
    "crossfire",
    "load_recognizers",
    "recognizers_sha256",
]

_NO_RECOGNIZERS = "tables"
#: Labels of what is found; they decide nothing of what is, and have a digest of their own.
LABELS_FILE = "categories.yaml"


def _files(root: Path) -> list[Path]:
    """Return the recognizer files below a folder: those in its subfolders but `tables`."""
    found = (path for path in root.rglob("*.yaml") if path.parent != root)
    return sorted(path for path in found if path.relative_to(root).parts[0] != _NO_RECOGNIZERS)


def _load(root: Path, faults: list[str], *, own: bool = False) -> list[Recognizer]:
    """Read the files of one folder; add each fault with file and field to `faults`.

    Args:
        root: the folder.
        faults: gets one line for each.
        own: whether the folder is a user's.
    """
    loaded = []
    for path in _files(root):
        name, before = path.relative_to(root), len(faults)
        try:
            content, _ = yaml_file.read(path)
        except yaml_file.UnsafeFileError as error:
            faults.append(f"{name.as_posix()}: {error}")
            continue

        def report(field: str, fault: str, file: str = name.as_posix()) -> None:
            faults.append(f"{file}: {field}: {fault}")

        recognizer = recognizer_from(content, ".".join(name.with_suffix("").parts), report, own=own)
        if recognizer is not None:
            if own and len(faults) == before:
                check_own(recognizer, report)
            fillers = tables.placeholders(recognizer.validator) | set(recognizer.placeholders)
            loaded.append(replace(recognizer, placeholders=tuple(sorted(fillers))))
    return loaded


def load_recognizers(extra_dir: str | Path | None = None) -> tuple[Recognizer, ...]:
    """Return all recognizers in the order of their ids.

    Args:
        extra_dir: a folder with further ones, laid out like ours: ``cn/passport.yaml``.

    Raises:
        RecognizerError: a file is broken; the message has one line for each fault in all files.
    """
    if extra_dir is None:
        return _load_all(None, ())
    root = Path(extra_dir)
    return _load_all(root, _stamp(root))


def _stamp(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when a file of a folder is edited, so that it is read again then."""
    found = []
    for path in _files(root):
        try:
            state = path.stat()
        except OSError:  # a link to nothing; reading it tells
            continue
        found.append((str(path), state.st_mtime_ns, state.st_size))
    return tuple(found)


@cache
def _built_in() -> tuple[str, tuple[Recognizer, ...]]:
    """Return the digest of the package's files and its recognizers, read once a process."""

    def make() -> tuple[Recognizer, ...]:
        faults: list[str] = []
        loaded = _load(recognizers_root(), faults)
        if faults:
            raise RecognizerError("\n".join(faults))
        return tuple(loaded)

    files = recognizers_sha256()
    return files, kept("recognizers", files, make)


def built_in_digest() -> str:
    """Return the digest of the files that the built-in recognizers were read from."""
    return _built_in()[0]


@lru_cache(maxsize=8)
def _load_all(extra_dir: Path | None, _stamp: tuple[Any, ...]) -> tuple[Recognizer, ...]:
    faults: list[str] = []
    loaded = list(_built_in()[1])
    if extra_dir is not None:
        if not extra_dir.is_dir():
            raise RecognizerError(f"{extra_dir}: no such folder; give one with recognizer files")
        taken = {recognizer.id for recognizer in loaded}
        extra = _load(extra_dir, faults, own=True)
        if not extra and not faults:
            raise RecognizerError(
                f"{extra_dir}: no recognizers; put them in a subfolder: cn/x.yaml"
            )
        faults += [
            f"{r.id}: id: taken by a built-in one; rename it" for r in extra if r.id in taken
        ]
        loaded += extra
        named = own_entities(one.entity for one in extra)
        if len(named) > MOST_OWN:
            faults.append(
                f"entity: {len(named)} entities of your own ({', '.join(named)}); a folder may have "
                f"{MOST_OWN}, and as many recognizers of each as you like"
            )
    if faults:
        raise RecognizerError("\n".join(faults))
    return tuple(sorted(loaded, key=lambda recognizer: recognizer.id))


def recognizers_sha256(extra_dir: str | Path | None = None) -> str:
    """Return the digest of all files that decide what is found: recognizers, headings, tables.

    Args:
        extra_dir: as in :func:`load_recognizers`.

    Raises:
        RecognizerError: a file can't be read.
    """
    digest = hashlib.sha256()
    for root in [recognizers_root(), *([Path(extra_dir)] if extra_dir is not None else [])]:
        files = [path for path in root.rglob("*") if path.suffix in {".yaml", ".csv"}]
        files = [path for path in files if path != root / LABELS_FILE]
        for path in sorted(files, key=lambda path: path.relative_to(root).as_posix()):
            try:
                content = path.read_bytes()
            except OSError as error:
                raise RecognizerError(f"{path.name}: {error.strerror}") from None
            name = path.relative_to(root).as_posix().encode()
            digest.update(b"%d %s %d\n" % (len(name), name, len(content)))
            digest.update(content)
    return digest.hexdigest()
