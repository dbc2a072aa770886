# SPDX-License-Identifier: Apache-2.0
"""Whole rows of invented people: all columns but the row number, and what is true of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from people import (
    Slot,
    addresses,
    amounts,
    card_column,
    emails,
    id_column,
    mobile_column,
    names,
    pregnancy_columns,
)
from remarks import remark_column
from writing import bodies, dates, digits, fingerprint, glue, grouped, mobiles, scatter

if TYPE_CHECKING:
    from writing import Mask, Text


class People(NamedTuple):
    """Rows not yet numbered: their text, what is true of them and which decoys they hold."""

    text: Text  # all columns but the row number, line end included
    slots: tuple[Slot, ...]
    marks: dict[str, Mask]


def make_people(rng: np.random.Generator, count: int) -> People:
    """Draw ``count`` people and write all their columns but the row number."""
    own = bodies(rng, count)
    ids, id_slot, marks = id_column(rng, own)
    phones, phone_slot = mobile_column(rng, mobiles(rng, count))
    cards, card_slot, card_marks = card_column(rng, count)
    has_mail = rng.random(count) < 0.35
    mail = emails(rng, int(has_mail.sum()))
    mail_value = np.zeros(count, np.int64)
    mail_value[has_mail] = fingerprint(mail)
    mail_slot = Slot("EMAIL_ADDRESS", mail_value, np.zeros(count, np.uint8), ("column", "glued"))
    period, due, pregnant = pregnancy_columns(rng, count)
    day = grouped(digits(dates(rng, count, "2019-01-01", "2025-06-30"), 8), (4, 2, 2), "-")
    second = rng.integers(0, 86_400, count)
    clock = second // 3600 * 10_000 + second // 60 % 60 * 100 + second % 60
    sound = ~(marks["id_column_bad_region"] | marks["id_column_bad_date"])
    remarks = remark_column(rng, own, sound)
    cells = (
        names(rng, count),
        ids,
        phones,
        cards,
        scatter(count, [(has_mail, mail)]),
        addresses(rng, own),
        glue("B", digits(rng.integers(0, 10**9, count), 9)),
        period,
        due,
        glue(day, " ", grouped(digits(clock, 6), (2, 2, 2), ":")),
        amounts(rng.integers(100, 10**8, count)),
        remarks.text(),
    )
    text = glue(*[part for cell in cells for part in (",", cell)], "\n")
    marks |= card_marks | remarks.marks | {"pregnancy_rows": pregnant}
    return People(text, (id_slot, phone_slot, card_slot, mail_slot, *remarks.slots), marks)
