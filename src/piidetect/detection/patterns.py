# SPDX-License-Identifier: Apache-2.0
"""Recognizers of the kind `pattern` from a user's folder: found by RE2, judged by the scalar rules.

A pattern is looked for in the whole buffer of a block at once and the matches are sorted into cells; what
comes out is what a search in each cell by itself would give. The boundary is that of the run scanner: no
ASCII or full-width letter or digit beside the match. Full-width forms are folded first. One span has one
winner, by precedence, among these recognizers and the findings of the kernels alike.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from piidetect import numbers
from piidetect.errors import ValidationError
from piidetect.kernels.own import key_values
from piidetect.kernels.plan import Out, new_out
from piidetect.numbers.cell_text import capitals, fold
from piidetect.recognizer.own import compiled
from piidetect.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from piidetect.detection.plan import Setup
    from piidetect.kernels.cells import Block
    from piidetect.recognizer import Recognizer

_REACH = 48  # bytes before a value in which a context word counts, as in kernels.recognise
_WIDE = re.compile(rb"\xef\xbc[\x90-\x99\xa1-\xba]|\xef\xbd[\x81-\x9a]")
_RUN = re.compile(rb"(?:[0-9A-Za-z]|\xef\xbc[\x90-\x99\xa1-\xba]|\xef\xbd[\x81-\x9a])+")
_FOLDING = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_NOTHING = (Verdict.NONE, Verdict.INVALID_LENGTH, Verdict.INVALID_FORMAT)
_WIDEST = 3  # bytes of a full-width letter
_MOST_LENGTH = 0xFFFF


class OwnPattern(NamedTuple):
    """A recognizer, its expression, the number of its entity and the bytes of its context words."""

    recognizer: Recognizer
    expression: Any
    entity: int
    words: tuple[bytes, ...]


class OwnFinding(NamedTuple):
    """A value in a block: cell, byte span in the block's data, verdict, canonical value, whose it is."""

    cell: int
    start: int
    stop: int
    verdict: int
    value: str
    pattern: OwnPattern


def own_patterns(
    recognizers: Iterable[Recognizer], entity_number: dict[str, int]
) -> tuple[OwnPattern, ...]:
    """Return those recognizers that this module runs, in order of precedence."""
    found = [one for one in recognizers if one.own and one.kind == "pattern"]
    return tuple(
        OwnPattern(
            one,
            compiled(one.pattern),
            entity_number[one.entity],
            tuple(word.encode() for word in one.context_words),
        )
        for one in sorted(found, key=lambda one: (one.precedence, one.id))
    )


# ------------------------------------------------------------------ spans


def _next_start(data: Any, at: int, stop: int) -> int:
    """Return the next place from which a match may begin, after one at `at` that doesn't count."""
    run = _RUN.match(data, at, stop)
    at = run.end() if run else at + 1
    while at < stop and data[at] & 0xC0 == 0x80:  # noqa: PLR2004  inside a character
        at += 1
    return at


def _stands_alone(data: Any, begin: int, start: int, end: int, stop: int) -> bool:
    before = bytes(data[max(begin, start - _WIDEST) : start])
    if before[-1:].isalnum() or _WIDE.fullmatch(before):
        return False
    return _RUN.match(data, end, stop) is None


def _in_cell(
    expression: Any, data: Any, begin: int, at: int, stop: int
) -> Iterator[tuple[int, int]]:
    """Yield the matches of one cell from `at` on that stand alone."""
    while at < stop:
        match = expression.search(data, at, stop)
        if match is None:
            return
        start, end = match.span()
        if _stands_alone(data, begin, start, end, stop):
            yield start, end
            at = end
        else:
            at = _next_start(data, start, stop)


def _spans(
    expression: Any, block: Block, edges: tuple[list[int], list[int]]
) -> Iterator[tuple[int, int, int]]:
    """Yield (cell, start, stop) of all matches in a block, by way of its whole buffer.

    A match of the buffer that lies in one cell is the cell's own first match from there: leftmost is
    leftmost in both, and nothing in a pattern looks beyond it. One that crosses a cell's end, or begins
    between cells, is put aside and the cell searched by itself.
    """
    data = block.data
    starts, stops = edges
    at = starts[0] if starts else 0
    last = stops[-1] if stops else 0
    while at < last:
        match = expression.search(data, at, last)
        if match is None:
            return
        start, end = match.span()
        cell = bisect_right(starts, start) - 1
        stop = stops[cell]
        if start >= stop:  # between cells
            at = starts[cell + 1] if cell + 1 < len(starts) else last
        elif end > stop:
            for found in _in_cell(expression, data, starts[cell], start, stop):
                yield cell, *found
            at = starts[cell + 1] if cell + 1 < len(starts) else last
        elif _stands_alone(data, starts[cell], start, end, stop):
            yield cell, start, end
            at = end
        else:
            at = _next_start(data, start, stop)


def _wide_cells(block: Block, starts: Sequence[int], stops: Sequence[int]) -> set[int]:
    """Return the cells that hold full-width letters or digits."""
    data = block.data
    lead = np.flatnonzero(data == 0xEF)  # noqa: PLR2004  first byte of the full-width forms
    second, third = data[lead + 1], data[lead + 2]
    upper = (second == 0xBC) & (  # noqa: PLR2004
        ((third >= 0x90) & (third <= 0x99)) | ((third >= 0xA1) & (third <= 0xBA))  # noqa: PLR2004
    )
    small = (second == 0xBD) & (third >= 0x81) & (third <= 0x9A)  # noqa: PLR2004
    places = lead[upper | small].tolist()
    cells = {bisect_right(starts, place) - 1 for place in places}
    return {cell for cell in cells if cell >= 0 and starts[cell] < stops[cell]}


def _folded_spans(expression: Any, data: Any, begin: int, stop: int) -> list[tuple[int, int]]:
    """Return the matches of one cell after folding, as bytes of the cell as it stands."""
    text = data[begin:stop].tobytes().decode("utf-8", "replace")
    folded = text.translate(_FOLDING).encode()
    spans = list(_in_cell(expression, np.frombuffer(folded, np.uint8), 0, 0, len(folded)))
    found = []
    for start, end in spans:
        first = len(folded[:start].decode("utf-8", "replace"))
        count = len(folded[start:end].decode("utf-8", "replace"))
        before = begin + len(text[:first].encode("utf-8", "replace"))
        found.append((before, before + len(text[first : first + count].encode("utf-8", "replace"))))
    return found


# ------------------------------------------------------------------ findings


def own_findings(block: Block, setup: Setup) -> list[OwnFinding]:
    """Return what the patterns find in a block, one winner for each span, in order."""
    edges = block.cell_start.tolist(), block.cell_stop.tolist()
    wide = _wide_cells(block, *edges)
    found: list[OwnFinding] = []
    for one in setup.patterns:
        spans = [span for span in _spans(one.expression, block, edges) if span[0] not in wide]
        for cell in wide:
            here = _folded_spans(one.expression, block.data, edges[0][cell], edges[1][cell])
            spans += [(cell, *span) for span in here]
        for cell, start, stop in spans:
            verdict, value = _judge(block, setup, one, cell, start, stop)
            if verdict:
                found.append(OwnFinding(cell, start, stop, verdict, value, one))
    found.sort(key=lambda one: (one.start, _rank(one.pattern.recognizer)))
    return _winners(found)


def _rank(recognizer: Recognizer) -> tuple[int, str]:
    return recognizer.precedence, recognizer.id


def _winners(found: list[OwnFinding]) -> list[OwnFinding]:
    """Drop what overlaps a finding of lower precedence."""
    kept: list[OwnFinding] = []
    for one in sorted(found, key=lambda one: (*_rank(one.pattern.recognizer), one.start)):
        at = bisect_right(kept, one.start, key=lambda other: other.start)
        clash = (at > 0 and kept[at - 1].stop > one.start) or (
            at < len(kept) and kept[at].start < one.stop
        )
        if not clash:
            kept.insert(at, one)
    return kept


def _judge(
    block: Block, setup: Setup, pattern: OwnPattern, cell: int, start: int, stop: int
) -> tuple[int, str]:
    """Return verdict and canonical value of a match; verdict 0 where it is none."""
    recognizer = pattern.recognizer
    held = int(setup.plan.column_context[block.cell_column[cell]]) >> pattern.entity & 1
    known = bool(held)
    if not known and pattern.words:
        begin = max(int(block.cell_start[cell]), start - _REACH)
        before = block.data[begin:start].tobytes()
        known = any(word in before for word in pattern.words)
    if recognizer.context_required and not known:
        return 0, ""
    text = block.data[start:stop].tobytes().decode("utf-8", "replace")
    verdict, value = judged(recognizer, text)
    if verdict in _NOTHING:
        return 0, ""
    if verdict == Verdict.UNCHECKED and known:
        verdict = Verdict.VALID
    if verdict == Verdict.VALID and value in recognizer.placeholders:
        verdict = Verdict.PLACEHOLDER
    return int(verdict), value


def judged(recognizer: Recognizer, text: str) -> tuple[Verdict, str]:
    """Return the scalar rule's verdict and the canonical value; without a rule all is unchecked."""
    if not recognizer.validator:
        return Verdict.UNCHECKED, capitals(fold(text))
    module = getattr(numbers, recognizer.validator)
    verdict = Verdict(module.verdict(text))
    try:
        return verdict, str(module.validate(text))
    except ValidationError:
        return verdict, str(module.compact(text))


def with_own(block: Block, setup: Setup, out: Out, first: np.ndarray) -> tuple[Out, np.ndarray]:
    """Return the findings of the kernels with those of the patterns put in, and their first of each row.

    Args:
        block: the block.
        setup: has patterns.
        out: what the kernels found, in the order of rows.
        first: int64[R+1], the first finding of each row.
    """
    own, lost = contest(block, setup, out)
    if not own:
        return out, first
    row_of = np.searchsorted(block.row_cell, [one.cell for one in own], "right") - 1
    return _merged(out, np.flatnonzero(~lost), _as_out(block, setup, own, row_of), block)


def contest(block: Block, setup: Setup, out: Out) -> tuple[list[OwnFinding], np.ndarray]:
    """Return what the patterns find and keep, and which findings of the kernels lose to it, bool[n]."""
    count = int(out.count[0])
    rows = out.row[:count].astype(np.int64) - block.first_row
    begin = block.row_start[rows] + out.start[:count]
    stop = begin + out.length[:count]
    lost = np.zeros(count, np.bool_)
    order = np.argsort(begin, kind="stable")
    starts = begin[order]
    kept = []
    for one in own_findings(block, setup):
        low = np.searchsorted(starts, block.cell_start[one.cell])
        near = order[low : np.searchsorted(starts, one.stop)]
        clash = near[stop[near] > one.start]
        own = one.pattern.recognizer.precedence
        if all(setup.precedence[out.entity[at]] > own for at in clash.tolist()):
            kept.append(one)
            lost[clash] = True
    return kept, lost


def _as_out(block: Block, setup: Setup, own: list[OwnFinding], row_of: np.ndarray) -> Out:
    """Make findings with their keys."""
    made = new_out(len(own))
    made.count[0] = len(own)
    made.row[:] = row_of + block.first_row
    made.column[:] = block.cell_column[[one.cell for one in own]] if own else 0
    made.entity[:] = [one.pattern.entity for one in own]
    made.verdict[:] = [one.verdict for one in own]
    made.start[:] = np.array([one.start for one in own], np.int64) - block.row_start[row_of]
    made.length[:] = [min(one.stop - one.start, _MOST_LENGTH) for one in own]
    made.detail[:] = 0
    made.key0[:] = 0
    made.key1[:] = 0
    if setup.plan.keyed and own:
        values = [one.value.encode() for one in own]
        edge = np.cumsum([0, *map(len, values)], dtype=np.int64)
        data = np.frombuffer(b"".join(values) + bytes(16), np.uint8)
        plan = setup.plan
        key_values(data, edge, made.entity, plan.k0, plan.k1, made.key0, made.key1)
        hidden = np.isin(made.verdict, (Verdict.MASKED, Verdict.PRECISION_LOST))
        made.key0[hidden] = 0
        made.key1[hidden] = 0
    return made


def _merged(out: Out, kept: np.ndarray, made: Out, block: Block) -> tuple[Out, np.ndarray]:
    """Put two sets of findings together by row and place."""
    count = int(made.count[0])
    total = kept.size + count
    merged = new_out(total)
    merged.count[0] = total
    row = np.concatenate([out.row[kept], made.row[:count]])
    start = np.concatenate([out.start[kept], made.start[:count]])
    order = np.lexsort((start, row))
    for name in Out._fields:
        if name != "count":
            both = np.concatenate([getattr(out, name)[kept], getattr(made, name)[:count]])
            getattr(merged, name)[:] = both[order]
    rows = block.first_row + np.arange(block.row_start.size + 1, dtype=np.int64)
    return merged, np.searchsorted(merged.row.astype(np.int64), rows).astype(np.int64)
