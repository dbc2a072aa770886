# SPDX-License-Identifier: Apache-2.0
"""Make seized databases of invented people, with the exact truth beside them.

A corpus is a comma-separated file of 13 columns (a clinic's or a shop's customers with a free
text column) in which resident IDs, mobile numbers, bank cards and e-mail addresses stand in all
the forms that people write, among wrong ones and decoys. Everything is drawn from one seed and
made by numpy in blocks of rows, so 11,000,000 rows take little more memory than 1,000,000.

The truth: ``NAME.json`` (counts) and ``NAME.ENTITY.npy`` for each entity (sorted int64, one entry
for each valid occurrence), where a value stands for itself:

* ``CN_RESIDENT_ID``: the first 17 digits (15-digit numbers with 19 put in), as the 18th follows;
* ``CN_MOBILE``: the 11 digits; ``CN_BANK_CARD``: all digits;
* ``EMAIL_ADDRESS``: FNV-1a, 64 bits, of the address in lower case.

Run ``python benchmarks/corpora.py --rows 1000000 --encoding utf-8 gb18030 --out DIR --seed 7``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
import vocabulary as words
from rows import People, make_people
from writing import digits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from people import Slot
    from writing import Mask, Text, Whole

ENTITIES = ("CN_RESIDENT_ID", "CN_MOBILE", "CN_BANK_CARD", "EMAIL_ADDRESS")
SHORT = {"utf-8": "utf8", "gb18030": "gb18030"}
CHUNK_ROWS = 50_000
NEW_SHARE = 0.88  # the other rows repeat an earlier one
EXACT_SHARE = 0.4  # of the repeated rows: row number and all; the others differ in their number
REFERENCE_DATE = 20260101  # of the age groups in the truth


class Block(NamedTuple):
    """Rows as they are written: numbers, people and how many of them are new or repeated."""

    number: Whole
    people: People
    new: int
    exact: int


def take(new: People, pool: People, pick: Whole) -> People:
    """Choose rows from two sets of people; numbers from len(new) on are from the pool."""
    size = len(new.text)
    inside = pick < size
    own, other = pick[inside], pick[~inside] - size

    def choose(first: Text | Whole | Mask, second: Text | Whole | Mask) -> Text | Whole | Mask:
        out = np.zeros((len(pick), *first.shape[1:]), first.dtype)
        out[inside] = first[own]
        out[~inside] = second[other]
        return out

    width = max(new.text.shape[1], pool.text.shape[1])
    text = choose(widen(new.text, width), widen(pool.text, width))
    slots = tuple(
        a._replace(value=choose(a.value, b.value), form=choose(a.form, b.form))
        for a, b in zip(new.slots, pool.slots, strict=True)
    )
    return People(text, slots, {k: choose(v, pool.marks[k]) for k, v in new.marks.items()})


def widen(text: Text, width: int) -> Text:
    """Pad with NUL columns."""
    return np.pad(text, ((0, 0), (0, width - text.shape[1])))


def blocks(rows: int, seed: int) -> Iterator[Block]:
    """Yield the corpus block by block: new people, and repetitions from here and the first block."""
    pool: People | None = None
    pool_number = np.zeros(0, np.int64)
    for start in range(0, rows, CHUNK_ROWS):
        rng = np.random.default_rng([seed, start])
        count = min(CHUNK_ROWS, rows - start)
        size = max(1, round(count * NEW_SHARE))
        new = make_people(rng, size)
        source = new if pool is None else pool  # of the first block none is taken
        known = 0 if pool is None else len(pool.text)
        repeated = rng.integers(0, size + known, count - size)
        pick = np.concatenate([np.arange(size), repeated])
        exact = np.zeros(count, bool)
        exact[size:] = rng.random(count - size) < EXACT_SHARE
        order = rng.permutation(count)
        pick, exact = pick[order], exact[order]
        number = start + 1 + np.arange(count)
        first = np.zeros(size + known, np.int64)
        fresh = np.argsort(order)[:size]  # where each new person stands
        first[:size], first[size:] = number[fresh], pool_number
        number = np.where(exact, first[pick], number)
        yield Block(number, take(new, source, pick), size, int(exact.sum()))
        if pool is None:
            pool, pool_number = new, first[:size]


class Truth:
    """What is true of the rows written so far; values go to files, counts stay in memory."""

    def __init__(self, spools: dict[str, BinaryIO]) -> None:
        """Keep one spool file for each entity."""
        self.spools = spools
        self.forms: dict[str, dict[str, int]] = {name: {} for name in ENTITIES}
        self.rows_with = dict.fromkeys(ENTITIES, 0)
        self.marks: dict[str, int] = {}
        self.rows = self.people = self.exact = 0

    def add(self, block: Block) -> None:
        """Count a block."""
        self.rows += len(block.number)
        self.people += block.new
        self.exact += block.exact
        for entity in ENTITIES:
            slots = [slot for slot in block.people.slots if slot.entity == entity]
            self.rows_with[entity] += int(np.any([slot.value != 0 for slot in slots], axis=0).sum())
            for slot in slots:
                self.add_slot(slot)
        for name, mask in block.people.marks.items():
            self.marks[name] = self.marks.get(name, 0) + int(mask.sum())

    def add_slot(self, slot: Slot) -> None:
        """Spool the values of one slot and count their forms."""
        there = slot.value != 0
        self.spools[slot.entity].write(slot.value[there].tobytes())
        counts = np.bincount(slot.form[there], minlength=len(slot.forms))
        known = self.forms[slot.entity]
        for form, n in zip(slot.forms, counts.tolist(), strict=True):
            known[form] = known.get(form, 0) + n

    def values(self, entity: str) -> Whole:
        """Return all valid values of an entity, sorted."""
        spool = self.spools[entity]
        spool.flush()
        spool.seek(0)
        values = np.fromfile(spool, np.int64)
        values.sort()
        return values


def groups(people: Whole) -> dict[str, int]:
    """Count distinct resident IDs by sex and by age in full years at the reference date.

    A year is full on the day after the birthday.
    """
    born = people // 1000 % 10**8
    age = REFERENCE_DATE // 10_000 - 1 - born // 10_000  # as the reference date is a New Year's Day
    male = people % 2 == 1
    return {
        "female": int((~male).sum()),
        "male": int(male.sum()),
        "under_14": int((age < 14).sum()),
        "under_18": int((age < 18).sum()),
        "over_60": int((age >= 60).sum()),
    }


def write_truth(truth: Truth, paths: dict[str, Path], about: dict[str, dict[str, object]]) -> None:
    """Write the JSON and the values beside each file."""
    entities: dict[str, dict[str, object]] = {}
    shared: dict[str, object] = {}
    for entity in ENTITIES:
        values = truth.values(entity)
        distinct = np.unique(values)
        if entity == "CN_RESIDENT_ID":
            shared["groups"] = groups(distinct)
        entities[entity] = {
            "occurrences": len(values),
            "distinct": len(distinct),
            "rows": truth.rows_with[entity],
            "forms": {k: n for k, n in truth.forms[entity].items() if n},
        }
        for path in paths.values():
            np.save(path.with_suffix(f".{entity}.npy"), values)
    shared |= {
        "rows": truth.rows,
        "unique_people": truth.people,
        "repeated_rows_exact": truth.exact,
        "repeated_rows_other_number": truth.rows - truth.people - truth.exact,
        "reference_date": REFERENCE_DATE,
        "columns": list(words.HEADINGS),
        "entities": entities,
        "marks": dict(sorted(truth.marks.items())),
    }
    for encoding, path in paths.items():
        text = json.dumps(about[encoding] | shared, ensure_ascii=False, indent=1)
        path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def stem_of(rows: int) -> str:
    """Name a corpus by its size: d1m, d100k, d500."""
    for scale, letter in ((10**6, "m"), (1000, "k")):
        if rows % scale == 0:
            return f"d{rows // scale}{letter}"
    return f"d{rows}"


def make(
    rows: int, out: Path, *, seed: int = 7, encodings: Sequence[str] = ("utf-8",)
) -> dict[str, Path]:
    """Write a corpus in one or more encodings, with its truth.

    Args:
        rows: number of data rows; the heading is one more.
        out: folder to write to; made if need be.
        seed: the same seed and rows give the same people, whatever the encoding.
        encodings: of ``utf-8`` and ``gb18030``.

    Returns:
        The CSV file for each encoding.

    """
    out.mkdir(parents=True, exist_ok=True)
    stem = stem_of(rows)
    paths = {encoding: out / f"{stem}.{SHORT[encoding]}.csv" for encoding in encodings}
    digests = {encoding: hashlib.sha256() for encoding in encodings}
    heading = (",".join(words.HEADINGS) + "\n").encode()
    with ExitStack() as stack:
        spools = {name: stack.enter_context(tempfile.TemporaryFile(dir=out)) for name in ENTITIES}
        files = {encoding: stack.enter_context(path.open("wb")) for encoding, path in paths.items()}
        truth = Truth(spools)
        for block in blocks(rows, seed):
            for piece in (heading, flatten(block)):
                for encoding, file in files.items():
                    raw = piece if encoding == "utf-8" else piece.decode().encode(encoding)
                    file.write(raw)
                    digests[encoding].update(raw)
            heading = b""
            truth.add(block)
        for file in files.values():
            file.flush()
        about: dict[str, dict[str, object]] = {
            encoding: {
                "file": path.name,
                "encoding": encoding,
                "seed": seed,
                "bytes": path.stat().st_size,
                "sha256": digests[encoding].hexdigest(),
            }
            for encoding, path in paths.items()
        }
        write_truth(truth, paths, about)
    return paths


def flatten(block: Block) -> bytes:
    """Put the row numbers in front and drop the padding."""
    number = digits(block.number, 8)
    number[:, :7][np.cumsum(number[:, :7] > ord("0"), axis=1) == 0] = 0
    text = np.hstack([number, block.people.text])
    return text[text != 0].tobytes()


def main() -> None:
    """Read the command line and make a corpus."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--encoding", nargs="+", choices=sorted(SHORT), default=["utf-8"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    paths = make(arguments.rows, arguments.out, seed=arguments.seed, encodings=arguments.encoding)
    for path in paths.values():
        print(path)


if __name__ == "__main__":
    main()
