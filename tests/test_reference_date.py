# SPDX-License-Identifier: Apache-2.0
"""A reference date before the births of all in a column of IDs is refused, and nothing is left."""

from __future__ import annotations

import random

import pytest
from click.testing import CliRunner
from tests import seized

import piidetect as pii
from piidetect.cli import cli
from piidetect.errors import ArgumentError


def store(path, years, *, header="姓名,身份证号", count=20):
    rng = random.Random(7)
    people = [seized.person(rng, years=years) for _ in range(count)]
    lines = [header, *(f"{one.name},{one.resident_id}" for one in people)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_it_is_refused_with_source_column_and_remedy(tmp_path):
    path = store(tmp_path / "a.csv", (1990, 2000))
    with pytest.raises(ArgumentError) as caught:
        pii.scan(path, out=tmp_path / "case", reference_date="1985-06-30")
    message = str(caught.value)
    assert "a.csv" in message
    assert "'身份证号'" in message
    assert "1985-06-30" in message
    assert "--reference-date" in message
    assert not (tmp_path / "case").exists()


def test_one_birth_before_it_is_enough(tmp_path):
    path = store(tmp_path / "a.csv", (1990, 2000))
    number = seized.person(random.Random(1), years=(1960, 1961)).resident_id
    path.write_text(path.read_text(encoding="utf-8") + f"王安,{number}\n", encoding="utf-8")
    case = pii.scan(path, reference_date="1985-06-30")
    assert case.counts.loc["CN_RESIDENT_ID", "valid"] == 1


@pytest.mark.parametrize("day", ["2001-01-01", "2025-06-30", "1991-06-30"])
def test_a_day_after_some_births_is_taken(tmp_path, day):
    case = pii.scan(store(tmp_path / "a.csv", (1990, 2000)), reference_date=day)
    assert case.meta["reference_date"] == day


def test_two_numbers_are_not_enough_to_tell(tmp_path):
    path = store(tmp_path / "a.csv", (1990, 2000), count=2)
    case = pii.scan(path, reference_date="1985-06-30")
    assert case.counts.loc["CN_RESIDENT_ID", "invalid_date"] == 2


def test_the_command_says_it_in_one_line(tmp_path):
    path = store(tmp_path / "a.csv", (1990, 2000))
    done = CliRunner().invoke(cli, ["scan", str(path), "--reference-date", "1985-06-30"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "are of births after the reference date 1985-06-30" in done.stderr
