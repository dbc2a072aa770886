# SPDX-License-Identifier: Apache-2.0
"""What is made of the built-in recognizers, kept on disk so that later starts needn't make it again.

It lies in the folder of the compiled kernels, which only this user can write to, under a digest of all it
is made from: the recognizer files and the modules that read them. What can't be read is made again.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import tempfile
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from piidetect._compile_cache import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: What makes it; the kernels, the scalar rules and the schema are in the name of the folder already.
_SOURCES = ("recognizer/*.py", "yaml_*.py", "tables/*.py")
#: What a file that is cut, of another version or no pickle can raise.
_UNREADABLE = (
    OSError,
    pickle.UnpicklingError,
    EOFError,
    ImportError,
    AttributeError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
)


def kept(name: str, files: str, make: Callable[[], T]) -> T:
    """Return what `make` makes, from disk where it was kept.

    Args:
        name: of what is made; part of the name of its file.
        files: digest of the recognizer files that it is made from.
        make: makes it; what it raises is raised and nothing is kept.
    """
    digest = blake2b(f"{name} {files} {_code()}".encode(), digest_size=12).hexdigest()
    path = _folder() / f"{name}-{digest}.pickle"
    with contextlib.suppress(*_UNREADABLE):
        found: T = pickle.loads(path.read_bytes())  # noqa: S301 - see above
        return found
    value = make()
    with contextlib.suppress(OSError):
        handle, made = tempfile.mkstemp(prefix=f"{name}-", suffix=".new", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            pickle.dump(value, file, pickle.HIGHEST_PROTOCOL)
        Path(made).replace(path)
    return value


def _folder() -> Path:
    """Return the folder of the compiled kernels."""
    from piidetect.kernels import compiled_folder

    return compiled_folder()


@cache
def _code() -> str:
    """Return the digest of the modules that make what is kept."""
    package = Path(__file__).parent.parent
    return digest_of(path for pattern in _SOURCES for path in sorted(package.glob(pattern)))
