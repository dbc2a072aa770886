# SPDX-License-Identifier: Apache-2.0
"""``piidetect compare``: a case before and after rectification."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import piidetect as pii
from piidetect.cli.front import DONE, REPORT_FORMATS, WITH_ALERTS, help_text, lang_option, told
from piidetect.messages import language, say


@click.command(
    help=help_text("compare"), short_help=help_text("short_compare"), no_args_is_help=True
)
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option("--out", metavar="FILE", help=help_text("option_out_compare"))
@click.option(
    "--format", "form", type=click.Choice(REPORT_FORMATS), help=help_text("option_format")
)
@lang_option
@told
def compare(before: str, after: str, out: str | None, form: str | None, lang: str | None) -> None:
    """Print or write what of a case is left in a later one."""
    from piidetect import report
    from piidetect.report import comparison

    if out is not None and form is None:
        form = report.format_of(Path(out))  # before anything is counted
    found = pii.open_case(before).compare(after)
    content = comparison.render(found, form or "text", lang=lang)
    if out is None:
        click.echo(content, nl=False)
    else:
        from piidetect.whole_file import write_whole

        written = write_whole(Path(out), content.encode(), "report")
        click.echo(say("cli.written", language(lang), path=written), err=True)
    sys.exit(DONE if found.complete else WITH_ALERTS)
