# SPDX-License-Identifier: Apache-2.0
"""``piidetect leads``: leads from volunteers, joined to the sources of a case."""

from __future__ import annotations

import click

import piidetect as pii
from piidetect.cli.front import hand_out, help_text, lang_option, option_format, out_option, told


@click.command(help=help_text("leads"), short_help=help_text("short_leads"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@click.argument("table", metavar="LEADS.csv")
@out_option
@option_format(("text", "json", "html"))
@lang_option
@told
def leads(case: str, table: str, out: str | None, form: str, lang: str | None) -> None:
    """Print or write which leads belong to which sources."""
    from piidetect.report import tracks, words

    opened = pii.open_case(case)
    found = pii.read_leads(opened, table)
    hand_out(tracks.leads_paper(opened, found, words(lang)), out, form, lang)
