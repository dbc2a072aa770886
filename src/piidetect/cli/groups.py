# SPDX-License-Identifier: Apache-2.0
"""``piidetect groups``: who was hit, by sex, age, place, operator and sector."""

from __future__ import annotations

import click

import piidetect as pii
from piidetect.cli.front import hand_out, help_text, lang_option, option_format, out_option, told


@click.command(help=help_text("groups"), short_help=help_text("short_groups"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@out_option
@option_format(("text", "json", "html"))
@lang_option
@told
def groups(case: str, out: str | None, form: str, lang: str | None) -> None:
    """Print the groups hit."""
    from piidetect.report import groups as report
    from piidetect.report import words

    hand_out(report.paper(pii.open_case(case), words(lang)), out, form, lang)
