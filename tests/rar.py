# SPDX-License-Identifier: Apache-2.0
"""Write RAR 5 archives whose members are stored, or said to be compressed."""

from __future__ import annotations

import struct
import zlib

MARK = b"Rar!\x1a\x07\x01\x00"


def number(value: int) -> bytes:
    """Return a number in sevens of bits."""
    raw = b""
    while value >= 0x80:
        raw += bytes([value & 0x7F | 0x80])
        value >>= 7
    return raw + bytes([value])


def block(body: bytes) -> bytes:
    """Return a header with its length and checksum."""
    sized = number(len(body)) + body
    return struct.pack("<I", zlib.crc32(sized)) + sized


def member(name: str, raw: bytes, method: int = 0) -> bytes:
    """Return a file's header and data."""
    shown = name.encode()
    body = number(2) + number(0x02) + number(len(raw))  # a file; data follow, of this length
    body += number(0x04) + number(len(raw)) + number(0o644)  # with a checksum; attributes
    body += struct.pack("<I", zlib.crc32(raw)) + number(method << 7) + number(1)
    return block(body + number(len(shown)) + shown) + raw


def archive(members: dict[str, bytes], method: int = 0) -> bytes:
    """Return an archive."""
    files = b"".join(member(name, raw, method) for name, raw in members.items())
    return (
        MARK
        + block(number(1) + number(0) + number(0))
        + files
        + block(number(5) + number(0) + number(0))
    )
