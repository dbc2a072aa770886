# SPDX-License-Identifier: Apache-2.0
"""Every entity has three independent labels, each under a standard with its version."""

from __future__ import annotations

from copy import deepcopy

import pytest
import yaml

from piidetect._resources import recognizers_root
from piidetect.errors import PolicyError
from piidetect.policies.categories import AXES, STANDARDS, load_categories, read_categories
from piidetect.recognizer import recognizers_sha256
from piidetect.schema import ENTITIES

LABELS = load_categories().labels


@pytest.mark.parametrize("entity", ENTITIES)
def test_each_entity_has_its_labels(entity):
    label = LABELS[entity]
    assert label.category in load_categories().classes
    assert set(label.sensitive) == set(AXES)
    assert label.contested == bool(label.why)


def test_each_standard_has_version_date_and_source():
    standards = load_categories().standards
    assert set(standards) == set(STANDARDS)
    assert all(one["standard"] and one["effective"] and one["source"] for one in standards.values())
    assert standards["class"]["evidence"] == "unverified"
    assert "2025" in standards["gbt_45574"]["standard"]


def test_the_standards_differ_on_the_id_number():
    label = LABELS["CN_RESIDENT_ID"].sensitive
    assert label["gbt_35273"].standing == "sensitive"
    assert label["gbt_45574"].standing == "not_sensitive"
    assert label["pipl"].standing == "contested"


@pytest.mark.parametrize(
    ("entity", "strict", "expansive"),
    [
        ("CN_PREGNANCY", "4", "4"),
        ("ICD10_CODE", "4", "4"),
        ("CN_MOBILE", "5", "5"),
        ("CN_BANK_CARD", "5", "3"),
        ("CN_MEDICAL_RECORD_NUMBER", "5", "4"),
        ("GEO_COORDINATE", "5", "3"),
        ("CN_USCC", "none", "none"),
        ("FACE_IMAGE", "4", "4"),
        ("GEO_TRACK", "3", "3"),
        ("CREDENTIAL", "5", "3"),
        ("TRANSACTION_RECORD", "4", "4"),
        ("HOTEL_STAY", "4", "4"),
    ],
)
def test_tiers(entity, strict, expansive):
    assert (LABELS[entity].strict, LABELS[entity].expansive) == (strict, expansive)


def source():
    return yaml.safe_load((recognizers_root() / "categories.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda c: c["entities"].update(NOBODY=deepcopy(c["entities"]["VIN"])),
            "NOBODY: no such entity",
        ),
        (
            lambda c: c["not_yet"].update(VIN=deepcopy(c["entities"]["VIN"])),
            "not_yet.VIN: stands there twice",
        ),
        (lambda c: c["entities"]["VIN"].update({"class": "car"}), "VIN.class: expected one of"),
        (lambda c: c["entities"]["VIN"].update(tier="2"), "VIN.tier: expected one of"),
        (lambda c: c["entities"]["VIN"]["tier"].update(strict="3"), "expansive graver"),
        (lambda c: c["entities"]["VIN"].update(pipl="sensitive"), "VIN.pipl: expected a mapping"),
        (lambda c: c["entities"]["VIN"].pop("pipl"), "VIN.pipl: expected text"),
        (lambda c: c["standards"].pop("tier"), "standards.tier: expected a mapping"),
        (lambda c: c.update(more=1), "more: unknown key"),
    ],
)
def test_a_fault_is_told_with_its_field(tmp_path, change, fault):
    content = source()
    change(content)
    path = tmp_path / "categories.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PolicyError, match=fault):
        read_categories(path)


def test_labels_decide_nothing_of_what_is_found(tmp_path, monkeypatch):
    import shutil

    from piidetect import recognizer

    copied = shutil.copytree(recognizers_root(), tmp_path / "recognizers")
    monkeypatch.setattr(recognizer, "recognizers_root", lambda: copied)
    before = recognizers_sha256()
    (copied / "categories.yaml").write_text("other", encoding="utf-8")
    assert recognizers_sha256() == before
