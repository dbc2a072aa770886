# SPDX-License-Identifier: Apache-2.0
"""The stage that says what each column of a source holds and whose it is."""

from __future__ import annotations

from piidetect.columns.headings import known_headings
from piidetect.columns.roles import Column, infer

__all__ = ["Column", "infer", "known_headings"]
