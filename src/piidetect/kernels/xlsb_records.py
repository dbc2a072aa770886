# SPDX-License-Identifier: Apache-2.0
"""How far the cells of a binary sheet lie apart: [MS-XLSB] 2.1.4, records of type, length and data."""

from __future__ import annotations

from typing import Any

from piidetect.kernels.compiling import kernel

_ROW, _FIRST_CELL, _LAST_CELL = (
    0,
    1,
    11,
)  # BrtRowHdr; BrtCellBlank to BrtFmlaError, 62: BrtCellRString
_RICH = 62
_HEAD = 6  # bytes of a type and a length at most


@kernel
def spread(data: Any, size: int, final: bool, extent: Any) -> int:
    """Go through the records of `data[:size]`; return where the first one that isn't whole begins.

    `data` has PADDING zero bytes after `size`. int64 `extent` [5]: the first and last row and column
    of cells with a value so far (first > last where there is none), and the row it is at.
    """
    at = 0
    while at < size:
        if size - at < _HEAD and not final:
            return at
        kind, here = int(data[at]), at + 1
        if kind & 0x80:
            kind = kind & 0x7F | int(data[here] & 0x7F) << 7
            here += 1
        length, shift = 0, 0
        for _ in range(4):
            byte = int(data[here])
            here += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if here + length > size:
            return size if final else at
        if length >= 4:
            number = int(data[here]) | int(data[here + 1]) << 8
            number |= int(data[here + 2]) << 16 | int(data[here + 3]) << 24
            if kind == _ROW:
                extent[4] = number
            elif _FIRST_CELL <= kind <= _LAST_CELL or kind == _RICH:
                extent[0] = min(extent[0], extent[4])
                extent[1] = max(extent[1], extent[4])
                extent[2] = min(extent[2], number)
                extent[3] = max(extent[3], number)
        at = here + length
    return at
