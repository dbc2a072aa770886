# SPDX-License-Identifier: Apache-2.0
"""Seeded columns of made-up values, by what they hold, and blocks made of them."""

from __future__ import annotations

import datetime
import random

import numpy as np

from piidetect.kernels.cells import Block, Cells, block_from_columns

ROWS = 120
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华文"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def name(rng):
    return rng.choice(_SURNAMES) + "".join(rng.choices(_GIVEN, k=rng.choice((1, 2, 2))))


def day(rng, first=1960, last=2005):
    return datetime.date(rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28))


def resident_id(rng, born=None):
    body = f"330106{born or day(rng):%Y%m%d}{rng.randint(0, 999):03d}"
    total = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def card(rng):
    body = "622202" + "".join(rng.choices("0123456789", k=12))
    total = 0
    for position, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - position % 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def mobile(rng):
    return f"1{rng.choice('3578')}{rng.randint(0, 10**9 - 1):09d}"


def address(rng):
    return f"浙江省杭州市西湖区文三路{rng.randint(1, 999)}号{rng.randint(1, 30)}幢{rng.randint(101, 2000)}室"


MAKERS = {
    "name": name,
    "id": resident_id,
    "mobile": mobile,
    "landline": lambda rng: f"0571-8{rng.randint(0, 10**7 - 1):07d}",
    "card": card,
    "email": lambda rng: f"u{rng.randint(1, 10**6)}@example.com",
    "address": address,
    "date": lambda rng: f"{day(rng):%Y-%m-%d}",
    "compact_date": lambda rng: f"{day(rng):%Y%m%d}",
    "recent": lambda rng: f"{day(rng, 2019, 2024):%Y/%m/%d}",
    "datetime": lambda rng: f"{day(rng, 2019, 2024):%Y-%m-%d} 08:{rng.randint(0, 59):02d}:00",
    "mrn": lambda rng: f"{rng.randint(1, 10**6):010d}",
    "visit": lambda rng: f"ZY{rng.randint(1, 10**7):08d}",
    "icd": lambda rng: rng.choice(("O80.000", "O82.000x001", "Z34.900", "J42.x00", "O99.512")),
    "weeks": lambda rng: rng.choice(("12+3", "39周", "孕28周", "8", "40+1")),
    "job": lambda rng: rng.choice(("工人", "农民", "教师", "公司职员", "个体经营者", "学生")),
    "nation": lambda rng: rng.choice(("汉族", "回族", "畲族", "满族")),
    "lab": lambda rng: rng.choice(("白细胞计数", "血红蛋白", "血小板", "尿蛋白", "血型")),
    "blood": lambda rng: rng.choice(("A", "B", "O", "AB")),
    "marriage": lambda rng: rng.choice(("已婚", "未婚", "离异")),
    "school": lambda rng: rng.choice(("第一小学", "实验中学", "外国语学校")),
    "sex": lambda rng: rng.choice("男女"),
    "code": lambda rng: str(rng.randint(1, 9)),
    "zip": lambda rng: f"3100{rng.randint(10, 99)}",
    "order": lambda rng: f"DD{rng.randint(1, 10**12):014d}",
    "money": lambda rng: f"{rng.randint(1, 10**6) / 100:.2f}",
    "place": lambda rng: rng.choice(("浙江省杭州市", "浙江省温州市", "江苏省南京市")),
    "remark": lambda rng: rng.choice(("客户说,订单号错了", "请于周三送到,谢谢", "无异常。复查")),
    "text": lambda rng: rng.choice(("内科", "产科", "护理部")),
    "empty": lambda _: "",
    "dash": lambda rng: rng.choice(("-", "无", "未知", "NULL", "")),
    "masked_name": lambda rng: name(rng)[0] + "**",
    "masked_mobile": lambda rng: mobile(rng)[:3] + "****" + mobile(rng)[-4:],
    "masked_id": lambda rng: "330106" + "*" * 8 + f"{rng.randint(0, 9999):04d}",
    "bad_id": lambda rng: f"330106{day(rng):%Y%m%d}{rng.randint(0, 9999):04d}",
    "lost_id": lambda rng: f"3.30{rng.randint(100, 999)}E+17",
    "timestamp": lambda rng: f"17{rng.randint(0, 10**11 - 1):011d}",
    "latin_name": lambda rng: (
        rng.choice(("Li", "Wang", "Chen"))
        + " "
        + rng.choice(("Wei", "Na"))
        + rng.choice("abcdefghij")
        + rng.choice("aeiou")
    ),
}


def made(kind, seed=7, rows=ROWS):
    rng = random.Random(f"{kind}{seed}")
    return [MAKERS[kind](rng) for _ in range(rows)]


def cells(texts) -> Cells:
    raw = [text.encode() for text in texts]
    edges = np.concatenate([[0], np.cumsum([len(cell) for cell in raw])]).astype(np.int64)
    return Cells(np.frombuffer(b"".join(raw) + bytes(64), np.uint8), edges[:-1], edges[1:])


def block(columns) -> Block:
    return block_from_columns([cells(column) for column in columns], 0)
