# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this module's constants and of integers
"""Where the records of a tier stand: they must be proved one by one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from piidetect.count.identifiability import UNKNOWN_REGION
from piidetect.count.tables import open_tables
from piidetect.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection

    import pyarrow as pa

    from piidetect.case_folder import Folder

_ROW_BITS: Final = 32
_LATER: Final = 1 << 62
_SHIFT: Final = UNKNOWN_REGION.bit_length() - 1


def locate(folder: Folder, wanted: Collection[int], threads: int) -> pa.Table:
    """Return source, row, byte_offset and copies of each different record, the first of its kind.

    Args:
        folder: the case.
        wanted: masks, as :class:`piidetect.count.distinct.Contents` has them.
        threads: how many threads.

    Raises:
        CaseError: the case is damaged, or memory or disk don't suffice.
    """
    import pyarrow as pa

    schema = pa.schema(
        [
            ("source", pa.dictionary(pa.int32(), pa.string())),
            ("row", pa.uint32()),
            ("byte_offset", pa.uint64()),
            ("copies", pa.int64()),
        ]
    )
    if not wanted:
        return schema.empty_table()
    masks = sorted({held & ~UNKNOWN_REGION for held in wanted})
    with open_tables(folder, threads=threads) as tables:
        found = tables.arrow(_sql(masks, sorted(wanted)))
    paths = [os.fsencode(part.meta["path"]) for part in folder.parts]
    sources = pa.array([path.decode("utf-8", "backslashreplace") for path in paths], pa.string())
    index = found["source"].combine_chunks().cast(pa.int32())
    return pa.Table.from_arrays(
        [
            pa.DictionaryArray.from_arrays(index, sources),
            found["row"],
            found["byte_offset"],
            found["copies"],
        ],
        schema=schema,
    )


def _sql(masks: list[int], wanted: list[int]) -> str:
    """Return the query: records by their information, or by their cells where they have none.

    The first record is listed; where only some of them hold an ID (of an unknown region), the first
    of those, for it is the one that identifies somebody.
    """
    key = "if(info0 = 0 and info1 = 0, content{0}, info{0})"
    doubted = f"(flaws >> {Verdict.UNKNOWN_REGION:d} & 1)::ubigint"
    held = f"(mask | ({doubted} << {_SHIFT}::ubigint))"
    numbers, needed = (", ".join(map(str, some)) for some in (masks, wanted))
    return f"""
        select first >> {_ROW_BITS} as source, (first & {(1 << _ROW_BITS) - 1})::uinteger as row,
            byte_offset, copies
        from (
            select bit_or({held}) as held, count(*) as copies,
                min(rank) & {_LATER - 1}::ubigint as first,
                min_by("offset", rank) as byte_offset
            from (
                select *, (file_index::ubigint << {_ROW_BITS}) | row
                    | if({doubted} = 1, 0, {_LATER})::ubigint as rank
                from {{records}}
                where mask in ({numbers}) and {held} <> 0
            )
            group by {key.format(0)}, {key.format(1)}
        )
        where held in ({needed}) order by first"""
