# SPDX-License-Identifier: Apache-2.0
"""Is it true? Each check against a column made to fail it, and nothing depends on how it was read."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import piidetect as pii
from piidetect.cli import cli
from piidetect.columns import Column
from piidetect.detection import detect_block, set_up
from piidetect.detection.evidence import Evidence
from piidetect.kernels.cells import block_from_columns, cells_from_arrow
from piidetect.numbers import luhn, mod_11_2
from piidetect.recognizer import load_recognizers
from piidetect.sampling.bounds import binomial_lower, binomial_upper
from piidetect.sampling.truth import rate_bounds


def identity(draw, *, right=True, male=None, date=None, place="330103"):
    born = date or f"19{draw.randrange(10, 60)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}"
    order = draw.randrange(10, 900)
    order += male is not None and order % 2 != male
    body = f"{place}{born}{order:03}"
    return body + (mod_11_2.calc_check_digit(body) if right else str(draw.randrange(10)))


def checked(tmp_path, header, rows, **options):
    path = tmp_path / "a.csv"
    path.write_text("\n".join([",".join(header), *(",".join(row) for row in rows)]) + "\n")
    case = pii.scan(str(path), reference_date="2024-06-30", **options)
    whole = case.truth.astype(object).where(case.truth.notna(), None)
    return {(row["column"], row["check"]): row for row in whole.to_dict("records")}


def test_18_digits_at_chance_are_no_ids(tmp_path):
    draw = random.Random(1)
    rows = [(str(at), identity(draw, right=False)) for at in range(2000)]
    found = checked(tmp_path, ["序号", "流水"], rows)[1, "check_digit"]
    assert found["verdict"] == "chance"
    assert found["low"] < 1 / 11 < found["high"]
    assert found["tested"] > 1990  # but for those that end like a damaged number


def test_true_ids_are_fine_and_few_are_too_few(tmp_path):
    draw = random.Random(2)
    rows = [(identity(draw),) for _ in range(200)]
    found = checked(tmp_path, ["身份证号"], rows)
    assert found[0, "check_digit"]["verdict"] == found[0, "enumeration"]["verdict"] == "fine"
    assert found[0, "width"]["detail"] == "18-18"
    assert checked(tmp_path, ["身份证号"], rows[:20])[0, "check_digit"]["verdict"] == "few"


def test_columns_of_a_row_agree_with_its_id_or_not(tmp_path):
    draw = random.Random(3)
    rows = []
    for at in range(400):
        male, date = at % 2 == 0, f"19{10 + at % 50}0{1 + at % 9}1{at % 9}"
        told = male if at % 4 else not male  # one in four is wrong
        sex = "男" if told else "女"
        sex = "未知" if at >= 390 else sex
        region = ("浙江省杭州市", "杭州", "330106", "广东省", "火星")[at % 5]
        rows.append((identity(draw, male=male, date=date), sex, date, region))
    found = checked(tmp_path, ["身份证号", "性别", "出生日期", "籍贯"], rows)
    sex, birth, region = found[1, "sex"], found[2, "birth_date"], found[3, "region"]
    assert (sex["failed"], sex["not_comparable"], sex["verdict"]) == (98, 10, "disagree")
    assert (birth["tested"], birth["failed"], birth["verdict"]) == (400, 0, "fine")
    assert (region["passed"], region["failed"], region["not_comparable"]) == (240, 80, 80)
    assert region["verdict"] == "fine"


@pytest.mark.parametrize("block_bytes", [None, 4096])
def test_enumerated_blocks_are_told(tmp_path, block_bytes):
    rows = [(f"1370571{at:04}",) for at in range(1000, 1500)]
    found = checked(tmp_path, ["手机号"], rows, block_bytes=block_bytes)[0, "enumeration"]
    assert (found["verdict"], found["failed"], found["detail"]) == ("enumerated", 499, "500")
    cards = [f"622202{at:09}" for at in range(400)]
    rows = [(body + luhn.calc_check_digit(body),) for body in cards]
    found = checked(tmp_path, ["银行卡号"], rows)[0, "enumeration"]
    assert (found["verdict"], found["detail"]) == ("enumerated", "400")


def test_fillers_and_repetition_are_told(tmp_path):
    rows = [("13800138000",) if at % 20 == 0 else (f"1370571{at % 4:04}",) for at in range(400)]
    found = checked(tmp_path, ["手机号"], rows)
    assert found[0, "placeholder"]["verdict"] == "placeholders"
    assert found[0, "placeholder"]["failed"] == 20
    assert found[0, "uniqueness"]["verdict"] == "repeated"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_lists_and_warns(tmp_path, lang):
    draw = random.Random(4)
    path = tmp_path / "a.csv"
    path.write_text("流水\n" + "\n".join(identity(draw, right=False) for _ in range(500)))
    pii.scan(str(path), out=str(tmp_path / "case"), reference_date="2024-06-30")
    args = ["truth", str(tmp_path / "case"), "--lang", lang]
    shown = CliRunner().invoke(cli, args)
    assert shown.exit_code == 0, shown.output
    assert {"zh": "与随机数无异", "en": "no more than chance"}[lang] in shown.output
    data = json.loads(CliRunner().invoke(cli, [*args, "--format", "json"]).stdout)
    assert any(row["verdict"] == "chance" for row in data["checks"])
    assert CliRunner().invoke(cli, [*args, "--out", str(tmp_path / "t.html")]).exit_code == 0


@given(st.integers(1001, 3000), st.data())
def test_the_interval_of_many_holds_the_exact_one(tested, data):
    passed = data.draw(st.integers(0, tested))
    low, high = rate_bounds(tested, passed)
    grid = Fraction(1, 10**6)  # the exact ends are rounded outwards
    assert 0 <= low <= binomial_lower(tested, passed, Fraction(1, 100)) + grid
    assert binomial_upper(tested, passed, Fraction(1, 100)) - grid <= high <= 1
    assert high - low < Fraction(1, 5)


def test_the_interval_of_very_many_takes_no_time():
    low, high = rate_bounds(20_000_000, 19_000_000)
    assert Fraction(949, 1000) < low < Fraction(95, 100) < high < Fraction(951, 1000)


SETUP = set_up(
    load_recognizers(),
    (Column(0, "", "CN_MOBILE", "subject", "", ""),),
    today=20240630,
    key=bytes(16),
)


def evidence(blocks):
    whole, first = Evidence(SETUP), 0
    for texts in blocks:
        if texts:
            block = block_from_columns([cells_from_arrow(pa.array(texts))], first)
            whole.add(*detect_block(block, SETUP).evidence)
            first += len(texts)
    return whole.shown()["sequences"]


def twin(texts):
    numbers = [int(text) for text in texts if text]
    steps = (np.abs(np.diff(numbers)) == 1).tolist()
    longest = run = 1
    for step in steps:
        run = run + 1 if step else 1
        longest = max(longest, run)
    widths = {"shortest": 11, "widest": 11}
    own = {"column": 0, "numbers": len(numbers), "consecutive": sum(steps), "longest": longest}
    return [own | widths] if numbers else []


@given(
    st.lists(st.sampled_from(["", *(f"1370571000{at}" for at in range(5))]), max_size=24),
    st.lists(st.integers(0, 24), max_size=5),
)
def test_sequences_are_the_same_however_blocks_are_cut(texts, cuts):
    edges = [0, *sorted(min(cut, len(texts)) for cut in cuts), len(texts)]
    blocks = [texts[a:b] for a, b in pairwise(edges)]
    assert evidence(blocks) == evidence([texts]) == twin(texts)


def test_threads_and_blocks_change_nothing(tmp_path):
    draw = random.Random(5)
    rows = [(identity(draw, male=at % 3 == 0), "男", f"1370571{at:04}") for at in range(3000)]
    header = ["身份证号", "性别", "手机号"]
    wanted = checked(tmp_path, header, rows, threads=1)
    for options in ({"threads": 2, "block_bytes": 4096}, {"threads": 1, "block_bytes": 20_000}):
        assert checked(tmp_path, header, rows, **options) == wanted
