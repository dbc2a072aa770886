# SPDX-License-Identifier: Apache-2.0
"""Recognizers are data: the files are sound, hostile ones are refused, every example holds."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from piidetect import numbers, tables
from piidetect._resources import recognizers_root
from piidetect.errors import RecognizerError
from piidetect.numbers import resident_id
from piidetect.recognizer import (
    Example,
    Match,
    cell_detector,
    check,
    load_recognizers,
    recognizers_sha256,
)
from piidetect.schema import ENTITIES

RECOGNIZERS = load_recognizers()
CHECKSUMMED = ("cn.resident_id", "cn.foreign_permanent_resident_id", "cn.bank_card")
IDS = [recognizer.id for recognizer in RECOGNIZERS]

GOOD = """\
id: cn.thing
entity: CN_MOBILE
name: {zh: 东西, en: Thing}
category: contact
references: [somewhere]
shape: {alphabet: digits, length: [11], separators: [" "], boundary: alnum}
validator: mobile
precedence: 500
context: {headers: [东西], words: [东西], required: false}
examples:
- {text: '13800138001', matches: [{value: '13800138001', verdict: valid}]}
counter_examples: ['1380013800']
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cn").mkdir()

    def write(text, name="thing.yaml"):
        path = tmp_path / "cn" / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write


def by_id(name):
    return next(recognizer for recognizer in RECOGNIZERS if recognizer.id == name)


def refused(folder, text):
    with pytest.raises(RecognizerError) as caught:
        load_recognizers(folder(text))
    message = str(caught.value)
    assert message.startswith("cn/thing.yaml: ")
    return message


# ------------------------------------------------------------------ our own files


def test_ids_are_paths_and_unique():
    paths = [p for p in recognizers_root().glob("*/*.yaml") if p.parent.name != "tables"]
    assert sorted(f"{path.parent.name}.{path.stem}" for path in paths) == IDS
    assert len(set(IDS)) == len(IDS)


def test_what_the_first_release_finds():
    assert {recognizer.entity for recognizer in RECOGNIZERS} >= set(ENTITIES[:14])


@pytest.mark.parametrize("name", CHECKSUMMED)
def test_a_checksummed_recognizer_has_ten_of_each(name):
    assert len(by_id(name).examples) >= 10
    assert len(by_id(name).counter_examples) >= 10


@pytest.mark.parametrize("recognizer", RECOGNIZERS, ids=IDS)
def test_examples_say_what_they_must(recognizer):
    assert recognizer.references
    assert recognizer.counter_examples
    assert len(set(recognizer.context_headers)) == len(recognizer.context_headers)
    assert {match.verdict for example in recognizer.examples for match in example.matches} & {
        "valid",
        "service_number",
    }
    if recognizer.kind == "column":
        assert recognizer.context_required
        assert all(example.header for example in recognizer.examples)


def test_precedence_is_never_left_to_chance():
    order = [recognizer.precedence for recognizer in RECOGNIZERS]
    assert len(set(order)) == len(order)
    foreign, resident, card = (
        by_id(name).precedence for name in (CHECKSUMMED[1], *CHECKSUMMED[::2])
    )
    assert foreign < resident < card


def test_no_living_person_in_any_file():
    for path in recognizers_root().rglob("*.yaml"):
        for digits in re.findall(
            r"(?<!\d)\d{6}(?:19|20)\d{9}[\dXx](?!\d)", path.read_text("utf-8")
        ):
            birth = int(digits[6:10])
            assert birth <= 1905 or not resident_id.is_valid(digits), path.name


def test_placeholders_are_canonical_values():
    for recognizer in RECOGNIZERS:
        module = getattr(numbers, recognizer.validator)
        for value in tables.placeholders(recognizer.validator):
            assert value in recognizer.placeholders
            assert module.compact(value) == value


def test_what_a_shape_says_of_lengths():
    assert by_id("cn.resident_id").classes == ((0, 18), (0, 15))
    foreign = by_id("cn.foreign_permanent_resident_id")
    assert foreign.classes == ((0, 18), (3, 12))
    assert foreign.lengths == (18, 15)


def test_recognizers_can_be_keys():
    assert len({*RECOGNIZERS, *RECOGNIZERS}) == len(RECOGNIZERS)
    assert replace(RECOGNIZERS[0], also={"x": "y"}) != RECOGNIZERS[0]


def test_loading_twice_gives_the_same():
    assert load_recognizers() is load_recognizers()
    assert recognizers_sha256() == recognizers_sha256()
    assert re.fullmatch(r"[0-9a-f]{64}", recognizers_sha256())


# ------------------------------------------------------------------ examples against detect


def test_every_example_against_every_recognizer():
    import piidetect

    detect = piidetect.detect
    assert check(RECOGNIZERS, detect, cell_detector(detect)) == []


def finding(recognizer, value, verdict="valid"):
    return SimpleNamespace(recognizer=recognizer, value=value, verdict=verdict)


def test_check_reports_a_wrong_value_a_wrong_verdict_and_a_missing_one():
    mobile = replace(by_id("cn.mobile"), counter_examples=())
    mobile = replace(mobile, examples=(Example("13800138001", (Match("13800138001", "valid"),)),))
    good = finding("cn.mobile", "13800138001")
    assert check([mobile], lambda _text: [good]) == []
    for findings in (
        [],
        [finding("cn.mobile", "13800138002")],
        [finding("cn.mobile", "13800138001", "iot")],
        [good, good],
    ):
        problems = check([mobile], lambda _text, findings=findings: findings)
        assert len(problems) == 1
        assert problems[0].startswith("cn.mobile: examples[0]: expected 13800138001 valid")


def test_check_reports_undeclared_cross_fire():
    mobile = replace(by_id("cn.mobile"), counter_examples=())
    mobile = replace(mobile, examples=(Example("13800138001", (Match("13800138001", "valid"),)),))
    both = [finding("cn.mobile", "13800138001"), finding("cn.bank_card", "13800138001")]
    assert check([mobile], lambda _text: both) == [
        "cn.mobile: examples[0]: cn.bank_card matches too; if that is right, say so in also"
    ]
    declared = replace(mobile, also={"cn.bank_card": "why"})
    assert check([declared, by_id("cn.bank_card")], lambda _text: both)[0].startswith(
        "cn.bank_card"
    )
    assert not [p for p in check([declared], lambda _text: both) if "matches too" in p]


def test_check_reports_a_counter_example_that_matches_and_an_unknown_neighbour():
    mobile = replace(
        by_id("cn.mobile"), examples=(), counter_examples=("x",), also={"cn.nil": "why"}
    )
    problems = check([mobile], lambda _text: [finding("cn.mobile", "13800138001")])
    assert problems == [
        "cn.mobile: also: no recognizer cn.nil",
        "cn.mobile: counter_examples[0]: expected nothing, found 13800138001 valid",
    ]


def test_check_runs_cells_through_the_validator():
    person = by_id("generic.person")
    wrong = replace(person, examples=(Example("张三", (Match("李四", "valid"),), "姓名"),))
    wrong = replace(wrong, counter_examples=("王五",))
    assert check([wrong], lambda _text: []) == [
        "generic.person: examples[0]: expected 李四, found 张三",
        "generic.person: counter_examples[0]: the validator accepts it",
    ]


# ------------------------------------------------------------------ further folders


def test_a_folder_adds_recognizers(folder):
    extra = folder(GOOD)
    loaded = load_recognizers(extra)
    assert {recognizer.id for recognizer in loaded} == {*IDS, "cn.thing"}
    assert recognizers_sha256(extra) != recognizers_sha256()


def test_no_such_folder_and_an_empty_one(tmp_path):
    with pytest.raises(RecognizerError, match="no such folder"):
        load_recognizers(tmp_path / "none")
    with pytest.raises(RecognizerError, match="no recognizers"):
        load_recognizers(tmp_path)


def test_an_id_of_ours_is_taken(folder):
    with pytest.raises(RecognizerError, match="taken by a built-in one"):
        load_recognizers(folder(GOOD.replace("cn.thing", "cn.mobile"), "mobile.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("id: cn.thing", "id: cn.other", "id: must be cn.thing"),
        ("entity: CN_MOBILE", "entity: CN_NOTHING", "entity: expected one of"),
        ("en: Thing", "fr: Chose", "name.fr: unknown key"),
        ("category: contact", "category: secret", "category: expected one of"),
        ("validator: mobile", "validator: os.system", "validator: no such module"),
        ("validator: mobile", "validator: ../../evil", "validator: no such module"),
        ("precedence: 500", "precedence: first", "precedence: expected a whole number"),
        ("precedence: 500", "precedence: true", "precedence: expected a whole number"),
        ("length: [11]", "length: []", "shape.length"),
        ("length: [11]", "length: [eleven]", "shape.length"),
        ("length: [11]", "length: ['9+11']", "shape.length"),
        ("alphabet: digits", "alphabet: letters", "shape.alphabet: expected digits"),
        ("boundary: alnum", "boundary: word", "shape.boundary: expected alnum"),
        ("required: false", "required: 'no'", "context.required"),
        ("headers: [东西]", "headers: 东西", "context.headers: expected a list"),
        ("headers: [东西]", "headers: [0571]", "context.headers[0]: expected text, got int"),
        ("text: '13800138001'", "text: 13800138001", "examples[0].text: expected text, got int"),
        (
            "value: '13800138001'",
            "value: 13800138001",
            "examples[0].matches[0].value: expected text",
        ),
        ("verdict: valid", "verdict: fine", "examples[0].matches[0].verdict: expected one of"),
        ("['1380013800']", "[2024-01-01]", "counter_examples[0]: expected text, got date"),
        ("['1380013800']", "[1380013800]", "counter_examples[0]: expected text, got int"),
        ("precedence: 500", "precedence: 500\nspeed: 9", "speed: unknown key"),
        ("precedence: 500", "precedence: 500\npattern: 'a'", "expected exactly one of"),
        ("precedence: 500", "precedence: 500\nscore: {valid: 2}", "score.valid: expected a number"),
    ],
)
def test_each_field_is_checked(folder, old, new, field):
    assert old in GOOD
    assert field in refused(folder, GOOD.replace(old, new))


@pytest.mark.parametrize(
    "pattern", [r"(?=a)b", r"(?<!a)b", r"\bab", r"\d{11}", r"(a)\1", "a(", r"\w+"]
)
def test_patterns_on_which_engines_differ(folder, pattern):
    start, _, rest = GOOD.partition("shape:")
    text = start + f"pattern: '{pattern}'\n" + rest.partition("\n")[2]
    assert "pattern: " in refused(folder, text)


def test_all_faults_of_all_files_come_at_once(folder):
    folder(GOOD.replace("CN_MOBILE", "A").replace("contact", "b"), "one.yaml")
    with pytest.raises(RecognizerError) as caught:
        load_recognizers(folder(GOOD.replace("verdict: valid", "verdict: c")))
    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["cn/one.yaml"] * 3 + ["cn/thing.yaml"]


@pytest.mark.parametrize(
    "key", ["examples", "name", "entity", "validator", "precedence", "category"]
)
def test_a_field_that_is_missing(folder, key):
    text = re.sub(rf"^{key}:.*\n(?:- .*\n)*", "", GOOD, flags=re.MULTILINE)
    assert f"{key}" in refused(folder, text)


# ------------------------------------------------------------------ hostile files

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("!!python/object/apply:os.system ['true']", "tags aren't allowed"),
        ("id: !!python/name:os.system", "tags aren't allowed"),
        ("id: !!binary aGk=", "tags aren't allowed"),
        (LAUGHS, "aliases and anchors aren't allowed"),
        ("a: &a\n  b: *a", "aliases and anchors aren't allowed"),
        ("id: a\nid: b", "'id' stands there twice"),
        ("1: a", "keys must be strings"),
        ("? [a]\n: b", "keys must be strings"),
        ("a: " + "[" * 5000, "nested deeper"),
        ("a: " + "{b: " * 40, "nested deeper"),
        ("a: [", "line 2"),
        ("a: b: c", "line 1"),
        ("--- a\n--- b", "line 2"),
        ("a: \x00", "not YAML"),
        (b"a: \xff\xfe", "not UTF-8 at byte 3"),
        ("a: 'x'\n" * 200_000, "larger than 1000000 bytes"),
        ("when: 2024-99-99", "not YAML"),
        ("", "expected a mapping"),
        ("- a\n- b", "expected a mapping"),
        ("just text", "expected a mapping"),
    ],
)
def test_hostile_files_are_refused(folder, content, why):
    assert why in refused(folder, content)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_does_not_stop_the_run(folder):
    root = folder(GOOD)
    os.mkfifo(root / "cn" / "pipe.yaml")
    with pytest.raises(RecognizerError, match="not a regular file"):
        load_recognizers(root)


def test_a_link_to_nothing(folder):
    root = folder(GOOD)
    (root / "cn" / "gone.yaml").symlink_to(Path("nowhere.yaml"))
    with pytest.raises(RecognizerError, match="not a regular file"):
        load_recognizers(root)
