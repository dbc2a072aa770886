# SPDX-License-Identifier: Apache-2.0
"""Run piidetect and other tools on the same corpus: speed, memory and correctness side by side.

Each run is a process of its own. CPU seconds are user + system time of the work (children
included), after imports and set-up; memory is the peak of the whole process. All run on one thread
unless the name says otherwise. What was found is compared with the truth that corpora.py wrote.

Run ``python benchmarks/compare.py --corpus DIR/d1m.utf8.csv DIR/d1m.gb18030.csv --out DIR2``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import contenders
import piidetect_runs
from patterns import Skipped
from scoring import ENTITIES, Score, score

COLUMNS = ("bench", "corpus", "rows", "bytes", "seconds", "peak_rss", "precision", "recall")
COLUMNS += ("count_error",)
CONTENDERS = {**piidetect_runs.CONTENDERS, **contenders.CONTENDERS}
PACKAGES = ("numpy", "numba", "pyarrow", "duckdb", "polars", "presidio-analyzer", "python-stdnum")


def cpu_seconds() -> float:
    """Return user and system time of this process and its children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def peak_mib() -> float:
    """Return the peak resident memory of this process or its largest child, in MiB.

    On Linux ``ru_maxrss`` of a process starts at its parent's peak; VmHWM doesn't.
    """
    status = Path("/proc/self/status")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if status.exists():
        peak = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        own = int(peak[0].split()[1]) if peak else own
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def run_here(name: str, corpus: Path) -> dict[str, object]:
    """Do one run in this process and return its figures."""
    contender, _ = CONTENDERS[name]
    try:
        work = contender(corpus)
    except Skipped as reason:
        return {"skipped": str(reason)}
    base = peak_mib()
    cpu, wall = cpu_seconds(), time.perf_counter()
    found = work()
    figures: dict[str, object] = {
        "cpu": cpu_seconds() - cpu,
        "wall": time.perf_counter() - wall,
        "peak": peak_mib(),
        "base": base,
    }
    later = found.pop("later", None)
    if later is not None:  # what is needed for the score only is read after the clock stopped
        found = later()
    told = found.pop("distinct_valid", None)
    scores = score(found, corpus)
    if told is not None:
        scores = with_told_counts(scores, told, corpus)
    return figures | {"scores": {entity: list(s) for entity, s in scores.items()}}


def with_told_counts(
    scores: dict[str, Score], told: dict[str, int], corpus: Path
) -> dict[str, Score]:
    """Take the error of counts from the counts that the tool itself reports."""
    truth = json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8"))["entities"]
    errors = {e: (told[e] - truth[e]["distinct"]) / truth[e]["distinct"] for e in ENTITIES}
    errors["all"] = max(errors.values(), key=abs)
    return {entity: s._replace(count_error=errors[entity]) for entity, s in scores.items()}


def run_apart(name: str, corpus: Path, python: str) -> dict[str, object]:
    """Do one run in a process of its own."""
    command = [python, __file__, "--worker", name, "--corpus", str(corpus)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return {"skipped": f"failed: {last[:200]}"}
    return json.loads(done.stdout.splitlines()[-1])


def slice_of(corpus: Path, rows: int, folder: Path) -> Path:
    """Return a smaller corpus of the same kind, with its own truth."""
    truth = json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8"))
    if truth["rows"] <= rows:
        return corpus
    return made_apart(rows, truth["encoding"], folder, truth["seed"])


def made_apart(rows: int, encoding: str, folder: Path, seed: int = 7) -> Path:
    """Make a corpus in a process of its own, so that this one stays small."""
    script = Path(__file__).with_name("corpora.py")
    command = [sys.executable, str(script), "--rows", str(rows), "--encoding", encoding]
    command += ["--out", str(folder), "--seed", str(seed)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Path(done.stdout.splitlines()[-1])


def lines_of(name: str, corpus: Path, figures: dict[str, object]) -> list[list[object]]:
    """Write one run as lines of raw.csv: all together, and each entity after a slash."""
    truth = json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8"))
    seconds = figures["wall" if name.endswith("_wall") else "cpu"]
    out = []
    for entity, (precision, recall, error) in figures["scores"].items():
        bench = name if entity == "all" else f"{name}/{entity}"
        shares = [f"{share:.6f}" for share in (precision, recall, error)]
        about = [truth["rows"], truth["bytes"], f"{seconds:.3f}", f"{figures['peak']:.0f}"]
        out.append([bench, corpus.stem, *about, *shares])
    return sorted(out, key=lambda line: "/" in line[0])


def compare(arguments: argparse.Namespace) -> None:
    """Run all contenders on all corpora and write the folder."""
    lines: list[list[object]] = []
    skipped: list[tuple[str, str, str]] = []
    names = arguments.only or list(CONTENDERS)
    with tempfile.TemporaryDirectory() as folder:
        for given in arguments.corpus:
            for name in names:
                most = CONTENDERS[name][1]
                corpus = given if most is None else slice_of(given, most, Path(folder))
                for _ in range(arguments.repetitions):
                    figures = run_apart(name, corpus, arguments.python)
                    if "skipped" in figures:
                        skipped.append((name, corpus.stem, str(figures["skipped"])))
                        print(
                            f"{name:26} {corpus.stem:14} skipped: {figures['skipped']}", flush=True
                        )
                        break
                    new = lines_of(name, corpus, figures)
                    lines += new
                    print(*new[0], flush=True)
    if arguments.out:
        write_folder(arguments.out, lines, skipped, arguments.python)


def write_folder(out: Path, lines: list[list[object]], skipped: list, python: str) -> None:
    """Write raw.csv, summary.md and README.md."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "raw.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *lines])
    (out / "summary.md").write_text(summary(lines, skipped), encoding="utf-8")
    (out / "README.md").write_text(about(python), encoding="utf-8")


def summary(lines: list[list[object]], skipped: list[tuple[str, str, str]]) -> str:
    """Lay the least seconds of each bench out as tables."""
    best: dict[tuple[str, str], list] = {}
    reps: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (str(line[0]), str(line[1]))
        reps[key] = reps.get(key, 0) + 1
        if key not in best or float(line[4]) < float(best[key][4]):
            best[key] = line
    text = ["# Summary", "", "CPU seconds (least of the repetitions; wall where the name says so)."]
    text += [
        "Precision, recall: all four entities together; count error: of distinct values, the worst entity.",
        "",
    ]
    text += [
        "| bench | corpus | reps | seconds | MB/s | rows/s | peak MiB | precision | recall | count error |"
    ]
    text += ["|---|---|---|---|---|---|---|---|---|---|"]
    for (bench, corpus), line in best.items():
        if "/" in bench:
            continue
        rows, size, seconds = int(line[2]), int(line[3]), max(float(line[4]), 1e-9)
        shares = " | ".join(f"{float(share):.4f}" for share in line[6:9])
        speed = f"{seconds:.2f} | {size / 1e6 / seconds:.1f} | {rows / seconds:,.0f} | {line[5]}"
        text.append(f"| {bench} | {corpus} | {reps[bench, corpus]} | {speed} | {shares} |")
    text += ["", "## By entity: precision / recall / count error", ""]
    text += [
        "| bench | corpus | " + " | ".join(ENTITIES) + " |",
        "|---|---|" + "---|" * len(ENTITIES),
    ]
    for bench, corpus in best:
        if (f"{bench}/{ENTITIES[0]}", corpus) not in best:
            continue
        cells = []
        for entity in ENTITIES:
            line = best[f"{bench}/{entity}", corpus]
            cells.append(f"{float(line[6]):.4f} / {float(line[7]):.4f} / {float(line[8]):+.4f}")
        text.append(f"| {bench} | {corpus} | " + " | ".join(cells) + " |")
    if skipped:
        text += ["", "## Not run", ""]
        text += [f"- {name} on {corpus}: {reason}" for name, corpus, reason in skipped]
    return "\n".join(text) + "\n"


def about(python: str) -> str:
    """Tell command, machine and versions."""
    model = "unknown"
    if Path("/proc/cpuinfo").exists():
        found = [t for t in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in t]
        model = found[0].split(":")[1].strip() if found else model
    here = Path(__file__).parent
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=here,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.strip()
    command = " ".join(
        [Path(sys.argv[0]).name, *(Path(a).name if "/" in a else a for a in sys.argv[1:])]
    )
    text = ["# About this run", "", f"- command: `{command}`", f"- commit: {commit or 'unknown'}"]
    text += [
        f"- machine: {platform.machine()}, {model}, {os.cpu_count()} cores, {platform.system()}"
    ]
    text += [f"- Python {platform.python_version()}"]
    ask = "import importlib.metadata as m,sys;print(m.version(sys.argv[1]))"
    for name in PACKAGES:
        done = subprocess.run(
            [python, "-c", ask, name], check=False, capture_output=True, text=True
        )
        text.append(f"- {name} {done.stdout.strip() or 'not installed'}")
    text += [
        f"- load when it ended: {os.getloadavg()[0]:.1f} (other work inflates CPU seconds too)"
    ]
    return "\n".join(text) + "\n"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="folder for raw.csv, summary.md and README.md")
    parser.add_argument("--only", nargs="+", choices=list(CONTENDERS))
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the tools")
    parser.add_argument("--worker", choices=list(CONTENDERS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        print(json.dumps(run_here(arguments.worker, arguments.corpus[0])))
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
