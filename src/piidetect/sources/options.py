# SPDX-License-Identifier: Apache-2.0
"""How sources are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Options:
    """How sources are read.

    `block_bytes` are read at a time; no figure depends on it. `known` says whether a cell is a
    known heading, which helps to tell a heading from a first row.
    """

    block_bytes: int = 1 << 22
    known: Callable[[str], bool] | None = None
