# SPDX-License-Identifier: Apache-2.0
"""The statements of SQL dumps: whose rows they hold, what their columns are called, where they end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

#: A statement's beginning, up to its first row, is no longer than this.
LONGEST_HEADER = 1 << 16

#: A string in a statement that holds no rows goes no further.
_LONGEST_STRING = 1 << 16

_NAME = rb"(?:`[^`]+`|\"[^\"]+\"|\[[^\]]+\]|[\w$#@\x80-\xff]+)"
_QUALIFIED = _NAME + rb"(?:\s*\.{1,2}\s*" + _NAME + rb")*"
_LIST = rb"\(((?:`[^`]*`|\"[^\"]*\"|\[[^\]]*\]|[^()`\"\[])*)\)"

_INSERT = re.compile(
    rb"(?:(?:INSERT|REPLACE)\s+"
    rb"(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s+\w+|ALL|OVERWRITE)\s+)*)?"
    rb"((?:INTO\s+)?(?:TABLE\s+)?(" + _QUALIFIED + rb")\s*(?:" + _LIST + rb"\s*)?"
    rb"(?:OVERRIDING\s+\w+\s+VALUE\s+)?VALUES?\s*)(?=\()",
    re.IGNORECASE,
)
_VERB = re.compile(rb"(?:INSERT|REPLACE|INTO)\s", re.IGNORECASE)
_ALL = re.compile(rb"INSERT\s+ALL\s", re.IGNORECASE)
_COPY = re.compile(
    rb"COPY\s+(" + _QUALIFIED + rb")\s*(?:" + _LIST + rb"\s*)?FROM\s+stdin\b[^;\n]*;[ \t]*\r?\n",
    re.IGNORECASE,
)
_CREATE = re.compile(
    rb"CREATE\s+(?:GLOBAL\s+|LOCAL\s+|TEMPORARY\s+|TEMP\s+|UNLOGGED\s+|COLUMN\s+|ROW\s+)*TABLE\s+"
    rb"(?:IF\s+NOT\s+EXISTS\s+)?(" + _QUALIFIED + rb")\s*\(",
    re.IGNORECASE,
)
_ROUTINE = re.compile(
    rb"(?:CREATE|ALTER)\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:DEFINER\s*=\s*\S+\s+)?"
    rb"(?:EDITIONABLE\s+)?(?:TRIGGER|PROCEDURE|FUNCTION|PACKAGE|EVENT|TYPE\s+BODY)\b",
    re.IGNORECASE,
)
_DELIMITER = re.compile(rb"DELIMITER[ \t]+(\S+)[^\n]*\n?", re.IGNORECASE)
_DELIMITED = re.compile(rb"\n[ \t]*DELIMITER[ \t]+;[^\n]*\n?", re.IGNORECASE)
_LINE_COMMAND = re.compile(
    rb"(?:GO|/|\\\S.*|PROMPT.*|REM\b.*|SET\s+(?:DEFINE|FEEDBACK|SQLBLANKLINES)\b[^;\n]*|PRINT\b[^\n;]*)"
    rb"[ \t]*;?[ \t]*(?:\r?\n|$)",
    re.IGNORECASE,
)
_GO = re.compile(rb"\n[ \t]*(?:GO|/)[ \t]*(?:\r?\n|$)", re.IGNORECASE)
_STOPS = re.compile(
    rb"['\"`;]|--|/\*|\$\w*\$|\n[ \t]*GO[ \t]*\r?(?=\n)|\n(?=INSERT\s|REPLACE\s+INTO\s|COPY\s)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    rb"'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|`[^`]*`|/\*.*?\*/|\$(\w*)\$.*?\$\1\$", re.DOTALL
)

#: Statements that say how data are kept, not what they are.
_STRUCTURE = re.compile(
    rb"(?:--|#|/\*|SET|USE|LOCK|UNLOCK|CREATE|DROP|ALTER|BEGIN|COMMIT|START|PRAGMA|GO\b|/|GRANT|REVOKE"
    rb"|ANALYZE|COMMENT|TRUNCATE|PRINT|REM\b|PROMPT|EXEC|DELIMITER|\\|;|END\b|ROLLBACK|SPOOL"
    rb"|(?:AS\s+\w+\s+)?ON\s+(?:CONFLICT|DUPLICATE)|RETURNING"
    rb"|SELECT\s+pg_catalog\.|SELECT\s+\d+\s+FROM\s+DUAL|DELETE\s+FROM\s+[\"`]?sqlite_sequence)",
    re.IGNORECASE,
)
_TELLING = re.compile(
    rb"\d{7}|\*{4}\d{4}|[\w.]@[\w-]+\.\w|\d[ -]\d{4}[ -]\d{4}|\xef\xbc[\x90-\x99]"
)
_COUNTER = re.compile(rb"AUTO_INCREMENT\s*=\s*\d+|(?:START|INCREMENT|MAXVALUE|MINVALUE|CACHE)\s+(?:WITH|BY)?\s*-?\d+|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.IGNORECASE)  # fmt: skip

Columns: TypeAlias = "tuple[str, ...]"


class Rows(NamedTuple):
    """The beginning of a statement with rows: its table, its columns if it names them.

    The rows begin at `stop`; a statement that begins like `again` and goes on goes on with the rows
    of the same table. `copy` says that they are lines of COPY.
    """

    table: str
    columns: Columns | None
    again: bytes
    stop: int
    copy: bool


class Other(NamedTuple):
    """Text without rows up to `stop`; `telling` says that it must be scanned as text."""

    stop: int
    telling: bool


@dataclass(slots=True)
class Schema:
    """The columns of the tables that were created so far, by name."""

    tables: dict[str, Columns] = field(default_factory=dict)

    def columns(self, table: str) -> Columns | None:
        """Return the columns of a table, which may be called with or without its schema's name."""
        found = self.tables.get(table)
        return self.tables.get(table.rpartition(".")[2]) if found is None else found

    def add(self, table: str, columns: Columns) -> None:
        """Note a table."""
        self.tables[table] = columns
        self.tables.setdefault(table.rpartition(".")[2], columns)


def read_statement(
    data: memoryview, p: int, size: int, schema: Schema, *, final: bool
) -> Rows | Other | None:
    """Read the statement, comment or command that begins at `p`; None if more bytes are needed."""
    rows = _INSERT.match(data, p, size)
    if rows is not None and _VERB.match(rows[0]):
        again = rows[1] if _ALL.match(rows[0]) else rows[0]
        return Rows(plain_name(rows[2]), _names(rows[3]), again, rows.end(), copy=False)
    copy = _COPY.match(data, p, size)
    if copy is not None:
        return Rows(plain_name(copy[1]), _names(copy[2]), b"", copy.end(), copy=True)
    stop = _end(data, p, size, final=final)
    if stop is None:
        return None
    text = bytes(data[p:stop])
    _note_table(text, schema)
    return Other(stop, is_telling(text))


def is_telling(text: bytes) -> bool:
    """Say whether text between the rows must be scanned: it's no structure, or holds a number."""
    if not text.strip():
        return False
    if _STRUCTURE.match(text.lstrip()) is None:
        return True
    return _TELLING.search(_COUNTER.sub(b"", text)) is not None and not text.startswith(
        b"SELECT pg_"
    )


def plain_name(raw: bytes) -> str:
    """Return a name without its quotes; the parts of a qualified one between dots."""
    parts = re.findall(_NAME, raw)
    return ".".join(_bare(part) for part in parts)


def _bare(part: bytes) -> str:
    name = part.decode("utf-8", "replace")
    return name[1:-1] if name[:1] in '`"[' else name


def _names(raw: bytes | None) -> Columns | None:
    """Return the names in a list of columns."""
    if raw is None:
        return None
    return tuple(_bare(one) for one in re.findall(_NAME, raw)) or None


def _end(data: memoryview, p: int, size: int, *, final: bool) -> int | None:
    """Return where a statement or comment without rows ends; None if more bytes are needed."""
    whole = final or size - p > LONGEST_HEADER
    start = bytes(data[p : min(size, p + 2)])
    near = min(size, p + LONGEST_HEADER)  # a search beyond would be one of all that is left
    line = _find(data, b"\n", p, near)
    if start == b"--" or start[:1] == b"#":
        return line + 1 if line >= 0 else (near if whole else None)
    if start == b"/*":
        over = _find(data, b"*/", p, size)
        return over + 2 if over >= 0 else (size if whole else None)
    if line < 0 and not whole:
        return None
    command = _DELIMITER.match(data, p, near)
    if command is not None:
        close = command if command[1] == b";" else _DELIMITED.search(data, p, size)
        if close is not None and (whole or close[0].endswith(b"\n")):  # else its line may go on
            return close.end()
        return size if whole else None
    command = _LINE_COMMAND.match(data, p, near)
    if command is not None and (line >= 0 or (final and near == size)):
        return command.end()
    if _ROUTINE.match(data, p, near) is not None:
        return _routine_end(data, p, size, final=final)
    return _plain_end(data, p, size, final=final, whole=whole)


def _routine_end(data: memoryview, p: int, size: int, *, final: bool) -> int | None:
    """Return where a stored routine ends: at GO, at / on a line of its own, or after `$$ … ;`."""
    body = re.compile(rb"\$(\w*)\$.*?\$\1\$[^;]*;", re.DOTALL).search(data, p, size)
    close = _GO.search(data, p, size)
    if body is not None and (close is None or body.start() < close.start()):
        return body.end()
    if close is not None:
        return close.end()
    if not final and size - p <= LONGEST_HEADER:
        return None
    return _plain_end(data, p, size, final=final, whole=True)


def _plain_end(data: memoryview, p: int, size: int, *, final: bool, whole: bool) -> int | None:
    """Return where a statement ends: after its semicolon, or before GO or the next rows."""
    at = p
    while True:
        found = _STOPS.search(data, at, size)
        if found is None:
            break
        token = found[0]
        if token == b";":
            return found.end()
        if token[:1] == b"\n":
            return found.start() + 1
        if token == b"--":
            line = _find(data, b"\n", found.start(), size)
            if line < 0:
                break
            at = line
            continue
        quoted = _QUOTED.match(data, found.start(), min(size, found.start() + _LONGEST_STRING))
        at = found.end() if quoted is None else quoted.end()
        if quoted is None and not whole:
            return None
    if final:
        return size
    if not whole:
        return None
    # no end in sight: go on at the next line, or with all of it
    line = _find(data, b"\n", p, size)
    return line + 1 if line >= 0 else size


def _find(data: memoryview, what: bytes, p: int, size: int) -> int:
    found = re.compile(re.escape(what)).search(data, p, size)
    return -1 if found is None else found.start()


def _note_table(text: bytes, schema: Schema) -> None:
    """Note the columns of a CREATE TABLE."""
    create = _CREATE.match(text.lstrip())
    if create is None:
        return
    body = text.lstrip()[create.end() :]
    names = tuple(_column_names(body))
    if names:
        schema.add(plain_name(create[1]), names)


_CONSTRAINTS = {
    b"PRIMARY", b"KEY", b"UNIQUE", b"CONSTRAINT", b"INDEX", b"FULLTEXT", b"SPATIAL", b"FOREIGN",
    b"CHECK", b"EXCLUDE", b"LIKE", b"PERIOD", b"NOT", b"CLUSTER",
}  # fmt: skip
_PIECES = re.compile(
    rb"'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[(),]|[^'\"`\[(),\-/]+|.",
    re.DOTALL,
)


def _column_names(body: bytes) -> list[str]:
    """Return the names that the definitions between the brackets of CREATE TABLE begin with."""
    depth, begins, names = 0, True, []
    for piece in _PIECES.findall(body):
        if piece.startswith((b"--", b"/*")) or not piece.strip():
            continue
        if piece == b"(":
            depth += 1
        elif piece == b")":
            depth -= 1
            if depth < 0:
                break
        elif piece == b",":
            begins = begins or depth == 0
            continue
        elif begins and depth == 0:
            first = piece.strip().split()[0] if piece[:1] not in b'`"[' else piece
            if first.upper() not in _CONSTRAINTS:
                names.append(_bare(first))
        begins = False
    return names
