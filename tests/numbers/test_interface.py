# SPDX-License-Identifier: Apache-2.0
"""What all numbers have in common: the same four functions, errors that tell nothing, no crash."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

import piidetect.numbers
from piidetect.errors import ValidationError
from piidetect.schema import Verdict

MODULES = {
    module.name: importlib.import_module(f"piidetect.numbers.{module.name}")
    for module in pkgutil.iter_modules(piidetect.numbers.__path__)
}
RULES = {name: module for name, module in MODULES.items() if hasattr(module, "validate")}
JUDGES = {name: module for name, module in RULES.items() if hasattr(module, "verdict")}
USABLE = {Verdict.VALID, Verdict.UNCHECKED, Verdict.PLACEHOLDER, Verdict.SERVICE_NUMBER}

NAMES = {member.name.lower() for member in Verdict}

#: Text that is near to some number: digits of both widths, separators, letters, hanzi.
near = st.one_of(
    st.text(alphabet="0123456789０１９xXＸ -+.@*/年月日E甲aZ'", max_size=24),
    st.text(alphabet="0123456789ABCDEFGHJKLMPSTWXYZ", min_size=7, max_size=20),
    st.text(alphabet="019AFGaf:-.", min_size=11, max_size=39),
    st.text(alphabet="01238浙京使军武警字第号型血阴阳性RhABO+-()NE", max_size=14),
)


def test_there_are_numbers():
    assert len(RULES) >= 45
    assert {"resident_id", "mobile", "bank_card", "landline"} <= set(JUDGES)


@pytest.mark.parametrize("name", RULES)
def test_the_four_functions(name):
    for function in ("compact", "validate", "is_valid", "format"):
        member = getattr(RULES[name], function)
        assert next(iter(inspect.signature(member).parameters)) in {"text", "number"}
        assert member.__doc__


@pytest.mark.parametrize("name", JUDGES)
@given(text=st.one_of(near, st.text(max_size=40)))
def test_verdict_validate_and_is_valid_agree(name, text):
    module = JUDGES[name]
    verdict = module.verdict(text)
    if not module.is_valid(text):
        with pytest.raises(ValidationError) as caught:
            module.validate(text)
        assert verdict not in {Verdict.VALID, Verdict.SERVICE_NUMBER}
        assert str(caught.value) in NAMES
    else:
        canonical = module.validate(text)
        assert verdict in USABLE
        assert module.validate(canonical) == canonical


WITH_CONTEXT = [
    n for n, m in JUDGES.items() if "context" in inspect.signature(m.verdict).parameters
]


@pytest.mark.parametrize("name", WITH_CONTEXT)
@given(text=near)
def test_a_heading_confirms_what_is_unchecked_and_changes_nothing_else(name, text):
    alone = JUDGES[name].verdict(text)
    told = JUDGES[name].verdict(text, context=True)
    assert told is alone or (alone, told) == (Verdict.UNCHECKED, Verdict.VALID)


@pytest.mark.parametrize("name", JUDGES)
@given(text=near)
def test_white_space_around_a_number_changes_nothing(name, text):
    assert JUDGES[name].verdict(f" {text}\t") is JUDGES[name].verdict(text)


@pytest.mark.parametrize("name", RULES)
@given(text=st.text(max_size=60))
def test_nothing_crashes_on_any_text(name, text):
    module = RULES[name]
    assert module.is_valid(text) in {True, False}
    assert isinstance(module.compact(text), str)
    assert isinstance(module.format(text), str)


def test_a_number_is_imported_by_name_only():
    assert piidetect.numbers.mobile.is_valid("13800138001")
    for name in ("no_such_number", "__wrapped__", "os.path"):
        with pytest.raises(AttributeError):
            getattr(piidetect.numbers, name)
