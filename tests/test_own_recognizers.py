# SPDX-License-Identifier: Apache-2.0
"""Folders of a user's own recognizers: begun by a command, checked strictly, refused quickly."""

from __future__ import annotations

import re
import time

import pytest
from click.testing import CliRunner

from piidetect.cli import cli
from piidetect.errors import RecognizerError
from piidetect.recognizer import load_recognizers
from piidetect.recognizer.fields import LONGEST_PATTERN

GOOD = """\
id: hospital.mrn
entity: X_MRN
name: {zh: 病案号, en: Record number}
category: health
references: [the hospital]
pattern: 'ZY[0-9]{8}'
precedence: 200
examples:
- {text: '号ZY00000001', matches: [{value: 'ZY00000001', verdict: unchecked}]}
counter_examples: ['AZY00000001']
"""


@pytest.fixture
def folder(tmp_path):
    def write(text, name="mrn"):
        path = tmp_path / "hospital" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write


def run(*arguments):
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def with_pattern(pattern):
    return GOOD.replace("'ZY[0-9]{8}'", "'" + pattern.replace("'", "''") + "'")


LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = [
    (with_pattern("a" * 10_000_000), "larger than 1000000 bytes"),
    (with_pattern("a" * 900_000), f"longer than {LONGEST_PATTERN} characters"),
    (with_pattern("(?:a|" * 80 + "b" + ")" * 80), "has brackets more than 20 deep"),
    (with_pattern("(" * 240 + "a" + ")" * 240), "has brackets more than 20 deep"),
    (with_pattern("(a+)+$"), "leave it out"),
    (with_pattern("(?:a+)+b"), ""),
    (with_pattern("(?:a*)*b"), ""),
    (with_pattern("(?:(?:a{1,100}){1,100}){1,100}"), "is longer than 600 characters"),
    (with_pattern("(?:(?:a|b)?){200}[a-z]{3,300}"), "the pattern"),
    (with_pattern(".*a.{20}"), "needs more than 1000 states"),
    (with_pattern("[0-9]{0,8}"), "the pattern matches an empty text"),
    (with_pattern("[0-9]{8}(?=x)"), "no lookaround"),
    (with_pattern("ZY[0-9]{8"), "has a { that is no repeat"),
    (with_pattern("ZY[0-9]{8})"), "not a regular expression"),
    (with_pattern("^ZY[0-9]{8}"), "leave it out"),
    (with_pattern(r"\AZY[0-9]{8}\Z"), "no anchors"),
    (LAUGHS, "aliases and anchors aren't allowed"),
    ("a: " + "[" * 100_000, "nested deeper"),
    (GOOD + "speed: 9\n", "speed: unknown key"),
    (GOOD + "validator: luhn\n", "validator: that module checks no number"),
    (GOOD + "validator: verdict_errors\n", "validator: that module checks no number"),
    (GOOD + "validator: icd10_code\n", "validator: patterns are judged by one of"),
    (GOOD + "validator: no_such\n", "validator: no such module"),
    (GOOD + "validator: os.system\n", "validator: no such module"),
    (GOOD + "own: true\n", "own: unknown key"),
    (GOOD.replace("X_MRN", "X_mrn"), "entity: expected X_"),
    (GOOD.replace("X_MRN", "MRN"), "or X_… for your own"),
    (GOOD.partition("examples:")[0] + "examples: []\n", "examples: expected a list"),
]


@pytest.mark.parametrize(("text", "why"), HOSTILE, ids=[why or "odd" for _, why in HOSTILE])
def test_a_hostile_file_is_refused_in_under_a_second(folder, text, why):
    root = folder(text)
    began = time.process_time()
    if not why:  # odd, but harmless: it loads, and nothing else happens
        load_recognizers(root)
    else:
        with pytest.raises(RecognizerError, match=re.escape(why)) as caught:
            load_recognizers(root)
        assert str(caught.value).startswith("hospital/mrn.yaml: ")
    assert time.process_time() - began < 1


def test_backslashes_and_classes_are_no_anchors(folder):
    root = folder(with_pattern(r"[^0-9]ZY\^\$[0-9]{8}"))
    assert load_recognizers(root)


def test_too_many_entities_of_ones_own(folder):
    for at in range(4):
        root = folder(
            GOOD.replace("X_MRN", f"X_MRN{at}").replace("hospital.mrn", f"hospital.m{at}"), f"m{at}"
        )
    with pytest.raises(RecognizerError, match="may have 3"):
        load_recognizers(root)


def test_new_list_and_check(tmp_path):
    root = str(tmp_path / "mine")
    made = run("recognizers", "new", "hospital.mrn", "--recognizers", root, "--lang", "en")
    path = tmp_path / "mine" / "hospital" / "mrn.yaml"
    assert made.exit_code == 0
    assert str(path) in made.output
    failed = run("recognizers", "check", "--recognizers", root)
    assert failed.exit_code == 2
    assert "hospital/mrn.yaml: examples: expected a list" in failed.output
    again = run("recognizers", "new", "hospital.mrn", "--recognizers", root, "--lang", "en")
    assert (again.exit_code, "not overwritten" in again.output) == (2, True)
    example = (
        "examples:\n- {text: '号ZY00000001', matches: [{value: ZY00000001, verdict: unchecked}]}"
    )
    path.write_text(path.read_text("utf-8").replace("examples: []", example, 1), "utf-8")
    passed = run("recognizers", "check", "--recognizers", root, "--lang", "en")
    assert passed.exit_code == 0, passed.output
    assert "The same through Presidio." in passed.output
    listed = run("recognizers", "list", "--recognizers", root, "--lang", "en")
    [line] = [one for one in listed.output.splitlines() if one.startswith("hospital.mrn")]
    assert "X_MRN" in line
    found = run("detect", "号ZY12345678", "--recognizers", root, "--format", "json")
    assert '"recognizer": "hospital.mrn"' in found.output


@pytest.mark.parametrize("name", ["mrn", "Hospital.mrn", "../x.y", "a..b", "a.b/c", "", "a.-b"])
def test_new_refuses_odd_ids(tmp_path, name):
    result = run("recognizers", "new", name, "--recognizers", str(tmp_path), "--lang", "en")
    assert result.exit_code == 2
    assert not list(tmp_path.rglob("*.yaml"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_skeleton_fails_by_its_examples_alone(tmp_path, lang):
    run("recognizers", "new", "a.some_number", "--recognizers", str(tmp_path), "--lang", lang)
    with pytest.raises(RecognizerError) as caught:
        load_recognizers(tmp_path)
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == ["examples"]


def test_check_says_where_presidio_is_missing(tmp_path, monkeypatch):
    import piidetect.cli.recognizers as module

    monkeypatch.setattr(module, "find_spec", lambda _: None)
    result = run("recognizers", "check", "--lang", "en")
    assert result.exit_code == 0
    assert "Presidio isn't installed" in result.output
