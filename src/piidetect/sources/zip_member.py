# SPDX-License-Identifier: Apache-2.0
"""One member of a ZIP archive: found in the file, decrypted, decompressed, checked.

Source: PKWARE APPNOTE 6.3; for AES, WinZip's description of AE-1 and AE-2.
"""

from __future__ import annotations

import hashlib
import hmac
import zlib
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from piidetect.sources import inflate
from piidetect.sources.archive import MemberError
from piidetect.sources.content import read_failure
from piidetect.sources.samples import read_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

_LOCAL_BYTES = 30
_ENCRYPTED, _STRONG, _DESCRIPTOR = 0x1, 0x40, 0x8
_AES, _AES_EXTRA, _AES_MAC = 99, 0x9901, 10
_STEP = 1 << 16

_METHODS: dict[int, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    0: iter,
    8: inflate.inflate,
    9: inflate.inflate64,
    12: inflate.bunzip2,
    14: inflate.zip_lzma,
    93: inflate.unzstd,
    95: inflate.unxz,
}


class Entry(NamedTuple):
    """A member as the archive's directory, or its own header, tells of it.

    `offset` is where its header stands; `packed` the bytes of its data; `crc` that of the plain
    data, or None where nothing tells it; `time` is the check byte's source for ZipCrypto.
    """

    name: str
    offset: int
    method: int
    flags: int
    packed: int
    crc: int | None
    time: int
    extra: bytes


def extra_field(extra: bytes, wanted: int) -> bytes | None:
    """Return an extra field of a header, or None."""
    at = 0
    while at + 4 <= len(extra):
        number = int.from_bytes(extra[at : at + 2], "little")
        size = int.from_bytes(extra[at + 2 : at + 4], "little")
        if number == wanted:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size
    return None


def pieces_of(file: BinaryIO, entry: Entry, passwords: list[bytes]) -> Iterator[bytes]:
    """Yield the plain bytes of a member; a password that fits moves to the front of `passwords`.

    Raises:
        MemberError: It is encrypted, damaged or packed by an unknown method.
        SourceError: The file can't be read.
    """
    header = _read(file, entry.offset, _LOCAL_BYTES)
    if header[:4] != b"PK\x03\x04":
        raise MemberError("member_damaged", "there is no member where the directory says")
    sizes = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    start = entry.offset + _LOCAL_BYTES + sizes
    if not entry.flags & _ENCRYPTED:
        yield from _plain(_raw(file, start, entry.packed), entry.method, entry.crc)
        return
    if entry.flags & _STRONG:
        message = "it is encrypted in a way that is not supported (PKWARE strong encryption)"
        raise MemberError("member_encrypted", message)
    if not passwords:
        message = "it is encrypted; give its password in a file (--password-file)"
        raise MemberError("member_encrypted", message)
    opened = _aes if entry.method == _AES else _zip_crypto
    for password in passwords:
        pieces = opened(file, start, entry, password)
        try:  # a wrong password may pass the check byte, and then fails here
            first = list(islice(pieces, 1))
        except MemberError:
            continue
        passwords.remove(password)
        passwords.insert(0, password)
        yield from chain(first, pieces)
        return
    message = f"it is encrypted, and none of the {len(passwords)} passwords opens it"
    raise MemberError("member_encrypted", message)


def _plain(pieces: Iterator[bytes], method: int, crc: int | None) -> Iterator[bytes]:
    """Decompress, and check what came out."""
    if method not in _METHODS:
        raise MemberError("member_damaged", f"it is packed by the unknown method {method}")
    seen = 0
    for piece in _METHODS[method](pieces):
        seen = zlib.crc32(piece, seen)
        yield piece
    if crc is not None and seen != crc:
        raise MemberError("member_damaged", "its checksum doesn't fit what came out")


def _raw(file: BinaryIO, start: int, size: int) -> Iterator[bytes]:
    """Yield the bytes as they stand in the archive."""
    at, stop = start, start + size
    while at < stop:
        piece = _read(file, at, min(_STEP, stop - at))
        if not piece:
            raise MemberError("member_damaged", "the archive ends before it does")
        yield piece
        at += len(piece)


def _read(file: BinaryIO, offset: int, count: int) -> bytes:
    try:
        return read_at(file, offset, count)
    except OSError as error:
        raise read_failure(error) from error


def _zip_crypto(file: BinaryIO, start: int, entry: Entry, password: bytes) -> Iterator[bytes]:
    """Decrypt the old way."""
    from piidetect.kernels import zip_crypto

    keys = zip_crypto.keys_of(password)
    size = zip_crypto.HEADER_BYTES
    header = zip_crypto.decrypt(_read(file, start, size), keys)
    check = entry.time >> 8 if entry.flags & _DESCRIPTOR or entry.crc is None else entry.crc >> 24
    if len(header) < size or header[-1] != check & 0xFF:
        raise MemberError("member_encrypted", "the password doesn't open it")
    secret = _raw(file, start + size, entry.packed - size)
    plain = (zip_crypto.decrypt(piece, keys) for piece in secret)
    yield from _plain(plain, entry.method, entry.crc)


def _aes(file: BinaryIO, start: int, entry: Entry, password: bytes) -> Iterator[bytes]:
    """Decrypt WinZip's AES in counter mode, whose counter counts from 1, low byte first."""
    from Cryptodome.Cipher import AES
    from Cryptodome.Util import Counter

    field = extra_field(entry.extra, _AES_EXTRA)
    if field is None or len(field) < 7 or not 1 <= field[4] <= 3:  # noqa: PLR2004
        raise MemberError("member_damaged", "its header doesn't tell how it is encrypted")
    salt_bytes, key_bytes = 4 + 4 * field[4], 8 + 8 * field[4]
    salt = _read(file, start, salt_bytes)
    secret = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 2 * key_bytes + 2)
    if _read(file, start + salt_bytes, 2) != secret[-2:]:
        raise MemberError("member_encrypted", "the password doesn't open it")
    counter = Counter.new(128, initial_value=1, little_endian=True)
    cipher = AES.new(secret[:key_bytes], AES.MODE_CTR, counter=counter)
    mac = hmac.new(secret[key_bytes : 2 * key_bytes], digestmod="sha1")
    begin = start + salt_bytes + 2
    size = entry.packed - salt_bytes - 2 - _AES_MAC

    def plain() -> Iterator[bytes]:
        for piece in _raw(file, begin, size):
            mac.update(piece)
            yield cipher.decrypt(piece)

    method = int.from_bytes(field[5:7], "little")
    yield from _plain(plain(), method, entry.crc if field[0] == 1 else None)
    if _read(file, begin + size, _AES_MAC) != mac.digest()[:_AES_MAC]:
        raise MemberError("member_damaged", "its authentication code doesn't fit its data")
