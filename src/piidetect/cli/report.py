# SPDX-License-Identifier: Apache-2.0
"""``piidetect report``: the report of a kept case."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

import piidetect as pii
from piidetect.cli.assessing import asked_of, assessments, policy_options
from piidetect.cli.front import (
    REPORT_FORMATS,
    WITH_ALERTS,
    exit_code,
    help_text,
    lang_option,
    show,
    told,
)
from piidetect.messages import language, say


@click.command(help=help_text("report"), short_help=help_text("short_report"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@click.option("--out", metavar="FILE", help=help_text("option_out_report"))
@click.option(
    "--format", "form", type=click.Choice(REPORT_FORMATS), help=help_text("option_format")
)
@click.option("--details", is_flag=True, help=help_text("option_details"))
@policy_options("option_report_policy")
@lang_option
@told
def report(
    case: str, out: str | None, form: str | None, lang: str | None, *, details: bool, **options: Any
) -> None:
    """Print or write the report of a kept case."""
    from piidetect import report as reports
    from piidetect.sampling.truth import WARNINGS

    if out is not None and form is None:
        form = reports.format_of(Path(out))  # before the case is counted
    asked = asked_of(options)
    opened = pii.open_case(case)
    made = assessments(opened, asked)
    if out is None:
        show(opened, form or "text", lang, made, details=details)
    else:
        written = reports.write(
            opened, out, form=form, lang=lang, assessments=made, details=details
        )
        click.echo(say("cli.written", language(lang), path=written), err=True)
    doubtful = details and bool(opened.truth["verdict"].isin(WARNINGS).any())
    sys.exit(WITH_ALERTS if doubtful else exit_code(opened))
