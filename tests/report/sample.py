# SPDX-License-Identifier: Apache-2.0
"""A small report dictionary written by hand, as report.json holds it."""

from __future__ import annotations

import copy
from typing import Any

ENTITIES = {
    "CN_RESIDENT_ID": {"zh": "公民身份号码", "en": "Resident ID number"},
    "CN_MOBILE": {"zh": "手机号码", "en": "Mobile number"},
    "PERSON": {"zh": "姓名", "en": "Person's name"},
}

_REPORT: dict[str, Any] = {
    "schema": "piidetect.report/1",
    "tool": {"name": "piidetect", "version": "0.1.0", "recognizers_sha256": "ab" * 32},
    "parameters": {"bare_phone": False, "roles": True},
    "case": {"id": "0123456789abcdef", "reference_date": "2024-06-30"},
    "sources": [
        {
            "path": "检材/孕产妇名单.csv",
            "format": "csv",
            "encoding": "gb18030",
            "bytes": 251_300_000,
            "sha256": "cd" * 32,
            "rows": 1_000_000,
            "rows_unparsed": 12,
            "status": "complete",
            "reason": "",
        },
        {
            "path": "检材/broken.csv",
            "format": "",
            "encoding": "",
            "bytes": 0,
            "sha256": "",
            "rows": 0,
            "rows_unparsed": 0,
            "status": "skipped",
            "reason": "permission denied",
        },
    ],
    "totals": {"sources": 2, "bytes": 251_300_000, "rows": 1_000_000},
    "entities": {
        "CN_MOBILE": {
            "findings": 1_310_000,
            "verdicts": {"iot": 2_000, "unassigned": 8_000, "valid": 1_300_000},
            "distinct_valid": 910_000,
            "rows": 950_000,
        },
        "CN_RESIDENT_ID": {
            "findings": 900_000,
            "verdicts": {"invalid_checksum": 20_000, "unknown_region": 3_000, "valid": 877_000},
            "distinct_valid": 650_000,
            "rows": 870_000,
        },
        "PERSON": {
            "findings": 990_000,
            "verdicts": {"valid": 990_000},
            "distinct_valid": 400_000,
            "rows": 990_000,
        },
    },
    "categories": {
        "contact": {"rows": 950_000, "persons": 640_000},
        "identity": {"rows": 995_000, "persons": 655_000},
    },
    "columns": [
        {
            "source": "检材/孕产妇名单.csv",
            "position": 0,
            "header": "产妇姓名",
            "role": "PERSON/subject",
            "share_valid": 0.99,
        },
        {
            "source": "检材/孕产妇名单.csv",
            "position": 1,
            "header": "<b>手机号</b>\x1b[31m",
            "role": "CN_MOBILE/contact",
            "share_valid": 0.9512,
        },
        {
            "source": "检材/孕产妇名单.csv",
            "position": 2,
            "header": "备注",
            "role": "",
            "share_valid": None,
        },
    ],
    "funnel": [
        {"step": "seized", "excluded": 0, "remaining": 1_000_000, "reason": ""},
        {"step": "blank", "excluded": 10, "remaining": 999_990, "reason": ""},
        {"step": "repeated_header", "excluded": 2, "remaining": 999_988, "reason": ""},
        {"step": "no_personal_information", "excluded": 4_988, "remaining": 995_000, "reason": ""},
        {
            "step": "untrue:invalid_checksum",
            "excluded": 15_000,
            "remaining": 980_000,
            "reason": "wrong",
        },
        {"step": "not_identifiable", "excluded": 30_000, "remaining": 950_000, "reason": ""},
        {"step": "duplicate_content", "excluded": 100_000, "remaining": 850_000, "reason": ""},
        {"step": "duplicate_information", "excluded": 50_000, "remaining": 800_000, "reason": ""},
        {"step": "counted", "excluded": 0, "remaining": 800_000, "reason": ""},
    ],
    "persons": {
        "low": 650_000,
        "point": 655_000,
        "high": 701_222,
        "by_key": {"CN_MOBILE": 910_000, "CN_RESIDENT_ID": 650_000},
    },
    "groups": {
        "female": 640_000,
        "male": 10_000,
        "under_14": 120,
        "under_18": 900,
        "over_60": 30,
        "pregnant": 610_000,
    },
    "assessments": [],
    "alerts": [
        {
            "source": "检材/broken.csv",
            "code": "skipped",
            "message": "permission denied",
            "row": None,
            "byte_offset": None,
        },
        {
            "source": "检材/孕产妇名单.csv",
            "code": "undecodable",
            "message": "3 bytes are no GB18030",
            "row": 41,
            "byte_offset": 12_345,
        },
    ],
}


def report() -> dict[str, Any]:
    """Return a fresh copy of the sample."""
    return copy.deepcopy(_REPORT)
