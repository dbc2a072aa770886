# SPDX-License-Identifier: Apache-2.0
"""RAR archives: the library reads the directory, a program that is installed unpacks the members.

Members that are only stored need no program. Volumes (`a.part1.rar`, `a.rar` with `a.r00`) are read with
their first one. The program gets a password as an argument, which other users of the machine can see
while it runs.
"""

from __future__ import annotations

import contextlib
import re
import struct
import zlib
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.archive import Member, MemberError, safe_name, unpack
from piidetect.sources.registry import Match, Skipped
from piidetect.sources.spill import on_disk, spill_folder
from piidetect.sources.volumes import VolumeSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from piidetect.sources.archive import Found
    from piidetect.sources.content import Content, Head
    from piidetect.sources.options import Options
    from piidetect.sources.registry import Opened

_STEP = 1 << 20
_NO_TOOL = (
    "no program that unpacks it is installed; install the package unar or unrar "
    "(libarchive-tools for archives without a password) and scan again"
)
_PART = re.compile(r"(.*\.part)(\d+)(\.rar)", re.IGNORECASE)
_OLD_PART = re.compile(r"(.*)\.[r-z]\d\d", re.IGNORECASE)


def sniff(head: Head) -> Match:
    """Say whether the magic number is that of RAR."""
    return Match.MAGIC if head.raw.startswith(b"Rar!\x1a\x07") else Match.NO


def open_content(content: Content, _head: Head, options: Options) -> Iterator[Opened]:
    """Yield what is in the members.

    Raises:
        SourceError: It is damaged so that nothing comes out.
    """
    import rarfile

    with on_disk(content, options.spill) as path:
        try:
            archive, reason = _opened(path, options)
        except rarfile.NeedFirstVolume:
            first = _first_volume(content)
            if first is not None and first.is_file():
                yield VolumeSource(content)
                return
            message = "it is a later volume of a split archive; put the first one beside it and scan again"
            yield Skipped(content.locator, "volume_missing", message)
            return
        yield from unpack(content, "rar", options, _members(archive, reason, options))


def _first_volume(content: Content) -> Path | None:
    """Return where the first volume should lie."""
    path = content.path
    if path is None or path.name != content.name:
        return None
    named, old = _PART.fullmatch(path.name), _OLD_PART.fullmatch(path.name)
    if named:
        return path.with_name(f"{named[1]}{1:0{len(named[2])}d}{named[3]}")
    return path.with_name(f"{old[1]}.rar") if old else None


def _errors() -> tuple[type[Exception], ...]:
    """Return what the library raises for archives that are damaged or hostile."""
    import rarfile

    return (
        rarfile.Error,
        struct.error,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        OverflowError,
        AssertionError,
    )


def _library(options: Options) -> Any:
    """Return the library, which is told to use our cipher and our folder."""
    import rarfile
    from Cryptodome.Cipher import AES

    class Cipher:
        """What the library decrypts headers with."""

        def __init__(self, key: bytes, iv: bytes) -> None:
            self.decrypt = AES.new(key, AES.MODE_CBC, iv).decrypt

    rarfile.AES_CBC_Decrypt, rarfile._have_crypto = Cipher, 2  # noqa: SLF001
    rarfile.HACK_TMP_DIR = str(spill_folder(options.spill))
    return rarfile


def _opened(path: Path, options: Options) -> tuple[Any, SourceError | None]:
    """Return (the archive, None), or (None, why it can't be opened).

    Raises:
        rarfile.NeedFirstVolume: It is a later volume.
    """
    rarfile = _library(options)
    try:
        archive = rarfile.RarFile(str(path), charset="gb18030")
        if archive.infolist() or not archive.needs_password():
            return archive, None
        for password in options.passwords:
            archive = rarfile.RarFile(str(path), charset="gb18030")
            try:
                archive.setpassword(password)
            except _errors():
                continue
            if archive.infolist():
                return archive, None
    except rarfile.NeedFirstVolume:
        raise
    except _errors() as error:
        return None, SourceError(f"the RAR archive can't be read ({_first(error)})")
    message = (
        f"it is encrypted, and none of the {len(options.passwords)} passwords opens it"
        if options.passwords
        else "it is encrypted; give its password in a file (--password-file)"
    )
    return None, MemberError("archive_encrypted", message)


def _members(archive: Any, reason: SourceError | None, options: Options) -> Iterator[Found]:
    """Yield the members; links and folders are left out.

    Raises:
        SourceError: The archive can't be read.
    """
    if archive is None:
        raise reason or SourceError("the RAR archive can't be read")
    with archive:
        for info in archive.infolist():
            if info.is_file():
                yield Member(safe_name(str(info.filename)), _pieces(archive, info, options))


def _pieces(archive: Any, info: Any, options: Options) -> Iterator[bytes]:
    """Yield the plain bytes of a member.

    Raises:
        MemberError: It is encrypted or damaged, or there is no program that unpacks it.
    """
    import rarfile

    secret = info.needs_password()
    if secret and not options.passwords:
        message = "it is encrypted; give its password in a file (--password-file)"
        raise MemberError("member_encrypted", message)
    for password in options.passwords if secret else (None,):
        begun = False
        try:
            _choose_program(secret=secret)
            with archive.open(info, pwd=password) as file:
                while piece := file.read(_STEP):
                    begun = True
                    yield piece
        except rarfile.RarCannotExec as error:
            raise MemberError("tool_missing", _NO_TOOL) from error
        except _errors() as error:
            if secret and not begun:
                continue
            message = f"the archive is damaged in it ({_first(error)})"
            raise MemberError("member_damaged", message) from error
        return
    message = f"it is encrypted, and none of the {len(options.passwords)} passwords opens it"
    raise MemberError("member_encrypted", message)


def _choose_program(*, secret: bool) -> None:
    """Let the library take the best program: bsdtar opens no password, 7z may be built without RAR.

    The library looks for one only when a member is compressed or encrypted.
    """
    import rarfile

    for more in ({"bsdtar": not secret, "sevenzip": False, "sevenzip2": False}, {"bsdtar": False}):
        with contextlib.suppress(rarfile.RarCannotExec):
            rarfile.tool_setup(force=True, **more)
            return


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:120] or type(error).__name__
