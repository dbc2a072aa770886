# SPDX-License-Identifier: Apache-2.0
"""The first scan of an install: the kernels are compiled by two processes at a time.

numba compiles one function at a time in a process. So where no compiled kernels are kept yet, a
child process compiles the largest, the run scanner and what gathers findings, which take half of the
time; this one reads, looks at the columns, and then compiles the others by rehearsing a case with one
row. Both keep what they compile in the same folder.
Nothing depends on the child or on the rehearsal but time.
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

    from piidetect.detection.plan import Setup
    from piidetect.kernels.cells import Block
    from piidetect.kernels.plan import Scratch

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
    """Run what comes before and after the child's kernels, on a row with a finding, to the counts."""
    import numpy as np

    from piidetect.case import CaseWriter, PartMeta
    from piidetect.detection.blocks import Found, result_of
    from piidetect.detection.evidence import region_words
    from piidetect.kernels.evidence import FIELDS, note_agreements
    from piidetect.kernels.plan import new_items, new_out
    from piidetect.kernels.survey import survey_block
    from piidetect.kernels.transcode import check_utf8
    from piidetect.kernels.values import PERSON, check_cells
    from piidetect.kernels.words import list_claims
    from piidetect.schema import Verdict
    from piidetect.sources.samples import decode

    with CaseWriter(None, reference_date=dt.date.max, parameters={}, tool={}, categories={}) as to:
        block, setup, scratch = _one_cell(to.key)
        verdict, value = np.zeros(1, np.uint8), np.zeros(1, np.int64)
        check_cells(block.data, block.cell_start, block.cell_stop, PERSON, 0, verdict, value)
        items = new_items(1)
        survey_block(block, setup.plan, setup.tables, scratch, items)
        list_claims(block, items, 0, setup.plan, setup.tables, scratch)
        out, first, pairs = new_out(1), np.arange(2), np.zeros((0, 3), np.int64)
        for array in out:
            array[0] = 0
        out.count[0], out.verdict[0] = 1, Verdict.VALID
        note_agreements(block, out, first, pairs, *region_words(), pairs)
        result = result_of(block, setup, Found(out, first, np.zeros((1, FIELDS), np.int64)))
        part = to.part()
        part.write(result.records, result.findings)
        part.close(PartMeta(path="-", status="complete"))
        _ = to.finish(threads=1).result
    check_utf8(np.zeros(64, np.uint8), 0, 0)
    decode(b"-", "gb18030", final=True)


def _one_cell(key: bytes) -> tuple[Block, Setup, Scratch]:
    """Return a block of one cell that holds nothing, and what kernels need to look at it."""
    from piidetect.detection import set_up
    from piidetect.kernels.cells import block_from_texts
    from piidetect.kernels.plan import new_scratch

    setup = set_up(load_recognizers(), (), today=99991231, key=key)
    return block_from_texts(["-"]), setup, new_scratch()


def compile_for_parent() -> None:
    """Compile the run scanner and what puts findings together, as the child; end with the parent."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import numpy as np

    from piidetect.kernels.blocks import scan_items
    from piidetect.kernels.evidence import FIELDS
    from piidetect.kernels.gather import gather
    from piidetect.kernels.plan import new_items, new_out
    from piidetect.tables.lookups import phone_details

    block, setup, scratch = _one_cell(bytes(16))
    items, out = new_items(1), new_out(1)
    scan_items(block, items, 0, setup.plan, setup.tables, out, scratch)
    first, sequences = np.zeros(2, np.int64), np.zeros((1, FIELDS), np.int64)
    made = out, scratch, first, sequences, np.empty(1, np.int32)
    gather(block, items, 0, out, setup.plan, phone_details(), *made)


def _end_with_parent() -> None:
    """Leave at once when the parent is gone: then nobody holds the other end of stdin."""
    sys.stdin.buffer.read()
    os._exit(1)
