# SPDX-License-Identifier: Apache-2.0
"""SQL dumps from bytes to cells: the same invented table, dumped by different programs.

Each dump is written once (seeded rows, repeated up to `--megabytes`) and read once, so that the kernels
are compiled; the rows and the bytes of all cells are compared with what was written. Then it is
read `--times` times on the clock: opened (which digests it and finds its tables) and all rows
split into cells, in one thread.

Run ``python benchmarks/bench_sql.py --folder corpus --megabytes 100``.
"""

from __future__ import annotations

import argparse
import random
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

from compare import cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMES = ["id", "姓名", "身份证号", "手机号", "地址", "邮箱", "时间"]
PATTERN_ROWS = 20_000
Row = tuple[str, ...]


def table() -> list[Row]:
    """Return the rows: a number, then texts; some hold quotes, a backslash, a line break."""
    rng = random.Random(7)
    rows = []
    for number in range(PATTERN_ROWS):
        place = f"浙江省杭州市西湖区文三路{rng.randrange(500)}号"
        if number % 50 == 0:
            place += " O'Neil (A, B)"
        if number % 100 == 0:
            place += "\\二单元\n后门"
        born = f"190{rng.randrange(6)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
        rows.append(
            (
                str(number),
                f"张安{number % 97}",
                f"330106{born}{rng.randrange(10**4):04d}",
                f"138{rng.randrange(10**8):08d}",
                place,
                f"user{number}@example.cn",
                "2023-05-11 12:00:00",
            )
        )
    return rows


def quoted(value: str) -> str:
    """Return a string as the standard has it."""
    return "'" + value.replace("'", "''") + "'"


def escaped(value: str) -> str:
    """Return a string as MySQL has it."""
    for one, other in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n")):
        value = value.replace(one, other)
    return f"'{value}'"


def values(row: Row, text: Callable[[str], str]) -> str:
    """Return the values of a row: the number as it is, the others as texts."""
    return ",".join([row[0], *map(text, row[1:])])


def mysqldump(rows: list[Row]) -> str:
    """Many rows a statement."""
    lines = []
    for first in range(0, len(rows), 2000):
        many = ",".join(f"({values(row, escaped)})" for row in rows[first : first + 2000])
        lines.append(f"INSERT INTO `t` VALUES {many};\n")
    return "".join(lines)


def copy(rows: list[Row]) -> str:
    """Lines between COPY and its end; the end is left out."""
    escapes = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t"})
    return "".join("\t".join(cell.translate(escapes) for cell in row) + "\n" for row in rows)


def inserts(begin: str, end: str, prefix: str = "") -> Callable[[list[Row]], str]:
    """Return what writes a row a statement."""

    def write(rows: list[Row]) -> str:
        texts = (values(row, lambda cell: prefix + quoted(cell)) for row in rows)
        return "".join(f"{begin}({text}){end}" for text in texts)

    return write


def oracle(rows: list[Row]) -> str:
    """A row a statement, its time by to_date."""
    begin = f"Insert into S.T ({','.join(NAMES)}) values "
    lines = []
    for row in rows:
        date = f"to_date('{row[-1]}','YYYY-MM-DD HH24:MI:SS')"
        lines.append(f"{begin}({values(row[:-1], quoted)},{date});\n")
    return "".join(lines)


CREATE = ",".join(f"`{name}` varchar(200)" for name in NAMES)
LIST = ", ".join(NAMES)
MSSQL = f"INSERT [dbo].[t] ({', '.join(f'[{name}]' for name in NAMES)}) VALUES "

#: Name → (encoding, what comes first, what writes rows, what comes last).
DUMPS: dict[str, tuple[str, str, Callable[[list[Row]], str], str]] = {
    "mysqldump": ("utf-8", f"-- MySQL dump 10.13\nCREATE TABLE `t` ({CREATE}) ENGINE=InnoDB;\n", mysqldump, ""),
    "mysqldump-gbk": ("gb18030", f"-- MySQL dump 10.13\nCREATE TABLE `t` ({CREATE}) ENGINE=InnoDB;\n", mysqldump, ""),
    "pg_dump-copy": ("utf-8", f"-- PostgreSQL database dump\nCOPY public.t ({LIST}) FROM stdin;\n", copy, "\\.\n"),
    "pg_dump-insert": ("utf-8", "-- PostgreSQL database dump\n", inserts(f"INSERT INTO public.t ({LIST}) VALUES ", ";\n"), ""),
    "sqlserver": ("utf-8", "USE [db]\nGO\n", inserts(MSSQL, "\r\n", "N"), "GO\r\n"),
    "sqlserver-utf16": ("utf-16", "USE [db]\nGO\n", inserts(MSSQL, "\r\n", "N"), "GO\r\n"),
    "sqlite": ("utf-8", f"PRAGMA foreign_keys=OFF;\nCREATE TABLE t({LIST});\n", inserts("INSERT INTO t VALUES", ";\n"), "COMMIT;\n"),
    "oracle": ("utf-8", "REM INSERTING into S.T\nSET DEFINE OFF;\n", oracle, ""),
}  # fmt: skip


def pieces(name: str, target: int) -> Iterator[bytes]:
    """Yield the bytes of a dump of about `target` bytes; a byte order mark at most at its beginning."""
    encoding, first, write, last = DUMPS[name]
    plain = {"utf-16": "utf-16-le"}.get(encoding, encoding)
    pattern = write(table()).encode(plain)
    yield first.encode(encoding)
    for _ in range(max(1, target // len(pattern))):
        yield pattern
    yield last.encode(plain)


def write_dump(path: Path, name: str, target: int) -> None:
    """Write a dump unless it is there."""
    if path.exists():
        return
    with path.open("wb") as file:
        for piece in pieces(name, target):
            file.write(piece)


def read_dump(path: Path, *, measured: bool = False) -> tuple[int, int]:
    """Return the rows of a dump and, unless it is `measured`, the bytes of their cells."""
    from piidetect.sources import Alert, Skipped, open_sources

    rows = cells = 0
    for one in open_sources(path):
        assert not isinstance(one, (Alert, Skipped)), one
        for block in one.blocks():
            rows += len(block.row_kind)
            if not measured:
                cells += int((block.cell_stop - block.cell_start).sum())
        assert one.ledger.rows_unparsed == 0, one.alerts
    return rows, cells


def bench(path: Path, name: str, target: int, times: int) -> None:
    """Measure one dump and print a line."""
    write_dump(path, name, target)
    size = path.stat().st_size
    expected = sum(len(cell.encode()) for row in table() for cell in row)
    rows, cells = read_dump(path)
    assert rows % PATTERN_ROWS == 0, rows
    assert cells == expected * (rows // PATTERN_ROWS), cells
    seconds = []
    for _ in range(times):
        before = cpu_seconds()
        again, _ = read_dump(path, measured=True)
        seconds.append(cpu_seconds() - before)
        assert again == rows, again
    rate = size / 1e6 / statistics.median(seconds)
    print(f"{name:16} {size / 1e6:6.1f} MB {rows:9,} rows  {statistics.median(seconds):6.3f} s  {rate:6.0f} MB/s", flush=True)  # fmt: skip


def main() -> None:
    """Measure each dump, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=list(DUMPS), choices=list(DUMPS))
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for name in args.only:
        bench(args.folder / f"{name}.sql", name, args.megabytes * 1_000_000, args.times)


if __name__ == "__main__":
    main()
