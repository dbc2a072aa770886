# SPDX-License-Identifier: Apache-2.0
"""How kernels are compiled: without the GIL, kept on disk, without reference counts.

Kernels that allocate nothing need no counting of references; with it, every call that hands on a
tuple of arrays would touch a counter for each of them. And a tuple of arrays is handed on as some
eighty machine words, so what runs for every cell is inlined into one kernel. (Measured on a million
rows: 17 s with counters, 6 s without, under 1 s inlined.)
"""

from __future__ import annotations

from numba import njit

#: Decorator of kernels that allocate no array.
kernel = njit(nogil=True, cache=True, _nrt=False, no_cfunc_wrapper=True)

#: Decorator of functions on the path of every cell: part of the kernel that calls them.
inlined = njit(nogil=True, cache=True, _nrt=False, inline="always", no_cfunc_wrapper=True)
