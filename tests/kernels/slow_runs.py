# SPDX-License-Identifier: Apache-2.0
"""The run scanner once more, slow and readable: the specification of what a number in a text is.

1. A *group* is a maximal run of ASCII or full-width digits. An X closes a group of 17 digits, and
   one of three digits behind two or three groups of 14 in all. One to four ASCII letters right before the
   digits belong to the group.
2. A group is *dead*, part of no number, where a letter or digit (ASCII or full-width) stands beside
   it, where it is longer than 40, and where it is a decimal or has decimals (`.0` behind a whole
   number is what a spreadsheet leaves, not a decimal; `1.` before it numbers a list).
3. Groups that one space, dash or closing bracket links are a *chain*. A chain is read from the
   left: the most groups, up to five, that have the shape of a number and are one; else the group
   alone. 86 or 0086 in front belongs to the number. Dots link the groups of 138.0013.8001, nothing
   else, and end the chain.
4. The recognizers of a length are asked in the order of precedence; the first that claims the
   number has it. Some claim it only behind one of their words, at most 48 bytes before.
5. A group of ASCII digits that asterisks (full-width ones, too) and ASCII digits follow is a masked number if it has the
   length of one and no letter stands beside it.

Spans are half-open, in code points.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from piidetect import numbers, tables
from piidetect.recognizer import load_recognizers
from piidetect.schema import Verdict

WORD_REACH = 48
LONGEST_GROUP = 40
MOST_LETTERS = 4
MOST_JOINED = 5
MOST_CHAINED = 32
STARS = ("*", "＊")
PLACEHOLDERS = {int(one) for name in ("mobile", "bank_card") for one in tables.placeholders(name)}
SHAPES = sorted(
    (one for one in load_recognizers() if one.kind == "shape"),
    key=lambda one: (one.precedence, one.id),
)


class Group(NamedTuple):
    """Folded characters, their span, and how many of them are letters in front."""

    text: str
    start: int
    stop: int
    letters: int


class Found(NamedTuple):
    """An entity with its span and the verdict's name."""

    entity: str
    start: int
    stop: int
    verdict: str


def folded(text: str, at: int) -> str:
    """The character at `at`, full-width forms as ASCII; '' outside the text."""
    if not 0 <= at < len(text):
        return ""
    return chr(ord(text[at]) - 0xFEE0) if "！" <= text[at] <= "～" else text[at]


def is_digit(text: str, at: int) -> bool:
    one = folded(text, at)
    return one.isascii() and one.isdigit()


def is_alnum(text: str, at: int) -> bool:
    one = folded(text, at)
    return one.isascii() and one.isalnum()


def ascii_digit(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isascii() and text[at].isdigit()


def ascii_letter(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isascii() and text[at].isalpha()


def closing_x(text: str, at: int) -> bool:
    return folded(text, at) in ("X", "x") and not is_alnum(text, at + 1)


def decimals(text: str, at: int) -> str:
    """What follows a group: '' no decimals, `.0` a spreadsheet's tail, '.' real decimals."""
    stop = at + 1
    while ascii_digit(text, stop):
        stop += 1
    if text[at : at + 1] != "." or stop == at + 1:
        return ""
    whole = set(text[at + 1 : stop]) == {"0"} and not is_alnum(text, stop)
    return text[at:stop] if whole else "."


def is_decimal(text: str, start: int) -> bool:
    """Whether the digits at `start` stand behind a decimal point, and not behind `1.` of a list."""
    if text[start - 1 : start] != "." or start < 2 or not ascii_digit(text, start - 2):
        return False
    alone = not (ascii_digit(text, start - 3) or ascii_letter(text, start - 3))
    return text[start - 2] == "0" or not alone


def links(text: str, at: int) -> bool:
    return folded(text, at) in ("-", ")", " ", "\u3000") and is_digit(text, at + 1)


def letters_before(text: str, start: int) -> int:
    count = 0
    while count <= MOST_LETTERS and ascii_letter(text, start - count - 1):
        count += 1
    return 0 if count > MOST_LETTERS or is_alnum(text, start - count - 1) else count


def read_group(text: str, start: int, chain: list[Group]) -> tuple[Group | None, int]:
    """The group at `start`, None where it is dead, and where it ends."""
    stop = start
    while is_digit(text, stop):
        stop += 1
    glued = is_alnum(text, start - 1)
    letters = letters_before(text, start) if glued else 0
    before = [sum(len(one.text) for one in chain[-n:]) for n in (2, 3) if len(chain) >= n]
    size = stop - start
    if (size == 17 or (size == 3 and 14 in before)) and closing_x(text, stop):
        stop += 1
    dead = size > LONGEST_GROUP or (glued and letters == 0) or is_alnum(text, stop)
    if dead or decimals(text, stop) == "." or is_decimal(text, start):
        return None, stop
    value = "".join(folded(text, at) for at in range(start - letters, stop)).upper()
    return Group(value, start - letters, stop, letters), stop


def is_dotted(text: str, start: int) -> bool:
    """Whether 138.0013.8001 stands there, and no more."""
    if not re.fullmatch(r"1[0-9]{2}\.[0-9]{4}\.[0-9]{4}", text[start : start + 13]):
        return False
    if is_alnum(text, start - 1) or text[start - 1 : start] == ".":
        return False
    more = text[start + 13 : start + 14] == "." and ascii_digit(text, start + 14)
    return not (more or is_alnum(text, start + 13))


def scan(text: str, *, today: int) -> list[Found]:
    """All numbers of a text, in order."""
    found: list[Found] = []
    chain: list[Group] = []
    at = 0
    while at < len(text):
        if not is_digit(text, at):
            at += 1
            continue
        start = at
        if is_dotted(text, start) and len(chain) < MOST_CHAINED - 3:
            for left, right in ((0, 3), (4, 8), (9, 13)):
                span = start + left, start + right
                chain.append(Group(text[span[0] : span[1]], *span, 0))
            found += resolve(text, chain, today)
            chain = []
            at += 13
            continue
        group, at = read_group(text, start, chain)
        starred = group is not None and text[at : at + 1] in STARS
        if group is not None and not starred:
            chain.append(group)
        ends = group is None or starred or group.letters or len(chain) >= MOST_CHAINED
        if ends or not links(text, at):
            found += resolve(text, chain, today)
            chain = []
        if starred and group.letters == 0:
            one, at = masked(text, start, at)
            found += one
        elif group is not None and decimals(text, at) != ".":
            at += len(decimals(text, at))
    return found


def resolve(text: str, chain: list[Group], today: int) -> list[Found]:
    found = []
    index = 0
    while index < len(chain):
        one, taken = longest(text, chain[index:], today)
        found += one
        index += taken
    return found


def longest(text: str, chain: list[Group], today: int) -> tuple[list[Found], int]:
    """The number that begins the chain, if any, and how many groups it takes."""
    code = 1 if len(chain) > 1 and chain[0].text in ("86", "0086") else 0
    for count in range(min(len(chain) - code, MOST_JOINED), 1 - code, -1):
        joined = chain[code : code + count]
        if not is_shape([len(one.text) for one in joined], joined[0].text[0], code):
            continue
        start = chain[0].start
        if code and text[start - 1 : start] == "+":
            start -= 1
        value = "".join(one.text for one in joined)
        one = claim(text, value, start, joined[-1].stop, 0, True, today)
        if one:
            return one, code + count
    first = chain[0]
    return claim(text, first.text, first.start, first.stop, first.letters, False, today), 1


def is_shape(sizes: list[int], lead: str, code: int) -> bool:
    """Whether some number is written in groups of these sizes."""
    match sizes:
        case [11]:
            return code == 1
        case [3, 8] | [4, 7] | [4, 8]:
            return lead == "0"
        case [6, rest]:
            return 10 <= rest <= 13
        case [3, 4, 4] if lead == "1":
            return True
        case [6, 8, 4] | [6, 6, 3]:
            return True
        case [a, b, c]:
            return a + b + c == 10 and min(sizes) >= 3
        case [4, 4, 4, 4] | [6, 4, 4, 4]:
            return True
        case [4, 4, 4, 4, rest]:
            return 1 <= rest <= 3
    return False


def claim(
    text: str, value: str, start: int, stop: int, letters: int, joined: bool, today: int
) -> list[Found]:
    """The finding of the recognizer that claims a compact number."""
    if not 7 <= len(value) <= LONGEST_GROUP:
        return []
    if letters == 0:
        inner = without_prefix(value)
        if len(value) == 12 and text[start - 1 : start] == "-":
            inner = value  # a 0 isn't dialled in the middle of a GUID
        if inner != value and judge("mobile", inner, today) == Verdict.VALID:
            value = inner
            start -= text[start - 1 : start] == "+"
    for one in SHAPES:
        if (letters, len(value) - letters) not in one.classes:
            continue
        verdict = judge(one.validator, value, today)
        if verdict in (Verdict.INVALID_FORMAT, Verdict.INVALID_LENGTH):
            continue
        alone = claims_alone(one.validator, verdict, value, joined)
        unissued = one.validator == "bank_card" and verdict == Verdict.UNASSIGNED
        named = not unissued and has_word(text, start, one.context_words)
        if not alone and not named:
            continue
        if verdict == Verdict.UNCHECKED and named:
            verdict = Verdict.VALID
        if verdict == Verdict.VALID and value.isdigit() and int(value) in PLACEHOLDERS:
            verdict = Verdict.PLACEHOLDER
        return [Found(one.entity, start, stop, verdict.name.lower())]
    return []


def without_prefix(value: str) -> str:
    """The eleven digits behind 86, 0086 or a dialled 0."""
    for prefix in ("86", "0086", "0"):
        if value.startswith(prefix) and len(value) == len(prefix) + 11:
            return value[len(prefix) :]
    return value


def judge(validator: str, value: str, today: int) -> Verdict:
    """The verdict of a scalar module, which here takes nothing off the number."""
    module = getattr(numbers, validator)
    if validator in ("resident_id", "foreign_permanent_resident_id"):
        return module._verdict(value, today)
    return getattr(module, "_verdict", module.verdict)(value)


def claims_alone(validator: str, verdict: Verdict, value: str, joined: bool) -> bool:
    """Whether a number is claimed where no word names it."""
    if validator == "landline":
        return verdict == Verdict.VALID and joined
    if validator == "service_number":
        return joined
    if validator != "resident_id" or verdict == Verdict.VALID:
        return verdict == Verdict.VALID
    if len(value) == 15:
        return verdict == Verdict.UNCHECKED
    if verdict == Verdict.INVALID_DATE:
        return value[:6] in tables.division_codes()
    year, month, day = int(value[6:10]), int(value[10:12]), int(value[12:14])
    plausible = 1850 <= year <= 2099 and numbers.date.is_real(year, month, day)
    return verdict not in (Verdict.INVALID_CHECKSUM, Verdict.PRECISION_LOST) or plausible


def has_word(text: str, start: int, words: tuple[str, ...]) -> bool:
    reach = text[:start].encode()[-WORD_REACH:]
    return any(word.encode() in reach for word in words)


def masked(text: str, start: int, stars: int) -> tuple[list[Found], int]:
    """The masked number that begins at `start`, with asterisks from `stars` on; where it ends."""
    digits = stars
    while text[digits : digits + 1] in STARS:
        digits += 1
    stop = digits
    while ascii_digit(text, stop) or (stop > digits and text[stop : stop + 1] in ("X", "x")):
        stop += 1
    glued = ascii_letter(text, stop) or not ascii_digit(text, start)
    if digits - stars < 2 or stop == digits or glued:
        return [], digits
    for one in SHAPES:
        if (0, stop - start) not in one.classes:
            continue
        fits = one.validator == "resident_id" and stop - start == 18
        fits = fits or (one.validator == "mobile" and text[start] == "1" and stop - start == 11)
        if fits or (one.validator == "bank_card" and has_word(text, start, one.context_words)):
            return [Found(one.entity, start, stop, "masked")], stop
    return [], stop
