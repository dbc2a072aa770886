# SPDX-License-Identifier: Apache-2.0
"""piidetect as a contender: the whole job, reading and detecting alone, and two threads."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import corpora
from patterns import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from patterns import Found, Work

WARM_ROWS = 500


def temporary() -> Path:
    """Make a folder that goes away with the process."""
    folder = Path(tempfile.mkdtemp(prefix="piidetect-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def warm_corpus(path: Path, folder: Path) -> Path:
    """Make a tiny corpus in the same encoding, on which everything is compiled or loaded."""
    encoding = "gb18030" if ".gb18030." in path.name else "utf-8"
    return corpora.make(WARM_ROWS, folder / "warm", encodings=(encoding,))[encoding]


def whole_job(path: Path, threads: int) -> Work:
    """Scan with digest, case folder and counts; compiled code is loaded before the clock starts."""
    try:
        import piidetect
    except ImportError as error:
        raise Skipped(f"piidetect can't be imported: {error}") from error
    folder = temporary()
    warm = piidetect.scan(warm_corpus(path, folder), out=folder / "first", threads=threads)
    warm.counts  # noqa: B018  # pandas is imported here

    def work() -> Found:
        case = piidetect.scan(path, out=folder / "case", threads=threads)
        case.counts  # noqa: B018  # computed on first use
        return {"later": lambda: read_back(folder / "case", path)}

    return work


def read_back(folder: Path, path: Path) -> Found:
    """Read the findings' values back from the source, and the counts that the case reports."""
    from scoring import ENTITIES, case_values

    import piidetect

    case = piidetect.open_case(folder)
    counts = case.counts
    counts = counts.set_index("entity") if "entity" in counts.columns else counts
    told = {e: int(counts["distinct_valid"].get(e, 0)) for e in ENTITIES}
    return {**case_values(folder, path), "distinct_valid": told}


def detect_alone(path: Path) -> Work:
    """Read, split, recognize and check on one thread; write nothing and count nothing."""
    try:
        import piidetect
        from piidetect.scanning import detect_only
    except ImportError as error:
        raise Skipped(f"piidetect can't be imported: {error}") from error
    folder = temporary()
    detect_only(warm_corpus(path, folder))

    def work() -> Found:
        detect_only(path)

        def later() -> Found:  # the same code finds the same: the score is that of the scan
            piidetect.scan(path, out=folder / "case", threads=1)
            return read_back(folder / "case", path)

        return {"later": later}

    return work


CONTENDERS: dict[str, tuple[Callable[[Path], Work], int | None]] = {
    "piidetect_scan": (lambda path: whole_job(path, 1), None),
    "piidetect_detect_only": (detect_alone, None),
    "piidetect_scan_wall": (lambda path: whole_job(path, 1), None),
    "piidetect_scan_2_threads_wall": (lambda path: whole_job(path, 2), None),
}
