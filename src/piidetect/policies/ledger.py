# SPDX-License-Identifier: Apache-2.0
"""Where every row of a case went: the funnel under a policy's own rule, and the ledger R0 to R12.

The rows are those that count and those left out, each for one reason; that they add up is checked
whenever a ledger is made, not only said.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from piidetect.case_folder import names_of
from piidetect.count.distinct import distinct_values
from piidetect.count.funnel import funnel
from piidetect.count.informations import MEMORY
from piidetect.errors import ArgumentError, CaseError
from piidetect.policies.classify import is_company

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from piidetect.case_folder import Folder
    from piidetect.count import Counts, Identifiability, Step
    from piidetect.count.informations import Informations
    from piidetect.policies.model import Tiers


def without(folder: Folder, patterns: Sequence[str]) -> Folder:
    """Return a case without the sources that match a pattern: a path, or one with * and ?.

    Raises:
        ArgumentError: a pattern matches no source.
    """
    kept = list(folder.parts)
    for pattern in patterns:
        rest = [part for part in folder.parts if not _matches(part.meta["path"], pattern)]
        if len(rest) == len(folder.parts):
            msg = f"public source {pattern!r} is none of the case's sources; see Case.sources"
            raise ArgumentError(msg)
        kept = [part for part in kept if part in rest]
    return replace(folder, parts=tuple(kept))


def _matches(path: str, pattern: str) -> bool:
    return path == pattern or fnmatchcase(path, pattern)


def counted(
    found: Informations, rule: Identifiability, body: Tiers, *, companies: bool
) -> dict[int, int]:
    """Return mask → different informations that count.

    Args:
        found: the different records.
        rule: when a record identifies somebody.
        body: the policy.
        companies: whether records that tell of a company count.
    """
    return {
        held: number
        for held, number in sorted(found.information.items())
        if rule.keeps(held) and (companies or not is_company(held, body.identifiable))
    }


def ledger(
    counts: Counts,
    found: Informations,
    rule: Identifiability,
    *,
    public: int,
    companies: int,
    total: int,
) -> dict[str, Any]:
    """Return the rows and where they went.

    Args:
        counts: the figures of the case.
        found: its different records.
        rule: when a record identifies somebody.
        public: records left out as publicly known.
        companies: records left out as contacts of companies.
        total: the records that count.

    Raises:
        CaseError: they don't add up.
    """
    kept = [held for held in found.information if rule.keeps(held)]
    steps = funnel(
        counts.alike,
        rule,
        pairs=sum(found.pairs[held] for held in kept),
        information=sum(found.information[held] for held in kept),
    )
    extra = {"public_information": public, "company_contact": companies}
    return _sums(counts, steps, extra, total)


def as_scanned(counts: Counts) -> dict[str, Any]:
    """Return the rows and where they went under the rule that the case was scanned with.

    Raises:
        CaseError: they don't add up.
    """
    return _sums(counts, counts.funnel, {}, counts.funnel[-1].remaining)


def _sums(
    counts: Counts, steps: Sequence[Step], extra: Mapping[str, int], total: int
) -> dict[str, Any]:
    excluded = {step.step: step.excluded for step in steps[1:-1]} | dict(extra)
    rows = steps[0].remaining
    out = sum(excluded.values())
    if rows != total + out or min(excluded.values()) < 0:
        msg = (
            f"{rows} rows are not {total} that count and {out} left out; "
            "the case is damaged: restore it from a copy or scan the sources again"
        )
        raise CaseError(msg)
    return {
        "rows": rows,
        "excluded": [{"step": step, "number": number} for step, number in excluded.items()],
        "counted": total,
        "identity": f"{rows} = {total} + {out}",
        "steps": _steps(counts, steps),
    }


def _steps(counts: Counts, steps: Sequence[Step]) -> list[dict[str, Any]]:
    left: dict[str, int] = {}
    for step in steps:
        left[step.step.partition(":")[0]] = step.remaining
    after_untrue = left.get("untrue", left["no_personal_information"])
    persons = counts.persons
    valid = {name: value["distinct_valid"] for name, value in counts.entities.items()}
    return [
        {"step": "R0", "value": {"sources": counts.sources, "bytes": counts.bytes}},
        {"step": "R1", "value": {"rows": counts.rows}},
        {"step": "R2", "value": {"rows": left["repeated_header"]}},
        {"step": "R3", "value": {"rows": left["no_personal_information"]}},
        {"step": "R4", "value": {"rows": left["not_identifiable"]}},
        {"step": "R5", "value": {"rows": after_untrue}},
        {"step": "R6", "value": {"records": left["duplicate_content"]}},
        {"step": "R8", "value": {"records": left["duplicate_information"], **valid}},
        {
            "step": "R9",
            "value": {"low": persons.low, "point": persons.point, "high": persons.high},
        },
        {
            "step": "R12",
            "value": {name: one["findings"] for name, one in counts.entities.items()},
        },
    ]


def within_sources(folder: Folder, counts: Counts, threads: int) -> dict[str, int]:
    """Return the distinct valid values by entity, each source by itself, added up (R7)."""
    if len(folder.parts) <= 1:
        return {name: one["distinct_valid"] for name, one in counts.entities.items()}
    sums: dict[str, int] = dict.fromkeys(counts.entities, 0)
    for part in folder.parts:
        for name, number in distinct_values(
            [part.findings], MEMORY, threads, names=names_of(folder.meta)
        ).valid.items():
            sums[name] += number
    return sums


def insert(found: dict[str, Any], step: str, value: Mapping[str, Any]) -> None:
    """Put a step into a ledger, in the order of the numbers."""
    found["steps"].append({"step": step, "value": dict(value)})
    found["steps"].sort(key=lambda one: int(one["step"][1:]))
