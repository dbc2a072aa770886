# SPDX-License-Identifier: Apache-2.0
"""7z archives. Members that share a stream come out together, so all lie in the spill at a time."""

from __future__ import annotations

import lzma
import zlib
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.archive import Member, MemberError, safe_name, unpack
from piidetect.sources.registry import Match
from piidetect.sources.spill import Spill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from piidetect.sources.archive import Found
    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

_STEP = 1 << 20


def sniff(head: Head) -> Match:
    """Say whether the magic number is that of 7z."""
    return Match.MAGIC if head.raw.startswith(b"7z\xbc\xaf\x27\x1c") else Match.NO


def open_content(content: Content, _head: Head, options: Options) -> Iterator[Opened]:
    """Yield what is in the members.

    Raises:
        SourceError: It is damaged so that nothing comes out.
    """
    yield from unpack(content, "7z", options, _members(content, options))


def _errors() -> tuple[type[Exception], ...]:
    """Return what the library raises for archives that are damaged or hostile."""
    import py7zr.exceptions as errors

    return (
        errors.ArchiveError,
        errors.PasswordRequired,
        errors.AbsolutePathError,
        lzma.LZMAError,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        AssertionError,
        OverflowError,
        RuntimeError,
    )


def _members(content: Content, options: Options) -> Iterator[Found]:
    """Yield the members, after all of them have come out.

    Raises:
        SourceError: Some didn't come out; those that did were yielded before.
    """
    with content.open() as file:
        archive, reason = _opened(file, options.passwords)
        if archive is None:
            raise reason
        names = {}
        for number, info in enumerate(archive.files):
            # the library refuses a whole archive for a name that leaves the folder; the name is
            # only shown here, and a number is what it gets to see
            names[str(number)] = safe_name(str(info.filename))
            info._file_info["filename"] = str(number)  # noqa: SLF001
        spills = _Spills(options)
        try:
            error: BaseException | None = None
            failures: tuple[type[Exception], ...] = (SourceError, *_errors())
            try:
                archive.extractall(factory=spills)
            except failures as one:
                error = one
            finally:
                archive.close()
            yield from _found(spills, names, error)
        finally:
            spills.close()


def _found(spills: Any, names: dict[str, str], error: BaseException | None) -> Iterator[Found]:
    last = next(reversed(spills.made), None)
    for number, spill in list(spills.made.items()):
        cut = error is not None and number == last
        yield Member(names.get(number, number), _pieces(spill, error if cut else None))
        spill.close()
    if isinstance(error, SourceError):
        raise error
    if error is not None:
        message = f"the archive is damaged ({_first(error)}); {len(spills.made)} of {len(names)} members came out"
        raise SourceError(message) from error


def _pieces(spill: Spill, error: BaseException | None) -> Iterator[bytes]:
    with spill.content("", "").open() as file:
        while piece := file.read(_STEP):
            yield piece
    if error is not None:
        message = f"the archive is damaged in it ({_first(error)})"
        raise MemberError("member_damaged", message)


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:120] or type(error).__name__


def _opened(file: BinaryIO, passwords: tuple[str, ...]) -> tuple[Any, Any]:
    """Return (the archive, None), or (None, why it can't be opened)."""
    import py7zr
    from py7zr.exceptions import PasswordRequired

    reason: BaseException | None = None
    needed = False
    for password in (None, *passwords):
        file.seek(0)
        try:
            archive = py7zr.SevenZipFile(file, password=password)
            if not archive.needs_password():
                return archive, None
            needed = True
            if password is not None and _opens(archive):
                file.seek(0)
                return py7zr.SevenZipFile(file, password=password), None
        except PasswordRequired:
            needed = True
        except _errors() as error:
            reason = error
    if needed:
        message = (
            f"it is encrypted, and none of the {len(passwords)} passwords opens it"
            if passwords
            else "it is encrypted; give its password in a file (--password-file)"
        )
        return None, MemberError("archive_encrypted", message)
    return None, SourceError(f"the 7z archive can't be read ({_first(reason or EOFError())})")


def _opens(archive: Any) -> bool:
    """Say whether the password opens the smallest member."""
    files = [info for info in archive.files if not info.is_directory and info.uncompressed]
    if not files:
        return True
    name = min(files, key=lambda info: info.uncompressed).filename
    try:
        archive.extract(targets=[name], factory=_Nowhere())
    except _errors():
        return False
    return True


class _Nowhere:
    """Lets the library write to nowhere."""

    def create(self, _filename: str) -> Any:
        """Return what takes everything."""
        return _Writer(None, None)


class _Spills:
    """Gives the library something to write to, and keeps it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.made: dict[str, Spill] = {}
        self._left = options.limits.unpacked
        if options.level is not None:
            self._left -= options.level.meter.bytes

    def create(self, filename: str) -> Any:
        """Return the file that a member is written to."""
        spill = self.made[filename] = Spill(self._options.spill)
        return _Writer(spill, self)

    def count(self, size: int) -> None:
        """Count what came out.

        Raises:
            MemberError: It is more than a source may give.
        """
        self._left -= size
        if self._left < 0:
            message = (
                f"more than {self._options.limits.unpacked} bytes come out of it (--max-unpacked)"
            )
            raise MemberError("limit_reached", message)

    def close(self) -> None:
        """Free all."""
        for spill in self.made.values():
            spill.close()


class _Writer:
    """A member that is being written, as the library wants it."""

    def __init__(self, spill: Spill | None, all_spills: _Spills | None) -> None:
        self._spill, self._all = spill, all_spills

    def write(self, piece: bytes) -> int:
        """Append bytes."""
        if self._spill is not None and self._all is not None:
            self._all.count(len(piece))
            self._spill.write(piece)
        return len(piece)

    def read(self, _size: int | None = None) -> bytes:
        """Return nothing: what is written isn't read here."""
        return b""

    def seek(self, offset: int, _whence: int = 0) -> int:
        """Stay: writing only appends."""
        return offset

    def flush(self) -> None:
        """Do nothing: the spill flushes when it is read."""

    def size(self) -> int:
        """Return the bytes so far."""
        return 0 if self._spill is None else self._spill.bytes

    def close(self) -> None:
        """Do nothing: the spill is closed when it was read."""
