# SPDX-License-Identifier: Apache-2.0
"""Alerts: what a reader of the figures must know about a source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing about one source; the run goes on.

    `code` is one of a fixed set of snake_case words; `message` is plain English without a personal
    value; `row` is the first row concerned and `byte_offset` its place, where they are known.
    """

    source: str
    code: str
    message: str
    row: int | None = None
    byte_offset: int | None = None
