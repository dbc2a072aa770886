# SPDX-License-Identifier: Apache-2.0
"""What a report has beside its figures where it is asked for: is it true, and who was hit where.

It takes two more passes over the tables of the case, so a scan leaves it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piidetect.report import groups, truth
from piidetect.sampling.truth import WARNINGS

if TYPE_CHECKING:
    from piidetect.case import Case
    from piidetect.report.shapes import Report, Section, Words


def add(report: Report, case: Case) -> None:
    """Add ``truth``, ``places``, ``sectors`` and the disabled; warnings of truth become alerts."""
    checks = truth.plain_rows(case.truth)
    report["truth"] = checks
    report["places"] = case.places.to_dict("records")
    report["sectors"] = case.sectors.reset_index().to_dict("records")
    report["groups"] = groups.groups_of(case)
    report["alerts"] += [_alert(row) for row in checks if row["verdict"] in WARNINGS]


def _alert(row: dict[str, Any]) -> dict[str, Any]:
    """Return a warning as an alert; its message is English, as that of every alert."""
    from piidetect.report import words

    message = truth.warning(row, words("en"))
    names = ("source", "code", "message", "row", "byte_offset")
    return dict(zip(names, (row["source"], "doubtful", message, None, None), strict=True))


def sections(report: Report, words: Words) -> tuple[list[Section], list[Section]]:
    """Return the sections of who was hit where, and that of truth, of what :func:`add` added."""
    import pandas as pd

    places = pd.DataFrame(report["places"], columns=groups.PLACES)
    sectors = pd.DataFrame(report["sectors"], columns=["sector", *groups.SECTOR])
    where = [
        *groups.of_places(places, words),
        groups.of_sectors(sectors.set_index("sector"), words),
    ]
    return where, [truth.checks(report["truth"], words)]
