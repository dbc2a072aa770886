# SPDX-License-Identifier: Apache-2.0
"""Chats, short messages and calls: a message is a record; every planted number is found."""

from __future__ import annotations

import random
from xml.sax import saxutils

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import opened, read, texts

import piidetect as pii
from piidetect.schema import RowKind

QQ = """消息记录（此消息记录为文本格式，不支持重新导入）

================================================================
消息分组:我的好友
================================================================
消息对象:张三
================================================================

2017-02-25 10:40:20 张三
我的电话是13900000000
第二行

2017-02-25 9:41:00 我
好的


================================================================
消息分组:群
================================================================
消息对象:业主群(投诉)
================================================================

2017-02-26 10:40:20 【管理员】小王(10001000)
身份证110101190501010010

2017-02-26 10:41:20 a<someone@example.cn>
[图片]

================================================================
消息对象:李四13900000009
================================================================
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("block_bytes", [64, 1 << 22])
def test_qq(encoding, block_bytes):
    tables, alerts = opened(QQ.replace("\n", "\r\n").encode(encoding), "a.txt", block_bytes)
    ((source, rows),) = tables.values()
    assert (source.format, alerts) == ("chat", [])
    assert source.header == ["发件人", "QQ号", "邮箱", "收件人", "时间", "正文"]
    assert texts(rows) == [
        ("张三", "", "", "", "2017-02-25 10:40:20", "我的电话是13900000000\n第二行"),
        ("我", "", "", "张三", "2017-02-25 9:41:00", "好的"),
        ("小王", "10001000", "", "业主群(投诉)", "2017-02-26 10:40:20", "身份证110101190501010010"),
        ("a", "", "someone@example.cn", "业主群(投诉)", "2017-02-26 10:41:20", "[图片]"),
        ("李四13900000009",),
    ]
    assert rows[-1][2] == RowKind.TEXT
    raw = QQ.replace("\n", "\r\n").encode("utf-8")
    if encoding == "utf-8":
        assert raw[rows[1][1] :].startswith(b"2017-02-25 9:41:00")


def test_wechat_with_the_time_above():
    text = "".join(
        f"2023-01-01 12:00:{at:02d} 小{at}\n号码 1390000{at:04d}\n\n" for at in range(20)
    )
    ((source, rows),) = opened(text.encode(), "微信.txt")[0].values()
    assert source.format == "chat"
    assert texts(rows)[7] == ("小7", "", "", "", "2023-01-01 12:00:07", "号码 13900000007")
    assert len(rows) == 20


def test_wechat_with_the_time_behind_the_name():
    text = "".join(f"小{at}(2023-01-01 12:00:{at:02d}):号码 1390000{at:04d}\n" for at in range(20))
    ((source, rows),) = opened(text.encode(), "微信.txt")[0].values()
    assert source.format == "chat"
    assert texts(rows)[7] == ("小7", "", "", "", "2023-01-01 12:00:07", "号码 13900000007")


@pytest.mark.parametrize(
    "text",
    [
        "".join(
            f"2023-01-01 12:00:{at:02d} INFO user 1390000{at:04d} logged in\n" for at in range(20)
        ),
        "".join(f"2023-01-01 12:00:{at:02d},张三,1390000{at:04d}\n" for at in range(20)),
        "".join(f"2023-01-01 12:00:{at:02d}\t张三\t1390000{at:04d}\n" for at in range(20)),
        "时间,发送者,内容\n"
        + "".join(f"2023-01-01 12:00:{at:02d},张三,你好\n" for at in range(20)),
    ],
)
def test_logs_and_tables_are_no_chats(text):
    for source, _ in opened(text.encode(), "a.txt")[0].values():
        assert source.format != "chat"


@given(st.lists(st.sampled_from([*QQ.split("\n"), "2017-02-25 10:40:20 ", "x" * 70, "=====1"])))
def test_no_line_is_lost(lines):
    text = QQ.split("\n", maxsplit=1)[0] + "\n" + "\n".join(lines)
    ((_, rows),) = opened(text.encode(), "a.txt", 100)[0].values()
    found = "\n".join("\n".join(row) for row in texts(rows))
    for line in lines:
        for word in ("13900000000", "110101190501010010", "李四13900000009", "x" * 70, "=====1"):
            if word in line:
                assert word in found


def test_a_very_long_message_is_cut():
    text = (
        QQ.split("\n", maxsplit=1)[0]
        + "\n\n2017-02-25 10:40:20 张三(10001000)\n"
        + ("y" * 99999 + "\n") * 100
    )
    ((_, rows),) = opened(text.encode(), "a.txt")[0].values()
    assert len(rows) == 3
    assert {row[0] for row in texts(rows)} == {"张三"}
    assert sum(row[5].count("y") for row in texts(rows)) == 99999 * 100


def sms(rows):
    out = [
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
        f'<smses count="{len(rows)}">',
    ]
    for number, kind, body in rows:
        out.append(
            f'  <sms protocol="0" address="{number}" date="1303378237194" type="{kind}" subject="null"'
            f' body={saxutils.quoteattr(body)} toa="null" read="1" status="-1"'
            ' readable_date="2011-4-21 17:30:37" contact_name="张三" />'
        )
    return "\n".join([*out, "</smses>"]).encode()


def test_short_messages(tmp_path):
    path = tmp_path / "sms-20110421.xml"
    path.write_bytes(sms([("13900000000", 1, "验证码<1234>"), ("13900000001", 2, "好 &\n的")]))
    source, rows = read(path)
    assert source.format == "phone-xml"
    assert source.header[:6] == ["发件人号码", "收件人号码", "时间", "正文", "类型", "对方姓名"]
    found = texts(rows)
    assert found[0][:6] == (
        "13900000000",
        "",
        "2011-04-21 17:30:37",
        "验证码<1234>",
        "收到",
        "张三",
    )
    assert found[1][:6] == ("", "13900000001", "2011-04-21 17:30:37", "好 &\n的", "发出", "张三")


def test_calls(tmp_path):
    kinds = {1: "被叫", 2: "主叫", 3: "未接", 5: "拒接", 99: "99"}
    calls = "".join(
        f'<call number="1390000{at:04d}" duration="{at}" date="13033782371{at:02d}" type="{kind}"'
        ' presentation="1" contact_name="(Unknown)" />\n'
        for at, kind in enumerate(kinds)
    )
    path = tmp_path / "calls.xml"
    path.write_text(
        f"<?xml version='1.0'?>\n<!-- File Created By -->\n<calls count='5'>\n{calls}</calls>"
    )
    source, rows = read(path)
    assert source.header[:6] == ["主叫号码", "被叫号码", "时间", "时长(秒)", "类型", "对方姓名"]
    found = [row for row in texts(rows) if row[4]]
    assert [row[4] for row in found] == list(kinds.values())
    assert found[0][:4] == ("13900000000", "", "2011-04-21 17:30:37", "0")
    assert found[1][:4] == ("", "13900000001", "2011-04-21 17:30:37", "1")


def test_every_planted_number_is_found(tmp_path):
    rng = random.Random(4)
    numbers = [f"139{rng.randrange(10**8):08d}" for _ in range(400)]
    path = tmp_path / "sms.xml"
    path.write_bytes(sms([(one, 1 + at % 2, f"回拨{two}") for at, (one, two) in enumerate(zip(numbers[::2], numbers[1::2], strict=True))]))  # fmt: skip
    counts = pii.scan(path).counts
    assert counts.loc["CN_MOBILE", "distinct_valid"] == len(set(numbers))
    chat = tmp_path / "chat.txt"
    lines = [f"2017-02-25 10:40:20 张三(10001)\n请打{one}谢谢\n\n" for one in numbers]
    chat.write_text(QQ.split("\n", maxsplit=1)[0] + "\n\n" + "".join(lines), encoding="gb18030")
    counts = pii.scan(chat).counts
    assert counts.loc["CN_MOBILE", "distinct_valid"] == len(set(numbers))
