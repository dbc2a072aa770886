# SPDX-License-Identifier: Apache-2.0
"""A maternity clinic's table: roles of all columns, and the verdict of every cell that is odd."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random

import pytest
from tests import seized

import piidetect
from piidetect.report import render

DAY = "2025-06-30"
ROWS = 40

#: Heading, its pinyin initials, its English: what the column holds, whose, and what of it.
COLUMNS = [
    ("产妇姓名", "XM", "patientName", "PERSON", "subject", ""),
    ("身份证号", "SFZH", "idCard", "CN_RESIDENT_ID", "subject", ""),
    ("手机号", "LXDH", "mobile", "CN_MOBILE", "subject", ""),
    ("配偶姓名", "POXM", "husbandName", "PERSON", "spouse", ""),
    ("配偶电话", "PODH", "husbandPhone", "CN_MOBILE", "spouse", ""),
    ("末次月经", "MCYJ", "lastMenstrualPeriod", "CN_PREGNANCY", "subject", "lmp"),
    ("预产期", "YCQ", "dateOfPrenatal", "CN_PREGNANCY", "subject", "edd"),
    ("孕周", "YZ", "gestationalWeeks", "CN_PREGNANCY", "subject", "weeks"),
    ("诊断编码", "ICD10", "diagnosisCode", "ICD10_CODE", "subject", ""),
    ("病案号", "BAH", "medicalRecordNo", "CN_MEDICAL_RECORD_NUMBER", "subject", ""),
    ("住院号", "ZYH", "admissionNo", "CN_VISIT_NUMBER", "subject", ""),
    ("主治医生", "ZZYS", "attendingDoctor", "PERSON", "doctor", "doctor_name"),
    ("现住址", "XZZ", "homeAddress", "CN_ADDRESS", "subject", ""),
    ("备注", "BZ", "remark", "", "unknown", ""),
]
CHINESE = [column[0] for column in COLUMNS]

#: A cell in place of the first mother's, and what is found in it.
ODD = [
    ("身份证号", "110101190501010011", ["CN_RESIDENT_ID invalid_checksum"]),
    ("身份证号", "110101190502290018", ["CN_RESIDENT_ID invalid_date"]),
    ("身份证号", "13019919050101001X", ["CN_RESIDENT_ID unknown_region"]),
    ("身份证号", "110101050101001", ["CN_RESIDENT_ID valid"]),
    ("身份证号", "110101********0010", ["CN_RESIDENT_ID masked"]),
    ("身份证号", "110101190501010000", ["CN_RESIDENT_ID precision_lost"]),
    ("身份证号", "1.10101E+17", ["CN_RESIDENT_ID precision_lost"]),
    ("身份证号", "110101190501", ["CN_RESIDENT_ID invalid_length"]),
    ("身份证号", "932682190501010010", ["CN_FOREIGN_PERMANENT_RESIDENT_ID valid"]),
    ("身份证号", "-", []),
    ("手机号", "15400138001", ["CN_MOBILE unassigned"]),
    ("手机号", "14800138001", ["CN_MOBILE iot"]),
    ("手机号", "138****8001", ["CN_MOBILE masked"]),
    ("手机号", "13800138000", ["CN_MOBILE placeholder"]),
    ("手机号", "13912345671、0577-88888888", ["CN_MOBILE valid", "CN_LANDLINE valid"]),
    ("手机号", "88888888", ["CN_LANDLINE unchecked"]),
    ("手机号", "1380013800", ["CN_MOBILE invalid_length"]),
    ("手机号", "1.38E+10", ["CN_MOBILE precision_lost"]),
    ("手机号", "4008208820", ["CN_SERVICE_NUMBER service_number"]),
    ("手机号", "无", []),
    ("末次月经", "2024-02-30", ["CN_PREGNANCY invalid_date"]),
    ("末次月经", "20240105", ["CN_PREGNANCY valid"]),
    ("末次月经", "2024年1月5日", ["CN_PREGNANCY valid"]),
    ("末次月经", "不详", []),
    ("预产期", "2024/10/11 00:00:00", ["CN_PREGNANCY valid"]),
    ("预产期", "2024-13-01", ["CN_PREGNANCY invalid_date"]),
    ("孕周", "39周+2天", ["CN_PREGNANCY valid"]),
    ("孕周", "45", ["CN_PREGNANCY invalid_format"]),
    ("孕周", "12+7", ["CN_PREGNANCY invalid_format"]),
    ("诊断编码", "o80.000x001", ["ICD10_CODE valid"]),
    ("诊断编码", "产检", ["ICD10_CODE invalid_format"]),
    ("病案号", "-", []),
    ("病案号", "13912345671", ["CN_MOBILE valid"]),
    ("住院号", "无", []),
    ("产妇姓名", "不详", []),
    ("产妇姓名", "李*", ["PERSON masked"]),
    ("配偶姓名", "", []),
    ("现住址", "浙江省杭州市", ["CN_ADDRESS unchecked"]),
    ("备注", "订单2024010112345678，重2.5kg", []),
    (
        "备注",
        "电话13912345671，证号110101190501010010",
        ["CN_MOBILE valid", "CN_RESIDENT_ID valid"],
    ),
]


def mother(rng, number):
    own = seized.person(rng, male=False, years=(1988, 2001))
    husband, doctor = seized.person(rng, male=True), seized.person(rng)
    period = dt.date(2024, 1, 1) + dt.timedelta(days=rng.randrange(200))
    due = period + dt.timedelta(days=280)
    weeks = f"{rng.randrange(8, 40)}+{rng.randrange(7)}"
    code = rng.choice(["O80.000", "O24.900x001", "Z34.900", "O60.101"])
    return [
        *(own.name, own.resident_id, own.mobile, husband.name, husband.mobile),
        *(str(period), str(due), weeks, code, f"{100000 + number:08d}", f"ZY2024{number:05d}"),
        *(doctor.name, own.address, "正常产检"),
    ]


@pytest.fixture(scope="module")
def mothers():
    rng = random.Random(3)
    return [mother(rng, number) for number in range(ROWS)]


def scan(path, heading, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    return piidetect.scan(path, reference_date=DAY, threads=1)


def roles(case):
    table = case.columns
    names = ("header", "entity", "whose", "kind")
    return list(zip(*(table[name] for name in names), strict=True))


@pytest.mark.parametrize("language", [0, 1, 2])
def test_each_column_has_its_role(mothers, tmp_path, language):
    case = scan(tmp_path / "a.csv", [column[language] for column in COLUMNS], mothers)
    assert roles(case) == [(column[language], *column[3:]) for column in COLUMNS]
    report = json.loads(render(case, "json"))
    found = {name: one["distinct_valid"] for name, one in report["entities"].items()}
    for position, column in enumerate(COLUMNS):
        if column[3] in (
            "CN_RESIDENT_ID",
            "CN_MEDICAL_RECORD_NUMBER",
            "CN_VISIT_NUMBER",
            "CN_ADDRESS",
        ):
            assert found[column[3]] == len({row[position] for row in mothers})
    assert found["CN_MOBILE"] == len({row[position] for row in mothers for position in (2, 4)})
    assert [report["persons"][name] for name in ("low", "point", "high")] == [ROWS] * 3
    assert report["groups"] == {
        "female": ROWS,
        "male": 0,
        "under_14": 0,
        "under_18": 0,
        "over_60": 0,
        "pregnant": ROWS,
    }
    assert report["funnel"][-1]["remaining"] == ROWS


def test_field_codes_of_the_inpatient_front_page(mothers, tmp_path):
    heading = ["A48", "A11", "A13", "A20", "A26", "A27", "A32", "A35", "C03C", "B22", "A49"]
    rows = [
        [
            *(row[9], row[0], f"{row[1][6:10]}-{row[1][10:12]}-{row[1][12:14]}", row[1], row[12]),
            *(row[2], row[3], row[4], row[8], row[11], "1"),
        ]
        for row in mothers
    ]
    assert roles(scan(tmp_path / "a.csv", heading, rows)) == [
        ("A48", "CN_MEDICAL_RECORD_NUMBER", "subject", ""),
        ("A11", "PERSON", "subject", ""),
        ("A13", "DATE_OF_BIRTH", "subject", ""),
        ("A20", "CN_RESIDENT_ID", "subject", ""),
        ("A26", "CN_ADDRESS", "subject", ""),
        ("A27", "CN_MOBILE", "subject", ""),
        ("A32", "PERSON", "contact", ""),
        ("A35", "CN_MOBILE", "contact", ""),
        ("C03C", "ICD10_CODE", "subject", ""),
        ("B22", "PERSON", "doctor", "doctor_name"),
        ("A49", "", "unknown", ""),
    ]


@pytest.fixture(scope="module")
def odd(mothers, tmp_path_factory):
    """Findings by (row, heading) of the table with one odd cell in each of the rows below."""
    rows = list(mothers)
    for name, value, _ in ODD:
        row = list(mothers[0])
        row[CHINESE.index(name)] = value
        rows.append(row)
    nobody = [""] * len(COLUMNS)
    nobody[CHINESE.index("主治医生")] = "赵一鸣"
    case = scan(tmp_path_factory.mktemp("odd") / "a.csv", CHINESE, [*rows, nobody])
    cells = {}
    for one in case.findings().to_pylist():
        cells.setdefault((one["row"], one["header"]), []).append(
            f"{one['entity']} {one['verdict']}"
        )
    return case, cells


@pytest.mark.parametrize("number", range(len(ODD)))
def test_each_odd_cell_has_its_verdict(odd, number):
    name, _, expected = ODD[number]
    _, cells = odd
    assert cells.get((ROWS + number, name), []) == expected
    plain = [column[0] for column in COLUMNS if column[0] not in (name, "备注")]
    assert all(len(cells[ROWS + number, other]) == 1 for other in plain)


def test_a_doctor_alone_is_no_record_of_a_person(odd):
    case, cells = odd
    assert cells[ROWS + len(ODD), "主治医生"] == ["PERSON valid"]
    report = json.loads(render(case, "json"))
    excluded = {step["step"]: step["excluded"] for step in report["funnel"]}
    assert excluded["no_personal_information"] == 1


def test_persons_of_the_odd_table(odd):
    """One mother more by her 15 digits (and a remark), one by a foreigner's ID; one is uncertain."""
    report = json.loads(render(odd[0], "json"))
    assert report["persons"]["low"] == ROWS + 2
    assert report["persons"]["high"] >= report["persons"]["point"] >= report["persons"]["low"]
    assert report["persons"]["by_key"]["CN_RESIDENT_ID"] == ROWS + 1


@pytest.mark.parametrize(
    ("days", "kinds"), [(280, ["lmp", "edd"]), (293, ["lmp", "edd"]), (300, ["", ""])]
)
def test_two_dates_a_pregnancy_apart(mothers, tmp_path, days, kinds):
    later = [str(dt.date.fromisoformat(row[5]) + dt.timedelta(days=days)) for row in mothers]
    rows = [[row[0], row[2], row[5], date] for row, date in zip(mothers, later, strict=True)]
    case = scan(tmp_path / "a.csv", ["姓名", "手机号", "字段一", "字段二"], rows)
    found = [(entity, kind) for _, entity, _, kind in roles(case)][2:]
    assert found == [("CN_PREGNANCY" if kind else "", kind) for kind in kinds]
