# SPDX-License-Identifier: Apache-2.0
"""The first scan of an install: the kernels are compiled by two processes at a time.

numba compiles one function at a time in a process. So where no compiled kernels are kept yet, a
child process compiles the largest, the one that scans a block, which takes half of the time; this
one reads, looks at the columns, and then compiles what comes after that kernel by rehearsing a case
with one row. Both keep what they compile in the same folder. Nothing depends on the
child or on the rehearsal but time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from piidetect import kernels
from piidetect.errors import PiiDetectError
from piidetect.recognizer import load_recognizers
from piidetect.sources.database_url import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds after which the child is no longer waited for.
PATIENCE = 120

_CHILD = "from piidetect.scanning.first_run import compile_for_parent; compile_for_parent()"


@contextlib.contextmanager
def compiling_beside(threads: int) -> Iterator[Callable[[], None]]:
    """Compile in a child process while the block runs, if there is anything to compile.

    Args:
        threads: how many threads the scan may use; with one there is no child.

    Yields:
        a function that waits for the child; to be called before blocks are scanned.
    """
    child = _start() if threads > 1 and kernels.cold() else None
    try:
        yield lambda: _wait(child)
    finally:
        if child is not None:
            child.kill()
            child.wait()
            if child.stdin is not None:
                child.stdin.close()


def _start() -> subprocess.Popen[bytes] | None:
    """Start the child; None where this can't be done. It ends when its stdin is closed."""
    if not sys.executable or getattr(sys, "frozen", False):  # a bundle would start itself
        return None
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment.pop(PASSWORD_VARIABLE, None)
    with contextlib.suppress(OSError):
        return subprocess.Popen(  # noqa: S603 - this interpreter, fixed code
            [sys.executable, "-c", _CHILD],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return None


def _wait(child: subprocess.Popen[bytes] | None) -> None:
    """Wait until the child has compiled or failed; use the time."""
    if child is not None and child.poll() is None:
        with contextlib.suppress(PiiDetectError, OSError):
            rehearse()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)


def rehearse() -> None:
    """Run what comes beside and after the scan of a block, on a row with a finding, to the counts."""
    import numpy as np

    from piidetect.case import CaseWriter, PartMeta
    from piidetect.detection import set_up
    from piidetect.detection.blocks import Found, result_of
    from piidetect.kernels.cells import block_from_texts
    from piidetect.kernels.evidence import FIELDS
    from piidetect.kernels.plan import new_out
    from piidetect.kernels.values import PERSON, check_cells

    block = block_from_texts(["-"])
    verdict, value = np.zeros(1, np.uint8), np.zeros(1, np.int64)
    check_cells(block.data, block.cell_start, block.cell_stop, PERSON, 0, verdict, value)
    found = new_out(1)
    for array in found:
        array[0] = 0
    found.count[0] = 1
    with CaseWriter(None, reference_date=dt.date.max, parameters={}, tool={}, categories={}) as to:
        setup = set_up(load_recognizers(), (), today=99991231, key=to.key)
        result = result_of(
            block, setup, Found(found, np.arange(2), np.zeros((1, FIELDS), np.int64))
        )
        part = to.part()
        part.write(result.records, result.findings)
        part.close(PartMeta(path="-", status="complete"))
        _ = to.finish(threads=1).result


def compile_for_parent() -> None:
    """Compile the kernel that scans a block, as the child; end with the parent."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from piidetect.scanning.texts import detect

    detect("-")


def _end_with_parent() -> None:
    """Leave at once when the parent is gone: then nobody holds the other end of stdin."""
    sys.stdin.buffer.read()
    os._exit(1)
