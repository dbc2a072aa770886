# SPDX-License-Identifier: Apache-2.0
"""Links between subjects: whose a value is, union-find, and what contradicts itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import inlined, kernel

#: No subject, and more than one.
NOBODY, MANY = -1, -2

_MIX = np.uint64(0x9E3779B97F4A7C15)


@kernel
def find_owners(subject: Any, value: Any, wanted: Any, owner: Any) -> None:
    """Write whose each value is: the one wanted subject that has it, or MANY.

    Args:
        subject: int32[n], a subject for each value that was found, -1 for none.
        value: int32[n], the value, -1 for none.
        wanted: bool[subjects], the subjects that matter.
        owner: int32[values], filled with NOBODY.
    """
    for i in range(subject.size):
        who, what = subject[i], value[i]
        if who < 0 or what < 0 or not wanted[who]:
            continue
        if owner[what] == NOBODY:
            owner[what] = who
        elif owner[what] != who:
            owner[what] = MANY


@inlined
def root_of(parent: Any, at: int) -> int:
    """Return the root of a subject; halves the path on the way."""
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at


@kernel
def unite(first: Any, second: Any, parent: Any, joined: Any) -> int:
    """Unite pairs of subjects; return how many sets were joined, which no order can change.

    Args:
        first: int32[n], -1 or less for none.
        second: int32[n].
        parent: int32[subjects], each its own parent at the beginning.
        joined: bool[n]: whether the pair joined two sets.
    """
    count = 0
    for i in range(first.size):
        joined[i] = False
        if first[i] < 0 or second[i] < 0:
            continue
        a, b = root_of(parent, np.int64(first[i])), root_of(parent, np.int64(second[i]))
        if a != b:
            parent[max(a, b)] = min(a, b)
            joined[i] = True
            count += 1
    return count


@kernel
def settle(parent: Any) -> None:
    """Let each subject's parent be its root."""
    for at in range(parent.size):
        parent[at] = root_of(parent, at)


@kernel
def several(
    row: Any, key0: Any, key1: Any, chosen: Any, subject: Any, seen: Any, more: Any
) -> None:
    """Mark subjects with more than one value.

    Args:
        row: int64[n], the record of each finding.
        key0: uint64[n].
        key1: uint64[n].
        chosen: bool[n], the findings that matter.
        subject: int32[records], -1 for none.
        seen: uint64[subjects], 0: the first value of each, both words of the key mixed.
        more: bool[subjects].
    """
    for i in range(row.size):
        if not chosen[i]:
            continue
        who = subject[row[i]]
        if who < 0:
            continue
        value = (key0[i] + key1[i] * _MIX) | np.uint64(1)
        if seen[who] == 0:
            seen[who] = value
        elif seen[who] != value:
            more[who] = True


@kernel
def collect_triples(
    row: Any, which: Any, key0: Any, key1: Any, salt: Any, out0: Any, out1: Any, have: Any
) -> None:
    """Add up the first name, birth date and address of each record.

    Args:
        row: int64[n], the record of each finding.
        which: uint8[n]: 1 for a name, 2 for a birth date, 4 for an address, 0 for anything else.
        key0: uint64[n].
        key1: uint64[n].
        salt: uint64, the same for the records of one source.
        out0: uint64[records], zeros: the sum of the keys, first word; complete where `have` is 7.
        out1: uint64[records].
        have: uint8[records], zeros: what is in the sum.
    """
    for i in range(row.size):
        at, bit = row[i], which[i]
        if bit == 0 or have[at] & bit:
            continue
        have[at] |= bit
        factor = _MIX * np.uint64(2 * bit + 1)
        out0[at] += key0[i] * factor + salt
        out1[at] += key1[i] * factor
