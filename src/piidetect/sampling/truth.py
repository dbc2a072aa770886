# SPDX-License-Identifier: Apache-2.0
"""What can be checked of the truth of a column without asking anybody: one list of checks.

Each check says what was tested, what passed and how that compares with chance. A verdict is a warning
for people to look into: no count depends on it.

A check digit passes by chance once in eleven (MOD 11-2) or ten (Luhn) times. Where the 99 %
interval of the rate (Clopper-Pearson, above 1,000 numbers Chernoff's bound) reaches down to that, the numbers are as good as random and the
column is no column of such numbers (``chance``); where it lies below one half, they are a mixture
(``mixed``). A sex agrees by chance every second time.
"""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from piidetect.sampling.bounds import binomial_lower, binomial_upper
from piidetect.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from piidetect.count.columns import ColumnCount

#: The verdicts that are warnings.
WARNINGS = ("chance", "mixed", "enumerated", "disagree", "placeholders", "repeated")

#: By chance: how often a check digit is right, and a sex agrees.
CHANCE = {"CN_RESIDENT_ID": Fraction(1, 11), "CN_BANK_CARD": Fraction(1, 10)}
SEX_CHANCE = Fraction(1, 2)

_ALPHA = Fraction(1, 100)
_EXACT = 1000  # numbers for which exact bounds take no time
_STEPS = 10**9
_HALF = Fraction(1, 2)
_AGREES = Fraction(9, 10)
_FEWEST = 30
_LONG_RUN = 100
_RUNS = Fraction(1, 10)
_FILLED_IN = Fraction(1, 100)
_REPEATED = Fraction(1, 10)
_PASSED = (Verdict.VALID, Verdict.UNKNOWN_REGION)
_ONE_PERSONS = ("CN_RESIDENT_ID", "CN_MOBILE", "CN_BANK_CARD", "EMAIL_ADDRESS")


class Check(NamedTuple):
    """One check of a column; ``column`` is None for rows scanned as text.

    ``low`` and ``high`` bound the rate of ``passed`` in ``tested`` (99 %), None where it is no rate;
    ``detail`` is the longest run of an enumeration, the widths, or None.
    """

    part: int
    column: int | None
    entity: str
    check: str
    tested: int
    passed: int
    failed: int
    not_comparable: int
    low: Fraction | None
    high: Fraction | None
    detail: str
    verdict: str


def checks_of(
    counts: Sequence[ColumnCount], parts: Sequence[Mapping[str, Any]]
) -> tuple[Check, ...]:
    """Return the checks of all columns, by part, column, entity and check.

    Args:
        counts: see :func:`piidetect.count.columns.count_columns`.
        parts: what each ``part.json`` says.
    """
    by_column: dict[tuple[int, int | None, str], dict[Verdict, ColumnCount]] = {}
    for one in counts:
        by_column.setdefault((one.part, one.column, one.entity), {})[one.verdict] = one
    found: list[Check] = []
    for (part, column, entity), own in by_column.items():
        tally = Counter({verdict: one.findings for verdict, one in own.items()})
        roles = {one["position"]: one["entity"] for one in parts[part]["columns"]}
        rows = [
            _check_digit(entity, tally, held=roles.get(column) == entity),
            *_components(entity, tally),
            _placeholders(tally),
            _uniqueness(entity, own),
        ]
        found += [_check(part, column, entity, row) for row in rows if row is not None]
    for part, meta in enumerate(parts):
        checks = meta.get("checks") or {}
        found += _sequences(part, meta, checks.get("sequences", ()))
        found += _agreements(part, checks.get("agreements", ()))
    return tuple(sorted(found, key=_order))


def _order(one: Check) -> tuple[Any, ...]:
    return (one.part, one.column is None, one.column or 0, one.entity, one.check)


class _Row(NamedTuple):
    check: str
    tested: int
    passed: int
    verdict: str
    low: Fraction | None = None
    high: Fraction | None = None
    detail: str = ""
    not_comparable: int = 0


def _check(part: int, column: int | None, entity: str, row: _Row) -> Check:
    return Check(
        *(part, column, entity, row.check, row.tested, row.passed, row.tested - row.passed),
        *(row.not_comparable, row.low, row.high, row.detail, row.verdict),
    )


def rate_bounds(tested: int, passed: int) -> tuple[Fraction, Fraction]:
    """Return a 99 % interval of a rate: exact for few numbers, for many one that is somewhat wider.

    Chernoff's bound: a rate p gives so few or so many with a chance of at most exp(-n KL(passed/n, p)).
    Both ends are rounded outwards to 10^-9, so that they are the same everywhere.
    """
    if tested <= _EXACT:
        return binomial_lower(tested, passed, _ALPHA), binomial_upper(tested, passed, _ALPHA)
    return _chernoff(tested, passed), 1 - _chernoff(tested, tested - passed)


def _chernoff(tested: int, passed: int) -> Fraction:
    """Return the lower end."""
    rate, limit = passed / tested, math.log(2 / float(_ALPHA)) / tested
    low, high = 0, int(rate * _STEPS)
    while low < high:  # the least step that is near enough
        middle = (low + high) // 2
        far = middle == 0 or _divergence(rate, middle / _STEPS) > limit
        low, high = (middle + 1, high) if far else (low, middle)
    return Fraction(max(low - 1, 0), _STEPS)


def _divergence(rate: float, other: float) -> float:
    """Return the divergence of Kullback and Leibler of two rates."""
    found = rate * math.log(rate / other) if rate else 0.0
    return found + ((1 - rate) * math.log((1 - rate) / (1 - other)) if rate < 1 else 0.0)


def rate_verdict(tested: int, passed: int, chance: Fraction) -> tuple[str, Fraction, Fraction]:
    """Return the verdict on a rate of right check digits, and its exact 99 % interval.

    >>> rate_verdict(1000, 91, Fraction(1, 11))[0], rate_verdict(1000, 950, Fraction(1, 11))[0]
    ('chance', 'fine')
    >>> rate_verdict(1000, 300, Fraction(1, 11))[0], rate_verdict(29, 0, Fraction(1, 11))[0]
    ('mixed', 'few')
    """
    low, high = rate_bounds(tested, passed)
    if tested < _FEWEST:
        verdict = "few"
    elif low <= chance:
        verdict = "chance"
    else:
        verdict = "mixed" if high < _HALF else "fine"
    return verdict, low, high


def _check_digit(entity: str, tally: Counter[Verdict], *, held: bool) -> _Row | None:
    """Return how often the check digit is right.

    In a column that isn't known to hold IDs only 18 digits with a plausible date are findings, so
    only those count; cards with a wrong check digit are findings in a column of cards only.
    """
    if entity not in CHANCE or (entity == "CN_BANK_CARD" and not held):
        return None
    passed = sum(tally[verdict] for verdict in _PASSED)
    passed += tally[Verdict.INVALID_DATE] if held else 0
    tested = passed + tally[Verdict.INVALID_CHECKSUM]
    if not tested:
        return None
    verdict, low, high = rate_verdict(tested, passed, CHANCE[entity])
    return _Row("check_digit", tested, passed, verdict, low, high)


def _components(entity: str, tally: Counter[Verdict]) -> Iterator[_Row]:
    """Yield dates, regions and segments: what a number with a right check digit can still have wrong."""
    for check, owner, wrong in (
        ("date", "CN_RESIDENT_ID", Verdict.INVALID_DATE),
        ("division", "CN_RESIDENT_ID", Verdict.UNKNOWN_REGION),
        ("segment", "CN_MOBILE", Verdict.UNASSIGNED),
    ):
        tested = tally[Verdict.VALID] + tally[wrong]
        if entity == owner and tested:
            low, high = rate_bounds(tested, tally[Verdict.VALID])
            few = tested < _FEWEST
            verdict = "few" if few else "mixed" if high < _HALF else "fine"
            yield _Row(check, tested, tally[Verdict.VALID], verdict, low, high)


def _placeholders(tally: Counter[Verdict]) -> _Row | None:
    filled, tested = tally[Verdict.PLACEHOLDER], sum(tally.values())
    if not filled:
        return None
    verdict = "placeholders" if filled >= _FILLED_IN * tested else "fine"
    return _Row("placeholder", tested, tested - filled, verdict)


def _uniqueness(entity: str, own: Mapping[Verdict, ColumnCount]) -> _Row | None:
    if entity not in _ONE_PERSONS or Verdict.VALID not in own:
        return None
    one = own[Verdict.VALID]
    repeated = one.findings >= _FEWEST and one.distinct < _REPEATED * one.findings
    return _Row("uniqueness", one.findings, one.distinct, "repeated" if repeated else "fine")


def _sequences(
    part: int, meta: Mapping[str, Any], sequences: Iterable[Mapping[str, Any]]
) -> Iterator[Check]:
    """Yield enumerated blocks and widths; the entity is that of the column's role."""
    roles = {one["position"]: one["entity"] for one in meta["columns"]}
    for one in sequences:
        numbers, pairs = one["numbers"], max(one["numbers"] - 1, 0)
        entity = roles.get(one["column"], "")
        many = numbers >= _FEWEST and one["consecutive"] >= _RUNS * pairs
        verdict = "enumerated" if many or one["longest"] >= _LONG_RUN else "fine"
        passed = pairs - one["consecutive"]
        row = _Row("enumeration", pairs, passed, verdict, detail=str(one["longest"]))
        yield _check(part, one["column"], entity, row)
        width = f"{one['shortest']}-{one['widest']}"
        yield _check(
            part, one["column"], entity, _Row("width", numbers, numbers, "fine", detail=width)
        )


def _agreements(part: int, agreements: Iterable[Mapping[str, Any]]) -> Iterator[Check]:
    """Yield how a column agrees with the ID of its row.

    People move and divisions change, so a region that differs is no warning.
    """
    for one in agreements:
        tested = one["agree"] + one["disagree"]
        low, high = rate_bounds(tested, one["agree"]) if tested else (None, None)
        verdict = "few"
        if low is not None and high is not None and tested >= _FEWEST:
            verdict = "disagree" if high < _AGREES and one["what"] != "region" else "fine"
            if one["what"] == "sex" and low <= SEX_CHANCE <= high:
                verdict = "chance"
        row = _Row(
            *(one["what"], tested, one["agree"], verdict, low, high),
            not_comparable=one["not_comparable"],
        )
        yield _check(part, one["column"], "CN_RESIDENT_ID", row)
