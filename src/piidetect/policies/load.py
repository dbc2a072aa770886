# SPDX-License-Identifier: Apache-2.0
"""Find, read and check policies: YAML files whose id is their name.

>>> from piidetect.policies.load import load_policy
>>> load_policy("cn-criminal-2017").instrument[-12:-1]
'法释〔2017〕10号'
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from piidetect._resources import policies_root
from piidetect.errors import PolicyError
from piidetect.policies.faults import read
from piidetect.policies.fields import policy_from

if TYPE_CHECKING:
    from piidetect.policies.model import Policy

SUFFIX = ".yaml"


def policy_names() -> tuple[str, ...]:
    """Return the names of the policies that are shipped, in order.

    Raises:
        PolicyError: the folder isn't installed.
    """
    return tuple(sorted(path.stem for path in policies_root().glob(f"*{SUFFIX}")))


def load_policy(policy: str | os.PathLike[str]) -> Policy:
    """Return a policy.

    Args:
        policy: the name of one that is shipped, or the path of a file that ends in ``.yaml``.

    Raises:
        PolicyError: there is none of that name, or the file is broken; the message has one line for
            each fault.
    """
    if isinstance(policy, os.PathLike) or str(policy).endswith(SUFFIX):
        return _load(Path(policy))
    if policy not in policy_names():
        names = ", ".join(policy_names())
        raise PolicyError(f"there is no policy {policy!r}; the policies are: {names}")
    return _shipped(policy)


@cache
def _shipped(name: str) -> Policy:
    return _load(policies_root() / f"{name}{SUFFIX}")


def _load(path: Path) -> Policy:
    content, sha256, faults = read(path)
    policy = policy_from(content, path.stem, sha256, faults)
    if faults or policy is None:
        raise faults.error()
    return policy
