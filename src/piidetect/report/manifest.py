# SPDX-License-Identifier: Apache-2.0
"""The manifest of a case: what was read, its length and digests, for other forensic programs.

As CSV, one line a file or member, or as DFXML (Digital Forensics XML 1.0). The tables of one file are one
entry; a member of an archive is an entry of its own.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from piidetect import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from piidetect.case import Case

FORMATS = ("csv", "dfxml")

_FIELDS = ("filename", "filesize", "sha256", "sm3", "md5", "format", "status", "reason", "rows")

#: What a table of a file calls itself in its dialect.
_NAMES = ("table", "sheet")


def _dumps(case: Case) -> set[tuple[str, str]]:
    """Return (digest, name) of the SQL dumps with several tables, whose parts don't name them."""
    seen: dict[tuple[str, str], int] = {}
    for part in case.parts:
        if part.meta["format"] == "sql":
            key = part.meta["sha256"], part.meta["path"].rpartition("!/")[0]
            seen[key] = seen.get(key, 0) + 1
    return {key for key, count in seen.items() if count > 1 and key[1]}


def entries(case: Case) -> list[dict[str, Any]]:
    """Return one entry a file or member, in the order of their names."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    dumps = _dumps(case)
    for part in case.parts:
        meta = part.meta
        name = _file(meta)
        above = name.rpartition("!/")[0]
        name = above if (meta["sha256"], above) in dumps else name
        entry = found.setdefault((name, meta["sha256"]), dict.fromkeys(_FIELDS, ""))
        digests = meta.get("ledger", {}).get("digests", {})
        entry.update(filename=name, sha256=meta["sha256"], format=meta["format"])
        entry.update({kind: digests.get(kind, entry[kind]) for kind in ("sm3", "md5")})
        entry["filesize"] = int(entry["filesize"] or 0) + meta["bytes"]
        entry["rows"] = int(entry["rows"] or 0) + meta["rows"]
        if entry["status"] in {"", "complete"}:
            entry["status"], entry["reason"] = meta["status"], meta["reason"]
    return [found[key] for key in sorted(found)]


def _file(meta: Mapping[str, Any]) -> str:
    """Return the name of the file or member that a part comes from."""
    path: str = meta["path"]
    for kind in _NAMES:
        mark = f"!/{meta.get('dialect', {}).get(kind)}"
        at = path.rfind(mark)
        if at > 0 and path[at + len(mark) :][:1] in {"", "!"}:
            return path[:at]
    return path


def render(case: Case, form: str) -> str:
    """Return the manifest as text."""
    return _dfxml(case) if form == "dfxml" else _csv(case)


def _csv(case: Case) -> str:
    into = io.StringIO()
    writer = csv.DictWriter(into, _FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries(case))
    return into.getvalue()


def _dfxml(case: Case) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<dfxml version="1.0" xmlns="http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML">',
        "  <metadata/>",
        f"  <creator><program>piidetect</program><version>{__version__}</version></creator>",
    ]
    for entry in entries(case):
        lines += [
            "  <fileobject>",
            f"    <filename>{_xml(entry['filename'])}</filename>",
            f"    <filesize>{entry['filesize']}</filesize>",
        ]
        lines += [
            f'    <hashdigest type="{kind}">{entry[kind]}</hashdigest>'
            for kind in ("sha256", "sm3", "md5")
            if entry[kind]
        ]
        lines.append("  </fileobject>")
    return "\n".join([*lines, "</dfxml>", ""])


def _xml(text: str) -> str:
    """Return text without the characters that XML can't hold."""
    return escape("".join(one if one >= " " else "\ufffd" for one in text))
