# SPDX-License-Identifier: Apache-2.0
"""Shorter ways to what numba works out while it compiles a kernel.

Half of the time of compiling is spent in Python, and much of that on the same few questions. Each
function here answers one of them as numba does, with less work. They stand in for numba's own while
a kernel is compiled (under numba's lock), and only in a numba whose insides are known. Measured on
all kernels of a first scan: they take 7 of 27 CPU seconds away.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from numba.core import ir, postproc, ssa, transforms, types
from numba.core.targetconfig import ConfigStack, TargetConfig
from numba.core.types.functions import BaseFunction
from numba.np import linalg

_equal = TargetConfig.__eq__
_call_type = BaseFunction.get_call_type
_find_violators = ssa._find_defs_violators
_rewrite = ssa._run_block_rewrite
_process = postproc.PostProcessor.run


def _same_options(one: TargetConfig, other: Any) -> Any:
    """Compare what is set; only where that differs, all options with their defaults."""
    if type(one) is type(other) and one._values == other._values:
        return True
    return _equal(one, other)


_hashes: dict[type, int] = {}


def _hash_of_options(one: TargetConfig) -> int:
    """Return numba's hash of options, which is one of their names: work it out once a class."""
    kind = type(one)
    if kind not in _hashes:
        _hashes[kind] = hash(tuple(sorted(one.values())))
    return _hashes[kind]


_typed: dict[Any, Any] = {}


def _type_of_call(function: BaseFunction, context: Any, args: Any, kws: Any) -> Any:
    """Remember the signatures of operators on numbers: they depend on nothing else."""
    operator = getattr(getattr(function, "typing_key", None), "__module__", "") == "_operator"
    if not operator or kws or not all(isinstance(x, (types.Number, types.Boolean)) for x in args):
        return _call_type(function, context, args, kws)
    key = (id(function), tuple(args))
    if key not in _typed:
        _typed[key] = (_call_type(function, context, args, kws), function)  # kept, so is its id
    return _typed[key][0]


_blocks_of: dict[str, set[int]] = {}


def _find_violators_and_names(blocks: dict[int, ir.Block], cfg: Any) -> Any:
    """Find the variables to split, and in which blocks each variable occurs."""
    _blocks_of.clear()
    for label, block in blocks.items():
        for statement in block.body:
            for variable in statement.list_vars():
                _blocks_of.setdefault(variable.name, set()).add(label)
    return _find_violators(blocks, cfg)


def _rewrite_where_it_occurs(blocks: dict[int, ir.Block], states: Any, handler: Any) -> Any:
    """Rewrite only the blocks that hold the variable: in the others nothing would change."""
    labels = _blocks_of[states["varname"]]
    held = {label: block for label, block in blocks.items() if label in labels}
    new = _rewrite(held, states, handler)
    return {label: new.get(label) or _again(block) for label, block in blocks.items()}


def _again(block: ir.Block) -> ir.Block:
    """Return a new block with the same statements; phi nodes are put before them."""
    new = ir.Block(scope=block.scope, loc=block.loc)
    new.body = block.body
    return new


def _process_lazily(
    one: postproc.PostProcessor, emit_dels: bool = False, extend_lifetimes: bool = False
) -> None:
    """Work out lifetimes when they are asked for; where nothing is counted, insert no `del`."""
    flags = ConfigStack.top_or_none()
    counted = flags is None or flags.nrt
    if one.func_ir.is_generator or (emit_dels and counted):
        _process(one, emit_dels, extend_lifetimes)
        return
    one.func_ir.blocks = transforms.canonicalize_cfg(one.func_ir.blocks)
    one.func_ir.variable_lifetime = postproc.VariableLifetime(one.func_ir.blocks)
    one.func_ir.generator_info = None


def _itself(one: Any, _: Any) -> Any:
    return one


#: (owner, attribute, what stands in for it). For every block that numba inlines it copies the scope
#: with all its variables and then renames them anyway, hence the last two.
_SHORTCUTS: tuple[tuple[Any, str, Any], ...] = (
    (TargetConfig, "__eq__", _same_options),
    (TargetConfig, "__hash__", _hash_of_options),
    (BaseFunction, "get_call_type", _type_of_call),
    (ssa, "_find_defs_violators", _find_violators_and_names),
    (ssa, "_run_block_rewrite", _rewrite_where_it_occurs),
    (postproc.PostProcessor, "run", _process_lazily),
    (ir.Scope, "__deepcopy__", _itself),
    (ir.Loc, "__deepcopy__", _itself),
)


def spare_blas() -> None:
    """Let numba load its functions on arrays without all of scipy.linalg, a quarter of a second.

    numba imports it only to learn whether it is there. What needs it imports it then.
    """
    if "numba.np.arraymath" in sys.modules:
        return
    ensure = linalg.ensure_blas

    def look() -> None:
        if find_spec("scipy") is None:
            raise ImportError

    linalg.ensure_blas = look
    try:
        arraymath = import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = ensure
    vars(arraymath)["ensure_blas"] = ensure


class Shortcuts:
    """While it is entered: the shorter ways, and no garbage collection, which frees little."""

    def __init__(self) -> None:
        self._depth = 0
        self._collected = False
        self._before: list[Any] = []

    def enter(self) -> None:
        """Begin with the outermost kernel."""
        if self._depth == 0:
            self._collected = gc.isenabled()
            gc.disable()
            self._before = [vars(owner).get(name) for owner, name, _ in _SHORTCUTS]
            for owner, name, function in _SHORTCUTS:
                setattr(owner, name, function)
        self._depth += 1

    def leave(self) -> None:
        """End with the outermost kernel."""
        self._depth -= 1
        if self._depth == 0:
            for (owner, name, _), before in zip(_SHORTCUTS, self._before, strict=True):
                if before is None:
                    delattr(owner, name)
                else:
                    setattr(owner, name, before)
            _blocks_of.clear()
            if self._collected:
                gc.enable()
