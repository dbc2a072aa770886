# SPDX-License-Identifier: Apache-2.0
"""How kernels are compiled: without the GIL, kept on disk, without reference counts.

Kernels that allocate nothing need no counting of references; with it, every call that hands on a
tuple of arrays would touch a counter for each of them. And a tuple of arrays is handed on as some
eighty machine words, so what runs for every cell is inlined into one kernel. (Measured on a million
rows: 17 s with counters, 6 s without, under 1 s inlined.)

Each function that numba compiles by itself costs the first scan 0.1 to 0.2 s. So helpers with one
caller are inlined before typing, and a constant or a byte as argument doesn't make a function be
compiled once more. What kernels call is compiled for them only (see :mod:`piidetect.kernels.libraries`).
No kernel allocates an array: callers hand in what is to be filled.
"""

from __future__ import annotations

import contextlib
import os
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numba import njit, types
from numba.core import event
from numba.core.caching import FunctionCache, NullCache

from piidetect.kernels.libraries import FITS, PART, WHOLE
from piidetect.kernels.shortcuts import Shortcuts, spare_blas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None


class _KernelCache(FunctionCache):  # type: ignore[misc]
    """Compiled kernels on disk, which several processes may fill at a time.

    numba's own reads, changes and writes a function's index without a lock: two processes that add
    different signatures could leave an index that names one's code for the other's signature.
    """

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled kernel; where the disk is full or the folder gone, don't."""
        with contextlib.suppress(OSError), _locked(self.cache_path):
            super().save_overload(sig, data)


class _CacheInTime:
    """A kernel's cache, made when the kernel is first called: it looks at folders and files."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @cached_property
    def made(self) -> Any:
        """The cache; one that keeps nothing where no folder can be written."""
        try:
            return _KernelCache(self._function)
        except (RuntimeError, OSError):  # numba found no folder
            return NullCache()

    def __getattr__(self, name: str) -> Any:
        """Return what the cache has of this name."""
        return getattr(self.made, name)


@contextlib.contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Hold the lock of a cache folder; without it where the file system has no locks."""
    handle = os.open(Path(folder) / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if fcntl is not None:
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class _Compiling(event.Listener):  # type: ignore[misc]
    """Notes when numba begins and ends to compile a kernel, and takes the shortcuts meanwhile."""

    def __init__(self) -> None:
        self._shortcuts = Shortcuts()

    def on_start(self, event: Any) -> None:
        """Begin, if it is a kernel of ours."""
        if _is_kernel(event):
            self._shortcuts.enter()

    def on_end(self, event: Any) -> None:
        """End, however that went."""
        if _is_kernel(event):
            self._shortcuts.leave()


def _is_kernel(event: Any) -> bool:
    return getattr(event.data["dispatcher"], "is_kernel", False)


if FITS:
    spare_blas()
    event.register("numba:compile", _Compiling())


def _plain(kind: Any) -> Any:
    """Return the type a kernel is compiled for: no constants, int64 for all that fits in it."""
    kind = types.unliteral(kind)
    fits = isinstance(kind, types.Integer) and (kind.bitwidth < 64 or kind.signed)
    return types.int64 if fits else kind


def _decorator(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that makes a kernel with numba's options."""
    options |= {"nogil": True, "_nrt": False, "no_cfunc_wrapper": True}

    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher = njit(**options, **({"pipeline_class": WHOLE} if FITS else {}))(function)
        dispatcher._cache = _CacheInTime(function)  # noqa: SLF001 - numba takes no other
        dispatcher.is_kernel = True

        @cache
        def part() -> Any:
            """Return what kernels call: made when one does, most starts of a program need none."""
            if not FITS:
                return dispatcher
            made = njit(pipeline_class=PART, no_cpython_wrapper=True, **options)(function)
            made.is_kernel = True
            return made

        template = dispatcher.get_call_template

        def general(args: Any, kws: Any) -> Any:
            """Type a call from another kernel."""
            plain = [_plain(one) for one in args]
            named = {name: _plain(one) for name, one in kws.items()}
            return (part().get_call_template if FITS else template)(plain, named)

        dispatcher.get_call_template = general
        if FITS:
            dispatcher.get_overload = lambda signature: part().get_overload(signature)
        dispatcher.part = part
        return dispatcher

    return decorate


#: Decorator of kernels. What Python calls and what kernels call is compiled apart, when it is called.
kernel = _decorator()

#: Decorator of functions on the path of every cell: part of the kernel that calls them.
inlined = _decorator(inline="always")
