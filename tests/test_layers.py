# SPDX-License-Identifier: Apache-2.0
"""Imports point down; a stage doesn't import a stage; the two bottom folders stay light."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "piidetect"

#: Bottom first. What stands on one line may not import each other.
ORDER = (
    ("errors",),
    (
        "schema",
        "arrow_arrays",
        "cores",
        "parquet_pages",
        "_resources",
        "_compile_cache",
        "messages",
        "whole_file",
        "yaml_file",
        "yaml_fields",
        "refusal",
    ),
    ("filled_table",),
    ("tables",),
    ("numbers",),
    ("kernels",),  # takes limits and word lists from the scalar twins, so that they stand once
    ("recognizer", "sources", "case_folder"),
    ("columns", "detection", "case", "count"),  # the stages
    ("policies",),  # what the counts mean
    # who got what, is it true, whom calls went to, and an estimate that no figure uses
    ("events", "sampling", "calls", "linkage"),
    ("claims",),  # what they come to in court
    ("tracks",),  # what is to be put right, and whether it was
    ("report",),
    ("scanning", "crossfire"),
    ("integrations",),  # other programs; they use public names
    ("cli",),
)
LAYERS = {unit: layer for layer, units in enumerate(ORDER) for unit in units}

#: Edges that don't point down, each with its reason: inside a function only, so that loading the
#: lower module never loads the upper one. A new one needs a better reason.
EXCEPTIONS = {
    ("case", "count"): "the public Case counts when a figure is asked for",
    ("case", "events"): "Case.received is the public way to event tables",
    ("case", "claims"): "Case.claim is the public way to claims",
    ("case", "sampling"): "Case.sample and Case.read_sample are the public way to samples",
    ("case", "policies"): "Case.assess hands over to the policies",
    ("case", "report"): "Case.report and the notebook card hand over to the reports",
}

#: Functions of more than 50 lines, each with its reason and the lines it may have.
LONG = {
    "index_block": 90,  # loops over bytes; cut in two they compile and run at half the speed
    "_one_row": 70,
}

FORBIDDEN_NAMES = {"utils", "util", "misc", "common", "helpers", "base", "manager", "core"}
THIRD_PARTY_AT_THE_BOTTOM = {"numpy", "numba", "llvmlite"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def unit_of(path: Path) -> str:
    """The part of the package that a file belongs to."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imported_modules(path: Path, *, top_only: bool = False) -> set[str]:
    """Absolute names of what a file imports, at any depth or at the top, except for types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if top_only:
        tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    package = ("piidetect", *path.relative_to(PACKAGE).parent.parts)
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*start, *([node.module] if node.module else [])))
            # `from piidetect import schema` imports a module, `from piidetect.schema import X` a name
            if module == "piidetect":
                names.update(f"piidetect.{alias.name}" for alias in node.names)
            else:
                names.add(module)
    return names


def edges(path: Path, *, top_only: bool = False) -> set[str]:
    """The units of the package that a file imports, but its own."""
    parts = [name.split(".") for name in imported_modules(path, top_only=top_only)]
    names = {part[1] for part in parts if part[0] == "piidetect" and len(part) > 1}
    return names - {unit_of(path)}


def test_the_package_is_there():
    assert len(MODULES) > 10


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_point_down(path):
    unit = unit_of(path)
    if unit == "":
        pytest.skip("the package itself re-exports its public names")
    assert unit in LAYERS, f"{unit} has no layer: give it one in ORDER"
    unknown = edges(path) - set(LAYERS) - {"__version__"}
    assert not unknown or unit in ORDER[-1], f"{unit} imports the package's front: {unknown}"
    upward = {name for name in edges(path) & set(LAYERS) if LAYERS[name] >= LAYERS[unit]}
    upward -= {name for name in upward if (unit, name) in EXCEPTIONS}
    assert not upward, f"{unit} imports {sorted(upward)}, which isn't below it"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_exceptions_are_inside_functions(path):
    unit = unit_of(path)
    at_the_top = edges(path, top_only=True)
    assert not [name for name in at_the_top if (unit, name) in EXCEPTIONS]


def test_every_exception_is_used():
    used = {(unit_of(path), name) for path in MODULES for name in edges(path)}
    assert set(EXCEPTIONS) <= used


@pytest.mark.parametrize(
    "path", [p for p in MODULES if unit_of(p) == "numbers"], ids=lambda p: p.stem
)
def test_scalar_twins_need_the_standard_library_only(path):
    roots = {name.split(".")[0] for name in imported_modules(path)} - {"piidetect"}
    assert roots <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    "path", [p for p in MODULES if unit_of(p) == "kernels"], ids=lambda p: p.stem
)
def test_kernels_need_numpy_and_numba_only(path):
    roots = {name.split(".")[0] for name in imported_modules(path)} - {"piidetect"}
    allowed = set(sys.stdlib_module_names) | THIRD_PARTY_AT_THE_BOTTOM
    if path.stem == "cells":
        allowed.add("pyarrow")  # cells_from_arrow takes Arrow arrays, imported where it is called
    assert roots <= allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_house_rules(path):
    text = path.read_text(encoding="utf-8")
    assert path.stem not in FORBIDDEN_NAMES
    assert text.startswith("# SPDX-License-Identifier: Apache-2.0\n")
    assert text.count("\n") <= 400, "a module has at most 400 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            goes_on = ast.unparse(node.body[-1]) != "raise"
            assert caught not in {"everything", "Exception"}
            assert not (goes_on and caught == "BaseException"), "only to clear up and raise again"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            lines = (
                node.end_lineno - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
            )
            assert lines <= LONG.get(node.name, 50), f"{node.name} has {lines} lines"
