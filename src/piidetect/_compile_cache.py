# SPDX-License-Identifier: Apache-2.0
"""Choose where numba keeps compiled kernels, before kernels are defined.

numba knows a kernel kept on disk by the file that defines it, and overlooks changes of what the
kernel calls or reads from other files. So the kernels are kept in a folder that is named by a digest
of everything they are made from: after any change, or with another numba, they are compiled anew.

The folder lies beside the sources. Where that can't be written (a system-wide install, a read-only
medium) it lies in the user's cache folder, and where there is none, in a private folder that is
removed at the end: numba runs what it finds there, so it is never a folder that others can write to.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import time
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLE = "NUMBA_CACHE_DIR"
#: Sources of the package that kernels are made from, as patterns.
SOURCES = ("kernels/*.py", "numbers/*.py", "schema.py", "tables/__init__.py")
#: Days after which a digest's folder in a folder that installs share is removed when unused.
KEPT_DAYS = 7

_PREFIX = "kernels-"
_VERSIONS = (("numba", "_version.py"), ("llvmlite", "_version.py"), ("numpy", "version.py"))


def kernels_digest(package: Path) -> str:
    """Return the digest of all that kernels are made from, as 16 hex digits.

    Args:
        package: the package's folder.
    """
    files = [path for pattern in SOURCES for path in sorted(package.glob(pattern))]
    for name, version in _VERSIONS:
        spec = find_spec(name)  # finds it without importing it
        if spec is not None and spec.origin is not None:
            files.append(Path(spec.origin).with_name(version))
    return digest_of(files)


def digest_of(files: Iterable[Path]) -> str:
    """Return the digest of files, names and contents, as 16 hex digits; a missing one counts as empty."""
    digest = blake2b(digest_size=8)
    for path in files:
        text = path.read_bytes() if path.is_file() else b""
        digest.update(b"%s %d\n" % (path.name.encode(), len(text)))
        digest.update(text)
    return digest.hexdigest()


def _make(folder: Path) -> bool:
    """Make the folder if it is missing; tell whether a file can be made in it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _user_cache() -> Path | None:
    """Return the user's cache folder for kernels, None where the user has no home."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "piidetect" / "numba"
    except RuntimeError:
        return None


def _remove_others(folder: Path, days: int) -> None:
    """Remove the folders of other digests that were not used for some days."""
    limit = time.time() - days * 86_400
    for other in folder.parent.glob(_PREFIX + "*"):
        try:
            if other != folder and (days == 0 or other.stat().st_mtime < limit):
                shutil.rmtree(other, ignore_errors=True)
        except OSError:
            continue  # another process removed it


def _places(kernels: Path, given: str) -> list[tuple[Path, int]]:
    """Return the folders to try and for how many days those of other digests stay in them."""
    if given:
        return [(Path(given), KEPT_DAYS)]
    user = _user_cache()
    own = (kernels / "__pycache__", 0)
    return [own] if user is None else [own, (user, KEPT_DAYS)]


def choose_compile_cache(kernels: Path) -> Path:
    """Set ``NUMBA_CACHE_DIR`` to the folder of the kernels' digest, and return it.

    Args:
        kernels: the folder with the kernels' sources. The folder is made in the first of these that
            can be written: what ``NUMBA_CACHE_DIR`` says, or else the ``__pycache__`` of
            ``kernels``, the user's cache folder; the last resort is a private temporary folder.
    """
    given = os.environ.get(VARIABLE, "")
    name = _PREFIX + kernels_digest(kernels.parent)
    if Path(given).name.startswith(_PREFIX):  # a process that loads the package started this one
        given = str(Path(given).parent)
    for place, days in _places(kernels, given):
        folder = place / name
        known = folder.is_dir()
        if _make(folder):
            if known:
                os.utime(folder)
            else:
                _remove_others(folder, days)
            break
    else:
        private = tempfile.mkdtemp(prefix="piidetect-numba-")
        atexit.register(shutil.rmtree, private, ignore_errors=True)
        folder = Path(private) / name
        folder.mkdir(mode=0o700)
    os.environ[VARIABLE] = str(folder)
    if "numba" in sys.modules:  # it has read the variable already
        sys.modules["numba"].core.config.reload_config()
    return folder
