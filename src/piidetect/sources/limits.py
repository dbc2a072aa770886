# SPDX-License-Identifier: Apache-2.0
"""Limits of unpacking, counted on what comes out, not on what an archive says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from piidetect.errors import SourceError

#: Bytes that may come out of an archive whatever the ratio.
FLOOR = 1 << 26


class LimitReached(SourceError):
    """A limit of unpacking was reached; the message names it and the option that raises it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far archives are unpacked.

    `depth` archives inside one another; `members` and `unpacked` bytes of one source, all its
    archives together; `ratio` of the bytes that come out of one archive to its own.
    """

    depth: int = 8
    members: int = 1_000_000
    ratio: int = 1000
    unpacked: int = 1 << 40


@dataclass(slots=True)
class Meter:
    """What has come out of one source so far; its archives share it."""

    limits: Limits
    members: int = 0
    bytes: int = 0

    def member(self) -> None:
        """Count a member.

        Raises:
            LimitReached: There are too many.
        """
        self.members += 1
        if self.members > self.limits.members:
            message = (
                f"more than {self.limits.members} members come out of it (--max-members); "
                "the rest is not read"
            )
            raise LimitReached(message)


@dataclass(slots=True)
class Level:
    """One archive that is being unpacked: how deep it lies, its bytes, and what has come out."""

    meter: Meter
    depth: int
    packed: int
    bytes: int = field(default=0)

    def check_depth(self) -> None:
        """Raise LimitReached if the archive lies too deep."""
        if self.depth > self.meter.limits.depth:
            message = (
                f"archives lie in archives more than {self.meter.limits.depth} deep (--max-depth)"
            )
            raise LimitReached(message)

    def count(self, size: int) -> None:
        """Count bytes that came out.

        Raises:
            LimitReached: They are too many for the source, or for the archive's own length.
        """
        limits = self.meter.limits
        self.bytes += size
        self.meter.bytes += size
        if self.meter.bytes > limits.unpacked:
            message = f"more than {limits.unpacked} bytes come out of it (--max-unpacked)"
            raise LimitReached(message)
        if self.bytes > max(FLOOR, limits.ratio * self.packed):
            message = f"more than {limits.ratio} times its length comes out of it (--max-ratio)"
            raise LimitReached(message)
