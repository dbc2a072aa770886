# SPDX-License-Identifier: Apache-2.0
"""The parts of the core one by one: digest, blocks (read, transcode, index), checks and keys.

Each part runs once on a little data, so that it is compiled, then a few times on the clock. It also
has something to prove: the digest and the rows of the blocks are those of the truth, every true ID
and card passes its check, none passes with another last digit, and as many keys differ as values.

Run ``python benchmarks/bench_kernels.py --corpus DIR/d1m.utf8.csv``.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from compare import COLUMNS, cpu_seconds, peak_mib
from writing import check_digits, digits

if TYPE_CHECKING:
    from collections.abc import Callable

    from writing import Text

TODAY = 20260101


def shares(hits: float, wrong: float, total: int, error: float = 0.0) -> tuple[float, ...]:
    """Return precision, recall and count error."""
    return hits / max(hits + wrong, 1), hits / max(total, 1), error


def bench_digest(corpus: Path, truth: dict) -> Callable[[], tuple[float, ...]]:
    """SHA-256 of the file, block by block."""

    def work() -> tuple[float, ...]:
        digest = hashlib.sha256()
        with corpus.open("rb") as file:
            while block := file.read(1 << 22):
                digest.update(block)
        same = digest.hexdigest() == truth["sha256"]
        return shares(same, not same, 1)

    return work


def bench_blocks(corpus: Path, truth: dict) -> Callable[[], tuple[float, ...]]:
    """All of a source's blocks: read, digest, transcode to UTF-8, index into cells."""
    from piidetect.sources import open_source

    def work() -> tuple[float, ...]:
        source = open_source(corpus)
        rows = sum(len(block.row_kind) for block in source.blocks())
        same = source.ledger.sha256 == truth["sha256"]
        return shares(same, not same, 1, (rows - truth["rows"]) / truth["rows"])

    return work


def laid_out(text: Text) -> tuple[Text, int, int]:
    """Return texts of equal width as one array with padding, their number and width."""
    flat = np.concatenate([text.ravel(), np.zeros(64, np.uint8)])
    return flat, len(text), text.shape[1]


def true_ids(corpus: Path) -> Text:
    """Return all true resident IDs with their check digit."""
    bodies = np.load(corpus.with_suffix(".CN_RESIDENT_ID.npy"))
    return np.hstack([digits(bodies, 17), check_digits(bodies)[:, None]])


def bench_resident_id(corpus: Path, _: dict) -> Callable[[], tuple[float, ...]]:
    """The check of resident IDs, on true ones and with another last digit."""
    from numba import njit

    from piidetect.kernels.checks import check_resident_id
    from piidetect.tables import load_tables

    region = load_tables().region

    @njit
    def passed(flat: Text, count: int, width: int, region: Text) -> int:
        total = 0
        for i in range(count):
            total += check_resident_id(flat, i * width, (i + 1) * width, region, TODAY) == 1
        return total

    text = true_ids(corpus)
    wrong = text[: max(1, len(text) // 100)].copy()
    wrong[:, 17] = np.where(wrong[:, 17] == ord("5"), ord("6"), ord("5"))
    bad = passed(*laid_out(wrong), region)
    arguments = laid_out(text)
    return lambda: shares(passed(*arguments, region), bad, len(text))


def bench_luhn(corpus: Path, _: dict) -> Callable[[], tuple[float, ...]]:
    """The Luhn check, on the true cards of 19 digits and with another last digit."""
    from numba import njit

    from piidetect.kernels.checks import luhn

    @njit
    def passed(flat: Text, count: int, width: int) -> int:
        total = 0
        for i in range(count):
            total += luhn(flat, i * width, (i + 1) * width)
        return total

    values = np.load(corpus.with_suffix(".CN_BANK_CARD.npy"))
    text = digits(values[values >= 10**18], 19)
    wrong = text[: max(1, len(text) // 100)].copy()
    wrong[:, 18] = np.where(wrong[:, 18] == ord("9"), ord("0"), wrong[:, 18] + 1)
    bad = passed(*laid_out(wrong))
    arguments = laid_out(text)
    return lambda: shares(passed(*arguments), bad, len(text))


def bench_keys(corpus: Path, truth: dict) -> Callable[[], tuple[float, ...]]:
    """SipHash-2-4-128 of all true resident IDs; as many keys differ as values."""
    from numba import njit

    from piidetect.kernels.keys import hash_bytes

    @njit
    def keys(flat: Text, count: int, width: int, out: Text, half: int) -> None:
        for i in range(count):
            out[i], _ = hash_bytes(flat, i * width, (i + 1) * width, half, half, half, True)

    text = true_ids(corpus)
    arguments = laid_out(text)
    out = np.zeros(len(text), np.uint64)
    keys(*laid_out(text[:10]), out, np.uint64(7))
    distinct = truth["entities"]["CN_RESIDENT_ID"]["distinct"]

    def work() -> tuple[float, ...]:
        keys(*arguments, out, np.uint64(7))
        return shares(1, 0, 1)

    def checked() -> tuple[float, ...]:
        figures = work()
        error = (len(np.unique(out)) - distinct) / distinct
        return (*figures[:2], error)

    keys_error = checked()[2]
    return lambda: (*work()[:2], keys_error)


BENCHES = {
    "digest": bench_digest,
    "source_blocks": bench_blocks,
    "check_resident_id": bench_resident_id,
    "luhn": bench_luhn,
    "keys": bench_keys,
}


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", nargs="+", type=Path, required=True)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=list(BENCHES))
    parser.add_argument("--out", type=Path, help="raw.csv to write")
    arguments = parser.parse_args()
    lines = []
    for corpus in arguments.corpus:
        truth = json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8"))
        for name in arguments.only or BENCHES:
            work = BENCHES[name](corpus, truth)
            figures = work()  # compiled by now
            seconds = []
            for _ in range(arguments.repetitions):
                begin = cpu_seconds()
                figures = work()
                seconds.append(cpu_seconds() - begin)
            rates = [f"{figure:.6f}" for figure in figures]
            about = [truth["rows"], truth["bytes"], f"{min(seconds):.4f}", f"{peak_mib():.0f}"]
            lines.append([name, corpus.stem, *about, *rates])
            print(*lines[-1], flush=True)
    if arguments.out:
        with arguments.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS, *lines])


if __name__ == "__main__":
    main()
