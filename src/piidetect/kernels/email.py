# SPDX-License-Identifier: Apache-2.0
"""E-mail addresses around an `@`, by bytes. Scalar twin: :mod:`piidetect.numbers.email_address`."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.kernels.lone import LEAD, wide_ascii
from piidetect.numbers.email_address import FILE_ENDINGS

_AT = 64
_DOT = 46
_HYPHEN = 45
_MOST_LOCAL = 64
_MOST_DOMAIN = 253
_MOST_LABEL = 63
_MOST_ENDING = 4
_ENDINGS = tuple(int.from_bytes(one.encode(), "big") for one in sorted(FILE_ENDINGS))


@kernel
def is_letter(byte: int) -> bool:
    """Tell whether a byte is an ASCII letter."""
    return 65 <= byte <= 90 or 97 <= byte <= 122


@kernel
def is_local(byte: int) -> bool:
    """Tell whether a byte may stand left of the `@`: letters, digits and ``.!#$%&*+/=?^_`{|}~-``.

    RFC 5322 atext less the quotes; of the rest only what mail providers hand out.
    """
    return is_letter(byte) or 48 <= byte <= 57 or byte in (46, 95, 37, 43, 45)


@kernel
def is_file_ending(data: Any, start: int, stop: int) -> bool:
    """Tell whether a last label is the ending of a file, such as png: then it is no address."""
    if stop - start > _MOST_ENDING:
        return False
    value = 0
    for position in range(start, stop):
        value = value << 8 | np.int64(data[position]) | 32
    return value in _ENDINGS


@kernel
def email_start(data: Any, begin: int, at: int) -> int:
    """Return where the local part before the `@` at `at` begins, `at` where there is none."""
    position = at
    while position > begin and is_local(data[position - 1]) and at - position <= _MOST_LOCAL:
        position -= 1
    while position < at and not (
        is_letter(data[position]) or 48 <= data[position] <= 57 or data[position] == 95
    ):
        position += 1
    if at - position > _MOST_LOCAL or data[at - 1] == _DOT:
        return at
    for index in range(position + 1, at):
        if data[index] == _DOT and data[index - 1] == _DOT:
            return at
    return position


@kernel
def email_stop(data: Any, at: int, stop: int) -> int:
    """Return where the domain behind the `@` at `at` ends, `at` where there is none.

    Labels of 1 to 63 letters, digits and inner hyphens; at least two; the last one of at least two
    letters. What follows the last good label is left alone.
    """
    good = at
    label = at + 1
    labels = 0
    position = label
    while position <= stop and position - at <= _MOST_DOMAIN + 1:
        byte = data[position] if position < stop else 0
        if is_letter(byte) or 48 <= byte <= 57 or byte == _HYPHEN:
            position += 1
            continue
        size = position - label
        if (
            size == 0
            or size > _MOST_LABEL
            or data[label] == _HYPHEN
            or data[position - 1] == _HYPHEN
        ):
            break
        labels += 1
        letters = True
        for index in range(label, position):
            letters = letters and is_letter(data[index])
        if labels > 1 and letters and size > 1 and not is_file_ending(data, label, position):
            good = position
        if byte != _DOT:
            break
        position += 1
        label = position
    return good if position >= stop or data[good] != _AT or good == at else at


@kernel
def fold_around(data: Any, begin: int, at: int, stop: int, value: Any) -> Any:
    """Write what may be an address around an `@` into `value`, full-width forms as ASCII.

    Returns where it begins in the data, the place of the `@` in `value`, and how many bytes are there.
    """
    first, count = at, 0
    while first > begin and count <= _MOST_LOCAL + 1:
        if data[first - 1] < 0x80:
            first -= 1
        elif first - 3 >= begin and wide_ascii(data, first - 3, first) > 0:
            first -= 3
        else:
            break
        count += 1
    position, size, middle = first, 0, 0
    while position < stop and size <= _MOST_LOCAL + _MOST_DOMAIN + 4:
        byte, width = np.int64(data[position]), 1
        if byte >= 0x80:
            byte, width = wide_ascii(data, position, stop), 3
        if byte == 0:
            break
        middle = size if position == at else middle
        value[size] = byte
        size += 1
        position += width
    return first, middle, size


@kernel
def read_email(data: Any, begin: int, at: int, stop: int, value: Any) -> Any:
    """Return the span of the address around an `@` and the bytes of its canonical form in `value`.

    The `@` at `at` and all else may be full-width. Without an address the last is 0.
    """
    wide = data[at] == LEAD or data[at + 1] == LEAD or (at >= begin + 3 and data[at - 3] == LEAD)
    source, first, middle, last = data, begin, at, stop
    if wide:
        first, middle, last = fold_around(data, begin, at, stop, value)
        base, source = first, value
        first = np.int64(0)
    else:
        base = first
    start, end = email_start(source, first, middle), email_stop(source, middle, last)
    if start == middle or end == middle:
        return at, at, 0
    for index in range(end - start):
        byte = source[start + index]
        value[index] = byte | 32 if 65 <= byte <= 90 else byte
    size = end - start
    if wide:
        left, position = start, base
        start = base
        for index in range(left + size):
            if index == left:
                start = position
            position += 3 if data[position] == LEAD else 1
        end = position
    return start, end, size
