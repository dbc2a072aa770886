# SPDX-License-Identifier: Apache-2.0
"""``piidetect truth``: what can be checked without asking anybody."""

from __future__ import annotations

import click

import piidetect as pii
from piidetect.cli.front import hand_out, help_text, lang_option, option_format, out_option, told


@click.command(help=help_text("truth"), short_help=help_text("short_truth"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@out_option
@option_format(("text", "json", "html"))
@lang_option
@told
def truth(case: str, out: str | None, form: str, lang: str | None) -> None:
    """Print the checks and their warnings."""
    from piidetect.report import truth as report
    from piidetect.report import words

    hand_out(report.paper(pii.open_case(case), words(lang)), out, form, lang)
