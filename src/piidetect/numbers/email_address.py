# SPDX-License-Identifier: Apache-2.0
"""E-mail address: the part of RFC 5321 and 5322 that mailboxes use.

Local part: 1 to 64 letters, digits and ``. _ % + -``, of which a letter, digit or ``_`` comes
first; no dot at its end and no two dots in a row. Domain: at least two labels of 1 to 63 letters,
digits and inner hyphens, 253 characters at most, the last label of at least two letters only
and not the ending of a file (`logo@2x.png`). Canonical is lower case: mail servers tell
upper from lower case in the local part in theory only.

    >>> validate("Li.Lei@Example.COM")
    'li.lei@example.com'
    >>> verdict("li.lei@example").name, verdict("li..lei@example.com").name, verdict("@").name
    ('INVALID_FORMAT', 'INVALID_FORMAT', 'INVALID_FORMAT')
    >>> is_valid("logo@2x.png"), is_valid("style@1.css")
    (False, False)
    >>> is_valid("a@b.cn"), is_valid("a@-b.cn"), is_valid("a@1.2.3.4")
    (True, False, False)
"""

from __future__ import annotations

from piidetect.numbers.cell_text import fold
from piidetect.numbers.verdict_errors import checked
from piidetect.schema import Verdict

LONGEST_LOCAL = 64
LONGEST_DOMAIN = 253
LONGEST_LABEL = 63
#: Endings of files that are no domains of the first level; addresses would end so in links to pictures.
FILE_ENDINGS = frozenset(
    "png jpg jpeg gif bmp webp svg ico css js html htm php jsp asp pdf exe dll apk txt".split()
)
_LOCAL_MARKS = frozenset("._%+-")


def compact(text: str) -> str:
    """Return the address folded to ASCII, in lower case."""
    return fold(text).lower()


def _is_local(part: str) -> bool:
    if not 1 <= len(part) <= LONGEST_LOCAL or part[-1] == "." or ".." in part:
        return False
    usable = all(c.isascii() and (c.isalnum() or c in _LOCAL_MARKS) for c in part)
    return usable and (part[0].isalnum() or part[0] == "_")


def _is_label(part: str) -> bool:
    if not 1 <= len(part) <= LONGEST_LABEL or part[0] == "-" or part[-1] == "-":
        return False
    return all(c.isascii() and (c.isalnum() or c == "-") for c in part)


def verdict(text: str) -> Verdict:
    """Return the verdict on an address; never raises."""
    local, at, domain = compact(text).partition("@")
    if len(local) > LONGEST_LOCAL or len(domain) > LONGEST_DOMAIN:
        return Verdict.INVALID_LENGTH
    labels = domain.split(".")
    top = labels[-1]
    right = at and len(labels) > 1 and _is_local(local) and all(map(_is_label, labels))
    usable = right and len(top) > 1 and top.isalpha() and top not in FILE_ENDINGS
    return Verdict.VALID if usable else Verdict.INVALID_FORMAT


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
