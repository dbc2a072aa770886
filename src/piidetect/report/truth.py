# SPDX-License-Identifier: Apache-2.0
"""Is it true? The list of all checks that need nobody to be asked, with their warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.count.columns import count_columns
from piidetect.report.json import plain
from piidetect.report.paper import Paper
from piidetect.report.sampling import facts
from piidetect.report.shapes import section
from piidetect.sampling.truth import WARNINGS, checks_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    import pandas as pd

    from piidetect.case import Case
    from piidetect.report.shapes import Section, Words
    from piidetect.sampling.truth import Check

_DIGITS = 6


def table_of(case: Case) -> pd.DataFrame:
    """Return one row a check: source, column, header, entity, check, figures and verdict.

    Raises:
        CaseError: a table is damaged.
    """
    import pandas as pd

    metas = [part.meta for part in case.parts]
    checks = checks_of(count_columns(case.folder, threads=case.threads), metas)
    rows = [_row(one, metas) for one in checks]
    names = ["source", "column", "header", "entity", "check", "tested", "passed", "failed"]
    names += ["not_comparable", "low", "high", "detail", "verdict"]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({"column": "Int64"})


def _row(one: Check, metas: Sequence[Any]) -> dict[str, Any]:
    meta = metas[one.part]
    headers = {column["position"]: column["header"] for column in meta["columns"]}
    return {
        **one._asdict(),
        "source": plain(meta["path"]),
        "header": headers.get(one.column, ""),
        "low": _rounded(one.low),
        "high": _rounded(one.high),
    }


def _rounded(bound: Fraction | None) -> float | None:
    return None if bound is None else round(float(bound), _DIGITS)


def paper(case: Case, words: Words) -> Paper:
    """Return the paper of the checks; the warnings are its sentences."""
    table = case.truth
    rows = table.to_dict("records")
    warnings = [row for row in rows if row["verdict"] in WARNINGS]
    return Paper(
        title=words.say("truth.title"),
        facts=facts(case, words),
        sentences=[
            words.say("truth.headline", checks=len(rows), warnings=len(warnings)),
            *(warning(row, words) for row in warnings),
        ],
        sections=[checks(rows, words)],
        data={
            "schema": "piidetect.truth/1",
            "case": {"id": case.id, "reference_date": case.meta["reference_date"]},
            "checks": plain_rows(table),
        },
        lang=words.lang,
    )


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the checks for JSON."""
    return [_plain(row) for row in table.to_dict("records")]


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row of the table for JSON."""
    none = {name for name in ("column", "low", "high") if row[name] != row[name]}
    column = None if "column" in none or row["column"] is None else row["column"]
    whole = int(column) if isinstance(column, int) else None
    return {**row, **dict.fromkeys(none), "column": whole}


def _place(row: dict[Any, Any], words: Words) -> str:
    """Return where a column is: its heading, else its position."""
    if not isinstance(row["column"], int):
        return words.say("truth.text")
    return str(row["header"]) or words.say("truth.column", position=row["column"] + 1)


def warning(row: dict[Any, Any], words: Words) -> str:
    """Return what is not as it should be, as a sentence."""
    return words.say(
        f"truth_warning.{row['verdict']}",
        source=row["source"],
        column=_place(row, words),
        entity=words.entity(row["entity"]) if row["entity"] else "",
        check=words.term("check", row["check"]),
        tested=row["tested"],
        passed=row["passed"],
        failed=row["failed"],
        rate=row["passed"] / max(row["tested"], 1),
        longest=row["detail"],
    )


def checks(rows: list[dict[Any, Any]], words: Words) -> Section:
    """Return the table of the checks."""
    shown = [
        (
            row["source"],
            _place(row, words),
            words.entity(row["entity"]) if row["entity"] else "",
            words.term("check", row["check"]),
            f"{row['tested']:,}",
            f"{row['passed']:,}",
            f"{row['failed']:,}",
            f"{row['not_comparable']:,}" if row["not_comparable"] else "",
            _interval(row),
            row["detail"],
            words.term("truth_verdict", row["verdict"]),
        )
        for row in rows
    ]
    head = "source header entity check #tested #passed #failed #not_comparable"
    return section(words, "truth", f"{head} #interval detail truth_verdict", shown)


def _interval(row: dict[Any, Any]) -> str:
    low, high = row["low"], row["high"]
    return "" if low is None or low != low else f"{low:.1%}–{high:.1%}"  # noqa: PLR0124
