# SPDX-License-Identifier: Apache-2.0
"""Make a small seized clinic database, with the truth about it beside it.

Everything is invented by a seeded generator and nothing of it is kept in git. The dirt is what
seized files really have: wrong check digits, masked and full-width numbers, numbers that a
spreadsheet damaged, duplicates, blank lines, a repeated heading, an unclosed quote, a GB18030 file.

Usage::

    python examples/make_demo.py demo           # writes demo/seized/* and demo/truth.json
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
GIVEN = "安宁晓雨佳怡文静思远子涵一诺嘉禾明哲书瑶若彤景行知夏亦辰"
REGIONS = ("330302", "330303", "330304", "330106", "330108", "330203", "110105", "310115", "440305")
STREETS = ("车站大道", "学院中路", "新城大道", "文三路", "江南大道", "人民东路")
PREFIXES = (
    "134",
    "136",
    "138",
    "139",
    "150",
    "152",
    "158",
    "159",
    "182",
    "186",
    "188",
    "189",
    "199",
)
CARD_HEADS = ("622202", "621700", "622848")  # cards of 19 digits
DIAGNOSES = (
    ("O80.000", "头位顺产"),
    ("O24.900x001", "妊娠期糖尿病"),
    ("J18.900", "肺炎"),
    ("I10.x00", "高血压"),
    ("K35.800", "急性阑尾炎"),
    ("E11.900", "2型糖尿病"),
)
MATERNITY_HEAD = [
    "建档编号",
    "孕妇姓名",
    "证件号码",
    "出生日期",
    "联系电话",
    "末次月经",
    "预产期",
    "孕周",
    "现住址",
    "丈夫姓名",
    "丈夫身份证号",
    "丈夫电话",
    "银行卡号",
    "电子邮箱",
    "诊断编码",
    "建档日期",
    "备注",
]
INPATIENT_HEAD = [
    "病案号",
    "姓名",
    "性别",
    "年龄",
    "身份证号码",
    "联系电话",
    "家庭住址",
    "联系人姓名",
    "联系人电话",
    "诊断编码",
    "诊断名称",
    "入院日期",
    "总费用",
    "备注",
]
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@dataclass
class Truth:
    """What is really in the files: canonical values and rows."""

    rows: int = 0
    copied_rows: int = 0
    retyped_rows: int = 0
    values: dict[str, set[str]] = field(
        default_factory=lambda: {"CN_RESIDENT_ID": set(), "CN_MOBILE": set(), "CN_BANK_CARD": set()}
    )

    def add(self, entity: str, value: str) -> str:
        """Record a value that counts and return it."""
        self.values[entity].add(value)
        return value


@dataclass(frozen=True)
class Person:
    """An invented person."""

    name: str
    birth: date
    male: bool
    resident_id: str
    mobile: str
    address: str


def check_digit(first17: str) -> str:
    """Return the ISO 7064 MOD 11-2 check digit of 17 digits."""
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(first17))
    return "0123456789X"[(12 - total) % 11]


def luhn_digit(payload: str) -> str:
    """Return the Luhn check digit of a payload."""
    total = 0
    for i, digit in enumerate(reversed(payload)):
        doubled = int(digit) * (2 if i % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def make_person(rng: random.Random, first_year: int, last_year: int, *, male: bool) -> Person:
    """Invent a person born in one of the years."""
    birth = date(first_year, 1, 1) + timedelta(
        days=rng.randrange(365 * (last_year - first_year + 1))
    )
    region = rng.choice(REGIONS)
    sequence = rng.randrange(1, 499) * 2 + int(male)
    first17 = f"{region}{birth:%Y%m%d}{sequence:03d}"
    name = rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.choice((1, 2, 2))))
    mobile = rng.choice(PREFIXES) + f"{rng.randrange(10**8):08d}"
    address = f"浙江省温州市鹿城区{rng.choice(STREETS)}{rng.randrange(1, 400)}号{rng.randrange(1, 20)}幢{rng.randrange(101, 2500)}室"
    return Person(name, birth, male, first17 + check_digit(first17), mobile, address)


def write_id(rng: random.Random, truth: Truth, person: Person) -> str:
    """Return the person's ID number as a seized file may have it."""
    value = person.resident_id
    roll = rng.randrange(100)
    if roll < 3:  # wrong check digit
        return value[:17] + "0123456789X"[("0123456789X".index(value[17]) + 3) % 11]
    if roll == 3:  # no such day
        first17 = value[:10] + "0231" + value[14:17]
        return first17 + check_digit(first17)
    if roll == 4:  # masked
        return value[:10] + "****" + value[14:]
    if roll == 5:  # damaged by a spreadsheet
        return f"{int(value[:15]) / 10**14:.5f}E+17"
    truth.add("CN_RESIDENT_ID", value)
    if roll < 9:
        return value.translate(FULL_WIDTH)
    if roll < 12:
        return f"{value[:6]} {value[6:14]} {value[14:]}"
    if roll < 15:
        return "'" + value
    if roll < 17:
        return value.lower()
    if roll < 21 and person.birth.year < 1980:  # the old form
        return value[:6] + value[8:17]
    return value


def write_mobile(rng: random.Random, truth: Truth, person: Person) -> str:
    """Return the person's mobile number as a seized file may have it."""
    value = person.mobile
    roll = rng.randrange(100)
    if roll < 3:
        return value[:3] + "****" + value[7:]
    if roll == 3:
        return value[:10]
    truth.add("CN_MOBILE", value)
    if roll < 8:
        return f"{value[:3]}-{value[3:7]}-{value[7:]}"
    if roll < 11:
        return "+86" + value
    if roll < 14:
        return value.translate(FULL_WIDTH)
    return value


def write_card(rng: random.Random, truth: Truth) -> str:
    """Return a bank card number, with a wrong check digit now and then, or nothing."""
    if rng.randrange(3) == 0:
        return ""
    payload = rng.choice(CARD_HEADS) + f"{rng.randrange(10**12):012d}"
    digit = luhn_digit(payload)
    if rng.randrange(25) == 0:
        return payload + str((int(digit) + 5) % 10)
    value = truth.add("CN_BANK_CARD", payload + digit)
    if rng.randrange(8) == 0:
        return " ".join(value[i : i + 4] for i in range(0, len(value), 4))
    return value


def write_remark(rng: random.Random, truth: Truth, contact: Person) -> str:
    """Return free text with numbers glued to hanzi, and numbers that are none."""
    roll = rng.randrange(10)
    if roll == 0:
        mobile = truth.add("CN_MOBILE", contact.mobile)
        return f"家属{contact.name}电话{mobile}，已告知，次日复诊"
    if roll == 1:
        resident_id = truth.add("CN_RESIDENT_ID", contact.resident_id)
        return f"陪护人身份证{resident_id}已核对"
    if roll == 2:
        return f"缴费流水{1700000000000 + rng.randrange(10**10)}，金额{rng.randrange(10**5) / 100:.2f}元"
    if roll == 3:
        return "患者自述\n无过敏史"
    return rng.choice(("", "", "无", "复诊", "已电话回访"))


def maternity_rows(rng: random.Random, truth: Truth, count: int) -> list[list[str]]:
    """Return the rows of the maternity register."""
    rows = []
    for number in range(count):
        mother = make_person(rng, 1979, 2004, male=False)
        husband = make_person(rng, 1975, 2002, male=True)
        last_period = date(2024, 6, 1) + timedelta(days=rng.randrange(250))
        booked = last_period + timedelta(days=rng.randrange(42, 120))
        weeks = (booked - last_period).days // 7
        rows.append(
            [
                f"YC2024{number:05d}",
                mother.name,
                write_id(rng, truth, mother),
                f"{mother.birth:%Y-%m-%d}",
                write_mobile(rng, truth, mother),
                f"{last_period:%Y-%m-%d}",
                f"{last_period + timedelta(days=280):%Y/%m/%d}",
                str(weeks),
                mother.address,
                husband.name,
                write_id(rng, truth, husband),
                write_mobile(rng, truth, husband),
                write_card(rng, truth),
                f"user{rng.randrange(10**6):06d}@mail.example" if rng.randrange(3) else "",
                rng.choice(DIAGNOSES[:2])[0],
                f"{booked:%Y-%m-%d}",
                write_remark(rng, truth, husband),
            ]
        )
    return rows


def inpatient_rows(rng: random.Random, truth: Truth, count: int) -> list[list[str]]:
    """Return the rows of the inpatient register: children, adults and the aged."""
    rows = []
    for number in range(count):
        first_year, last_year = rng.choice(((2012, 2022), (1965, 2000), (1938, 1960)))
        patient = make_person(rng, first_year, last_year, male=rng.randrange(2) == 1)
        contact = make_person(rng, 1965, 1995, male=rng.randrange(2) == 1)
        code, diagnosis = rng.choice(DIAGNOSES[2:])
        rows.append(
            [
                f"{700000 + number}",
                patient.name,
                "男" if patient.male else "女",
                str(2024 - patient.birth.year),
                write_id(rng, truth, patient),
                write_mobile(rng, truth, patient),
                patient.address,
                contact.name,
                write_mobile(rng, truth, contact),
                code,
                diagnosis,
                f"{date(2024, 1, 1) + timedelta(days=rng.randrange(360)):%Y/%m/%d}",
                f"{rng.randrange(10**6) / 100:.2f}",
                write_remark(rng, truth, contact),
            ]
        )
    return rows


def lead_rows(rng: random.Random, truth: Truth, count: int) -> list[list[str]]:
    """Return the rows of a list of sales leads: name, mobile, ID, without a heading."""
    people = [make_person(rng, 1960, 2003, male=rng.randrange(2) == 1) for _ in range(count)]
    return [[p.name, write_mobile(rng, truth, p), write_id(rng, truth, p)] for p in people]


def with_dirt(
    rng: random.Random, truth: Truth, heading: list[str], rows: list[list[str]]
) -> list[list[str] | str]:
    """Return the rows with copies, retyped rows, blank lines, a repeated heading and one unclosed quote."""
    lines: list[list[str] | str] = list(rows)
    copies = [list(rng.choice(rows)) for _ in range(len(rows) // 25)]
    plain = [row for row in rows if row[-1] in {"无", "复诊", "已电话回访"}]
    retyped = [[*row[:-1], "二次录入"] for row in rng.sample(plain, len(plain) // 20)]
    truth.copied_rows += len(copies)
    truth.retyped_rows += len(retyped)
    for again in (*copies, *retyped):
        lines.insert(rng.randrange(len(lines) + 1), again)
    lines.insert(len(lines) // 3, heading)
    lines.insert(len(lines) // 2, "")
    unclosed = [*rows[0][:-1], '"未闭合的引号']
    unclosed[1] = "佚名"
    lines.insert(len(lines) // 2 + 5, ",".join(unclosed))
    truth.rows += len(lines)
    return lines


def to_csv(heading: list[str], lines: list[list[str] | str]) -> str:
    """Return the lines as CSV text; a line that is a string is written as it stands."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    for line in lines:
        if isinstance(line, str):
            text.write(line + "\r\n")
        else:
            writer.writerow(line)
    return text.getvalue()


def make_demo(folder: Path, *, rows: int = 2000, seed: int = 20240601) -> Truth:
    """Write ``folder/seized/*`` and ``folder/truth.json``.

    Args:
        folder: where to write; made if missing.
        rows: about how many rows in all, before the copies.
        seed: the same seed gives the same bytes.

    Returns:
        What is really in the files.
    """
    rng = random.Random(seed)
    truth = Truth()
    seized = folder / "seized"
    seized.mkdir(parents=True, exist_ok=True)

    maternity = with_dirt(rng, truth, MATERNITY_HEAD, maternity_rows(rng, truth, rows // 2))
    (seized / "孕产妇建档.csv").write_bytes(to_csv(MATERNITY_HEAD, maternity).encode("utf-8-sig"))

    inpatients = with_dirt(rng, truth, INPATIENT_HEAD, inpatient_rows(rng, truth, rows * 7 // 20))
    (seized / "住院病案.csv").write_bytes(to_csv(INPATIENT_HEAD, inpatients).encode("gb18030"))

    leads = lead_rows(rng, truth, rows * 3 // 20)
    truth.rows += len(leads)
    text = "".join("----".join(lead) + "\n" for lead in leads)
    (seized / "leads.txt").write_text(text, encoding="utf-8", newline="\n")

    summary = {
        "rows": truth.rows,
        "copied_rows": truth.copied_rows,
        "retyped_rows": truth.retyped_rows,
        "distinct_valid": {entity: len(values) for entity, values in truth.values.items()},
    }
    (folder / "truth.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return truth


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description="Make a small, invented, dirty clinic database.")
    parser.add_argument("folder", type=Path, help="where to write seized/ and truth.json")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20240601)
    arguments = parser.parse_args()
    truth = make_demo(arguments.folder, rows=arguments.rows, seed=arguments.seed)
    print(f"{arguments.folder / 'seized'}: {truth.rows} rows, all of them invented")


if __name__ == "__main__":
    main()
