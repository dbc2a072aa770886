# SPDX-License-Identifier: Apache-2.0
"""Vectorised kernels: numpy and numba only, nogil, pure, no knowledge of recognizers or columns."""

from __future__ import annotations

from pathlib import Path

from piidetect._compile_cache import choose_compile_cache

_COMPILED = choose_compile_cache(Path(__file__).parent)


def cold() -> bool:
    """Return whether no compiled kernel is kept yet, so that the first scan compiles them."""
    return next(_COMPILED.rglob("*.nbi"), None) is None


def compiled_folder() -> Path:
    """Return the folder where compiled kernels are kept."""
    return _COMPILED
