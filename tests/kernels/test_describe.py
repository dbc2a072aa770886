# SPDX-License-Identifier: Apache-2.0
"""What sampled cells look like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piidetect.kernels import describe
from piidetect.numbers import person_name

TABLE = [
    ("ID18", "110101190501010010 110101190402290010 '110101190501010010 １１０１０１１９０４０２２９００１０"),
    ("ID18_LIKE", "110101190501010011 11010119050101001X 110101190513010010"),
    ("ID15", "110101050101001"),
    ("MOBILE", ("13800138001 +8613800138001 8613800138001 008613800138001 138-0013-8001 013800138001 "
     "13800138001/13900139001 13800138001、13900139001")),
    ("LANDLINE", "0571-88888888 057188888888 010-12345678 0571-88888888-123 (0571)88888888"),
    ("SHORT_PHONE", "88888888 8888888"),
    ("CARD", "6222020000000000000 4111111111111111 6222-0200-0000-0000-000"),
    ("CARD_LIKE", "6222020000000000001 1699999999999"),
    ("EMAIL", "a@example.com a.b+c@x.example.cn"),
    ("DATE", "19050105 1905-01-05 1905/1/5 1905年1月5日 1905-01"),
    ("TIME", "1905-01-05T10:00:00 19050105100000"),
    ("INTEGER", "1 310012 00012 190501 4001234567"),
    ("DECIMAL", "1.5 -12.50"),
    ("MASKED_ID", "330106********1234 1****************5"),
    ("MASKED_PHONE", "138****1234"),
    ("MASKED", "622202*********1234 **12"),
    ("PRECISION_LOST", "3.30106E+17 1.38e+10"),
    ("NAME", "张三 欧阳小明 司马光 王小二"),
    ("HAN_WORD", "内科 公司职员 白细胞计数 血红蛋白"),
    ("ADDRESS", "浙江省杭州市西湖区文三路1号 西湖区文三路1号2幢"),
    ("TEXT", "A张三 张三,李四 浙江省杭州市,客户在文三路1号等 abc ZY20190012 a@b @example.com 12*4"),
    ("EMPTY", "- 无 NULL 未知 '' /"),
]  # fmt: skip


def looks(cells: list[bytes]) -> list[int]:
    edges = np.concatenate([[0], np.cumsum([len(cell) for cell in cells])]).astype(np.int64)
    data = np.frombuffer(b"".join(cells) + bytes(64), np.uint8)
    return describe.look_cells(data, edges[:-1], edges[1:]).tolist()


@pytest.mark.parametrize(("look", "text"), [(k, t) for k, texts in TABLE for t in texts.split()])
def test_look(look: str, text: str) -> None:
    assert looks([text.encode()]) == [getattr(describe, look)]


def test_every_look_is_in_the_table() -> None:
    assert {getattr(describe, look) for look, _ in TABLE} == set(range(describe.LOOKS))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=30), st.text(max_size=300).map(str.encode)), max_size=9)
)
def test_any_bytes_have_a_look(cells: list[bytes]) -> None:
    found = looks(cells)
    assert len(found) == len(cells)
    assert all(0 <= look < describe.LOOKS for look in found)


@settings(max_examples=200, deadline=None)
@given(st.text("张欧阳公孙司马白内外科李三", min_size=2, max_size=4))
def test_a_name_begins_with_a_surname_of_the_scalar_twin(text: str) -> None:
    expected = describe.NAME if person_name.has_surname(text) else describe.HAN_WORD
    assert looks([text.encode()]) == [expected]
