# SPDX-License-Identifier: Apache-2.0
"""The exceptions of piidetect.

::

    PiiDetectError
    ├── ArgumentError        unusable argument: what was given, what is expected
    │   └── RowsRefused      (in piidetect.refusal) rows of a table that the user filled in
    ├── RecognizerError      bad YAML: file, field, what was expected, remedy
    ├── PolicyError          bad policy or categories file: file, field, what was expected
    ├── SourceError          unreadable source: locator and cause (an alert inside a scan)
    │   └── DecodeError
    ├── SchemaError          a stage got a table with other columns
    ├── CaseError            a case folder that can't be written, opened or merged
    └── ValidationError      scalar numbers only (also a ValueError)
        ├── InvalidFormat
        │   └── InvalidLength
        ├── InvalidChecksum
        └── InvalidComponent

Vector code never raises for data: each leaf of ``ValidationError`` has its code in
:class:`piidetect.schema.Verdict`. No message holds a raw personal value.
"""

from __future__ import annotations


class PiiDetectError(Exception):
    """The root of all errors that piidetect raises on purpose."""


class ArgumentError(PiiDetectError, ValueError):
    """An argument can't be used; the message names it and the remedy."""


class RecognizerError(PiiDetectError):
    """A recognizer file is broken; the message names file, field and remedy."""


class PolicyError(PiiDetectError):
    """A policy file is broken or there is none of that name; the message names file and field."""


class SourceError(PiiDetectError):
    """A source can't be read; inside a scan this becomes an alert."""


class DecodeError(SourceError):
    """A source's text can't be decoded."""


class SchemaError(PiiDetectError):
    """A stage got a table with other columns than it needs."""


class CaseError(PiiDetectError):
    """A case folder can't be written, opened or merged."""


class ValidationError(PiiDetectError, ValueError):
    """A number breaks its rule; the class says which part of it."""


class InvalidFormat(ValidationError):
    """The number has characters or a shape that its rule doesn't allow."""


class InvalidLength(InvalidFormat):
    """The number has the wrong length."""


class InvalidChecksum(ValidationError):
    """The number's check digit is wrong."""


class InvalidComponent(ValidationError):
    """A part of the number (date, region, segment) can't be."""
