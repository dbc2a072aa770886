# SPDX-License-Identifier: Apache-2.0
"""Read the fields of a YAML file strictly: every mistake is collected, none hides another.

Each function returns a value of the right type, whatever it got, and calls ``report`` with field and
fault for what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Report = Callable[[str, str], None]


def mapping(value: Any, where: str, known: str, report: Report) -> dict[str, Any]:
    """Return a mapping, reporting what isn't one and keys that aren't in `known` (split by spaces)."""
    if not isinstance(value, dict):
        report(where, "expected a mapping")
        return {}
    for key in value:
        if key not in known.split():
            report(
                f"{where}.{key}".lstrip("."), f"unknown key; known are: {known.replace(' ', ', ')}"
            )
    return value


def entries(value: Any, where: str, report: Report) -> list[Any]:
    """Return a list, reporting what isn't one; None is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        report(where, "expected a list")
        return []
    return value


def text(value: Any, where: str, report: Report, *, empty: bool = False) -> str:
    """Return a string, reporting everything else: an unquoted number is none."""
    if isinstance(value, str):
        if not value and not empty:
            report(where, "must not be empty")
        return value
    report(where, f"expected text, got {type(value).__name__}; put it in quotes")
    return ""


def texts(value: Any, where: str, report: Report) -> tuple[str, ...]:
    """Return a list of strings, reporting everything else."""
    if value is None:
        return ()
    if not isinstance(value, list):
        report(where, "expected a list of texts")
        return ()
    return tuple(text(item, f"{where}[{index}]", report) for index, item in enumerate(value))


def choice(value: Any, where: str, choices: Any, report: Report) -> str:
    """Return a string, reporting one that is none of the choices."""
    found = text(value, where, report)
    if found and found not in choices:
        report(where, f"expected one of {', '.join(sorted(choices))}")
    return found


def whole(value: Any, where: str, report: Report, *, least: int = 0) -> int:
    """Return a whole number, reporting everything else and one below `least`."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return value
    report(where, f"expected a whole number of at least {least}")
    return least


def truth(value: Any, where: str, report: Report) -> bool:
    """Return true or false, reporting everything else."""
    if isinstance(value, bool):
        return value
    report(where, "expected true or false")
    return False
