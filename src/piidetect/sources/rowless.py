# SPDX-License-Identifier: Apache-2.0
"""What sources without a table of their own have in common: archives, volumes, carved bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from piidetect.sources.ledger import Ledger
from piidetect.sources.rows import block_of_rows

if TYPE_CHECKING:
    from piidetect.kernels.cells import Block
    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content


@dataclass(slots=True)
class Rowless:
    """A content without columns that can be told; see `piidetect.sources.OpenSource`."""

    content: Content
    path: str = ""
    format: str = ""
    encoding: str = ""
    header: list[str] | None = None
    n_columns: int = 0
    dialect: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    alerts: list[Alert] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take the path of the content where none is given."""
        self.path = self.path or self.content.locator

    def sample(self) -> Block:
        """Return a block without rows."""
        return block_of_rows([], 0)
