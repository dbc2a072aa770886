# SPDX-License-Identifier: Apache-2.0
"""Write numbers.md from the docstrings of piidetect.numbers: python docs/reference/make_numbers.py"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path
from types import ModuleType

import piidetect.numbers

PAGE = Path(__file__).with_name("numbers.md")
INTERFACE = ("compact", "verdict", "validate", "is_valid", "format")
OPENING = """# Numbers

<!-- Written by docs/reference/make_numbers.py from the docstrings; don't edit. -->

`piidetect.numbers` has one module for each number that has a rule, on the standard library alone. Each
has `compact` (one spelling: full-width forms folded, separators taken off), `validate` (returns the
canonical number or raises a `ValidationError`), `is_valid` (never raises) and `format` (as it is
printed), as in python-stdnum; and `verdict`, which says more than yes or no
([all verdicts](entities.md#verdicts)). `validate` and `is_valid` take the options of `verdict`:

- `context=True`: a heading or a word says what the number is. Where nothing but the shape speaks for a
  number its verdict is `unchecked`, and the heading makes it `valid`.
- `today=yyyymmdd`: the reference date; a later birth date is invalid.

`placeholder` is the verdict on what is well formed and nobody's: fillers, samples, all zeros, private
and reserved addresses. `is_valid` is true for `valid`, `unchecked`, `placeholder` and
`service_number`.

"""


def modules() -> dict[str, ModuleType]:
    """Return the modules that state a rule, by name."""
    found = {
        info.name: importlib.import_module(f"piidetect.numbers.{info.name}")
        for info in pkgutil.iter_modules(piidetect.numbers.__path__)
    }
    return {name: module for name, module in found.items() if hasattr(module, "validate")}


def plain(text: str) -> str:
    """Return reStructuredText as Markdown: literals, roles, code blocks."""
    text = re.sub(r":(?:func|mod|class|data|attr):`~?([^`]+)`", r"`\1`", text)
    text = text.replace("``", "`")
    text = re.sub(r"::$", ":", text, flags=re.MULTILINE)
    return text.strip()


def prose_and_examples(docstring: str) -> tuple[str, str]:
    """Return the text of a docstring and its examples."""
    prose, mark, examples = inspect.cleandoc(docstring).partition(">>> ")
    return plain(prose), inspect.cleandoc(mark + examples).replace("\n    ", "\n") if mark else ""


def functions(module: ModuleType) -> list[str]:
    """Return a line for each public function beyond the interface, and for options of verdict."""
    lines = []
    for name, function in inspect.getmembers(module, inspect.isfunction):
        own = function.__module__ == module.__name__
        if own and not name.startswith("_") and name not in INTERFACE:
            first = plain(inspect.getdoc(function) or "").splitlines()[0]
            signature = re.sub(r"'([^']*)'", r"\1", str(inspect.signature(function)))
            lines.append(f"- `{name}{signature}`: {first}")
    return lines


def options(module: ModuleType) -> str:
    """Return the options that the module's verdict takes."""
    judge = getattr(module, "verdict", None)
    names = list(inspect.signature(judge).parameters)[1:] if judge else []
    return ", ".join(f"`{name}`" for name in names)


def chapter(name: str, module: ModuleType) -> str:
    """Return the section of one module."""
    prose, examples = prose_and_examples(module.__doc__ or "")
    parts = [f"## {name}", prose]
    if options(module):
        parts.append(f"Options of `verdict`: {options(module)}.")
    if functions(module):
        parts.append("Also:\n\n" + "\n".join(functions(module)))
    if examples:
        parts.append(f"```text\n{examples}\n```")
    return "\n\n".join(parts)


def page() -> str:
    """Return the whole page."""
    found = modules()
    rows = ["| module | number |", "|---|---|"]
    for name, module in found.items():
        first = " ".join(plain((module.__doc__ or "").split("\n\n")[0]).split())
        rows.append(f"| [`{name}`](#{name}) | {first} |")
    chapters = "\n\n".join(chapter(name, module) for name, module in found.items())
    return f"{OPENING}" + "\n".join(rows) + f"\n\n{chapters}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name}: {len(modules())} numbers\n")
