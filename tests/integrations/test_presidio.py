# SPDX-License-Identifier: Apache-2.0
"""Presidio finds what `detect` finds, says why, and never asks the network."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_anonymizer import AnonymizerEngine
from tests import seized

import piidetect as pii
from piidetect.integrations import presidio

ID = "110101190501010010"
CARD = "622848" + "012345678901"
CARD += seized.luhn_digit(CARD)
RECOGNIZERS = pii.load_recognizers()


@pytest.fixture(scope="module")
def engine():
    return presidio.analyzer(reference_date="2025-06-30")


def spans(results):
    return sorted((one.entity_type, one.start, one.end) for one in results)


def test_every_example_of_every_recognizer():
    assert presidio.check(RECOGNIZERS) == []


def test_check_sees_what_is_wrong():
    mobile = next(one for one in RECOGNIZERS if one.id == "cn.mobile")
    person = next(one for one in RECOGNIZERS if one.id == "generic.person")
    example = mobile.examples[0]._replace(text="电话13800138002")
    cell = person.examples[0]._replace(text="李四")
    problems = presidio.check(
        [replace(mobile, examples=(example,)), replace(person, examples=(cell,))]
    )
    assert [one.partition(": examples")[0] for one in problems] == [
        "presidio: cn.mobile",
        "presidio: generic.person",
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_spans_are_characters_beside_hanzi_and_in_full_width(engine, language):
    text = f"𠮷的身份证号{ID}，手机１３８００１３８００１转li@example.cn谢谢"
    assert spans(engine.analyze(text, language)) == [
        ("CN_MOBILE", 27, 38),
        ("CN_RESIDENT_ID", 6, 24),
        ("EMAIL_ADDRESS", 39, 52),
    ]


PIECES = st.sampled_from(
    [
        ID,
        "110101190501010011",
        "13800138001",
        "１３８００１３８００１",
        CARD,
        "a@b.cn",
        "，",
        " ",
        "电话",
        "𠮷",
        "é",
        "x",
        "0571-87654321",
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_presidio_finds_what_detect_finds_with_a_score(engine, text):
    wanted = {
        (one.entity, one.start, one.end)
        for one in pii.detect(text, reference_date="2025-06-30")
        if one.score > 0
    }
    assert set(spans(engine.analyze(text, "zh"))) == wanted


def test_an_explanation_says_who_and_why_and_holds_no_value(engine):
    [found] = engine.analyze(f"证件{ID}", "zh", return_decision_process=True)
    why = found.analysis_explanation
    assert (why.recognizer, why.validation_result, why.original_score) == (
        "cn.resident_id",
        True,
        1,
    )
    assert "公民身份号码" in why.textual_explanation
    assert "GB 11643-1999" in why.textual_explanation
    assert found.recognition_metadata["verdict"] == "valid"
    assert ID not in repr(why)


def test_context_words_boost_through_lemmas(engine):
    """15 digits are unchecked; a context word that `detect` doesn't reach for raises the score."""
    alone = engine.analyze("号码110101050101001", "zh")
    text = "身份证" + "，" * 4 + "　" * 14 + "110101050101001"
    [found] = engine.analyze(text, "zh", return_decision_process=True)
    assert [one.score for one in alone] == [0.4]
    assert found.score == pytest.approx(0.75)
    assert found.analysis_explanation.supportive_context_word == "身份证"


def test_what_breaks_its_rule_is_not_boosted(engine):
    assert engine.analyze("身份证110101190501010011", "zh") == []
    recognizer = next(one for one in engine.registry.recognizers if one.name == "cn.resident_id")
    [found] = recognizer.analyze("身份证110101190501010011", ["CN_RESIDENT_ID"])
    assert (found.score, found.analysis_explanation.validation_result) == (0, False)


def test_only_the_entities_that_were_asked_for(engine):
    text = f"{ID}，13800138001"
    assert spans(engine.analyze(text, "zh", entities=["CN_MOBILE"])) == [("CN_MOBILE", 19, 30)]


def test_headings_of_a_table_are_context(engine):
    table = {"姓名": ["张三", "李四"], "病案号": ["ZA-20190012", "0001234567"], "备注": ["无", ID]}
    found = {
        one.key: [spans(cell) for cell in one.recognizer_results]
        for one in BatchAnalyzerEngine(engine).analyze_dict(table, "zh")
    }
    assert found == {
        "姓名": [[("PERSON", 0, 2)], [("PERSON", 0, 2)]],
        "病案号": [
            [("CN_MEDICAL_RECORD_NUMBER", 0, 11)],
            [("CN_MEDICAL_RECORD_NUMBER", 0, 10)],
        ],
        "备注": [[], [("CN_RESIDENT_ID", 0, 18)]],
    }


def test_a_heading_raises_what_the_text_alone_leaves_open(engine):
    text = "110101050101001"
    [found] = engine.analyze(text, "zh", context=["身份证号"], return_decision_process=True)
    assert found.score == 1
    assert found.analysis_explanation.supportive_context_word == "身份证号"


def test_registering_in_an_engine_with_other_recognizers(monkeypatch):
    """Presidio's e-mail recognizer asks tldextract, which would fetch a list."""
    asked = []

    def refuse(*args, **_):
        asked.append(args)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    registry = RecognizerRegistry(supported_languages=["zh", "en"])
    registry.load_predefined_recognizers(languages=["zh", "en"], nlp_engine=presidio.nlp_engine())
    engine = AnalyzerEngine(
        registry=registry, nlp_engine=presidio.nlp_engine(), supported_languages=["zh", "en"]
    )
    made = presidio.register(engine)
    assert len(made) == 2 * len(RECOGNIZERS)
    found = engine.analyze(f"write to li@example.cn, {ID}", "en")
    assert {"CN_RESIDENT_ID", "EMAIL_ADDRESS"} <= {one.entity_type for one in found}
    assert asked == []


def test_without_a_language_engine_at_all():
    registry = RecognizerRegistry(supported_languages=["zh"])
    presidio.register(registry, languages=["zh"])
    engine = AnalyzerEngine(
        registry=registry,
        nlp_engine=NoOpNlpEngine(models=[{"lang_code": "zh", "model_name": "no_op"}]),
        supported_languages=["zh"],
    )
    assert spans(engine.analyze(f"证{ID}", "zh")) == [("CN_RESIDENT_ID", 1, 19)]


def test_the_anonymizer_takes_the_results(engine):
    text = f"张某{ID}，电话13800138001"
    done = AnonymizerEngine().anonymize(text, engine.analyze(text, "zh"))
    assert done.text == "张某<CN_RESIDENT_ID>，电话<CN_MOBILE>"
