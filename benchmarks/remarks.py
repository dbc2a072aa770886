# SPDX-License-Identifier: Apache-2.0
"""Free text of the rows: family IDs and phones glued to hanzi, and decoys beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import vocabulary as words
from people import (
    ID_FORMS,
    MOBILE_FORMS,
    Slot,
    amounts,
    emails,
    names,
)
from writing import (
    bodies,
    check_digits,
    constant,
    digits,
    fingerprint,
    full_width,
    glue,
    grouped,
    mobiles,
    scatter,
    table,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from writing import Mask, Text, Whole


class Remarks:
    """Free text of one block, put together piece by piece with what is true of it."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        """Decide which rows are quoted: 5 % over several lines, 3 % with ASCII commas."""
        self.rng, self.count = rng, count
        chance = rng.random(count)
        self.multiline, self.commas = chance < 0.05, (chance >= 0.05) & (chance < 0.08)
        self.quoted = self.multiline | self.commas
        self.pieces: list[Text] = []
        self.slots: list[Slot] = []
        self.marks: dict[str, Mask] = {"multiline_rows": self.multiline, "quoted_rows": self.quoted}
        separators = table(["，", "\n", ",", "；"])
        plain = np.where(rng.random(count) < 0.3, 3, 0)
        choice = np.where(self.multiline, 1, np.where(self.commas, 2, plain))
        self.separator = separators[choice]

    def rows(self, share: float) -> Mask:
        """Draw a share of the rows."""
        return self.rng.random(self.count) < share

    def add(self, mask: Mask, *parts: Text | str) -> None:
        """Add a piece to the rows of the mask; the parts are for these rows only."""
        self.pieces.append(scatter(self.count, [(mask, glue(*parts, self.separator[mask]))]))

    def hold(
        self,
        entity: str,
        mask: Mask,
        values: Whole,
        form: int | NDArray[np.uint8],
        forms: tuple[str, ...],
    ) -> None:
        """Note the valid values of a piece; 0 where a value isn't valid."""
        value, kind = np.zeros(self.count, np.int64), np.zeros(self.count, np.uint8)
        value[mask], kind[mask] = values, form
        self.slots.append(Slot(entity, value, kind, forms))

    def text(self) -> Text:
        """Return the cells, quoted where needed."""
        quote = np.where(self.quoted, np.uint8(ord('"')), np.uint8(0))[:, None]
        return np.hstack([quote, *self.pieces, quote])


def add_persons(remarks: Remarks, own: Whole, sound: Mask) -> None:
    """Add family members with their IDs, the row's own ID again, phones and e-mails, all glued."""
    rng = remarks.rng
    relatives = table(words.RELATIVES)
    mask = remarks.rows(0.12)
    count = int(mask.sum())
    family = bodies(rng, count)
    text = np.hstack([digits(family, 17), check_digits(family)[:, None]])
    wide = rng.random(count) < 0.05
    text = scatter(count, [(~wide, text[~wide]), (wide, full_width(text[wide]))])
    relation = relatives[rng.integers(0, len(relatives), count)]
    remarks.add(mask, relation, names(rng, count), "身份证", text, "已核")
    remarks.hold("CN_RESIDENT_ID", mask, family, wide * np.uint8(2), ID_FORMS)
    remarks.marks["remark_family_id"] = mask
    mask = remarks.rows(0.08) & sound
    again = own[mask]
    last = check_digits(again)
    wrong = (rng.random(len(again)) < 0.03) & (last != ord("X"))
    last[wrong] = 48 + (last[wrong] - 48 + 1) % 10
    remarks.add(mask, "复核证号", digits(again, 17), last[:, None], "无误")
    remarks.hold("CN_RESIDENT_ID", mask, np.where(wrong, 0, again), 0, ID_FORMS)
    remarks.marks["remark_own_id"] = mask
    mask = remarks.rows(0.22)
    count = int(mask.sum())
    phone = mobiles(rng, count)
    words_before = table(["联系电话", "家属手机", "打", "回访"])[rng.integers(0, 4, count)]
    named = np.where(rng.random(count)[:, None] < 0.3, names(rng, count), np.uint8(0))
    remarks.add(mask, words_before, named, digits(phone, 11), "转告")
    remarks.hold("CN_MOBILE", mask, phone, 11, MOBILE_FORMS)
    mask = remarks.rows(0.02)
    mail = emails(rng, int(mask.sum()))
    remarks.add(mask, "报告发", mail, "查收")
    remarks.hold("EMAIL_ADDRESS", mask, fingerprint(mail), 1, ("column", "glued"))


def add_decoys(remarks: Remarks) -> None:
    """Add what looks like a number of a person and is none."""
    rng = remarks.rng
    mask = remarks.rows(0.036)
    count = int(mask.sum())
    inside = bodies(rng, count)
    last = check_digits(inside)
    last[last == ord("X")] = ord("0")
    order = glue(digits(rng.integers(10, 100, count), 2), digits(inside, 17), last[:, None], "07")
    remarks.add(mask, "订单", order)
    remarks.marks["trap_id_in_22_digits"] = mask
    mask = remarks.rows(0.016)
    count = int(mask.sum())
    inside = bodies(rng, count)
    hexadecimal = np.frombuffer(b"0123456789abcdef", np.uint8)
    around = hexadecimal[rng.integers(0, 16, (count, 12))]
    around[:, [5, 6]] = hexadecimal[rng.integers(10, 16, (count, 2))]
    last = check_digits(inside)
    last[last == ord("X")] = ord("e")
    hashed = glue(around[:, :6], digits(inside, 17), last[:, None], around[:, 6:])
    remarks.add(mask, "流水", hashed)
    remarks.marks["trap_id_in_hexadecimal"] = mask
    mask = remarks.rows(0.03)
    uuid = hexadecimal[rng.integers(0, 16, (int(mask.sum()), 32))]
    uuid[:, 12] = ord("4")
    remarks.add(mask, "会话", grouped(uuid, (8, 4, 4, 4, 12), "-"))
    remarks.marks["trap_uuid"] = mask
    mask = remarks.rows(0.22)
    stamps = rng.integers(1_500_000_000_000, 1_760_000_000_000, int(mask.sum()))
    remarks.add(mask, "同步于", digits(stamps, 13))
    remarks.marks["trap_timestamp_13_digits"] = mask


def remark_column(rng: np.random.Generator, own: Whole, sound: Mask) -> Remarks:
    """Write the free text of a block of rows; only a sound own ID is repeated in it."""
    remarks = Remarks(rng, len(own))
    phrases = table(words.PHRASES)
    every = np.ones(len(own), bool)
    remarks.add(every, phrases[rng.integers(0, len(phrases), len(own))])
    add_persons(remarks, own, sound)
    add_decoys(remarks)
    mask = remarks.rows(0.2)
    yuan = rng.integers(1, 10**7, int(mask.sum()))
    remarks.add(mask, "缴费", amounts(yuan), "元")
    quoting = remarks.quoted & remarks.rows(0.5)
    remarks.add(quoting, constant(int(quoting.sum()), '患者自述""急诊""'))
    return remarks
