# SPDX-License-Identifier: Apache-2.0
"""The demo's figures are the truth that its generator wrote down."""

from __future__ import annotations

import importlib.util
import itertools
import json
import sys
from pathlib import Path

import pytest

import piidetect

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("make_demo", ROOT / "examples" / "make_demo.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_demo"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["make_demo"]


def test_the_same_seed_gives_the_same_bytes(generator, tmp_path):
    for name in ("first", "second"):
        generator.make_demo(tmp_path / name, rows=60, seed=3)
    for path in (tmp_path / "first").rglob("*.*"):
        assert (
            path.read_bytes()
            == (tmp_path / "second" / path.relative_to(tmp_path / "first")).read_bytes()
        )


def test_another_seed_gives_other_people(generator, tmp_path):
    one = generator.make_demo(tmp_path / "one", rows=60, seed=3)
    two = generator.make_demo(tmp_path / "two", rows=60, seed=4)
    assert one.values["CN_RESIDENT_ID"].isdisjoint(two.values["CN_RESIDENT_ID"])


@pytest.mark.parametrize("seed", [1, 2])
def test_the_counts_are_the_truth(generator, tmp_path, seed):
    truth = generator.make_demo(tmp_path / "demo", rows=600, seed=seed)
    case = piidetect.scan(
        tmp_path / "demo" / "seized", out=tmp_path / "case", reference_date="2025-06-30"
    )
    case.report(tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["totals"]["rows"] == truth.rows
    found = {entity: report["entities"][entity]["distinct_valid"] for entity in truth.values}
    assert found == {entity: len(values) for entity, values in truth.values.items()}
    funnel = report["funnel"]
    excluded = {step["step"]: step["excluded"] for step in funnel}
    assert excluded["duplicate_content"] == truth.copied_rows
    assert excluded["duplicate_information"] == truth.retyped_rows
    assert (excluded["blank"], excluded["repeated_header"]) == (2, 2)
    assert funnel[0]["remaining"] == truth.rows
    for before, step in itertools.pairwise(funnel):
        assert step["remaining"] == before["remaining"] - step["excluded"]


def test_no_raw_value_is_in_the_case_or_the_report(generator, tmp_path):
    truth = generator.make_demo(tmp_path / "demo", rows=80, seed=5)
    case = piidetect.scan(tmp_path / "demo" / "seized", out=tmp_path / "case")
    for name in ("report.json", "report.html"):
        case.report(tmp_path / name)
    written = [p for p in (tmp_path / "case").rglob("*") if p.is_file()]
    blob = b"\n".join(p.read_bytes() for p in [*written, *tmp_path.glob("report.*")])
    leaked = [v for values in truth.values.values() for v in values if v.encode() in blob]
    assert leaked == []
