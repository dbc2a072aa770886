# SPDX-License-Identifier: Apache-2.0
"""spaCy: ``nlp.add_pipe("piidetect")`` writes findings into ``doc.spans`` and ``doc.ents``.

>>> import spacy
>>> nlp = spacy.blank("zh")
>>> _ = nlp.add_pipe("piidetect")
>>> [(span.text, span.label_) for span in nlp("电话13800138001。").spans["piidetect"]]
[('13800138001', 'CN_MOBILE')]

The verdict of a span is ``span._.piidetect.verdict``. Needs ``pip install 'piidetect[spacy]'``; the
name is found by an entry point, or once this module has been imported.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import piidetect as pii

try:
    from spacy.language import Language
    from spacy.tokens import Span
    from spacy.util import filter_spans
except ModuleNotFoundError as missing:
    msg = f"{missing.name} isn't installed: pip install 'piidetect[spacy]'"
    raise ModuleNotFoundError(msg, name=missing.name) from None

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spacy.tokens import Doc

    from piidetect import Finding

KEY = "piidetect"


def _finding(span: Span) -> Finding | None:
    """Return the finding that a span was made of, None where it is another one."""
    found: dict[tuple[int, int, str], Finding] = span.doc.user_data.get(KEY, {})
    return found.get((span.start_char, span.end_char, span.label_))


Span.set_extension(KEY, getter=_finding, force=True)


class Component:
    """The pipeline component; made by ``nlp.add_pipe("piidetect")``."""

    def __init__(
        self, *, spans_key: str, set_ents: bool, recognizers: str | None, reference_date: str | None
    ) -> None:
        self.spans_key = spans_key
        self.set_ents = set_ents
        self.recognizers = None if recognizers is None else pii.load_recognizers(recognizers)
        self.reference_date = reference_date

    def __call__(self, doc: Doc) -> Doc:
        """Add the findings of a document.

        Tokens are split where a finding begins or ends inside one, so that every span is exact.
        """
        found = pii.detect(
            doc.text, recognizers=self.recognizers, reference_date=self.reference_date
        )
        _split(doc, {edge for one in found for edge in (one.start, one.end)})
        spans = [doc.char_span(one.start, one.end, label=one.entity) for one in found]
        doc.spans[self.spans_key] = spans
        doc.user_data[KEY] = {(one.start, one.end, one.entity): one for one in found}
        if self.set_ents:
            sure = [span for span, one in zip(spans, found, strict=True) if one.score > 0]
            doc.ents = filter_spans([*sure, *_beside(doc.ents, sure)])
        return doc


def _beside(others: Iterable[Span], spans: list[Span]) -> list[Span]:
    """Return the entities of other components that overlap none of our spans."""
    taken = {at for span in spans for at in range(span.start, span.end)}
    return [other for other in others if taken.isdisjoint(range(other.start, other.end))]


def _split(doc: Doc, edges: set[int]) -> None:
    """Split the tokens that one of these places (code points of the text) lies inside."""
    cuts: dict[int, list[int]] = {}
    for token in doc:
        inside = [at - token.idx for at in edges if token.idx < at < token.idx + len(token.text)]
        if inside:
            cuts[token.i] = sorted(inside)
    with doc.retokenize() as retokenizer:
        for index, places in cuts.items():
            text = doc[index].text
            bounds = [0, *places, len(text)]
            parts = [text[a:b] for a, b in pairwise(bounds)]
            heads = [(doc[index], at) for at in range(len(parts))]
            retokenizer.split(doc[index], parts, heads=heads)


@Language.factory(  # type: ignore[untyped-decorator]
    KEY,
    default_config={
        "spans_key": KEY,
        "set_ents": True,
        "recognizers": None,
        "reference_date": None,
    },
)
def make(
    nlp: Language,
    name: str,
    spans_key: str,
    set_ents: bool,  # noqa: FBT001  spaCy passes the settings by name
    recognizers: str | None,
    reference_date: str | None,
) -> Any:
    """Make the component.

    Args:
        nlp: the pipeline.
        name: the component's name in it.
        spans_key: the group of ``doc.spans`` to write.
        set_ents: whether findings that keep their rule become ``doc.ents``, too.
        recognizers: a folder with further recognizers.
        reference_date: no birth date may be later; ``YYYY-MM-DD``, today by default.

    Raises:
        RecognizerError: a recognizer file is broken.
        ArgumentError: the reference date is no date.
    """
    del nlp, name
    return Component(
        spans_key=spans_key,
        set_ents=set_ents,
        recognizers=recognizers,
        reference_date=reference_date,
    )
