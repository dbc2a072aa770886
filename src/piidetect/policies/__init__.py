# SPDX-License-Identifier: Apache-2.0
"""From counts to what the law makes of them: policies as data, and assessments.

>>> import piidetect as pii
>>> pii.assess_counts("cn-criminal-2017", tier5=379_525).level
'especially_serious'
"""

from __future__ import annotations

from piidetect.policies.assessment import Assessment, Line, Scenario
from piidetect.policies.figures import assess_counts
from piidetect.policies.load import load_policy, policy_names
from piidetect.policies.model import Policy, Rule

__all__ = [
    "Assessment",
    "Line",
    "Policy",
    "Rule",
    "Scenario",
    "assess_counts",
    "load_policy",
    "policy_names",
]
