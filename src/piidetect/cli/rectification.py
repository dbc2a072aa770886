# SPDX-License-Identifier: Apache-2.0
"""``piidetect rectification``: before, demanded and after, side by side."""

from __future__ import annotations

import sys

import click

import piidetect as pii
from piidetect.cli.front import (
    DONE,
    WITH_ALERTS,
    hand_out,
    help_text,
    lang_option,
    option_format,
    out_option,
    told,
)


@click.command(
    help=help_text("rectification"),
    short_help=help_text("short_rectification"),
    no_args_is_help=True,
)
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option("--lead", required=True, metavar="LEAD.json", help=help_text("option_lead"))
@click.option(
    "--source", multiple=True, metavar="SOURCE", help=help_text("option_rectification_source")
)
@out_option
@option_format(("text", "json", "html"))
@lang_option
@told
def rectification(
    before: str,
    after: str,
    lead: str,
    source: tuple[str, ...],
    out: str | None,
    form: str,
    lang: str | None,
) -> None:
    """Print or write what became of the demands of a lead sheet."""
    from piidetect.report import tracks, words

    found = pii.rectification(pii.open_case(before), after, lead, sources=source)
    hand_out(tracks.rectification_paper(found, words(lang)), out, form, lang)
    sys.exit(DONE if found.complete else WITH_ALERTS)
