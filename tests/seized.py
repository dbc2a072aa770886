# SPDX-License-Identifier: Apache-2.0
"""Made-up people and a made-up seized table, from a seed; nothing of it is stored."""

from __future__ import annotations

import datetime as dt
import random
from typing import NamedTuple

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "安宁晓雨佳怡文静思远子涵嘉禾明哲书瑶景行知夏"
REGIONS = ("110101", "330302", "330106", "440305", "510104")
SEGMENTS = ("134", "138", "150", "186", "199")
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
HEADER = ["姓名", "身份证号", "手机号", "银行卡号", "电子邮箱", "现住址", "备注"]


class Person(NamedTuple):
    """An invented person."""

    name: str
    resident_id: str
    mobile: str
    card: str
    email: str
    address: str
    birth: dt.date


def check_digit(digits: str) -> str:
    """ISO 7064 MOD 11-2 of 17 digits."""
    total = sum(int(one) * pow(2, 17 - at, 11) for at, one in enumerate(digits))
    return "0123456789X"[(12 - total) % 11]


def luhn_digit(digits: str) -> str:
    """Luhn's check digit."""
    total = 0
    for at, one in enumerate(reversed(digits)):
        total += sum(divmod(int(one) * (2 - at % 2), 10))
    return str(-total % 10)


def person(rng: random.Random, *, male: bool | None = None, years: tuple[int, int] = (1960, 2006)):
    """Invent a person."""
    birth = dt.date(rng.randint(*years), 1, 1) + dt.timedelta(days=rng.randrange(365))
    order = rng.randrange(1, 400) * 2 + (rng.randrange(2) if male is None else male)
    digits = f"{rng.choice(REGIONS)}{birth:%Y%m%d}{order:03d}"
    card = f"622848{rng.randrange(10**12):012d}"
    return Person(
        name=rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 2)),
        resident_id=digits + check_digit(digits),
        mobile=f"{rng.choice(SEGMENTS)}{rng.randrange(10**8):08d}",
        card=card + luhn_digit(card),
        email=f"u{rng.randrange(10**9)}@example.com",
        address=f"浙江省温州市鹿城区学院路{rng.randrange(1, 400)}号{rng.randrange(101, 2500)}室",
        birth=birth,
    )


def broken(number: str) -> str:
    """Change the digit before the last, so that the check digit is wrong."""
    return number[:-2] + str((int(number[-2]) + 1) % 10) + number[-1]


def row(rng: random.Random, one: Person) -> list[str]:
    """Write a person as a row of `HEADER`, in one of the forms that are met."""
    number, form = one.resident_id, rng.randrange(8)
    if form == 0:
        number = broken(number)
    elif form == 1:
        number = number.translate(FULL_WIDTH)
    elif form == 2:
        number = f"{number[:6]} {number[6:14]} {number[14:]}"
    elif form == 3:
        number = number.lower()
    elif form == 4:
        number = number[:6] + "********" + number[14:]
    elif form == 5:
        number = ""
    mobile = rng.choice([one.mobile, f"+86{one.mobile}", f"86-{one.mobile}", one.mobile])
    card = rng.choice(
        [one.card, one.card, " ".join(one.card[at : at + 4] for at in range(0, 19, 4))]
    )
    other = person(rng)
    remark = rng.choice(
        [
            "",
            f"家属电话{other.mobile}已告知",
            f"证件{other.resident_id}，退款至{other.card}",
            "订单2024010112345678，金额128.50",
            f"联系{other.email}或{other.mobile}",
        ]
    )
    return [one.name, number, mobile, card, one.email, one.address, remark]


def table(seed: int = 1, rows: int = 60) -> list[list[str]]:
    """Rows of `HEADER`; every tenth repeats an earlier one, cell by cell or with another remark."""
    rng = random.Random(seed)
    made: list[list[str]] = []
    for at in range(rows):
        if at % 10 == 9:
            again = list(made[at - 7])
            if at % 20 == 9:
                again[-1] += "回访"
            made.append(again)
        else:
            made.append(row(rng, person(rng)))
    return made
