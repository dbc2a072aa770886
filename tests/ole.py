# SPDX-License-Identifier: Apache-2.0
"""Write compound files (OLE) after [MS-CFB], and Outlook messages in them."""

from __future__ import annotations

import datetime as dt
import struct

FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR, SMALL, CUTOFF = 512, 64, 4096


def _chain(raw: bytes, size: int, table: list[int]) -> int:
    """Enter bytes in a table of sectors; return the first one."""
    count = -(-len(raw) // size)
    first = len(table)
    table += [*range(first + 1, first + count), END] if count else []
    return first if count else END


def compound(streams: dict[tuple[str, ...], bytes]) -> bytes:
    """Return a compound file with these streams by their paths."""
    storages = sorted({path[:at] for path in streams for at in range(1, len(path))})
    entries = [(), *storages, *sorted(streams)]
    small_table: list[int] = []
    table: list[int] = []
    small, data = bytearray(), bytearray()
    places = {}
    for path, raw in sorted(streams.items()):
        if len(raw) < CUTOFF:
            places[path] = _chain(raw, SMALL, small_table)
            small += raw.ljust(-(-len(raw) // SMALL) * SMALL, b"\0")
        else:
            places[path] = _chain(raw, SECTOR, table)
            data += raw.ljust(-(-len(raw) // SECTOR) * SECTOR, b"\0")

    def lay(raw: bytes) -> int:
        nonlocal data
        first = _chain(raw, SECTOR, table)
        data += raw.ljust(-(-len(raw) // SECTOR) * SECTOR, b"\0")
        return first

    root = lay(bytes(small))
    numbers = b"".join(struct.pack("<I", one) for one in small_table)
    numbers = numbers.ljust(-(-len(numbers) // SECTOR) * SECTOR, b"\xff")
    small_first, small_sectors = lay(numbers), len(numbers) // SECTOR
    directory = b"".join(
        _entry(at, entries, streams, places, root, len(small)) for at in range(len(entries))
    )
    directory_first = lay(directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0"))
    sectors = len(table)
    own = 1
    while own * 128 < sectors + own:
        own += 1
    full = [*table, *[TABLE] * own]
    full += [FREE] * (own * 128 - len(full))
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6,
        0, own, directory_first, 0, CUTOFF, small_first, small_sectors, END, 0,
    )  # fmt: skip
    head += b"".join(struct.pack("<I", sectors + at) for at in range(own))
    return head.ljust(SECTOR, b"\xff") + bytes(data) + struct.pack(f"<{len(full)}I", *full)


def _entry(at, entries, streams, places, root, small):
    """Return an entry of the directory; those beside each other are a list to the right."""
    path = entries[at]
    name = (path[-1] if path else "Root Entry").encode("utf-16-le")
    kind = 5 if not path else 2 if path in streams else 1
    beside = (
        [n for n, one in enumerate(entries) if one and one[:-1] == path[:-1] and n > at]
        if path
        else []
    )
    below = [n for n, one in enumerate(entries) if one and one[:-1] == path] if kind != 2 else []
    first = root if not path else places.get(path, 0)
    size = small if not path else len(streams.get(path, b""))
    return struct.pack(
        "<64sHBBIII16sIQQIQ", name, len(name) + 2, kind, 1, FREE, min(beside, default=FREE),
        min(below, default=FREE), bytes(16), 0, 0, 0, first, size,
    )  # fmt: skip


def message(
    *, sender=("", ""), to=(), subject="", body="", sent=None, files=None, extra=None, folder=()
):
    """Return the streams of an Outlook message."""

    def text(where, tag, value):
        streams[*where, f"__substg1.0_{tag}001F"] = value.encode("utf-16-le")

    streams: dict[tuple[str, ...], bytes] = {}
    properties = bytes(24 if folder else 32)
    if sent is not None:
        ticks = (sent - dt.datetime(1601, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) * 10
        properties += struct.pack("<IIQ", 0x00390040, 6, ticks)
    streams[*folder, "__properties_version1.0"] = properties
    text(folder, "0C1A", sender[0])
    text(folder, "0C1F", sender[1])
    text(folder, "0037", subject)
    text(folder, "1000", body)
    for at, (name, address) in enumerate(to):
        where = (*folder, f"__recip_version1.0_#{at:08X}")
        text(where, "3001", name)
        text(where, "3003", address)
    for at, (name, raw) in enumerate((files or {}).items()):
        where = (*folder, f"__attach_version1.0_#{at:08X}")
        text(where, "3707", name)
        streams[*where, "__substg1.0_37010102"] = raw
    streams.update(extra or {})
    return {path: raw for path, raw in streams.items() if raw}
