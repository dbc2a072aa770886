# SPDX-License-Identifier: Apache-2.0
"""The public names are a contract: notebooks and other programs depend on them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import piidetect
import piidetect.numbers
from piidetect import errors
from piidetect.schema import ENTITIES, Verdict

PUBLIC = [
    "Assessment",
    "CallLog",
    "Case",
    "Finding",
    "PersonEstimate",
    "PiiDetectError",
    "Progress",
    "Recognizer",
    "Verdict",
    "__version__",
    "assess_counts",
    "call_log",
    "detect",
    "estimate_persons",
    "lead_sheet",
    "load_recognizers",
    "merge",
    "numbers",
    "open_case",
    "overlap",
    "portfolio",
    "read_leads",
    "rectification",
    "rekey",
    "scan",
    "verify",
]
CASE_PROPERTIES = ["alerts", "columns", "counts", "funnel", "links", "persons", "sources"]
CASE_METHODS = ["compare", "findings", "report", "_repr_html_"]
NUMBERS = sorted(module.name for module in pkgutil.iter_modules(piidetect.numbers.__path__))
SCALAR_TWINS = [
    name
    for name in NUMBERS
    if hasattr(importlib.import_module(f"piidetect.numbers.{name}"), "validate")
]


def test_the_public_names_are_frozen():
    assert sorted(piidetect.__all__) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_each_public_name_is_there(name):
    assert getattr(piidetect, name) is not None
    assert name in dir(piidetect)


@pytest.mark.parametrize("name", [name for name in PUBLIC if not name.startswith("_")])
def test_each_public_name_has_a_docstring(name):
    assert inspect.getdoc(getattr(piidetect, name))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError):
        piidetect.no_such_name  # noqa: B018 - the access is what is tested


@pytest.mark.parametrize("name", CASE_PROPERTIES)
def test_a_case_has_its_properties(name):
    member = inspect.getattr_static(piidetect.Case, name)
    assert isinstance(member, property) or hasattr(member, "func")


@pytest.mark.parametrize("name", CASE_METHODS)
def test_a_case_has_its_methods(name):
    assert callable(getattr(piidetect.Case, name))


def test_a_finding_has_its_fields():
    fields = list(inspect.signature(piidetect.Finding).parameters)
    assert fields == [
        "entity",
        "start",
        "end",
        "text",
        "value",
        "verdict",
        "score",
        "recognizer",
        "also",
    ]


@pytest.mark.parametrize(
    "function",
    ["scan", "open_case", "detect", "load_recognizers", "merge", "overlap", "portfolio", "verify"],
)
def test_public_functions_are_annotated(function):
    signature = inspect.signature(getattr(piidetect, function))
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty, parameter.name


def test_there_are_scalar_twins():
    assert {"resident_id", "mobile", "bank_card", "email_address"} <= set(SCALAR_TWINS)


@pytest.mark.parametrize("name", SCALAR_TWINS)
@pytest.mark.parametrize("function", ["compact", "validate", "is_valid", "format"])
def test_each_number_has_the_same_functions(name, function):
    module = importlib.import_module(f"piidetect.numbers.{name}")
    assert inspect.getdoc(getattr(module, function))


@pytest.mark.parametrize("name", SCALAR_TWINS)
@pytest.mark.parametrize("text", ["", " ", "x", "\x00", "１", "身份证", "0" * 200, "\ud800"])
def test_is_valid_never_raises(name, text):
    module = importlib.import_module(f"piidetect.numbers.{name}")
    assert module.is_valid(text) in {True, False}


def test_every_error_is_a_pii_detect_error():
    classes = [item for _, item in inspect.getmembers(errors, inspect.isclass)]
    assert len(classes) > 5
    assert all(issubclass(item, errors.PiiDetectError) for item in classes)


def test_entity_and_verdict_numbers_are_frozen():
    # They are stored in case folders: append only.
    assert ENTITIES[:5] == (
        "CN_RESIDENT_ID",
        "CN_MOBILE",
        "CN_BANK_CARD",
        "EMAIL_ADDRESS",
        "PERSON",
    )
    assert len(set(ENTITIES)) == len(ENTITIES) <= 63  # bit 63 is count.identifiability's
    assert [verdict.name for verdict in Verdict] == [
        "NONE",
        "VALID",
        "INVALID_LENGTH",
        "INVALID_FORMAT",
        "INVALID_CHECKSUM",
        "INVALID_DATE",
        "UNKNOWN_REGION",
        "UNASSIGNED",
        "PLACEHOLDER",
        "PRECISION_LOST",
        "MASKED",
        "SERVICE_NUMBER",
        "IOT",
        "UNCHECKED",
    ]
    assert [int(verdict) for verdict in Verdict] == list(range(14))
