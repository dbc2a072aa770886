# SPDX-License-Identifier: Apache-2.0
"""The labels of every entity: ``recognizers/categories.yaml``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from piidetect._resources import recognizers_root
from piidetect.policies.faults import read
from piidetect.policies.model import EVIDENCE
from piidetect.recognizer import LABELS_FILE
from piidetect.schema import ENTITIES
from piidetect.yaml_fields import choice, mapping, text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from piidetect.policies.model import Texts
    from piidetect.yaml_fields import Report

AXES: Final = ("pipl", "gbt_35273", "gbt_45574")
STANDARDS: Final = ("class", *AXES, "tier")
SENSITIVITY: Final = ("sensitive", "not_sensitive", "contested")
TIERS: Final = ("3", "4", "5", "none")


@dataclass(frozen=True)
class Sensitive:
    """Whether an entity is sensitive under one text, as what kind, and why."""

    standing: str
    kind: str = ""
    why: Texts = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Label:
    """The labels of one entity; ``strict`` and ``expansive`` differ where courts do."""

    category: str
    sensitive: Mapping[str, Sensitive] = field(hash=False)
    strict: str
    expansive: str
    why: Texts = field(default_factory=dict, hash=False)
    cases: tuple[str, ...] = ()

    @property
    def contested(self) -> bool:
        """Return whether courts differ on the tier."""
        return self.strict != self.expansive


@dataclass(frozen=True)
class Categories:
    """The file: version, digest, the standards and words by code, and the labels by entity."""

    version: str
    sha256: str
    standards: Mapping[str, Mapping[str, Any]] = field(hash=False)
    classes: Mapping[str, Texts] = field(hash=False)
    kinds: Mapping[str, Texts] = field(hash=False)
    labels: Mapping[str, Label] = field(hash=False)


@cache
def load_categories() -> Categories:
    """Return the labels that are shipped.

    Raises:
        PolicyError: the file is missing or broken; one line for each fault.
    """
    return read_categories(recognizers_root() / LABELS_FILE)


def read_categories(path: Path) -> Categories:
    """Return the labels of a file.

    Raises:
        PolicyError: the file is missing or broken; one line for each fault.
    """
    content, sha256, report = read(path)
    found = mapping(content, "", "version standards classes kinds entities not_yet", report)
    classes = _words(found.get("classes"), "classes", report)
    kinds = _words(found.get("kinds"), "kinds", report)
    labels: dict[str, Label] = {}
    for section in ("entities", "not_yet"):
        for name, value in _open(found.get(section), section, report).items():
            if name in labels:
                report(f"{section}.{name}", "stands there twice")
            if section == "entities" and name not in ENTITIES:
                report(f"{section}.{name}", "no such entity; put it under not_yet")
            labels[name] = _label(value, f"{section}.{name}", (classes, kinds), report)
    categories = Categories(
        version=text(found.get("version"), "version", report),
        sha256=sha256,
        standards=_standards(found.get("standards"), report),
        classes=classes,
        kinds=kinds,
        labels=labels,
    )
    if report:
        raise report.error()
    return categories


def _open(value: Any, where: str, report: Report) -> dict[str, Any]:
    """Return a mapping whose keys are free."""
    known = " ".join(map(str, value)) if isinstance(value, dict) else ""
    return mapping(value, where, known, report)


def _both(value: Any, where: str, report: Report) -> Texts:
    data = mapping(value, where, "zh en", report)
    return {lang: text(data.get(lang), f"{where}.{lang}", report) for lang in ("zh", "en")}


def _words(value: Any, where: str, report: Report) -> dict[str, Texts]:
    return {
        name: _both(words, f"{where}.{name}", report)
        for name, words in _open(value, where, report).items()
    }


def _standards(value: Any, report: Report) -> dict[str, dict[str, Any]]:
    data = mapping(value, "standards", " ".join(STANDARDS), report)
    standards: dict[str, dict[str, Any]] = {}
    for name in STANDARDS:
        where = f"standards.{name}"
        found = mapping(data.get(name), where, "standard effective evidence source note", report)
        standards[name] = {
            key: text(found.get(key), f"{where}.{key}", report)
            for key in ("standard", "effective", "source")
        }
        evidence = choice(found.get("evidence"), f"{where}.evidence", EVIDENCE, report)
        standards[name] |= {
            "evidence": evidence,
            "note": _both(found.get("note"), f"{where}.note", report),
        }
    return standards


def _label(
    value: Any, where: str, words: tuple[Mapping[str, Texts], Mapping[str, Texts]], report: Report
) -> Label:
    classes, kinds = words
    data = mapping(value, where, " ".join(STANDARDS), report)
    tier = data.get("tier")
    if isinstance(tier, dict):
        found = mapping(tier, f"{where}.tier", "contested strict expansive why cases", report)
        strict, expansive = (
            choice(found.get(name), f"{where}.tier.{name}", TIERS, report)
            for name in ("strict", "expansive")
        )
        if found.get("contested") is not True or strict <= expansive:
            report(f"{where}.tier", "expected contested: true and expansive graver than strict")
        why = _both(found.get("why"), f"{where}.tier.why", report)
        cases = texts(found.get("cases"), f"{where}.tier.cases", report)
    else:
        strict = expansive = choice(tier, f"{where}.tier", TIERS, report)
        why, cases = {}, ()
    return Label(
        category=choice(data.get("class"), f"{where}.class", classes, report),
        sensitive={
            axis: _sensitive(data.get(axis), f"{where}.{axis}", kinds, report) for axis in AXES
        },
        strict=strict,
        expansive=expansive,
        why=why,
        cases=cases,
    )


def _sensitive(value: Any, where: str, kinds: Mapping[str, Texts], report: Report) -> Sensitive:
    if not isinstance(value, dict):
        standing = choice(value, where, SENSITIVITY, report)
        if standing and standing != "not_sensitive":
            report(where, "expected a mapping with is and kind")
        return Sensitive(standing)
    data = mapping(value, where, "is kind why", report)
    why = data.get("why")
    return Sensitive(
        standing=choice(data.get("is"), f"{where}.is", SENSITIVITY, report),
        kind=choice(data.get("kind"), f"{where}.kind", kinds, report),
        why={} if why is None else _both(why, f"{where}.why", report),
    )
