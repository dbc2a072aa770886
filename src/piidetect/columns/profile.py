# SPDX-License-Identifier: Apache-2.0
"""Profiles of sampled columns: what share of the cells looks like what.

The shares are of filled cells. By chance 10 % of digit runs pass Luhn and 9 % MOD 11-2, so the
bounds for checksummed numbers lie far above that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from piidetect.columns.headings import Meaning
from piidetect.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from piidetect.kernels.cells import Block
    from piidetect.recognizer.model import Recognizer

_GOOD = (
    Verdict.VALID,
    Verdict.UNCHECKED,
    Verdict.MASKED,
    Verdict.PLACEHOLDER,
    Verdict.PRECISION_LOST,
)
_FITTING = (*_GOOD, Verdict.UNKNOWN_REGION, Verdict.UNASSIGNED, Verdict.SERVICE_NUMBER)
_NO_LIMIT = 99991231
_MIN_SHARE = 0.6
_MOST_SHARE = 0.8
_TERM_DAYS = 280
_TOLERANCE_DAYS = 14
_FEW = 5


@dataclass(frozen=True)
class Profile:
    """The sampled cells of one column.

    Attributes:
        data: uint8[], the block's bytes.
        start: int64[C], first byte of each cell, in row order.
        stop: int64[C], byte after each cell.
        row: int64[C], the sample's row of each cell.
        looks: uint8[C], see :mod:`piidetect.kernels.describe`.
    """

    data: npt.NDArray[np.uint8]
    start: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    looks: npt.NDArray[np.uint8]

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """Return int64[LOOKS], the number of cells by look."""
        return np.bincount(self.looks, minlength=32)

    @property
    def filled(self) -> int:
        """Return the number of cells that are neither empty nor a placeholder."""
        return int(self.looks.size - self.counts[0])

    def share(self, *looks: int) -> float:
        """Return the share of filled cells with one of these looks."""
        return float(sum(self.counts[look] for look in looks)) / max(self.filled, 1)

    @cached_property
    def texts(self) -> list[bytes]:
        """Return the filled cells' bytes."""
        raw = self.data.tobytes()
        spans = zip(self.start.tolist(), self.stop.tolist(), (self.looks > 0).tolist(), strict=True)
        return [raw[start:stop] for start, stop, filled in spans if filled]

    @cached_property
    def n_distinct(self) -> int:
        """Return the number of distinct filled cells."""
        return len(set(self.texts))

    @property
    def distinct(self) -> float:
        """Return distinct values over filled cells."""
        return self.n_distinct / max(self.filled, 1)

    @property
    def is_varied(self) -> bool:
        """Return whether the values are too many for a column of classes or places."""
        return self.distinct >= 0.2 or self.n_distinct >= 50  # noqa: PLR2004

    def checked(self, profile: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Return verdicts uint8[C] and values int64[C] of ``kernels.values.check_cells``."""
        from piidetect.kernels.values import check_cells

        verdict = np.empty(self.start.size, np.uint8)
        value = np.empty(self.start.size, np.int64)
        check_cells(self.data, self.start, self.stop, profile, 0, verdict, value)
        return verdict, value

    def good(self, profile: int) -> float:
        """Return the share of filled cells that the profile accepts, masked ones included."""
        verdict, _ = self.checked(profile)
        return float(np.isin(verdict, _GOOD).sum()) / max(self.filled, 1)

    @cached_property
    def is_dates(self) -> bool:
        """Return whether most filled cells are dates."""
        from piidetect.kernels import describe

        return self.filled > 0 and self.share(describe.DATE, describe.TIME) >= 0.8  # noqa: PLR2004


def profile_columns(sample: Block, width: int) -> list[Profile]:
    """Return a profile for each column of the sample, at least `width` of them."""
    from piidetect.kernels.describe import look_cells

    regular = sample.cell_column != np.uint16(0xFFFF)
    column = sample.cell_column[regular].astype(np.int64)
    start, stop = sample.cell_start[regular], sample.cell_stop[regular]
    rows = np.repeat(np.arange(sample.row_cell.size - 1), np.diff(sample.row_cell))[regular]
    looks = look_cells(sample.data, start, stop)
    width = max(width, int(column.max()) + 1 if column.size else 0)
    order = np.argsort(column, kind="stable")
    edges = np.searchsorted(column[order], np.arange(width + 1))
    parts = [order[edges[i] : edges[i + 1]] for i in range(width)]
    return [Profile(sample.data, start[p], stop[p], rows[p], looks[p]) for p in parts]


def _is_person(profile: Profile, *, sure: bool) -> bool:
    from piidetect.kernels import describe, values

    if profile.good(values.PERSON) < (0.5 if sure else 0.7):
        return False
    words = profile.share(describe.NAME, describe.HAN_WORD)
    if words < 0.5:  # noqa: PLR2004
        verdict, _ = profile.checked(values.PERSON)
        masked = int((verdict == Verdict.MASKED).sum())
        return sure or profile.distinct >= 0.5 or masked * 2 > profile.filled  # noqa: PLR2004
    return profile.share(describe.NAME) / words >= (0.3 if sure else 0.6)


def _is_number(profile: Profile, which: int, *, sure: bool) -> bool:
    from piidetect.kernels import describe

    if profile.share(describe.MOBILE, describe.ID18, describe.EMAIL) > 0.5:  # noqa: PLR2004
        return False
    good = profile.good(which)
    return good >= 0.5 if sure else good >= 0.9 and profile.distinct >= 0.3  # noqa: PLR2004


def _phone(meaning: Meaning, profile: Profile) -> Meaning | None:
    from piidetect.kernels import describe as d

    full = profile.share(d.MOBILE, d.LANDLINE, d.MASKED_PHONE)
    if meaning.sure:
        full += profile.share(d.SHORT_PHONE, d.MASKED)
    if full < (0.3 if meaning.sure else 0.6):
        return None
    fixed = profile.share(d.LANDLINE, d.SHORT_PHONE)
    mobile = profile.share(d.MOBILE, d.MASKED_PHONE)
    return replace(meaning, entity="CN_LANDLINE" if fixed > mobile else "CN_MOBILE")


def _address(meaning: Meaning, profile: Profile) -> Meaning | None:
    from piidetect.kernels import values

    verdict, _ = profile.checked(values.ADDRESS)
    valid = float(np.isin(verdict, (Verdict.VALID, Verdict.MASKED)).sum()) / profile.filled
    coarse = float((verdict == Verdict.UNCHECKED).sum()) / profile.filled
    if valid + coarse < (0.4 if meaning.sure else 0.6):
        return None
    return meaning if valid >= 0.1 else Meaning("", "region", "", sure=True)  # noqa: PLR2004


def _pregnancy(meaning: Meaning, profile: Profile) -> Meaning | None:
    from piidetect.kernels import values

    if meaning.kind != "weeks" and profile.is_dates and profile.good(values.DATE) >= 0.5:  # noqa: PLR2004
        return replace(meaning, kind=meaning.kind or "edd")
    if meaning.kind in ("", "weeks") and profile.good(values.GESTATION_WEEKS) >= 0.5:  # noqa: PLR2004
        return replace(meaning, kind="weeks")
    return None


def _is_card(profile: Profile, *, sure: bool) -> bool:
    from piidetect.kernels import describe as d

    if profile.share(d.ID18) >= 0.5:  # noqa: PLR2004
        return False
    cards = profile.share(d.CARD)
    like = cards + profile.share(d.CARD_LIKE, d.ID18_LIKE, d.ID15, d.MASKED, d.PRECISION_LOST)
    return cards >= 0.7 or (sure and cards > 0 and like >= 0.5)  # noqa: PLR2004


def _is_identity(profile: Profile, *, sure: bool) -> bool:
    from piidetect.kernels import describe as d

    identities = profile.share(d.ID18, d.ID18_LIKE, d.ID15, d.MASKED_ID)
    return identities + profile.share(d.PRECISION_LOST) >= 0.3 if sure else identities >= 0.6  # noqa: PLR2004


def _by_pattern(
    meaning: Meaning, profile: Profile, recognizers: tuple[Recognizer, ...]
) -> Meaning | None:
    """Return the meaning with the recognizer whose pattern fits the values best, None if none fits."""
    from piidetect.kernels.fields import check_fields
    from piidetect.recognizer.compiled import patterns_of
    from piidetect.tables import load_tables

    patterns = patterns_of(recognizers)
    best, fitting = 0.0, ""
    for number, one in enumerate(patterns.recognizers):
        if one.entity != meaning.entity or meaning.recognizer not in ("", one.id):
            continue
        cells = (profile.data, profile.start, profile.stop)
        verdict = check_fields(*cells, number, patterns.forms, load_tables().region, _NO_LIMIT)
        share = float(np.isin(verdict, _FITTING).sum()) / max(profile.filled, 1)
        least = float(one.column.get("min_share", _MIN_SHARE))
        if share >= (least if meaning.sure else max(least, _MOST_SHARE)) and share > best:
            best, fitting = share, one.id
    return replace(meaning, recognizer=fitting) if fitting else None


def supports(
    meaning: Meaning, profile: Profile, recognizers: tuple[Recognizer, ...] = ()
) -> Meaning | None:
    """Return the meaning (made exact by the values) if the values support it, else None."""
    from piidetect.kernels import describe as d
    from piidetect.kernels import values

    exact = {
        "CN_MOBILE": _phone,
        "CN_LANDLINE": _phone,
        "CN_ADDRESS": _address,
        "CN_PREGNANCY": _pregnancy,
    }.get(meaning.entity)
    if exact is not None:
        return exact(meaning, profile)
    alike = [one for one in recognizers if one.entity == meaning.entity]
    if any(one.by_pattern for one in alike):
        found = _by_pattern(meaning, profile, recognizers)
        if found is not None or all(one.by_pattern for one in alike):
            return found
    sure = meaning.sure
    tests: dict[str, Callable[[], bool]] = {
        "CN_RESIDENT_ID": lambda: _is_identity(profile, sure=sure),
        "CN_FOREIGN_PERMANENT_RESIDENT_ID": lambda: (
            profile.share(d.ID18, d.ID18_LIKE, d.TEXT) >= 0.3  # noqa: PLR2004
        ),
        "CN_BANK_CARD": lambda: _is_card(profile, sure=sure),
        "EMAIL_ADDRESS": lambda: profile.share(d.EMAIL) >= (0.3 if sure else 0.6),
        "PERSON": lambda: _is_person(profile, sure=sure),
        "DATE_OF_BIRTH": lambda: profile.good(values.BIRTH_DATE) >= 0.5,  # noqa: PLR2004
        "CN_MEDICAL_RECORD_NUMBER": lambda: _is_number(
            profile, values.MEDICAL_RECORD_NUMBER, sure=sure
        ),
        "CN_VISIT_NUMBER": lambda: _is_number(profile, values.VISIT_NUMBER, sure=sure),
        "ICD10_CODE": lambda: profile.good(values.ICD10) >= (0.5 if sure else 0.8),
    }
    test = tests.get(meaning.entity)
    return meaning if (sure if test is None else test()) else None


def value_meaning(profile: Profile, *, named: bool) -> Meaning | None:
    """Return what values say by themselves, or None.

    Args:
        profile: the column.
        named: its heading is known to mean something else: only numbers with a check digit,
            mobiles and e-mail addresses count then.
    """
    from piidetect.kernels import describe as d

    if profile.filled == 0:
        return None
    found = ""
    if profile.share(d.ID18) >= 0.5:  # noqa: PLR2004
        found = "CN_RESIDENT_ID"
    elif profile.share(d.MOBILE) >= 0.7:  # noqa: PLR2004
        found = "CN_MOBILE"
    elif profile.share(d.EMAIL) >= 0.5:  # noqa: PLR2004
        found = "EMAIL_ADDRESS"
    elif profile.share(d.CARD) >= 0.7 and profile.filled >= _FEW:  # noqa: PLR2004
        found = "CN_BANK_CARD"
    elif not named and profile.share(d.LANDLINE) >= 0.8:  # noqa: PLR2004
        found = "CN_LANDLINE"
    elif not named and profile.share(d.NAME) >= 0.8 and profile.is_varied:  # noqa: PLR2004
        found = "PERSON"
    elif not named and profile.share(d.ADDRESS) >= 0.6 and profile.is_varied:  # noqa: PLR2004
        found = "CN_ADDRESS"
    return Meaning(found, "", "", sure=False) if found else None


def _paired(first: Profile, second: Profile) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    _, left, right = np.intersect1d(first.row, second.row, assume_unique=True, return_indices=True)
    return left, right


def birth_agreement(identity: Profile, dates: Profile) -> float:
    """Return the share of rows whose date is the birth date in the row's resident ID."""
    from piidetect.kernels import describe, values

    _, value = dates.checked(values.BIRTH_DATE)
    left, right = _paired(identity, dates)
    keep = (identity.looks[left] == describe.ID18) & (value[right] > 0)
    pairs = zip(identity.start[left][keep].tolist(), value[right][keep].tolist(), strict=True)
    raw = identity.data.tobytes()
    total = same = 0
    for start, day in pairs:
        total += 1
        same += raw[start : start + 24].lstrip(b"'\"` \t")[6:14] == b"%08d" % day
    return same / total if total else 0.0


def _days(value: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    months = (value // 10_000 - 1970) * 12 + value // 100 % 100 - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first + value % 100 - 1


def term_agreement(last_period: Profile, due: Profile) -> float:
    """Return the share of rows whose due date is 280 ± 14 days after the last period."""
    from piidetect.kernels import values

    first_verdict, first = last_period.checked(values.DATE)
    second_verdict, second = due.checked(values.DATE)
    left, right = _paired(last_period, due)
    keep = (first_verdict[left] == Verdict.VALID) & (second_verdict[right] == Verdict.VALID)
    if not keep.any():
        return 0.0
    distance = _days(second[right][keep]) - _days(first[left][keep])
    return float((np.abs(distance - _TERM_DAYS) <= _TOLERANCE_DAYS).mean())
