# SPDX-License-Identifier: Apache-2.0
"""The corpora's truth agrees with a slow reader that shares no code with the generator."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import importlib.util
import io
import json
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
ROWS = 2000
#: First two digits of division codes that exist; the corpora's unknown codes inside them.
PROVINCES = {
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
}
PROVINCES |= {81, 82, 83}
NEVER_IN_FORCE = {"110999", "339999"}
MAIL = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@pytest.fixture(scope="module")
def corpora() -> Iterator[ModuleType]:
    """Load benchmarks/corpora.py, which is no package."""
    sys.path.insert(0, str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location("corpora", BENCHMARKS / "corpora.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def made(corpora: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make one small corpus in both encodings."""
    folder = tmp_path_factory.mktemp("corpus")
    return corpora.make(ROWS, folder, seed=11, encodings=("utf-8", "gb18030"))


def resident_id(text: str, *, short: bool) -> int | None:
    """Return the first 17 digits of a valid resident ID."""
    if len(text) == 15 and short and text.isdigit():
        text = text[:6] + "19" + text[6:]
    elif len(text) == 18 and text[:17].isdigit():
        total = 0
        for i, character in enumerate(text.upper()):
            total += (10 if character == "X" else int(character)) * pow(2, 17 - i, 11)
        if total % 11 != 1:
            return None
    else:
        return None
    try:
        dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None
    if int(text[:2]) not in PROVINCES or text[:6] in NEVER_IN_FORCE:
        return None
    return int(text[:17])


def mobile(text: str) -> int | None:
    """Return a mobile number without its country code."""
    for prefix in ("0086", "86"):
        if len(text) == 11 + len(prefix) and text.startswith(prefix):
            text = text[len(prefix) :]
    return int(text) if len(text) == 11 and text[0] == "1" and text[1] in "3456789" else None


def bank_card(text: str) -> int | None:
    """Return a card number that passes Luhn and isn't an ID by its date."""
    if len(text) not in (16, 18, 19) or text[:2] not in ("62", "43", "69"):
        return None
    if len(text) == 18 and text[6:8] in ("18", "19", "20"):
        return None
    odd = sum(int(c) for c in text[::-1][::2])
    even = sum(sum(divmod(2 * int(c), 10)) for c in text[::-1][1::2])
    return int(text) if (odd + even) % 10 == 0 else None


def candidates(cell: str) -> Iterator[str]:
    """Yield runs of ASCII letters and digits, and runs joined by single spaces or dashes."""
    text = unicodedata.normalize("NFKC", cell)
    run: list[str] = []
    groups: list[str] = []
    for before, character in zip(" " + text, text + "\n", strict=False):
        if character.isascii() and character.isalnum():
            run.append(character)
            continue
        if run:
            groups.append("".join(run))
            run = []
        if character in " -" and before.isascii() and before.isalnum():
            continue
        yield from joined(groups)
        groups = []


def joined(groups: list[str]) -> Iterator[str]:
    """Yield each group, and all together where the groups are those of a number."""
    yield from groups
    sizes = [len(group) for group in groups]
    usual = ([6, 8, 4], [3, 4, 4], [2, 11], [4, 4, 4, 4], [4, 4, 4, 4, 2], [4, 4, 4, 4, 3])
    if sizes in usual and sizes != [2, 11]:
        yield "".join(groups)


def mails(cell: str) -> Iterator[str]:
    """Yield the addresses around each @."""
    for at, character in enumerate(cell):
        if character == "@":
            start, stop = at, at + 1
            while start > 0 and cell[start - 1] in MAIL:
                start -= 1
            while stop < len(cell) and cell[stop] in MAIL:
                stop += 1
            yield cell[start:stop]


def fnv(text: str) -> int:
    """Return FNV-1a, 64 bits, as a signed number."""
    state = 0xCBF29CE484222325
    for byte in text.lower().encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return state - 2**64 if state >= 2**63 else state


def slow_count(rows: list[list[str]], id_column: int) -> dict[str, Counter[int]]:
    """Read all valid values, cell by cell."""
    found: dict[str, Counter[int]] = {
        name: Counter() for name in ("CN_RESIDENT_ID", "CN_MOBILE", "CN_BANK_CARD", "EMAIL_ADDRESS")
    }
    for row in rows:
        for column, cell in enumerate(row):
            for text in candidates(cell):
                short = column == id_column
                checks = (
                    (
                        "CN_RESIDENT_ID",
                        resident_id(text, short=short) if text[:1].isdigit() else None,
                    ),
                    ("CN_MOBILE", mobile(text) if text.isdigit() else None),
                    ("CN_BANK_CARD", bank_card(text) if text.isdigit() else None),
                )
                for entity, value in checks:
                    if value is not None:
                        found[entity][value] += 1
            found["EMAIL_ADDRESS"].update(map(fnv, mails(cell)))
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_truth_agrees_with_a_slow_reader(made: dict[str, Path], encoding: str) -> None:
    path = made[encoding]
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    raw = path.read_bytes()
    heading, *rows = csv.reader(io.StringIO(raw.decode(encoding), newline=""))
    assert heading == truth["columns"]
    assert {len(row) for row in rows} == {13}
    assert len(rows) == truth["rows"] == ROWS
    assert len(raw) == truth["bytes"]
    assert hashlib.sha256(raw).hexdigest() == truth["sha256"]
    for entity, found in slow_count(rows, heading.index("身份证号")).items():
        values = np.load(path.with_suffix(f".{entity}.npy"))
        assert Counter(values.tolist()) == found, entity
        assert truth["entities"][entity]["occurrences"] == found.total()
        assert truth["entities"][entity]["distinct"] == len(found)
        assert sum(truth["entities"][entity]["forms"].values()) == found.total()


def test_repeated_rows_are_as_told(made: dict[str, Path]) -> None:
    path = made["utf-8"]
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    _, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    assert len({tuple(row[1:]) for row in rows}) == truth["unique_people"]
    assert ROWS - len({tuple(row) for row in rows}) == truth["repeated_rows_exact"] > 0
    assert truth["repeated_rows_other_number"] > 0


def test_both_encodings_hold_the_same_text(made: dict[str, Path]) -> None:
    assert made["utf-8"].read_bytes().decode() == made["gb18030"].read_bytes().decode("gb18030")


def test_the_seed_decides(corpora: ModuleType, made: dict[str, Path], tmp_path: Path) -> None:
    same = corpora.make(ROWS, tmp_path / "same", seed=11)["utf-8"].read_bytes()
    other = corpora.make(ROWS, tmp_path / "other", seed=12)["utf-8"].read_bytes()
    assert same == made["utf-8"].read_bytes()
    assert same != other


def test_blocks_repeat_people_of_the_first(
    corpora: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpora, "CHUNK_ROWS", 200)
    path = corpora.make(1000, tmp_path, seed=3)["utf-8"]
    _, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    first = {tuple(row[1:]) for row in rows[:200]}
    later = sum(tuple(row[1:]) in first for row in rows[200:])
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert later > 0
    assert len({tuple(row[1:]) for row in rows}) == truth["unique_people"]
    assert 1000 - len({tuple(row) for row in rows}) == truth["repeated_rows_exact"]
    found = slow_count(rows, 2)["CN_RESIDENT_ID"]
    assert Counter(np.load(path.with_suffix(".CN_RESIDENT_ID.npy")).tolist()) == found


def test_masked_and_damaged_numbers_are_no_truth(made: dict[str, Path]) -> None:
    truth = json.loads(made["utf-8"].with_suffix(".json").read_text(encoding="utf-8"))
    forms = truth["entities"]["CN_RESIDENT_ID"]["forms"]
    assert not {"masked", "empty", "scientific", "zeroed"} & set(forms)
    assert {
        "plain",
        "lower_x",
        "full_width",
        "spaced",
        "hyphenated",
        "quote_prefixed",
        "fifteen",
    } == set(forms)
