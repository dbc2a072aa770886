# SPDX-License-Identifier: Apache-2.0
"""The shorter ways through numba's compiler lead to where the long ones lead."""

from __future__ import annotations

import gc
import itertools
import operator
import re

import pytest
from numba.core import compiler, ir, types
from numba.core.registry import cpu_target
from numba.core.targetconfig import TargetConfig

from piidetect.kernels import dates, email, fold, rows, shortcuts, split
from piidetect.kernels.compiling import kernel

KERNELS = [
    dates.parse_date,
    email.email_stop,
    fold.fold_cell,
    rows.content_keys,
    split._quoted,
    split._split,
]


def _in_ssa(function):
    """Return the text of a function's IR after variables were split, as numba's front end has it."""
    from numba.core.untyped_passes import ReconstructSSA

    state = compiler.StateDict()
    state.func_ir = compiler.run_frontend(function)
    state.locals = {}
    ReconstructSSA().run_pass(state)
    text = "\n".join(
        f"{label}: {statement}"
        for label, block in sorted(state.func_ir.blocks.items())
        for statement in block.body
    )
    return re.sub(r"0x[0-9a-f]+", "", text)


@pytest.fixture
def shorter():
    ways = shortcuts.Shortcuts()
    yield ways
    while ways._depth:
        ways.leave()


@pytest.mark.parametrize("one", KERNELS, ids=lambda one: one.py_func.__name__)
def test_variables_are_split_alike(one, shorter):
    long = _in_ssa(one.py_func)
    shorter.enter()
    assert _in_ssa(one.py_func) == long
    assert "phi" in long


NUMBERS = [types.int64, types.uint64, types.uint8, types.boolean, types.literal(3), types.float64]
OPERATORS = [
    operator.add,
    operator.iadd,
    operator.floordiv,
    operator.truediv,
    operator.lshift,
    operator.and_,
    operator.lt,
    operator.eq,
]


def _typed(context):
    found = []
    for one, args in itertools.product(OPERATORS, itertools.product(NUMBERS, repeat=2)):
        try:
            found.append(str(context.resolve_function_type(one, args, {})))
        except Exception as error:  # noqa: BLE001 - numba raises many kinds
            found.append(type(error).__name__)
    return found


def test_operators_get_the_same_types(shorter):
    context = cpu_target.typing_context
    context.refresh()
    long = _typed(context)
    shorter.enter()
    assert _typed(context) == long
    assert _typed(context) == long  # now from memory
    assert "int64" in long[0]


def test_options_compare_alike(shorter):
    one, other = compiler.Flags(), compiler.Flags()
    other.nrt = True
    same = compiler.Flags()
    same.nrt = False  # what it is anyway
    long = [one == other, one == same, one == one.copy(), one == 3, hash(one), hash(other)]
    shorter.enter()
    assert [one == other, one == same, one == one.copy(), one == 3, hash(one), hash(other)] == long
    assert long[:4] == [False, True, True, False]


def test_everything_is_put_back(shorter):
    before = [vars(owner).get(name) for owner, name, _ in shortcuts._SHORTCUTS]
    shorter.enter()
    shorter.enter()
    assert not gc.isenabled()
    shorter.leave()
    assert TargetConfig.__eq__ is shortcuts._same_options
    shorter.leave()
    assert gc.isenabled()
    assert [vars(owner).get(name) for owner, name, _ in shortcuts._SHORTCUTS] == before
    assert "__deepcopy__" not in vars(ir.Scope)


def test_everything_is_put_back_after_an_error():
    @kernel
    def wrong(data):
        return data.no_such_thing

    with pytest.raises(Exception, match="no_such_thing"):
        wrong(3)
    assert gc.isenabled()
    assert TargetConfig.__eq__ is not shortcuts._same_options
