# SPDX-License-Identifier: Apache-2.0
"""A labelled corpus: every entity in every form in which it is written, among what is none.

Two parts, both drawn from one seed and never stored: *texts*, one value or a few in a sentence, in
JSON, in a link; and *tables*, a column of one entity below its heading, with dirt. A label says where a
value stands (code points, half-open), which canonical value and which verdict it has. Forms that hold
no value (a wrong check digit, a number cut off, digits around it) have no label: a valid finding there
is false.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from entities import SPECS
from invented import DIGITS, digits, draw, luhn, mod_11_2

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from invented import Made, Spec

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
TAILS = ("，请核对", "的客户", "。", "已登记", "；备注无", "")
MASKED = ("CN_RESIDENT_ID", "CN_MOBILE")


class Label(NamedTuple):
    """One value in a text."""

    entity: str
    start: int
    end: int
    value: str
    verdict: str


class Sample(NamedTuple):
    """A text or cell in one form; `about` is the entity that it was made for."""

    text: str
    labels: tuple[Label, ...]
    about: str
    form: str


class Table(NamedTuple):
    """A column of one entity."""

    entity: str
    heading: str
    cells: tuple[Sample, ...]
    beside: str = ""


def placed(
    before: str, text: str, after: str, spec: Spec, value: str, form: str, verdict: str = ""
) -> Sample:
    """A text with one value in it."""
    start = len(before)
    label = Label(spec.entity, start, start + len(text), value, verdict or spec.verdict)
    return Sample(before + text + after, (label,), spec.entity, form)


def grouped(text: str, sizes: tuple[int, ...], separator: str) -> str:
    """Write a number in groups; what is over is the last group."""
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return separator.join(part for part in [*parts, text[at:]] if part)


def _word(spec: Spec, rng: Random) -> str:
    return rng.choice(spec.words)


def glued(spec: Spec, made: Made, rng: Random) -> Sample:
    word = _word(spec, rng)
    word += "号" if word[-1].isascii() else ""  # beside a Latin letter nothing is a number
    return placed(word, made.text, rng.choice(TAILS), spec, made.value, "glued")


def colon(spec: Spec, made: Made, rng: Random) -> Sample:
    mark = rng.choice(("：", ":", " ", "是", "为："))
    return placed(
        f"客户{_word(spec, rng)}{mark}", made.text, rng.choice(TAILS), spec, made.value, "colon"
    )


def json_text(spec: Spec, made: Made, rng: Random) -> Sample:
    before = f'{{"id": {rng.randrange(9)}, "{_word(spec, rng)}": "'
    return placed(before, made.text, '", "t": null}', spec, made.value, "json")


def full_width(spec: Spec, made: Made, rng: Random) -> Sample:
    text = made.text.translate(FULL_WIDTH)
    return placed(f"{_word(spec, rng)}：", text, rng.choice(TAILS), spec, made.value, "full_width")


def lower_case(spec: Spec, made: Made, rng: Random) -> Sample:
    return placed(_word(spec, rng) + " ", made.text.lower(), "，", spec, made.value, "lower_case")


def in_groups(spec: Spec, made: Made, rng: Random) -> Sample:
    text = grouped(made.text, spec.grouped, rng.choice(" -"))
    return placed(_word(spec, rng), text, rng.choice(TAILS), spec, made.value, "grouped")


def tagged(spec: Spec, made: Made, rng: Random) -> Sample:
    return placed(f"<{_word(spec, rng)}>", made.text, "</", spec, made.value, "xml")


def bare(spec: Spec, made: Made, rng: Random) -> Sample:
    ways = (("", ""), ("", "\t12"), ("共3条；", "；"), ("（", "）"), ("x=", "&y=2"))
    before, after = rng.choice(ways[:-1] if spec.entity == "URL" else ways)
    return placed(before, made.text, after, spec, made.value, "bare")


def masked(spec: Spec, made: Made, rng: Random) -> Sample:
    head, tail = (6, 4) if len(made.text) == 18 else (3, 4)
    text = made.text[:head] + "*" * (len(made.text) - head - tail) + made.text[-tail:]
    return placed(_word(spec, rng), text, "，", spec, text, "masked", "masked")


# ------------------------------------------------------------------ what holds no value


def wrong(spec: Spec, made: Made, rng: Random) -> Sample:
    """The last digit of the number is another one, so that its check digit is wrong."""
    at = max(place for place, one in enumerate(made.text) if one in DIGITS + "X")
    if spec.entity == "CN_DISABILITY_CARD":
        at = 17
    other = rng.choice([one for one in DIGITS if one != made.text[at]])
    text = made.text[:at] + other + made.text[at + 1 :]
    return Sample(f"{_word(spec, rng)}{text}。", (), spec.entity, "wrong")


def inside(spec: Spec, made: Made, rng: Random) -> Sample:
    """The number is part of a longer one."""
    text = draw(rng, DIGITS, 3) + made.text + draw(rng, DIGITS, 3)
    return Sample(f"订单{text}", (), spec.entity, "inside")


def cut_off(spec: Spec, made: Made, rng: Random) -> Sample:
    """The last characters are missing; redrawn where the rest is a right number by chance."""
    text = made.text[:-1]
    while text.isdigit() and luhn(text[:-1]) == text[-1]:
        text = text[:-1] + rng.choice(DIGITS)
    if len(text) == 17 and text.isdigit() and mod_11_2(text[:-1]) == text[-1]:
        text = text[:-1] + "0"
    return Sample(f"{_word(spec, rng)}{text}。", (), spec.entity, "cut_off")


def forms_of(spec: Spec) -> list[Callable[[Spec, Made, Random], Sample]]:
    """Return the forms in which an entity is written in texts."""
    forms = [glued, colon, json_text, full_width, tagged]
    if spec.entity != "BLOOD_TYPE":  # nobody writes ab型
        forms.append(lower_case)
    if spec.grouped:
        forms.append(in_groups)
    if spec.alone:
        forms.append(bare)
    if spec.entity in MASKED:
        forms.append(masked)
    if spec.checked:
        forms += [wrong, cut_off]
    if spec.checked and spec.make(random.Random(0)).text.isdigit():
        forms.append(inside)
    return forms


def texts(seed: int, each: int) -> list[Sample]:
    """Draw `each` texts of every form of every entity, in a mixed order."""
    rng = random.Random(seed)
    samples = [
        form(spec, spec.make(rng), rng)
        for spec in SPECS
        if not spec.cells_only
        for form in forms_of(spec)
        for _ in range(each)
    ]
    rng.shuffle(samples)
    return samples


def cell(spec: Spec, rng: Random) -> Sample:
    """Draw one cell of a column, as people and spreadsheets leave it."""
    made = spec.make(rng)
    way = rng.random()
    small = made.text if "/" in made.text or spec.cells_only else made.text.lower()
    ways = (
        (0.70, "plain", made.text),
        (0.76, "quoted", "'" + made.text),
        (0.82, "full_width", made.text.translate(FULL_WIDTH)),
        (0.88, "spaces_around", f" {made.text} "),
        (0.93, "lower_case", small),
    )
    for bound, form, text in ways:
        if way < bound:
            label = Label(spec.entity, 0, len(text), made.value, spec.verdict)
            return Sample(text, (label,), spec.entity, form)
    text = rng.choice(("", "无", "-", "不详", "NULL", "暂无"))
    return Sample(text, (), spec.entity, "absent")


def tables(seed: int, rows: int) -> list[Table]:
    """Draw a table of one column for every entity."""
    rng = random.Random(seed)
    return [
        Table(spec.entity, spec.heading, tuple(cell(spec, rng) for _ in range(rows)), spec.beside)
        for spec in SPECS
    ]


# ------------------------------------------------------------------ numbers that are none


def _timestamp(rng: Random) -> str:
    return str(
        rng.randrange(1_400_000_000, 1_760_000_000) * rng.choice((1, 1000)) + rng.randrange(1000)
    )


def _moment(rng: Random) -> str:
    text = f"20{rng.randrange(10, 26)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    clock = f"{rng.randrange(24):02d}{rng.randrange(60):02d}{rng.randrange(60):02d}"
    return rng.choice(
        (text + clock, f"{text[:4]}-{text[4:6]}-{text[6:]} {clock[:2]}:{clock[2:4]}:{clock[4:]}")
    )


def _guid(rng: Random) -> str:
    raw = draw(rng, "0123456789abcdef", 32)
    return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:]}"


def _log_line(rng: Random) -> str:
    stamp = f"2024-0{rng.randrange(1, 10)}-1{rng.randrange(10)} 12:{rng.randrange(10, 60)}:0{rng.randrange(10)}.{rng.randrange(1000):03d}"
    return (
        f"{stamp} [http-nio-8080-exec-{rng.randrange(1, 99)}] INFO c.e.OrderService - took {rng.randrange(9999)}ms "
        f"trace={draw(rng, '0123456789abcdef', 16)} size={rng.randrange(10**7)} v{rng.randrange(9)}.{rng.randrange(30)}.{rng.randrange(9)}"
    )


#: What a row of the second corpus holds: kind → how it is drawn. None of it is anybody's.
DECOYS: dict[str, Callable[[Random], str]] = {
    "timestamp": _timestamp,
    "moment": _moment,
    "order number": lambda rng: f"{_moment(rng)[:8].replace('-', '')}{draw(rng, DIGITS, 12)}",
    "short order number": lambda rng: f"DD{digits(rng, 10)}",
    "price": lambda rng: f"{rng.randrange(10**7) / 100:.2f}",
    "price in words": lambda rng: (
        f"共{rng.randrange(1, 9)}件，合计{rng.randrange(10**6) / 100:.2f}元，优惠{rng.randrange(100)}.00元"
    ),
    "md5": lambda rng: draw(rng, "0123456789abcdef", 32),
    "sha256": lambda rng: draw(rng, "0123456789ABCDEF", 64),
    "guid": _guid,
    "coarse coordinates": lambda rng: f"{rng.uniform(-3, 3):.3f},{rng.uniform(-3, 3):.3f}",
    "log line": _log_line,
    "version": lambda rng: (
        f"v{rng.randrange(20)}.{rng.randrange(30)}.{rng.randrange(99)}-build{rng.randrange(9999)}"
    ),
    "private address": lambda rng: (
        f"192.168.{rng.randrange(256)}.{rng.randrange(256)}:{rng.randrange(1024, 65536)}"
    ),
    "hex": lambda rng: f"0x{draw(rng, '0123456789abcdef', 8)}",
    "base64": lambda rng: (
        draw(rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 44) + "="
    ),
    "float": lambda rng: repr(rng.random()),
    "scientific": lambda rng: f"{rng.uniform(1, 9.99):.5f}e-{rng.randrange(1, 20):02d}",
    "long digits": lambda rng: digits(rng, rng.randrange(20, 36)),
    "barcode": lambda rng: f"69{digits(rng, 11)}",
    "dimensions": lambda rng: (
        f"{rng.randrange(100, 4000)}x{rng.randrange(100, 4000)}@{rng.randrange(1, 4)}x.png"
    ),
    "postcode and floor": lambda rng: (
        f"邮编{digits(rng, 6)}，{rng.randrange(1, 33)}楼{rng.randrange(101, 3300)}"
    ),
    "sequence": lambda rng: f"No.{rng.randrange(10**6):08d}",
}


def decoys(seed: int, rows: int) -> list[tuple[str, str]]:
    """Draw rows (kind, text) of numbers that are none."""
    rng = random.Random(seed)
    kinds = list(DECOYS)
    return [(kind, DECOYS[kind](rng)) for kind in rng.choices(kinds, k=rows)]
