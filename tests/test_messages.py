# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from piidetect.count.funnel import UNTRUE
from piidetect.errors import ArgumentError
from piidetect.messages import LANGUAGES, catalogue, default_language, language, say, term
from piidetect.schema import WHOSE, Verdict

PACKAGE = Path(__file__).parents[1] / "src" / "piidetect"
ENTRIES = [
    (section, name, texts)
    for section, names in catalogue().items()
    for name, texts in names.items()
]


@pytest.mark.parametrize(("section", "name", "texts"), ENTRIES)
def test_each_text_is_there_in_each_language(section, name, texts):
    assert isinstance(name, str)
    assert set(texts) == set(LANGUAGES)
    assert all(isinstance(text, str) and text for text in texts.values())


@pytest.mark.parametrize(("section", "name", "texts"), ENTRIES)
def test_the_languages_fill_in_the_same_values(section, name, texts):
    places = [set(re.findall(r"{(\w+)", text)) for text in texts.values()]
    assert places[0] == places[1]


def test_chinese_texts_are_chinese():
    plain = [
        (section, name)
        for section, name, texts in ENTRIES
        if not re.search(r"[㐀-鿿]", texts["zh"]) and not texts["zh"].startswith("{")
    ]
    assert plain == []


def keys_in_source():
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and (getattr(node.func, "attr", "") or getattr(node.func, "id", "")) == "say"
                and isinstance(node.args[0], ast.Constant)
            ):
                yield node.args[0].value


@pytest.mark.parametrize("key", sorted(set(keys_in_source())))
def test_each_key_that_the_program_says_is_in_the_catalogue(key):
    section, _, name = key.partition(".")
    assert name in catalogue()[section]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_codes_have_words(lang):
    codes = [("verdict", verdict.name.lower()) for verdict in Verdict if verdict]
    codes += [("whose", whose) for whose in WHOSE]
    codes += [("funnel", f"untrue:{verdict.name.lower()}") for verdict, _ in UNTRUE]
    assert [code for section, code in codes if code not in catalogue()[section]] == []


def alert_codes():
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                found = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "code"]
            elif isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                place = {"Alert": 1, "alert": 1, "_alert": 0}.get(name, 9)
                found = node.args[place : place + 1]
                found = [*found, *(k.value for k in node.keywords if k.arg == "code")]
            else:
                continue
            for value in found:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value


@pytest.mark.parametrize("code", sorted(set(alert_codes())))
def test_each_alert_has_a_remedy(code):
    assert code in catalogue()["remedy"]
    assert code in catalogue()["alert"]


def test_figures_are_grouped_by_thousands():
    text = say("report.headline_counted", "zh", counted=11_000_000)
    assert "11,000,000" in text


def test_a_code_without_a_word_stands_for_itself():
    assert term("verdict", "brand_new", "zh") == "brand_new"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "PIIDETECT_LANG": "zh"}, "zh"),
        ({"LANG": ""}, "en"),
    ],
)
def test_the_language_follows_the_locale(environ, expected):
    assert default_language(environ) == expected


def test_an_unknown_language_is_an_error_that_names_the_known_ones():
    with pytest.raises(ArgumentError, match=r"'fr'.*zh, en"):
        language("fr")


def test_no_text_stands_in_two_files():
    import yaml

    seen = [
        (section, name)
        for path in sorted((PACKAGE / "messages").glob("*.yaml"))
        for section, names in yaml.safe_load(path.read_text(encoding="utf-8")).items()
        for name in names
    ]
    assert len(seen) == len(set(seen))
