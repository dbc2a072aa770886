# SPDX-License-Identifier: Apache-2.0
"""``piidetect report``: the report of a kept case."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

import piidetect as pii
from piidetect.cli.assessing import asked_of, assessments, policy_options
from piidetect.cli.front import REPORT_FORMATS, exit_code, help_text, lang_option, show, told
from piidetect.messages import language, say


@click.command(help=help_text("report"), short_help=help_text("short_report"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@click.option("--out", metavar="FILE", help=help_text("option_out_report"))
@click.option(
    "--format", "form", type=click.Choice(REPORT_FORMATS), help=help_text("option_format")
)
@policy_options("option_report_policy")
@lang_option
@told
def report(case: str, out: str | None, form: str | None, lang: str | None, **options: Any) -> None:
    """Print or write the report of a kept case."""
    from piidetect import report as reports

    if out is not None and form is None:
        form = reports.format_of(Path(out))  # before the case is counted
    asked = asked_of(options)
    opened = pii.open_case(case)
    made = assessments(opened, asked)
    if out is None:
        show(opened, form or "text", lang, made)
    else:
        written = reports.write(opened, out, form=form, lang=lang, assessments=made)
        click.echo(say("cli.written", language(lang), path=written), err=True)
    sys.exit(exit_code(opened))
