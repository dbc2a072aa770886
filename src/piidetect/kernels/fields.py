# SPDX-License-Identifier: Apache-2.0
"""Check cells of columns whose heading says which pattern they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from piidetect.kernels.checks import INVALID_FORMAT, INVALID_LENGTH, UNCHECKED, VALID
from piidetect.kernels.compiling import inlined, kernel
from piidetect.kernels.fold import MASK, TOO_LONG, fold_cell, is_absent, kind_of
from piidetect.kernels.forms import FIRST_PATTERN, MOST_CODES, class_of, judge
from piidetect.kernels.keys import queue_key
from piidetect.kernels.matching import capital, is_dropped
from piidetect.kernels.recognise import emit
from piidetect.kernels.values import is_scientific
from piidetect.kernels.words import detail_of, emit_word
from piidetect.numbers.cell_text import MAX_CODES
from piidetect.schema import Verdict

if TYPE_CHECKING:
    import numpy.typing as npt

    from piidetect.kernels.forms import Forms

_NONE = int(Verdict.NONE)
_MASKED = int(Verdict.MASKED)
_PRECISION_LOST = int(Verdict.PRECISION_LOST)
_ANY_LENGTH = ~np.uint64(0)
_MOST_BYTES = 4 * MOST_CODES
_EDGES = 2  # bytes of a cell, a quote or a space, that needn't be in a finding that is all of it


@kernel
def compact_cell(codes: Any, count: int, recognizer: int, forms: Any, word: Any) -> int:
    """Run a pattern over a folded cell; return the characters of its value in `word`, 0 for none."""
    state, size, skipped = np.int64(forms.start[recognizer]), 0, False
    for index in range(count):
        code = np.int64(codes[index])
        kind = class_of(code, forms.kind, forms.edge, forms.edge_class)
        following = np.int64(forms.moves[state, kind])
        if following == 0:
            if skipped or size == 0 or code > 255 or not forms.separator[recognizer, code]:
                return 0
            skipped = True
            continue
        state, skipped = following, False
        if not is_dropped(code, np.int64(forms.rule[recognizer]), forms.drop):
            word[size] = capital(code) if forms.capital[recognizer] else code
            size += 1
    return size if forms.accepts[state] else 0


@kernel
def odd_verdict(codes: Any, count: int, recognizer: int, forms: Any) -> int:
    """Return the verdict on a folded cell that the pattern doesn't match."""
    sizes = forms.sizes[forms.rule[recognizer]]
    if count == TOO_LONG:
        return VALID if sizes | np.uint64(1) == _ANY_LENGTH else INVALID_LENGTH
    for index in range(count):
        if codes[index] == 42 or kind_of(codes[index]) & MASK:
            return _MASKED
    if is_scientific(codes, count):
        return _PRECISION_LOST
    return INVALID_FORMAT if sizes >> np.uint64(min(count, 63)) & np.uint64(1) else INVALID_LENGTH


@kernel
def field_verdict(
    data: Any,
    begin: int,
    stop: int,
    recognizer: int,
    forms: Any,
    region: Any,
    today: int,
    codes: Any,
    word: Any,
) -> Any:
    """Return the verdict on a cell and the characters of its compact value, 0 where it has none."""
    count = fold_cell(data, begin, stop, codes)
    if is_absent(codes, count):
        return _NONE, 0
    size = 0 if count == TOO_LONG else compact_cell(codes, count, recognizer, forms, word)
    if size == 0:
        return odd_verdict(codes, count, recognizer, forms), 0
    verdict, form = judge(word, size, np.int64(forms.rule[recognizer]), forms, region, today)
    if verdict == UNCHECKED and not forms.fixed[form]:
        verdict = np.int64(VALID)
    return np.int64(verdict), size


@kernel
def is_covered(begin: int, stop: int, before: int, entity: int, row: int, out: Any) -> bool:
    """Tell whether findings from `before` on leave nothing of a cell: one has all of it, or the entity.

    A number inside a text that the heading names (a phone in a diagnosis) doesn't take the text away.
    """
    for at in range(before, min(np.int64(out.count[0]), out.row.size)):
        start = np.int64(out.start[at]) + row
        whole = start - begin + stop - start - np.int64(out.length[at]) <= _EDGES
        if whole or out.entity[at] == entity:
            return True
    return False


@inlined
def scan_field(
    data: Any,
    begin: int,
    stop: int,
    where: Any,
    plan: Any,
    tables: Any,
    out: Any,
    scratch: Any,
) -> None:
    """Check a cell of a column that a pattern recognizes as a whole, and write its finding."""
    recognizer = np.int64(plan.column_profile[where[1]]) - FIRST_PATTERN
    verdict, size = field_verdict(
        data,
        begin,
        stop,
        recognizer,
        plan.forms,
        tables.region,
        plan.today,
        scratch.codes,
        scratch.word,
    )
    while begin < stop and (data[begin] == 32 or data[begin] == 9):
        begin += 1
    while stop > begin and (data[stop - 1] == 32 or data[stop - 1] == 9):
        stop -= 1
    if size > 0:
        emit_word(begin, stop, size, recognizer, verdict, where, plan, out, scratch)
    elif verdict != _NONE:
        entity = np.int64(plan.forms.entity[recognizer])
        scratch.word[0] = 0
        detail = detail_of(scratch.word, recognizer, plan.forms, plan.explained)
        emit(begin, stop, entity, np.int64(verdict), detail, where, out)
        end = min(stop, begin + _MOST_BYTES)
        queue_key(data, begin, end, entity, out.count[0] - 1, plan, out, scratch)


@kernel
def _check_fields(
    data: Any,
    start: Any,
    stop: Any,
    recognizer: int,
    forms: Any,
    region: Any,
    today: int,
    out: Any,
    codes: Any,
    word: Any,
) -> None:
    for index in range(start.size):
        verdict, _ = field_verdict(
            data, start[index], stop[index], recognizer, forms, region, today, codes, word
        )
        out[index] = verdict


def check_fields(
    data: npt.NDArray[np.uint8],
    start: npt.NDArray[np.int64],
    stop: npt.NDArray[np.int64],
    recognizer: int,
    forms: Forms,
    region: npt.NDArray[np.uint8],
    today: int,
) -> npt.NDArray[np.uint8]:
    """Return the verdicts on cells as of a column that one recognizer's heading names.

    Args:
        data: uint8[], UTF-8.
        start: int64[C], first byte of each cell.
        stop: int64[C], byte after each cell.
        recognizer: its number in `forms`.
        forms: the patterns.
        region: uint8[1_000_000] as in `tables.Tables`.
        today: the reference date yyyymmdd.

    Returns:
        uint8[C], :class:`~piidetect.schema.Verdict`.
    """
    out = np.empty(start.size, np.uint8)
    codes, word = np.empty(MAX_CODES, np.int32), np.empty(MOST_CODES + 1, np.int32)
    _check_fields(data, start, stop, recognizer, forms, region, today, out, codes, word)
    return out
