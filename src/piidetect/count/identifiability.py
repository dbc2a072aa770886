# SPDX-License-Identifier: Apache-2.0
"""When a record identifies somebody: one rule for a mask, an array of masks and SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from piidetect.schema import ENTITY_NUMBER, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

#: Numbers of which each is one person's alone.
PERSONAL_NUMBERS: tuple[str, ...] = (
    "CN_RESIDENT_ID",
    "CN_FOREIGN_PERMANENT_RESIDENT_ID",
    "CN_PASSPORT",
    "CN_HK_MACAU_PERMIT",
    "CN_TAIWAN_PERMIT",
    "HK_ID",
    "MO_ID",
    "TW_ID",
    "CN_MILITARY_ID",
)
#: The numbers by which persons are counted.
IDS: tuple[str, ...] = ("CN_RESIDENT_ID", "CN_FOREIGN_PERMANENT_RESIDENT_ID")
#: Ways to reach a person.
CONTACTS: tuple[str, ...] = ("CN_MOBILE", "CN_LANDLINE", "EMAIL_ADDRESS", "WECHAT_ID", "QQ_NUMBER")

#: Beside a mask: the record holds an ID whose division code is unknown. No entity has this bit.
UNKNOWN_REGION = 1 << 63


def entity_bits(*names: str) -> int:
    """Return the mask with the bits of the named entities."""
    bits = 0
    for name in names:
        bits |= 1 << ENTITY_NUMBER[name]
    return bits


@dataclass(frozen=True)
class Identifiability:
    """The rule by which a record is identifiable.

    A record is identifiable if it has one of ``alone``, or a name with one of ``with_name``. An ID
    whose division code is unknown counts as an ID unless ``unknown_region`` is off. A bare phone or
    e-mail is identifiable only with ``bare_phone``. ``together`` are sets of which all are needed,
    such as an account and its password.
    """

    alone: tuple[str, ...] = PERSONAL_NUMBERS
    with_name: tuple[str, ...] = (*CONTACTS, "CN_ADDRESS")
    unknown_region: bool = True
    bare_phone: bool = False
    together: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Identifiability:
        """Return the rule that a case's parameters ask for."""
        return cls(bare_phone=bool(parameters.get("bare_phone", False)))

    def holds(self, mask: int, flaws: int) -> bool:
        """Return whether a record with this mask and these flaws identifies somebody."""
        named = mask & entity_bits("PERSON") and mask & entity_bits(*self.with_name)
        joined = any(mask & bits == bits for bits in self._together())
        return bool(named or joined or mask & self._alone() or flaws & self._flaws())

    def keeps(self, held: int) -> bool:
        """Return the same for a mask with :data:`UNKNOWN_REGION`."""
        doubted = 1 << Verdict.UNKNOWN_REGION if held & UNKNOWN_REGION else 0
        return self.holds(held & ~UNKNOWN_REGION, doubted)

    def select(self, mask: np.ndarray, flaws: np.ndarray) -> np.ndarray:
        """Return the same as bool[n] for many records; mask uint64[n], flaws uint16[n]."""
        import numpy as np

        named: np.ndarray = (mask & np.uint64(entity_bits("PERSON"))) != 0
        named &= (mask & np.uint64(entity_bits(*self.with_name))) != 0
        for bits in self._together():
            named |= (mask & np.uint64(bits)) == np.uint64(bits)
        held = (mask & np.uint64(self._alone())) != 0
        named |= held | ((flaws & np.uint16(self._flaws())) != 0)
        return named

    def sql(self) -> str:
        """Return the same rule as an SQL expression on ``mask`` and ``flaws``."""
        name, more = entity_bits("PERSON"), entity_bits(*self.with_name)
        terms = [
            f"(mask & {self._alone()}::ubigint) <> 0",
            f"((mask & {name}::ubigint) <> 0 and (mask & {more}::ubigint) <> 0)",
        ]
        terms += [f"(mask & {bits}::ubigint) = {bits}::ubigint" for bits in self._together()]
        if self._flaws():
            terms.append(f"(flaws & {self._flaws()}::usmallint) <> 0")
        return "(" + " or ".join(terms) + ")"

    def _alone(self) -> int:
        return entity_bits(*self.alone, *(CONTACTS if self.bare_phone else ()))

    def _together(self) -> list[int]:
        return [entity_bits(*names) for names in self.together if names]

    def _flaws(self) -> int:
        return 1 << Verdict.UNKNOWN_REGION if self.unknown_region else 0
