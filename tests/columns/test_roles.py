# SPDX-License-Identifier: Apache-2.0
"""Roles of whole tables: no heading, neighbours, pregnancies, promotion, samples of odd shapes."""

from __future__ import annotations

import datetime
import importlib.util
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from piidetect.columns import infer
from piidetect.schema import ENTITIES, WHOSE, RowKind

_SPEC = importlib.util.spec_from_file_location("made_up", Path(__file__).parent / "made_up.py")
made_up = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made_up)


def roles(table, *, header=True, **options):
    columns = [
        made_up.made(v, seed=i) if isinstance(v, str) else v for i, v in enumerate(table.values())
    ]
    return infer(list(table) if header else None, made_up.block(columns), (), **options)


def entities(columns):
    return [column.entity for column in columns]


def test_without_a_header_values_speak_for_themselves():
    rng = random.Random(3)
    born = [made_up.day(rng) for _ in range(made_up.ROWS)]
    table = {
        "1": "name",
        "2": [made_up.resident_id(rng, day) for day in born],
        "3": [f"{day:%Y/%m/%d}" for day in born],
        "4": "mobile",
        "5": "email",
        "6": "card",
        "7": "address",
        "8": "recent",
        "9": "job",
        "10": "mrn",
        "11": "timestamp",
        "12": "remark",
        "13": "landline",
    }
    found = roles(table, header=False)
    assert entities(found) == [
        "PERSON", "CN_RESIDENT_ID", "DATE_OF_BIRTH", "CN_MOBILE", "EMAIL_ADDRESS", "CN_BANK_CARD",
        "CN_ADDRESS", "", "", "", "", "", "CN_LANDLINE",
    ]  # fmt: skip
    assert {c.evidence for c in found if c.entity} == {"values"}
    assert {c.header for c in found} == {""}


def test_a_date_column_is_no_birth_date_unless_the_ids_say_so():
    assert entities(roles({"1": "id", "2": "date"}, header=False)) == ["CN_RESIDENT_ID", ""]


def test_classes_of_few_values_are_no_names():
    cities = [
        random.Random(i).choice(("温州", "金华", "常州", "徐州")) for i in range(made_up.ROWS)
    ]
    assert entities(roles({"1": cities}, header=False)) == [""]


def test_hqms_address_and_phone_after_the_contact_are_the_contacts():
    table = {"XM": "name", "XZZ": "address", "DH": "mobile", "LXRXM": "name", "GX": "marriage",
             "DZ": "address", "DH2": "mobile"}  # fmt: skip
    assert [c.whose for c in roles(table)] == [
        "subject", "subject", "subject", "contact", "unknown", "contact", "contact",
    ]  # fmt: skip


def test_a_list_of_contacts_only_is_a_list_of_subjects():
    assert [c.whose for c in roles({"联系人": "name", "联系电话": "mobile"})] == ["subject"] * 2


def test_a_maternity_list_speaks_of_the_mother_and_the_doctor_is_no_subject():
    table = {"产妇姓名": "name", "产妇身份证号": "id", "主治医师": "name", "丈夫姓名": "name"}
    assert [c.whose for c in roles(table)] == ["subject", "subject", "doctor", "spouse"]


def test_a_list_of_expectant_mothers_is_about_them_though_the_id_has_no_owner():
    table = {"孕妇姓名": "name", "证件号码": "id", "丈夫姓名": "name", "丈夫身份证号": "id"}
    assert [c.whose for c in roles(table)] == ["subject", "subject", "spouse", "spouse"]


def test_a_list_of_births_names_mother_and_child():
    table = {"姓名": "name", "出生日期": "date", "母亲姓名": "name", "母亲身份证号": "id"}
    assert [c.whose for c in roles(table)] == ["subject", "subject", "mother", "mother"]


def test_a_second_person_without_a_heading_is_nobody_in_particular():
    table = {"1": "name", "2": "id", "3": "name", "4": "id", "5": "mobile", "6": "mobile"}
    found = [c.whose for c in roles(table, header=False)]
    assert found == ["subject", "subject", "unknown", "unknown", "subject", "subject"]


def test_a_list_of_staff_only_has_no_subject():
    assert [c.whose for c in roles({"护士": "name", "单位电话": "landline"})] == [
        "doctor",
        "organisation",
    ]


def pregnancies(distance, rows=made_up.ROWS):
    rng = random.Random(5)
    first = [made_up.day(rng, 2019, 2024) for _ in range(rows)]
    due = [day + datetime.timedelta(days=distance + rng.randint(-7, 7)) for day in first]
    return [f"{day:%Y-%m-%d}" for day in first], [f"{day:%Y.%m.%d}" for day in due]


@pytest.mark.parametrize(
    "header", [["日期一", "日期二"], ["末次月经", "日期二"], ["日期一", "预产期"], None]
)
def test_two_dates_280_days_apart_are_a_pregnancy(header):
    first, due = pregnancies(280)
    found = infer(header, made_up.block([first, due]), ())
    assert [(c.entity, c.kind) for c in found] == [("CN_PREGNANCY", "lmp"), ("CN_PREGNANCY", "edd")]
    assert {c.whose for c in found} == {"subject"}


@pytest.mark.parametrize("distance", [7, 200, 320])
def test_other_distances_are_no_pregnancy(distance):
    first, second = pregnancies(distance)
    assert entities(infer(None, made_up.block([first, second]), ())) == ["", ""]


def test_roles_can_be_switched_off():
    found = roles({"姓名": "name", "身份证号": "id"}, roles=False)
    assert entities(found) == ["", ""]
    assert [c.header for c in found] == ["姓名", "身份证号"]


def test_recognizers_add_their_headings():
    @dataclass(frozen=True)
    class Extra:
        entity: str
        context_headers: tuple[str, ...]
        id: str = "cn.extra"
        by_pattern: bool = False
        own: bool = False
        beside: tuple[str, ...] = ()

    block = made_up.block([made_up.made("mobile")])
    assert infer(["呼机X"], block, ())[0].evidence == "values"
    assert (
        infer(["呼机X"], block, (Extra("CN_MOBILE", ("呼机x",)),))[0].evidence == "heading+values"
    )


def test_a_sample_without_rows_keeps_the_headings_that_are_sure():
    block = made_up.block([[], []])
    assert [(c.entity, c.evidence) for c in infer(["身份证号", "ZY"], block, ())] == [
        ("CN_RESIDENT_ID", "heading"),
        ("", ""),
    ]
    assert infer(None, made_up.block([]), ()) == ()


def test_rows_that_were_scanned_as_text_and_short_rows_are_left_out():
    block = made_up.block([made_up.made("name"), made_up.made("mobile")])
    column = block.cell_column.copy()
    column[4] = 65535  # row 2 becomes one text; its second cell is dropped
    keep = np.ones(column.size, bool)
    keep[5] = False
    row_cell = block.row_cell.copy()
    row_cell[3:] -= 1
    kind = block.row_kind.copy()
    kind[2] = RowKind.TEXT
    broken = block._replace(
        cell_start=block.cell_start[keep], cell_stop=block.cell_stop[keep],
        cell_column=column[keep], row_cell=row_cell, row_kind=kind,
    )  # fmt: skip
    assert entities(infer(["姓名", "手机"], broken, ())) == ["PERSON", "CN_MOBILE"]


def test_more_columns_than_headings_and_the_reverse():
    block = made_up.block([made_up.made("name"), made_up.made("mobile")])
    assert entities(infer(["姓名"], block, ())) == ["PERSON", "CN_MOBILE"]
    assert len(infer(["姓名", "手机", "地址"], block, ())) == 3


@pytest.mark.parametrize("kind", sorted(made_up.MAKERS))
def test_whatever_the_values_the_fields_are_from_the_contract(kind):
    for heading in ("姓名", "x", "ZY", "DZ", "A20", ""):
        for column in roles({heading: kind}):
            assert column.entity in ("", *ENTITIES)
            assert column.whose in WHOSE
            assert column.evidence in ("heading+values", "heading", "values", "")
            assert bool(column.entity) <= bool(column.evidence)
