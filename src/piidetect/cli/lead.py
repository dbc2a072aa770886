# SPDX-License-Identifier: Apache-2.0
"""``piidetect lead``: a lead sheet for the authority."""

from __future__ import annotations

from typing import Any

import click

import piidetect as pii
from piidetect.cli.front import hand_out, help_text, lang_option, option_format, out_option, told


@click.command(help=help_text("lead"), short_help=help_text("short_lead"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@click.option("--holder", required=True, metavar="NAME", help=help_text("option_holder"))
@click.option("--kind", metavar="KIND", help=help_text("option_kind"))
@click.option("--authority", metavar="NAME", help=help_text("option_authority"))
@click.option("--source", multiple=True, metavar="SOURCE", help=help_text("option_lead_source"))
@click.option("--app-type", metavar="TYPE", help=help_text("option_lead_app_type"))
@click.option("--duty", multiple=True, metavar="ID", help=help_text("option_lead_duty"))
@click.option("--keep", multiple=True, metavar="ENTITY", help=help_text("option_keep"))
@click.option("--served", metavar="YYYY-MM-DD", help=help_text("option_served"))
@click.option("--urgent", is_flag=True, help=help_text("option_urgent"))
@click.option("--leads", metavar="LEADS.csv", help=help_text("option_leads"))
@out_option
@option_format(("text", "json", "html"))
@lang_option
@told
def lead(
    case: str, holder: str, out: str | None, form: str, lang: str | None, **asked: Any
) -> None:
    """Print or write a lead sheet."""
    from piidetect.report import tracks, words

    sheet = pii.lead_sheet(
        pii.open_case(case),
        holder,
        sources=asked.pop("source"),
        duties=asked.pop("duty"),
        **asked,
    )
    hand_out(tracks.lead_paper(sheet, words(lang)), out, form, lang)
