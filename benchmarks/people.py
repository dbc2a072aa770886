# SPDX-License-Identifier: Apache-2.0
"""The columns of a seized database: invented people, what is true of them, and decoys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import vocabulary as words
from writing import (
    check_digits,
    constant,
    digits,
    full_width,
    glue,
    grouped,
    luhn_sums,
    scatter,
    table,
    yyyymmdd,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from writing import Mask, Text, Whole


class Slot(NamedTuple):
    """One place of a row that may hold a valid value: which entity, what value, in what form."""

    entity: str
    value: Whole  # 0 where there is none
    form: NDArray[np.uint8]  # index into `forms`
    forms: tuple[str, ...]


ID_FORMS = (
    *("plain", "lower_x", "full_width", "spaced", "hyphenated", "quote_prefixed", "fifteen"),
    *("masked", "empty", "scientific", "zeroed"),
)
ID_SHARES = (0.8845, 0.0, 0.02, 0.02, 0.01, 0.02, 0.0175, 0.01, 0.01, 0.004, 0.004)
FLAWS = ("none", "checksum", "region", "date")


def id_column(rng: np.random.Generator, own: Whole) -> tuple[Text, Slot, dict[str, Mask]]:
    """Write resident IDs in all forms; ``own`` is changed where a number is flawed.

    Args:
        rng: source of chance.
        own: int64[n], the first 17 digits.

    Returns:
        The cells, what is valid in them, and masks of forms and flaws.

    """
    count = len(own)
    form = rng.choice(len(ID_FORMS), count, p=ID_SHARES).astype(np.uint8)
    flaw = rng.choice(4, count, p=(0.955, 0.03, 0.0075, 0.0075))
    flaw[(form == 6) | (form >= 7)] = 0
    unknown = flaw == 2
    pick = np.array(words.UNKNOWN_REGIONS)[
        rng.integers(0, len(words.UNKNOWN_REGIONS), unknown.sum())
    ]
    own[unknown] = pick * 10**11 + own[unknown] % 10**11
    wrong = np.flatnonzero(flaw == 3)  # not in provinces whose codes begin like a bank card
    low = np.array([c for c, _ in words.REGIONS if c < 600_000 and c // 10_000 != 35])
    day = np.array([1301, 231, 431, 132, 1, 1500, 1132])[rng.integers(0, 7, len(wrong))]
    year = own[wrong] // 10**7 % 10**4
    region = low[rng.integers(0, len(low), len(wrong))]
    own[wrong] = ((region * 10**4 + year) * 10**4 + day) * 1000 + own[wrong] % 1000
    form[(form == 6) & (own >= 8 * 10**16)] = 0  # residence permits never had 15 digits
    own[(form == 6) & (own // 10**9 % 100 == 20)] -= 40 * 10**7  # keeps leap days real
    last = check_digits(own)
    shift = rng.integers(1, 10, count)
    last[flaw == 1] = np.where(
        last == ord("X"), 48 + shift, 48 + (last.astype(np.int64) - 48 + shift) % 10
    )[flaw == 1].astype(np.uint8)
    form[(form == 0) & (last == ord("X")) & (rng.random(count) < 0.05)] = 1
    text = np.hstack([digits(own, 17), last[:, None]])
    valid = (flaw == 0) & (form < 7)
    marks = {f"id_column_{ID_FORMS[k]}": form == k for k in range(len(ID_FORMS))}
    marks |= {f"id_column_bad_{FLAWS[k]}": flaw == k for k in (1, 2, 3)}
    slot = Slot("CN_RESIDENT_ID", np.where(valid, own, 0), form, ID_FORMS)
    return write_ids(text, own, form), slot, marks


def write_ids(text: Text, own: Whole, form: NDArray[np.uint8]) -> Text:
    """Lay out 18 characters in the form asked for."""
    zeroed = own // 100 * 100
    ends = check_digits(zeroed) == ord("0")
    zeroed[ends] += np.where(zeroed[ends] // 100 % 10 < 9, 100, -100)
    writers = (
        lambda t, _: t,
        lambda t, _: np.where(t == ord("X"), np.uint8(ord("x")), t),
        lambda t, _: full_width(t),
        lambda t, _: grouped(t, (6, 8, 4), " "),
        lambda t, _: grouped(t, (6, 8, 4), "-"),
        lambda t, _: glue("'", t),
        lambda t, _: np.hstack([t[:, :6], t[:, 8:17]]),
        lambda t, _: glue(t[:, :6], "********", t[:, 14:]),
        lambda t, _: t[:, :0],
        lambda t, _: glue(t[:, :1], ".", t[:, 1:6], "E+17"),
        lambda _, m: glue(digits(zeroed[m], 17), "0"),
    )
    pieces = [(form == k, w(text[form == k], form == k)) for k, w in enumerate(writers)]
    return scatter(len(text), pieces)


MOBILE_FORMS = (
    *("plain", "+86", "+86_space", "spaced", "dashed", "full_width", "86", "0086"),
    *("empty", "short", "unassigned", "glued"),
)
MOBILE_SHARES = (0.78, 0.06, 0.03, 0.04, 0.04, 0.02, 0.01, 0.005, 0.01, 0.003, 0.002, 0.0)


def mobile_column(rng: np.random.Generator, own: Whole) -> tuple[Text, Slot]:
    """Write mobile numbers in all forms."""
    form = rng.choice(len(MOBILE_FORMS), len(own), p=MOBILE_SHARES).astype(np.uint8)
    text = digits(own, 11)
    writers = (
        lambda t: t,
        lambda t: glue("+86", t),
        lambda t: glue("+86 ", t),
        lambda t: grouped(t, (3, 4, 4), " "),
        lambda t: grouped(t, (3, 4, 4), "-"),
        full_width,
        lambda t: glue("86", t),
        lambda t: glue("0086", t),
        lambda t: t[:, :0],
        lambda t: t[:, :10],
        lambda t: glue("12", t[:, 2:]),
    )
    pieces = [(form == k, write(text[form == k])) for k, write in enumerate(writers)]
    slot = Slot("CN_MOBILE", np.where(form < 8, own, 0), form, MOBILE_FORMS)
    return scatter(len(own), pieces), slot


CARD_FORMS = ("plain", "spaced", "dashed", "empty", "bad_luhn")


def card_column(rng: np.random.Generator, count: int) -> tuple[Text, Slot, dict[str, Mask]]:
    """Write bank cards of 16, 18 and 19 digits, some with a wrong check digit."""
    form = rng.choice(5, count, p=(0.336, 0.04, 0.008, 0.6, 0.016)).astype(np.uint8)
    kind = rng.integers(0, len(words.CARDS), count)
    prefix = np.array([iin for iin, _ in words.CARDS])[kind]
    length = np.array([size for _, size in words.CARDS])[kind]
    rest = rng.integers(0, 10**12, count)
    # 18 digits with a plausible date would be an ID first: digits 7 and 8 are no century here
    rest[length == 18] = (
        rest[length == 18] % 10**9 + rng.integers(30, 99, (length == 18).sum()) * 10**9
    )
    scale = 10 ** (length - 7)
    number = prefix * scale + rest % scale
    check = -luhn_sums(number) % 10
    check[form == 4] = (check + rng.integers(1, 10, count))[form == 4] % 10
    number = number * 10 + check
    text = digits(number, 19)
    for size in (16, 18):
        mask = length == size
        text[mask] = glue(digits(number[mask], size), constant(mask.sum(), "\0" * (19 - size)))
    sizes = (4, 4, 4, 4, 3)
    pieces = [(np.isin(form, (0, 4)), text[np.isin(form, (0, 4))])]
    pieces += [(form == k, grouped(text[form == k], sizes, s)) for k, s in ((1, " "), (2, "-"))]
    slot = Slot("CN_BANK_CARD", np.where(form < 3, number, 0), form, CARD_FORMS)
    return scatter(count, pieces), slot, {"card_bad_luhn": form == 4}


def emails(rng: np.random.Generator, count: int) -> Text:
    """Draw e-mail addresses: a name with digits, or a number at QQ."""
    logins, domains = table(words.LOGINS), table(words.DOMAINS)
    name = glue(
        logins[rng.integers(0, len(logins), count)],
        digits(rng.integers(0, 10**5, count), 5),
        "@",
        domains[rng.integers(0, len(domains), count)],
    )
    qq = rng.random(count) < 0.4
    number = glue(digits(rng.integers(10**7, 10**10, count), 10), "@qq.com")
    number[:, :10][np.cumsum(number[:, :10] > 48, axis=1) == 0] = 0
    return scatter(count, [(~qq, name[~qq]), (qq, number[qq])])


def names(rng: np.random.Generator, count: int) -> Text:
    """Draw names of two or three hanzi, now and then with a double surname."""
    surnames, given = table(words.SURNAMES), table(words.GIVEN)
    second = given[rng.integers(0, len(given), count)]
    second[rng.random(count) < 0.25] = 0
    return glue(
        surnames[rng.integers(0, len(surnames), count)],
        given[rng.integers(0, len(given), count)],
        second,
    )


def addresses(rng: np.random.Generator, own: Whole) -> Text:
    """Write an address in the division where the ID was issued, or in any other."""
    codes = np.array([code for code, _ in words.REGIONS])
    where = np.searchsorted(codes, own // 10**11) % len(codes)
    texts, roads, estates = (
        table(t) for t in ([n for _, n in words.REGIONS], words.ROADS, words.ESTATES)
    )
    count = len(own)
    return glue(
        texts[where],
        roads[rng.integers(0, len(roads), count)],
        digits(rng.integers(10, 1000, count), 3),
        "号",
        estates[rng.integers(0, len(estates), count)],
        digits(rng.integers(1, 30, count), 2),
        "幢",
        digits(rng.integers(101, 2903, count), 4),
        "室",
    )


def amounts(cents: Whole) -> Text:
    """Write sums of money without leading zeros."""
    text = digits(cents // 100, 6)
    text[:, :5][np.cumsum(text[:, :5] > 48, axis=1) == 0] = 0
    return glue(text, ".", digits(cents % 100, 2))


def pregnancy_columns(rng: np.random.Generator, count: int) -> tuple[Text, Text, Mask]:
    """Write last menstrual period and, 280 days later, the expected date, for a tenth of the rows."""
    mask = rng.random(count) < 0.1
    start = np.datetime64("2023-01-01") + rng.integers(0, 700, int(mask.sum()))
    pair = [grouped(digits(yyyymmdd(day), 8), (4, 2, 2), "-") for day in (start, start + 280)]
    first, second = (scatter(count, [(mask, text)]) for text in pair)
    return first, second, mask
