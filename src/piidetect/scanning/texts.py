# SPDX-License-Identifier: Apache-2.0
"""`detect`: findings with their values, for a text or a table that is in memory anyway."""

from __future__ import annotations

from functools import cache
from string import ascii_letters
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from piidetect import numbers
from piidetect.columns import Column, infer
from piidetect.detection import Setup, find, in_order, set_up, verdict_name
from piidetect.errors import ArgumentError, ValidationError
from piidetect.kernels.cells import block_from_columns, block_from_texts, cells_from_arrow
from piidetect.kernels.plan import OVERRULED
from piidetect.recognizer import Recognizer, load_recognizers
from piidetect.recognizer.compiled import patterns_of
from piidetect.scanning.reference_day import as_number, reference_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pyarrow as pa

    from piidetect.kernels.cells import Block

_SAMPLE_ROWS = 2000


class Finding(NamedTuple):
    """One located value with a verdict.

    `start` and `end` count code points of the text as given, half-open; `value` is the canonical
    form; `verdict` a name of `schema.Verdict` in lower case; `score` from 0 to 1; `also` the
    recognizers that claimed the span, too, and lost it.
    """

    entity: str
    start: int
    end: int
    text: str
    value: str
    verdict: str
    score: float
    recognizer: str
    also: tuple[str, ...] = ()


@cache
def _text_setup(recognizers: tuple[Recognizer, ...] | None, today: int) -> Setup:
    return set_up(recognizers or load_recognizers(), (), today=today, key=None, explained=True)


@overload
def detect(
    text_or_table: str,
    *,
    reference_date: dt.date | str | None = None,
    recognizers: tuple[Recognizer, ...] | None = None,
) -> list[Finding]: ...


@overload
def detect(
    text_or_table: Any,
    *,
    reference_date: dt.date | str | None = None,
    recognizers: tuple[Recognizer, ...] | None = None,
) -> list[Finding] | pa.Table: ...


def detect(
    text_or_table: Any,
    *,
    reference_date: dt.date | str | None = None,
    recognizers: tuple[Recognizer, ...] | None = None,
) -> list[Finding] | pa.Table:
    """Find personal information in a text or a table.

    Args:
        text_or_table: a str, or a table with an Arrow stream (pyarrow, polars, pandas).
        reference_date: no birth date may be later; a date or ``YYYY-MM-DD``; today by default.
        recognizers: instead of all built-in ones.

    Returns:
        For a text the findings in order; for a table an Arrow table with row, column, header,
        entity, start, end (code points of the cell), text, value, verdict, score, recognizer.

    Raises:
        ArgumentError: it is neither, or the reference date is no date.
    """
    chosen = tuple(recognizers) if recognizers is not None else None
    today = as_number(reference_day(reference_date))
    if isinstance(text_or_table, str):
        block = block_from_texts([text_or_table])
        setup = _text_setup(chosen, today)
        return [finding for _, _, finding in _findings(block, setup, chosen)]
    if not hasattr(text_or_table, "__arrow_c_stream__"):
        msg = (
            f"detect takes a str or a table (pyarrow, polars, pandas), not "
            f"{type(text_or_table).__name__}; for files use piidetect.scan"
        )
        raise ArgumentError(msg)
    return _detect_table(text_or_table, chosen, today)


def _detect_table(table: Any, chosen: tuple[Recognizer, ...] | None, today: int) -> pa.Table:
    import pyarrow as pa

    arrow = pa.table(table)
    block = block_from_columns([cells_from_arrow(column) for column in arrow.columns], 0)
    sample = block_from_columns(
        [cells_from_arrow(column.slice(0, _SAMPLE_ROWS)) for column in arrow.columns], 0
    )
    recognizers = chosen or load_recognizers()
    columns: tuple[Column, ...] = infer(arrow.column_names, sample, recognizers)
    setup = set_up(recognizers, columns, today=today, key=None, explained=True)
    rows = _findings(block, setup, chosen)
    names = ("row", "column", "header", *Finding._fields)
    values = [(row, at, arrow.column_names[at], *finding) for row, at, finding in rows]
    types = {"row": pa.int64(), "column": pa.int32(), "score": pa.float64()}
    types |= {"start": pa.int64(), "end": pa.int64(), "also": pa.list_(pa.string())}
    return pa.table(
        {
            name: pa.array([value[index] for value in values], types.get(name, pa.string()))
            for index, name in enumerate(names)
        }
    )


def _findings(
    block: Block, setup: Setup, chosen: tuple[Recognizer, ...] | None
) -> list[tuple[int, int, Finding]]:
    """Return (row, column, finding) with the raw text read back from the block."""
    out = find(block, setup).out
    known = chosen or load_recognizers()
    by_number = patterns_of(tuple(sorted(known, key=in_order))).recognizers
    results, losers = [], []
    for at in range(int(out.count[0])):
        row, column, number = int(out.row[at]), int(out.column[at]), int(out.detail[at])
        begin = int(block.row_start[row]) + int(out.start[at])
        stop, verdict = begin + int(out.length[at]), int(out.verdict[at])
        recognizer, entity = None, setup.names[int(out.entity[at])]
        if 0 < number <= len(by_number):  # else a place, a day, an operator
            named = by_number[number - 1]
            recognizer = named if named.entity == entity else None
        if recognizer is None:
            text = block.data[begin:stop].tobytes().decode("utf-8", "surrogatepass")
            recognizer = _claimer(entity, text, known)
        if verdict & OVERRULED:
            losers.append((begin, stop, recognizer))
            continue
        cell = int(block.cell_start[row * max(setup.columns, 1) + column])
        finding = _finding(block, cell, begin, stop, recognizer, verdict_name(verdict))
        results.append((row, column, begin, stop, finding))
    results.sort(key=lambda one: one[:3])
    return [
        (row, column, finding._replace(also=_overruled(begin, stop, finding, losers)))
        for row, column, begin, stop, finding in results
    ]


def _overruled(
    begin: int, stop: int, finding: Finding, losers: list[tuple[int, int, Recognizer]]
) -> tuple[str, ...]:
    """Return the recognizers of other entities that lost a span that the finding has some of."""
    over = (one for first, last, one in losers if first < stop and begin < last)
    return tuple(sorted({one.id for one in over if one.entity != finding.entity}))


def _finding(
    block: Block, cell: int, begin: int, stop: int, recognizer: Recognizer, verdict: str
) -> Finding:
    """Return the finding on bytes of a block with the text read back."""
    text = block.data[begin:stop].tobytes().decode("utf-8", "surrogatepass")
    before = block.data[cell:begin].tobytes().decode("utf-8", "surrogatepass")
    return Finding(
        entity=recognizer.entity,
        start=len(before),
        end=len(before) + len(text),
        text=text,
        value=_canonical(text, recognizer),
        verdict=verdict,
        score=_score(recognizer, verdict),
        recognizer=recognizer.id,
    )


def _claimer(entity: str, text: str, recognizers: Sequence[Recognizer]) -> Recognizer:
    """Return the recognizer that a finding of the kernels is of: the first with its entity and shape."""
    alike = [one for one in recognizers if one.entity == entity and not one.by_pattern]
    alike.sort(key=lambda one: (one.precedence, one.id))
    if len(alike) > 1:
        for one in alike:
            compact = _canonical(text, one)
            letters = len(compact) - len(compact.lstrip(ascii_letters))
            if (letters, len(compact) - letters) in one.classes:
                return one
    return alike[0]


def _canonical(text: str, recognizer: Recognizer) -> str:
    """Return the canonical form of a text; what breaks its rule is only made compact."""
    module = getattr(numbers, recognizer.validator)
    try:
        return str(module.validate(text))
    except ValidationError:
        return str(module.compact(text))


def _score(recognizer: Recognizer, verdict: str) -> float:
    """Return how sure a finding is: as the recognizer says where it is valid or unchecked."""
    if verdict in ("valid", "unchecked"):
        return float(recognizer.score.get(verdict, 1.0))
    return float(recognizer.score.get("unchecked", 0.0)) if verdict == "unknown_region" else 0.0
