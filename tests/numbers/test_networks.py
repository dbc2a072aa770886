# SPDX-License-Identifier: Apache-2.0
"""Devices, addresses and accounts of the networks, places and parcels."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.numbers.judged import assert_agrees

from piidetect.numbers import (
    advertising_id,
    coordinate,
    iccid,
    imei,
    imsi,
    ip_address,
    luhn,
    mac_address,
    meid,
    qq_number,
    social_account,
    waybill_number,
    wechat_id,
)
from piidetect.schema import Verdict

UUID = "6D92078A-8246-4BA4-AE5B-76104861E7DC"
ZEROS = "00000000-0000-0000-0000-000000000000"
DOUYIN = "MS4wLjABAAAA" + "aB3_-" * 9

TABLE = [
    (imei, "valid", None, "352099001761481 35-209900-176148-1 ３５２０９９００１７６１４８１"),
    (imei, "unchecked", "valid", "3520990017614823"),
    (imei, "invalid_checksum", None, "352099001761482"),
    (imei, "invalid_format", None, "35209900176148X"),
    (imei, "invalid_length", None, "35209900176148 35209900176148123"),
    (imei, "placeholder", None, "000000000000000 490154203237518"),
    (imsi, "valid", None, "460001234567890 460-01-1234567890 460031234567890 460151234567890"),
    (imsi, "unchecked", "valid", "460131234567890 460101234567890"),
    (imsi, "unassigned", None, "460991234567890"),
    (imsi, "invalid_format", None, "310001234567890 46000123456789X"),
    (imsi, "invalid_length", None, "46000123456789"),
    (imsi, "placeholder", None, "460000000000000"),
    (iccid, "valid", None, "89860001234567890129"),
    (iccid, "unchecked", "valid", "89860001234567890123 8986000123456789012 8986011011023117098S"),
    (iccid, "unassigned", None, "89869901234567890128"),
    (iccid, "invalid_format", None, "89850001234567890128 8986000123456789012* 8986A001234567890128"),
    (iccid, "invalid_length", None, "898600012345678901 6222020000000000018000"),
    (meid, "valid", None, "AF0123450ABCDEC af-0123450abcdec"),
    (meid, "unchecked", "valid", "AF0123450ABCDE"),
    (meid, "invalid_checksum", None, "AF0123450ABCDE0"),
    (meid, "invalid_format", None, "1F0123450ABCDE AG0123450ABCDE"),
    (meid, "invalid_length", None, "AF0123450ABCD AF0123450ABCDEC0"),
    (meid, "placeholder", None, "FFFFFFFFFFFFFF"),
    (mac_address, "valid", None, "00:1B:21:3A:4F:5E 00-1b-21-3a-4f-5e 001b.213a.4f5e"),
    (mac_address, "unchecked", "valid", "001B213A4F5E"),
    (mac_address, "unchecked", "unchecked", "DA:A1:19:00:11:22 DAA119001122"),
    (mac_address, "placeholder", None, "00:00:00:00:00:00 FF:FF:FF:FF:FF:FF 01:00:5E:00:00:01 00:11:22:33:44:55 02:00:00:00:00:00 000000000000"),
    (mac_address, "invalid_format", None, "00:1B:21:3A:4F:5G 001B:213A:4F5E 00:1B-21:3A-4F:5E 00:1B:213A:4F:5E 001B:21:3A:4F:5E :001B213A4F5E"),
    (mac_address, "invalid_length", None, "00:1B:21:3A:4F 12:30:45"),
    (advertising_id, "unchecked", "valid", f"{UUID} {UUID.lower()} {{{UUID}}} 9f8c2d3b4a5e6f70 {'0a' * 16} {'0a' * 32}"),
    (advertising_id, "placeholder", None, f"{ZEROS} 0000000000000000 9774d56d682e549c"),
    (advertising_id, "invalid_format", None, f"{UUID[:-1]}G {UUID.replace('-', '_')} 9f8c2d3b4a5e6f7g"),
    (advertising_id, "invalid_length", None, f"{UUID[1:]} 9f8c"),
    (ip_address, "valid", None, "119.29.29.29 114.114.114.114 2400:3200::1 2400:3200:0:0::1 [2400:3200::1] ::ffff:119.29.29.29 223.255.255.254"),
    (ip_address, "unchecked", "valid", "1.2.3.4 8.8.8.8 9.9.9.9"),
    (ip_address, "placeholder", None, "192.168.1.10 10.0.0.1 172.16.0.1 172.31.255.255 127.0.0.1 169.254.1.1 100.64.0.1 100.127.255.255 0.0.0.0 255.255.255.255 224.0.0.1 203.0.113.5 ::1 :: fe80::1 fe80::1%eth0 fd00::1 2001:db8::1 ff02::1 ::ffff:10.0.0.1"),
    (ip_address, "invalid_format", None, "256.1.1.1 1.2.3 1.2.3.4.5 01.2.3.4 1.2.3.a gggg::1 8.8.8.8/24 2400:3200::1::2 12:30:45"),
    (wechat_id, "valid", None, "wxid_1a2b3c4d5e6f22 WXID_1A2B3C4D5E6F22"),
    (wechat_id, "unchecked", "valid", "Zhang_San-88 zhangsan wxid_1a2b"),
    (wechat_id, "service_number", "service_number", "gh_1a2b3c4d5e6f"),
    (wechat_id, "invalid_format", None, "1abcdef 张三abcdef abc.def 13800138001"),
    (wechat_id, "invalid_length", None, "abc a12345678901234567890"),
    (qq_number, "valid", None, "21873546@qq.com 21873546@QQ.COM"),
    (qq_number, "unchecked", "valid", "21873546 10001 13800138001 ２１８７３５４６"),
    (qq_number, "invalid_format", None, "01234 2187354a 218735@163"),
    (qq_number, "invalid_length", None, "1234 123456789012"),
    (qq_number, "placeholder", None, "11111 12345 123456789"),
    (social_account, "unchecked", "valid", "2088123456789012 1234567890 7234567890"),
    (social_account, "valid", None, DOUYIN),
    (social_account, "invalid_format", None, f"2089123456789012 8234567890 {DOUYIN[:-1]}*"),
    (social_account, "invalid_length", None, "208812345678901 123456789"),
    (coordinate, "valid", None, "30.274085,120.15507 120.15507,30.274085 N30.2741,E120.1551 30.2741N,120.1551E S33.8688,E151.2093 (30.2741;120.1551) 30.2741°,120.1551°"),
    (coordinate, "unchecked", "valid", "30.3,120.2 120.1551 30.27 -33.8688,151.2093 1.2345,0.6789 0.1234,0.5678"),
    (coordinate, "placeholder", None, "0.0,0.0 0.000000,0.000000"),
    (coordinate, "invalid_format", None, "95.1234,181.1234 30,120 abc 1.2.3 30.1,120.2,5.5 181.5 , 30.1234567890123456789,120.1 N30.27E,E120.15"),
    (waybill_number, "valid", None, "SF1234567890123 sf1234567890123 YT1234567890123 JT1234567890123 JDVA12345678901 DPK123456789012 EE123456785CN"),
    (waybill_number, "unchecked", "valid", "123456789013 1234567890123 75123456789012 312345678901234"),
    (waybill_number, "invalid_checksum", None, "EE123456789CN"),
    (waybill_number, "invalid_format", None, "XX1234567890123 SF12345678901AB EE12345678XCN"),
    (waybill_number, "invalid_length", None, "SF12345 1234567890 1234567890123456"),
    (waybill_number, "placeholder", None, "000000000000"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "expected", "with_heading", "text"),
    [(m, v, h, t) for m, v, h, texts in TABLE for t in texts.split()],
)
def test_verdict(module, expected, with_heading, text):
    found = module.verdict(text)
    assert found.name.lower() == expected
    assert module.verdict(text, context=True).name.lower() == (with_heading or expected)
    assert_agrees(module, text, expected)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (imei.format("352099001761481"), "35-209900-176148-1"),
        (imsi.operator("460071234567890"), "China Mobile"),
        (iccid.operator("89860101234567890128"), "China Unicom"),
        (meid.validate("AF0123450ABCDEC"), "AF0123450ABCDE"),
        (mac_address.validate("001b.213a.4f5e"), "00:1B:21:3A:4F:5E"),
        (mac_address.is_random("DA:A1:19:00:11:22"), True),
        (mac_address.is_random("00:1B:21:3A:4F:5E"), False),
        (ip_address.validate("2400:3200:0:0:0:0:0:1"), "2400:3200::1"),
        (ip_address.validate("::ffff:8.8.8.8"), "8.8.8.8"),
        (wechat_id.validate("ZhangSan"), "zhangsan"),
        (qq_number.validate("21873546@qq.com"), "21873546"),
        (social_account.kind("2088123456789012"), "alipay"),
        (social_account.kind(DOUYIN), "douyin"),
        (coordinate.validate("E120.1551 N30.2741"), "30.2741,120.1551"),
        (coordinate.validate("S33.8688 E151.2093"), "-33.8688,151.2093"),
        (coordinate.degrees("120.15507,30.274085"), (30.274085, 120.15507)),
        (coordinate.is_precise("30.3,120.2"), False),
        (waybill_number.carrier("YT1234567890123"), "圆通"),
        (waybill_number.carrier("75123456789012"), "中通"),
        (waybill_number.carrier("123456789013"), "不明"),
        (waybill_number.carrier("EE123456785CN"), "邮政"),
    ],
)
def test_what_numbers_tell(found, expected):
    assert found == expected


def test_a_very_long_cell_is_no_coordinate():
    assert coordinate.verdict("1" * 300) is Verdict.INVALID_FORMAT


@given(st.text(alphabet="0123456789", min_size=14, max_size=14))
def test_an_imei_ends_in_luhns_digit(body):
    verdict = imei.verdict(body + luhn.calc_check_digit(body))
    assert verdict in {Verdict.VALID, Verdict.PLACEHOLDER}


@given(st.integers(0, 2**32 - 1))
def test_ranges_that_are_nobodys_have_the_edges_of_the_registry(number):
    address = ipaddress.IPv4Address(number)
    private = any(
        address in ipaddress.ip_network(block)
        for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
    )
    verdict = ip_address.verdict(str(address))
    if private or address.is_multicast or address.is_loopback or address.is_link_local:
        assert verdict is Verdict.PLACEHOLDER
    elif address.is_global:
        assert verdict in {Verdict.VALID, Verdict.UNCHECKED, Verdict.PLACEHOLDER}


@given(st.integers(0, 2**128 - 1))
def test_any_spelling_of_an_ipv6_address_is_one(number):
    address = ipaddress.IPv6Address(number)
    assert ip_address.compact(address.exploded) == ip_address.compact(str(address))


@given(
    st.floats(3.1, 53.9).map(lambda x: f"{x:.6f}"), st.floats(73.1, 135.9).map(lambda x: f"{x:.6f}")
)
def test_in_china_the_order_does_not_matter(latitude, longitude):
    canonical = f"{latitude},{longitude}"
    assert coordinate.validate(f"{longitude},{latitude}") == canonical
    assert coordinate.validate(f"{latitude} {longitude}") == canonical


@given(st.text(alphabet="0123456789", min_size=8, max_size=8))
def test_a_postal_number_has_one_check_digit(digits):
    found = [d for d in "0123456789" if waybill_number.is_valid(f"EE{digits}{d}CN")]
    assert found == [waybill_number.calc_check_digit(digits)]
