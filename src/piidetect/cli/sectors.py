# SPDX-License-Identifier: Apache-2.0
"""``piidetect sectors``: persons and groups by the sector of the source."""

from __future__ import annotations

import click

import piidetect as pii
from piidetect.cli.front import help_text, lang_option, option_format, told
from piidetect.messages import language, say, term


@click.command(
    help=help_text("sectors"), short_help=help_text("short_sectors"), no_args_is_help=True
)
@click.argument("case", metavar="CASE")
@option_format()
@lang_option
@told
def sectors(case: str, form: str, lang: str | None) -> None:
    """Print sources, records, persons and groups by sector."""
    from piidetect.columns.sectors import load_sectors
    from piidetect.report.width import table

    found = pii.open_case(case).sectors
    if form == "json":
        click.echo(found.reset_index().to_json(orient="records", force_ascii=False, indent=2))
        return
    chosen = language(lang)
    names = {sector.key: sector.name[chosen] for sector in load_sectors()}
    rows = [
        (
            names.get(key) or term("sector", key, chosen),
            *(f"{value:,}" for value in row[:-1]),
            row[-1],
        )
        for key, row in zip(found.index, found.itertuples(index=False, name=None), strict=True)
    ]
    head = ("sector", *found.columns)
    numeric = (False, *[True] * (len(head) - 2), False)
    click.echo(
        "\n".join(table(tuple(say(f"heading.{name}", chosen) for name in head), rows, numeric))
    )
