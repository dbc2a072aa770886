# SPDX-License-Identifier: Apache-2.0
"""Two tracks from one case: what an authority is to see to, and whether it was put right."""

from __future__ import annotations

from piidetect.tracks.duties import Duties, Duty, Holder, load_duties
from piidetect.tracks.lead import Demand, LeadSheet, Touched, lead_sheet
from piidetect.tracks.leads import Lead, Leads, read_leads
from piidetect.tracks.rectifying import Outcome, Rectification, rectification

__all__ = [
    "Demand",
    "Duties",
    "Duty",
    "Holder",
    "Lead",
    "LeadSheet",
    "Leads",
    "Outcome",
    "Rectification",
    "Touched",
    "lead_sheet",
    "load_duties",
    "read_leads",
    "rectification",
]
