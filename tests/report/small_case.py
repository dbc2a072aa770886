# SPDX-License-Identifier: Apache-2.0
"""A case folder of four records, written without a scan."""

from __future__ import annotations

import datetime

import pyarrow as pa

from piidetect.case import CaseWriter, PartMeta
from piidetect.schema import ENTITY_NUMBER, RowKind, SubjectKind, Verdict, schemas

MOBILE, PERSON = ENTITY_NUMBER["CN_MOBILE"], ENTITY_NUMBER["PERSON"]
MASK = 1 << MOBILE | 1 << PERSON


def small_case(directory, *, alerts=(), skipped=False):
    """Two records of one person (the second a duplicate), a wrong number and a blank line."""
    with CaseWriter(
        directory,
        reference_date=datetime.date(2024, 6, 30),
        parameters={"roles": True, "bare_phone": False},
        tool={"name": "piidetect", "version": "0.0.1", "recognizers_sha256": "ab" * 32},
        categories={"CN_MOBILE": ["contact"], "PERSON": ["identity"]},
    ) as writer:
        part = writer.part()
        part.write(_records(), _findings())
        part.close(_meta("用户.csv", alerts))
        if skipped:
            meta = PartMeta(path="broken.csv", status="skipped", reason="permission denied")
            writer.part().close(meta)
        return writer.finish()


def _records():
    rows = [
        (0, 0, RowKind.PARSED, MASK, 1 << Verdict.VALID, 1, SubjectKind.NAME_CONTACT, 7),
        (1, 20, RowKind.PARSED, MASK, 1 << Verdict.VALID, 1, SubjectKind.NAME_CONTACT, 7),
        (2, 40, RowKind.PARSED, 0, 1 << Verdict.UNASSIGNED, 2, SubjectKind.NONE, 0),
        (3, 60, RowKind.BLANK, 0, 0, 0, SubjectKind.NONE, 0),
    ]
    table = [
        {
            "row": row,
            "offset": offset,
            "kind": int(kind),
            "mask": mask,
            "flaws": flaws,
            "content0": content,
            "content1": content,
            "info0": subject,
            "info1": subject,
            "subject_kind": int(subject_kind),
            "subject0": subject,
            "subject1": subject,
            "contact0": subject,
            "contact1": subject,
        }
        for row, offset, kind, mask, flaws, content, subject_kind, subject in rows
    ]
    return pa.Table.from_pylist(table, schema=schemas()["records"])


def _findings():
    rows = [
        (0, 0, PERSON, Verdict.VALID, 5),
        (0, 1, MOBILE, Verdict.VALID, 6),
        (1, 0, PERSON, Verdict.VALID, 5),
        (1, 1, MOBILE, Verdict.VALID, 6),
        (2, 1, MOBILE, Verdict.UNASSIGNED, 8),
    ]
    table = [
        {
            "row": row,
            "column": column,
            "entity": entity,
            "verdict": int(verdict),
            "start": 0,
            "length": 6,
            "detail": 0,
            "key0": key,
            "key1": key,
        }
        for row, column, entity, verdict, key in rows
    ]
    return pa.Table.from_pylist(table, schema=schemas()["findings"])


def _meta(path, alerts):
    columns = [
        {"position": 0, "header": "姓名", "entity": "PERSON", "whose": "subject"},
        {"position": 1, "header": "电话", "entity": "CN_MOBILE", "whose": "subject"},
    ]
    return PartMeta(
        path=path,
        format="csv",
        encoding="utf-8",
        bytes=80,
        sha256="cd" * 32,
        rows=4,
        columns=[
            {**column, "evidence": "heading", "kind": "", "share_valid": 2 / 3}
            for column in columns
        ],
        alerts=alerts,
        exemplars=[
            {
                "column": 1,
                "entity": "CN_MOBILE",
                "verdict": "valid",
                "text": "138****0000",
                "row": 0,
            }
        ],
    )
