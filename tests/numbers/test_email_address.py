# SPDX-License-Identifier: Apache-2.0
"""E-mail addresses as mailboxes have them."""

from __future__ import annotations

import pytest

from piidetect.numbers import email_address
from piidetect.schema import Verdict


@pytest.mark.parametrize(
    "text",
    [
        "a@b.cn",
        "Li.Lei@Example.COM",
        "first.last+tag@mail.example.com.cn",
        "_x%y-z@sub-domain.example.org",
        "13800138001@163.com",
        "ａ＠ｂ．ｃｎ",
        f"{'a' * 64}@example.com",
        f"a@{'b' * 63}.com",
    ],
)
def test_addresses(text):
    assert email_address.verdict(text) == Verdict.VALID
    assert email_address.validate(text) == email_address.compact(text)
    assert email_address.compact(text).islower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "a",
        "a@b",
        "@b.cn",
        "a@.cn",
        "a@b.",
        "a@b..cn",
        "a@-b.cn",
        "a@b-.cn",
        "a@b.c",
        "a@b.c1",
        "a@1.2.3.4",
        ".a@b.cn",
        "a.@b.cn",
        "a..b@b.cn",
        "-a@b.cn",
        "a b@b.cn",
        "a@b@c.cn",
        "张三@b.cn",
        "a@例子.cn",
        f"a@{'b' * 64}.com",
    ],
)
def test_no_addresses(text):
    assert email_address.verdict(text) == Verdict.INVALID_FORMAT
    assert not email_address.is_valid(text)


@pytest.mark.parametrize("text", [f"{'a' * 65}@b.cn", f"a@{'b.' * 127}cn"])
def test_too_long(text):
    assert email_address.verdict(text) == Verdict.INVALID_LENGTH
