# SPDX-License-Identifier: Apache-2.0
r"""Presidio: every recognizer as an ``EntityRecognizer``, with our kernels inside.

Nothing is translated into Presidio's patterns, whose ``\b`` finds nothing beside hanzi. A text is
scanned once, whatever the number of recognizers; a finding keeps its verdict. What only a heading can
tell (a name, a medical record number) is found where the caller gives headings as ``context``, as
``BatchAnalyzerEngine.analyze_dict`` does with the names of the columns.

>>> engine = analyzer()
>>> [(one.entity_type, one.start, one.end) for one in engine.analyze("电话13800138001。", "zh")]
[('CN_MOBILE', 2, 13)]

Needs ``pip install 'piidetect[presidio]'``.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

import piidetect as pii
from piidetect.integrations.words import blank_pipeline
from piidetect.recognizer import check as check_examples

try:
    import tldextract
    from presidio_analyzer import (
        AnalysisExplanation,
        AnalyzerEngine,
        EntityRecognizer,
        RecognizerRegistry,
        RecognizerResult,
    )
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
except ModuleNotFoundError as missing:
    msg = f"{missing.name} isn't installed: pip install 'piidetect[presidio]'"
    raise ModuleNotFoundError(msg, name=missing.name) from None

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from piidetect import Finding, Recognizer

#: The rules don't depend on the language of a text; Presidio asks for one.
LANGUAGES = ("zh", "en")

_PASSED = frozenset({"valid"})
_UNDECIDED = frozenset({"unchecked", "unknown_region", "masked"})


class _Reader:
    """Detects in a text once for all recognizers; remembers one text and one cell a thread."""

    def __init__(
        self, recognizers: tuple[Recognizer, ...] | None, reference_date: dt.date | str | None
    ) -> None:
        self.recognizers = recognizers
        self.reference_date = reference_date
        self._last = threading.local()

    def text(self, text: str) -> list[Finding]:
        """Return the findings of a text."""
        known = getattr(self._last, "text", None)
        if known is None or known[0] != text:
            known = self._last.text = (text, self._detect(text))
        found: list[Finding] = known[1]
        return found

    def cell(self, heading: str, text: str) -> list[Finding]:
        """Return the findings of a cell below a heading."""
        asked = (heading, text)
        known = getattr(self._last, "cell", None)
        if known is None or known[0] != asked:
            rows = self._detect(pa.table({heading: [text]})).to_pylist()
            names = pii.Finding._fields
            found = [pii.Finding(**{name: row[name] for name in names}) for row in rows]
            known = self._last.cell = (asked, found)
        return known[1]

    def _detect(self, what: Any) -> Any:
        return pii.detect(what, recognizers=self.recognizers, reference_date=self.reference_date)


class PiiDetectRecognizer(EntityRecognizer):  # type: ignore[misc]
    """One of our recognizers in Presidio's terms; made by :func:`register`."""

    def __init__(self, recognizer: Recognizer, language: str, reader: _Reader) -> None:
        self.recognizer = recognizer
        self._reader = reader
        super().__init__(
            supported_entities=[recognizer.entity],
            name=recognizer.id,
            supported_language=language,
            version=pii.__version__,
            context=sorted({*recognizer.context_words, *recognizer.context_headers}),
            country_code="cn" if recognizer.id.startswith("cn.") else None,
        )

    def load(self) -> None:
        """Do nothing: kernels load with the first text."""

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: Any = None,  # noqa: ARG002  Presidio's interface; our kernels need none
    ) -> list[RecognizerResult]:
        """Return this recognizer's findings in a text; those that break their rule have score 0.

        Presidio leaves out what has score 0 at the end of ``AnalyzerEngine.analyze``.
        """
        if entities and self.recognizer.entity not in entities:
            return []
        found = self._reader.text(text)
        return [self._result(one) for one in found if one.recognizer == self.recognizer.id]

    def enhance_using_context(
        self,
        text: str,
        raw_recognizer_results: list[RecognizerResult],
        other_raw_recognizer_results: list[RecognizerResult],  # noqa: ARG002  Presidio's interface
        nlp_artifacts: Any,  # noqa: ARG002  the same
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Add what the caller's headings tell; keep what breaks its rule from being boosted."""
        results = list(raw_recognizer_results)
        for heading in context or ():
            for one in self._reader.cell(heading, text):
                if one.recognizer == self.recognizer.id:
                    results = self._with(one, heading, results)
        for result in results:
            if result.score == 0:
                result.recognition_metadata[RecognizerResult.IS_SCORE_ENHANCED_BY_CONTEXT_KEY] = (
                    True
                )
        return results

    def _with(
        self, one: Finding, heading: str, results: list[RecognizerResult]
    ) -> list[RecognizerResult]:
        """Return the results with a finding that a heading told, in place of what it overlaps."""
        result = self._result(one)
        known = [other for other in results if other.start < one.end and one.start < other.end]
        if any(other.score >= result.score for other in known):
            return results
        explanation = result.analysis_explanation
        explanation.set_supportive_context_word(heading)
        if known:
            explanation.original_score = max(other.score for other in known)
        explanation.set_improved_score(result.score)
        result.recognition_metadata[RecognizerResult.IS_SCORE_ENHANCED_BY_CONTEXT_KEY] = True
        return [other for other in results if other not in known] + [result]

    def _result(self, one: Finding) -> RecognizerResult:
        recognizer = self.recognizer
        validation = (
            True if one.verdict in _PASSED else None if one.verdict in _UNDECIDED else False
        )
        explanation = AnalysisExplanation(
            recognizer=recognizer.id,
            original_score=one.score,
            validation_result=validation,
            textual_explanation=(
                f"{recognizer.name['en']} ({recognizer.name['zh']}): {one.verdict} by "
                f"{'; '.join(recognizer.references)}"
            ),
        )
        return RecognizerResult(
            entity_type=one.entity,
            start=one.start,
            end=one.end,
            score=one.score,
            analysis_explanation=explanation,
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: recognizer.id,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                "verdict": one.verdict,
            },
        )


def register(
    analyzer_or_registry: Any,
    recognizers: Iterable[Recognizer] | None = None,
    *,
    languages: Sequence[str] = LANGUAGES,
    reference_date: dt.date | str | None = None,
) -> list[PiiDetectRecognizer]:
    """Put every recognizer into a Presidio engine or registry.

    Presidio's own e-mail recognizer fetches a list of domains from the network; from here on it uses
    the list that came with its library.

    Args:
        analyzer_or_registry: an ``AnalyzerEngine`` or a ``RecognizerRegistry``.
        recognizers: instead of all built-in ones, such as ``pii.load_recognizers("folder")``.
        languages: the languages they are registered for.
        reference_date: no birth date may be later; today by default.

    Returns:
        what was registered, one for each recognizer and language.

    Raises:
        RecognizerError: a recognizer file is broken.
    """
    without_network()
    registry = getattr(analyzer_or_registry, "registry", analyzer_or_registry)
    chosen = None if recognizers is None else tuple(recognizers)
    reader = _Reader(chosen, reference_date)
    made = [
        PiiDetectRecognizer(one, language, reader)
        for language in languages
        for one in (pii.load_recognizers() if chosen is None else chosen)
    ]
    for one in made:
        registry.add_recognizer(one)
    return made


def without_network() -> None:
    """Keep tldextract, which Presidio's e-mail recognizer asks, from fetching its list of domains."""
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True
    )


class BlankNlpEngine(SpacyNlpEngine):  # type: ignore[misc]
    """An NLP engine without a model: tokens with lemmas, so that context words are found.

    It names no persons and places: it has no model that could.
    """

    def __init__(
        self, languages: Sequence[str] = LANGUAGES, context_words: Iterable[str] = ()
    ) -> None:
        super().__init__(models=[{"lang_code": one, "model_name": "blank"} for one in languages])
        self._languages = tuple(languages)
        self._words = tuple(context_words)

    def load(self) -> None:
        """Make the pipelines; nothing is downloaded."""
        self.nlp = {one: blank_pipeline(one, self._words) for one in self._languages}

    def get_supported_entities(self) -> list[str]:
        """Return nothing: the engine recognizes no entities itself."""
        return []


def nlp_engine(
    languages: Sequence[str] = LANGUAGES, recognizers: Iterable[Recognizer] | None = None
) -> BlankNlpEngine:
    """Return an NLP engine for these languages that knows the context words of the recognizers."""
    chosen = pii.load_recognizers() if recognizers is None else recognizers
    words = {word for one in chosen for word in (*one.context_words, *one.context_headers)}
    engine = BlankNlpEngine(languages, sorted(words))
    engine.load()
    return engine


def analyzer(
    recognizers: Iterable[Recognizer] | None = None,
    *,
    languages: Sequence[str] = LANGUAGES,
    reference_date: dt.date | str | None = None,
) -> Any:
    """Return an ``AnalyzerEngine`` with our recognizers and no other, on :func:`nlp_engine`.

    Args:
        recognizers: as in :func:`register`.
        languages: as in :func:`register`.
        reference_date: as in :func:`register`.
    """
    chosen = None if recognizers is None else tuple(recognizers)
    registry = RecognizerRegistry(supported_languages=list(languages))
    register(registry, chosen, languages=languages, reference_date=reference_date)
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=nlp_engine(languages, chosen),
        supported_languages=list(languages),
    )


class _Seen(NamedTuple):
    """What came out of Presidio, in the terms of `recognizer.check`."""

    recognizer: str
    verdict: str
    value: str


def check(recognizers: Iterable[Recognizer]) -> list[str]:
    """Run all examples through a Presidio engine; return what is wrong, one line each.

    Presidio shows what has a score above 0: of the matches that an example promises those of other
    verdicts must not come out. Examples of columns are analysed with their heading as context.
    """
    loaded = tuple(recognizers)
    engine = analyzer(loaded)
    reader = _Reader(loaded, None)

    def detect(text: str, context: list[str] | None = None) -> list[_Seen]:
        found = reader.text(text) + [
            one for word in context or () for one in reader.cell(word, text)
        ]
        values = {(one.recognizer, one.start, one.end): one.value for one in found}
        seen = []
        for one in engine.analyze(
            text, LANGUAGES[0], return_decision_process=True, context=context
        ):
            name = one.recognition_metadata[RecognizerResult.RECOGNIZER_NAME_KEY]
            value = values.get((name, one.start, one.end), "another span")
            seen.append(_Seen(name, one.recognition_metadata["verdict"], value))
        return seen

    problems = check_examples([_as_shown(one) for one in loaded], detect)
    for one in loaded:
        cells = one.kind == "column" and not one.beside  # a text has no other column
        for index, example in enumerate(one.examples if cells else ()):
            found = detect(example.text, [example.header])
            seen = [(each.value, each.verdict) for each in found if each.recognizer == one.id]
            wanted = [tuple(match) for match in example.matches if _is_shown(one, match.verdict)]
            sure = wanted and wanted[0][1] == "valid"  # one unchecked cell gives its column no role
            if seen != wanted and (sure or seen):
                problems.append(f"{one.id}: examples[{index}]: not found below its heading")
    return [f"presidio: {problem}" for problem in problems]


def _is_shown(recognizer: Recognizer, verdict: str) -> bool:
    """Tell whether a finding of this verdict has a score above 0."""
    if verdict == "unknown_region":
        return recognizer.score["unchecked"] > 0
    return verdict in ("valid", "unchecked") and recognizer.score[verdict] > 0


def _as_shown(recognizer: Recognizer) -> Recognizer:
    """Return a recognizer whose examples promise only what Presidio shows."""
    examples = tuple(
        one._replace(matches=tuple(m for m in one.matches if _is_shown(recognizer, m.verdict)))
        for one in recognizer.examples
    )
    return replace(recognizer, examples=() if recognizer.kind == "column" else examples)
