# SPDX-License-Identifier: Apache-2.0
"""What numba makes of a kernel that kernels call: code to be linked in, and no more.

numba treats every function as one that Python may call: it makes machine code of it, wraps it, keeps
it on disk, and then links its optimised code into each caller. Here a kernel that is called by a
kernel is only optimised and linked in; machine code is made of the one that Python calls. With the
:mod:`piidetect.kernels.shortcuts` the kernels of a first scan take 20 CPU seconds instead of 35, and
the loops over cells are as fast. (Optimised once at the end, not also before each linking, they
would take 18, but then finding numbers in cells takes a fifth longer.)

This leans on classes inside numba. :data:`FITS` says whether they are those it was written for; with
another numba kernels are compiled as numba does it, slower and to the same effect.
"""

from __future__ import annotations

from typing import Any

import numba
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.runtime import rtsys

#: Whether numba is one whose insides are known, here and in :mod:`piidetect.kernels.shortcuts`.
FITS = numba.__version__.startswith("0.68.")

#: Passes for what kernels don't have: expressions on whole arrays, closures.
_NEEDLESS = frozenset({"NopythonRewrites", "InlineClosureLikes"})


class _Whole(JITCodeLibrary):  # type: ignore[misc]
    """The code of a kernel that Python calls."""

    def _optimize_functions(self, ll_module: Any) -> None:
        """Leave that to the passes over the whole module: only set what they go by."""
        ll_module.data_layout = self._codegen._data_layout


class _Part(_Whole):
    """The code of a kernel that a kernel calls: it is linked into that one's, not run by itself."""

    def finalize(self) -> None:
        """Link in what this kernel calls, and optimise; make no machine code.

        numba's runtime is left out: nothing here allocates.
        """
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            if library is not rtsys.library:
                self._reload_init.update(library._reload_init)
                linked = library._get_module_for_linking()
                self._final_module.link_in(linked, preserve=True)
        self._optimize_final_module()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002
        """Return null, as for a function without a wrapper for Python."""
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        """What numba hands the environment of a function with machine code to."""
        return _NoMachineCode


class _NoMachineCode:
    """Stands for numba's code generator."""

    @staticmethod
    def set_env(name: str, environment: Any) -> None:
        """Take no note of what the function's machine code would need."""


def _pipeline(library: type[_Whole]) -> type[Any]:
    """Return a compiler that puts a kernel's code into such a library."""

    class Pipeline(CompilerBase):  # type: ignore[misc]
        def define_pipelines(self) -> list[Any]:
            """Return numba's passes, less the needless ones."""
            state = self.state
            state.library = library(state.targetctx.codegen(), state.func_id.func_qualname)
            state.library.enable_object_caching()
            passes = DefaultPassBuilder.define_nopython_pipeline(state)
            passes.passes = [one for one in passes.passes if one[0].__name__ not in _NEEDLESS]
            return [passes]

    return Pipeline


#: The compilers of kernels that Python calls and of those that kernels call.
WHOLE, PART = _pipeline(_Whole), _pipeline(_Part)
