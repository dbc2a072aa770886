# SPDX-License-Identifier: Apache-2.0
"""Make the founding story in small, with the truth about it: whose data, how much counts, what was put right.

A consumer app kept the address books of its users; four hospitals' maternity exports got out; an owners'
list and a pupils' list were traded; one number called an emergency line day after day; afterwards a
rectified copy was handed over. Everybody is invented, and every ID number is of a birth before 1906: the
reference date is therefore 1915-06-30. What the files hold is written down while they are made, by rules
that stand here in plain Python and know nothing of piidetect.

Usage::

    python examples/make_founding_case.py story   # seized/, rectified/, events.csv, leads.csv, truth.json
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

REFERENCE_DATE = date(1915, 6, 30)
SEED = 19150630
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
GIVEN = "安宁晓雨佳怡文静思远子涵嘉禾明哲书瑶彤景行知夏亦辰"
REGIONS = ("330302", "330303", "330304", "330106", "330203")
PREFIXES = ("134", "136", "138", "150", "158", "186", "199")
STREETS = ("车站大道", "学院中路", "新城大道", "人民东路")
CODES = ("O80.000", "O24.900", "O60.100")
APP, OWNERS, PUPILS = "家政App/通讯录.csv", "物业/业主名单.csv", "教培/学员名单.csv"
HOSPITALS = tuple(f"医院/{name}_产科.csv" for name in ("一院", "二院", "三院", "四院"))
CALLS = "话单/通话记录.csv"
MATERNITY_HEAD = ["产妇姓名", "身份证号", "手机号", "末次月经", "诊断编码", "现住址", "备注"]
APP_HEAD = ["姓名", "手机号", "上传设备"]
OWNER_HEAD = ["业主姓名", "身份证号", "联系电话", "房号", "建筑面积"]
PUPIL_HEAD = ["学生姓名", "身份证号", "班级", "学校"]
CALL_HEAD = ["主叫号码", "被叫号码", "开始时间", "通话时长"]
ROBOT_CALLS = (95, 91, 93)  # to 120, on three days


@dataclass(frozen=True)
class Person:
    """An invented person."""

    name: str
    birth: date
    male: bool
    resident_id: str
    mobile: str
    address: str


@dataclass(frozen=True)
class Row:
    """A row, and what of it is true: its cells, and (kind of information, value) of each valid cell."""

    cells: tuple[str, ...]
    values: frozenset[tuple[str, str]] = frozenset()
    blank: bool = False
    heading: bool = False
    flaw: str = ""

    def get(self, kind: str) -> str:
        """Return the value of a kind, '' if there is none."""
        return next((value for what, value in sorted(self.values) if what == kind), "")

    @property
    def subject(self) -> tuple[str, ...]:
        """Return whom the row is about: an ID, else a name with a contact; () if it can't be told."""
        found, name, mobile = self.get("id"), self.get("name"), self.get("mobile")
        return (found,) if found else (name, mobile) if name and mobile else ()


@dataclass
class Story:
    """The sources before and after, and the people in them."""

    seized: dict[str, list[Row]] = field(default_factory=dict)
    rectified: dict[str, list[Row]] = field(default_factory=dict)
    heads: dict[str, list[str]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


def check_digit(first17: str) -> str:
    """Return the ISO 7064 MOD 11-2 check digit of 17 digits."""
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(first17))
    return "0123456789X"[(12 - total) % 11]


class Maker:
    """Invents people; no two have a number in common."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.people: dict[str, Person] = {}
        self._mobiles: set[str] = set()

    def mobile(self) -> str:
        """Return a number that nobody has yet."""
        while True:
            number = self.rng.choice(PREFIXES) + f"{self.rng.randrange(10**7, 10**8)}"
            if number not in self._mobiles:
                self._mobiles.add(number)
                return number

    def name(self) -> str:
        """Return a name."""
        return self.rng.choice(SURNAMES) + "".join(self.rng.sample(GIVEN, 2))

    def person(self, first: int, last: int, *, male: bool) -> Person:
        """Return a person born in one of these years."""
        rng = self.rng
        while True:
            birth = date(rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28))
            digits = f"{rng.choice(REGIONS)}{birth:%Y%m%d}{rng.randrange(1, 499) * 2 + male:03d}"
            number = digits + check_digit(digits)
            if number not in self.people:
                break
        address = f"浙江省温州市鹿城区{rng.choice(STREETS)}{rng.randrange(1, 400)}号{rng.randrange(101, 999)}室"
        found = Person(self.name(), birth, male, number, self.mobile(), address)
        self.people[number] = found
        return found


def maternity_row(rng: random.Random, mother: Person, number: int, **change: str) -> Row:
    """Return a row of a maternity register; ``change`` replaces what is written of a field."""
    period = date(1914, 1, 5) + timedelta(days=number)
    code = rng.choice(CODES)
    mobile = change.get("mobile", mother.mobile)
    values = {
        ("name", mother.name),
        ("id", mother.resident_id),
        ("mobile", mobile),
        ("pregnancy", f"{period}"),
        ("icd", code),
        ("address", mother.address),
    }
    written = change.get("id", mother.resident_id)
    flaw = ""
    if "id" in change:
        values.discard(("id", mother.resident_id))
        flaw = "invalid_checksum"
    remark = change.get("remark", "")
    cells = (mother.name, written, mobile, f"{period}", code, mother.address, remark)
    return Row(cells, frozenset(values), flaw=flaw)


def wrong_check_digit(number: str) -> str:
    """Return an ID number whose check digit is wrong."""
    return number[:17] + "0123456789X"[("0123456789X".index(number[17]) + 3) % 11]


def hospitals(maker: Maker, story: Story) -> None:
    """Four exports of 24 mothers; six are in the first two, one with another number in the third."""
    rng = maker.rng
    mothers = [maker.person(1880, 1894, male=False) for _ in range(96)]
    number = 0
    for at, path in enumerate(HOSPITALS):
        rows = []
        for mother in mothers[24 * at : 24 * at + 24]:
            number += 1
            rows.append(maternity_row(rng, mother, number))
        story.seized[path], story.heads[path] = rows, MATERNITY_HEAD
    first, second, third, fourth = (story.seized[path] for path in HOSPITALS)
    second.extend(first[:6])  # the same rows again, in another hospital's export
    again = mothers[0]
    third.append(maternity_row(rng, again, 200, mobile=maker.mobile()))  # the same person, changed
    fourth.append(Row(("",) * len(MATERNITY_HEAD), blank=True))
    fourth.append(Row(tuple(MATERNITY_HEAD), heading=True))
    fourth.append(replace(fourth[0], cells=(*fourth[0].cells[:-1], "二次录入")))
    fifth = mothers[80]
    fourth[8] = maternity_row(rng, fifth, 300, id=wrong_check_digit(fifth.resident_id))
    maker.people.pop(fifth.resident_id)  # of whom no valid ID is anywhere
    nobody = wrong_check_digit(mothers[90].resident_id)
    fourth.append(Row(("", nobody, "", "", "", "", ""), flaw="invalid_checksum"))


def contact_row(name: str, mobile: str, device: str) -> Row:
    """Return an entry of an address book."""
    values = {("name", name)} if name else set()
    return Row((name, mobile, device), frozenset(values | {("mobile", mobile)}))


def address_books(maker: Maker, story: Story) -> None:
    """120 contacts, 12 of them mothers, 20 uploaded twice, 5 from another device, 8 without a name."""
    mothers = [story.seized[HOSPITALS[0]][at] for at in range(12)]
    rows = [contact_row(maker.name(), maker.mobile(), f"D{at % 7}") for at in range(108)]
    rows += [contact_row(one.get("name"), one.get("mobile"), "D8") for one in mothers]
    rows += rows[:20]
    rows += [contact_row(one.cells[0], one.cells[1], "D9") for one in rows[20:25]]
    rows += [contact_row("", maker.mobile(), "D1") for _ in range(6)]
    rows += [contact_row("", one.get("mobile"), "D1") for one in mothers[:2]]
    rows += [
        Row(("客服", "4008208820", "D1"), frozenset({("name", "客服")}), flaw="service_number")
    ]
    story.seized[APP], story.heads[APP] = rows, APP_HEAD


def owners_and_pupils(maker: Maker, story: Story) -> None:
    """40 owners, half of them old, two with the agent's number; 30 pupils, most of them children."""
    owners = [maker.person(1850, 1854, male=at % 2 == 0) for at in range(20)]
    owners += [maker.person(1870, 1890, male=at % 2 == 0) for at in range(20)]
    agent = owners[0].mobile
    rows = []
    for at, one in enumerate(owners):
        mobile = agent if at == 1 else one.mobile
        cells = (one.name, one.resident_id, mobile, f"{at % 9 + 1}幢{100 + at}室", f"{80 + at}.5")
        values = {("name", one.name), ("id", one.resident_id), ("mobile", mobile)}
        rows.append(Row(cells, frozenset(values)))
    story.seized[OWNERS], story.heads[OWNERS] = rows, OWNER_HEAD
    # the agent's number under a name of its own, in an address book
    story.seized[APP].insert(30, contact_row("周中介", agent, "D3"))
    pupils = [maker.person(1902, 1905, male=at % 3 == 0) for at in range(20)]
    pupils += [maker.person(1898, 1900, male=at % 3 == 0) for at in range(10)]
    story.seized[PUPILS] = [
        Row(
            (one.name, one.resident_id, f"{at % 4 + 1}年级", "鹿城学校"),
            frozenset({("name", one.name), ("id", one.resident_id)}),
        )
        for at, one in enumerate(pupils)
    ]
    story.heads[PUPILS] = PUPIL_HEAD


def call_log(maker: Maker, story: Story) -> None:
    """One number calls 120 more than 90 times a day, and each of ten mothers once."""
    robot = maker.mobile()
    callees = [row.get("mobile") for row in story.seized[HOSPITALS[3]][10:20]]
    rows = []
    for day, calls in enumerate(ROBOT_CALLS):
        start = datetime(1915, 6, 1 + day, 8, tzinfo=UTC)
        for at in range(calls):
            moment = start + timedelta(minutes=5 * at)
            cells = (robot, "120", f"{moment:%Y-%m-%d %H:%M:%S}", f"{at % 9 + 3}")
            rows.append(Row(cells, frozenset({("mobile", robot)}), flaw="service_number"))
    for at, mobile in enumerate(callees):
        cells = (robot, mobile, f"1915-06-05 09:{at:02d}:00", "31")
        rows.append(Row(cells, frozenset({("mobile", robot), ("mobile", mobile)})))
    story.seized[CALLS], story.heads[CALLS] = rows, CALL_HEAD


def rectify(story: Story) -> None:
    """Write the copy that was handed over afterwards.

    The app kept 30 contacts; the first hospital deleted all; the second hashed IDs and mobiles; the
    third masked them; the fourth kept five rows; the owners were moved to another file.
    """
    after, heads = story.rectified, story.heads
    after[APP] = story.seized[APP][:30]
    after[HOSPITALS[0]] = [Row((*[""] * 6, "已清空"))]
    hashed = []
    for row in story.seized[HOSPITALS[1]]:
        digests = [
            hashlib.md5(cell.encode(), usedforsecurity=False).hexdigest() for cell in row.cells[1:3]
        ]
        hashed.append(Row(("", *digests, "", "", "", row.cells[6])))
    after[HOSPITALS[1]] = hashed
    masked = []
    for row in story.seized[HOSPITALS[2]]:
        number, mobile = row.cells[1:3]
        cells = ("", f"{number[:6]}********{number[14:]}", f"{mobile[:3]}****{mobile[7:]}")
        masked.append(Row((*cells, "", "", "", "")))
    after[HOSPITALS[2]] = masked
    after[HOSPITALS[3]] = story.seized[HOSPITALS[3]][:5]
    moved = "归档/旧表.csv"
    after[moved] = [
        Row((row.cells[2], row.cells[0], row.cells[1]), row.values) for row in story.seized[OWNERS]
    ]
    heads[moved] = ["电话", "姓名", "证件号码"]


def tell() -> Story:
    """Return the story: always the same."""
    maker, story = Maker(SEED), Story()
    hospitals(maker, story)
    address_books(maker, story)
    owners_and_pupils(maker, story)
    call_log(maker, story)
    rectify(story)
    story.people = maker.people
    return story


# ------------------------------------------------------------------ the truth, by rules of its own


def identifiable(row: Row) -> bool:
    """Return whether a row tells somebody apart: an ID, or a name with a mobile or an address."""
    return bool(row.get("id") or (row.get("name") and (row.get("mobile") or row.get("address"))))


def excluded(rows: list[Row]) -> tuple[dict[str, int], list[Row]]:
    """Return why rows don't count, and those that do; the first reason that fits is taken."""
    out: Counter[str] = Counter()
    kept: list[Row] = []
    cells: set[tuple[tuple[str, ...], frozenset[tuple[str, str]]]] = set()
    information: set[frozenset[tuple[str, str]]] = set()
    for row in rows:
        if row.blank:
            out["blank"] += 1
        elif row.heading:
            out["repeated_header"] += 1
        elif identifiable(row):
            if (row.cells, row.values) in cells:
                out["duplicate_content"] += 1
            elif row.values in information:
                out["duplicate_information"] += 1
            else:
                kept.append(row)
            cells.add((row.cells, row.values))
            information.add(row.values)
        elif row.values:
            out["not_identifiable"] += 1
        elif row.flaw:
            out[f"untrue:{row.flaw}"] += 1
        else:
            out["no_personal_information"] += 1
    return dict(out), kept


def persons(rows: list[Row]) -> dict[str, int]:
    """Return low, point, high, and the point by links, in which an agent's number ties nobody."""
    owners: dict[str, set[str]] = {}
    for row in rows:
        if row.get("id") and row.get("mobile"):
            owners.setdefault(row.get("mobile"), set()).add(row.get("id"))
    ids = {row.get("id") for row in rows if row.get("id")}
    named = {row.subject for row in rows if len(row.subject) == 2}
    of_somebody = {one for one in named if one[1] in owners}
    of_one = {one for one in named if len(owners.get(one[1], ())) == 1}
    contacts = {one[1] for one in named} | set(owners)
    bare = {
        row.cells[0] if row.cells[1] == "120" or row.cells[0].isdigit() else row.get("mobile")
        for row in rows
        if not row.subject and row.get("mobile")
    }
    point = len(ids) + len(named - of_somebody)
    # one name of each ID, and the names of those without one who share no number with an ID
    named_ids = {
        row.get("id"): row.get("name") for row in rows if row.get("id") and row.get("name")
    }
    names = {*named_ids.values(), *(one[0] for one in named - of_somebody)}
    return {
        "low": max(len(ids), len(names)),
        "point": point,
        "high": point + len(bare - contacts),
        "point_by_links": len(ids) + len(named - of_one),
    }


def groups(story: Story, rows: list[Row]) -> dict[str, int]:
    """Return persons by sex and age as their valid IDs tell, and expectant mothers by row."""
    found = [story.people[number] for number in sorted({row.get("id") for row in rows} - {""})]

    def age(one: Person) -> int:
        had = (REFERENCE_DATE.month, REFERENCE_DATE.day) > (one.birth.month, one.birth.day)
        return REFERENCE_DATE.year - one.birth.year - (not had)

    return {
        "female": sum(not one.male for one in found),
        "male": sum(one.male for one in found),
        "under_14": sum(age(one) < 14 for one in found),
        "under_18": sum(age(one) < 18 for one in found),
        "over_60": sum(age(one) >= 60 for one in found),
        "pregnant": len({row.subject for row in rows if row.get("pregnancy") and row.subject}),
    }


def tiers(rows: list[Row], *, expansive: bool) -> dict[str, int]:
    """Return records by tier: health is 4; name with ID is 4 for those who read it widely."""
    found = {"3": 0, "4": 0, "5": 0}
    for row in rows:
        health = row.get("pregnancy") or row.get("icd")
        wide = expansive and row.get("id") and row.get("name")
        found["4" if health or wide else "5"] += 1
    return found


EVENTS = (
    ("甲", "acquire", "医院", "1915-03-01", ";".join(HOSPITALS)),
    ("甲", "sell", "乙", "1915-03-10", ";".join(HOSPITALS[:2])),
    ("甲", "sell", "丙", "1915-03-12", HOSPITALS[1]),
    ("乙", "acquire", "甲", "1915-03-10", ";".join(HOSPITALS[:2])),
    ("丁", "acquire", "用户", "", APP),
    ("丁", "publish", "", "1915-05-01", APP),
)


def received(story: Story) -> dict[str, dict[str, int]]:
    """Return the numbers of art. 11 by actor."""
    held = {path: {r.values for r in excluded(rows)[1]} for path, rows in story.seized.items()}

    def union(paths: list[str]) -> set[frozenset[tuple[str, str]]]:
        return set().union(*(held[path] for path in paths))

    out: dict[str, dict[str, int]] = {}
    for actor in dict.fromkeys(event[0] for event in EVENTS):
        own = [event for event in EVENTS if event[0] == actor]
        got = union(
            [p for _, act, _, _, paths in own if act == "acquire" for p in paths.split(";")]
        )
        passed: dict[str, list[str]] = {}
        for _, act, to, _, paths in own:
            if act != "acquire":
                passed.setdefault(to or "(public)", []).extend(paths.split(";"))
        each = {to: union(paths) for to, paths in passed.items()}
        accumulated = sum(len(one) for one in each.values())
        only = len(got - set().union(*each.values()))
        out[actor] = {"accumulated": accumulated, "only_acquired": only}
        out[actor]["counted"] = accumulated + only
    return out


def comparison(story: Story) -> dict[str, dict[str, int]]:
    """Return what of the persons and of the numbers is left in the rectified copy."""
    before = [row for rows in story.seized.values() for row in rows]
    after = [row for rows in story.rectified.values() for row in rows]
    still = {row.subject for row in after} - {()}
    there = {kind: {row.get(kind) for row in after} - {""} for kind in ("id", "mobile")}
    own: dict[tuple[str, ...], set[str]] = {}
    for row in before:
        if row.subject:
            own.setdefault(row.subject, set()).update({row.get("id"), row.get("mobile")} - {""})
    left = there["id"] | there["mobile"]
    states = Counter(
        "still_there" if one in still else "reachable" if numbers & left else "gone"
        for one, numbers in own.items()
    )
    found = {
        "persons": {
            "before": len(own),
            **{k: states[k] for k in ("still_there", "reachable", "gone")},
        }
    }
    for kind, name in (("id", "CN_RESIDENT_ID"), ("mobile", "CN_MOBILE")):
        had = {value for row in before for what, value in row.values if what == kind}
        found[name] = {"before": len(had), "still_there": len(had & there[kind])}
    return found


def truth(story: Story) -> dict[str, Any]:
    """Return what is true of the story."""
    rows = [row for path in sorted(story.seized) for row in story.seized[path]]
    out, kept = excluded(rows)
    mobiles = {value for row in rows for what, value in row.values if what == "mobile"}
    return {
        "rows": len(rows),
        "rows_by_source": {path: len(found) for path, found in sorted(story.seized.items())},
        "excluded": dict(sorted(out.items())),
        "counted": len(kept),
        "distinct": {
            "CN_RESIDENT_ID": len({row.get("id") for row in rows} - {""}),
            "CN_MOBILE": len(mobiles),
        },
        "persons": persons(rows),
        "groups": groups(story, rows),
        "tiers": tiers(kept, expansive=False),
        "tiers_expansive": tiers(kept, expansive=True),
        "received": received(story),
        "comparison": comparison(story),
        "calls_to_120": dict(
            zip(("1915-06-01", "1915-06-02", "1915-06-03"), ROBOT_CALLS, strict=True)
        ),
    }


# ------------------------------------------------------------------ files


def write(folder: Path, sources: dict[str, list[Row]], heads: dict[str, list[str]]) -> None:
    """Write sources as CSV files; the second hospital's are in GB18030, the third's have tabs."""
    for path, rows in sources.items():
        text = io.StringIO()
        delimiter = "\t" if "三院" in path else ","
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(heads[path])
        for row in rows:
            if row.blank:
                text.write("\r\n")
            else:
                writer.writerow(row.cells)
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.getvalue().encode("gb18030" if "二院" in path else "utf-8"))


def make(folder: Path) -> dict[str, Any]:
    """Write the story below a folder and return the truth; always the same bytes."""
    story = tell()
    write(folder / "seized", story.seized, story.heads)
    write(folder / "rectified", story.rectified, story.heads)
    lines = [("行为人", "行为", "相对方", "日期", "来源"), *EVENTS]
    (folder / "events.csv").write_text(
        "".join(",".join(line) + "\n" for line in lines), encoding="utf-8"
    )
    leads = [
        "地点,情况,时间",
        "家政App,注册时读取通讯录，看到姓名和手机号,1915-05-20",
        "二院,外流名单上有末次月经,1915年6月2日",
        "某商场,扫码要手机号,",
    ]
    (folder / "leads.csv").write_text("\n".join(leads) + "\n", encoding="utf-8")
    found = truth(story)
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    (folder / "truth.json").write_text(text, encoding="utf-8")
    return found


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description="Make the founding story with invented people.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    found = make(folder)
    print(f"{folder / 'seized'}: {found['rows']} rows, all of them invented")


if __name__ == "__main__":
    main()
