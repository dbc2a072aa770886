# SPDX-License-Identifier: Apache-2.0
"""Kernels that kernels call are only linked in; with an unknown numba all goes the plain way."""

from __future__ import annotations

import numpy as np
import pytest

from piidetect.kernels import compiling, libraries
from piidetect.kernels.compiling import kernel


@kernel
def _add(total, number):
    return total + number, total - number


@kernel
def _sum(data):
    total = 0
    for at in range(data.size):
        total, _ = _add(total, data[at])
    return total


@kernel
def _both(data):
    return _sum(data) + _sum(data[1:])


DATA = np.array([5, 7, 11], np.uint8)


def test_the_insides_of_the_installed_numba_are_known():
    # With another numba: look at libraries.py and shortcuts.py, run these tests with FITS set, and
    # measure a first scan before its number is added.
    assert libraries.FITS


def test_a_kernel_called_by_kernels_alone_has_no_machine_code():
    for one in (_both, _sum, _add):
        one._cache.disable()
    assert _both(DATA) == 23 + 18
    for one in (_sum, _add):
        assert not one.signatures
        (compiled,) = one.part().overloads.values()
        assert compiled.library._finalized
        assert compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name) == 0
    assert next(iter(_both.overloads.values())).library.get_asm_str()


def test_python_may_call_what_kernels_call():
    assert _both(DATA) == 41
    assert _sum(DATA) == 23
    assert _add(2, 3) == (5, -1)
    assert _both(DATA) == 41


def test_only_what_python_calls_is_kept(tmp_path):
    for one in (_both, _sum, _add):
        assert type(one.part()._cache).__name__ == "NullCache"
        assert isinstance(one._cache.made, compiling._KernelCache)


def test_an_error_in_a_linked_kernel_reaches_python():
    @kernel
    def divide(one, other):
        return one // other

    @kernel
    def calls(one, other):
        return divide(one, other)

    assert calls(7, 2) == 3
    with pytest.raises(ZeroDivisionError):
        calls(7, 0)


def test_with_an_unknown_numba_kernels_are_compiled_as_numba_does_it(monkeypatch):
    monkeypatch.setattr(compiling, "FITS", False)

    @kernel
    def third(number):
        return number // 3

    @kernel
    def thirds(data):
        return third(data[0]) + third(7)

    assert third.part() is third
    assert thirds(np.array([200], np.uint8)) == 66 + 2
    assert third.signatures
    assert third(10) == 3
