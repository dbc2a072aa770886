# SPDX-License-Identifier: Apache-2.0
"""From a verdict to python-stdnum's way of saying it: ``validate`` raises, ``is_valid`` tells.

A number module states its rule once, as ``compact`` (one spelling) and ``verdict`` (what is right or
wrong). :func:`checked` makes the other two functions of the interface from them:

>>> validate, is_valid = checked(lambda text: Verdict.INVALID_CHECKSUM, str.upper)
>>> is_valid("x")
False
>>> validate("x")
Traceback (most recent call last):
...
piidetect.errors.InvalidChecksum: invalid_checksum
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from piidetect.errors import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    ValidationError,
)
from piidetect.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

_ERRORS: dict[Verdict, type[ValidationError]] = {
    Verdict.NONE: InvalidFormat,
    Verdict.INVALID_LENGTH: InvalidLength,
    Verdict.INVALID_FORMAT: InvalidFormat,
    Verdict.MASKED: InvalidFormat,
    Verdict.PRECISION_LOST: InvalidChecksum,
    Verdict.INVALID_CHECKSUM: InvalidChecksum,
    Verdict.INVALID_DATE: InvalidComponent,
    Verdict.UNKNOWN_REGION: InvalidComponent,
    Verdict.UNASSIGNED: InvalidComponent,
    Verdict.IOT: InvalidComponent,
}


class Validate(Protocol):
    """``validate`` of a number module."""

    def __call__(self, text: str, **options: Any) -> str:
        """Return the canonical number or raise."""


class IsValid(Protocol):
    """``is_valid`` of a number module."""

    def __call__(self, text: str, **options: Any) -> bool:
        """Return whether ``validate`` accepts the number."""


class Judge(Protocol):
    """``verdict`` of a number that a heading or a word can confirm."""

    def __call__(self, text: str, *, context: bool = False) -> Verdict:
        """Return the verdict on a text."""


def raise_unless_usable(verdict: Verdict) -> None:
    """Raise the error that stands for `verdict`; the other verdicts are no errors.

    Raises:
        ValidationError: the leaf class for this verdict; its message is the verdict's name and
            never holds the value.
    """
    error = _ERRORS.get(verdict)
    if error is not None:
        raise error(verdict.name.lower())


def checked(
    judge: Callable[..., Verdict], canonical: Callable[[str], str]
) -> tuple[Validate, IsValid]:
    """Return ``validate`` and ``is_valid`` of a number.

    Args:
        judge: the number's ``verdict``; it never raises.
        canonical: the one spelling that ``validate`` returns, mostly ``compact``.
    """

    def validate(text: str, **options: Any) -> str:
        """Return the canonical number; `options` are those of ``verdict``.

        Raises:
            ValidationError: the leaf class for the verdict: ``InvalidLength``, ``InvalidFormat``,
                ``InvalidChecksum`` or ``InvalidComponent`` (date, region, segment). No message
                holds the value.
        """
        raise_unless_usable(judge(text, **options))
        return canonical(text)

    def is_valid(text: str, **options: Any) -> bool:
        """Return whether ``validate`` accepts the number; never raises."""
        return judge(text, **options) not in _ERRORS

    return validate, is_valid


def confirmed(verdict: Verdict, context: bool) -> Verdict:  # noqa: FBT001
    """Return the verdict where a heading or a word says what a number is (`context`).

    What has the right shape but nothing else that speaks for it is ``UNCHECKED``; the heading makes
    it ``VALID``.
    """
    return Verdict.VALID if context and verdict is Verdict.UNCHECKED else verdict


def confirmable(judge: Callable[[str], Verdict], canonical: Callable[[str], str]) -> Judge:
    """Return ``verdict`` of a number that a heading or a word can confirm (:func:`confirmed`).

    Args:
        judge: the verdict on a canonical number by itself; it never raises.
        canonical: the spelling that ``judge`` takes, mostly ``compact``.
    """

    def verdict(text: str, *, context: bool = False) -> Verdict:
        """Return the verdict on a text; never raises.

        Args:
            text: the number as written.
            context: whether a heading or a word says what it is.
        """
        return confirmed(judge(canonical(text)), context)

    return verdict
