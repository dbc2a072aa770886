# SPDX-License-Identifier: Apache-2.0
"""Names of entities in policies: those of the schema, and some that no recognizer finds yet.

The latter stand under ``not_yet`` in ``recognizers/categories.yaml``. A rule that names one never
applies until :data:`piidetect.schema.ENTITIES` has it; from then on it applies without a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from piidetect.policies.categories import load_categories
from piidetect.schema import ENTITIES, ENTITY_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from piidetect.yaml_fields import Report


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Return those names that findings can have now, in their order."""
    return tuple(name for name in names if name in ENTITY_NUMBER)


def bits(names: Iterable[str]) -> int:
    """Return the mask with the bits of those names that findings can have now."""
    mask = 0
    for name in known(names):
        mask |= 1 << ENTITY_NUMBER[name]
    return mask


def held_by(mask: int) -> tuple[str, ...]:
    """Return the entities of a mask."""
    return tuple(name for number, name in enumerate(ENTITIES) if mask >> number & 1)


def check_entity(name: str, where: str, report: Report) -> None:
    """Report a name that is no entity, neither now nor to come."""
    if name and name not in ENTITY_NUMBER and name not in load_categories().labels:
        report(where, f"there is no entity {name!r}")
