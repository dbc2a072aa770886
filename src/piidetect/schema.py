# SPDX-License-Identifier: Apache-2.0
"""Verdicts, entity numbers and the Arrow schemas of the tables that pass between stages.

Nothing here imports anything heavy at module level: pyarrow is loaded by :func:`schemas`.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa


class Verdict(IntEnum):
    """What a check says of one candidate; 0 means that there is no candidate."""

    NONE = 0
    VALID = 1
    INVALID_LENGTH = 2
    INVALID_FORMAT = 3
    INVALID_CHECKSUM = 4
    INVALID_DATE = 5
    UNKNOWN_REGION = 6
    UNASSIGNED = 7
    PLACEHOLDER = 8
    PRECISION_LOST = 9
    MASKED = 10
    SERVICE_NUMBER = 11
    IOT = 12
    UNCHECKED = 13


class RowKind(IntEnum):
    """How a row of a source was split."""

    PARSED = 0
    TEXT = 1  # could not be split: scanned as one text and counted as unparsed
    BLANK = 2
    REPEATED_HEADER = 3


#: `cell_column` of a row that is scanned as text.
TEXT_COLUMN = 65535

#: Entity names in the order of their numbers: bit i of a record's mask is ENTITIES[i]. Append only.
ENTITIES: tuple[str, ...] = (
    "CN_RESIDENT_ID",
    "CN_MOBILE",
    "CN_BANK_CARD",
    "EMAIL_ADDRESS",
    "PERSON",
    "CN_ADDRESS",
    "DATE_OF_BIRTH",
    "CN_LANDLINE",
    "CN_SERVICE_NUMBER",
    "CN_FOREIGN_PERMANENT_RESIDENT_ID",
    "CN_MEDICAL_RECORD_NUMBER",
    "CN_VISIT_NUMBER",
    "ICD10_CODE",
    "CN_PREGNANCY",
    "CN_PASSPORT",
    "CN_HK_MACAU_PERMIT",
    "CN_TAIWAN_PERMIT",
    "HK_ID",
    "MO_ID",
    "TW_ID",
    "CN_MILITARY_ID",
    "CN_DISABILITY_CARD",
    "CN_STUDENT_ID",
    "CN_SOCIAL_SECURITY_CARD",
    "CN_BIRTH_CERTIFICATE",
    "CN_HEALTH_RECORD_NUMBER",
    "CN_MEDICAL_TERM",
    "CN_USCC",
    "CN_ORGANISATION_CODE",
    "CN_VEHICLE_PLATE",
    "VIN",
    "IMEI",
    "IMSI",
    "ICCID",
    "ADVERTISING_ID",
    "GEO_COORDINATE",
    "WECHAT_ID",
    "QQ_NUMBER",
    "IP_ADDRESS",
    "MAC_ADDRESS",
    "URL",
    "CN_DRIVER_FILE_NUMBER",
    "CN_HEALTH_CARD",  # health card, medical insurance card: local forms
    "CN_LAB_NUMBER",  # specimen, report, pathology and imaging numbers
    "ICD9_PROCEDURE_CODE",
    "BLOOD_TYPE",
    "CN_INSURANCE_POLICY",
    "ENGINE_NUMBER",
    "DEVICE_ID",  # MEID and other numbers of a device that have no entity of their own
    "COOKIE",  # session and tracking identifiers of a browser
    "SOCIAL_ACCOUNT",  # Alipay, Weibo, Douyin and other accounts
    "CREDENTIAL",  # an account with its password or one-time code
    "GEO_TRACK",  # places with times: where somebody went
    "CN_WAYBILL_NUMBER",
    "HOTEL_STAY",
    "TRAVEL_RECORD",
    "TRANSACTION_RECORD",
    "CREDIT_RECORD",
    "PROPERTY_RECORD",
)

#: Entities of a user's own recognizers begin so, that they never clash with one of ours. They have the
#: last numbers of the mask, in the order of their names: those among a case's `categories`.
OWN_PREFIX = "X_"
FIRST_OWN = 60
MOST_OWN = 3  # bit 63 is that of a resident ID whose division is unknown

ENTITY_NUMBER: dict[str, int] = {name: number for number, name in enumerate(ENTITIES)}


def own_entities(entities: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names that a user gave, in the order of their numbers."""
    return tuple(sorted({name for name in entities if name.startswith(OWN_PREFIX)}))


def entity_names(own: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the names of all entities by number, str[63], '' where there is none.

    Args:
        own: the user's, as :func:`own_entities` gives them.
    """
    free = [""] * (FIRST_OWN - len(ENTITIES))
    return (*ENTITIES, *free, *own, *[""] * (MOST_OWN - len(own)))


def entity_numbers(own: Sequence[str] = ()) -> dict[str, int]:
    """Return the numbers of all entities by name."""
    return {name: number for number, name in enumerate(entity_names(own)) if name}


#: The `detail` of a valid finding is place << PLACE_SHIFT | rest, 0 where nothing is known. A place is
#: the first four digits of a division code less NO_PLACE. The rest is of a resident ID twice the day of
#: birth, and 1 more for a man; of a date of birth twice the day; of a mobile its operator
#: (`tables.lookups.OPERATORS`). A day is counted in years from FIRST_YEAR of twelve months of 31 days,
#: so that it takes no calendar and full years can be added.
PLACE_SHIFT = 18
NO_PLACE = 1099
FIRST_YEAR = 1849
DAYS_OF_MONTH = 31
DAYS_OF_YEAR = 12 * DAYS_OF_MONTH


def packed_day(year: int, month: int, day: int) -> int:
    """Return a day as `detail` has it."""
    return (year - FIRST_YEAR) * DAYS_OF_YEAR + (month - 1) * DAYS_OF_MONTH + day - 1


#: Whose value a column holds.
WHOSE: tuple[str, ...] = (
    "subject",
    "contact",
    "mother",
    "father",
    "child",
    "spouse",
    "guardian",
    "doctor",
    "organisation",
    "unknown",
)


class SubjectKind(IntEnum):
    """By what a record's subject is told apart."""

    NONE = 0
    ID = 1  # resident ID or foreign permanent resident ID, valid
    NAME_CONTACT = 2
    NAME_ADDRESS = 3
    CONTACT = 4  # a bare phone or e-mail
    NAME = 5


@cache
def schemas() -> dict[str, pa.Schema]:
    """Return the schemas by name: ``findings`` and ``records``."""
    import pyarrow as pa

    findings = pa.schema(
        [
            ("row", pa.uint32()),  # number of the record in its source, 0-based
            ("column", pa.uint16()),  # position of the column, TEXT_COLUMN for a text row
            ("entity", pa.uint8()),  # index into ENTITIES
            ("verdict", pa.uint8()),  # Verdict
            ("start", pa.uint32()),  # byte offset of the span in the row's UTF-8 text
            ("length", pa.uint16()),  # bytes of the span
            ("detail", pa.int32()),  # of valid ones: place, day, sex, operator: see above
            ("key0", pa.uint64()),  # SipHash-2-4-128 of entity and canonical value; 0,0 where the
            ("key1", pa.uint64()),  # value is masked or has lost precision
        ]
    )
    records = pa.schema(
        [
            ("row", pa.uint32()),
            ("offset", pa.uint64()),  # byte offset of the row in the (unpacked) source
            ("kind", pa.uint8()),  # RowKind
            ("mask", pa.uint64()),  # bit i: at least one VALID finding of ENTITIES[i]
            ("flaws", pa.uint16()),  # bit v: at least one finding with Verdict v
            ("content0", pa.uint64()),  # key of the row's cells
            ("content1", pa.uint64()),
            ("info0", pa.uint64()),  # key of the set of the row's valid values, 0,0 where none
            ("info1", pa.uint64()),
            ("subject_kind", pa.uint8()),  # SubjectKind
            ("subject0", pa.uint64()),
            ("subject1", pa.uint64()),
            ("contact0", pa.uint64()),  # key of the subject's first valid mobile, else landline,
            ("contact1", pa.uint64()),  # else e-mail; 0,0 where none
        ]
    )
    return {"findings": findings, "records": records}
