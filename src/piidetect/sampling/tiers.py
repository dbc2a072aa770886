# SPDX-License-Identifier: Apache-2.0
"""The tier by which a sample is stratified: that of 法释〔2017〕10号 art. 5, as it is pleaded.

Of two readings the strict one is taken, so that no stratum is called graver than courts agree on.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from piidetect.policies.classify import Classifier
from piidetect.policies.load import load_policy
from piidetect.policies.model import Tiers

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = "cn-criminal-2017"
_READING = "strict"


@cache
def version() -> str:
    """Return the policy and its version: another one may put records into other strata."""
    return f"{POLICY}@{load_policy(POLICY).version}"


def tiers() -> Callable[[int], str]:
    """Return the function that gives the tier of a mask: ``3``, ``4`` or ``5``."""
    body = load_policy(POLICY).body
    assert isinstance(body, Tiers)
    classifier = Classifier(body)
    return lambda mask: classifier.tier(mask, _READING)
