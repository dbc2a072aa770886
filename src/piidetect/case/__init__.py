# SPDX-License-Identifier: Apache-2.0
"""The case folder: written by a scan, opened as a :class:`Case`."""

from __future__ import annotations

from piidetect.case.opened import Case, open_case
from piidetect.case.part import PartMeta, PartWriter
from piidetect.case.writer import CaseWriter

__all__ = ["Case", "CaseWriter", "PartMeta", "PartWriter", "open_case"]
