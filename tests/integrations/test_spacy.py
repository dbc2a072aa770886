# SPDX-License-Identifier: Apache-2.0
"""The spaCy component: exact spans whatever the tokens, entities, the finding behind a span."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

import piidetect as pii
import piidetect.integrations.spacy

ID = "110101190501010010"
PIECES = st.sampled_from(
    [
        ID,
        "110101190501010011",
        "13800138001",
        "１３８００１３８００１",
        "a@b.cn",
        "，",
        " ",
        "\n",
        "电话",
        "𠮷",
        "card",
    ]
)


@pytest.fixture(scope="module", params=["zh", "en", "xx"])
def nlp(request):
    made = spacy.blank(request.param)
    made.add_pipe("piidetect", config={"reference_date": "2025-06-30"})
    return made


@settings(max_examples=60)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_spans_are_those_of_detect(nlp, text):
    doc = nlp(text)
    found = pii.detect(text, reference_date="2025-06-30")
    assert doc.text == text
    assert [
        (span.start_char, span.end_char, span.label_, span._.piidetect)
        for span in doc.spans["piidetect"]
    ] == [(one.start, one.end, one.entity, one) for one in found]
    assert [ent.text for ent in doc.ents] == [one.text for one in found if one.score > 0]


def test_other_components_keep_their_entities():
    nlp = spacy.blank("zh")
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": "PERSON", "pattern": "张三"}, {"label": "CODE", "pattern": "13800138001"}]
    )
    nlp.add_pipe("piidetect", last=True)
    doc = nlp("张三的电话13800138001")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("张三", "PERSON"),
        ("13800138001", "CN_MOBILE"),
    ]
    assert doc[0:2]._.piidetect is None


def test_settings(tmp_path):
    nlp = spacy.blank("zh")
    nlp.add_pipe("piidetect", config={"spans_key": "found", "set_ents": False})
    doc = nlp(f"证{ID}")
    assert [span.text for span in doc.spans["found"]] == [ID]
    assert not doc.ents
    with pytest.raises(pii.PiiDetectError, match="no such folder"):
        spacy.blank("zh").add_pipe("piidetect", config={"recognizers": str(tmp_path / "none")})


def test_the_entry_point_is_declared():
    found = [one for one in entry_points(group="spacy_factories") if one.name == "piidetect"]
    if not found:
        pytest.skip("the package isn't installed here, or was before it had an entry point")
    assert found[0].load() is piidetect.integrations.spacy.make
