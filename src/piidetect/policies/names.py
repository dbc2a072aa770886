# SPDX-License-Identifier: Apache-2.0
"""Names of entities in policies: those of the schema, and some that no recognizer finds yet.

A rule that names one of the latter never applies until :data:`piidetect.schema.ENTITIES` has it; from
then on it applies without a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from piidetect.schema import ENTITY_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from piidetect.yaml_fields import Report

#: Names that laws and app rules need and that no recognizer finds yet.
FUTURE: Final = frozenset(
    [
        "ACCOUNT",
        "PASSWORD",
        "VERIFICATION_CODE",
        "FACE_IMAGE",
        "ID_DOC_IMAGE",
        "FUND_ACCOUNT",
        "PAYMENT_ACCOUNT",
        "TRACK",
        "MESSAGE_CONTENT",
        "CALL_RECORD",
        "CREDIT_REPORT",
        "PROPERTY_RECORD",
        "HOTEL_STAY",
        "TRANSACTION",
        "TRIP",
        "CN_WAYBILL_NUMBER",
        "ALIPAY_ID",
        "WEIBO_ID",
        "DOUYIN_ID",
        "COOKIE",
        "CN_DRIVER_LICENCE",
        "ENGINE_NUMBER",
        "DEVICE_ID",
        "MEID",
    ]
)


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Return those names that findings can have now, in their order."""
    return tuple(name for name in names if name in ENTITY_NUMBER)


def bits(names: Iterable[str]) -> int:
    """Return the mask with the bits of those names that findings can have now."""
    mask = 0
    for name in known(names):
        mask |= 1 << ENTITY_NUMBER[name]
    return mask


def check_entity(name: str, where: str, report: Report) -> None:
    """Report a name that is no entity, neither now nor to come."""
    if name and name not in ENTITY_NUMBER and name not in FUTURE:
        report(where, f"there is no entity {name!r}")
