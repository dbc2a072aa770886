# SPDX-License-Identifier: Apache-2.0
"""A sample of a case: drawn, written as a sheet, read back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from piidetect.errors import ArgumentError
from piidetect.messages import language, say, term
from piidetect.sampling.design import Size, allocate, method, plan, slack
from piidetect.sampling.frame import Drawn, Stratum, draw
from piidetect.sampling.sheet import write_sheet
from piidetect.sampling.tiers import tiers, version

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import pandas as pd

    from piidetect.case import Case

_LONGEST_SEED = 100
#: Digits that a share may have.
_DIGITS = 9


@dataclass(frozen=True)
class Terms:
    """What was asked for.

    ``confidence``, ``precision`` and ``expected`` are decimals between 0 and 1; ``size`` is None
    until it was planned from the precision. The seed is any text.
    """

    seed: str
    confidence: Decimal
    size: int | None = None
    precision: Decimal | None = None
    expected: Decimal = Decimal("0.5")

    @property
    def alpha(self) -> Fraction:
        """Return the two-sided error."""
        return 1 - Fraction(self.confidence)


@dataclass(frozen=True)
class Sample:
    """A drawn sample: the case's id, terms, strata and drawn records, without any value."""

    case: str
    terms: Terms
    strata: Sequence[Stratum]
    records: Sequence[Drawn]

    @property
    def frame(self) -> int:
        """Return how many records the frame has: those that count."""
        return sum(stratum.records for stratum in self.strata)

    @property
    def sizes(self) -> list[Size]:
        """Return the sizes of the strata."""
        return [Size(stratum.records, stratum.drawn) for stratum in self.strata]

    @property
    def method(self) -> str:
        """Return how the strata will be combined: ``one``, ``pooled`` or ``summed``."""
        return method(self.sizes, self.terms.alpha)

    @property
    def slack(self) -> Fraction:
        """Return the share that is taken off because strata are represented unevenly."""
        return slack(self.sizes)

    @property
    def table(self) -> pd.DataFrame:
        """Return number × source, row (from 0), byte_offset, tier, fields, value (of the draw)."""
        import pandas as pd

        rows = [
            [
                one.source,
                one.row,
                one.byte_offset,
                self.strata[one.stratum].tier,
                one.fields,
                one.value,
            ]
            for one in self.records
        ]
        columns = ["source", "row", "byte_offset", "tier", "fields", "value"]
        index = pd.RangeIndex(1, len(rows) + 1, name="number")
        return pd.DataFrame(rows, columns=columns, index=index)

    def token(self) -> str:
        """Return the terms as one cell; the seed stands last, as it may hold anything."""
        terms = self.terms
        named = {"case": self.case, "frame": self.frame, "tiers": version(), "size": terms.size}
        named |= {"confidence": terms.confidence, "expected": terms.expected}
        named |= {"precision": terms.precision or "-", "seed": terms.seed}
        return ";".join(f"{name}={value}" for name, value in named.items())

    def sheet(self, path: str | os.PathLike[str], *, lang: str | None = None) -> Path:
        """Write the sheet to fill in (.xlsx or .csv) and return its path.

        Raises:
            ArgumentError: the ending or the language isn't known.
            CaseError: the file can't be written.
        """
        chosen, target, token = language(lang), Path(path), self.token()
        tiers_said = [term("sample_tier", stratum.tier, chosen) for stratum in self.strata]
        rows: list[list[str | int]] = [
            [
                number,
                one.value,
                one.source,
                one.row,
                one.byte_offset,
                tiers_said[one.stratum],
                one.fields,
                "",
                "",
                token,
            ]
            for number, one in enumerate(self.records, 1)
        ]
        write_sheet(target, rows, self.notes(chosen), chosen)
        return target

    def notes(self, lang: str) -> list[str]:
        """Return the sentences on frame, seed, size and method that every report of a sample has."""
        terms = self.terms
        notes = [
            say("sample.frame", lang, case=self.case, frame=self.frame, strata=len(self.strata)),
            say("sample.seed", lang, seed=terms.seed),
            say("sample.size", lang, size=len(self.records), strata=len(self.strata)),
            say("sample.tiers", lang, policy=version()),
            say("sample.draw", lang),
            say(f"sample.method_{self.method}", lang, slack=f"{float(self.slack):.4%}"),
            say("sample.confidence", lang, confidence=f"{terms.confidence:%}"),
        ]
        if terms.precision is not None:
            values = {"precision": f"{terms.precision:%}", "expected": f"{terms.expected:%}"}
            notes.insert(3, say("sample.planned", lang, **values))
        return [*notes, say("sample.purpose", lang), say("sample.conditions", lang)]


def decimal_share(name: str, value: object) -> Decimal:
    """Return a share between 0 and 1, both excluded.

    Raises:
        ArgumentError: it is no number or not between 0 and 1.
    """
    try:
        share = Decimal(str(value).strip())
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or not 0 < share < 1 or len(share.as_tuple().digits) > _DIGITS:
        raise ArgumentError(
            f"{name} {str(value)!r} is no share; give a number between 0 and 1 such as 0.95"
        )
    return share.normalize()


def make_terms(
    *,
    seed: str,
    size: int | None = None,
    precision: object = None,
    expected: object = "0.5",
    confidence: object = "0.95",
) -> Terms:
    """Return checked terms.

    Raises:
        ArgumentError: a term can't be used, or both or neither of size and precision are given.
    """
    if (size is None) == (precision is None):
        raise ArgumentError("give the sample size or the wanted precision, one of the two")
    if not seed or len(seed) > _LONGEST_SEED or not seed.isprintable() or seed != seed.strip():
        raise ArgumentError(
            f"the seed must be 1 to {_LONGEST_SEED} printable characters without spaces at its ends; "
            "give e.g. the case number"
        )
    return Terms(
        seed=seed,
        confidence=decimal_share("confidence", confidence),
        size=size,
        precision=None if precision is None else decimal_share("precision", precision),
        expected=decimal_share("expected share", expected),
    )


def draw_sample(case: Case, terms: Terms, *, threads: int | None = None) -> Sample:
    """Draw a sample of the records that count.

    Raises:
        ArgumentError: the size is not usable, or there is nothing to draw from.
        CaseError: the case is damaged.
    """

    def sizes(records: Sequence[int]) -> list[int]:
        if not records:
            raise ArgumentError("the case has no record that counts, so there is nothing to sample")
        size = terms.size
        if size is None:
            assert terms.precision is not None
            values = (Fraction(terms.precision), Fraction(terms.expected), terms.alpha)
            size = plan(records, *values)
        return allocate(records, size)

    strata, records = draw(case.folder, terms.seed, tiers(), sizes, threads=threads)
    return Sample(case.id, replace(terms, size=len(records)), tuple(strata), tuple(records))
