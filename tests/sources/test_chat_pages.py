# SPDX-License-Identifier: Apache-2.0
"""Chats as web pages: a message is a record; no text of a page is lost."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import opened, texts

from piidetect.sources.content import Head
from piidetect.sources.registry import format_of

NAMES = ["小王(10001000)", "张三", "a<someone@example.cn>"]
MESSAGES = [
    (
        NAMES[at % 3],
        f"2023-05-{at % 28 + 1:02d} 12:00:0{at % 10}",
        f"第{at}条\n号码 1390000{at:04d} <x>",
    )
    for at in range(12)
]
WHO = [("小王", "10001000", ""), ("张三", "", ""), ("a", "", "someone@example.cn")]


def qq(name, time, text):
    """As in the page of QQ's message manager."""
    return (
        f"<tr><td><div style=color:#42B475;><div style=float:left;margin-right:6px;>{name}</div>{time}</div>"
        f"<div style=padding-left:20px;><font style='font-size:9pt'>{text}</font></div></td></tr>"
    )


def blocks(name, time, text):
    return f'<div class="message"><span class="name">{name}</span><span class="time">{time}</span><div class="text">{text}</div></div>'


def time_first(name, time, text):
    return f"<li><p class=t>{time}</p><p class=n>{name}</p><p>{text}</p></li>"


def one_line(name, time, text):
    return f"<p><b>{name}</b> <i>{time}</i></p><p>{text}</p>"


def time_on_the_line(name, time, text):
    return f"<p>{time} {name}</p><p>{text}</p>"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("write", [qq, blocks, time_first, one_line, time_on_the_line])
def test_a_message_is_a_record(write, encoding):
    body = "".join(
        write(html.escape(name), time, html.escape(text).replace("\n", "<br>"))
        for name, time, text in MESSAGES
    )
    tag = "table" if write is qq else "div"
    page = f"<html><head><title>聊天</title><style>p{{}}</style></head><body><{tag}>{body}</{tag}><!-- 13900009999 --></body></html>"
    raw = page.encode(encoding)
    ((source, rows),) = opened(raw, "a.html")[0].values()
    assert source.format == "chat-html"
    assert source.header == ["发件人", "QQ号", "邮箱", "收件人", "时间", "正文"]
    messages = [row for row in texts(rows) if len(row) > 1]
    assert messages == [
        (*WHO[at % 3], "", time, text) for at, (_, time, text) in enumerate(MESSAGES)
    ]
    assert ("13900009999",) in texts(rows)
    assert source.ledger.bytes == len(raw)


def test_tables_and_other_pages_are_no_chats():
    row = "<tr><td>张三</td><td>2023-05-11 12:00:00</td><td>13900000000</td></tr>"
    for page in (
        f"<table>{row * 9}</table>",
        "<html><p>2023-05-11 12:00:00</p><p>13900000000</p></html>",
    ):
        assert format_of(Head(page.encode(), True, "a.html"))[0] == "html_tables"


@given(
    st.lists(
        st.sampled_from(["2023-05-11 12:00:00", "张三", "张三 2023-05-11 12:00:00", "电话13900000001", "<td>", "</p><p>", "<br>", "<b>", "<script>", "</script>", "<!--", "-->"]),
        max_size=25,
    )
)  # fmt: skip
def test_no_number_is_lost(pieces):
    page = "<html><p>a 2023-05-11 12:00:00</p>" * 3 + "".join(pieces)
    tables, _ = opened(page.encode(), "a.html")
    seen = "\n".join(cell for _, rows in tables.values() for row in texts(rows) for cell in row)
    assert seen.count("13900000001") == page.count("13900000001")
