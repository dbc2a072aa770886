# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import re

import docx
import pytest
from click.testing import CliRunner
from tests.made_case import write_case
from tests.sampling.test_sample import CATEGORIES, fill, parts, rows_of, save

from piidetect.cli import cli


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIIDETECT_LANG", "en")
    monkeypatch.setattr("piidetect.cli.front.LANG", "en")
    write_case(tmp_path / "case", parts(), categories=CATEGORIES)

    def invoke(*arguments):
        result = CliRunner().invoke(cli, arguments, prog_name="piidetect")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


def test_draw_fill_in_and_read(run, tmp_path):
    result = run("sample", "case", "--size", "40", "--seed", "2026-1", "--out", "sheet.csv")
    assert result.exit_code == 0, result.stderr
    assert "266 records" in result.stdout
    assert "Seed: 2026-1" in result.stdout
    fill(tmp_path / "sheet.csv", {1: "false", 2: "unknown"})
    result = run("sample", "case", "--read", "sheet.csv")
    assert result.exit_code == 0, result.stderr
    assert "40 records drawn: 38 true, 1 not true, 1 could not be verified" in result.stdout
    low, high = map(
        int,
        re.search(r"at least (\d+) and at most (\d+)", " ".join(result.stdout.split())).groups(),
    )
    data = json.loads(run("sample", "case", "--read", "sheet.csv", "--format", "json").stdout)
    assert data["true"] == {"low": low, "high": high}
    assert data["funnel"][-1] == {
        "step": "untrue_by_sample",
        "excluded": 266 - low,
        "remaining": low,
        "reason": data["funnel"][-1]["reason"],
    }
    assert data["seed"] == "2026-1"
    assert run("sample", "case", "--read", "sheet.csv", "--out", "result.docx").exit_code == 0
    words = docx.Document(tmp_path / "result.docx")
    assert any("at least" in paragraph.text for paragraph in words.paragraphs)
    assert len(words.tables) == 2
    assert (
        run("sample", "case", "--read", "sheet.csv", "--out", "r.html", "--lang", "zh").exit_code
        == 0
    )
    assert "真实性抽样核验结果" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_problems_are_listed_line_by_line(run, tmp_path):
    run("sample", "case", "--size", "40", "--seed", "x", "--out", "sheet.csv")
    fill(tmp_path / "sheet.csv", dict.fromkeys(range(1, 31), "perhaps"))
    result = run("sample", "case", "--read", "sheet.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert lines[0] == "Error: sheet 'sheet.csv' is refused; nothing was counted:"
    assert lines[1].startswith("  line 2, answer: 'perhaps' is no answer; fill in true, false")
    assert lines[-1] == "  and 10 more"
    rows = rows_of(tmp_path / "sheet.csv")
    save(tmp_path / "sheet.csv", rows[:1])
    assert "has no row" in run("sample", "case", "--read", "sheet.csv").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--size", "5"), "--seed is missing"),
        (("--seed", "x"), "one of the two"),
        (("--seed", "x", "--precision", "abc"), "no share"),
        (("--seed", "x", "--size", "5", "--out", "a.pdf"), "end the name in .xlsx or .csv"),
        (("--seed", "x", "--size", "1"), "give --size 3 or more"),
        (("--read", "none.csv"), "can't be read"),
        (("--read", "none.csv", "--size", "4"), "leave them out"),
    ],
)
def test_unusable_arguments_are_one_line(run, arguments, words):
    result = run("sample", "case", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr
