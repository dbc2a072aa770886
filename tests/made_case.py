# SPDX-License-Identifier: Apache-2.0
"""Case folders from records and findings that a test writes down."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace

import pyarrow as pa

from piidetect.case import Case, CaseWriter, PartMeta
from piidetect.schema import (
    ENTITY_NUMBER,
    NO_PLACE,
    PLACE_SHIFT,
    RowKind,
    SubjectKind,
    Verdict,
    packed_day,
    schemas,
)

REFERENCE_DATE = datetime.date(2024, 6, 30)
WORD = (1 << 64) - 1


def born(date, *, male=False, place="3301"):
    """The detail of an ID: born on yyyymmdd, registered in a prefecture."""
    day = packed_day(date // 10_000, date // 100 % 100, date % 100)
    return (int(place) - NO_PLACE) << PLACE_SHIFT | day << 1 | male


@dataclass(frozen=True)
class Found:
    entity: str
    value: int = 0  # stands for the value; 0 for one without a key
    verdict: Verdict = Verdict.VALID
    detail: int = 0
    column: int = 0


@dataclass(frozen=True)
class Record:
    findings: tuple[Found, ...] = ()
    content: int = 1
    kind: RowKind = RowKind.PARSED
    subject_kind: SubjectKind = SubjectKind.NONE
    subject: int = 0
    contact: int = 0

    @property
    def mask(self):
        bits = 0
        for found in self.findings:
            if found.verdict == Verdict.VALID:
                bits |= 1 << ENTITY_NUMBER[found.entity]
        return bits

    @property
    def flaws(self):
        bits = 0
        for found in self.findings:
            bits |= 1 << found.verdict
        return bits

    @property
    def info(self):
        return frozenset(
            (found.entity, found.value) for found in self.findings if found.verdict == Verdict.VALID
        )


@dataclass(frozen=True)
class Made:
    path: str
    records: tuple[Record, ...] = ()
    columns: tuple[dict, ...] = ()
    batch: int = 1000
    meta: dict = field(default_factory=dict)


def key(*value):
    """Two words that stand for a value, (0, 0) for none."""
    if not any(value):
        return (0, 0)
    number = 1
    for part in value:
        number = (number * 1_000_003 + (part if isinstance(part, int) else hash_of(part))) & WORD
    mixed = number * 0x9E3779B97F4A7C15 & WORD
    return (mixed ^ mixed >> 31, mixed * 0xC2B2AE3D27D4EB4F & WORD)


def hash_of(text):
    return int.from_bytes(text.encode(), "little") & WORD


def info_key(record):
    pairs = [key(entity, value) for entity, value in record.info]
    return (sum(a for a, _ in pairs) & WORD, sum(b for _, b in pairs) & WORD) if pairs else (0, 0)


def tables(records, first_row=0):
    rows, found_rows = [], []
    for number, record in enumerate(records, first_row):
        rows.append(_record_row(number, record))
        found_rows += [_found_row(number, found) for found in record.findings]
    named = schemas()
    return (
        pa.RecordBatch.from_pylist(rows, schema=named["records"]),
        pa.RecordBatch.from_pylist(found_rows, schema=named["findings"]),
    )


def _record_row(number, record):
    values = {
        "content": key(record.content),
        "info": info_key(record),
        "subject": key(int(record.subject_kind), record.subject) if record.subject else (0, 0),
        "contact": key(record.contact),
    }
    return {
        "row": number,
        "offset": number * 100,
        "kind": int(record.kind),
        "mask": record.mask,
        "flaws": record.flaws,
        "subject_kind": int(record.subject_kind),
        **{f"{name}{i}": pair[i] for name, pair in values.items() for i in (0, 1)},
    }


def _found_row(number, found):
    key0, key1 = key(found.entity, found.value) if found.value else (0, 0)
    return {
        "row": number,
        "column": found.column,
        "entity": ENTITY_NUMBER[found.entity],
        "verdict": int(found.verdict),
        "start": 10 * found.column,
        "length": 18,
        "detail": found.detail,
        "key0": key0,
        "key1": key1,
    }


def write_case(directory, parts, **options) -> Case:
    options = {"reference_date": REFERENCE_DATE, **options}
    with CaseWriter(directory, **options) as writer:
        for made in parts:
            write_part(writer, made)
        return writer.finish()


def write_part(writer, made):
    part = writer.part()
    for start in range(0, len(made.records), made.batch):
        part.write(*tables(made.records[start : start + made.batch], start))
    meta = PartMeta(
        path=made.path,
        format="csv",
        encoding="utf-8",
        bytes=100 * len(made.records),
        sha256=f"{hash_of(made.path):064x}",
        rows=len(made.records),
        columns=made.columns,
    )
    part.close(replace(meta, **made.meta))
