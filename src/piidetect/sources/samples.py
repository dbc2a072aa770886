# SPDX-License-Identifier: Apache-2.0
"""Samples of a file from its head, middle and tail, and what its encoding is by them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from piidetect.kernels import transcode, utf16
from piidetect.kernels.cells import PADDING
from piidetect.sources.content import reading

if TYPE_CHECKING:
    from typing import BinaryIO

    from piidetect.sources.content import Content

#: Bytes of each of the three samples.
SAMPLE_BYTES = 1 << 18

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_BINARY = (
    (b"PK\x03\x04", "ZIP archive or Office document"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"BZh", "bzip2 archive"),
    (b"\xfd7zXZ\x00", "xz archive"),
    (b"\x28\xb5\x2f\xfd", "Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"%PDF-", "PDF document"),
    (b"SQLite format 3\x00", "SQLite database"),
    (_OLE, "old Office document (doc, ppt); save it as docx or pptx and scan that"),
    (
        b"!BDN",
        "Outlook folder (pst, ost); turn it into mbox with readpst (package pst-utils) and scan that",
    ),
    (b"\x89PNG\r\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"\x7fELF", "program"),
    (b"MZ\x90\x00", "program"),
    (b"ORC", "ORC file"),
    (b"Obj\x01", "Avro file"),
    (codecs.BOM_UTF32_LE, "UTF-32 text"),
    (codecs.BOM_UTF32_BE, "UTF-32 text"),
)

#: NULs from which on UTF-16 is considered.
_FEWEST = 3

#: Control characters that occur in texts: tab, line ends, form feed, and the usual separators.
_TEXT_CONTROLS = b"\x00\x01\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f"


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece of a file: `offset` in the file, `raw` bytes, whether it reaches the end."""

    offset: int
    raw: bytes
    last: bool


def read_samples(file: BinaryIO, size: int, each: int = SAMPLE_BYTES) -> list[Sample]:
    """Return one sample of a small file, else three: head, middle and tail."""
    if size <= 4 * each:
        return [Sample(0, read_at(file, 0, size), last=True)]
    middle = (size - each) // 2 & ~1
    tail = (size - each) & ~1
    return [
        Sample(0, read_at(file, 0, each), last=False),
        Sample(middle, read_at(file, middle, each), last=False),
        Sample(tail, read_at(file, tail, size - tail), last=True),
    ]


def samples_of(content: Content) -> list[Sample]:
    """Return the samples of what may be read.

    Raises:
        SourceError: It can't be read.
    """
    with reading(content) as file:
        return read_samples(file, content.bytes)


def read_at(file: BinaryIO, offset: int, count: int) -> bytes:
    """Return up to `count` bytes from `offset`; fewer only at the end of the file."""
    file.seek(offset)
    parts: list[bytes] = []
    while count > 0:
        part = file.read(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def binary(samples: list[Sample], encoding: str) -> str:
    """Return what the samples are if they are no text in `encoding`, else ''."""
    head = samples[0].raw
    for magic, name in _BINARY:
        if head.startswith(magic):
            return name
    if encoding.startswith("utf-16"):
        return ""
    raw = b"".join(sample.raw for sample in samples)
    table = np.bincount(np.frombuffer(raw, np.uint8), minlength=256)
    controls = int(table[:32].sum()) - int(table[list(_TEXT_CONTROLS)].sum())
    if controls > len(raw) / 20 or int(table[0]) > len(raw) / 2:
        return "binary data that is no text in a known encoding"
    return ""


def choose_encoding(samples: list[Sample]) -> tuple[str, int, bool]:
    """Return (encoding, bytes of its BOM, whether the samples decide it).

    A BOM decides; then NULs at every other byte say UTF-16; then UTF-8 if the samples are valid
    UTF-8; else whichever of UTF-8 and GB18030 has fewer errors. Samples of ASCII decide nothing.
    """
    head = samples[0].raw
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-8", 0, True
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, len(bom), True
    wide = _wide(b"".join(sample.raw[: len(sample.raw) & ~1] for sample in samples))
    if wide:
        return wide, 0, True
    pieces = [_from_line(sample) for sample in samples]
    if all(piece.isascii() for piece, _ in pieces):
        return "utf-8", 0, False
    return fewest_errors(pieces), 0, True


def _wide(raw: bytes) -> str:
    """Return the UTF-16 encoding that the places of NULs speak for, or ''."""
    units = len(raw) // 2
    nuls = raw.count(b"\0")
    if nuls < _FEWEST or nuls * 20 < units:
        return ""
    pairs = np.frombuffer(raw, np.uint8).reshape(units, 2)
    counts = units - np.count_nonzero(pairs, axis=0)
    for high, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = int(counts[high]), int(counts[1 - high])
        if zeros < _FEWEST or zeros * 20 < units or others * 20 > zeros:
            continue
        letters = pairs[pairs[:, high] == 0, 1 - high]
        text = raw.decode(encoding, "replace")
        usual = b"\t\n\r" if "\n" not in text else _TEXT_CONTROLS
        plain = np.count_nonzero(letters >= ord(" ")) + np.isin(letters, list(usual)).sum()
        if plain * 10 >= zeros * 9 and text.count("\ufffd") * 20 <= units:
            return encoding
    return ""


def _from_line(sample: Sample) -> tuple[bytes, bool]:
    """Return the sample from its first full line on, and whether it ends the file.

    Without a line end it begins at the first byte that may begin a UTF-8 sequence.
    """
    if not sample.offset:
        return sample.raw, sample.last
    feed = sample.raw.find(b"\n")
    if feed >= 0:
        return sample.raw[feed + 1 :], sample.last
    head = sample.raw[:3]
    return head.lstrip(bytes(range(0x80, 0xC0))) + sample.raw[3:], sample.last


def fewest_errors(pieces: list[tuple[bytes, bool]]) -> str:
    """Return 'utf-8' if the pieces are valid UTF-8, else what has fewer errors, that or 'gb18030'.

    A piece is raw bytes and whether they reach the end of the file.
    """
    try:
        for raw, last in pieces:
            codecs.utf_8_decode(raw, "strict", last)
    except UnicodeDecodeError:
        errors = dict.fromkeys(("utf-8", "gb18030"), 0)
        for encoding in errors:
            for raw, last in pieces:
                errors[encoding] += int(decode(raw, encoding, final=last)[1].tally[1])
        return "gb18030" if errors["gb18030"] < errors["utf-8"] else "utf-8"
    return "utf-8"


def decode(raw: bytes, encoding: str, *, final: bool) -> tuple[bytes, transcode.Marks]:
    """Return the UTF-8 of `raw` and the marks; a sequence cut at the end is left out."""
    source = np.frombuffer(bytearray(raw + bytes(PADDING)), np.uint8)
    into = np.empty(3 * len(source) + PADDING, np.uint8)
    marks = transcode.new_marks(len(source))
    _, written = transcode_into(source, 0, len(raw), into, marks, encoding, final=final)
    return into[:written].tobytes(), marks


def transcode_into(
    source: np.ndarray,
    position: int,
    size: int,
    into: np.ndarray,
    marks: transcode.Marks,
    encoding: str,
    *,
    final: bool,
) -> tuple[int, int]:
    """Decode `source[position:size]`; return (next place in the source, bytes written)."""
    if encoding == "gb18030":
        tables = transcode.gb18030_tables()
        return transcode.gb18030(source, position, size, final, into, tables, marks)  # type: ignore[no-any-return]
    if encoding.startswith("utf-16"):
        big = encoding == "utf-16-be"
        return utf16.utf16(source, position, size, final, into, big, marks)  # type: ignore[no-any-return]
    return transcode.utf8(source, position, size, final, into, marks)  # type: ignore[no-any-return]
