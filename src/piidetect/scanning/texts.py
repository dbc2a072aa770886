# SPDX-License-Identifier: Apache-2.0
"""`detect`: findings with their values, for a text or a table that is in memory anyway."""

from __future__ import annotations

from functools import cache
from string import ascii_letters
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from piidetect import numbers
from piidetect.columns import Column, infer
from piidetect.detection import Setup, find, set_up, verdict_name
from piidetect.detection.patterns import contest, judged, with_own
from piidetect.errors import ArgumentError, ValidationError
from piidetect.kernels.cells import block_from_columns, block_from_texts, cells_from_arrow
from piidetect.recognizer import Recognizer, load_recognizers
from piidetect.scanning.reference_day import as_number, reference_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pyarrow as pa

    from piidetect.kernels.cells import Block

_NO_KEY = bytes(16)
_SAMPLE_ROWS = 2000


class Finding(NamedTuple):
    """One located value with a verdict.

    `start` and `end` count code points of the text as given, half-open; `value` is the canonical
    form; `verdict` a name of `schema.Verdict` in lower case; `score` from 0 to 1.
    """

    entity: str
    start: int
    end: int
    text: str
    value: str
    verdict: str
    score: float
    recognizer: str


@cache
def _text_setup(recognizers: tuple[Recognizer, ...] | None, today: int) -> Setup:
    return set_up(recognizers or load_recognizers(), (), today=today, key=_NO_KEY)


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
    setup = set_up(recognizers, columns, today=today, key=_NO_KEY)
    rows = _findings(block, setup, chosen)
    names = ("row", "column", "header", *Finding._fields)
    values = [(row, at, arrow.column_names[at], *finding) for row, at, finding in rows]
    types = {"row": pa.int64(), "column": pa.int32(), "score": pa.float64()}
    types |= {"start": pa.int64(), "end": pa.int64()}
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
    out, first, _ = find(block, setup._replace(patterns=()))
    recognizers = chosen or load_recognizers()
    of_pattern: dict[tuple[int, int], Recognizer] = {}
    if setup.patterns:
        own, _ = contest(block, setup, out)
        of_pattern = {(one.start, one.stop): one.pattern.recognizer for one in own}
        out, _ = with_own(block, setup, out, first)
    results = []
    width = max(setup.columns, 1)
    for at in range(int(out.count[0])):
        row, column = int(out.row[at]), int(out.column[at])
        begin = int(block.row_start[row]) + int(out.start[at])
        stop = begin + int(out.length[at])
        cell = int(block.cell_start[row * width + column])
        text = block.data[begin:stop].tobytes().decode("utf-8", "surrogatepass")
        before = block.data[cell:begin].tobytes().decode("utf-8", "surrogatepass")
        entity = setup.names[int(out.entity[at])]
        recognizer = of_pattern.get((begin, stop))
        if recognizer is None:
            recognizer = _claimer(entity, text, recognizers)
        verdict = verdict_name(int(out.verdict[at]))
        finding = Finding(
            entity=entity,
            start=len(before),
            end=len(before) + len(text),
            text=text,
            value=_canonical(text, recognizer),
            verdict=verdict,
            score=_score(recognizer, verdict),
            recognizer=recognizer.id,
        )
        results.append((row, column, finding))
    results.sort(key=lambda one: (one[0], one[1], one[2].start))
    return results


def _claimer(entity: str, text: str, recognizers: Sequence[Recognizer]) -> Recognizer:
    """Return the recognizer that a finding of the kernels is of: the first with its entity and shape."""
    alike = [one for one in recognizers if one.entity == entity and not _is_own_pattern(one)]
    alike.sort(key=lambda one: (one.precedence, one.id))
    if len(alike) > 1:
        for one in alike:
            compact = _canonical(text, one)
            letters = len(compact) - len(compact.lstrip(ascii_letters))
            if (letters, len(compact) - letters) in one.classes:
                return one
    return alike[0]


def _is_own_pattern(recognizer: Recognizer) -> bool:
    return recognizer.own and recognizer.kind == "pattern"


def _canonical(text: str, recognizer: Recognizer) -> str:
    """Return the canonical form of a text; what breaks its rule is only made compact."""
    if _is_own_pattern(recognizer):
        return judged(recognizer, text)[1]
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
