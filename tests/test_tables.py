# SPDX-License-Identifier: Apache-2.0
"""The reference tables: complete where it was checked, and the same as sets and as arrays."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect import tables
from piidetect._resources import recognizers_root, table_bytes
from piidetect.errors import RecognizerError
from piidetect.tables import names

ARRAYS = tables.load_tables()

#: Codes that one or the other common list lacks: abolished counties, the municipal districts that
#: numbers of the 1980s have, new towns, residence permits.
EASILY_MISSED = [
    "330501",
    "320924",
    "513029",
    "110103",
    "440306",
    "420501",
    "110228",
    "659012",
    "350211",
    "310119",
    "510229",
    "211281",
    "330103",
    "330104",
    "330184",
    "330185",
    "330621",
    "810000",
    "820000",
    "830000",
]


@pytest.mark.parametrize("code", EASILY_MISSED)
def test_codes_that_lists_lack(code):
    assert code in tables.division_codes()
    assert ARRAYS.region[int(code)] == 1
    assert names.division_name(code)


@pytest.mark.parametrize("code", ["000000", "990101", "123456", "110199", "999999", "330199"])
def test_codes_that_never_were(code):
    assert code not in tables.division_codes()
    assert ARRAYS.region[int(code)] == 0


def test_sizes_and_types():
    assert len(tables.division_codes()) == int(ARRAYS.region.sum()) > 7_400
    shapes = [(array.dtype, array.size) for array in ARRAYS[:4]]
    assert shapes == [
        (np.dtype(np.uint8), 1_000_000),
        (np.dtype(np.uint8), 100_000),
        (np.dtype(np.uint32), 1_000_000),
        (np.dtype(np.uint8), 10_000),
    ]
    assert (np.diff(ARRAYS.placeholder) > 0).all()


def test_nobody_can_change_them():
    for array in ARRAYS:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@given(st.integers(0, 99_999))
def test_segments_are_the_same_as_set_and_as_array(number):
    assert ARRAYS.segment[number] == tables.segment_of(f"{number:05d}000000")


@given(st.text(alphabet="0123456789", min_size=13, max_size=19))
def test_issuers_are_the_same_as_set_and_as_array(number):
    bit = int(ARRAYS.iin[int(number[:6])]) >> len(number) & 1
    assert bool(bit) is tables.is_card_length(number)


def test_the_longest_segment_counts():
    assert tables.segment_of("13491234567") == tables.SATELLITE
    assert tables.segment_of("13401234567") == tables.MOBILE
    assert tables.segment_of("17400123456") == tables.SATELLITE
    assert tables.segment_of("17420123456") == 0


def test_area_codes():
    three = tables.CODE_3_DIGITS | tables.SUBSCRIBER_8_DIGITS
    four = tables.CODE_4_DIGITS | tables.SUBSCRIBER_7_DIGITS | tables.SUBSCRIBER_8_DIGITS
    assert ARRAYS.area[10] == ARRAYS.area[21] == ARRAYS.area[29] == three
    assert ARRAYS.area[571] == ARRAYS.area[755] == four
    assert ARRAYS.area[26] == ARRAYS.area[199] == 0
    assert {len(code) for code in tables.area_codes()} == {3, 4}


def test_no_card_is_a_sim_card():
    assert not [prefix for prefix in tables.card_lengths() if prefix.startswith("8986")]
    assert not ARRAYS.iin[898600:898700].any()


def test_every_table_says_where_it_came_from():
    folder = recognizers_root() / "tables"
    readme = (folder / "README.md").read_text("utf-8")
    for path in folder.glob("*.csv"):
        assert f"`{path.name}`" in readme
        rows = path.read_text("utf-8").splitlines()
        assert '"' not in path.read_text("utf-8"), "cells are split at commas"
        assert len({row.count(",") for row in rows}) == 1
        assert len(set(rows)) == len(rows)
        assert f"{len(rows) - 1:,}" in readme, f"README.md counts {path.name} wrongly"


def test_a_table_that_is_missing():
    with pytest.raises(RecognizerError, match=r"tables/nothing\.csv"):
        table_bytes("nothing")


def test_a_scan_reads_no_names():
    code = (
        "import sys; from piidetect import tables; tables.load_tables(); "
        "print('lzma' in sys.modules, 'piidetect.tables.lookups' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
