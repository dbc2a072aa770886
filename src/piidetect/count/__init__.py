# SPDX-License-Identifier: Apache-2.0
"""The reduce: from a case folder to its figures."""

from __future__ import annotations

from piidetect.count.figures import CategoryCount, Counts, EntityCount, count, count_funnel
from piidetect.count.funnel import Step
from piidetect.count.identifiability import Identifiability
from piidetect.count.persons import Groups, Persons

__all__ = [
    "CategoryCount",
    "Counts",
    "EntityCount",
    "Groups",
    "Identifiability",
    "Persons",
    "Step",
    "count",
    "count_funnel",
]
