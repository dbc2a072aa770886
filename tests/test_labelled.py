# SPDX-License-Identifier: Apache-2.0
"""The labelled corpus is seeded, its labels stand where they say, and the scalar rules agree with it."""

from __future__ import annotations

import importlib
import random
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from piidetect import numbers
from piidetect.schema import ENTITIES

if TYPE_CHECKING:
    from types import ModuleType

BENCHMARKS = str(Path(__file__).parents[1] / "benchmarks")
#: Scalar modules of entities whose name isn't that of the module.
MODULES = {
    "CN_BANK_CARD": "bank_card",
    "CN_VISIT_NUMBER": "medical_record_number",
    "PERSON": "person_name",
    "CN_PREGNANCY": "date",
    "DATE_OF_BIRTH": "date",
    "DEVICE_ID": "meid",
    "GEO_COORDINATE": "coordinate",
    "ICD9_PROCEDURE_CODE": "icd9_procedure",
}


@pytest.fixture(scope="module")
def modules():
    before = set(sys.modules)
    sys.path.insert(0, BENCHMARKS)
    yield {name: importlib.import_module(name) for name in ("entities", "invented", "labelled")}
    sys.path.remove(BENCHMARKS)
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture(scope="module")
def labelled(modules) -> ModuleType:
    return modules["labelled"]


def rule(entity):
    name = MODULES.get(entity, entity.lower().removeprefix("cn_"))
    return getattr(numbers, name) if find_spec(f"piidetect.numbers.{name}") else None


def validated(module, text):
    try:
        return module.validate(text, context=True)
    except TypeError:  # it proves itself and takes no context
        return module.validate(text)


def test_the_scalar_rules_agree_with_every_value(modules):
    rng = random.Random(11)
    judged = set()
    for spec in modules["entities"].SPECS:
        module = rule(spec.entity)
        if module is None:
            continue
        judged.add(spec.entity)
        for _ in range(100):
            made = spec.make(rng)
            assert validated(module, made.text) == made.value, spec.entity
    assert len(judged) > 40


def test_every_entity_with_a_number_occurs(modules):
    known = {spec.entity for spec in modules["entities"].SPECS}
    assert known <= set(ENTITIES)
    assert {name for name in ENTITIES if rule(name) is not None} <= known


def test_the_same_seed_draws_the_same(labelled):
    assert labelled.texts(3, 2) == labelled.texts(3, 2)
    assert labelled.texts(3, 2) != labelled.texts(4, 2)
    assert labelled.tables(3, 20) == labelled.tables(3, 20)
    assert labelled.decoys(3, 50) == labelled.decoys(3, 50)


def test_labels_stand_where_they_say(labelled):
    forms = set()
    for sample in labelled.texts(5, 3):
        forms.add(sample.form)
        for label in sample.labels:
            written = sample.text[label.start : label.end]
            assert len(written) == label.end - label.start > 0
            module = rule(label.entity)
            if module is not None and label.verdict != "masked":
                assert validated(module, written) == label.value, (sample.form, label.entity)
    assert {"glued", "json", "full_width", "masked", "wrong", "cut_off", "inside"} <= forms


def test_what_has_no_label_is_no_value(labelled, modules):
    checked = {one.entity: one for one in modules["entities"].SPECS if one.checked}
    seen = set()
    for sample in labelled.texts(6, 20):
        if sample.labels or sample.form != "wrong":
            continue
        seen.add(sample.about)
        word = max(filter(sample.text.startswith, checked[sample.about].words), key=len)
        number = sample.text.removeprefix(word).strip("。")
        right = checked[sample.about].make(random.Random(1)).text
        assert rule(sample.about).is_valid(right)
        assert not rule(sample.about).is_valid(number), sample
    assert seen == set(checked)


def test_decoys_hold_every_kind(labelled):
    drawn = labelled.decoys(9, 3000)
    assert {kind for kind, _ in drawn} == set(labelled.DECOYS)
    assert all(text for _, text in drawn)
