# SPDX-License-Identifier: Apache-2.0
"""The paper of a call log: calls to protected numbers by day, hour, caller and segment."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from piidetect.report.json import plain
from piidetect.report.paper import Paper
from piidetect.report.shapes import Section, section

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from piidetect.calls import CallLog
    from piidetect.report.shapes import Words

#: Rows of a ranking at most; the library has them all.
MOST = 100


def paper(log: CallLog, words: Words) -> Paper:
    """Return the paper of a call log."""
    made = [
        _frame(
            words,
            "call_numbers",
            "number #calls #callers #days busiest_day #day_calls",
            log.by_number,
        ),
        _frame(words, "call_days", "day number #calls #callers hour #hour_calls", log.by_day),
        _frame(
            words,
            "call_callers",
            "#caller masked province city operator number #calls #days busiest_day #day_calls",
            log.by_caller.drop(columns="segment"),
        ),
        _frame(
            words,
            "call_caller_days",
            "#caller masked day number #calls",
            log.by_caller_and_day.drop(columns="segment"),
        ),
        _frame(
            words,
            "call_segments",
            "segment province city operator day number #calls #callers",
            log.by_segment_and_day,
        ),
        _frame(words, "call_hours", "hour number #calls", log.by_hour),
        _ledger(log, words),
        _sources(log, words),
        _skipped(log, words),
    ]
    return Paper(
        title=words.say("calls.title"),
        facts=[words.say("report.tool", name="piidetect", version=_version())],
        sentences=_sentences(log, words),
        sections=[one for one in made if one.rows],
        data=as_dict(log),
        lang=words.lang,
    )


def as_dict(log: CallLog) -> dict[str, Any]:
    """Return the figures for JSON; of rankings the first hundred rows, and how many there are."""
    ranked = {
        name: getattr(log, name)
        for name in ("by_caller", "by_caller_and_day", "by_segment_and_day")
    }
    return {
        "schema": "piidetect.calls/1",
        "calls": log.total,
        "callers": len(log.callers),
        "by_number": log.by_number.to_dict("records"),
        "by_day": log.by_day.to_dict("records"),
        "by_hour": log.by_hour.to_dict("records"),
        **{name: frame.head(MOST).to_dict("records") for name, frame in ranked.items()},
        "rows_of": {name: len(frame) for name, frame in ranked.items()},
        "ledger": log.ledger,
        "sources": [
            {
                "path": plain(one.path),
                "sha256": one.sha256,
                "complete": one.complete,
                "columns": dict(one.columns),
                "ledger": dict(one.ledger),
            }
            for one in log.sources
        ],
        "skipped": {plain(path): why for path, why in log.skipped.items()},
    }


def _version() -> str:
    from piidetect import __version__

    return __version__


def _sentences(log: CallLog, words: Words) -> list[str]:
    ledger, said = log.ledger, []
    said.append(
        words.say("calls.headline", calls=log.total, rows=ledger["rows"], callers=len(log.callers))
    )
    numbers = log.by_number.to_dict("records")
    said += [words.say("calls.number", **row) for row in numbers if row["calls"]]
    top = log.by_caller_and_day.head(1).to_dict("records")
    said += [words.say("calls.most", **row) for row in top]
    if ledger["no_number"] or ledger["no_time"]:
        said.append(words.say("calls.unread", **ledger))
    copies = Counter(one.sha256 for one in log.sources if one.sha256)
    if any(number > 1 for number in copies.values()):
        said.append(words.say("calls.copies", files=sum(n for n in copies.values() if n > 1)))
    partial = sum(not one.complete for one in log.sources)
    if partial:
        said.append(words.say("calls.partial", files=partial))
    return said


def _cell(name: str, value: Any, words: Words) -> str:
    """Return a cell as it is shown."""
    if name == "hour":
        return words.say("calls.no_hour") if value < 0 else f"{value:02d}:00–{value:02d}:59"
    if name == "operator":
        return words.term("operator", value) if value else ""
    if name == "masked":
        return value or words.say("calls.unknown")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _frame(words: Words, key: str, head: str, frame: pd.DataFrame) -> Section:
    """Return the first rows of a table, with bars by its calls."""
    names = [name.removeprefix("#") for name in head.split()]
    records = (
        frame.head(MOST).to_dict("records") if key != "call_days" else frame.to_dict("records")
    )
    rows = [tuple(_cell(str(name), value, words) for name, value in one.items()) for one in records]
    head = " ".join(_heading(one) for one in head.split())
    made = section(words, key, head, rows, shown=len(rows), all=len(frame))
    if "calls" not in names:
        return made
    numbers = [int(one["calls"]) for one in records]
    most = max(numbers, default=0)
    return replace(made, bars=tuple(number / most for number in numbers) if most else ())


def _heading(name: str) -> str:
    """Return a heading's name in the catalogue, where other papers use the short one otherwise."""
    mark, bare = ("#", name[1:]) if name.startswith("#") else ("", name)
    own = {"number", "calls", "caller", "callers", "days", "day", "hour", "masked", "segment"}
    return f"{mark}call_{bare}" if bare in own else name


def _ledger(log: CallLog, words: Words) -> Section:
    rows: Sequence[tuple[str, str]] = [
        (words.term("call_row", name), f"{number:,}")
        for name, number in log.ledger.items()
        if number or name in ("rows", "counted")
    ]
    return section(words, "call_ledger", "call_row #call_rows", rows)


def _sources(log: CallLog, words: Words) -> Section:
    rows = [
        (
            plain(one.path),
            *(one.columns[name] for name in ("caller", "callee", "time")),
            f"{one.ledger['rows']:,}",
            f"{one.ledger['counted']:,}",
        )
        for one in log.sources
    ]
    head = "source column_caller column_callee column_time #call_rows #call_calls"
    return section(words, "call_sources", head, rows)


def _skipped(log: CallLog, words: Words) -> Section:
    rows = [(plain(path), why) for path, why in log.skipped.items()]
    return section(words, "call_skipped", "source call_why", rows)
