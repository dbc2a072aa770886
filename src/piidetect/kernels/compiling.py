# SPDX-License-Identifier: Apache-2.0
"""How kernels are compiled: without the GIL, kept on disk, without reference counts.

Kernels that allocate nothing need no counting of references; with it, every call that hands on a
tuple of arrays would touch a counter for each of them. And a tuple of arrays is handed on as some
eighty machine words, so what runs for every cell is inlined into one kernel. (Measured on a million
rows: 17 s with counters, 6 s without, under 1 s inlined.)

Each function that numba compiles by itself costs the first scan 0.1 to 0.5 s. So helpers with one
caller are inlined before typing, numba makes no wrappers that nobody calls, and a constant or a byte
as argument doesn't make a function be compiled once more.
"""

from __future__ import annotations

import contextlib
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numba import njit, types
from numba.core import event, ir
from numba.core.caching import FunctionCache

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


class _Lean(event.Listener):  # type: ignore[misc]
    """While numba compiles: no garbage collection, and no copies of what doesn't change.

    Collecting takes a tenth of the time and frees little. For every block that numba inlines it
    copies the scope with all its variables and then renames them anyway: that is a fifth.
    """

    depth = 0
    collected = False

    def on_start(self, event: Any) -> None:  # noqa: ARG002
        """Begin with the outermost function."""
        if self.depth == 0:
            self.collected = gc.isenabled()
            gc.disable()
            for one in _SHARED:
                one.__deepcopy__ = _itself
        self.depth += 1

    def on_end(self, event: Any) -> None:  # noqa: ARG002
        """End with the outermost function."""
        self.depth -= 1
        if self.depth == 0:
            for one in _SHARED:
                del one.__deepcopy__
            if self.collected:
                gc.enable()


def _itself(one: Any, _: Any) -> Any:
    return one


_SHARED = [one for one in (ir.Scope, ir.Loc) if not hasattr(one, "__deepcopy__")]
event.register("numba:compile", _Lean())


def _plain(kind: Any) -> Any:
    """Return the type a kernel is compiled for: no constants, int64 for all that fits in it."""
    kind = types.unliteral(kind)
    fits = isinstance(kind, types.Integer) and (kind.bitwidth < 64 or kind.signed)
    return types.int64 if fits else kind


def _decorator(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that makes a kernel with numba's options."""

    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher = njit(nogil=True, cache=True, no_cfunc_wrapper=True, **options)(function)
        dispatcher._cache = _KernelCache(function)  # noqa: SLF001 - numba takes no other
        template = dispatcher.get_call_template

        def general(args: Any, kws: Any) -> Any:
            """Type a call from another kernel."""
            plain = [_plain(one) for one in args]
            return template(plain, {name: _plain(one) for name, one in kws.items()})

        dispatcher.get_call_template = general
        return dispatcher

    return decorate


#: Decorator of kernels that allocate no array.
kernel = _decorator(_nrt=False)

#: Decorator of kernels that allocate arrays; they call no other kernel for every cell.
allocating = _decorator()

#: Decorator of kernels that only kernels call.
inner = _decorator(_nrt=False, no_cpython_wrapper=True)

#: Decorator of functions on the path of every cell: part of the kernel that calls them.
inlined = _decorator(_nrt=False, inline="always")
