# SPDX-License-Identifier: Apache-2.0
"""The rows of an INSERT statement, a character at a time: what `kernels.sql_rows` states."""

from __future__ import annotations

import re
import string

from piidetect.kernels.sql_rows import END, FULL, NEED, OTHER

WORD = set(string.ascii_letters.encode() + string.digits.encode() + b"_") | set(range(128, 256))
SPACE = b" \t\n\v\f\r"
SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}
STARTS = re.compile(rb"INS|CRE|DRO|UNL|-- ", re.IGNORECASE)


class More(Exception):
    """More bytes are needed."""


class Broken(Exception):
    """The row is broken."""


class Reader:
    """Reads rows of `data`, whose statement begins as `header` does."""

    def __init__(self, data, *, final, header, backslash, n_columns):
        self.data, self.size, self.final = data, len(data), final
        self.header, self.backslash, self.n_columns = header, backslash, n_columns
        self.opened = 0  # where the last string was opened

    def byte(self, p):
        if p < self.size:
            return self.data[p : p + 1]
        raise Broken if self.final else More

    def blanks(self, p):
        while p < self.size and self.data[p] in SPACE:
            p += 1
        return p

    def goes_on(self, p):
        rest = p + len(self.header)
        return bool(self.header) and self.data.startswith(self.header, p) and self.data[rest : rest + 1] == b"("  # fmt: skip

    def must_end(self, p, row):
        """Say whether a string can't go on with the line at `p`."""
        if p + len(self.header) + 3 > self.size and not self.final:
            raise More
        if self.goes_on(p):
            return True
        before = self.data[row + 1 : p - 1]
        before = before.removesuffix(b"\r")
        return before.endswith(b");") and len(before) > 1 and STARTS.match(self.data, p) is not None

    def string(self, p, row, *, escaped):
        """Return (place of the closing quote, whether quotes are doubled, whether escapes)."""
        doubled = escapes = False
        while True:
            byte = self.byte(p)
            if byte == b"\\" and escaped:
                escapes = True
                p += 2
            elif byte == b"'":
                if p + 1 >= self.size and not self.final:
                    raise More
                if self.data[p + 1 : p + 2] != b"'":
                    return p, doubled, escapes
                doubled = True
                p += 2
            else:
                if byte == b"\n" and self.must_end(p + 1, row):
                    raise Broken
                p += 1

    def value(self, p, row):
        """Return (where it ends, its text)."""
        start, depth, strings = p, 0, []
        while True:
            byte = self.byte(p)
            if byte == b"'":
                self.opened = p
                escaped = self.backslash or (p == start + 1 and self.data[start] in b"eE")
                end, *how = self.string(p + 1, row, escaped=escaped)
                if depth == 0 and end + 1 < self.size and self.data[end + 1] in WORD:
                    raise Broken
                strings.append((p, end, *how))
                p = end
            elif byte == b"(":
                depth += 1
            elif depth == 0 and byte in {b",", b")"}:
                return p, self.text(start, p, strings)
            elif byte == b";" and depth == 0:
                raise Broken
            elif byte == b")":
                depth -= 1
            p += 1

    def text(self, start, stop, strings):
        """Return what the value stands for."""
        whole = self.data[start:stop].rstrip(SPACE)
        if not strings:
            if whole.upper() == b"NULL":
                return b""
            return unhexed(whole[2:]) if whole[:2].upper() == b"0X" and whole[2:] else whole
        first, close, doubled, escapes = strings[0]
        before = self.data[start:first]
        if set(before) - WORD - set(SPACE + b"("):
            return whole
        text = resolved(self.data[first + 1 : close], doubled=doubled, escapes=escapes)
        if b"(" in before:
            one = len(strings) == 1 or (
                len(strings) == 2 and whole[:3].upper() in {b"TO_", b"STR", b"REP"}
            )
            return text if one and whole[0] in WORD and whole.endswith(b")") else whole  # fmt: skip
        after = self.data[strings[-1][1] + 1 : start + len(whole)]
        if len(strings) > 1 or (after and not self.data.startswith(b"::", strings[-1][1] + 1)):
            return whole
        return unhexed(self.data[first + 1 : close]) if before.upper() == b"X" else text

    def row(self, row):
        """Return (place after it, its texts)."""
        p, texts = row + 1, []
        self.opened = row
        while True:
            p, text = self.value(self.blanks(p), row)
            texts.append(text)
            p += 1
            if self.data[p - 1 : p] == b")":
                return p, texts

    def after_broken(self, row):
        """Return where a broken row ends, sought from where its last string was opened."""
        p = self.opened
        while p < self.size:
            rest = self.data[p + 1 :]
            if self.data[p : p + 1] == b")":
                q = self.size - len(rest.lstrip(b" \t"))
                after = self.data[q : q + 1]
                comma = self.blanks(q + 1)
                if q >= self.size or (after == b"," and comma >= self.size):
                    break
                if after in {b";", b"\n", b"\r"} or (after == b"," and self.data[comma : comma + 1] == b"("):  # fmt: skip
                    return p + 1
            elif self.data[p : p + 1] == b"\n" and self.must_end(p + 1, row):
                return p + 1
            p += 1
        if self.final:
            return self.size
        raise More

    def separator(self, p):
        """Return (place of the next row, FULL), or (where to go on, why there is none)."""
        while True:
            here = self.blanks(p)
            if here >= self.size:
                return p, END if self.final else NEED
            byte = self.data[here : here + 1]
            if byte == b"(":
                return here, FULL
            if byte == b",":
                p = here + 1
            elif byte == b";":
                p = self.blanks(here + 1)
                if not self.goes_on(p):
                    return p, END
                p += len(self.header)
            elif self.goes_on(here):
                p = here + len(self.header)
            else:
                cut = here + len(self.header) >= self.size and not self.final
                return here, NEED if cut else OTHER

    def rows(self, p):
        """Return (rows as (start, texts or None and the row as it stands), place, reason)."""
        found = []
        while True:
            p, reason = self.separator(p)
            if reason != FULL:
                return found, p, reason
            try:
                try:
                    after, texts = self.row(p)
                except Broken:
                    after, texts = self.after_broken(p), None
            except More:
                return found, p, NEED
            if texts is not None and self.n_columns and len(texts) != self.n_columns:
                texts = None
            found.append((p, texts, self.data[p:after] if texts is None else b""))
            p = after


def resolved(raw, *, doubled, escapes):
    """Return a string without its escapes."""
    if escapes:
        pattern = rb"''|\\(.)"
        return re.sub(pattern, lambda m: b"'" if m[1] is None else SIMPLE.get(m[1].decode("latin-1"), m[1].decode("latin-1")).encode("latin-1"), raw, flags=re.DOTALL)  # fmt: skip
    return raw.replace(b"''", b"'") if doubled else raw


def unhexed(raw):
    """Return the text that hexadecimal digits stand for, or the digits."""
    if not raw or len(raw) % 2 or set(raw) - set(string.hexdigits.encode()):
        return raw
    text = bytes.fromhex(raw.decode())
    telling = all(
        (byte >= 32 or byte in b"\t\n\r") and byte != 127 and byte <= 247 for byte in text
    )
    return text if telling else raw
