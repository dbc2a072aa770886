# SPDX-License-Identifier: Apache-2.0
"""The ledger of a source: each byte read and each row is accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Ledger:
    """Filled while a source's blocks are read; final when they are exhausted.

    `rows` counts all data rows, the heading not among them; `rows_unparsed`, `rows_blank` and
    `rows_repeated_header` are parts of it. `undecodable` counts the characters replaced by U+FFFD,
    of which the first hundred places in the source are in `undecodable_offsets`. `quotes_repaired`
    counts the rows that were split without quotes since their quotes are broken. `sha256` is the
    digest of the bytes as they were read, `digests` has the other ones that were asked for. `status` is 'complete', 'partial' or 'skipped'.
    """

    bytes: int = 0
    rows: int = 0
    rows_unparsed: int = 0
    rows_blank: int = 0
    rows_repeated_header: int = 0
    undecodable: int = 0
    undecodable_offsets: list[int] = field(default_factory=list)
    quotes_repaired: int = 0
    nul_bytes: int = 0
    lines_cut: int = 0
    sha256: str = ""
    digests: dict[str, str] = field(default_factory=dict)
    status: str = "complete"
    reason: str = ""
