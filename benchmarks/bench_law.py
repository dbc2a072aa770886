# SPDX-License-Identifier: Apache-2.0
"""Time and memory of what the court needs, on a big case: assess, claim, compare, sample and so on.

Run ``python benchmarks/bench_law.py --corpus corpus/d11m.utf8.csv --work DIR --out benchmarks/runs/NAME``.
In ``--work`` it writes a rectified copy of the corpus (every third row gone, phones and cards of every
third masked) and the cases, about 7 GB for 11 million rows; what is there already is used again. Each
command is a process of its own, as a user calls it, imports and start included.
"""

from __future__ import annotations

import argparse
import csv
import os
import secrets
import sys
import time
from pathlib import Path

LIMITS = {"links": (60.0, None), "merge": (None, None), "assess_all_tiers_listed": (None, 1500.0)}
LIMIT = (20.0, 1500.0)
DATE = "2026-01-01"


def rectify(corpus: Path, out: Path) -> None:
    """Write the copy: of three rows one is gone, of one phone and card are masked."""
    with (
        corpus.open(encoding="utf-8", newline="") as source,
        out.open("w", encoding="utf-8", newline="") as target,
    ):
        rows, writer = csv.reader(source), csv.writer(target, lineterminator="\n")
        head = next(rows)
        writer.writerow(head)
        masked = [head.index("手机号码"), head.index("银行卡号")]
        for number, row in enumerate(rows):
            if number % 3 == 0:
                continue
            if number % 3 == 1:
                for at in masked:
                    row[at] = row[at][:3] + "****" + row[at][-4:] if row[at] else ""
            writer.writerow(row)


def run(arguments: list[str], folder: Path) -> tuple[float, float, float, int]:
    """Run a command; return wall and CPU seconds, MiB at the peak, and the exit code."""
    command = [sys.executable, "-m", "piidetect.cli", *arguments]
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        start = time.perf_counter()
        pid = os.posix_spawn(
            sys.executable,
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, err.fileno(), 2),
            ],
        )
        _, status, used = os.wait4(pid, 0)
        wall = time.perf_counter() - start
    return (
        wall,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1024,
        os.waitstatus_to_exitcode(status),
    )


def prepare(corpus: Path, work: Path) -> tuple[Path, Path]:
    """Make the copy and both cases where they are not there."""
    before, after, copy = work / "before", work / "after", work / "rectified.csv"
    key = work / "key"
    if not key.exists():
        key.write_text(secrets.token_hex(16), encoding="ascii")
    scan = ["--reference-date", DATE, "--format", "json", "--key-file", str(key)]
    if not before.exists():
        print("scan", run(["scan", str(corpus), "--out", str(before), *scan], work), flush=True)
    if not after.exists():
        rectify(corpus, copy)
        print("scan", run(["scan", str(copy), "--out", str(after), *scan], work), flush=True)
        copy.unlink()
    return before, after


def jobs(before: Path, after: Path, work: Path) -> dict[str, list[str]]:
    """Return name → arguments; later ones use what earlier ones wrote."""
    a, b = str(before), str(after)
    lead, events = work / "lead.json", work / "events.csv"
    source = str(next(iter(_sources(before))))
    events.write_text(
        "actor,act,counterparty,date,sources\n"
        f"甲,acquire,乙,2026-01-05,{source}\n甲,sell,丙,2026-02-05,{source}\n",
        encoding="utf-8",
    )
    claim = ["claim", a, "--basis", "discretion", "--unit-price", "0.5@invented"]
    return {
        "assess": ["assess", a, "--format", "json"],
        "assess_all_tiers_listed": ["assess", a, "--records", str(work / "records.csv")],
        "assess_events": ["assess", a, "--events", str(events), "--format", "json"],
        "incident": ["assess", a, "--policy", "cn-incident-2025", "--format", "json"],
        "necessity": [
            *("assess", a, "--policy", "cn-app-necessity-2021", "--app-type", "1"),
            *("--format", "json"),
        ],
        "claim": claim,
        "claim_persons": [*claim, "--per", "person"],
        "sample": ["sample", a, "--precision", "0.05", "--seed", "s", "--out", str(work / "s.csv")],
        "sample_read": ["sample", a, "--read", str(work / "s.csv")],
        "compare": ["compare", a, b, "--format", "json"],
        "links": ["links", a, "--format", "json"],
        "report": ["report", a, "--format", "json"],
        "groups": ["groups", a, "--format", "json"],
        "truth": ["truth", a, "--format", "json"],
        "sectors": ["sectors", a, "--format", "json"],
        "events": ["events", a, str(events), "--format", "json"],
        "lead": ["lead", a, "--holder", "某公司", "--out", str(lead)],
        "rectification": ["rectification", a, b, "--lead", str(lead), "--format", "json"],
        "overlap": ["overlap", a, b, "--format", "json"],
        "merge": ["merge", str(work / "merged"), a, b],
        "portfolio": ["portfolio", str(work), "--format", "json"],
    }


def fill_in(sheet: Path) -> None:
    """Answer every row of a sample sheet: every ninth is untrue."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    at = head.index("answer") if "answer" in head else head.index("是否真实")
    for number, row in enumerate(rows):
        row[at] = "false" if number % 9 == 0 else "true"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def _sources(case: Path) -> list[str]:
    import piidetect as pii

    return list(pii.open_case(case).sources["path"])


def main() -> int:
    """Run the jobs, print and write the table; 1 where one misses its mark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    before, after = prepare(options.corpus, options.work)
    rows, missed = [], 0
    for name, arguments in jobs(before, after, options.work).items():
        if options.only and name not in options.only:
            continue
        for _ in range(options.repeat):
            if name == "sample_read":
                fill_in(options.work / "s.csv")
            if name == "merge":
                os.system(f"rm -rf '{options.work / 'merged'}'")
            wall, cpu, peak, code = run(arguments, options.work)
            seconds, memory = LIMITS.get(name, LIMIT)
            late = (seconds and wall > seconds) or (memory and peak > memory) or code > 1
            missed += bool(late)
            rows.append((name, f"{wall:.1f}", f"{cpu:.1f}", f"{peak:.0f}", code))
            print(*rows[-1], "MISSED" if late else "", flush=True)
    os.system(f"rm -rf '{options.work / 'merged'}'")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        with (options.out / "raw.csv").open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(
                [("command", "clock_seconds", "cpu_seconds", "peak_mib", "exit_code"), *rows]
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
