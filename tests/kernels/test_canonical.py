# SPDX-License-Identifier: Apache-2.0
"""One value has one key, however a cell is written: the key is that of the scalar twin's spelling."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piidetect import numbers
from piidetect.columns import Column
from piidetect.detection import find, set_up
from piidetect.kernels.cells import block_from_columns, cells_from_arrow
from piidetect.numbers.siphash import value_key
from piidetect.recognizer import load_recognizers
from piidetect.schema import ENTITY_NUMBER, Verdict

KEY = bytes(range(16))
MODULES = {
    "PERSON": "person_name",
    "CN_MEDICAL_RECORD_NUMBER": "medical_record_number",
    "CN_VISIT_NUMBER": "medical_record_number",
    "ICD10_CODE": "icd10_code",
}
CELLS = {
    "PERSON": st.text("张三李某·　 '", max_size=6) | st.text("Zhang San", max_size=12),
    "CN_MEDICAL_RECORD_NUMBER": st.text("aZ019-ｂ９ ", min_size=3, max_size=12),
    "CN_VISIT_NUMBER": st.text("aZ019-ｂ９ ", min_size=3, max_size=12),
    "ICD10_CODE": st.from_regex(r"\A[a-zA-Z][0-9]{2}(?:\.[0-9xX](?:00)?(?:[xX]00[0-9])?)?\Z"),
}


def keys_of(entity, cells):
    """The verdict and key of each cell that has a finding, by its number."""
    column = Column(0, "", entity, "subject", "heading", "")
    setup = set_up(load_recognizers(), [column], today=20250630, key=KEY)
    block = block_from_columns([cells_from_arrow(pa.array(cells, pa.string()))], 0)
    out = find(block, setup).out
    count = int(out.count[0])
    wanted = out.entity[:count] == ENTITY_NUMBER[entity]
    return {
        int(row): (int(verdict), (int(key0), int(key1)))
        for row, verdict, key0, key1, own in zip(
            out.row[:count],
            out.verdict[:count],
            out.key0[:count],
            out.key1[:count],
            wanted,
            strict=True,
        )
        if own
    }


@pytest.mark.parametrize("entity", MODULES)
@given(data=st.data())
def test_the_key_is_that_of_the_one_spelling(entity, data):
    cells = data.draw(st.lists(CELLS[entity], min_size=1, max_size=8))
    module = getattr(numbers, MODULES[entity])
    prefix = ENTITY_NUMBER[entity].to_bytes(8, "little")
    for row, (verdict, key) in keys_of(entity, cells).items():
        if verdict == Verdict.VALID:
            spelling = module.validate(cells[row])
            assert key == value_key(prefix + spelling.encode(), KEY), cells[row]


@pytest.mark.parametrize(
    ("entity", "spellings"),
    [
        ("PERSON", ["张三", "张 三", "张　三", " 张三 ", "'张三"]),
        ("PERSON", ["Zhang San", "Zhang  San", "Ｚhang San"]),
        (
            "CN_MEDICAL_RECORD_NUMBER",
            ["ZA-20190012", "za-20190012", "Za-２０190012", "'ZA-20190012"],
        ),
        ("CN_VISIT_NUMBER", ["MZ0012345678", "mz0012345678"]),
        ("ICD10_CODE", ["O80.000x001", "o80.000X001", "o80.000x001"]),
    ],
)
def test_spellings_of_one_value(entity, spellings):
    found = keys_of(entity, spellings)
    assert len(found) == len(spellings)
    assert len({key for _, key in found.values()}) == 1


def test_other_values_have_other_keys():
    found = keys_of("PERSON", ["张三", "张四", "李三", "三张"])
    assert len({key for _, key in found.values()}) == 4
