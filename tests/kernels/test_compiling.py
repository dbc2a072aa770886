# SPDX-License-Identifier: Apache-2.0
"""What the decorators of kernels promise of numba, some of it through names that numba may change."""

from __future__ import annotations

import copy
import gc
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from numba.core import ir

from piidetect.kernels import compiling, describe, values
from piidetect.kernels.compiling import kernel


@kernel
def _half(number):
    return number // 2


@kernel
def _halves(data):
    return _half(data[0]) + _half(7) + _half(np.int32(4)) + _half(np.int64(data.size))


def test_one_compiled_kernel_serves_bytes_constants_and_whole_numbers():
    _halves._cache.disable()  # what comes from the disk brings its callees along, uncounted
    assert _halves(np.array([200, 1], np.uint8)) == 100 + 3 + 2 + 1
    assert len(_half.part().signatures) == 1


def test_the_checks_of_cells_are_compiled_once():
    data = np.zeros(96, np.uint8)
    data[:11] = list(b"13800138000")
    start, stop = np.array([0]), np.array([11])
    ones = (values._check, values._check_cells, describe._look_cells)
    before = [{*one.signatures, *one.part().signatures} for one in ones]
    values.check_cells(data, start, stop, 1, 0, np.zeros(1, np.uint8), np.zeros(1, np.int64))
    describe.look_cells(data, start, stop)
    for one, known in zip(ones, before, strict=True):
        compiled = {*one.signatures, *one.part().signatures}
        assert len(compiled - known) <= 1  # none, where its caller came from the disk


def test_compiling_leaves_the_collector_and_numba_as_they_were():
    @kernel
    def third(number):
        return number // 3

    assert gc.isenabled()
    assert third(9) == 3
    assert gc.isenabled()
    scope = ir.Scope(None, ir.Loc("here", 1))
    assert copy.deepcopy(scope) is not scope


def test_a_kernel_that_cant_be_kept_still_runs(monkeypatch):
    def no_space(*_):
        raise OSError(28, "No space left on device")

    @kernel
    def fifth(number):
        return number // 5

    monkeypatch.setattr(compiling.os, "open", no_space)
    assert fifth(10) == 2


def test_two_processes_add_to_one_kernel(tmp_path):
    (tmp_path / "shared.py").write_text(
        textwrap.dedent("""
            import sys
            from piidetect.kernels.compiling import kernel
            import numpy as np
            @kernel
            def first(data):
                return data[0]
            for name in sys.argv[1:]:
                print(name, first(np.array([1.5], name)), sum(first.stats.cache_hits.values()))
        """)
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, str(tmp_path / "shared.py")]
    kinds = ["float64", "int8", "uint16", "float32"]
    both = [
        subprocess.Popen([*command, *names], env=environment, stdout=subprocess.PIPE, text=True)
        for names in (kinds[:2], kinds[2:])
    ]
    for process in both:
        process.communicate()
        assert process.returncode == 0
    shown = subprocess.run(
        [*command, *kinds], env=environment, capture_output=True, text=True, check=True
    )
    last = [line.split() for line in shown.stdout.splitlines()]
    assert [words[1] for words in last] == ["1.5", "1", "1", "1.5"]
    assert last[-1][2] == "4"  # all four came from the disk


@pytest.mark.parametrize("decorator", ["kernel", "inlined"])
def test_every_kernel_is_kept_under_the_lock(decorator):
    @getattr(compiling, decorator)
    def one(number):
        return number

    assert isinstance(one._cache.made, compiling._KernelCache)
