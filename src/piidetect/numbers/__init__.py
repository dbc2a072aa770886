# SPDX-License-Identifier: Apache-2.0
"""Numbers with a rule, one module each, standard library only.

Every module has ``compact``, ``validate``, ``is_valid`` and ``format``, as in python-stdnum;
those of recognizers have ``verdict`` too, and state their rule in it: the other two come from
:func:`piidetect.numbers.verdict_errors.checked`. Modules are imported when they are first asked for:

    >>> from piidetect import numbers
    >>> numbers.mobile.is_valid("13800138001")
    True
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Import the module of a number.

    Raises:
        AttributeError: there is no such number.
    """
    if re.fullmatch(r"[a-z][a-z0-9_]*", name):
        try:
            return importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError:
            pass
    msg = f"module {__name__!r} has no number {name!r}"
    raise AttributeError(msg)
