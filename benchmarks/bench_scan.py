# SPDX-License-Identifier: Apache-2.0
"""The whole job at growing size: seconds, memory and counts, and how long a first call takes.

Corpora that are missing are made. Each run is a process of its own:

* ``first_call``: `piidetect scan` of a small file as a command, with nothing compiled yet, in CPU
  seconds, and ``first_call_wall`` in wall seconds;
* ``later_call``: the same again, compiled code at hand;
* ``import``: ``import piidetect`` alone, starting Python included;
* the contenders of ``piidetect_runs.py`` for each size and encoding: the whole job in CPU seconds,
  reading and detecting alone, and the whole job in wall seconds by one and two threads.

Run ``python benchmarks/bench_scan.py --rows 100000 1000000 11000000 --folder DIR --out DIR2``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpora
from compare import lines_of, made_apart, run_apart, write_folder
from piidetect_runs import CONTENDERS

SMALL_ROWS = 2_000


def corpus_of(rows: int, encoding: str, folder: Path) -> Path:
    """Return a corpus in the folder; make it where it is missing."""
    path = folder / f"{corpora.stem_of(rows)}.{corpora.SHORT[encoding]}.csv"
    if not path.with_suffix(".json").exists():
        return made_apart(rows, encoding, folder)
    return path


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Run a command; return CPU seconds, wall seconds and peak MiB."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024


def start_lines(python: str, corpus: Path, repetitions: int) -> list[list[object]]:
    """Time the first call, later calls and the import, as lines of raw.csv without scores."""
    size = corpus.stat().st_size
    lines: list[list[object]] = []
    cache = Path(tempfile.mkdtemp(prefix="piidetect-bench-cache-"))
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    scan = [python, "-m", "piidetect.cli", "scan", str(corpus)]
    plan = [("first_call", scan, 1), ("later_call", scan, repetitions)]
    plan += [("import", [python, "-c", "import piidetect"], repetitions)]
    try:
        for name, command, times in plan:
            for _ in range(times):
                cpu, wall, peak = timed(command, environment)
                for bench, seconds in ((name, cpu), (f"{name}_wall", wall)):
                    about = [SMALL_ROWS, size, f"{seconds:.3f}", f"{peak:.0f}"]
                    lines.append([bench, corpus.stem, *about, "nan", "nan", "nan"])
                    print(*lines[-1], flush=True)
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    return lines


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", nargs="+", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--encoding", nargs="+", choices=sorted(corpora.SHORT), default=["utf-8"])
    parser.add_argument("--folder", type=Path, required=True, help="where the corpora are")
    parser.add_argument("--out", type=Path, help="folder for raw.csv, summary.md and README.md")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--only", nargs="+", choices=["start", *CONTENDERS])
    arguments = parser.parse_args()
    wanted = arguments.only or ["start", *CONTENDERS]
    lines: list[list[object]] = []
    skipped: list[tuple[str, str, str]] = []
    if "start" in wanted:
        small = corpus_of(SMALL_ROWS, arguments.encoding[0], arguments.folder)
        lines += start_lines(arguments.python, small, arguments.repetitions)
    for rows in arguments.rows:
        for encoding in arguments.encoding:
            corpus = corpus_of(rows, encoding, arguments.folder)
            for name in (n for n in wanted if n != "start"):
                for _ in range(arguments.repetitions):
                    figures = run_apart(name, corpus, arguments.python)
                    if "skipped" in figures:
                        skipped.append((name, corpus.stem, str(figures["skipped"])))
                        print(name, corpus.stem, "skipped:", figures["skipped"], flush=True)
                        break
                    lines += (new := lines_of(name, corpus, figures))
                    print(*new[0], flush=True)
    if arguments.out:
        write_folder(arguments.out, lines, skipped, arguments.python)


if __name__ == "__main__":
    main()
