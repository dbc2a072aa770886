# SPDX-License-Identifier: Apache-2.0
"""How sources are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from piidetect.sources.limits import Level, Limits

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Options:
    """How sources are read.

    `block_bytes` are read at a time; no figure depends on it. `known` says whether a cell is a
    known heading, which helps to tell a heading from a first row. `passwords` are tried on what is
    encrypted. `limits` bound what is unpacked; `level` is the archive that a member lies in.
    `spill` is the folder in which the private folder for big members is made. Without `digest`
    delimited text is read without its digest: for measurements.
    """

    block_bytes: int = 1 << 22
    known: Callable[[str], bool] | None = None
    passwords: tuple[str, ...] = field(default=(), repr=False)
    limits: Limits = field(default_factory=Limits)
    level: Level | None = None
    spill: str | None = None
    digest: bool = True
