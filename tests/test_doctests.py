# SPDX-License-Identifier: Apache-2.0
"""The doctests of the scalar numbers are their documentation."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import piidetect.numbers

MODULES = [
    importlib.import_module(f"piidetect.numbers.{module.name}")
    for module in pkgutil.iter_modules(piidetect.numbers.__path__)
]
WITH_A_RULE = [module for module in MODULES if hasattr(module, "validate")]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__.rpartition(".")[2])
def test_doctests_pass(module):
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize("module", WITH_A_RULE, ids=lambda m: m.__name__.rpartition(".")[2])
def test_each_number_shows_a_success_and_a_failure(module):
    examples = [e for test in doctest.DocTestFinder().find(module) for e in test.examples]
    assert [example for example in examples if example.exc_msg is None]
    assert [
        e for e in examples if e.exc_msg is not None or "False" in e.want or "INVALID" in e.want
    ]
