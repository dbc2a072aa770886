# SPDX-License-Identifier: Apache-2.0
"""``piidetect events``: who got what, from a table of events."""

from __future__ import annotations

import click

import piidetect as pii
from piidetect.cli.front import hand_out, help_text, lang_option, option_format, out_option, told


@click.command(help=help_text("events"), short_help=help_text("short_events"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@click.argument("table", metavar="EVENTS.csv")
@out_option
@option_format(("text", "json", "html"))
@lang_option
@told
def events(case: str, table: str, out: str | None, form: str, lang: str | None) -> None:
    """Print the numbers of art. 11 and the overlaps."""
    from piidetect.report import events as report
    from piidetect.report import words

    opened = pii.open_case(case)
    made = report.paper(opened, opened.received(table), words(lang))
    hand_out(made, out, form, lang)
