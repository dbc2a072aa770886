# SPDX-License-Identifier: Apache-2.0
"""``piidetect estimate``: how many persons by a statistical model; never pleaded."""

from __future__ import annotations

import click

import piidetect as pii
from piidetect.cli.front import hand_out, help_text, lang_option, option_format, out_option, told


@click.command(
    help=help_text("estimate"), short_help=help_text("short_estimate"), no_args_is_help=True
)
@click.argument("case", metavar="CASE")
@out_option
@option_format(("text", "json", "html"))
@lang_option
@told
def estimate(case: str, out: str | None, form: str, lang: str | None) -> None:
    """Print the estimate."""
    from piidetect.report import estimate as report
    from piidetect.report import words

    opened = pii.open_case(case)
    hand_out(report.paper(opened, pii.estimate_persons(opened), words(lang)), out, form, lang)
