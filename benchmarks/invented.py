# SPDX-License-Identifier: Apache-2.0
"""Invented values of every entity, from the published rules alone.

Check digits are computed here, with no code of the package, so that the truth of a corpus doesn't come
from what is measured. `SPECS` says of each entity how it is written and what stands before it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import vocabulary as words

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

REGIONS = ("110101", "330106", "330327", "440305", "510104", "420106", "650102", "810000", "830000")
DIGITS = "0123456789"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which most papers leave out
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅"
PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


class Made(NamedTuple):
    """A value as it is mostly written, and its canonical form."""

    text: str
    value: str


class Spec(NamedTuple):
    """How an entity occurs.

    Attributes:
        entity: its name.
        make: draws a value.
        words: what stands before it in a text; the first is the usual one.
        heading: of its column.
        alone: whether the value says what it is without a word.
        checked: whether a check digit proves it (then all but one in a thousand must be right).
        cells_only: only a column tells, never a text.
        grouped: the sizes of the groups it is written in, () for none.
        verdict: the verdict of a right value.
        beside: the heading of a column of mobiles without which the column says nothing.
    """

    entity: str
    make: Callable[[Random], Made]
    words: tuple[str, ...]
    heading: str
    alone: bool = False
    checked: bool = False
    cells_only: bool = False
    grouped: tuple[int, ...] = ()
    verdict: str = "valid"
    beside: str = ""


def draw(rng: Random, alphabet: str, count: int) -> str:
    """Draw characters."""
    return "".join(rng.choices(alphabet, k=count))


def digits(rng: Random, count: int) -> str:
    """Draw digits, the first not 0."""
    return draw(rng, DIGITS[1:], 1) + draw(rng, DIGITS, count - 1)


def plain(text: str) -> Made:
    """A value that is its own canonical form."""
    return Made(text, text)


def day(rng: Random, first: int = 1930, last: int = 2019) -> str:
    """Draw a day, yyyymmdd."""
    start = dt.date(first, 1, 1)
    span = (dt.date(last, 12, 31) - start).days
    return f"{start + dt.timedelta(rng.randrange(span)):%Y%m%d}"


def mod_11_2(body: str) -> str:
    """ISO 7064 MOD 11-2 over any number of digits."""
    rest = 0
    for digit in body:
        rest = (rest + int(digit)) * 2 % 11
    return "0123456789X"[(12 - rest) % 11]


def luhn(body: str) -> str:
    """The digit that follows `body` by Luhn's rule."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - place % 2)
        total += value // 10 + value % 10
    return str(-total % 10)


def resident_id(rng: Random) -> Made:
    body = rng.choice(REGIONS) + day(rng) + draw(rng, DIGITS, 3)
    return plain(body + mod_11_2(body))


def foreign_permanent_resident_id(rng: Random) -> Made:
    body = (
        "9"
        + rng.choice(("11", "31", "44"))
        + draw(rng, DIGITS, 3)
        + day(rng)
        + draw(rng, DIGITS, 3)
    )
    return plain(body + mod_11_2(body))


def mobile(rng: Random) -> Made:
    return plain(
        str(rng.choice(words.MOBILE_PREFIXES[:17])) + draw(rng, "23456789", 1) + digits(rng, 7)
    )


def landline(rng: Random) -> Made:
    area, size = rng.choice((("010", 8), ("021", 8), ("0571", 8), ("0577", 8), ("0990", 7)))
    number = draw(rng, "2345678", 1) + draw(rng, DIGITS, size - 1)
    return Made(f"{area}-{number}", area + number)


def service_number(rng: Random) -> Made:
    number = rng.choice(("400", "800")) + draw(rng, "168", 1) + draw(rng, DIGITS, 6)
    return Made(f"{number[:3]}-{number[3:6]}-{number[6:]}", number)


def bank_card(rng: Random) -> Made:
    issuer, size = rng.choice(words.CARDS)
    body = str(issuer) + draw(rng, DIGITS, size - 7)
    return plain(body + luhn(body))


def email(rng: Random) -> Made:
    name = (
        draw(rng, "abcdefghij", 3) + rng.choice((".", "_", "-", "")) + draw(rng, DIGITS + "xyz", 4)
    )
    host = rng.choice(("example.com", "example.cn", "mail.example.org"))
    return plain(f"{name}@{host}")


def person(rng: Random) -> Made:
    return plain(rng.choice(SURNAMES) + draw(rng, GIVEN, rng.choice((1, 2, 2))))


def address(rng: Random) -> Made:
    street = rng.choice(("文三路", "解放街", "人民大道", "向阳巷"))
    return plain(
        f"浙江省杭州市西湖区{street}{rng.randrange(1, 900)}号{rng.randrange(1, 30)}幢{rng.randrange(101, 2900)}室"
    )


def date_of_birth(rng: Random) -> Made:
    raw = day(rng)
    return Made(f"{raw[:4]}-{raw[4:6]}-{raw[6:]}", f"{raw[:4]}-{raw[4:6]}-{raw[6:]}")


def medical_record_number(rng: Random) -> Made:
    return plain(rng.choice(("", "ZY", "B")) + draw(rng, DIGITS, 9))


def visit_number(rng: Random) -> Made:
    return plain("2" + draw(rng, DIGITS, 9))


def icd10(rng: Random) -> Made:
    code = rng.choice("ABCDEIJKMNOS") + draw(rng, DIGITS, 2) + "." + draw(rng, DIGITS, 1)
    return plain(code + rng.choice(("", "00", "00x001", "00x002")))


def lmp(rng: Random) -> Made:
    raw = day(rng, 2015, 2023)
    return plain(f"{raw[:4]}-{raw[4:6]}-{raw[6:]}")


def passport(rng: Random) -> Made:
    return plain(
        rng.choice(
            (
                "E" + digits(rng, 8),
                "E" + draw(rng, CAPITALS, 1) + digits(rng, 7),
                "G" + digits(rng, 8),
            )
        )
    )


def hk_macau_permit(rng: Random) -> Made:
    letter = rng.choice("CHM")
    number = draw(rng, DIGITS, 8)
    if letter == "C":
        return plain(rng.choice(("C" + number, "C" + draw(rng, CAPITALS, 1) + number[:7])))
    return Made(letter + number + rng.choice(("", "00", "01")), letter + number)


def taiwan_permit(rng: Random) -> Made:
    return plain("0" + digits(rng, 7))


def hk_id(rng: Random) -> Made:
    letters = draw(rng, "ABCDEGKPRZ", rng.choice((1, 1, 2)))
    number = digits(rng, 6)
    values = (
        ([36] if len(letters) == 1 else [])
        + [ord(c) - 55 for c in letters]
        + [int(d) for d in number]
    )
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    check = "0123456789A"[-total % 11]
    return Made(f"{letters}{number}({check})", letters + number + check)


def mo_id(rng: Random) -> Made:
    number = rng.choice("157") + draw(rng, DIGITS, 6)
    check = draw(rng, DIGITS, 1)
    return Made(f"{number}({check})", number + check)


TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # in the order of their values, 10 to 35


def tw_id(rng: Random) -> Made:
    letter = rng.choice(TW_LETTERS)
    value = 10 + TW_LETTERS.index(letter)
    body = rng.choice("12") + draw(rng, DIGITS, 7)
    total = value // 10 + value % 10 * 9
    total += sum(int(d) * w for d, w in zip(body, (8, 7, 6, 5, 4, 3, 2, 1), strict=True))
    return plain(letter + body + str(-total % 10))


def military_id(rng: Random) -> Made:
    branch, number = rng.choice("军海空沈南"), draw(rng, DIGITS, rng.choice((7, 8)))
    return Made(f"{branch}字第{number}号", branch + number)


def disability_card(rng: Random) -> Made:
    return plain(resident_id(rng).value + rng.choice("1234567") + rng.choice("1234"))


def student_id(rng: Random) -> Made:
    return plain(rng.choice("GJ") + resident_id(rng).value)


def social_security_card(rng: Random) -> Made:
    return plain(draw(rng, CAPITALS, 1) + draw(rng, DIGITS, 8))


def birth_certificate(rng: Random) -> Made:
    return plain(
        draw(rng, "NOPQRSTUVWX", 1) + rng.choice(("33", "32", "11", "44")) + draw(rng, DIGITS, 7)
    )


def health_record_number(rng: Random) -> Made:
    parts = (rng.randrange(1, 30), rng.randrange(1, 99), rng.randrange(1, 99999))
    return plain("330106{:03d}{:03d}{:05d}".format(*parts))


def driver_file_number(rng: Random) -> Made:
    return plain(rng.choice(REGIONS[:6])[:4] + draw(rng, DIGITS, 8))


ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def organisation_code(rng: Random) -> Made:
    body = draw(rng, DIGITS, 8) if rng.random() < 0.7 else "MA" + draw(rng, DIGITS + "ABCDEF", 6)
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(ORGANISATION.index(c) * w for c, w in zip(body, weights, strict=True))
    check = "0123456789X0"[11 - total % 11]
    return Made(f"{body}-{check}", body + check)


def uscc(rng: Random) -> Made:
    body = (
        rng.choice(("91", "92", "12", "52"))
        + rng.choice(REGIONS[:7])
        + organisation_code(rng).value
    )
    while set(body) - set(CREDIT):
        body = body[:8] + organisation_code(rng).value
    total = sum(CREDIT.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return plain(body + CREDIT[-total % 31])


def plate(rng: Random) -> Made:
    head = rng.choice(PLATES) + draw(rng, "ABCDE", 1)
    if rng.random() < 0.3:
        return plain(head + rng.choice("DF") + draw(rng, DIGITS, 5))
    return plain(head + draw(rng, CAPITALS, 1) + draw(rng, DIGITS, 4))


VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True)
)
VIN_VALUES |= {digit: int(digit) for digit in DIGITS}
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(rng: Random) -> Made:
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    text = (
        "L"
        + draw(rng, letters, 4)
        + draw(rng, DIGITS, 3)
        + "0"
        + draw(rng, letters, 2)
        + draw(rng, DIGITS, 6)
    )
    total = sum(VIN_VALUES[c] * w for c, w in zip(text, VIN_WEIGHTS, strict=True)) % 11
    return plain(text[:8] + "0123456789X"[total] + text[9:])


def imei(rng: Random) -> Made:
    body = rng.choice(("35", "86")) + draw(rng, DIGITS, 4) + "71" + draw(rng, DIGITS, 6)
    body = body[:8] + "9" + body[9:]  # no month of a birth date: an old ID number looks alike
    return plain(body + luhn(body))


def imsi(rng: Random) -> Made:
    return plain("460" + rng.choice(("00", "01", "02", "03", "11")) + digits(rng, 10))


def iccid(rng: Random) -> Made:
    body = "8986" + rng.choice(("00", "01", "03", "06")) + draw(rng, DIGITS, 13)
    return plain(body + luhn(body))


def meid(rng: Random) -> Made:
    body = draw(rng, "A", 1) + draw(rng, DIGITS + "ABCDEF", 13)
    return plain(body)


def mac(rng: Random) -> Made:
    pairs = ["00", "1B", *(draw(rng, DIGITS + "ABCDEF", 2) for _ in range(4))]
    return plain(":".join(pairs))


def advertising_id(rng: Random) -> Made:
    raw = draw(rng, DIGITS + "ABCDEF", 32)
    text = f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-A{raw[17:20]}-{raw[20:]}"
    return plain(text)


def coordinate(rng: Random) -> Made:
    latitude, longitude = 30 + rng.random(), 120 + rng.random()
    pair = f"{latitude:.6f},{longitude:.6f}"
    return plain(pair)


def ip_address(rng: Random) -> Made:
    return plain(
        f"{rng.choice((36, 60, 115, 183, 218))}.{rng.randrange(10, 250)}.{rng.randrange(10, 250)}.{rng.randrange(10, 250)}"
    )


def url(rng: Random) -> Made:
    return plain(f"https://www.example.com/{draw(rng, 'abcdef', 6)}/{draw(rng, DIGITS, 4)}.html")


def wechat_id(rng: Random) -> Made:
    return plain("wxid_" + draw(rng, DIGITS + "abcdefghij", 12) + "22")


def chosen_wechat_id(rng: Random) -> Made:
    return plain(draw(rng, "abcdefghij", 5) + rng.choice("_-") + draw(rng, DIGITS, 4))


def qq_number(rng: Random) -> Made:
    return plain(digits(rng, rng.choice((8, 9, 9))))


def social_account(rng: Random) -> Made:
    return plain("2088" + digits(rng, 12))


def waybill(rng: Random) -> Made:
    if rng.random() < 0.5:
        return plain(rng.choice(("SF", "YT")) + digits(rng, 13))
    body = draw(rng, DIGITS, 8)
    total = sum(int(d) * w for d, w in zip(body, (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = 11 - total % 11
    return plain(
        "E" + draw(rng, "ABCE", 1) + body + {10: "0", 11: "5"}.get(check, str(check)) + "CN"
    )


def icd9(rng: Random) -> Made:
    return plain(
        draw(rng, "678", 1)
        + draw(rng, DIGITS, 1)
        + "."
        + draw(rng, DIGITS, 1)
        + "x00x"
        + draw(rng, DIGITS, 3)
    )


def blood_type(rng: Random) -> Made:
    group = rng.choice(("A", "B", "O", "AB"))
    return Made(group + rng.choice(("型", "型血")), group)


# ------------------------------------------------------------------ what only a column tells


def medical_term(rng: Random) -> Made:
    return plain(
        rng.choice(
            ("妊娠期糖尿病", "高血压病3级", "2型糖尿病", "先兆流产", "急性阑尾炎", "乙型病毒性肝炎")
        )
    )


def health_card(rng: Random) -> Made:
    return plain(digits(rng, 10))


def lab_number(rng: Random) -> Made:
    return plain("24" + digits(rng, 8))


def insurance_policy(rng: Random) -> Made:
    return plain("PDAA2024" + digits(rng, 14))


def engine_number(rng: Random) -> Made:
    return plain(draw(rng, CAPITALS, 2) + digits(rng, 6))


def cookie(rng: Random) -> Made:
    return plain("JSESSIONID=" + draw(rng, DIGITS + "ABCDEF", 32))


def password(rng: Random) -> Made:
    return plain(draw(rng, "abcdefgh", 5) + draw(rng, DIGITS, 4))


def hotel_stay(rng: Random) -> Made:
    raw = day(rng, 2015, 2023)
    return plain(f"{raw[:4]}-{raw[4:6]}-{raw[6:]}")


def flight(rng: Random) -> Made:
    return plain(rng.choice(("CA", "MU", "CZ", "HU")) + digits(rng, 4))


def property_certificate(rng: Random) -> Made:
    text = f"浙（20{rng.randrange(16, 25)}）杭州市不动产权第{rng.randrange(10**7):07d}号"
    return Made(text, text.replace("（", "(").replace("）", ")"))
