# SPDX-License-Identifier: Apache-2.0
"""The shortcuts find what the run scanner finds: with them and without, the findings are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from piidetect.columns import infer
from piidetect.detection import find, set_up
from piidetect.kernels import email, survey
from piidetect.kernels.cells import PADDING, block_from_texts
from piidetect.kernels.compiling import kernel
from piidetect.numbers import luhn, mod_11_2
from piidetect.recognizer import load_recognizers

RECOGNIZERS = load_recognizers()
TODAY = 20260101
SETUP = set_up(RECOGNIZERS, (), today=TODAY, key=bytes(16))


def without_shortcuts(setup):
    quick = np.full_like(setup.plan.quick, -1)
    return setup._replace(plan=setup.plan._replace(quick=quick))


def findings(texts, setup):
    out, first, _ = find(block_from_texts(texts), setup)
    count = int(out.count[0])
    return [getattr(out, name)[:count].tolist() for name in out._fields[1:]], first.tolist()


def digits(size):
    return st.text("0123456789", min_size=size, max_size=size)


@st.composite
def resident_ids(draw):
    code = draw(st.sampled_from(["110101", "330102", "910101", "999999"]))
    day = draw(st.sampled_from(["19050101", "19040229", "19030229", "20270101", "18491231"]))
    body = code + day + draw(digits(3))
    good = body + mod_11_2.calc_check_digit(body)
    return good if draw(st.booleans()) else body + draw(st.sampled_from("0123456789Xx"))


@st.composite
def cards(draw):
    body = draw(st.sampled_from(["622848", "89860", "4000", "356", "888888"]))
    body += draw(digits(draw(st.sampled_from([15, 16, 18])) - len(body)))
    return body + luhn.calc_check_digit(body) if draw(st.booleans()) else body + draw(digits(1))


MOBILES = st.builds(lambda a, b: a + b, st.sampled_from(["138", "170", "1440", "199"]), digits(8))


@st.composite
def grouped(draw):
    """A number in groups or behind a prefix, the links and sizes now and then wrong."""
    number = draw(st.one_of(resident_ids(), cards(), MOBILES, digits(10)))
    sizes = draw(
        st.sampled_from([(3, 4, 4), (6, 8, 4), (4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 7), (3, 3, 4)])
    )
    before = draw(st.sampled_from(["", "", "+86", "+86 ", "+86-", "86", "0086", "'", "+87", "86-"]))
    if draw(st.booleans()):
        return before + number
    link, parts = draw(st.sampled_from(" -_")), []
    for size in sizes:
        parts.append(number[:size])
        number = number[size:]
    return before + link.join([*parts, number] if number else parts)


NUMBER = st.one_of(
    resident_ids(), cards(), MOBILES, digits(11), digits(18), digits(6), digits(13), grouped()
)
BESIDE = st.sampled_from(
    [
        "",
        "",
        "",
        " ",
        "-",
        ")",
        ".",
        ".0",
        "*",
        "+",
        "x",
        "X",
        "A",
        "电话",
        "，",
        "０",
        "Ａ",
        "\u3000",
        "@",
    ]
)
TEXT = st.lists(st.builds(lambda a, b, c: a + b + c, BESIDE, NUMBER, BESIDE), max_size=3)
ALONE = st.one_of(
    NUMBER,
    st.builds(
        "{}@qq.com".format, st.one_of(digits(10), digits(9), digits(11), digits(7), digits(12))
    ),
    st.builds("{}-{}-{}".format, st.sampled_from(["1900", "2024", "2026"]), digits(2), digits(2)),
    st.sampled_from(
        [
            "2024-02-29",
            "2023/02/29",
            "2023-08/01",
            "1900-01-01",
            "2026-12-31",
            "13800138001@163.com",
        ]
    ),
    st.sampled_from(["4008001234@qq.com", "1234567@x1234567.com", "tel4008001234@qq.com"]),
)
TEXTS = st.lists(st.one_of(ALONE, TEXT.map("".join)), min_size=1, max_size=8)


@given(TEXTS)
@example(["110101190501010010"])
@example(["5.000000000000", "12345678901.5", "１" + "3800138000"])
def test_shortcuts_change_no_finding(texts):
    assert findings(texts, SETUP) == findings(texts, without_shortcuts(SETUP))


@given(
    TEXTS,
    st.sampled_from(
        [
            "身份证号",
            "手机",
            "银行卡号",
            "姓名",
            "病案号",
            "备注",
            "邮箱",
            "电话",
            "出生日期",
            "预产期",
        ]
    ),
)
def test_shortcuts_change_no_finding_of_a_column(texts, heading):
    columns = infer([heading], block_from_texts(texts), RECOGNIZERS)
    setup = set_up(RECOGNIZERS, columns, today=TODAY, key=bytes(16))
    assert findings(texts, setup) == findings(texts, without_shortcuts(setup))


def test_the_shortcuts_are_taken():
    assert SETUP.plan.quick[[11, 16, 17, 18, 19]].min() >= 0
    assert SETUP.plan.quick[[12, 13, 15]].tolist() == [-1, -1, -1]


@kernel
def _mail(data, begin, size, at):
    plain = survey.is_plain_mail(data, begin, size)
    stop = begin + size
    return plain, email.email_start(data, begin, at), email.email_stop(data, at, stop)


PART = st.text("abz09._-+A是", min_size=0, max_size=9)


@given(PART, st.lists(PART, min_size=1, max_size=3), st.sampled_from(["", "@", ".cn"]))
@example("a", ["b", "cn"], "")
@example("a.b_c-d", ["x-y", "com", "cn"], "")
@example("a", ["b", "c"], "")
@example("a", ["b-", "cn"], "")
def test_a_plain_address_is_one_from_end_to_end(local, labels, more):
    raw = (local + "@" + ".".join(labels) + more).encode()[:32]
    data = np.frombuffer(b"\0" * 8 + raw + bytes(PADDING), np.uint8)
    at = 8 + raw.index(b"@")
    plain, start, stop = _mail(data, 8, len(raw), at)
    small = raw == raw.lower() and b"+" not in raw and raw.isascii() and raw.count(b"@") == 1
    assert plain == (small and start == 8 and start < at and stop == 8 + len(raw))


@pytest.mark.parametrize("keyed", [True, False])
def test_findings_are_the_same_without_keys(keyed):
    setup = set_up(RECOGNIZERS, (), today=TODAY, key=bytes(16) if keyed else None)
    (*found, key0, _), _ = findings(["13800138001", "电话13800138001，a@b.cn"], setup)
    (*wanted, _, _), _ = findings(["13800138001", "电话13800138001，a@b.cn"], SETUP)
    assert found == wanted
    assert any(key0) == keyed
