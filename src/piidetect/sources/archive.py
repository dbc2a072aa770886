# SPDX-License-Identifier: Apache-2.0
"""What all archives share: members are laid in the spill, read like files, and accounted for."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.digesting import digest_content
from piidetect.sources.limits import Level, LimitReached, Meter
from piidetect.sources.registry import Skipped, open_content
from piidetect.sources.rowless import Rowless
from piidetect.sources.spill import Spill

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from piidetect.kernels.cells import Block
    from piidetect.sources.content import Content
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened, OpenSource


class MemberError(SourceError):
    """A member can't be unpacked (any further); `code` is that of the alert."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Member(NamedTuple):
    """A file in an archive: its name as shown and its bytes, in pieces.

    The pieces may end with MemberError; what came before is read.
    """

    name: str
    pieces: Iterable[bytes]


#: What a format finds in an archive: a member, or what must be said of one that is left out.
Found: TypeAlias = "Member | Skipped | Alert"


def unpack(
    content: Content, kind: str, options: Options, members: Iterable[Found]
) -> Iterator[Opened]:
    """Yield what is in the members of an archive, then the archive itself, which has no rows.

    A SourceError that `members` raises ends the archive as partial, with an alert.

    Raises:
        LimitReached: The archive lies too deep.
    """
    level = _level(content, options)
    level.check_depth()
    inner = replace(options, level=level)
    archive = ArchiveSource(content, format=kind)
    try:
        for one in members:
            if isinstance(one, Member):
                level.meter.member()
                archive.members += 1
                yield from _read(content, one, inner, level)
            else:
                archive.left_out += isinstance(one, Skipped)
                yield one
    except LimitReached as error:
        archive.stop("limit_reached", str(error))
    except SourceError as error:
        archive.stop(getattr(error, "code", "archive_damaged"), str(error))
    archive.dialect = {"members": str(archive.members), "unpacked_bytes": str(level.bytes)}
    yield archive


def _level(content: Content, options: Options) -> Level:
    """Return the level of an archive below the one that its content came from."""
    above = options.level
    if above is None:
        return Level(Meter(options.limits), 1, content.bytes)
    return Level(above.meter, above.depth + 1, content.bytes)


def _read(content: Content, member: Member, options: Options, level: Level) -> Iterator[Opened]:
    """Unpack a member and yield what is in it.

    Raises:
        LimitReached: The source or the archive gives more than it may; what came is read before.
    """
    shown = f"{content.locator}!/{member.name}"
    with closing(Spill(options.spill)) as spill:
        reason: SourceError | None = None
        try:
            for piece in member.pieces:
                level.count(len(piece))
                spill.write(piece)
        except SourceError as error:
            reason = error
        code = getattr(reason, "code", "member_damaged")
        if reason is not None and (not spill.bytes or code == "member_encrypted"):
            if isinstance(reason, LimitReached):
                raise reason
            yield Skipped(shown, code, str(reason))
            return
        name = member.name.rsplit("/", 1)[-1]
        try:
            for opened in open_content(spill.content(shown, name), options):
                if reason is None or isinstance(opened, (Alert, Skipped)):
                    yield opened
                else:
                    yield CutSource(opened, code, str(reason))
        except LimitReached as error:
            yield Skipped(shown, "limit_reached", str(error))
        except SourceError as error:
            yield Skipped(shown, "not_readable", str(error))
    if isinstance(reason, LimitReached):
        raise reason


@dataclass(slots=True)
class ArchiveSource(Rowless):
    """The archive as a source of its own without rows, so that its digest stands in the ledger."""

    members: int = 0
    left_out: int = 0

    def stop(self, code: str, reason: str) -> None:
        """Note why the rest, or all of it, was not unpacked."""
        self.ledger.status = "partial" if self.members else "skipped"
        self.ledger.reason = reason
        self.alerts.append(Alert(self.path, code, reason))

    def blocks(self) -> Iterator[Block]:
        """Digest the archive; there are no rows."""
        digest_content(self.content, self.ledger)
        if not self.members and not self.left_out and self.ledger.status == "complete":
            self.alerts.append(Alert(self.path, "empty", "the archive has no files"))
        return iter(())


@dataclass(slots=True)
class CutSource:
    """A table in a member that could be unpacked in part only: its status says so."""

    whole: OpenSource
    code: str
    reason: str
    path: str = field(init=False)
    format: str = field(init=False)
    encoding: str = field(init=False)
    header: list[str] | None = field(init=False)
    n_columns: int = field(init=False)
    dialect: dict[str, str] = field(init=False)
    ledger: Ledger = field(init=False)
    alerts: list[Alert] = field(init=False)

    def __post_init__(self) -> None:
        """Take over what is known before the rows are read."""
        self._follow()

    def _follow(self) -> None:
        self.path, self.format = self.whole.path, self.whole.format
        self.encoding, self.header = self.whole.encoding, self.whole.header
        self.n_columns, self.dialect = self.whole.n_columns, self.whole.dialect
        self.ledger, self.alerts = self.whole.ledger, self.whole.alerts

    def sample(self) -> Block:
        """Return the sample of the part that there is."""
        return self.whole.sample()

    def blocks(self) -> Iterator[Block]:
        """Yield the rows of the part that there is."""
        for block in self.whole.blocks():
            self._follow()
            yield block
        self._follow()
        self.ledger.status, self.ledger.reason = "partial", self.reason
        self.alerts.append(Alert(self.path, self.code, self.reason))


def member_name(raw: bytes) -> str:
    """Return a member's name from bytes without a stated encoding: UTF-8, else GB18030.

    Bytes that are neither, and control characters, become escapes.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            return safe_name(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return safe_name(raw.decode("utf-8", "backslashreplace"))


def safe_name(name: str) -> str:
    """Return a name without control characters and lone surrogates; it is shown, never opened."""
    kept = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in name
    )
    return kept.encode("utf-8", "backslashreplace").decode() or "-"
