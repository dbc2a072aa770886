# SPDX-License-Identifier: Apache-2.0
"""``piidetect verify``: whether the sources of a case are still what was scanned."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from piidetect.cli.front import DONE, WITH_ALERTS, help_text, lang_option, option_format, told
from piidetect.messages import language, say, term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piidetect.scanning.verifying import SourceCheck


@click.command(help=help_text("verify"), short_help=help_text("short_verify"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@click.option("--root", metavar="DIR", help=help_text("option_root"))
@option_format()
@lang_option
@told
def verify(case: str, root: str | None, form: str, lang: str | None) -> None:
    """Digest the sources of a case again."""
    from piidetect.scanning import verifying

    checks = verifying.verify(case, root=root)
    others = verifying.differing(checks)
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in checks], ensure_ascii=False, indent=2))
    else:
        click.echo(_text(checks, language(lang)), nl=False)
    sys.exit(WITH_ALERTS if others else DONE)


def _text(checks: Sequence[SourceCheck], lang: str) -> str:
    """Return a line for each source that isn't as it was, and one for all."""
    from piidetect.report.width import table

    rows = [
        (
            one.path,
            term("source_state", one.state, lang),
            f"{one.bytes_before:,}",
            "" if one.bytes_now is None else f"{one.bytes_now:,}",
            one.sha256_before[:16],
            one.sha256_now[:16],
        )
        for one in checks
        if one.state != "unchanged"
    ]
    same = sum(one.state == "unchanged" for one in checks)
    lines = [say("verify.summary", lang, same=same, sources=len(checks))]
    if rows:
        head = tuple(
            say(f"heading.{name}", lang)
            for name in ("source", "status", "bytes_then", "bytes_now", "digest_then", "digest_now")
        )
        lines += ["", *table(head, rows, (False, False, True, True, False, False))]
    return "\n".join(lines) + "\n"
