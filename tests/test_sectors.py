# SPDX-License-Identifier: Apache-2.0
"""Sectors of sources, and persons and groups by them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from tests.test_compare import HEAD, person, store

import piidetect as pii
from piidetect.cli import cli
from piidetect.columns.sectors import load_sectors, sector_of


@pytest.mark.parametrize(
    ("sector", "headings"),
    [
        ("health", "姓名 病案号 电话"),
        ("health", "BRXM ZYH LXDH"),
        ("property", "业主姓名 楼栋 房号 联系电话"),
        ("education", "学生姓名 班级 家长电话"),
        ("finance", "姓名 手机 申请额度 芝麻分 有无房"),
        ("hotel", "姓名 CtfId CtfTp Mobile"),
        ("courier", "收件人 收件电话 运单号"),
        ("vehicle", "车主 车牌号 车架号 电话"),
        ("recruitment", "姓名 期望薪资 工作年限"),
        ("", "姓名 身份证号 手机号码 家庭住址"),
        ("", "诊断"),
        ("", ""),
    ],
)
def test_headings_tell_the_sector(sector, headings):
    assert sector_of(headings.split())[0] == sector


def test_every_sector_has_both_names():
    assert all(set(sector.name) == {"zh", "en"} for sector in load_sectors())
    assert len(load_sectors()) == 8


def test_persons_by_sector(tmp_path):
    people = [person(n) for n in range(30)]
    store(tmp_path / "a.csv", [[*p, "Z1"] for p in people[:20]], [*HEAD, "住院号"])
    store(tmp_path / "b.csv", [[*p, "1", "2"] for p in people[15:]], [*HEAD, "楼栋", "房号"])
    store(tmp_path / "c.csv", people[:3], HEAD)
    sources = [tmp_path / f"{name}.csv" for name in "abc"]
    case = pii.scan(sources, out=tmp_path / "case", reference_date="1910-01-01")
    found = case.sectors
    assert found["persons"].to_dict() == {"health": 20, "property": 15, "unknown": 3}
    assert found["records"].to_dict() == {"health": 20, "property": 15, "unknown": 3}
    men = {n for n in range(30) if int(people[n][1][16]) % 2}
    assert found.loc["health", "male"] == len(men & set(range(20)))
    assert found.loc["health", "female"] == 20 - found.loc["health", "male"]
    assert found.loc["property", "under_14"] == 15
    for lang, word in (("zh", "医疗健康"), ("en", "health care")):
        done = CliRunner().invoke(cli, ["sectors", str(tmp_path / "case"), "--lang", lang])
        assert done.exit_code == 0
        assert word in done.output
