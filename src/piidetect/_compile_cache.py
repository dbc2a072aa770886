# SPDX-License-Identifier: Apache-2.0
"""Choose where numba keeps compiled kernels, before numba is imported.

numba keeps them beside the sources. Where that folder can't be written (a system-wide install, a
read-only medium) they go to the user's cache folder, and where there is none, to a private folder
that is removed at the end: numba loads what it finds there, so it is never a folder that others can
write to.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"


def _writable(folder: Path) -> bool:
    """Tell whether a file can be made in the folder; make the folder if it is missing."""
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


def choose_compile_cache(sources: Path) -> None:
    """Set ``NUMBA_CACHE_DIR`` unless it is set or the kernels' own folder can be written.

    Args:
        sources: the folder with the kernels' sources.
    """
    if os.environ.get(VARIABLE) or _writable(sources / "__pycache__"):
        return
    user = _user_cache()
    if user is not None and _writable(user):
        os.environ[VARIABLE] = str(user)
        return
    private = tempfile.mkdtemp(prefix="piidetect-numba-")
    atexit.register(shutil.rmtree, private, ignore_errors=True)
    os.environ[VARIABLE] = private
