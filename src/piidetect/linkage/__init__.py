# SPDX-License-Identifier: Apache-2.0
"""How many persons by a statistical model: an estimate, shown apart and never pleaded."""

from __future__ import annotations

from piidetect.linkage.estimate import PersonEstimate, estimate_persons

__all__ = ["PersonEstimate", "estimate_persons"]
