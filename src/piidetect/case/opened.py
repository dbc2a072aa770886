# SPDX-License-Identifier: Apache-2.0
"""The case: what a scan found, as an object to ask."""

from __future__ import annotations

import weakref
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from piidetect import case_folder as layout

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    import pandas as pd
    import pyarrow as pa

    from piidetect.case.compared import Comparison
    from piidetect.case.linked import PersonLinks
    from piidetect.claims import Claim
    from piidetect.count import Counts, Step
    from piidetect.count.informations import Informations
    from piidetect.events import Received
    from piidetect.policies import Assessment
    from piidetect.sampling import Sample, SampleResult
    from piidetect.schema import Verdict


class Case:
    """A case folder, opened; made by :func:`open_case` and by a scan.

    The tables are pandas DataFrames and are counted when first asked for. A temporary case removes
    its folder on :meth:`close`, at the end of a ``with`` block, when it is garbage, and at exit.
    """

    def __init__(
        self, folder: layout.Folder, *, temporary: bool = False, threads: int | None = None
    ) -> None:
        self._folder = folder
        self._threads = threads
        self._cleanup = (
            weakref.finalize(self, layout.remove, folder.directory) if temporary else None
        )

    def __enter__(self) -> Self:
        """Return the case."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the case."""
        self.close()

    def __repr__(self) -> str:
        """Return the id and the number of sources."""
        return f"<Case {self.id}: {len(self.parts)} sources>"

    def _repr_html_(self) -> str:
        from piidetect.report import card

        return card(self)

    def close(self) -> None:
        """Remove the folder if it is a temporary one; figures that were counted stay."""
        if self._cleanup is not None:
            self._cleanup()

    @property
    def id(self) -> str:
        """Return the case's id: the same for the same sources and the same key."""
        return str(self._folder.meta["id"])

    @property
    def folder(self) -> layout.Folder:
        """Return the folder's checked files."""
        return self._folder

    @property
    def directory(self) -> Path:
        """Return the case folder."""
        return self._folder.directory

    @property
    def threads(self) -> int | None:
        """Return how many threads count, None for one per core."""
        return self._threads

    @property
    def meta(self) -> Mapping[str, Any]:
        """Return what ``case.json`` says: id, tool, parameters, reference_date, categories."""
        return self._folder.meta

    @property
    def parts(self) -> Sequence[layout.Part]:
        """Return the parts, one a source, in the order of the sources' paths."""
        return self._folder.parts

    @cached_property
    def result(self) -> Counts:
        """Return all figures as one object (:class:`piidetect.count.Counts`), counted once."""
        from piidetect.count import Identifiability, count

        policy = Identifiability.of(self.meta["parameters"])
        return count(self._folder, threads=self._threads, policy=policy)

    @cached_property
    def steps(self) -> Sequence[Step]:
        """Return the funnel's steps, without counting the rest where that wasn't counted."""
        from piidetect.count import count_funnel

        counted = "result" in vars(self)
        return self.result.funnel if counted else count_funnel(self._folder, threads=self._threads)

    @cached_property
    def informations(self) -> Informations:
        """Return the different records by what they hold, under no rule yet; counted once."""
        from piidetect.count.informations import distinct_informations

        return distinct_informations([part.records for part in self.parts], self._threads)

    @cached_property
    def links(self) -> PersonLinks:
        """Return the persons by deterministic links, the reason of each link, and the conflicts."""
        from piidetect.case.linked import links_of
        from piidetect.cores import available_cores

        return links_of(self, self._threads or available_cores())

    @property
    def counts(self) -> pd.DataFrame:
        """Return entity × findings, distinct_valid, rows and a column for each verdict."""
        from piidetect.case.frames import counts

        return counts(self)

    @property
    def funnel(self) -> pd.DataFrame:
        """Return step, excluded, remaining, reason."""
        import pandas as pd

        columns = ["step", "excluded", "remaining", "reason"]
        return pd.DataFrame([vars(step) for step in self.result.funnel], columns=columns)

    @property
    def persons(self) -> pd.DataFrame:
        """Return figure × persons: low, point, high and the groups."""
        from piidetect.case.frames import persons

        return persons(self)

    @property
    def sources(self) -> pd.DataFrame:
        """Return one row a source: path, format, encoding, bytes, sha256, rows, status, reason."""
        from piidetect.case.frames import sources

        return sources(self)

    @property
    def columns(self) -> pd.DataFrame:
        """Return one row a column: source, position, header, entity, whose, evidence, kind."""
        from piidetect.case.frames import columns

        return columns(self)

    @cached_property
    def sectors(self) -> pd.DataFrame:
        """Return sector × sources, records, persons, and its IDs by sex and age; told by headings."""
        from piidetect.report.sectors import tabulate

        return tabulate(self, self._threads)

    @cached_property
    def places(self) -> pd.DataFrame:
        """Return number, province, city, operator × how many different IDs and phones; counted once."""
        from piidetect.report.groups import places_of

        return places_of(self)

    @cached_property
    def truth(self) -> pd.DataFrame:
        """Return one row a check of what can be checked offline; a verdict changes no count."""
        from piidetect.report.truth import table_of

        return table_of(self)

    @property
    def alerts(self) -> pd.DataFrame:
        """Return one row an alert: source, code, message, row, byte_offset."""
        from piidetect.case.frames import alerts

        return alerts(self)

    def alert_list(self) -> list[dict[str, Any]]:
        """Return the alerts as report.json has them, in a fixed order."""
        from piidetect.case.frames import alert_list

        return alert_list(self)

    def findings(self, entity: str | None = None, verdict: str | Verdict | None = None) -> pa.Table:
        """Return the findings, those of one entity or with one verdict if asked.

        The columns: source, row (0-based), column (position, null in a row scanned as text),
        header, entity, verdict, byte_offset (of the row in the unpacked source), start and length
        (bytes of the span in the row's UTF-8 text). No values: those are in the source only.

        Raises:
            ArgumentError: there is no such entity or verdict.
        """
        from piidetect.case.findings import findings
        from piidetect.case_folder import names_of

        return findings(self.parts, names_of(self.meta), entity, verdict)

    def sample(
        self,
        size: int | None = None,
        *,
        seed: str,
        precision: object = None,
        expected: object = "0.5",
        confidence: object = "0.95",
    ) -> Sample:
        """Draw a sample of the records that count, stratified by source and tier.

        The result has ``strata``, ``table`` and ``sheet(path)``, which writes the sheet to fill in.

        Args:
            size: how many records; or give ``precision``.
            seed: any text; with it anybody draws the same records.
            precision: half of the width that the interval may have, e.g. ``0.05``: the size follows.
            expected: the share of true records that is expected, for ``precision``; 0.5 is the worst.
            confidence: that of the two-sided interval.

        Raises:
            ArgumentError: an argument can't be used, or no record counts.
            CaseError: the case is damaged.
        """
        from piidetect.sampling import draw_sample, make_terms

        terms = make_terms(
            seed=seed, size=size, precision=precision, expected=expected, confidence=confidence
        )
        return draw_sample(self, terms, threads=self._threads)

    def read_sample(self, sheet: str | os.PathLike[str]) -> SampleResult:
        """Read a filled-in sheet of :meth:`sample`; the case itself is not changed.

        Raises:
            ArgumentError: the file can't be read, or is a sheet of another case.
            RowsRefused: rows that were never drawn, changed locators, unknown answers.
        """
        from piidetect.sampling import read_sample

        return read_sample(self, Path(sheet), threads=self._threads)

    def received(self, events: str | os.PathLike[str] | pd.DataFrame) -> Received:
        """Return who got what by an event table: the numbers of art. 11, and the overlaps.

        Args:
            events: a CSV file or a DataFrame with actor, act, counterparty, date, sources.

        Raises:
            ArgumentError: the file can't be read.
            RowsRefused: rows name unknown sources, bad dates or unknown acts.
        """
        from piidetect.events import receive

        return receive(self, events, threads=self._threads)

    def claim(
        self,
        basis: str,
        *,
        figure: str | None = None,
        sample: str | os.PathLike[str] | None = None,
        events: str | os.PathLike[str] | None = None,
        actor: str | None = None,
        **terms: Any,
    ) -> Claim:
        """Return a claim on one basis, with working and provenance; see docs/how-to/claim.md.

        Args:
            basis: ``gain``, ``loss`` or ``discretion``.
            figure: what a unit price is multiplied by: ``counted`` (records, by default), ``sampled``,
                ``received``; ``low`` (persons, by default), ``point``, ``high``.
            sample: the filled-in sheet, for ``sampled``.
            events: the event table, for ``received``.
            actor: whose number of art. 11, for ``received``.
            terms: the other fields of :class:`piidetect.claims.Terms`: gains, losses, expenses,
                unit_price, per, amount, factors, defendants, liability, punitive.

        Raises:
            ArgumentError: an amount, a share or a figure can't be used, or bases are mixed.
        """
        from piidetect.claims import Terms, claim

        return claim(
            self,
            Terms(basis, **terms),
            figure=figure,
            sample=sample,
            events=events,
            actor=actor,
        )

    def assess(
        self,
        policy: str | os.PathLike[str] = "cn-criminal-2017",
        *,
        duty: bool = False,
        illegal_gain: int | str | Decimal | None = None,
        lawful_business: bool = False,
        app_type: str | None = None,
        bare_phone: bool | None = None,
        count_companies: bool | None = None,
        public_sources: Sequence[str] = (),
        events: str | os.PathLike[str] | pd.DataFrame | None = None,
    ) -> Assessment:
        """Return what a policy says of the case; no source is opened.

        Args:
            policy: the name of a policy, or the path of a file.
            duty: obtained in performing a duty or providing a service, and sold or provided.
            illegal_gain: yuan; a whole number, or a text or Decimal with at most two decimals.
            lawful_business: bought for lawful business and not passed on; the gain is the profit.
            app_type: for ``cn-app-necessity-2021``: key, number or Chinese name of the type.
            bare_phone: whether a contact without a name counts; None as in the scan.
            count_companies: whether records that tell of a company count; None as the policy says.
            public_sources: sources that were public: their paths, or patterns with * and ?.
            events: a table of events as :meth:`received` takes it; the ledger then has R11.

        Raises:
            ArgumentError: an argument can't be used, or a source isn't in the case.
            RowsRefused: rows of the events can't be used.
            PolicyError: there is no such policy, or its file is broken.
            CaseError: the case is damaged, or its rows don't add up.
        """
        from piidetect.events import read_events, with_events
        from piidetect.policies.of_case import assess

        told = None if events is None else read_events(events, self.folder)  # before the work
        found = assess(
            self,
            policy,
            duty=duty,
            illegal_gain=illegal_gain,
            lawful_business=lawful_business,
            app_type=app_type,
            bare_phone=bare_phone,
            count_companies=count_companies,
            public_sources=public_sources,
        )
        return found if told is None else with_events(self, found, told, threads=self._threads)

    def compare(self, other: Case | str | os.PathLike[str]) -> Comparison:
        """Return what of this case is still there in a later one, and in which form.

        Args:
            other: the later case, or its folder; made with the same key.

        Raises:
            ArgumentError: the cases have different keys.
            CaseError: the other folder isn't a case, or a table is damaged.
        """
        from piidetect.case.compared import as_case, compare
        from piidetect.cores import available_cores

        return compare(self, as_case(other), threads=self._threads or available_cores())

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        lang: str | None = None,
        assessments: Sequence[Assessment] = (),
        details: bool = False,
    ) -> Path:
        """Write a report and return its path; the ending says the format (.html, .json, .txt).

        What :meth:`assess` gave is shown in it as ``assessments``; with ``details`` also the checks
        of :attr:`truth`, its warnings as alerts, and :attr:`places` and :attr:`sectors`.

        Raises:
            ArgumentError: the ending or the language isn't known.
            CaseError: the file can't be written.
        """
        from piidetect.report import write

        return write(self, Path(path), lang=lang, assessments=assessments, details=details)


def open_case(directory: str | os.PathLike[str]) -> Case:
    """Open a case folder that ``piidetect.scan(…, out=directory)`` wrote.

    Raises:
        CaseError: the folder isn't a case, is unfinished or damaged, or is of another version.
    """
    return Case(layout.read_folder(Path(directory)))
