# SPDX-License-Identifier: Apache-2.0
"""The benchmarks' scores: multisets are compared, spans are read back and made canonical."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from types import ModuleType

BODY = 11010118991231001


@pytest.fixture(scope="module")
def scoring() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
        return importlib.import_module("scoring")


def spans(*texts: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    raw = [text.encode() for text in texts]
    length = np.array([len(text) for text in raw])
    start = np.concatenate([[0], np.cumsum(length)[:-1]])
    return np.frombuffer(b"".join(raw), np.uint8), start, length


def test_forms_of_one_id_become_one_value(scoring: ModuleType) -> None:
    plain = f"{BODY}X"
    wide = plain.translate({ord("0") + i: 0xFF10 + i for i in range(10)} | {ord("X"): "Ｘ"})
    grouped = f"{plain[:6]} {plain[6:14]} {plain[14:]}"
    text = scoring.gathered(
        *spans(plain, plain.lower(), wide, grouped, grouped.replace(" ", "-"), "'" + plain)
    )
    assert set(scoring.canonical("CN_RESIDENT_ID", text).tolist()) == {BODY}


def test_fifteen_digits_are_unified(scoring: ModuleType) -> None:
    text = scoring.gathered(*spans("110101050101001"))
    assert scoring.canonical("CN_RESIDENT_ID", text).tolist() == [11010119050101001]


def test_country_codes_are_cut(scoring: ModuleType) -> None:
    forms = (
        "13800138000",
        "+8613800138000",
        "+86 138-0013-8000",
        "008613800138000",
        "１３８００１３８０００",
    )
    text = scoring.gathered(*spans(*forms))
    assert set(scoring.canonical("CN_MOBILE", text).tolist()) == {13800138000}


def test_emails_are_compared_in_lower_case(scoring: ModuleType) -> None:
    text = scoring.gathered(*spans("A.b@Example.org", "a.b@example.org", "c@example.org"))
    first, second, third = scoring.canonical("EMAIL_ADDRESS", text).tolist()
    assert first == second != third
    assert scoring.canonical_emails(["A.B@example.org"]).tolist() == [first]


def test_a_number_found_too_often_is_a_false_positive(scoring: ModuleType) -> None:
    figures = scoring.matched(np.array([5, 5, 7, 9]), np.array([5, 7, 7]))
    assert figures == (2, 4, 3, 3, 2)
    score = scoring.Score.of(*figures)
    assert score == pytest.approx((0.5, 2 / 3, 0.5))


def test_rows_of_gb18030_are_found_in_utf8(scoring: ModuleType, tmp_path: Path) -> None:
    text = "名,号\n刘𬭚,1\n张玥,2\n"
    path = tmp_path / "d2.gb18030.csv"
    path.write_bytes(text.encode("gb18030"))
    offsets = [len(part.encode("gb18030")) for part in ("名,号\n", "名,号\n刘𬭚,1\n")]
    data, starts = scoring.utf8_text(path, np.array(offsets))
    assert data.tobytes().decode() == text
    assert starts.tolist() == [len(part.encode()) for part in ("名,号\n", "名,号\n刘𬭚,1\n")]
