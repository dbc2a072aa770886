# SPDX-License-Identifier: Apache-2.0
"""Leads from volunteers, joined to sources; what matches nothing is listed, what is personal is masked."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.made_case import Made, write_case

import piidetect as pii
from piidetect.cli import cli
from piidetect.errors import ArgumentError
from piidetect.refusal import RowsRefused
from piidetect.tracks.leads import masked

HEAD = "where,what,when\n"
COLUMN = {"entity": "", "whose": "", "evidence": "", "kind": ""}


@pytest.fixture
def case(tmp_path):
    def made(path, *headers):
        columns = tuple(
            {"position": at, "header": header, **COLUMN} for at, header in enumerate(headers)
        )
        return replace(Made(path), columns=columns)

    parts = [
        made("app/通讯录.csv", "姓名", "手机号"),
        made("医院/温州一院_产科.csv", "产妇姓名", "末次月经"),
        made("医院/温州二院_产科.csv", "产妇姓名"),
    ]
    return write_case(tmp_path / "case", parts)


def table(tmp_path, *rows, head=HEAD, encoding="utf-8"):
    path = tmp_path / "leads.csv"
    path.write_bytes((head + "\n".join(rows) + "\n").encode(encoding))
    return path


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("app/通讯录.csv", [0]),
        ("通讯录.csv", [0]),
        ("医院/*", [1, 2]),
        ("医院/温州?院_产科.csv", [1, 2]),
        ("温州 一院", [1]),
        ("产科", [1, 2]),
        ("ＡＰＰ", [0]),
        ("某商场", []),
        ("科", []),  # one character isn't enough
        ("[app]", []),
    ],
)
def test_a_lead_belongs_to_the_sources_that_it_names(case, tmp_path, where, found):
    [lead] = pii.read_leads(case, table(tmp_path, f"{where},看到名单,2024-05-01")).leads
    assert list(lead.parts) == found


def test_leads_are_listed_whether_they_match_or_not(case, tmp_path):
    rows = ["温州一院,登记末次月经和产妇姓名,2024年5月1日", "某商场,扫码要手机号,"]
    leads = pii.read_leads(
        case, table(tmp_path, *rows, head="地点,情况,时间\n", encoding="gb18030")
    )
    assert [one.line for one in leads.matched] == [2]
    assert [one.line for one in leads.unmatched] == [3]
    assert leads.matched[0].shown == ("产妇姓名", "末次月经")
    assert leads.table.to_dict("records") == [
        {
            "line": 2,
            "where": "温州一院",
            "what": "登记末次月经和产妇姓名",
            "when": "2024-05-01",
            "sources": ["医院/温州一院_产科.csv"],
            "shown": ["产妇姓名", "末次月经"],
        },
        {
            "line": 3,
            "where": "某商场",
            "what": "扫码要手机号",
            "when": None,
            "sources": [],
            "shown": [],
        },
    ]


def test_a_frame_is_the_same_as_a_file(case, tmp_path):
    frame = pd.DataFrame({"where": ["通讯录.csv"], "what": ["读取通讯录"], "when": [pd.NaT]})
    assert (
        pii.read_leads(case, frame).leads
        == pii.read_leads(case, table(tmp_path, "通讯录.csv,读取通讯录,")).leads
    )


def test_rows_that_cannot_be_used_are_refused_with_line_field_and_remedy(case, tmp_path):
    with pytest.raises(RowsRefused) as caught:
        pii.read_leads(case, table(tmp_path, ",x,", "a,,2024-13-01", "b,y,yesterday", "c,z,"))
    found = [(one.line, one.field) for one in caught.value.problems]
    assert found == [(2, "where"), (3, "what"), (3, "when"), (4, "when")]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("where,what\na,b\n", RowsRefused),
        ("where,what,when,地点\na,b,,c\n", RowsRefused),
        (HEAD, ArgumentError),
        ("", RowsRefused),
    ],
)
def test_what_is_no_table_of_leads_is_refused(case, tmp_path, content, error):
    path = tmp_path / "leads.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error):
        pii.read_leads(case, path)


def test_a_file_that_is_not_there_is_refused(case, tmp_path):
    with pytest.raises(ArgumentError, match="can't be read"):
        pii.read_leads(case, tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13905770001", "电话139********"),
        ("139-0577-0001", "139**********"),
        ("１３９０５７７０００１", "139********"),
        ("证号33030219010203012X", "证号330***************"),
        ("2024-05-01和20240501", "2024-05-01和20240501"),
        ("u123@mail.example", "u12***"),
        ("12楼3号", "12楼3号"),
    ],
)
def test_numbers_of_persons_are_masked(text, shown):
    assert masked(text) == shown


@given(st.integers(10**10, 10**11 - 1), st.text("张三：,。 ", max_size=5))
def test_no_number_of_eleven_digits_is_left(number, around):
    assert not re.search(r"[0-9]{7}", masked(f"{around}{number}{around}"))


def test_the_command_prints_both_lists(case, tmp_path):
    path = table(tmp_path, "通讯录.csv,手机号 13905770001,2024-05-01", "商场,二维码,")
    args = ["leads", str(case.directory), str(path)]
    for lang, headline in (("zh", "1 条线索对应到来源，1 条对不上"), ("en", "1 leads belong")):
        text = CliRunner().invoke(cli, [*args, "--lang", lang]).stdout
        assert headline in text
        assert "13905770001" not in text
    found = json.loads(CliRunner().invoke(cli, [*args, "--format", "json"]).stdout)
    assert (found["schema"], len(found["matched"]), len(found["unmatched"])) == (
        "piidetect.leads/1",
        1,
        1,
    )
    assert CliRunner().invoke(cli, [*args, "--format", "html"]).stdout.startswith("<!DOCTYPE html>")
