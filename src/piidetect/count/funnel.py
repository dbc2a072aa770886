# SPDX-License-Identifier: Apache-2.0
"""The funnel: from the rows seized to the records that count, each row left out for one reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from piidetect.errors import CaseError
from piidetect.schema import RowKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from piidetect.count.identifiability import Identifiability

#: Reasons for 'untrue' in the order in which they are asked; a record goes by the first it has.
UNTRUE: tuple[tuple[Verdict, str], ...] = (
    (Verdict.INVALID_CHECKSUM, "only numbers whose check digit is wrong"),
    (Verdict.INVALID_DATE, "only values with a date that cannot be"),
    (Verdict.INVALID_LENGTH, "only numbers of a wrong length"),
    (Verdict.INVALID_FORMAT, "only numbers of a wrong form"),
    (Verdict.PRECISION_LOST, "only numbers whose last digits a spreadsheet destroyed"),
    (Verdict.MASKED, "only values with characters masked out"),
    (Verdict.PLACEHOLDER, "only placeholder values"),
    (Verdict.UNASSIGNED, "only numbers of segments that were never assigned"),
    (Verdict.IOT, "only numbers of machines (Internet of Things)"),
    (Verdict.SERVICE_NUMBER, "only public service numbers"),
    (Verdict.UNKNOWN_REGION, "only IDs whose division code was never in force"),
    (Verdict.UNCHECKED, "only digits that may be an ID but are nowhere called one"),
)

SEIZED = "every data row of every source, blank ones included"
BLANK = "nothing but spaces, delimiters and quotes"
REPEATED_HEADER = "the heading again"
NO_PERSONAL_INFORMATION = "no value of any entity"
NOT_IDENTIFIABLE = "no ID, and no name together with a contact or an address"
DUPLICATE_CONTENT = "the same cells as a record counted before"
DUPLICATE_INFORMATION = "the same personal information as a record counted before, in other cells"
COUNTED = "identifiable, true and not a duplicate"


class Group(NamedTuple):
    """Records that are alike: their kind, mask and flaws, and how many they are."""

    kind: int
    mask: int
    flaws: int
    records: int


@dataclass(frozen=True)
class Step:
    """One step: how many records it leaves out, how many remain after it, and why."""

    step: str
    excluded: int
    remaining: int
    reason: str


def classify(group: Group, rule: Identifiability) -> str:
    """Return the step that leaves a record out, '' if it is identifiable.

    The steps are asked in this order: blank, repeated_header, no_personal_information,
    untrue:<reason>, not_identifiable.
    """
    if group.kind == RowKind.BLANK:
        return "blank"
    if group.kind == RowKind.REPEATED_HEADER:
        return "repeated_header"
    if rule.holds(group.mask, group.flaws):
        return ""
    if group.mask:
        return "not_identifiable"
    for verdict, _reason in UNTRUE:
        if group.flaws >> verdict & 1:
            return f"untrue:{verdict.name.lower()}"
    return "no_personal_information"


def funnel(
    groups: Iterable[Group],
    rule: Identifiability,
    *,
    pairs: int,
    information: int,
) -> tuple[Step, ...]:
    """Return the steps.

    Args:
        groups: all records by kind, mask and flaws.
        rule: when a record identifies somebody.
        pairs: how many different pairs of cells and information identifiable records have.
        information: how many different informations they have.

    Raises:
        CaseError: the records left out and those that count don't add up to the rows.
    """
    excluded: dict[str, int] = {}
    rows = 0
    for group in groups:
        rows += group.records
        step = classify(group, rule)
        excluded[step] = excluded.get(step, 0) + group.records
    identifiable = excluded.pop("", 0)
    excluded["duplicate_content"] = identifiable - pairs
    excluded["duplicate_information"] = pairs - information
    steps = [Step("seized", 0, rows, SEIZED)]
    for name, reason in _order():
        number = excluded.get(name, 0)
        if number or not name.startswith("untrue:"):
            steps.append(Step(name, number, steps[-1].remaining - number, reason))
    steps.append(Step("counted", 0, steps[-1].remaining, COUNTED))
    if steps[-1].remaining != information or any(step.excluded < 0 for step in steps):
        msg = (
            f"the records left out ({rows - steps[-1].remaining}) and those that count ({information}) "
            f"don't add up to the {rows} rows; the case is damaged: scan the sources again"
        )
        raise CaseError(msg)
    return tuple(steps)


def _order() -> list[tuple[str, str]]:
    untrue = [(f"untrue:{verdict.name.lower()}", reason) for verdict, reason in UNTRUE]
    return [
        ("blank", BLANK),
        ("repeated_header", REPEATED_HEADER),
        ("no_personal_information", NO_PERSONAL_INFORMATION),
        *untrue,
        ("not_identifiable", NOT_IDENTIFIABLE),
        ("duplicate_content", DUPLICATE_CONTENT),
        ("duplicate_information", DUPLICATE_INFORMATION),
    ]
