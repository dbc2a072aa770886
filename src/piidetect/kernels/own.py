# SPDX-License-Identifier: Apache-2.0
"""Keys of values that were found outside the kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from piidetect.kernels.compiling import kernel
from piidetect.kernels.keys import hash_bytes


@kernel
def key_values(data: Any, edge: Any, entity: Any, k0: Any, k1: Any, key0: Any, key1: Any) -> None:
    """Write the keys of canonical values.

    Args:
        data: uint8[], the values end to end in UTF-8, readable for 8 bytes past the last.
        edge: int64[n+1], where each begins.
        entity: uint8[n].
        k0: low half of the key.
        k1: high half.
        key0: uint64[n], to be filled.
        key1: uint64[n], to be filled.
    """
    for at in range(entity.size):
        prefix = np.uint64(entity[at])
        key = hash_bytes(data, edge[at], edge[at + 1], k0, k1, prefix, True)
        key0[at], key1[at] = key
