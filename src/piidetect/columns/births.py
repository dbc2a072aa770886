# SPDX-License-Identifier: Apache-2.0
"""Tell a reference date that can't be: one before the births of all whose IDs stand in a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from piidetect.numbers import mod_11_2, resident_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.columns.roles import Column
    from piidetect.kernels.cells import Block

#: IDs that are looked at, and how many of them are enough to tell.
_LOOKED_AT, _ENOUGH = 200, 3


class Late(NamedTuple):
    """A column of IDs that are all of later births: its heading, how many were seen, the first birth."""

    header: str
    ids: int
    birth: int


def all_born_after(columns: Sequence[Column], sample: Block, today: int) -> Late | None:
    """Return the first column of IDs all of whose sampled numbers are of births after a day.

    Only IDs whose check digit and date hold are looked at, so that order numbers tell nothing.

    Args:
        columns: the columns and their roles.
        sample: rows of the source.
        today: the reference date, yyyymmdd.
    """
    for column in columns:
        if column.entity != "CN_RESIDENT_ID":
            continue
        births = _births(sample, column.position, today)
        if len(births) >= _ENOUGH and min(births) > today:
            return Late(column.header, len(births), min(births))
    return None


def _births(sample: Block, position: int, today: int) -> list[int]:
    """Return the births in a column, up to the first that isn't after the day: mostly one."""
    births: list[int] = []
    for at in np.flatnonzero(sample.cell_column == position)[:_LOOKED_AT].tolist():
        cell = sample.data[sample.cell_start[at] : sample.cell_stop[at]].tobytes()
        text = resident_id.compact(cell.decode("utf-8", "replace"))
        if _holds(text):
            births.append(int(text[6:14]))
            if births[-1] <= today:
                break
    return births


def _holds(text: str) -> bool:
    """Return whether check digit and date of a compact ID hold, whatever the day."""
    digits = text[:17]
    return (
        len(text) == resident_id.LENGTH
        and digits.isascii()
        and digits.isdigit()
        and mod_11_2.is_valid(text)
        and resident_id.is_birth_date(text, resident_id.NO_REFERENCE_DATE)
    )
