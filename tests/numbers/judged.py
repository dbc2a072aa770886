# SPDX-License-Identifier: Apache-2.0
"""What the tests of number modules ask of a verdict."""

from __future__ import annotations

import pytest

from piidetect.errors import ValidationError

USABLE = {"valid", "unchecked", "placeholder", "service_number"}


def assert_agrees(module, text, expected):
    """`validate`, `is_valid` and `format` agree with the verdict, and no error holds the value."""
    assert module.verdict(text).name.lower() == expected
    if expected in USABLE:
        canonical = module.validate(text)
        assert module.validate(canonical) == canonical
        assert module.is_valid(module.format(canonical))
    else:
        with pytest.raises(ValidationError) as caught:
            module.validate(text)
        assert text not in str(caught.value)
